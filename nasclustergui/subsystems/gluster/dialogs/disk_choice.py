"""What is done with the chosen brick: taken back, put on the new disk at its place, or put elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QLayout, QLineEdit, QRadioButton, QWidget

from nasclustergui.core.disks import Disk
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.dialogs.disk_notes import Doubts
from nasclustergui.subsystems.gluster.dialogs.disk_slot import DiskSlot
from nasclustergui.subsystems.gluster.dialogs.disk_tree import DiskTree
from nasclustergui.subsystems.gluster.dialogs.notes import Notes
from nasclustergui.subsystems.gluster.features.disk.advise import Way, words
from nasclustergui.subsystems.gluster.features.disk.rules import Accepted
from nasclustergui.subsystems.gluster.names import check_brick_path
from nasclustergui.ui.forms import set_invalid
from nasclustergui.ui.parts import Label, box, col, label, row

WAYS = (Way.TAKE_BACK, Way.SAME_PLACE, Way.ELSEWHERE, Way.FINISH)


class DiskChoice(QWidget):
    """Radio buttons, and what belongs to the chosen one.

    Signals:
        changed: another way, disk, directory, or something was accepted. refused: why a disk can't be taken.
    """

    changed = Signal()
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.radios = {way: QRadioButton(words(way)) for way in WAYS}
        self._group = QButtonGroup(self)  # they are no siblings: each has its reason below it
        for radio in self.radios.values():
            self._group.addButton(radio)
        self.reasons: dict[Way, Label] = {way: label("", "caption", "text3", wrap=True) for way in WAYS}
        self._all_disks: tuple[Disk, ...] = ()
        self.slot, self.disks = DiskSlot(), DiskTree()
        self.field = QLineEdit()
        self.field.setAccessibleName(_("Directory on the disk"))
        self.notes = Notes()
        self.aside = QCheckBox(_("Set the old directory aside under another name"))
        self.unwise = QCheckBox(_("Take it nevertheless"))
        self.lose = QCheckBox(_("Lose what only this brick holds"))
        self._compose()
        self._connect()

    def _compose(self) -> None:
        self._lines = {way: box(self._line(way)) for way in WAYS}
        caption = label(_("Directory on the disk"), "label", "text2")
        caption.setBuddy(self.field)
        self._elsewhere = box(
            col(self.slot, row(caption, (self.field, 1), gap=8), (self.disks, 1), gap=8, margins=(24, 4, 0, 0))
        )
        checks = col(self.aside, self.unwise, self.lose, gap=4)
        self._rest = box(col(None))
        self.setLayout(col(*self._lines.values(), (self._elsewhere, 1), (self._rest, 1), self.notes, checks, gap=8))

    def _line(self, way: Way) -> QLayout:
        return col(self.radios[way], row((self.reasons[way], 1), margins=(24, 0, 0, 0)), gap=2)

    def _connect(self) -> None:
        for radio in self.radios.values():
            radio.toggled.connect(self._on_toggled)
        for check in (self.aside, self.unwise, self.lose):
            check.toggled.connect(lambda _on: self.changed.emit())
        self.slot.changed.connect(self._on_slot)
        self.slot.refused.connect(self.refused)
        self.disks.chosen.connect(self.slot.put)
        self.disks.freed.connect(lambda _disk: self.slot.clear())
        self.field.textChanged.connect(lambda _text: self.changed.emit())

    # ---- what the dialog sets

    def set_disks(self, disks: Sequence[Disk]) -> None:
        """Places for bricks."""
        self._all_disks = tuple(disks)
        self.slot.set_disks(disks)
        self._show_disks()

    def offer(self, refused: dict[Way, str], chosen: Way) -> None:
        """Which ways there are: way → why it can't be gone, "" if it can; a way that is missing is not shown."""
        for way in WAYS:
            self._lines[way].setVisible(way in refused)
            reason = refused.get(way, "")
            self.radios[way].setEnabled(not reason)
            self.reasons[way].set_text(reason)
            self.reasons[way].setVisible(bool(reason))
        self.choose(chosen)

    def choose(self, way: Way) -> None:
        """Check this way; `NOTHING` checks none."""
        self._group.setExclusive(False)
        for one, radio in self.radios.items():
            radio.blockSignals(True)
            radio.setChecked(one is way)
            radio.blockSignals(False)
        self._group.setExclusive(True)
        self._show()

    def show_doubts(self, found: Doubts, only_copy: bool) -> None:
        """What is unwise, and what may be accepted."""
        self.notes.show_notes(found.notes)
        self.notes.setVisible(bool(found.notes))
        for check, wanted in ((self.aside, found.aside), (self.unwise, found.unwise), (self.lose, only_copy)):
            check.setVisible(wanted)
            if not wanted and check.isChecked():
                check.setChecked(False)

    # ---- what was chosen

    def way(self) -> Way:
        """The checked one, `NOTHING` if none is."""
        return next((way for way, radio in self.radios.items() if radio.isChecked()), Way.NOTHING)

    def accepted(self) -> Accepted:
        """What was ticked."""
        return Accepted(self.aside.isChecked(), self.unwise.isChecked(), self.lose.isChecked())

    def place(self) -> tuple[Disk, str] | None:
        """The disk and the path of the brick on it; None while one is missing or the directory can't be."""
        disk, directory = self.slot.disk, self.field.text().strip().strip("/")
        if disk is None or not directory:
            return None
        path = f"{disk.mount.rstrip('/')}/{directory}"
        try:
            check_brick_path(path)
        except InvalidInput:
            return None
        return disk, path

    def place_problem(self) -> str:
        """What keeps the new place from being looked at, "" if nothing does."""
        directory = self.field.text().strip().strip("/")
        problem = ""
        if not directory:
            problem = _("Name the directory that is made on the disk")
        else:
            try:
                check_brick_path(f"/{directory}")
            except InvalidInput as error:
                problem = " ".join(part for part in (str(error), error.hint) if part)
        set_invalid(self.field, bool(problem))
        return problem or ("" if self.slot.disk is not None else _("Choose the disk that takes the brick"))

    # ---- inside

    def _on_toggled(self, on: bool) -> None:
        if on:
            self._show()
            self.changed.emit()

    def _on_slot(self) -> None:
        self._show_disks()
        self.changed.emit()

    def _show(self) -> None:
        elsewhere = self.way() is Way.ELSEWHERE
        self._elsewhere.setVisible(elsewhere)
        self._rest.setVisible(not elsewhere)

    def _show_disks(self) -> None:
        taken = [self.slot.disk.key] if self.slot.disk is not None else []
        self.disks.show_disks(self._all_disks, taken)
