"""Bricks as the terminals need them: directories per node, with the volume they are part of."""

from __future__ import annotations

from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.nodes.model import Link, NodeState
from nasclustergui.subsystems.terminal.model import Guarded


def guarded(state: ClusterState) -> dict[str, tuple[Guarded, ...]]:
    """Node → its bricks. Old readings count too: a brick that was one a minute ago still holds data."""
    found: dict[str, tuple[Guarded, ...]] = {}
    for volume in state.gluster.volumes if state.gluster else ():
        for brick in volume.bricks:
            node = brick.node or brick.host
            found[node] = (*found.get(node, ()), Guarded(brick.path, volume.name, brick.arbiter))
    return found


def why_no_terminal(state: ClusterState, node: NodeState) -> str:
    """Why no terminal can be opened on the node now, "" if one can."""
    if state.profile.read_only:
        return _("This cluster's profile is read-only. A terminal can change anything.")
    if node.link is Link.ONLINE:
        return ""
    return node.error or _("{node} is not connected yet.").format(node=node.name)
