"""The sets of one volume as a picture: one box per set, one slot per brick."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import count
from nasclustergui.subsystems.gluster.model import Brick, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.page.words import (
    Grades,
    Said,
    brick_state,
    leaving,
    set_health,
    set_outlook,
    set_state,
)
from nasclustergui.ui import theme
from nasclustergui.ui.parts import badge_width, draw_badge

_VC = Qt.AlignmentFlag.AlignVCenter
_VR = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
_RIGHT = Qt.TextElideMode.ElideRight
GAP, INSET, BETWEEN = 8, 12, 12
MIN_SLOT, SLOT_HEIGHT, HEAD = 118, 66, 34


class SetsPicture(QWidget):
    """Paints what `show_volume` was given; grows downwards where the width does not hold all sets."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._volume: Volume | None = None
        self._stale = ""
        self._found: Grades | None = None
        self._slots: list[tuple[QRectF, Brick]] = []
        self._boxes: list[tuple[QRectF, int]] = []
        self.setAccessibleName(_("Sets of the volume"))

    def show_volume(self, volume: Volume | None, stale: str = "", found: Grades | None = None) -> None:
        """Show its sets. `stale` ("Seen 03:02:17") says that the states of the bricks are old."""
        own = f"gluster/{volume.name}/" if volume is not None else ""
        found = {key: grade for key, grade in (found or {}).items() if key.startswith(own)}
        if (volume, stale, found) != (self._volume, self._stale, self._found):
            self._volume, self._stale, self._found = volume, stale, found
            self.setAccessibleDescription(self.sentence())
            self._lay_out()

    def restyle(self) -> None:
        """The text size changed."""
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, other columns."""
        super().resizeEvent(event)
        self._lay_out()

    def sentence(self) -> str:
        """Everything the picture says, for screen readers."""
        if self._volume is None:
            return ""
        parts = []
        for number, group in enumerate(self._volume.sets):
            bricks = ", ".join(f"{b.node or b.host} {self._said(b, number).word}" for b in group)
            parts.append(_("Set {n}: {bricks}.").format(n=number + 1, bricks=bricks))
        return " ".join(parts)

    def _lay_out(self) -> None:
        self._boxes, self._slots = [], []
        volume, width = self._volume, self.width()
        height = theme.px(HEAD + SLOT_HEIGHT) + INSET
        if volume is not None:
            if volume.set_size == 1:
                height = self._place_box(0, volume.bricks, QRectF(0, 0, width, 0))
            else:
                height = self._place_sets(volume, width)
        self.setMinimumHeight(height)
        self.update()

    def _place_sets(self, volume: Volume, width: int) -> int:
        wish = volume.set_size * (theme.px(MIN_SLOT) + GAP) - GAP + 2 * INSET
        columns = max(1, min(len(volume.sets), (width + BETWEEN) // (wish + BETWEEN)))
        box_width = (width - (columns - 1) * BETWEEN) / columns
        bottom = y = 0
        for number, group in enumerate(volume.sets):
            column = number % columns
            if number and column == 0:
                y = bottom + BETWEEN
            bottom = self._place_box(number, group, QRectF(column * (box_width + BETWEEN), y, box_width, 0))
        return bottom

    def _place_box(self, number: int, bricks: tuple[Brick, ...], at: QRectF) -> int:
        """Place one box and its slots; returns its bottom."""
        head, slot_height = theme.px(HEAD), theme.px(SLOT_HEIGHT)
        fit = max(1, min(len(bricks), int((at.width() - 2 * INSET + GAP) // (theme.px(MIN_SLOT) + GAP))))
        columns = -(-len(bricks) // -(-len(bricks) // fit))
        slot_width = (at.width() - 2 * INSET - (columns - 1) * GAP) / columns
        bottom = at.y() + head
        for k, brick in enumerate(bricks):
            x = at.x() + INSET + (k % columns) * (slot_width + GAP)
            y = at.y() + head + (k // columns) * (slot_height + GAP)
            self._slots.append((QRectF(x, y, slot_width, slot_height), brick))
            bottom = y + slot_height
        self._boxes.append((QRectF(at.x(), at.y(), at.width(), bottom + INSET - at.y()), number))
        return round(bottom + INSET)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Boxes, then slots."""
        if self._volume is None:
            return
        p = QPainter(self)
        for rect, number in self._boxes:
            self._paint_box(p, rect, number)
        size = self._volume.set_size
        for k, (rect, brick) in enumerate(self._slots):
            self._paint_slot(p, rect, brick, self._said(brick, k // size))

    def _box_words(self, number: int) -> tuple[str, str, str]:
        """Title, words at the right, state."""
        volume = self._volume
        assert volume is not None
        if volume.set_size == 1:
            n = len(volume.bricks)
            return ngettext("{n} brick", "{n} bricks", n).format(n=n), _("a lost disk is lost data"), "ok"
        title = _("Set {n}").format(n=number + 1)
        if volume.status is not VolumeStatus.STARTED:
            return title, "", "ok"
        state = "ok" if self._stale else set_state(volume, number, self._found or {}).state
        health = set_health(volume, number)
        return title, self._stale or (set_outlook(health) if not health.unknown else ""), state

    def _paint_box(self, p: QPainter, r: QRectF, number: int) -> None:
        title, words, state = self._box_words(number)
        hurt = state in ("critical", "warn")
        line = theme.fg(state) if hurt else theme.c("line")
        theme.round_rect(p, r, 8, theme.c("inset"), line, 1.5 if hurt else 1)
        top = QRectF(r.x() + INSET, r.y() + theme.px(6), r.width() - 2 * INSET, theme.px(22))
        p.setFont(theme.font("strong"))
        p.setPen(theme.c("text"))
        p.drawText(top, _VC, title)
        p.setFont(theme.font("caption"))
        p.setPen(theme.fg(state) if hurt else theme.c("text2"))
        room = int(top.width() - theme.text_width(title, "strong") - 12)
        p.drawText(top, _VR, p.fontMetrics().elidedText(words, _RIGHT, room))

    def _said(self, brick: Brick, number: int) -> Said:
        """The word in a slot: what the brick is, or what it does for a heal."""
        volume = self._volume
        assert volume is not None
        running = volume.status is VolumeStatus.STARTED
        said = brick_state(brick, running)
        if self._stale and running:
            return Said("stale", self._stale)
        if said.state == "ok" and (going := leaving(volume, brick)) is not None:
            return going
        waits = bool(brick.heal_pending) and bool(set_health(volume, number).down)
        return Said("ok", _("Source")) if said.state == "ok" and waits else said

    def _paint_slot(self, p: QPainter, r: QRectF, brick: Brick, said: Said) -> None:
        bad = said.state == "critical"
        fill, line = (theme.bg("critical"), theme.fg("critical")) if bad else (theme.c("surface"), theme.c("line"))
        theme.round_rect(p, r, 6, fill, line)
        if said.state == "stale":
            theme.hatch(p, QRectF(r.x() + 1, r.bottom() - 5, r.width() - 2, 4), theme.c("unknown"), 4)
        top = QRectF(r.x() + 10, r.y() + theme.px(6), r.width() - 20, theme.px(20))
        where = _("arbiter") if brick.arbiter else short_name(brick)
        p.setFont(theme.font("mono"))
        p.setPen(theme.c("text3"))
        where_width = theme.text_width(where, "mono")
        p.drawText(top, _VR, where)
        p.setFont(theme.font("strong"))
        p.setPen(theme.c("text3" if said.state == "stale" else "text"))
        room = int(top.width() - where_width - 6)
        p.drawText(top, _VC, p.fontMetrics().elidedText(brick.node or brick.host, _RIGHT, room))
        draw_badge(p, r.x() + 4, r.y() + theme.px(46), said.state, said.word, tint=False)
        self._paint_backlog(p, r, brick, said)

    def _paint_backlog(self, p: QPainter, r: QRectF, brick: Brick, said: Said) -> None:
        if not brick.heal_pending:
            return
        text = ngettext("{n} file", "{n} files", brick.heal_pending).format(n=count(brick.heal_pending))
        line = QRectF(r.x() + 10, r.y() + theme.px(36), r.width() - 20, theme.px(20))
        room = line.width() - badge_width(said.word)
        if theme.text_width(text, "caption", tab=True) <= room:
            p.setFont(theme.font("caption", True))
            p.setPen(theme.c("text2"))
            p.drawText(line, _VR, text)

    def event(self, event: object) -> bool:
        """Tool tips: node, path, backlog."""
        if isinstance(event, QHelpEvent):
            at = QPointF(event.pos())
            brick = next((b for rect, b in self._slots if rect.contains(at)), None)
            if brick is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), self._tip(brick), self)
            return True
        return super().event(event)  # type: ignore[arg-type]

    @staticmethod
    def _tip(brick: Brick) -> str:
        if not brick.heal_pending:
            return brick.name
        n = brick.heal_pending
        text = ngettext("{brick}: {n} file waits for a heal", "{brick}: {n} files wait for a heal", n)
        return text.format(brick=brick.name, n=count(n))


def short_name(brick: Brick) -> str:
    """What the disk is called among people: the directory that holds the brick, else its device."""
    parts = [part for part in brick.path.split("/") if part]
    return parts[-2] if len(parts) > 1 else brick.device.rsplit("/", 1)[-1] or "/".join(parts)
