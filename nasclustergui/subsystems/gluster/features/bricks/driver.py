"""What is checked right before bricks are taken away or become copies, and the removal that is watched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _, ngettext, sentences
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.core.units import count
from nasclustergui.subsystems.gluster.features.bricks.copies import only_good_copies, read_pending
from nasclustergui.subsystems.gluster.features.bricks.follow import (
    current_removal,
    failed_removal,
    follow_removal,
    read_removal,
    refuse_incomplete,
)
from nasclustergui.subsystems.gluster.features.bricks.leftovers import Left, read_left
from nasclustergui.subsystems.gluster.features.places.model import SiteState
from nasclustergui.subsystems.gluster.features.places.read import look
from nasclustergui.subsystems.gluster.features.pool import Check, Follow, Pool
from nasclustergui.subsystems.gluster.model import TaskState


def not_only_copy(pool: Pool, step: Step, job: Job) -> str:
    """None of the step's bricks holds the only good copy of something. Args: volume, bricks (one per line)."""
    name, bricks = step.args["volume"], step.args["bricks"].splitlines()
    state = pool.read(job)
    volume = state.volume(name)
    if volume is None:
        return _("Volume {volume} does not exist any more.").format(volume=name)
    if state.status_error:
        return _("Whether others hold what these bricks hold is not known: {reason}").format(reason=state.status_error)
    found = only_good_copies(volume, bricks, read_pending(pool, volume, job))
    return found[0].why if found else ""


def no_removal(pool: Pool, step: Step, job: Job) -> str:
    """No removal of bricks waits for its commit, in whatever state: gluster would refuse most changes. Args: volume."""
    if current_removal(pool, step.args["volume"], job) is None:
        return ""
    return _("A removal of bricks from {volume} is not committed yet.").format(volume=step.args["volume"])


def same_removal(pool: Pool, step: Step, job: Job) -> str:
    """The removal that gluster knows of is the one of these bricks. Args: volume, bricks."""
    found = current_removal(pool, step.args["volume"], job)
    wanted = step.args["bricks"].splitlines()
    if found is not None and sorted(found.bricks) == sorted(wanted):
        return ""
    return _("The removal of {bricks} is not under way any more.").format(bricks=", ".join(wanted))


def same_shape(pool: Pool, step: Step, job: Job) -> str:
    """The volume has the bricks that were planned for, in that order. Args: volume, shape (brick names)."""
    volume = pool.now(job).volume(step.args["volume"])
    now = [brick.name for brick in volume.bricks] if volume is not None else []
    if now == step.args["shape"].splitlines():
        return ""
    return _("The bricks of {volume} are not those any more that were planned for.").format(volume=step.args["volume"])


def bricks_emptied(pool: Pool, step: Step, job: Job) -> str:
    """gluster moved every file, and nothing but its own pointers is left on the bricks. Args: volume, bricks."""
    name, bricks = step.args["volume"], step.args["bricks"].splitlines()
    task = read_removal(pool, name, bricks, job)
    if task is None:
        return _("The removal of {bricks} is not under way any more.").format(bricks=", ".join(bricks))
    try:
        if task.state is TaskState.FAILED:
            raise failed_removal(name, bricks, task)
        refuse_incomplete(name, bricks, task)
    except NasError as error:
        return sentences(str(error), error.hint)
    volume = pool.now(job).volume(name)
    going = [brick for brick in volume.bricks if brick.name in bricks] if volume else []
    job.report(_("Looking for files that are left on {bricks}").format(bricks=", ".join(bricks)))
    return said_of_left(read_left(pool, going, job))


def _left_hint() -> str:
    """Measured: what a power cut or a stop leaves half moved stays marked on both bricks, and no retry moves it.

    Whole it is on either brick, and clients read it from the leaving one too: that they read it proves nothing.
    """
    return _(
        "Try the removal again. If they are still there, a move of them was broken off and gluster passes them over: "
        "copy each one through a mounted client to a place outside of the volume, then take the brick out with "
        "“remove-brick … force” on the command line, and copy back what is missing or differs afterwards."
    )


def said_of_left(found: Mapping[str, Left]) -> str:
    """Why the bricks are not empty, "" if they are."""
    for brick, left in found.items():
        if left.files is None:
            text = _("The directory of {brick} is not there: whether files are left on it is not known.")
            return text.format(brick=brick)
        if left.files:
            text = ngettext(
                "{n} file is left on {brick} although gluster counted no failure: {names}. Nothing is committed.",
                "{n} files are left on {brick} although gluster counted no failure: {names}. Nothing is committed.",
                left.files,
            )
            said = text.format(n=count(left.files), brick=brick, names=_listed(left.names, left.files))
            return sentences(said, _left_hint())
    return ""


def dirs_empty(pool: Pool, step: Step, job: Job) -> str:
    """The directories that become copies hold nothing: an old copy would bring deleted files back (measured).

    Args: sites, one "node:/path" per line, nodes of the profile.
    """
    wanted: dict[str, list[str]] = {}
    for site in step.args["sites"].splitlines():
        node, _colon, path = site.partition(":")
        wanted.setdefault(node, []).append(path)
    for node, answer in look(pool, wanted, job).items():
        if isinstance(answer, NasError):
            raise answer
        for place in answer:
            if place.state is not SiteState.ABSENT and place.state is not SiteState.EMPTY:
                text = _("{path} on {node} is not an empty directory: old files would mix with the copies.")
                return text.format(path=place.path, node=node)
    return ""


def _listed(names: Sequence[str], total: int) -> str:
    return ", ".join(names) + (", …" if total > len(names) else "")


CHECKS: Mapping[str, Check] = {
    "not_only_copy": not_only_copy,
    "no_removal": no_removal,
    "same_removal": same_removal,
    "same_shape": same_shape,
    "bricks_emptied": bricks_emptied,
    "dirs_empty": dirs_empty,
}
FOLLOWS: Mapping[str, Follow] = {"removal": follow_removal}
