"""The chart of a set's backlog, a line per brick."""

from __future__ import annotations

import math

from nasclustergui.core.i18n import _
from nasclustergui.core.units import count
from nasclustergui.subsystems.gluster.features.heal.history import VolumeHistory
from nasclustergui.subsystems.gluster.model import Brick, Volume
from nasclustergui.ui import theme
from nasclustergui.ui.axis import Axis, Quantity
from nasclustergui.ui.detail_dialog import DetailDialog
from nasclustergui.ui.strip import Line, Strip


class Entries(Quantity):
    """Whole numbers, which need no unit at the axis."""

    def _labelled(self, top: float) -> Axis:
        return Axis(top, ("0", count(top / 2), count(top)))


ENTRIES = Entries(count, least=10.0)
SHOWN = 900.0  # seconds
GAP = 45.0  # seconds: readings are up to 15 s apart, longer where gluster is slow
MOST_LINES = 6  # colours there are
SAMPLE = 34  # pixels of the legend per line, beside its name
BESIDE = 100  # pixels that margins and the newest value take


class BacklogChart(Strip):
    """Shows one set; follows its series by `show_set` at every reading."""

    def __init__(self) -> None:
        super().__init__(_("Waits, by brick"), (), ENTRIES, seconds=SHOWN, gap_after=GAP)
        self._volume = ""
        self._shown: tuple[str, ...] = ()
        self.activated.connect(self._open)

    def show_set(self, volume: Volume, number: int, history: VolumeHistory) -> None:
        """`number` of the set, from 1."""
        group = volume.sets[number - 1]
        title = _("Waits, by brick")
        if len(volume.sets) > 1:
            title = _("Waits in set {number}, by brick").format(number=number)
        names = _names(group)
        bricks = _chosen(group, history, self._room(title, names))
        if len(bricks) < len(group):
            title = _("{title} ({n} of {all})").format(title=title, n=len(bricks), all=len(group))
        shown = (volume.uuid, title, *(brick.name for brick in bricks))
        if shown != self._shown:
            self._shown, self._volume, self.title = shown, volume.name, title
            self.set_lines([Line(history.bricks[b.name], names[b.name]) for b in bricks])
        self.refresh()

    def _room(self, title: str, names: dict[str, str]) -> int:
        """How many lines the legend has room for."""
        widest = max(theme.text_width(name, "tick") for name in names.values()) + theme.px(SAMPLE)
        left = self.width() - theme.text_width(title, "label") - theme.px(BESIDE)
        if left < widest * len(names):
            left -= theme.text_width("(6 / 12)", "label")
        return max(2, min(MOST_LINES, int(left // widest)))

    def _open(self) -> None:
        DetailDialog(self, self._volume, self.window()).show()


def _chosen(group: tuple[Brick, ...], history: VolumeHistory, most: int) -> list[Brick]:
    """In the set's order, those whose newest value is known first: the card writes the first one's."""
    there = [brick for brick in group if brick.name in history.bricks]
    if len(there) > most:
        largest = sorted(there, key=lambda b: -_last(b, history))[:most]
        there = [brick for brick in there if brick in largest]
    return sorted(there, key=lambda b: math.isnan(history.bricks[b.name].last))


def _last(brick: Brick, history: VolumeHistory) -> float:
    last = history.bricks[brick.name].last
    return -1.0 if math.isnan(last) else last


def _names(group: tuple[Brick, ...]) -> dict[str, str]:
    """Short names for the legend: the node, or the whole brick where a node has two of them."""
    nodes = [brick.node or brick.host for brick in group]
    return {b.name: b.name if nodes.count(b.node or b.host) > 1 else b.node or b.host for b in group}
