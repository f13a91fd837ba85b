"""Why bricks can't be removed or added as copies right now, and what a removal under way needs. Pure."""

from __future__ import annotations

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.features.bricks.meanings import not_moved
from nasclustergui.subsystems.gluster.features.bricks.removal import removal_of
from nasclustergui.subsystems.gluster.features.bricks.shapes import why_no_fewer, why_no_more
from nasclustergui.subsystems.gluster.model import Task, TaskState, Volume, VolumeStatus


def why_no_removal(volume: Volume, busy: str) -> str:
    """ "" if whole sets or copies can go. `busy`: what runs on it, one sentence."""
    if removal_of(volume.tasks) is not None:
        return _("Bricks are being removed from it.")
    if busy:
        return busy
    if len(volume.sets) < 2 and why_no_fewer(volume):
        return _("Its only set cannot be removed: the files would have nowhere to go.")
    if volume.status is not VolumeStatus.STARTED and why_no_fewer(volume):
        return _("The volume is stopped: nothing can move the files.")
    return ""


def why_no_copies(volume: Volume, busy: str) -> str:
    """ "" if the volume can keep more copies."""
    if removal_of(volume.tasks) is not None:
        return _("Bricks are being removed from it.")
    return busy or why_no_more(volume)


def why_no_finish(volume: Volume) -> str:
    """ "" if a removal can be watched and committed."""
    task = removal_of(volume.tasks)
    if task is None:
        return _("No bricks are being removed from it.")
    return _("It left files on the bricks: try it again or stop it.") if _stuck(task) else ""


def why_no_retry(volume: Volume) -> str:
    """ "" if a removal has ended and left files on the bricks."""
    task = removal_of(volume.tasks)
    if task is None:
        return _("No bricks are being removed from it.")
    if task.state in (TaskState.RUNNING, TaskState.NOT_STARTED):
        return _("The removal is under way.")
    return ""


def why_no_stop(volume: Volume) -> str:
    """ "" if there is a removal to stop."""
    return "" if removal_of(volume.tasks) is not None else _("No bricks are being removed from it.")


def _stuck(task: Task) -> bool:
    ended = task.state in (TaskState.COMPLETED, TaskState.STOPPED)
    return task.state in (TaskState.FAILED, TaskState.STALE) or (ended and bool(not_moved(task)))
