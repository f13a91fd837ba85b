"""The whole terminal's state: modes, the alternate screen, titles, resizing, and what it answers to questions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pyte import charsets, modes

from nasclustergui.subsystems.terminal.emulator.cells import PLAIN, Row, Style
from nasclustergui.subsystems.terminal.emulator.history import LINES
from nasclustergui.subsystems.terminal.emulator.motion import Motion, Saved
from nasclustergui.subsystems.terminal.emulator.reflow import fitted
from nasclustergui.subsystems.terminal.emulator.sgr import styled


def private(mode: int) -> int:
    """The number under which pyte keeps a private mode (CSI ? … h) in `Screen.mode`."""
    return mode << 5


CURSOR_KEYS, ALTERNATE_SCROLL = private(1), private(1007)
REVERSED = private(5)
MOUSE_CLICKS, MOUSE_DRAGS, MOUSE_MOVES, MOUSE_SGR = private(1000), private(1002), private(1003), private(1006)
FOCUS_REPORTS, BRACKETED_PASTE = private(1004), private(2004)
KEYPAD = private(66)
ALTERNATES = (47, 1047, 1049)
_MOUSE_KINDS = (MOUSE_CLICKS, MOUSE_DRAGS, MOUSE_MOVES)
TITLE_LENGTH = 200
MOST_COLUMNS, MOST_LINES = 1000, 500
_DEVICE = "\x1b[?62;22c"  # a VT220 with colours, as xterm-256color programs expect
_DEVICE_2 = "\x1b[>1;10;0c"
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CHARSETS = {**charsets.MAPS, "A": charsets.LAT1_MAP}


class TerminalScreen(Motion):
    """pyte's Screen, with what it lacks for today's programs.

    Attributes:
        reply: called with what the terminal answers ("\x1b[0n"), for the program's input.
        shape: of the cursor: "block", "underline" or "bar".
        colors: text and background as 0xRRGGBB, told to programs that ask, so that they choose readable colours.
        directory: what the shell said by OSC 7, "" if it never did.
    """

    def __init__(self, columns: int, lines: int, reply: Callable[[str], None], history: int = LINES) -> None:
        self.reply = reply
        self.shape = "block"
        self.colors = (0x111827, 0xFFFFFF)
        self.directory = ""
        self._other: tuple[list[Row], Saved | None] | None = None
        super().__init__(columns, lines, history)
        self.mode.add(ALTERNATE_SCROLL)

    def reset(self) -> None:
        """RIS: as after switching it on, but the history stays."""
        if self.alternate:
            self._leave_alternate()
        self.rows = [Row(self.columns) for _ in range(self.lines)]
        self.style, self.shape, self.last_drawn = PLAIN, "block", ""
        self._saved = None
        super().reset()
        self.mode.add(ALTERNATE_SCROLL)

    def soft_reset(self) -> None:
        """DECSTR: modes, margins and style, but not what is seen."""
        self.mode = {modes.DECAWM, modes.DECTCEM, ALTERNATE_SCROLL}
        self.margins, self.style, self.shape = None, PLAIN, "block"
        self.charset, self.g0_charset, self.g1_charset = 0, charsets.LAT1_MAP, charsets.VT100_MAP
        self.cursor.hidden = False
        self._saved = None

    def new_shell(self) -> None:
        """Another shell draws from now on: what the old one left set is undone, what it drew stays."""
        if self.alternate:
            self._leave_alternate()
        self.soft_reset()
        self.tabstops = set(range(8, self.columns, 8))
        self.directory = ""
        if self.cursor.x:
            self.carriage_return()
            self.linefeed()

    # ------------------------------------------------------------ modes

    def set_mode(self, *numbers: int, **kwargs: Any) -> None:
        """SM, DECSET."""
        for number in numbers:
            mode = private(number) if kwargs.get("private") else number
            if kwargs.get("private") and number in ALTERNATES:
                self._enter_alternate(number)
            elif mode == private(1048):
                self.save_cursor()
            elif mode != modes.DECCOLM:  # 132 columns: the window is as wide as it is
                self._switched_on(mode)

    def _switched_on(self, mode: int) -> None:
        if mode in _MOUSE_KINDS:
            self.mode.difference_update(_MOUSE_KINDS)
        self.mode.add(mode)
        if mode == modes.DECOM:
            self.cursor_position()
        elif mode == modes.DECTCEM:
            self.cursor.hidden = False

    def reset_mode(self, *numbers: int, **kwargs: Any) -> None:
        """RM, DECRST."""
        for number in numbers:
            mode = private(number) if kwargs.get("private") else number
            if kwargs.get("private") and number in ALTERNATES:
                if self.alternate:
                    self._leave_alternate(restore=number == 1049)
            elif mode == private(1048):
                self.restore_cursor()
            else:
                self.mode.discard(mode)
                if mode == modes.DECOM:
                    self.cursor_position()
                elif mode == modes.DECTCEM:
                    self.cursor.hidden = True

    def _enter_alternate(self, number: int) -> None:
        if number == 1049:
            self.save_cursor()
        if not self.alternate:
            self._other = (self.rows, self._saved)
            self._saved = None  # each screen has its own
            self.rows = [Row(self.columns, self.blank) for _ in range(self.lines)]
            self.alternate = True

    def _leave_alternate(self, restore: bool = True) -> None:
        assert self._other is not None
        self.rows, self._saved = self._other
        self._other, self.alternate = None, False
        self.margins = None
        if restore:
            self.restore_cursor()

    def is_set(self, mode: int) -> bool:
        """Is a mode on? Private ones are named in this module."""
        return mode in self.mode

    def keypad_application(self, on: bool) -> None:
        """DECKPAM, DECKPNM."""
        (self.mode.add if on else self.mode.discard)(KEYPAD)

    def define_charset(self, code: str, mode: str) -> None:
        """G0 with "(", G1 with ")": "0" draws lines, the others are plain text."""
        table = _CHARSETS.get(code)
        if table is None or mode not in "()":
            return
        if mode == "(":
            self.g0_charset = table
        else:
            self.g1_charset = table

    def set_style(self, parameters: str) -> None:
        """SGR, with its parameters as they came."""
        self.style = styled(self.style, parameters)

    def select_graphic_rendition(self, *attrs: int) -> None:
        """SGR."""
        self.set_style(";".join(str(attr) for attr in attrs))

    def set_cursor_shape(self, number: int = 0) -> None:
        """DECSCUSR: 0 to 2 block, 3 and 4 underline, 5 and 6 bar. None blinks here."""
        self.shape = {3: "underline", 4: "underline", 5: "bar", 6: "bar"}.get(number, "block")

    def set_title(self, param: str) -> None:
        """OSC 0 and 2."""
        self.title = _UNPRINTABLE.sub("", param[: 4 * TITLE_LENGTH])[:TITLE_LENGTH]

    def set_directory(self, param: str) -> None:
        """OSC 7: file://host/path."""
        if param.startswith("file://"):
            self.directory = "/" + param.removeprefix("file://").partition("/")[2][:4096]

    # ------------------------------------------------------------ questions

    def write_process_input(self, data: str) -> None:
        """Answer."""
        self.reply(data)

    def report_device_attributes(self, mode: int = 0, **_kwargs: bool) -> None:
        """DA."""
        if mode == 0:
            self.reply(_DEVICE)

    def report_secondary_attributes(self, mode: int = 0) -> None:
        """DA2."""
        if mode == 0:
            self.reply(_DEVICE_2)

    def report_device_status(self, mode: int = 0, **kwargs: bool) -> None:
        """DSR: 5 is it well, 6 where is the cursor."""
        lead = "?" if kwargs.get("private") else ""
        if mode == 5 and not lead:
            self.reply("\x1b[0n")
        elif mode == 6:
            top = self.region()[0] if modes.DECOM in self.mode else 0
            self.reply(f"\x1b[{lead}{self.cursor.y - top + 1};{self.column() + 1}R")

    def report_mode(self, number: int, is_private: bool) -> None:
        """DECRQM: 1 set, 2 not set, 0 not known here."""
        mode = private(number) if is_private else number
        known = is_private and (number in (1, 5, 6, 7, 25, 1000, 1002, 1003, 1004, 1006, 1007, 2004, *ALTERNATES))
        on = self.alternate if number in ALTERNATES and is_private else mode in self.mode
        state = 0 if not (known or (not is_private and number in (4, 20))) else 1 if on else 2
        self.reply(f"\x1b[{'?' if is_private else ''}{number};{state}$y")

    def report_color(self, number: int) -> None:
        """OSC 10 and 11 with "?": text and background."""
        value = self.colors[number - 10]
        parts = [f"{value >> shift & 0xFF:02x}" * 2 for shift in (16, 8, 0)]
        self.reply(f"\x1b]{number};rgb:{'/'.join(parts)}\x1b\\")

    # ------------------------------------------------------------ size

    def resize(self, lines: int | None = None, columns: int | None = None) -> None:
        """Another size: the main screen and its history are wrapped anew, the alternate one is cut."""
        lines = min(max(lines or self.lines, 1), MOST_LINES)
        columns = min(max(columns or self.columns, 2), MOST_COLUMNS)
        if (lines, columns) == (self.lines, self.columns):
            return
        cursor = (self.cursor.x, self.cursor.y)
        if self.alternate and self._other is not None:
            main, saved = self._other
            at = (saved.x, saved.y) if saved else (0, 0)
            rows, at = fitted(self.history, main, at, self.columns, lines, columns)
            self._other = (rows, saved._replace(x=at[0], y=at[1]) if saved else None)
            self.rows = [cut(row, columns) for row in self.rows[:lines]]
            self.rows += [Row(columns) for _ in range(lines - len(self.rows))]
        else:
            self.rows, cursor = fitted(self.history, self.rows, cursor, self.columns, lines, columns)
        self.tabstops = {stop for stop in self.tabstops if stop < self.columns} | set(
            range(self.columns + 7 & ~7, columns, 8)
        )
        self.lines, self.columns, self.margins = lines, columns, None
        self.cursor.x, self.cursor.y = min(cursor[0], columns), min(cursor[1], lines - 1)


def cut(row: Row, columns: int) -> Row:
    """The row with another number of columns; a wide character is not cut in two."""
    old = len(row.cells)
    if columns < old:
        row.blank(columns, old, Style())
        row.cells, row.styles = row.cells[:columns], row.styles[:columns]
    else:
        row.cells += [" "] * (columns - old)
        row.styles += [PLAIN] * (columns - old)
    row.frozen = None
    return row


def new_screen(columns: int, lines: int, reply: Callable[[str], None], history: int = LINES) -> TerminalScreen:
    """A screen of a size within bounds."""
    return TerminalScreen(min(max(columns, 2), MOST_COLUMNS), min(max(lines, 1), MOST_LINES), reply, history)
