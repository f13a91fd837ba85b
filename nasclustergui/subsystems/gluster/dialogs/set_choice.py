"""A list of a volume's sets to choose from: whole sets, or bricks of every set."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QScrollArea, QWidget

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import count, size_parts
from nasclustergui.subsystems.gluster.model import Brick, Volume, VolumeStatus
from nasclustergui.ui.parts import Badge, ElidedLabel, Panel, box, col, label, row

MARGINS = (12, 8, 12, 8)


class SetRow(Panel):
    """One set.

    Signals:
        toggled: somebody clicked.
    """

    toggled = Signal()

    def __init__(self, volume: Volume, number: int, single: bool) -> None:
        """`single`: bricks are chosen, not the set."""
        self.bricks: dict[str, QCheckBox] = {}
        self._names = tuple(b.name for b in volume.sets[number])
        self.whole: QCheckBox | None = None
        self._space = label("", "caption", "text2")
        self._badge = Badge("ok", "")
        group = volume.sets[number]
        title = _("Set {n}").format(n=number + 1)
        if single:
            self.bricks = {b.name: self._box(_brick_words(b), b.name) for b in group}
            boxes = row(*self.bricks.values(), None, gap=12)
            head = row(label(title, "strong"), self._badge, None, self._space, gap=8)
            body = col(head, boxes, gap=4, margins=MARGINS)
        elif volume.set_size == 1:
            self.whole = self._box(_brick_words(group[0]), group[0].name)
            path = ElidedLabel(group[0].path, "mono", "text3", middle=True)
            body = col(row(self.whole, self._badge, (path, 100), None, self._space, gap=8), margins=MARGINS)
        else:
            self.whole = self._box(title, ", ".join(self._names))
            words = ElidedLabel(", ".join(map(_brick_words, group)), "caption", "text2")
            body = col(row(self.whole, self._badge, (words, 100), None, self._space, gap=8), margins=MARGINS)
        super().__init__(body, fill="inset", radius=8)
        for check in (self.whole, *self.bricks.values()):
            if check is not None:
                check.toggled.connect(self.toggled)
        self.show_volume(volume, number)

    def _box(self, text: str, tip: str) -> QCheckBox:
        check = QCheckBox(text)
        check.setToolTip(tip)
        check.setAccessibleDescription(tip)
        return check

    def chosen(self) -> tuple[str, ...]:
        """Names of the bricks that are to go."""
        if self.whole is not None:
            return self._names if self.whole.isChecked() else ()
        return tuple(name for name, check in self.bricks.items() if check.isChecked())

    def choose(self, names: Iterable[str]) -> None:
        """Check these."""
        wanted = set(names)
        if self.whole is not None:
            self.whole.setChecked(bool(wanted & set(self._names)))
        for name, check in self.bricks.items():
            check.setChecked(name in wanted)

    def show_volume(self, volume: Volume, number: int) -> None:
        """What is used on it now, and what is wrong with it."""
        group = volume.sets[number]
        used = [b.size - b.free for b in group if b.size is not None and b.free is not None and not b.arbiter]
        sizes = [b.size for b in group if b.size is not None and not b.arbiter]
        shares = volume.disperse - volume.redundancy if volume.disperse else 1
        if used and sizes:
            part, total = size_parts(max(used) * shares, min(sizes) * shares)
            self._space.set_text(_("{used} of {total} used").format(used=part, total=total))
        else:
            self._space.set_text(_("space not known"))
        state, word = _state(volume, group)
        self._badge.set_state(state, word)
        self._badge.setVisible(state != "ok")


class SetChoice(QScrollArea):
    """The rows.

    Signals:
        changed: another choice.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setAccessibleName(_("Sets of the volume"))
        self.rows: list[SetRow] = []
        self._shape: tuple[object, ...] = ()

    def show_volume(self, volume: Volume, single: bool) -> None:
        """Rows are made anew only for other bricks or another kind of choice: what is checked stays."""
        shape = (single, tuple(b.name for b in volume.bricks))
        if shape != self._shape:
            self._shape = shape
            self.rows = [SetRow(volume, n, single) for n in range(len(volume.sets))]
            for one in self.rows:
                one.toggled.connect(self.changed)
            self.setWidget(box(col(*self.rows, None, gap=6)))
            self.viewport().setAutoFillBackground(False)
        for number, one in enumerate(self.rows):
            one.show_volume(volume, number)

    def chosen(self) -> tuple[str, ...]:
        """Names of the bricks that are to go."""
        return tuple(name for one in self.rows for name in one.chosen())

    def choose(self, names: Iterable[str]) -> None:
        """Check these and no others."""
        wanted = set(names)
        for one in self.rows:
            one.choose(wanted)

    def restyle(self) -> None:
        """The text size changed."""
        self.updateGeometry()


def _brick_words(brick: Brick) -> str:
    parts = [part for part in brick.path.split("/") if part]
    disk = parts[-2] if len(parts) > 1 else "/".join(parts)
    text = f"{brick.node or brick.host}  {disk}"
    return _("{brick} (arbiter)").format(brick=text) if brick.arbiter else text


def _state(volume: Volume, group: tuple[Brick, ...]) -> tuple[str, str]:
    if volume.status is not VolumeStatus.STARTED:
        return "stopped", _("Stopped")
    if any(b.online is False for b in group):
        return "critical", _("Brick down")
    if any(b.online is None for b in group):
        return "unknown", _("Unknown")
    waiting = max((b.heal_pending or 0 for b in group), default=0)
    if waiting:
        return "busy", ngettext("{n} to heal", "{n} to heal", waiting).format(n=count(waiting))
    return "ok", ""
