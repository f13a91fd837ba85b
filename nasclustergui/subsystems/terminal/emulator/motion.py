"""Where the cursor goes: motions within margins and origin mode, tabs, saving and restoring."""

from __future__ import annotations

from typing import Any, NamedTuple

from pyte import modes
from pyte.screens import Margins

from nasclustergui.subsystems.terminal.emulator.cells import Style
from nasclustergui.subsystems.terminal.emulator.grid import Grid


class Saved(NamedTuple):
    """What DECSC keeps."""

    x: int
    y: int
    style: Style
    charsets: tuple[Any, Any, int]
    origin: bool
    wrap: bool


class Motion(Grid):
    """A grid whose cursor moves as a VT220's. pyte's own motions jump over margins and stop at wrong ones."""

    _saved: Saved | None = None

    def set_margins(self, top: int | None = None, bottom: int | None = None) -> None:
        """DECSTBM, counted from 1; without numbers the whole screen. The cursor goes home."""
        first, last = max(top or 1, 1) - 1, min(bottom or self.lines, self.lines) - 1
        if last <= first:
            return
        self.margins = None if (first, last) == (0, self.lines - 1) else Margins(first, last)
        self.cursor_position()

    def cursor_position(self, line: int | None = None, column: int | None = None) -> None:
        """CUP, counted from 1, from the region's top in origin mode."""
        self.cursor.x = min(max((column or 1) - 1, 0), self.columns - 1)
        self.cursor_to_line(line)

    def cursor_to_line(self, line: int | None = None) -> None:
        """VPA."""
        top, bottom = self.region() if modes.DECOM in self.mode else (0, self.lines - 1)
        self.cursor.y = min(max(top + (line or 1) - 1, top), bottom)
        self.cursor.x = self.column()

    def cursor_to_column(self, column: int | None = None) -> None:
        """CHA."""
        self.cursor.x = min(max((column or 1) - 1, 0), self.columns - 1)

    def cursor_up(self, count: int | None = None) -> None:
        """CUU: not over the region's top, unless the cursor is above it already."""
        top = self.region()[0]
        self.cursor.y = max(self.cursor.y - (count or 1), top if self.cursor.y >= top else 0)
        self.cursor.x = self.column()

    def cursor_down(self, count: int | None = None) -> None:
        """CUD: not over the region's end, unless the cursor is below it already."""
        bottom = self.region()[1]
        self.cursor.y = min(self.cursor.y + (count or 1), bottom if self.cursor.y <= bottom else self.lines - 1)
        self.cursor.x = self.column()

    def cursor_up1(self, count: int | None = None) -> None:
        """CPL."""
        self.cursor_up(count)
        self.cursor.x = 0

    def cursor_down1(self, count: int | None = None) -> None:
        """CNL."""
        self.cursor_down(count)
        self.cursor.x = 0

    def cursor_back(self, count: int | None = None) -> None:
        """CUB."""
        self.cursor.x = max(self.column() - (count or 1), 0)

    def cursor_forward(self, count: int | None = None) -> None:
        """CUF."""
        self.cursor.x = min(self.column() + (count or 1), self.columns - 1)

    def backspace(self) -> None:
        """BS."""
        self.cursor_back()

    def carriage_return(self) -> None:
        """CR."""
        self.cursor.x = 0

    def linefeed(self) -> None:
        """LF, VT, FF."""
        self.index()
        if modes.LNM in self.mode:
            self.cursor.x = 0

    def next_line(self) -> None:
        """NEL."""
        self.index()
        self.cursor.x = 0

    def scroll_lines_up(self, count: int | None = None) -> None:
        """SU."""
        self.scroll_up(count or 1, *self.region())

    def scroll_lines_down(self, count: int | None = None) -> None:
        """SD."""
        self.scroll_down(count or 1, *self.region())

    # ------------------------------------------------------------ tabs

    def tab(self) -> None:
        """HT: to the next stop, at most to the last column; nothing is drawn."""
        x = self.column()
        self.cursor.x = min((stop for stop in self.tabstops if stop > x), default=self.columns - 1)
        self.cursor.x = min(self.cursor.x, self.columns - 1)

    def tabs_forward(self, count: int | None = None) -> None:
        """CHT."""
        for _ in range(min(count or 1, self.columns)):
            self.tab()

    def tabs_back(self, count: int | None = None) -> None:
        """CBT."""
        for _ in range(min(count or 1, self.columns)):
            x = self.column()
            self.cursor.x = max((stop for stop in self.tabstops if stop < x), default=0)

    def set_tab_stop(self) -> None:
        """HTS."""
        self.tabstops.add(self.column())

    def clear_tab_stop(self, how: int = 0) -> None:
        """TBC: 0 here, 3 all."""
        if how == 0:
            self.tabstops.discard(self.column())
        elif how == 3:
            self.tabstops = set()

    # ------------------------------------------------------------ saving

    def save_cursor(self) -> None:
        """DECSC."""
        self._saved = Saved(
            self.cursor.x,
            self.cursor.y,
            self.style,
            (self.g0_charset, self.g1_charset, self.charset),
            modes.DECOM in self.mode,
            modes.DECAWM in self.mode,
        )

    def restore_cursor(self) -> None:
        """DECRC; without a DECSC before, home."""
        saved = self._saved
        if saved is None:
            self.mode.discard(modes.DECOM)
            self.cursor.x = self.cursor.y = 0
            return
        self.cursor.x, self.cursor.y = min(saved.x, self.columns), min(saved.y, self.lines - 1)
        self.style = saved.style
        self.g0_charset, self.g1_charset, self.charset = saved.charsets
        for mode, on in ((modes.DECOM, saved.origin), (modes.DECAWM, saved.wrap)):
            (self.mode.add if on else self.mode.discard)(mode)
