"""What is selected in a terminal: by characters, words or lines, over everything that can be scrolled to. No Qt."""

from __future__ import annotations

from nasclustergui.subsystems.terminal.emulator.cells import Line
from nasclustergui.subsystems.terminal.emulator.terminal import Frame, Terminal
from nasclustergui.subsystems.terminal.find import Span, Spot, text_of, whole_line_at, word_at


class Selection:
    """At most one span. It vanishes when a program draws over it.

    Attributes:
        span: what is selected, None for nothing. active: the mouse is held down.
    """

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self.span: Span | None = None
        self.active = False
        self._grain = 1
        self._anchor: Span | None = None
        self._seen: dict[int, Line] = {}

    def begin(self, spot: Spot, clicks: int) -> None:
        """Press: one click selects characters, two a word, three a line."""
        self.active, self._grain = True, clicks
        self._anchor = self._around(spot)
        self.span = self._anchor if clicks > 1 else None
        self._remember()

    def extend(self, spot: Spot) -> None:
        """Move, or press with Shift."""
        if self._anchor is None:
            self.begin(spot, 1)
        assert self._anchor is not None
        here = self._around(spot)
        start, end = min(self._anchor.start, here.start), max(self._anchor.end, here.end)
        self.span = Span(start, end) if start < end else None
        self._remember()

    def finish(self) -> None:
        """Release."""
        self.active = False

    def everything(self) -> None:
        """From the oldest line to the last one that says something."""
        first, lines = self._terminal.lines()
        used = max((n for n, line in enumerate(lines) if len(line)), default=0)
        self.span = Span(Spot(first, 0), Spot(first + used, len(lines[used])))
        self._anchor = Span(self.span.start, self.span.start)
        self._remember()

    def clear(self) -> None:
        """Nothing is selected."""
        self.span = self._anchor = None
        self.active = False
        self._seen = {}

    def text(self) -> str:
        """What is selected."""
        if self.span is None:
            return ""
        first, lines = self._terminal.lines(self.span.start.line, self.span.end.line + 1)
        return text_of(first, lines, self.span)

    def check(self, frame: Frame) -> None:
        """Drop it if one of its lines was drawn over."""
        if self.span is None or self.active:
            return
        if self.span.end.line < frame.oldest:
            self.clear()
        for n, line in enumerate(frame.lines, frame.top):
            if self._seen.get(n, line) is not line:
                self.clear()
                return

    def _remember(self) -> None:
        """The selected lines of the live screen: only those can change."""
        self._seen = {}
        if self.span is not None:
            end = self.span.end.line + 1
            first, lines = self._terminal.lines(max(self.span.start.line, end - 1000), end)
            self._seen = dict(enumerate(lines, first))

    def _around(self, spot: Spot) -> Span:
        if self._grain == 1:
            return Span(spot, spot)
        first, lines = self._terminal.lines(spot.line - 100, spot.line + 100)
        if self._grain == 2:
            return word_at(first, lines, spot)
        return whole_line_at(first, lines, spot, self._terminal.size()[0])
