"""What is checked right before a brick is touched, and what is watched until it is whole again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.subsystems.gluster.features.bricks.driver import not_only_copy
from nasclustergui.subsystems.gluster.features.disk.look import look_at
from nasclustergui.subsystems.gluster.features.disk.model import Directory, Ground
from nasclustergui.subsystems.gluster.features.disk.prove import verify
from nasclustergui.subsystems.gluster.features.disk.watch import brick_up, heal
from nasclustergui.subsystems.gluster.features.pool import Check, Follow, Pool


def _as_seen(pool: Pool, step: Step, job: Job) -> str:
    """The place is as it was when the plan was made: same disk, same content."""
    args = step.args
    ground = look_at(pool, args["node"], args["path"], job)
    if why := _other_disk(ground, args):
        return why
    now = (ground.directory.value, ground.volume_id, "yes" if ground.occupied else "")
    if now != (args["directory"], args["volume_id"], args["occupied"]):
        return _("{path} on {node} is no longer what was seen there.").format(path=args["path"], node=args["node"])
    return ""


def _ready(pool: Pool, step: Step, job: Job) -> str:
    """An empty directory waits on the disk that was seen: gluster itself would take the system disk or old files."""
    args = step.args
    ground = look_at(pool, args["node"], args["path"], job)
    if why := _other_disk(ground, args):
        return why
    if ground.directory is not Directory.PRESENT or ground.occupied:
        return _("{path} on {node} is not the empty directory that was prepared.").format(
            path=args["path"], node=args["node"]
        )
    return ""


def _other_disk(ground: Ground, args: Mapping[str, str]) -> str:
    if ground.directory is Directory.UNREADABLE:
        return _("The disk at {path} on {node} answers with errors: {error}.").format(
            path=ground.path, node=ground.node, error=ground.error
        )
    mount = ground.mount
    if mount is None or mount.point != args["mount"]:
        return _("No disk is mounted at {mount} on {node} any more.").format(mount=args["mount"], node=args["node"])
    if mount.device != args["device"]:
        return _("Another disk is mounted at {mount} on {node} by now: {device}.").format(
            mount=args["mount"], node=args["node"], device=mount.device
        )
    if ground.read_only:
        return _("The disk at {mount} on {node} is read-only by now.").format(mount=args["mount"], node=args["node"])
    return ""


def _not_only_copy(pool: Pool, step: Step, job: Job) -> str:
    """The brick that goes (args "old") is not the only good copy of anything."""
    return not_only_copy(pool, replace(step, args={**step.args, "bricks": step.args["old"]}), job)


CHECKS: Mapping[str, Check] = {
    "disk_as_seen": _as_seen,
    "disk_ready": _ready,
    "disk_not_only_copy": _not_only_copy,
}
FOLLOWS: Mapping[str, Follow] = {"disk_up": brick_up, "disk_heal": heal, "disk_verify": verify}
