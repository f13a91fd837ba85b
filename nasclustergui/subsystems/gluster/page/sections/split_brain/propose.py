"""From decisions to a plan: looks first whether the nodes have room for what loses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from nasclustergui.core.errors import InvalidInput, NasError
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.features.split_brain import save
from nasclustergui.subsystems.gluster.features.split_brain.model import Copy
from nasclustergui.subsystems.gluster.features.split_brain.plans import plan_resolve
from nasclustergui.subsystems.gluster.features.split_brain.policy import Decision
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.section import View


class Proposer(QObject):
    """Signals: proposed: core.plan.Plan. refused: NasError."""

    proposed = Signal(object)
    refused = Signal(object)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self.view: View | None = None
        self._desk = desk

    def propose(self, decisions: Sequence[Decision], keep: bool) -> None:
        """Make the plan, after a look at the nodes' room where copies are kept."""
        losing = losers_by_node(decisions)
        if not keep or not losing:
            self._plan(decisions, keep)
            return

        def done(rooms: Mapping[str, save.Room | None]) -> None:
            short = [node for node, copies in losing.items() if not save.enough(rooms.get(node), copies)]
            if short:
                self.refused.emit(no_room(short))
            else:
                self._plan(decisions, keep)

        nodes = tuple(losing)
        self._desk.read(self, lambda pool, job: save.read_room(pool, nodes, job), done, self.refused.emit)

    def _plan(self, decisions: Sequence[Decision], keep: bool) -> None:
        view = self.view
        if view is None or view.volume is None:
            return
        try:
            plan = plan_resolve(view.volume, decisions, view.state, self._desk.cluster, keep=keep)
        except NasError as error:
            self.refused.emit(error)
        else:
            self.proposed.emit(plan)


def losers_by_node(decisions: Sequence[Decision]) -> dict[str, list[Copy]]:
    """Node → copies whose content would be lost there."""
    found: dict[str, list[Copy]] = {}
    for decision in decisions:
        for copy in decision.losers if decision.loses_content else ():
            if not copy.arbiter:
                found.setdefault(copy.node, []).append(copy)
    return found


def no_room(nodes: Sequence[str]) -> InvalidInput:
    """The error for nodes without room for the losing copies."""
    return InvalidInput(
        _("There is not enough room to keep the losing copies on {nodes}.").format(nodes=", ".join(nodes)),
        hint=_("Make room below {folder}, or untick “Keep losing copies on their nodes”.").format(folder=save.FOLDER),
    )
