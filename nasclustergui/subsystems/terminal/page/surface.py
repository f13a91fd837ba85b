"""Shows a terminal: takes frames, paints the lines that changed, scrolls, zooms, rings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.terminal.emulator.screen import MOUSE_MOVES
from nasclustergui.subsystems.terminal.emulator.terminal import Frame, Terminal
from nasclustergui.subsystems.terminal.find import Span
from nasclustergui.subsystems.terminal.page import palette
from nasclustergui.subsystems.terminal.page.painting import MARGIN, LinePainter
from nasclustergui.subsystems.terminal.page.selection import Selection
from nasclustergui.ui import theme

FRAME_MS = 16  # at most 60 pictures a second
RESIZE_MS = 80
SPEAK_MS = 500  # between two changes of what screen readers are told
BELL_MS = 160
FONT = 13  # pixels at 100 % text size and zoom
ZOOMS = (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)


class Surface(QWidget):
    """What one `Terminal` looks like.

    Attributes:
        frame: what is shown. selection: what is selected.

    Signals:
        resized: (columns, lines) that fit now. looked: the frame or the place in it is another. belled: it rang.
    """

    resized = Signal(int, int)
    looked = Signal()
    belled = Signal()

    def __init__(self, terminal: Terminal, name: str = "") -> None:
        super().__init__()
        self.terminal = terminal
        self.frame: Frame = terminal.frame()
        self.selection = Selection(terminal)
        self.top_wanted: int | None = None
        self._zoom = 1.0
        self._found: Sequence[Span] = ()
        self._found_now: Span | None = None
        self.composed = ""
        self._bells = self.frame.bells
        self._flash = False
        self._live = True
        self._painter: LinePainter | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(name or _("Terminal"))
        self._frame_timer = self._timer(FRAME_MS, self.refresh)
        self._resize_timer = self._timer(RESIZE_MS, self._tell_size)
        self._speak_timer = self._timer(SPEAK_MS, self._speak)
        self._bell_timer = self._timer(BELL_MS, self._end_flash)
        self._show_colors()

    def _timer(self, milliseconds: int, act: Callable[[], object]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(lambda: act())
        return timer

    # ------------------------------------------------------------ look

    def restyle(self) -> None:
        """Another theme or text size."""
        self._painter = None
        self._show_colors()
        self._resize_timer.start()
        self.update()

    def _show_colors(self) -> None:
        chosen = palette.PALETTES[theme.name()]
        self.terminal.set_colors(palette.number(chosen.text), palette.number(chosen.paper))

    def painter(self) -> LinePainter:
        """For the present font, theme and screen."""
        ratio = self.devicePixelRatioF()
        if self._painter is None or self._painter.grid.pixel != 1 / ratio:
            self._painter = LinePainter(max(6, round(FONT * theme.scale() * self._zoom)), ratio)
        return self._painter

    def zoom(self, step: int) -> None:
        """Larger (1), smaller (-1) or as usual (0)."""
        at = ZOOMS.index(self._zoom)
        self._zoom = 1.0 if step == 0 else ZOOMS[min(max(at + step, 0), len(ZOOMS) - 1)]
        self.restyle()

    def set_zoom(self, factor: float) -> None:
        """One of `ZOOMS`, as another terminal's."""
        self._zoom = factor
        self.restyle()

    @property
    def zoomed(self) -> float:
        """The present factor."""
        return self._zoom

    def fitting(self) -> tuple[int, int]:
        """(columns, lines) that fit."""
        grid = self.painter().grid
        columns = int((self.width() - 2 * MARGIN) / grid.width)
        return max(columns, 20), max(int((self.height() - 2 * MARGIN) / grid.height), 3)

    def size_of(self, columns: int, lines: int) -> QSize:
        """How large the widget must be for so many."""
        grid = self.painter().grid
        return QSize(round(columns * grid.width) + 2 * MARGIN + 1, round(lines * grid.height) + 2 * MARGIN + 1)

    def sizeHint(self) -> QSize:
        """80 × 24."""
        return self.size_of(80, 24)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell the shell when the hand rests."""
        super().resizeEvent(event)
        self._resize_timer.start()

    def _tell_size(self) -> None:
        self.resized.emit(*self.fitting())
        self.refresh()

    # ------------------------------------------------------------ what is seen

    def stir(self) -> None:
        """Something is new: look soon, however often this is called."""
        if not self._frame_timer.isActive():
            self._frame_timer.start()

    def refresh(self) -> None:
        """Take a new frame and repaint the lines that changed."""
        old, new = self.frame, self.terminal.frame(self.top_wanted)
        self.frame = new
        if self.top_wanted is not None:
            self.top_wanted = None if new.top >= new.screen else new.top
        self.selection.check(new)
        if (old.columns, len(old.lines), old.reverse) != (new.columns, len(new.lines), new.reverse):
            self.update()
        else:
            self._update_changed(old, new)
        if new.bells != self._bells:
            self._bells = new.bells
            self._ring()
        self.setMouseTracking(MOUSE_MOVES in new.modes)
        if new.cursor != old.cursor and self.hasFocus():
            self.updateMicroFocus()
        if not self._speak_timer.isActive():
            self._speak_timer.start()
        self.looked.emit()

    def _update_changed(self, old: Frame, new: Frame) -> None:
        changed = {n for n, (a, b) in enumerate(zip(old.lines, new.lines, strict=True)) if a is not b}
        if old.top != new.top and (self.selection.span or self._found):
            changed = set(range(len(new.lines)))
        if (old.cursor, old.shape) != (new.cursor, new.shape):
            changed |= {cursor[1] for cursor in (old.cursor, new.cursor) if cursor is not None}
        for n in changed:
            self.update(self._line_rect(n))

    def _line_rect(self, n: int) -> QRect:
        grid = self.painter().grid
        top = MARGIN + n * grid.height
        return QRectF(0, top, self.width(), grid.height).toAlignedRect()

    def scroll_to(self, top: int | None) -> None:
        """Show from this line on; None follows the end."""
        self.top_wanted = None if top is None or top >= self.frame.screen else max(top, self.frame.oldest)
        self.refresh()

    def scroll_by(self, lines: int) -> None:
        """Down, or up with a negative number."""
        self.scroll_to((self.frame.top if self.top_wanted is None else self.top_wanted) + lines)

    def set_live(self, live: bool) -> None:
        """Is there a shell that takes what is typed? Without one the cursor is hollow."""
        if live != self._live:
            self._live = live
            self.update()

    def show_found(self, found: Sequence[Span], now: Span | None) -> None:
        """Mark matches; scroll to the one that was jumped to."""
        self._found, self._found_now = found, now
        height = len(self.frame.lines)
        if now is not None and not self.frame.top <= now.start.line < self.frame.top + height:
            self.scroll_to(now.start.line - height // 2)
        self.update()

    def _ring(self) -> None:
        self.belled.emit()
        if not theme.motion("fast"):
            return
        if not self._bell_timer.isActive():
            self._flash = True
            self._bell_timer.start()
            self.update()

    def _end_flash(self) -> None:
        self._flash = False
        self.update()

    def current_line(self) -> str:
        """The text beside the cursor."""
        cursor = self.frame.cursor
        return self.frame.lines[cursor[1]].text.rstrip() if cursor and cursor[1] < len(self.frame.lines) else ""

    def _speak(self) -> None:
        text = self.current_line()
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)

    # ------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """The lines in the region that is to be painted."""
        p = QPainter(self)
        painter = self.painter()
        grid, chosen = painter.grid, palette.PALETTES[theme.name()]
        frame = self.frame
        paper = painter.color(chosen.text if frame.reverse else chosen.paper)
        region = event.region()
        p.fillRect(event.rect(), paper)
        for n, line in enumerate(frame.lines):
            y = MARGIN + n * grid.height
            if region.intersects(self._line_rect(n)):
                painter.draw(p, line, MARGIN, y, frame.columns, frame.reverse, self._marks(frame.top + n))
        self._paint_cursor(p, painter)
        if self._flash:
            p.setPen(theme.c("warn"))
            p.drawRect(self.rect().adjusted(0, 0, -1, -1))
            p.drawRect(self.rect().adjusted(1, 1, -2, -2))

    def _marks(self, number: int) -> list[tuple[int, int, str]]:
        chosen = palette.PALETTES[theme.name()]
        spans = [(span, chosen.found) for span in self._found if span.start.line <= number <= span.end.line]
        if self.selection.span is not None:
            spans.append((self.selection.span, chosen.selected))
        if self._found_now is not None:
            spans.append((self._found_now, chosen.found_now))
        marks = []
        for span, paper in spans:
            if span.start.line <= number <= span.end.line:
                first = span.start.column if number == span.start.line else 0
                end = span.end.column if number == span.end.line else self.frame.columns
                if first < end:
                    marks.append((first, min(end, self.frame.columns), paper))
        return marks

    def cursor_rect(self) -> QRectF:
        """The cell under the cursor."""
        grid = self.painter().grid
        column, line = self.frame.cursor or (0, 0)
        return QRectF(MARGIN + column * grid.width, MARGIN + line * grid.height, grid.width, grid.height)

    def _paint_cursor(self, p: QPainter, painter: LinePainter) -> None:
        frame = self.frame
        if frame.cursor is None or frame.cursor[1] >= len(frame.lines):
            return
        chosen, rect = palette.PALETTES[theme.name()], self.cursor_rect()
        ink, paper = (chosen.paper, chosen.text) if frame.reverse else (chosen.text, chosen.paper)
        if self.composed:
            self._paint_composed(p, painter, rect, ink, paper)
            return
        pixel = painter.grid.pixel
        if not (self.hasFocus() and self._live):
            p.setPen(painter.color(ink))
            p.drawRect(rect.adjusted(pixel / 2, pixel / 2, -pixel / 2, -pixel / 2))
        elif frame.shape == "block":
            line = frame.lines[frame.cursor[1]]
            p.save()
            p.setClipRect(rect)
            painter.draw(
                p, line, MARGIN, rect.y(), frame.columns, frame.reverse, [(frame.cursor[0], frame.cursor[0] + 1, ink)]
            )
            p.restore()
        elif frame.shape == "bar":
            p.fillRect(QRectF(rect.x(), rect.y(), 2, rect.height()), painter.color(ink))
        else:
            p.fillRect(QRectF(rect.x(), rect.bottom() - 2, rect.width(), 2), painter.color(ink))

    def _paint_composed(self, p: QPainter, painter: LinePainter, rect: QRectF, ink: str, paper: str) -> None:
        """What an input method has not finished yet, underlined."""
        p.setFont(painter.font())
        wide = p.fontMetrics().horizontalAdvance(self.composed)
        p.fillRect(QRectF(rect.x(), rect.y(), wide, rect.height()), painter.color(paper))
        p.setPen(painter.color(ink))
        p.drawText(QPointF(rect.x(), rect.y() + painter.grid.ascent), self.composed)
        p.fillRect(QRectF(rect.x(), rect.bottom() - 2, wide, 1), painter.color(ink))
