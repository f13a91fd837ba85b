"""What can be done with a node from the Nodes page: the one list of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from nasclustergui.cluster.lifecycle.join import actions as join
from nasclustergui.cluster.lifecycle.leave import actions as leave
from nasclustergui.cluster.lifecycle.roles import actions as roles
from nasclustergui.cluster.state import ClusterState
from nasclustergui.cluster.terminals.guarded import why_no_terminal
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.nodes.model import NodeState


class NodeAction(NamedTuple):
    """An entry of a node's menu; chosen, the page emits the command "ID:NODE", which some page carries out.

    Attributes:
        id: "terminal.open". icon, title: as shown. why_not: why it does not apply to this node now, "" if it does.
        button: also a button in the head of the node's detail. danger: takes something away; stands last.
    """

    id: str
    icon: str
    title: str
    why_not: Callable[[ClusterState, NodeState], str]
    button: bool = False
    danger: bool = False


def node_actions() -> tuple[NodeAction, ...]:
    """All of them, titled in the active language, in the menu's order."""
    return (
        NodeAction("terminal.open", "terminal", _("Terminal"), why_no_terminal, button=True),
        NodeAction("logs.show", "scroll-text", _("Logs"), lambda _state, _node: "", button=True),
        NodeAction("node.join", "plus", _("Join cluster…"), join.why_not_joined),
        NodeAction("node.heartbeat", "heart-pulse", _("Heartbeat service…"), join.why_not_heartbeat),
        NodeAction("roles.promote", "crown", _("Promote to manager…"), roles.why_not_promote),
        NodeAction("roles.demote", "circle-arrow-down", _("Demote to worker…"), roles.why_not_demote),
        NodeAction("roles.demote", "undo-2", _("Clean up etcd…"), roles.why_not_clean_up),
        NodeAction("node.drain", "log-out", _("Drain…"), leave.why_not_drained),
        NodeAction("node.undrain", "undo-2", _("End drain…"), leave.why_not_undrained),
        NodeAction("node.take_out", "undo-2", _("Take out again…"), join.why_not_taken_out, danger=True),
        NodeAction("node.remove", "trash-2", _("Remove from cluster…"), leave.why_not_removed, danger=True),
    )
