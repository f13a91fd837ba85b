"""The first line of the form: name, kind of volume, copies or parts, transport, directory."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QSizePolicy, QWidget

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.subsystems.gluster.dialogs.draft import Shape
from nasclustergui.subsystems.gluster.model import VolumeType
from nasclustergui.ui import theme
from nasclustergui.ui.parts import col, label, row

COPIES = (2, 3, 4, 5)
DATA = tuple(range(2, 17))
DEFAULT_COPIES, DEFAULT_DATA, DEFAULT_REDUNDANCY = 3, 4, 2
TRANSPORT = "TCP"


class _Field(QWidget):
    """A control with its label above."""

    def __init__(self, title: str, control: QWidget, width: int) -> None:
        super().__init__()
        self._control, self._width = control, width
        caption = label(title, "label", "text2")
        caption.setBuddy(control)
        control.setAccessibleName(title)
        self.setLayout(col(caption, control, gap=4))
        self.restyle()

    def restyle(self) -> None:
        """Widths grow with the text size; a longer text of another language gets its room."""
        wanted = theme.px(self._width)
        if isinstance(self._control, QComboBox):
            wanted = max(wanted, self._control.minimumSizeHint().width())
        self._control.setFixedWidth(wanted)


class ShapeForm(QWidget):
    """What the volume is to be.

    Signals:
        shape_changed: Shape.
        text_changed: name or directory were edited.
    """

    shape_changed = Signal(object)
    text_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name, self.directory = QLineEdit(), QLineEdit()
        self.type, self.copies, self.data, self.redundancy = QComboBox(), QComboBox(), QComboBox(), QComboBox()
        transport = QLineEdit(TRANSPORT)
        transport.setReadOnly(True)
        transport.setToolTip(_("GlusterFS speaks nothing else since version 8."))
        self._fill()
        self._copies = _Field(_("Copies per set"), self.copies, 124)
        self._data = _Field(_("Data"), self.data, 96)
        self._redundancy = _Field(_("Redundancy"), self.redundancy, 96)
        fields = (
            _Field(_("Name"), self.name, 180),
            _Field(_("Type"), self.type, 220),
            self._copies,
            self._data,
            self._redundancy,
            _Field(_("Transport"), transport, 84),
            _Field(_("Directory on each disk"), self.directory, 170),
        )
        self.setLayout(row(*fields, gap=14))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._follows = True
        self._connect()
        self._show_fields()

    def _fill(self) -> None:
        for kind, icon, text in (
            (VolumeType.REPLICATE, "copy", _("Replicated, full copies")),
            (VolumeType.ARBITER, "scale", _("Replicated with arbiter")),
            (VolumeType.DISTRIBUTE, "split", _("Distributed, no copies")),
            (VolumeType.DISPERSE, "boxes", _("Dispersed, with parity")),
        ):
            self.type.addItem(theme.icon(icon), text, kind)
        for n in COPIES:
            self.copies.addItem(ngettext("{n} copy", "{n} copies", n).format(n=n), n)
        self.copies.setCurrentIndex(COPIES.index(DEFAULT_COPIES))
        for n in DATA:
            self.data.addItem(ngettext("{n} part", "{n} parts", n).format(n=n), n)
        self.data.setCurrentIndex(DATA.index(DEFAULT_DATA))
        self._fill_redundancy(DEFAULT_REDUNDANCY)

    def _fill_redundancy(self, wanted: int) -> None:
        """Gluster wants fewer redundancy bricks than data bricks."""
        most = self.data.currentData() - 1
        self.redundancy.blockSignals(True)
        self.redundancy.clear()
        for n in range(1, most + 1):
            self.redundancy.addItem(ngettext("{n} part", "{n} parts", n).format(n=n), n)
        self.redundancy.setCurrentIndex(min(wanted, most) - 1)
        self.redundancy.blockSignals(False)

    def _connect(self) -> None:
        self.type.currentIndexChanged.connect(self._on_shape)
        self.copies.currentIndexChanged.connect(self._on_shape)
        self.data.currentIndexChanged.connect(self._on_data)
        self.redundancy.currentIndexChanged.connect(self._on_shape)
        self.name.textChanged.connect(self._on_name)
        self.directory.textEdited.connect(self._on_directory)
        self.directory.textChanged.connect(lambda _text: self.text_changed.emit())

    def _on_data(self) -> None:
        self._fill_redundancy(self.redundancy.currentData() or 1)
        self._on_shape()

    def _on_shape(self) -> None:
        self._show_fields()
        self.shape_changed.emit(self.shape())

    def _on_name(self, text: str) -> None:
        if self._follows:
            self.directory.setText(text.strip())
        self.text_changed.emit()

    def _on_directory(self, text: str) -> None:
        self._follows = not text

    def _show_fields(self) -> None:
        kind = self.type.currentData()
        self._copies.setVisible(kind == VolumeType.REPLICATE)
        self._data.setVisible(kind == VolumeType.DISPERSE)
        self._redundancy.setVisible(kind == VolumeType.DISPERSE)

    def shape(self) -> Shape:
        """What one set is made of."""
        match self.type.currentData():
            case VolumeType.ARBITER:
                return Shape(VolumeType.ARBITER, 3)
            case VolumeType.DISTRIBUTE:
                return Shape(VolumeType.DISTRIBUTE, 1)
            case VolumeType.DISPERSE:
                redundancy = self.redundancy.currentData()
                return Shape(VolumeType.DISPERSE, self.data.currentData() + redundancy, redundancy)
            case _:
                return Shape(VolumeType.REPLICATE, self.copies.currentData())

    def choose(self, kind: VolumeType) -> None:
        """Choose a kind of volume."""
        self.type.setCurrentIndex(self.type.findData(kind))

    def volume_name(self) -> str:
        """As typed, without blanks around it."""
        return self.name.text().strip()

    def directory_name(self) -> str:
        """The directory of the brick on each disk, below its mount point."""
        return self.directory.text().strip()

    def mark(self, *, name: bool, directory: bool) -> None:
        """Outline the fields whose values can't work."""
        for edit, bad in ((self.name, name), (self.directory, directory)):
            if edit.property("invalid") != bad:
                edit.setProperty("invalid", bad)
                edit.update()
