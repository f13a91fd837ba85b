"""What is to be said about a volume's rebalance, worst first, and what can be done: pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import count, duration
from nasclustergui.subsystems.gluster.features.rebalance.history import WorkHistory
from nasclustergui.subsystems.gluster.features.rebalance.model import (
    Look,
    ended_at,
    last_kind,
    last_nodes,
    last_state,
    left_over,
    under_way,
)
from nasclustergui.subsystems.gluster.model import (
    GlusterState,
    NodeProgress,
    PeerState,
    Task,
    TaskKind,
    TaskState,
    Volume,
    VolumeStatus,
)
from nasclustergui.subsystems.gluster.rebalance_meter import node_key

STILL = 300.0  # seconds without a moved file after which that is explained
LOG = "/var/log/glusterfs/{volume}-rebalance.log"


class Offer(StrEnum):
    """What one click leads to."""

    START = "start"
    WAIT = "wait"
    END = "end"
    RESTART = "restart"
    FORCE = "force"
    FILES = "files"


@dataclass(frozen=True)
class Finding:
    """`title`: a sentence without full stop; `text`: what it means; `todo`: what to do, in order."""

    severity: Severity
    title: str
    text: str = ""
    todo: tuple[str, ...] = ()
    offers: tuple[Offer, ...] = ()


def findings(
    volume: Volume, state: GlusterState, work: WorkHistory | None, look: Look | None, now: float
) -> tuple[Finding, ...]:
    """All there is to say. `work`: as measured so far, `look`: what the nodes said, None before they were asked."""
    found = list(_all(volume, state, work, look, now))
    return tuple(sorted(found, key=lambda f: -f.severity))


def _all(
    volume: Volume, state: GlusterState, work: WorkHistory | None, look: Look | None, now: float
) -> Iterator[Finding]:
    if volume.status is not VolumeStatus.STARTED:
        yield Finding(Severity.INFO, _("The volume is stopped"), _("Start it before its files can be spread."))
        return
    removal = next((t for t in volume.tasks if t.kind is TaskKind.REMOVE_BRICK), None)
    if removal is not None and removal.state not in (TaskState.STOPPED, TaskState.NOT_STARTED):
        text = _("Gluster refuses a rebalance until the removal is committed or stopped.")
        yield Finding(Severity.INFO, _("Bricks of {volume} are being removed").format(volume=volume.name), text)
        return
    yield from _away(volume, state, under_way(volume) is not None)
    task = under_way(volume)
    if task is not None:
        yield from _running(task, state, work, now)
        return
    lost = left_over(volume, look) if look is not None else ()
    stale = any(task.state is TaskState.STALE for task in volume.tasks)
    if lost:
        yield _left_over(lost)
    elif stale or (look is not None and look.held):
        yield _held(look.held if look is not None else ())
    if look is not None and not lost:
        yield from _last(volume, look)
    if look is not None:
        yield from _silent(look)


def _away(volume: Volume, state: GlusterState, running: bool) -> Iterator[Finding]:
    absent = {peer.uuid for peer in state.peers if peer.state is PeerState.DISCONNECTED}
    names = dict.fromkeys(b.node or b.host for b in volume.bricks if b.host_uuid in absent or b.online is False)
    if not names:
        return
    text = _("A rebalance that runs without one of its sets fails at once; with a copy missing it goes on.")
    todo = () if running else (_("Bring the bricks back before you start one."),)
    title = _("Bricks on {nodes} are down").format(nodes=", ".join(names))
    yield Finding(Severity.WARN, title, text, todo)


def _running(task: Task, state: GlusterState, work: WorkHistory | None, now: float) -> Iterator[Finding]:
    failed = [node_name(n, state) for n in task.nodes if n.state is TaskState.FAILED]
    if failed:
        yield Finding(
            Severity.WARN,
            _("{nodes} failed, the others go on").format(nodes=", ".join(failed)),
            _("A brick or a node went away meanwhile. No file is lost: what was not moved stays where it was."),
            (_("Let the others end, or stop it."), _("Once all bricks are back, rebalance again.")),
        )
    dead = [node_name(n, state) for n in task.nodes if work is not None and node_key(n) in work.dead]
    if dead:
        yield Finding(
            Severity.WARN,
            _("{nodes} does not go on").format(nodes=", ".join(dead)),
            _("Gluster says that it works, but its run time stands still: its process is gone or hangs."),
            (_("Stop the rebalance, then start it again: it skips what is in place."),),
        )
    if task.kind is TaskKind.FIX_LAYOUT:
        text = _("Gluster counts nothing here but the time, so nobody can say how far it is.")
        yield Finding(Severity.BUSY, _("The layout of all directories is renewed"), text)
        return
    still = work.still_for(now) if work is not None else 0.0
    if still > STILL:
        text = _("A file counts once all of it is copied: a large one may take hours.")
        yield Finding(Severity.INFO, _("No file was finished for {time}").format(time=duration(int(still))), text)
    text = _("Files stay readable and writable. Bricks and network are busier until it is done.")
    yield Finding(Severity.BUSY, _("Files are being moved"), text)


def _held(nodes: Sequence[str]) -> Finding:
    """No process any more, but a glusterd that doesn't know it."""
    if not nodes:
        return Finding(
            Severity.WARN,
            _("A part of the pool believes that a rebalance runs, the rest knows of none"),
            _("No node was seen moving files."),
            (
                _("Start the rebalance anew: most often that clears it."),
                _("Only if gluster says “already started”: stop and start the volume. Clients lose access meanwhile."),
            ),
            (Offer.START, Offer.FORCE),
        )
    return Finding(
        Severity.WARN,
        ngettext(
            "{nodes} holds on to a rebalance that the rest of the pool has forgotten",
            "{nodes} hold on to a rebalance that the rest of the pool has forgotten",
            len(nodes),
        ).format(nodes=", ".join(nodes)),
        _("No process of it runs any more. No file is lost: what was not moved stays where it was."),
        (
            _("Start the rebalance anew: most often that clears it."),
            _("If gluster says “already started”, restart glusterd there."),
        ),
        (Offer.START, Offer.RESTART),
    )


def _left_over(nodes: Sequence[str]) -> Finding:
    names = ", ".join(nodes)
    return Finding(
        Severity.WARN,
        ngettext(
            "{nodes} goes on with a rebalance that the rest of the pool has forgotten",
            "{nodes} go on with a rebalance that the rest of the pool has forgotten",
            len(nodes),
        ).format(nodes=names),
        _(
            "It was away when the rebalance ended, and took its part up again when it came back. Until it is through, "
            "gluster refuses a new start (“already started”). No file is lost."
        ),
        (
            _("Wait until it is through, then rebalance; nobody can say how long."),
            _("Or end its part: what it moved stays moved."),
        ),
        (Offer.WAIT, Offer.END),
    )


def _last(volume: Volume, look: Look) -> Iterator[Finding]:
    state, nodes = last_state(look), last_nodes(look)
    if state is None or last_kind(look) is TaskKind.REMOVE_BRICK:
        text = _("After bricks were added, the files that are there stay where they are until you rebalance.")
        yield Finding(Severity.INFO, _("Nobody has rebalanced {volume} yet").format(volume=volume.name), text)
        return
    files = sum(node.files for node in nodes)
    if state is TaskState.FAILED:
        names = ", ".join(node.node for node in nodes if node.state is TaskState.FAILED)
        yield Finding(
            Severity.WARN,
            _("The last rebalance failed on {nodes}").format(nodes=names),
            _("It ends where a brick or a node goes away. No file is lost: what was not moved stays where it was."),
            (_("Look that all bricks are up, then rebalance again: it skips what is in place."),),
            (Offer.START,),
        )
    elif state is TaskState.STOPPED:
        text = _("It was stopped after {files} files; the rest stays where it was.").format(files=count(files))
        todo = (_("Rebalance again: it skips what is in place."),)
        yield Finding(Severity.INFO, _("The last rebalance was stopped"), text, todo, (Offer.START,))
    yield from _not_moved(volume, nodes)
    if state is TaskState.COMPLETED and not sum(node.failures for node in nodes):
        if last_kind(look) is TaskKind.FIX_LAYOUT:
            yield Finding(Severity.OK, _("New files use all sets"), _("Existing files stay where they are."))
        else:
            text = ngettext("{n} file was moved.", "{n} files were moved.", files).format(n=count(files))
            yield Finding(Severity.OK, _("The last rebalance ended well"), text)


def _not_moved(volume: Volume, nodes: Sequence[NodeProgress]) -> Iterator[Finding]:
    failures, skipped = sum(n.failures for n in nodes), sum(n.skipped for n in nodes)
    if failures:
        where = ", ".join(f"{n.node} {count(n.failures)}" for n in nodes if n.failures)
        yield Finding(
            Severity.WARN,
            ngettext("{n} file could not be moved", "{n} files could not be moved", failures).format(n=count(failures)),
            _(
                "By node: {nodes}. They stay where they were, and clients can use them. The reasons are in {log}."
            ).format(nodes=where, log=LOG.format(volume=volume.name)),
            (),
            (Offer.FILES,),
        )
    if skipped:
        title = ngettext("{n} file was left where it is", "{n} files were left where they are", skipped)
        text = _(
            "On purpose: the new place would be fuller than the old one, or the file has several names (hard links)."
        )
        yield Finding(Severity.INFO, title.format(n=count(skipped)), text, (), (Offer.FILES,))


def _silent(look: Look) -> Iterator[Finding]:
    if look.silent:
        title = _("Not asked: {nodes}").format(nodes=", ".join(look.silent))
        yield Finding(Severity.INFO, title, "; ".join(dict.fromkeys(look.silent.values())))


def node_name(node: NodeProgress, state: GlusterState) -> str:
    """The node as the profile calls it; gluster calls the asked one "localhost"."""
    peer = next((peer for peer in state.peers if peer.uuid and peer.uuid == node.host_uuid), None)
    return (peer.node or peer.hostnames[0]) if peer is not None else node.node


def last_ended(look: Look | None) -> float:
    """Unix time at which the last one ended, 0.0 if unknown."""
    return ended_at(look) if look is not None and last_state(look) is not None else 0.0
