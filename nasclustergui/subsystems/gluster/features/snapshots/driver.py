"""Conditions of the steps, looked up again right before each."""

from __future__ import annotations

from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.subsystems.gluster.features.pool import Check, Follow, Pool
from nasclustergui.subsystems.gluster.features.snapshots.model import Snapshot
from nasclustergui.subsystems.gluster.features.snapshots.read import read_bricks, read_known


def _snapshot(pool: Pool, step: Step, job: Job) -> Snapshot | None:
    return read_known(pool, job).named(step.args["snapshot"])


def _absent(pool: Pool, step: Step, job: Job) -> str:
    there = _snapshot(pool, step, job)
    return _("There is a snapshot {snapshot} by now.").format(snapshot=there.name) if there else ""


def _room(pool: Pool, step: Step, job: Job) -> str:
    known, volume = read_known(pool, job), step.args["volume"]
    if len(known.of(volume)) < known.config.limit(volume):
        return ""
    return _("{volume} has as many snapshots as it may have by now.").format(volume=volume)


def _same(pool: Pool, step: Step, job: Job) -> str:
    there = _snapshot(pool, step, job)
    if there is not None and there.uuid == step.args["snapshot_id"]:
        return ""
    return _("Snapshot {snapshot} is not the one any more that was planned for.").format(snapshot=step.args["snapshot"])


def _active(pool: Pool, step: Step, job: Job) -> str:
    there = _snapshot(pool, step, job)
    return "" if there is not None and there.active else _named(_("Snapshot {snapshot} is not active."), step)


def _inactive(pool: Pool, step: Step, job: Job) -> str:
    there = _snapshot(pool, step, job)
    return _named(_("Snapshot {snapshot} is active by now."), step) if there is not None and there.active else ""


def _running(pool: Pool, step: Step, job: Job) -> str:
    """Every brick of it, not only what `snapshot info` says of the whole: a restore without breaks the volume."""
    bricks = read_bricks(pool, step.args["snapshot"], job)
    down = [brick.name for brick in bricks if not brick.running]
    if bricks and not down:
        return ""
    if not bricks:
        return _named(_("The bricks of snapshot {snapshot} are not known."), step)
    return _("Bricks of snapshot {snapshot} do not run: {bricks}.").format(
        snapshot=step.args["snapshot"], bricks=", ".join(down)
    )


def _same_all(pool: Pool, step: Step, job: Job) -> str:
    """A snapshot that was taken meanwhile isn't deleted unseen."""
    now = sorted(snapshot.uuid for snapshot in read_known(pool, job).of(step.args["volume"]))
    if now == step.args["snapshots"].split("\n"):
        return ""
    return _("The snapshots of {volume} are not those any more that were planned for.").format(
        volume=step.args["volume"]
    )


def _named(text: str, step: Step) -> str:
    return text.format(snapshot=step.args["snapshot"])


CHECKS: dict[str, Check] = {
    "snapshot_absent": _absent,
    "snapshot_room": _room,
    "same_snapshot": _same,
    "snapshot_active": _active,
    "snapshot_inactive": _inactive,
    "snapshot_running": _running,
    "same_snapshots": _same_all,
}
FOLLOWS: dict[str, Follow] = {}
