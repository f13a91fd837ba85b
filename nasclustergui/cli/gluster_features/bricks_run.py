"""Answers `gluster volume remove-brick …`."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict, dataclass
from functools import partial

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as, volume_named
from nasclustergui.cli.terminal import note, say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.units import DASH, count, duration, size
from nasclustergui.subsystems.gluster.features.bricks.copies import read_pending
from nasclustergui.subsystems.gluster.features.bricks.copies_plans import plan_lower_copies
from nasclustergui.subsystems.gluster.features.bricks.pending import Pending
from nasclustergui.subsystems.gluster.features.bricks.plans import (
    plan_finish_removal,
    plan_force_removal,
    plan_removal_commit,
    plan_removal_start,
    plan_remove_sets,
    plan_retry_removal,
    plan_stop_removal,
)
from nasclustergui.subsystems.gluster.features.bricks.removal import moved_words, removal_of
from nasclustergui.subsystems.gluster.model import GlusterState, Task, Volume

LAST = ("start", "status", "stop", "commit", "force")


@dataclass(frozen=True)
class RemoveWords:
    """What the words say. `replica` is 0 and `last` is "" where they are not given."""

    bricks: tuple[str, ...]
    replica: int = 0
    last: str = ""


def read_words(words: list[str]) -> RemoveWords:
    """Understand `[replica N] BRICK… [start|status|stop|commit|force]`. Raises InvalidInput."""
    rest = list(words)
    last = rest.pop() if rest and rest[-1] in LAST else ""
    replica = 0
    if rest[:1] == ["replica"]:
        if len(rest) < 2 or not (rest[1].isascii() and rest[1].isdigit() and len(rest[1]) < 5 and int(rest[1])):
            raise InvalidInput(_("After “replica” comes the number of copies that stay."), field="replica")
        replica, rest = int(rest[1]), rest[2:]
    for word in rest:
        if ":/" not in word:
            shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in word)
            raise InvalidInput(
                _("“{word}” is not understood here.").format(word=shown),
                hint=_("After the bricks (NODE:/PATH) comes start, status, stop, commit or force."),
            )
    return RemoveWords(tuple(rest), replica, last)


def remove(session: Session, options: Namespace) -> Exit:
    """Show where a removal stands, or make its plan and carry it out."""
    words = read_words(options.words)
    state = work(Job(_("Read the cluster"), quiet=True), partial(_read, session))
    volume = volume_named(state, options.name)
    if words.last == "status":
        return _status(volume, options)
    pending = _pending(session, volume) if words.replica else None
    return carry_out_as(session, make_plan(state, volume, words, session.profile.name, options, pending), options)


def _read(session: Session, job: Job) -> GlusterState:
    session.nodes.connect_all()
    return session.gluster.pool.read(job)


def _pending(session: Session, volume: Volume) -> Pending:
    note(_("Comparing what waits for a heal on every brick…"))
    return work(Job(_("Compare"), quiet=True), lambda job: read_pending(session.gluster.pool, volume, job))


def make_plan(
    state: GlusterState,
    volume: Volume,
    words: RemoveWords,
    cluster: str,
    options: Namespace,
    pending: Pending | None = None,
) -> Plan:
    """The plan for the words. Raises InvalidInput for what gluster would refuse or misunderstand."""
    if words.replica:
        return _lower(state, volume, words, cluster, options, pending)
    under_way = removal_of(volume.tasks)
    if under_way is not None and words.bricks and sorted(words.bricks) != sorted(under_way.bricks):
        raise InvalidInput(
            _("Other bricks of {volume} are being removed: {bricks}.").format(
                volume=volume.name, bricks=", ".join(under_way.bricks)
            ),
            hint=_("Commit or stop that removal first."),
        )
    if options.retry:
        return plan_retry_removal(volume, state, cluster)
    match words.last:
        case "stop":
            return plan_stop_removal(volume, state, cluster)
        case "commit":
            return plan_removal_commit(volume, state, cluster)
        case "force":
            return plan_force_removal(volume, words.bricks, state, cluster)
        case "start":
            return plan_removal_start(volume, words.bricks, state, cluster)
    if under_way is not None:
        return plan_finish_removal(volume, state, cluster)
    return plan_remove_sets(volume, words.bricks, state, cluster)


def _lower(
    state: GlusterState,
    volume: Volume,
    words: RemoveWords,
    cluster: str,
    options: Namespace,
    pending: Pending | None,
) -> Plan:
    if words.last not in ("", "force"):
        raise InvalidInput(
            _("With “replica” nothing is moved: there is nothing to {word}.").format(word=words.last),
            hint=_("Leave the last word out, or write force as gluster does."),
        )
    plan = plan_lower_copies(volume, words.bricks, state, cluster, pending=pending, insist=bool(options.lose_only_copy))
    stays = volume.replica - len(words.bricks) // len(volume.sets)
    if stays != words.replica:
        raise InvalidInput(
            _("Without these bricks {n} copies would stay, not {wanted}.").format(n=stays, wanted=words.replica),
            field="replica",
            hint=_("The number after “replica” is how many bricks each set keeps."),
        )
    return plan


def _status(volume: Volume, options: Namespace) -> Exit:
    task = removal_of(volume.tasks)
    if options.json:
        say_json(_data(task) if task else None)
        return Exit.OK
    if task is None:
        say(_("No bricks are being removed from {volume}.").format(volume=volume.name))
        return Exit.OK
    said = _("Removal of {bricks}: {state}, {done}, not committed")
    say(said.format(bricks=", ".join(task.bricks), state=task.state.value, done=moved_words(task)))
    for node in task.nodes:
        moved = _("{files} files, {size} moved, {failures} failures, {skipped} skipped, {time}").format(
            files=count(node.files),
            size=size(node.bytes),
            failures=count(node.failures),
            skipped=count(node.skipped),
            time=duration(node.seconds),
        )
        say(f"  {node.node or DASH}  {node.state.value}  {moved}")
    return Exit.OK


def _data(task: Task) -> dict[str, object]:
    """A removal for JSON."""
    nodes = [asdict(node) | {"state": node.state.value} for node in task.nodes]
    return {"id": task.id, "state": task.state.value, "bricks": list(task.bricks), "nodes": nodes}
