"""Runs, checks and follows the upkeep of etcd's databases: history, gaps, alarms, snapshots."""

from __future__ import annotations

import time
from pathlib import Path

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import InvalidInput, StoreError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.core.units import count, size
from nasclustergui.remote.etcd_snapshot import refuse_target, verify_snapshot
from nasclustergui.subsystems.etcd.commands.upkeep import endpoint_of
from nasclustergui.subsystems.etcd.features.store import Check, Follow, Run, Store
from nasclustergui.subsystems.etcd.model import Member

_BACK = 60.0  # seconds for all members to answer again after one was defragmented
_PAUSE = 0.5
PATIENT_STATUS = 10.0  # seconds: a member that has just rewritten its database is slow


def run_compact(store: Store, command: Command, job: Job) -> Result:
    """`etcdctl compact REVISION`. History that is gone already is no failure."""
    revision = int(command.argv[2])
    try:
        store.admin().compact(revision, job=job)
    except StoreError as error:
        if "has been compacted" not in error.details:
            raise
        return Result(0, _("The history before revision {n} was gone already.").format(n=revision) + "\n")
    return Result(0, f"compacted revision {revision}\n")


def run_defrag(store: Store, command: Command, job: Job) -> Result:
    """`etcdctl defrag` at one member; says what it gained."""
    endpoint = endpoint_of(command)
    if not endpoint:
        raise InvalidInput(_("“{command}” names no endpoint.").format(command=command))
    before = store.client.status(endpoint, seconds=PATIENT_STATUS, job=job)
    job.report(_("{endpoint} rewrites its database and answers nothing meanwhile.").format(endpoint=endpoint))
    store.admin().defragment(endpoint, job=job)
    after = store.client.status(endpoint, seconds=PATIENT_STATUS, job=job)
    told = "" if before.error or after.error else f" ({size(before.db_size)} → {size(after.db_size)})"
    return Result(0, f"Finished defragmenting etcd member[{endpoint}]{told}\n")


def run_alarm_disarm(store: Store, _command: Command, job: Job) -> Result:
    """`etcdctl alarm disarm`: all that there are."""
    client = store.admin()
    found = client.alarms(job=job)
    for alarm in found:
        client.disarm(alarm, job=job)
    return Result(0, "".join(f"memberID:{a.member_id} alarm:{a.kind}\n" for a in found))


def run_snapshot_save(store: Store, command: Command, job: Job) -> Result:
    """`etcdctl snapshot save FILE` from one member, with progress; the file appears only when it is whole."""
    endpoint, path = endpoint_of(command), Path(command.argv[-1])

    def on_piece(written: int, left: int) -> None:
        text = _("{written} of {total}").format(written=size(written), total=size(written + left))
        job.report(text, written / max(1, written + left))

    info = store.admin().snapshot(endpoint, path, on_piece, job=job)
    return Result(0, f"Snapshot saved at {path}\n{size(info.bytes)}, sha256 {info.sha256}\n")


def run_snapshot_status(_store: Store, command: Command, job: Job) -> Result:
    """`etcdctl snapshot status FILE`: our own check of hash and format, and etcd's tool's where it is installed."""
    job.report(_("Reading the snapshot back."))
    info = verify_snapshot(Path(command.argv[3]))
    if not info.tool:
        told = _("Neither etcdutl nor etcdctl is installed here: the hash and the format were checked, not the keys.")
        return Result(0, f"{size(info.bytes)}, sha256 {info.sha256}\n{told}\n")
    told = _("{tool}: revision {revision}, {keys} keys").format(
        tool=info.tool, revision=info.revision, keys=count(info.keys)
    )
    return Result(0, f"{size(info.bytes)}, sha256 {info.sha256}\n{told}\n")


def check_others_healthy(store: Store, step: Step, job: Job) -> str:
    """All members but the one at `args["endpoint"]` answer: it can be spared, or its plan says what stops."""
    state = store.read(job)
    if state.leader is None:
        return _("etcd has no leader now.")
    away = [m.label for m in state.members if not m.healthy and m.endpoint != step.args["endpoint"]]
    if away:
        return _("{members} does not answer: no other member should be blocked now.").format(members=", ".join(away))
    return ""


def check_file_free(_store: Store, step: Step, _job: Job) -> str:
    """`args["path"]` can be written and isn't there yet."""
    try:
        refuse_target(Path(step.args["path"]))
    except InvalidInput as error:
        return str(error)
    return ""


def check_alarms(store: Store, step: Step, job: Job) -> str:
    """Only alarms of `args["kind"]` are raised: another one isn't taken back by the way."""
    others = {alarm.kind for alarm in store.admin().alarms(job=job)} - {step.args["kind"]}
    if others:
        return _("Another alarm was raised meanwhile: {kinds}.").format(kinds=", ".join(sorted(others)))
    return ""


def follow_healthy(store: Store, step: Step, job: Job) -> None:
    """Until the member at `args["endpoint"]` and all others answer and follow a leader."""
    end = time.monotonic() + _BACK
    while True:
        state = store.read(job)
        away = [m for m in state.members if not m.healthy]
        if state.leader is not None and not away:
            return
        if time.monotonic() > end:
            raise StoreError(
                _("Not all etcd members answer again: {members}.").format(members=_names(away)),
                hint=_("The other members were not touched. Look at that member's log before you go on."),
            )
        job.report(_("Waiting for {members}").format(members=_names(away) or _("a leader")))
        job.sleep(_PAUSE)


def follow_no_alarm(store: Store, step: Step, job: Job) -> None:
    """The alarm of `args["kind"]` did not come back with what was just written."""
    if any(alarm.kind == step.args["kind"] for alarm in store.admin().alarms(job=job)):
        raise StoreError(
            _("The alarm came back at once: the database is still larger than the quota."),
            hint=_("Delete keys that nobody needs, or raise the quota (ETCD_QUOTA_BACKEND_BYTES), then do it again."),
        )


def _names(members: list[Member]) -> str:
    return ", ".join(m.label for m in members)


RUNS: dict[tuple[str, ...], Run] = {
    ("compact",): run_compact,
    ("defrag",): run_defrag,
    ("alarm", "disarm"): run_alarm_disarm,
    ("snapshot", "save"): run_snapshot_save,
    ("snapshot", "status"): run_snapshot_status,
}
CHECKS: dict[str, Check] = {
    "members.others_healthy": check_others_healthy,
    "members.file_free": check_file_free,
    "members.alarms": check_alarms,
}
FOLLOWS: dict[str, Follow] = {"members.healthy": follow_healthy, "members.no_alarm": follow_no_alarm}
