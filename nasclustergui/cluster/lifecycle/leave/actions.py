"""What a node's menu offers about leaving, and whether it applies, from what the window knows anyway."""

from __future__ import annotations

from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.nodes.model import NodeState


def why_not_drained(state: ClusterState, node: NodeState) -> str:
    """Why “Drain…” does not apply."""
    if why := _no_etcd(state):
        return why
    assert state.etcd is not None
    if node.name in state.etcd.drains:
        return _("{node} is being drained already.").format(node=node.name)
    return ""


def why_not_undrained(state: ClusterState, node: NodeState) -> str:
    """Why “End drain…” does not apply."""
    if why := _no_etcd(state):
        return why
    assert state.etcd is not None
    return "" if node.name in state.etcd.drains else _("{node} is not being drained.").format(node=node.name)


def why_not_removed(state: ClusterState, node: NodeState) -> str:
    """Why “Remove from cluster…” does not apply. A dead node can be removed, too."""
    if len(state.profile.nodes) < 2:
        return _("It is the only node of the profile.")
    if state.gluster is None or "gluster" in state.errors:
        return _("The volumes cannot be read.")
    return ""


def _no_etcd(state: ClusterState) -> str:
    if not state.profile.etcd.endpoints:
        return _("The profile names no etcd: there is no place to note it.")
    if state.etcd is None or "etcd" in state.errors:
        return _("etcd does not answer.")
    return "" if state.etcd.leader is not None else _("etcd has no leader.")
