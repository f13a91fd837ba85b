"""Paints lines of a terminal: one text per run of the same style, on cells that end on whole pixels of the screen."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from nasclustergui.subsystems.terminal.emulator.cells import (
    BOLD,
    ITALIC,
    PLAIN,
    STRIKE,
    UNDERLINE,
    Line,
    Style,
    width,
)
from nasclustergui.subsystems.terminal.page import boxes, palette
from nasclustergui.ui import theme

MARGIN = 8  # around the text
Marks = Sequence[tuple[int, int, str]]  # first column, column after the last, background


@dataclass(frozen=True)
class Grid:
    """The size of a cell, its baseline and the screen's pixel, in device independent pixels."""

    width: float
    height: float
    ascent: float
    pixel: float


class LinePainter:
    """Knows the font and the theme; made anew when one of them changes."""

    def __init__(self, size: int, ratio: float) -> None:
        """`size` of the font in pixels, `ratio` of the screen's pixels to Qt's."""
        base = QFont(theme.font("mono"))
        base.setPixelSize(size)
        metrics = QFontMetricsF(base)
        advance = metrics.horizontalAdvance("M")
        cell = max(1.0, round(advance * ratio)) / ratio
        height = math.ceil((metrics.ascent() + metrics.descent()) * 1.08 * ratio) / ratio
        ascent = round((metrics.ascent() + (height - metrics.ascent() - metrics.descent()) / 2) * ratio) / ratio
        self.grid = Grid(cell, height, ascent, 1 / ratio)
        base.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, cell - advance)
        self._base, self._metrics, self._advance = base, metrics, advance
        self._fonts: dict[int, QFont] = {}
        self._colors: dict[str, QColor] = {}
        self._usual: dict[str, bool] = {}

    def color(self, name: str) -> QColor:
        """A shared QColor of "#RRGGBB"."""
        found = self._colors.get(name)
        if found is None:
            found = self._colors[name] = QColor(name)
        return found

    def font(self, flags: int = 0) -> QFont:
        """The font of a style."""
        flags &= BOLD | ITALIC
        if flags not in self._fonts:
            font = QFont(self._base)
            font.setBold(bool(flags & BOLD))
            font.setItalic(bool(flags & ITALIC))
            self._fonts[flags] = font
        return self._fonts[flags]

    def draw(self, p: QPainter, line: Line, x: float, y: float, columns: int, reverse: bool, marks: Marks = ()) -> None:
        """One line from (x, y) on: backgrounds, then text. `marks` change the background."""
        for first, end, style in _pieces(line, columns):
            self._piece(p, line, QPointF(x, y), first, end, style, reverse)
        for first, end, paper in marks:
            for start, stop, style in _pieces(line, columns):
                low, high = max(first, start), min(end, stop)
                if low < high:
                    self._piece(p, line, QPointF(x, y), low, high, style, reverse, paper)

    def _piece(
        self, p: QPainter, line: Line, at: QPointF, first: int, end: int, style: Style, reverse: bool, paper: str = ""
    ) -> None:
        grid, name = self.grid, theme.name()
        ink, own = palette.colors(name, style, reverse)
        rect = QRectF(at.x() + first * grid.width, at.y(), (end - first) * grid.width, grid.height)
        if paper:
            ink = palette.readable(ink, paper, palette.PALETTES[name].least)
            p.fillRect(rect, self.color(paper))
        elif own != palette.PALETTES[name].paper:
            p.fillRect(rect, self.color(own))
        self._text(p, line, first, end, QPointF(at.x(), at.y()), style, self.color(ink))
        if style.flags & (UNDERLINE | STRIKE):
            self._strokes(p, rect, style.flags, self.color(ink))

    def _strokes(self, p: QPainter, rect: QRectF, flags: int, color: QColor) -> None:
        thick = max(self.grid.pixel, round(self.grid.height / 16 / self.grid.pixel) * self.grid.pixel)
        if flags & UNDERLINE:
            p.fillRect(QRectF(rect.x(), rect.y() + self.grid.ascent + 2 * thick, rect.width(), thick), color)
        if flags & STRIKE:
            p.fillRect(QRectF(rect.x(), rect.y() + self.grid.ascent * 0.68, rect.width(), thick), color)

    def _text(self, p: QPainter, line: Line, first: int, end: int, at: QPointF, style: Style, color: QColor) -> None:
        p.setFont(self.font(style.flags))
        p.setPen(color)
        for start, text in self._texts(line, first, min(end, len(line))):
            x = at.x() + start * self.grid.width
            if text in boxes.DRAWN:
                cell = QRectF(x, at.y(), self.grid.width, self.grid.height)
                boxes.draw(p, text, cell, color, self.grid.pixel)
            elif (len(text) > 1 and width(text[-1]) == 0) or not self._is_usual(text[0]):
                self._odd(p, text, QPointF(x, at.y()))
            else:
                p.drawText(QPointF(x, at.y() + self.grid.ascent), text)

    def _texts(self, line: Line, first: int, end: int) -> Iterator[tuple[int, str]]:
        """(column, text): as much as fits the grid at once, everything else cell by cell. Blanks are left out."""
        cells = line.cells
        if isinstance(cells, str) and cells.isascii():
            text = cells[first:end]
            if not text.isspace() and text:
                yield first, text
            return
        start, run = first, ""
        for column in range(first, end):
            cell = cells[column]
            if len(cell) == 1 and cell not in boxes.DRAWN and self._is_usual(cell):
                start = start if run else column
                run += cell
                continue
            if run:
                yield start, run
                run = ""
            if cell:
                yield column, cell
        if run and not run.isspace():
            yield start, run

    def _is_usual(self, character: str) -> bool:
        """The font has it, as wide as all the others."""
        if " " <= character <= "~":
            return True
        found = self._usual.get(character)
        if found is None:
            there = self._metrics.inFont(character) and width(character) == 1
            found = there and abs(self._metrics.horizontalAdvance(character) - self._advance) < 0.1
            self._usual[character] = found
        return found

    def _odd(self, p: QPainter, text: str, at: QPointF) -> None:
        """Another font's, wide or with marks: centred in its cells and cut there."""
        columns = max(1, width(text[0]))
        cell = QRectF(at.x(), at.y(), columns * self.grid.width, self.grid.height)
        needed = QFontMetricsF(p.font()).horizontalAdvance(text)
        p.save()
        p.setClipRect(cell)
        p.drawText(QPointF(cell.x() + max(0.0, (cell.width() - needed) / 2), at.y() + self.grid.ascent), text)
        p.restore()


def _pieces(line: Line, columns: int) -> Iterator[tuple[int, int, Style]]:
    """The whole line as pieces of one style each, up to the last column."""
    at = 0
    for first, end, style in line.runs:
        if first > at:
            yield at, first, PLAIN
        yield first, end, style
        at = end
    if at < columns:
        yield at, columns, PLAIN
