"""The cells of the screen: drawing, scrolling, erasing. Replaces pyte's dictionaries by rows of lists.

pyte keeps a dictionary of named tuples per line and moves every line by hand when the screen scrolls; here a run of
text is two slice assignments and a scroll one move in a list (docs/design/terminal.md has the figures).
"""

from __future__ import annotations

from typing import Any

import pyte
from pyte import charsets, modes

from nasclustergui.subsystems.terminal.emulator.cells import PLAIN, Line, Row, Style, width
from nasclustergui.subsystems.terminal.emulator.history import LINES, History

LONGEST_REPEAT = 1 << 16


class Grid(pyte.Screen):
    """Rows with the cursor among them.

    `cursor.x == columns` means that the line is full and the next character goes to the next one.

    Attributes:
        rows: the live screen, `lines` of them. history: what left it at the top.
        style: of what is drawn next. alternate: the other screen is shown, which has no history.
        bells: how often the bell rang.
    """

    def __init__(self, columns: int, lines: int, history: int = LINES) -> None:
        self.history = History(history)
        self.rows: list[Row] = [Row(columns) for _ in range(lines)]
        self.style = PLAIN
        self.alternate = False
        self.bells = 0
        self.last_drawn = ""
        super().__init__(columns, lines)

    @property
    def display(self) -> list[str]:
        """The screen as text, one string per line, blanks to the right."""
        return ["".join(row.cells) for row in self.rows]

    @property
    def blank(self) -> Style:
        """How erased cells look: with the background that is set."""
        return Style(bg=self.style.bg)

    def region(self) -> tuple[int, int]:
        """First and last line that scroll."""
        return (self.margins.top, self.margins.bottom) if self.margins is not None else (0, self.lines - 1)

    def column(self) -> int:
        """The cursor's column, the last one where the line is full."""
        return min(self.cursor.x, self.columns - 1)

    # ------------------------------------------------------------ drawing

    def draw(self, data: str) -> None:
        """Draw printable characters at the cursor, line by line."""
        charset = self.g1_charset if self.charset else self.g0_charset
        if charset is not charsets.LAT1_MAP:
            data = data.translate(charset)
        if data.isascii():
            self._draw_narrow(data)
        else:
            self._draw_mixed(data)

    def _draw_mixed(self, data: str) -> None:
        """Runs of one column each, and between them what is wide or joins the character before."""
        start = 0
        for at, character in enumerate(data):
            columns = 1 if character < "\u0300" and character != "\xad" else width(character)
            if columns == 1:
                continue
            if at > start:
                self._draw_narrow(data[start:at])
            if columns == 2:
                self._draw_wide(character)
            else:
                self._join(character)
            start = at + 1
        if start < len(data):
            self._draw_narrow(data[start:])

    def _draw_narrow(self, text: str) -> None:
        self.last_drawn = text[-1]
        while text:
            self._wrap_if_full()
            x, columns = self.cursor.x, self.columns
            part, text = text[: columns - x], text[columns - x :]
            if text and modes.DECAWM not in self.mode:  # all the rest falls on the last column
                part, text = part[:-1] + text[-1], ""
            row = self.rows[self.cursor.y]
            if modes.IRM in self.mode:
                row.insert(x, len(part), self.blank)
            row.put(x, part, self.style)
            self.cursor.x = self._after(x + len(part))

    def _draw_wide(self, character: str) -> None:
        self.last_drawn = character
        if self.columns < 2:
            return
        self._wrap_if_full()
        if self.cursor.x == self.columns - 1:
            if modes.DECAWM in self.mode:
                row = self.rows[self.cursor.y]
                row.put(self.cursor.x, ("",), self.blank)  # no blank: the text goes on in the next line
                self.cursor.x = self.columns
                self._wrap_if_full()
            else:
                self.cursor.x -= 1
        row = self.rows[self.cursor.y]
        if modes.IRM in self.mode:
            row.insert(self.cursor.x, 2, self.blank)
        row.put_wide(self.cursor.x, character, self.style)
        self.cursor.x = self._after(self.cursor.x + 2)

    def _after(self, x: int) -> int:
        """Where the cursor stands after drawing: only with auto-wrap does a full line wait for the next one."""
        return x if x < self.columns or modes.DECAWM in self.mode else self.columns - 1

    def _join(self, character: str) -> None:
        """A combining character belongs to the one before, also in the line above if that was full."""
        x, y = self.cursor.x, self.cursor.y
        if x > 0:
            self.rows[y].join(x - 1, character)
        elif y > 0 and self.rows[y - 1].wrapped:
            self.rows[y - 1].join(self.columns - 1, character)

    def _wrap_if_full(self) -> None:
        if self.cursor.x < self.columns:
            return
        if modes.DECAWM in self.mode:
            row = self.rows[self.cursor.y]
            row.wrapped, row.frozen = True, None
            self.cursor.x = 0
            self.index()
        else:
            self.cursor.x = self.columns - 1

    def repeat(self, count: int) -> None:
        """REP: draw the last character again."""
        if self.last_drawn:
            self.draw(self.last_drawn * min(max(count, 1), LONGEST_REPEAT))

    def bulk(self, texts: list[str]) -> None:
        """Many lines of ASCII, each ended by CR LF. As `draw`, `carriage_return`, `linefeed`, only much faster.

        The cursor must stand at the start of the bottom line, which is blank, in a state that `is_simple`.
        """
        made: dict[str, Line] = {}  # `yes` draws the same line over and over
        lines: list[Line] = []
        style, columns = self.style, self.columns
        for text in texts:
            line = made.get(text)
            if line is not None:
                lines.append(line)
                continue
            for start in range(0, max(len(text), 1), columns):
                part = text[start : start + columns]
                wrapped = start + columns < len(text)
                shown = part if wrapped or style != PLAIN else part.rstrip(" ")
                runs = ((0, len(shown), style),) if style != PLAIN and shown else ()
                line = Line(shown, runs, wrapped)
                lines.append(line)
            if len(text) <= columns and line is not None:
                made[text] = line
        self._scroll_in(lines)
        self.last_drawn = ""

    def _scroll_in(self, lines: list[Line]) -> None:
        """Scroll the screen by finished lines; the bottom stays blank."""
        keep = self.lines - 1
        leaving = [row.line() for row in self.rows[: min(len(lines), keep)]]
        self.history.extend(leaving + lines[: max(0, len(lines) - keep)])
        fresh = []
        for line in lines[max(0, len(lines) - keep) :]:
            row = Row(self.columns)
            row.put(0, line.cells, line.runs[0][2] if line.runs else PLAIN)
            row.wrapped, row.frozen = line.wrapped, line
            fresh.append(row)
        staying = [*self.rows[:keep], *fresh]
        self.rows = [*staying[len(staying) - keep :], Row(self.columns)]

    def is_simple(self) -> bool:
        """`bulk` may be used now."""
        if self.cursor.y != self.lines - 1 or self.cursor.x or self.alternate or self.margins is not None:
            return False
        charset = self.g1_charset if self.charset else self.g0_charset
        plain = charset is charsets.LAT1_MAP and self.style.bg < 0
        return plain and modes.DECAWM in self.mode and modes.IRM not in self.mode and self.rows[-1].is_blank()

    # ------------------------------------------------------------ scrolling

    def index(self) -> None:
        """Move down; at the end of the region scroll."""
        top, bottom = self.region()
        if self.cursor.y == bottom:
            self.scroll_up(1, top, bottom)
        elif self.cursor.y < self.lines - 1:
            self.cursor.y += 1

    def reverse_index(self) -> None:
        """Move up; at the start of the region scroll down."""
        top, bottom = self.region()
        if self.cursor.y == top:
            self.scroll_down(1, top, bottom)
        elif self.cursor.y > 0:
            self.cursor.y -= 1

    def scroll_up(self, count: int, top: int, bottom: int) -> None:
        """Lines leave at the top of the region, into the history if that is the top of the screen."""
        rows, style = self.rows, self.blank
        for _ in range(min(count, bottom - top + 1)):
            row = rows.pop(top)
            if top == 0 and not self.alternate:
                self.history.append(row.line())
            rows.insert(bottom, Row(self.columns, style))

    def scroll_down(self, count: int, top: int, bottom: int) -> None:
        """Lines leave at the end of the region; blank ones come in at its top."""
        for _ in range(min(count, bottom - top + 1)):
            del self.rows[bottom]
            self.rows.insert(top, Row(self.columns, self.blank))

    def insert_lines(self, count: int | None = None) -> None:
        """IL: blank lines at the cursor, within the region."""
        top, bottom = self.region()
        if top <= self.cursor.y <= bottom:
            self.scroll_down(count or 1, self.cursor.y, bottom)
            self.cursor.x = 0

    def delete_lines(self, count: int | None = None) -> None:
        """DL: take lines out at the cursor, within the region; none of them goes into the history."""
        top, bottom = self.region()
        if top <= self.cursor.y <= bottom:
            for _ in range(min(count or 1, bottom - self.cursor.y + 1)):
                del self.rows[self.cursor.y]
                self.rows.insert(bottom, Row(self.columns, self.blank))
            self.cursor.x = 0

    # ------------------------------------------------------------ erasing

    def insert_characters(self, count: int | None = None) -> None:
        """ICH: room at the cursor."""
        self.rows[self.cursor.y].insert(self.column(), count or 1, self.blank)
        self.cursor.x = self.column()

    def delete_characters(self, count: int | None = None) -> None:
        """DCH: take characters out at the cursor."""
        self.rows[self.cursor.y].delete(self.column(), count or 1, self.blank)
        self.cursor.x = self.column()

    def erase_characters(self, count: int | None = None) -> None:
        """ECH: erase without moving anything."""
        x = self.cursor.x = self.column()
        self.rows[self.cursor.y].blank(x, min(x + (count or 1), self.columns), self.blank)

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        """EL: 0 from the cursor, 1 up to it, 2 all."""
        row, x = self.rows[self.cursor.y], self.column()
        first, end = {0: (x, self.columns), 1: (0, x + 1), 2: (0, self.columns)}.get(how, (0, 0))
        row.blank(first, end, self.blank)
        if end == self.columns:
            row.wrapped, row.frozen = False, None

    def erase_in_display(self, how: int = 0, *_args: Any, **_kwargs: Any) -> None:
        """ED: 0 from the cursor, 1 up to it, 2 the screen, which goes into the history, 3 the history."""
        y = self.cursor.y
        if how == 3:
            if not self.alternate:
                self.history.clear()
            return
        if how == 2 and not self.alternate:
            self._keep_screen()
        first, end = {0: (y + 1, self.lines), 1: (0, y), 2: (0, self.lines)}.get(how, (0, 0))
        for n in range(first, end):
            self.rows[n] = Row(self.columns, self.blank)
        if how in (0, 1):
            self.erase_in_line(how)

    def _keep_screen(self) -> None:
        """What `clear` is about to erase can still be scrolled to."""
        used = max((n for n, row in enumerate(self.rows) if not row.is_blank()), default=-1)
        self.history.extend([row.line() for row in self.rows[: used + 1]])

    def alignment_display(self) -> None:
        """DECALN: the screen full of E, to adjust the tube by."""
        self.margins = None
        for row in self.rows:
            row.put(0, "E" * self.columns, PLAIN)
            row.wrapped = False
        self.cursor.x = self.cursor.y = 0

    def bell(self, *_args: Any) -> None:
        """Counted; whoever shows the terminal looks at the number."""
        self.bells += 1
