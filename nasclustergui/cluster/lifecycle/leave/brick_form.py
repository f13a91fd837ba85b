"""For each brick of the node that leaves: where it goes (Qt)."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from nasclustergui.cluster.lifecycle.leave.model import Held, Leaving, Place, Targets
from nasclustergui.cluster.lifecycle.leave.places import must_have_place, room_needed
from nasclustergui.core.i18n import _
from nasclustergui.core.units import size
from nasclustergui.subsystems.gluster.model import VolumeType
from nasclustergui.ui import theme
from nasclustergui.ui.parts import ElidedLabel, box, clear, col, label
from nasclustergui.ui.scrolling import Scrolling

MANY = 4  # bricks; more of them scroll, so that what is in the way stays in sight


class BrickForm(QWidget):
    """A line per brick.

    Attributes:
        choices: brick name → its list of places.

    Signals:
        changed: another place was chosen.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.choices: dict[str, QComboBox] = {}
        self._places: dict[str, tuple[Place | None, ...]] = {}
        self._lines = col(gap=6)
        self.setLayout(self._lines)
        self.setVisible(False)

    def show_bricks(self, found: Leaving, chosen: Targets) -> None:
        """Its bricks with the places that are offered; `chosen` is preselected."""
        clear(self._lines)
        self.choices, self._places = {}, {}
        self.setVisible(bool(found.held))
        if not found.held:
            return
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(2, 1)
        for column, head in enumerate((_("Brick"), _("Volume"), _("Goes to"))):
            grid.addWidget(label(head, "label", "text3"), 0, column)
        for n, held in enumerate(found.held, 1):
            grid.addWidget(ElidedLabel(held.brick.name, "mono"), n, 0)
            grid.addWidget(label(held.volume.name, "body", "text2"), n, 1)
            grid.addWidget(self._choice(held, found, chosen.get(held.brick.name)), n, 2)
        lines = box(grid)
        self._lines.addWidget(_scrolled(lines) if len(found.held) > MANY else lines)

    def _choice(self, held: Held, found: Leaving, place: Place | None) -> QComboBox:
        name = held.brick.name
        options = _options(held, found)
        choice = QComboBox()
        choice.setAccessibleName(_("Where {brick} goes").format(brick=name))
        for text in options.values():
            choice.addItem(text)
        places = tuple(options)
        if not options:
            choice.addItem(_("No place"))
            choice.setEnabled(False)
            choice.setToolTip(_need(held))
        else:
            choice.setCurrentIndex(places.index(place) if place in places else 0)
        choice.currentIndexChanged.connect(lambda _index: self.changed.emit())
        self.choices[name], self._places[name] = choice, places
        return choice

    def chosen(self) -> dict[str, Place | None]:
        """Brick → its place; bricks without any are missing."""
        return {
            name: self._places[name][choice.currentIndex()]
            for name, choice in self.choices.items()
            if self._places[name]
        }


def _scrolled(lines: QWidget) -> QWidget:
    area = Scrolling(lines)
    area.setFixedHeight(theme.px(180))
    return area


def _options(held: Held, found: Leaving) -> Mapping[Place | None, str]:
    options: dict[Place | None, str] = {}
    if held.volume.type is VolumeType.DISTRIBUTE and not must_have_place(held, found):
        options[None] = _("The volume's other bricks: the files move there")
    for place in held.places:
        text = _("{node}: {path} · {size} free").format(
            node=place.spec.place, path=place.spec.path, size=size(place.ground.free)
        )
        options[place] = f"{text} · {place.warning}" if place.warning else text
    return options


def _need(held: Held) -> str:
    need = room_needed(held.volume, held.brick)
    return _("It needs {size} on a node that has no other brick of its set.").format(size=size(need))
