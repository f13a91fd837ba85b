"""What the Nodes page offers about roles, and why not."""

from __future__ import annotations

from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.nodes.model import NodeState


def why_not_promote(state: ClusterState, node: NodeState) -> str:
    """Why the node can't become a manager now, "" if it may be asked."""
    if why := _no_etcd(state):
        return why
    if state.etcd_role(node.name) in ("leader", "member") and state.role(node.name) == "manager":
        return _("{node} is a manager already.").format(node=node.name)
    return "" if node.online else _("{node} does not answer.").format(node=node.name)


def why_not_demote(state: ClusterState, node: NodeState) -> str:
    """Why the node can't become a worker now. A dead one can: only etcd's part is done then."""
    if why := _no_etcd(state):
        return why
    return "" if state.etcd_role(node.name) else _("{node} is no member of etcd.").format(node=node.name)


def why_not_clean_up(state: ClusterState, node: NodeState) -> str:
    """Why there is nothing of etcd to clean up on the node."""
    if why := _no_etcd(state):
        return why
    return "" if node.name in state.etcd_left else _("Nothing of etcd is left there.")


def _no_etcd(state: ClusterState) -> str:
    if not state.profile.etcd.endpoints:
        return _("The profile names no etcd.")
    return _("etcd does not answer.") if state.etcd is None or "etcd" in state.errors else ""
