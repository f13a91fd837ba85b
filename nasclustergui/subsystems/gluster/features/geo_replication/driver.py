"""Conditions of a session's steps, and the watch until its workers are what they were told to be."""

from __future__ import annotations

from nasclustergui.core.errors import NasError, OutcomeUnknown
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.subsystems.gluster.features.geo_replication.model import Session, Status, parse_target
from nasclustergui.subsystems.gluster.features.geo_replication.read import read_sessions
from nasclustergui.subsystems.gluster.features.pool import Check, Follow, Pool

PATIENCE = 60  # looks
PAUSE = 2.0  # seconds between them


def _session(pool: Pool, step: Step, job: Job) -> Session | None:
    target = parse_target(step.args["target"])
    found = read_sessions(pool, step.args["volume"], job)
    return next((session for session in found if session.target == target), None)


def _exists(pool: Pool, step: Step, job: Job) -> str:
    if _session(pool, step, job) is not None:
        return ""
    return _("{volume} is not copied to {target} any more.").format(
        volume=step.args["volume"], target=step.args["target"]
    )


def _absent(pool: Pool, step: Step, job: Job) -> str:
    if _session(pool, step, job) is None:
        return ""
    return _("{volume} is copied to {target} by now.").format(volume=step.args["volume"], target=step.args["target"])


def _until(pool: Pool, step: Step, job: Job, good: frozenset[Status], word: str) -> None:
    """Gluster answers before its workers are so far, and calls a pause of a stopped session a success."""
    seen: Session | None = None
    for _look in range(PATIENCE):
        job.report(word)
        try:
            seen = _session(pool, step, job)
        except NasError as error:
            job.write(step.node, str(error))
        if seen is not None and seen.statuses and seen.statuses <= good:
            return
        job.sleep(PAUSE)
    states = ", ".join(f"{w.node} {w.status.value or w.said}" for w in (seen.workers if seen is not None else ()))
    raise OutcomeUnknown(
        _("The session is not what it was told to be: {states}.").format(states=states or _("nothing is known of it")),
        hint=_("Its log is below /var/log/glusterfs/geo-replication on the nodes of the volume."),
    )


def _started(pool: Pool, step: Step, job: Job) -> None:
    _until(pool, step, job, frozenset({Status.ACTIVE, Status.PASSIVE}), _("Waiting for the workers"))


def _stopped(pool: Pool, step: Step, job: Job) -> None:
    _until(pool, step, job, frozenset({Status.STOPPED, Status.CREATED}), _("Waiting for the workers to end"))


def _paused(pool: Pool, step: Step, job: Job) -> None:
    _until(pool, step, job, frozenset({Status.PAUSED}), _("Waiting for the workers to pause"))


CHECKS: dict[str, Check] = {"georep_exists": _exists, "georep_absent": _absent}
FOLLOWS: dict[str, Follow] = {"georep_started": _started, "georep_stopped": _stopped, "georep_paused": _paused}
