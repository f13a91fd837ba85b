"""From "Remove bricks…" and "More copies…" to a plan: owns their dialogs; a removal under way needs none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from nasclustergui.core.disks import Disk
from nasclustergui.core.errors import NasError
from nasclustergui.core.plan import Plan
from nasclustergui.subsystems.gluster.dialogs.ground import Found
from nasclustergui.subsystems.gluster.dialogs.more_copies import MoreCopies, MoreCopiesDialog
from nasclustergui.subsystems.gluster.dialogs.remove_bricks import Removal, RemoveBricksDialog
from nasclustergui.subsystems.gluster.features.bricks.copies import read_pending
from nasclustergui.subsystems.gluster.features.bricks.copies_plans import plan_lower_copies, plan_raise_copies
from nasclustergui.subsystems.gluster.features.bricks.pending import Pending
from nasclustergui.subsystems.gluster.features.bricks.plans import (
    plan_finish_removal,
    plan_force_removal,
    plan_remove_sets,
    plan_retry_removal,
    plan_stop_removal,
)
from nasclustergui.subsystems.gluster.features.bricks.shapes import why_no_fewer
from nasclustergui.subsystems.gluster.features.places.plans import set_aside
from nasclustergui.subsystems.gluster.features.places.read import look
from nasclustergui.subsystems.gluster.model import GlusterState, Volume
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.offers import Action
from nasclustergui.subsystems.gluster.page.proposals import offered
from nasclustergui.subsystems.gluster.placement import brick_on

Failed = Callable[[NasError], object]
UNDER_WAY = {
    Action.REMOVAL_FINISH: plan_finish_removal,
    Action.REMOVAL_RETRY: plan_retry_removal,
    Action.REMOVAL_STOP: plan_stop_removal,
}
ACTIONS = (Action.REMOVE_BRICKS, Action.MORE_COPIES, *UNDER_WAY)


class BrickFlow(QObject):
    """One dialog of a kind at a time.

    Attributes:
        removing, copying: the dialogs, None while there is none.

    Signals:
        proposed: core.plan.Plan. refused: NasError.
    """

    proposed = Signal(object)
    refused = Signal(object)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._cluster = desk, desk.cluster
        self._state = GlusterState()
        self._disks: tuple[Disk, ...] = ()
        self._pending: Pending | None = None
        self.removing: RemoveBricksDialog | None = None
        self.copying: MoreCopiesDialog | None = None

    def set_state(self, state: GlusterState) -> None:
        """Plans are made from this state."""
        self._state = state
        if self.removing is not None and (now := state.volume(self.removing.volume.name)) is not None:
            self.removing.set_volume(now)
        if self.copying is not None and self.copying.isHidden() and self._was_copied(self.copying):
            self._forget_copying()
        self._feed()

    def set_disks(self, disks: tuple[Disk, ...]) -> None:
        """Places for bricks."""
        self._disks = disks
        self._feed()

    def _feed(self) -> None:
        if self.copying is not None:
            volumes = self._state.volumes
            self.copying.ground.set_volumes(volumes)
            self.copying.set_bricks([f"{b.node or b.host}:{b.path}" for v in volumes for b in v.bricks])
            self.copying.set_disks(offered(self._disks, self._state))

    def propose(self, action: Action, volume: Volume, window: QWidget) -> None:
        """Open the dialog of an action, or emit the plan of a removal that is under way, or why there is none."""
        if action is Action.REMOVE_BRICKS:
            self.remove(volume, window)
        elif action is Action.MORE_COPIES:
            self.more_copies(volume, window)
        else:
            try:
                plan = UNDER_WAY[action](volume, self._state, self._cluster)
            except NasError as error:
                self.refused.emit(error)
            else:
                self.proposed.emit(plan)

    # ---- fewer

    def remove(self, volume: Volume, window: QWidget) -> RemoveBricksDialog:
        """Open the dialog for that volume, with nothing chosen."""
        self._forget_removing()
        self.removing = RemoveBricksDialog(volume, self._plan_removal, self._desk.profile, window)
        self.removing.plan_ready.connect(self.proposed)
        self.removing.closed.connect(self._forget_removing)
        self.removing.open()
        if not why_no_fewer(volume):
            self._compare(volume, self.removing)
        return self.removing

    def _compare(self, volume: Volume, dialog: RemoveBricksDialog) -> None:
        """What each brick lists, also those that are down: the state doesn't tell."""
        dialog.set_comparing(True)

        def done(found: Pending | None) -> None:
            if self.removing is dialog:
                self._pending = found
                dialog.set_comparing(False)

        self._desk.read(dialog, lambda pool, job: read_pending(pool, volume, job), done, lambda _error: done(None))

    def _plan_removal(self, wish: Removal) -> Plan:
        state, cluster = self._state, self._cluster
        volume = state.volume(wish.volume.name) or wish.volume
        if wish.copies:
            return plan_lower_copies(volume, wish.bricks, state, cluster, pending=self._pending, insist=wish.force)
        make = plan_force_removal if wish.force else plan_remove_sets
        return make(volume, wish.bricks, state, cluster)

    def _forget_removing(self) -> None:
        if self.removing is not None:
            self.removing.deleteLater()
            self.removing, self._pending = None, None

    # ---- more

    def more_copies(self, volume: Volume, window: QWidget) -> MoreCopiesDialog:
        """Open the dialog for that volume; what was arranged before is still there."""
        if self.copying is not None and self.copying.volume.uuid != volume.uuid:
            self._forget_copying()
        if self.copying is None:
            self.copying = MoreCopiesDialog(volume, self._plan_copies, self._desk.profile, window)
            self.copying.plan_ready.connect(self.proposed)
            self.copying.discarded.connect(self._forget_copying)
            self.copying.ground.set_look(self._look)
        self.copying.ground.forget()
        self._feed()
        self.copying.open()
        return self.copying

    def _look(self, wanted: Mapping[str, Sequence[str]], done: Callable[[Found], object], failed: Failed) -> None:
        self._desk.read(self, lambda pool, job: look(pool, wanted, job), done, failed)

    def _plan_copies(self, wish: MoreCopies) -> Plan:
        volume = self._state.volume(wish.volume.name) or wish.volume
        bricks = [replace(brick_on(disk, volume.name, self._state), path=path) for disk, path in wish.bricks]
        plan = plan_raise_copies(volume, wish.wanted, bricks, self._state, self._cluster, force=wish.force)
        return set_aside(plan, wish.aside)

    def _was_copied(self, dialog: MoreCopiesDialog) -> bool:
        now = self._state.volume(dialog.volume.name)
        return now is None or len(now.bricks) != len(dialog.volume.bricks)

    def _forget_copying(self) -> None:
        if self.copying is not None:
            self.copying.deleteLater()
            self.copying = None
