"""One state and one word for each node: what an administrator must know before touching it."""

from __future__ import annotations

from dataclasses import dataclass

from nasclustergui.cluster.lifecycle.join.actions import gap, is_outside
from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import clock
from nasclustergui.subsystems.gluster.model import Volume, VolumeStatus, VolumeType
from nasclustergui.subsystems.gluster.quorum import Access, set_access
from nasclustergui.subsystems.nodes.model import Link, NodeState


@dataclass(frozen=True)
class NodeWord:
    """A state of the theme, its word, and a smaller addition ("of data, set 2")."""

    state: str
    word: str
    sub: str = ""


def node_word(state: ClusterState, node: NodeState) -> NodeWord:
    """Worst first: unreachable, bricks down, last copies; then draining, healing; else Online."""
    if node.link is Link.CONNECTING:
        return NodeWord("unknown", _("Connecting"))
    if node.link is Link.REFUSED:
        return NodeWord("warn", _("Refused"), node.error.removeprefix(f"{node.name}: "))
    if node.link is Link.LOST:
        seen = _("seen {time}").format(time=clock(node.seen_at)) if node.seen_at else ""
        return NodeWord("stale", _("No answer"), seen)
    if is_outside(state, node.name):
        return NodeWord("warn", _("Not joined"), ", ".join(gap(state, node.name)))
    down = [v.name for v, i in state.bricks_of(node.name) if _started(v) and v.bricks[i].online is False]
    if down:
        word = ngettext("Brick down", "{n} bricks down", len(down)).format(n=len(down))
        return NodeWord("critical", word, _("of {volumes}").format(volumes=", ".join(dict.fromkeys(down))))
    last = last_copies(state, node.name)
    if last:
        return NodeWord("warn", _("Last copies"), _("of {volumes}").format(volumes=", ".join(last)))
    if state.gluster is not None and node.name in state.gluster.waits_for:
        return NodeWord("warn", _("glusterd hangs"))
    if state.etcd is not None and (drain := state.etcd.drains.get(node.name)) is not None:
        since = _("since {time}").format(time=clock(drain.at)) if drain.at else ""
        return NodeWord("drain", _("Draining"), ", ".join(part for part in (since, drain.who) if part))
    healing = [v.name for v, i in state.bricks_of(node.name) if v.bricks[i].heal_pending]
    if healing:
        return NodeWord("busy", _("Healing"), ", ".join(dict.fromkeys(healing)))
    return NodeWord("ok", _("Online"))


def last_copies(state: ClusterState, node: str) -> tuple[str, ...]:
    """Volumes with files that clients cannot use without this node, because sibling bricks are down already."""
    return tuple(dict.fromkeys(v.name for v, i in state.bricks_of(node) if _started(v) and _is_last(v, i)))


def _started(volume: Volume) -> bool:
    return volume.status is VolumeStatus.STARTED


def _is_last(volume: Volume, position: int) -> bool:
    """A sibling is down, this brick is up, and without it clients have no access (they may have none already)."""
    group = volume.sets[position // volume.set_size]
    here = position % volume.set_size
    up = [brick.online is True for brick in group]
    if not up[here] or all(up) or volume.type is VolumeType.DISTRIBUTE:
        return False
    without = [on and i != here for i, on in enumerate(up)]
    return set_access(volume, without) is not Access.FULL
