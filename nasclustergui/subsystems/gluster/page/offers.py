"""Which changes a volume can take right now, and why the others can't. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.features.bricks.removal import removal_of
from nasclustergui.subsystems.gluster.model import (
    GlusterState,
    PeerState,
    Task,
    TaskKind,
    TaskState,
    Volume,
    VolumeStatus,
    VolumeType,
)
from nasclustergui.subsystems.gluster.page.brick_offers import (
    why_no_copies,
    why_no_finish,
    why_no_removal,
    why_no_retry,
    why_no_stop,
)

UNDER_WAY = (TaskState.RUNNING, TaskState.STALE)


class Action(StrEnum):
    """What can be done to a volume; the value is the word in action ids ("gluster.heal:data")."""

    START = "start"
    STOP = "stop"
    DELETE = "delete"
    REBALANCE = "rebalance"
    FIX_LAYOUT = "fix-layout"
    REBALANCE_STOP = "rebalance-stop"
    HEAL = "heal"
    HEAL_FULL = "heal-full"
    ADD_BRICKS = "add-brick"
    RESTART_BRICKS = "start-force"
    FAILED_DISK = "failed-disk"
    REPLACE_BRICK = "replace-brick"
    RESET_BRICK = "reset-brick"
    MORE_COPIES = "more-copies"
    REMOVE_BRICKS = "remove-brick"
    REMOVAL_FINISH = "remove-brick-finish"
    REMOVAL_RETRY = "remove-brick-retry"
    REMOVAL_STOP = "remove-brick-stop"


DISK_ACTIONS = (Action.FAILED_DISK, Action.REPLACE_BRICK, Action.RESET_BRICK)

REMOVAL_ACTIONS = (Action.REMOVAL_FINISH, Action.REMOVAL_RETRY, Action.REMOVAL_STOP)


def offers(volume: Volume, state: GlusterState, unreadable: str = "") -> Mapping[Action, str]:
    """Action → why it does not apply, one sentence; "" where it does. `unreadable` refuses all of them."""
    if unreadable:
        return dict.fromkeys(Action, unreadable)
    started = volume.status is VolumeStatus.STARTED
    stopped = "" if started else _("The volume is stopped.")
    task = running_task(volume) or removal_of(volume.tasks)
    busy = _busy(task)
    return {
        Action.START: _("The volume runs already.") if started else "",
        Action.STOP: stopped,
        Action.DELETE: _delete(state),
        Action.REBALANCE: stopped or _rebalance(volume, task),
        Action.FIX_LAYOUT: stopped or _rebalance(volume, task),
        Action.REBALANCE_STOP: stopped or _rebalance_stop(task),
        Action.HEAL: stopped or _heal(volume, state),
        Action.HEAL_FULL: stopped or _heal_full(volume),
        Action.ADD_BRICKS: busy,
        Action.RESTART_BRICKS: stopped or _restart(volume),
        Action.FAILED_DISK: stopped or busy or _failed_disk(volume),
        Action.REPLACE_BRICK: stopped or busy or _replace(volume),
        Action.RESET_BRICK: stopped or busy,
        Action.MORE_COPIES: why_no_copies(volume, busy),
        Action.REMOVE_BRICKS: why_no_removal(volume, busy),
        Action.REMOVAL_FINISH: stopped or why_no_finish(volume),
        Action.REMOVAL_RETRY: stopped or why_no_retry(volume),
        Action.REMOVAL_STOP: why_no_stop(volume),
    }


def running_task(volume: Volume) -> Task | None:
    """The work that gluster does on the volume now, or has lost track of."""
    return next((task for task in volume.tasks if task.state in UNDER_WAY), None)


def _busy(task: Task | None) -> str:
    if task is None:
        return ""
    if task.kind is TaskKind.REMOVE_BRICK:
        return _("Bricks are being removed from it.")
    return _("A rebalance runs on it.")


def _delete(state: GlusterState) -> str:
    absent = [p.node or p.hostnames[0] for p in state.peers if p.state is PeerState.DISCONNECTED]
    if absent:
        return _("GlusterFS deletes volumes only while all peers are connected; {node} is not.").format(
            node=", ".join(absent)
        )
    return ""


def _rebalance(volume: Volume, task: Task | None) -> str:
    if len(volume.sets) < 2:
        return _("It has a single set: there is nothing to spread.")
    return _busy(task)


def _rebalance_stop(task: Task | None) -> str:
    if task is None or task.kind is TaskKind.REMOVE_BRICK:
        return _("No rebalance runs on it.")
    return ""


def _heal_full(volume: Volume) -> str:
    if volume.type is VolumeType.DISTRIBUTE:
        return _("A distributed volume has no copies to heal from.")
    return ""


def _heal(volume: Volume, state: GlusterState) -> str:
    if refusal := _heal_full(volume):
        return refusal
    absent = {peer.uuid for peer in state.peers if peer.state is PeerState.DISCONNECTED}
    gone = [b.node or b.host for b in volume.bricks if b.online is False and b.host_uuid in absent]
    if gone:
        return _("{node} is not connected: what its brick lacks heals by itself once it is back.").format(
            node=", ".join(dict.fromkeys(gone))
        )
    if volume.heal_pending == 0 and all(b.online for b in volume.bricks):
        return _("Nothing waits for a heal.")
    return ""


def disk_failed(volume: Volume, state: GlusterState) -> bool:
    """True if a brick is down although its node is there: its disk is the likely cause."""
    absent = {peer.uuid for peer in state.peers if peer.state is PeerState.DISCONNECTED}
    started = volume.status is VolumeStatus.STARTED
    return started and any(b.online is False and b.host_uuid not in absent for b in volume.bricks)


def _failed_disk(volume: Volume) -> str:
    """Also offered while something waits for a heal: a replacement may have got that far."""
    if volume.heal_pending or any(brick.online is not True for brick in volume.bricks):
        return ""
    return _("All its bricks run and nothing waits for a heal.")


def _replace(volume: Volume) -> str:
    if volume.type is VolumeType.DISTRIBUTE:
        return _("It keeps every file once: add a brick, then remove the old one.")
    return ""


def _restart(volume: Volume) -> str:
    if any(brick.online is False for brick in volume.bricks):
        return ""
    return _("All its bricks run.")
