"""What a node's menu offers about joining, and whether it applies, from what the window knows anyway."""

from __future__ import annotations

from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.nodes.model import NodeState


def gap(state: ClusterState, node: str) -> tuple[str, ...]:
    """What the node lacks of the cluster, as far as that is known; () if nothing, or nobody knows."""
    profile = state.profile.node(node)
    parts = []
    if state.gluster is not None and "gluster" not in state.errors and not (profile and profile.role == "edge"):
        inside = {peer.node for peer in state.gluster.peers}
        if node not in inside and "" not in inside:
            parts.append(_("not in the pool"))
    if state.etcd is not None and node in state.etcd.missing:
        parts.append(_("no heartbeat"))
    return tuple(parts)


def is_outside(state: ClusterState, node: str) -> bool:
    """The pool is there and this node is not in it."""
    return len(state.gluster.peers if state.gluster else ()) > 1 and _("not in the pool") in gap(state, node)


def why_not_joined(state: ClusterState, node: NodeState) -> str:
    """Why “Join cluster…” does not apply."""
    if not node.online:
        return _("{node} does not answer.").format(node=node.name)
    if not gap(state, node.name) and not _nobody_beats(state):
        return _("{node} has everything of the cluster.").format(node=node.name)
    return ""


def _nobody_beats(state: ClusterState) -> bool:
    """No node at all is registered: then nobody can say that this one lacks something."""
    return state.etcd is not None and not state.etcd.registrations and not state.etcd.registrations_error


def why_not_heartbeat(state: ClusterState, node: NodeState) -> str:
    """Why “Heartbeat service…” does not apply."""
    if not state.profile.etcd.endpoints:
        return _("This cluster has no etcd.")
    return "" if node.online else _("{node} does not answer.").format(node=node.name)


def why_not_taken_out(state: ClusterState, node: NodeState) -> str:
    """Why “Take out again…” does not apply."""
    if not node.online:
        return _("{node} does not answer.").format(node=node.name)
    if state.bricks_of(node.name):
        return _("{node} has bricks: remove it instead.").format(node=node.name)
    if state.etcd_role(node.name):
        return _("{node} is an etcd member: demote it first.").format(node=node.name)
    if len(state.profile.nodes) < 2:
        return _("It is the only node of the profile.")
    return ""
