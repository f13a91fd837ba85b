"""A terminal that several threads use: one feeds it, another looks at it. Memory and the time of a lock are bounded."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from nasclustergui.subsystems.terminal.emulator.cells import Line, Style, thaw
from nasclustergui.subsystems.terminal.emulator.history import LINES
from nasclustergui.subsystems.terminal.emulator.screen import REVERSED, TerminalScreen, new_screen
from nasclustergui.subsystems.terminal.emulator.stream import TerminalStream

SLICE = 4096  # bytes that are taken with the lock held: some milliseconds at worst
NOTE = Style(fg=8)


@dataclass(frozen=True)
class Frame:
    """What is seen at one moment. Lines that did not change are the same objects as in the frame before.

    Attributes:
        lines: from the top of the view; `top` is the number of the first of them.
        oldest, screen: numbers of the oldest line that is kept and of the live screen's first line.
        cursor: (column, line of the view), None where it is hidden or out of sight.
        shape: of the cursor. reverse: text and background are swapped for the whole screen.
        modes: what programs switched on, see `screen`.
    """

    lines: tuple[Line, ...]
    top: int
    oldest: int
    screen: int
    columns: int
    cursor: tuple[int, int] | None
    shape: str
    reverse: bool
    alternate: bool
    title: str
    bells: int
    modes: frozenset[int]


class Terminal:
    """Feed it with bytes, look at it by frames. `reply` is called with answers for the program, the lock held."""

    def __init__(self, columns: int, lines: int, reply: Callable[[bytes], None], history: int = LINES) -> None:
        self._lock = threading.Lock()
        self._screen: TerminalScreen = new_screen(columns, lines, lambda text: reply(text.encode()), history)
        self._stream = TerminalStream(self._screen)

    def feed(self, data: bytes | memoryview) -> None:
        """Take at most `SLICE` bytes; whoever has more lets others in between."""
        with self._lock:
            self._stream.feed(bytes(data))

    def size(self) -> tuple[int, int]:
        """(columns, lines)."""
        return self._screen.columns, self._screen.lines

    def resize(self, columns: int, lines: int) -> None:
        """Another size; nothing is lost."""
        with self._lock:
            self._screen.resize(lines, columns)

    def set_colors(self, text: int, background: int) -> None:
        """What programs are told that ask for the colours, as 0xRRGGBB."""
        self._screen.colors = (text, background)

    def new_shell(self, note: str) -> None:
        """What comes from now on is another shell's; `note` is a line that says so."""
        with self._lock:
            self._stream = TerminalStream(self._screen)
            self._screen.new_shell()
            if note:
                self._say(note)

    def _say(self, text: str) -> None:
        screen = self._screen
        shown = text[: screen.columns]
        screen.rows[screen.cursor.y] = thaw(shown, [NOTE] * len(shown), screen.columns)
        screen.carriage_return()
        screen.linefeed()

    def clear_history(self) -> None:
        """Forget what can be scrolled to."""
        with self._lock:
            self._screen.history.clear()

    def frame(self, top: int | None = None) -> Frame:
        """The view that begins with line `top`, or the live screen."""
        with self._lock:
            screen = self._screen
            history = screen.history
            first = history.end if top is None else min(max(top, history.first), history.end)
            lines = history.between(first, first + screen.lines)
            lines += [row.line() for row in screen.rows[: screen.lines - len(lines)]]
            y = screen.cursor.y + history.end - first
            seen = not screen.cursor.hidden and y < screen.lines
            return Frame(
                tuple(lines),
                first,
                history.first,
                history.end,
                screen.columns,
                (screen.column(), y) if seen else None,
                screen.shape,
                REVERSED in screen.mode,
                screen.alternate,
                screen.title,
                screen.bells,
                frozenset(screen.mode),
            )

    def lines(self, first: int = 0, end: int | None = None) -> tuple[int, list[Line]]:
        """(number of the first, the lines) of those from `first` to before `end` that are kept."""
        with self._lock:
            history, rows = self._screen.history, self._screen.rows
            first = max(first, history.first)
            end = history.end + len(rows) if end is None else end
            found = history.between(first, end)
            live = range(max(first - history.end, 0), max(min(end - history.end, len(rows)), 0))
            return first, found + [rows[n].line() for n in live]

    @property
    def directory(self) -> str:
        """What the shell said of its directory, "" if nothing."""
        return self._screen.directory
