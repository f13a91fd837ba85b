"""From "Replace failed disk…" to a plan: owns the dialog and reads for it in the background."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from nasclustergui.core.disks import Disk
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.subsystems.gluster.dialogs.disk_wizard import DiskWizard, Mode, Place
from nasclustergui.subsystems.gluster.features import Pool
from nasclustergui.subsystems.gluster.features.disk.read import Findings, find, look_at_place
from nasclustergui.subsystems.gluster.model import GlusterState, Volume
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.offers import Action
from nasclustergui.subsystems.gluster.page.proposals import offered
from nasclustergui.subsystems.gluster.placement import host_of

MODES = {Action.FAILED_DISK: Mode.FAILED, Action.REPLACE_BRICK: Mode.REPLACE, Action.RESET_BRICK: Mode.RESET}


class DiskFlow(QObject):
    """One dialog at a time. What a look at the cluster says is in it, never what was clicked before.

    Attributes:
        dialog: the one that is open, None while none is.

    Signals:
        proposed: core.plan.Plan.
    """

    proposed = Signal(object)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._state = GlusterState()
        self._disks: tuple[Disk, ...] = ()
        self._job: Job | None = None
        self.dialog: DiskWizard | None = None

    def set_state(self, state: GlusterState) -> None:
        """The newest reading."""
        self._state = state
        if self.dialog is not None:
            self.dialog.set_state(state)

    def set_disks(self, disks: tuple[Disk, ...]) -> None:
        """Places for bricks."""
        self._disks = disks
        self._feed()

    def open(self, mode: Mode, volume: Volume, window: QWidget, brick: str = "") -> DiskWizard:
        """Open the dialog for the volume; `brick` is chosen in it at first."""
        self._forget()
        dialog = DiskWizard(volume, mode, self._desk.cluster, self._find, self._look, self._desk.profile, window)
        self.dialog = dialog
        dialog.plan_ready.connect(self._on_plan)
        dialog.discarded.connect(self._forget)
        self._feed()
        dialog.begin(brick)
        dialog.open()
        return dialog

    def _feed(self) -> None:
        if self.dialog is not None:
            self.dialog.set_disks(offered(self._disks, self._state), self._host)

    def _host(self, node: str) -> str:
        try:
            return host_of(self._state, node)
        except InvalidInput:
            return node

    def _find(self, brick: str) -> None:
        dialog = self.dialog
        if dialog is None:
            return
        if self._job is not None:
            self._job.cancel()
        name = dialog.volume.name

        def work(pool: Pool, job: Job) -> Findings:
            return find(pool, name, job, about=brick)

        self._job = self._desk.read(dialog, work, dialog.show_findings, dialog.show_failed)

    def _look(self, brick: str) -> None:
        dialog = self.dialog
        if dialog is None:
            return
        state = self._state

        def work(pool: Pool, job: Job) -> Place:
            return look_at_place(pool, state, brick, job)

        show = partial(dialog.show_place, brick)
        self._desk.read(dialog, work, show, show)

    def _on_plan(self, plan: Plan) -> None:
        self._forget()
        self.proposed.emit(plan)

    def _forget(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None
