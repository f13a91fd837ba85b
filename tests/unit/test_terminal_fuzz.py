"""Any bytes, any sizes: the emulator never raises, stays bounded, and its short cuts change nothing."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from nasclustergui.subsystems.terminal.emulator.cells import styles_of
from nasclustergui.subsystems.terminal.emulator.grid import Grid
from nasclustergui.subsystems.terminal.emulator.terminal import Terminal

_SEQUENCES = st.one_of(
    st.from_regex(rb"\x1b\[[?>=!]?[0-9;:]{0,12}[ $!]?[@-~]", fullmatch=True),
    st.from_regex(rb"\x1b[ #%()*+][0-9A-Za-z]", fullmatch=True),
    st.from_regex(rb"\x1b[0-9A-Za-z=>]", fullmatch=True),
    st.sampled_from([b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[?6h", b"\x1b[2;3r", b"\x1b[4h", b"\x1b[?7l"]),
    st.sampled_from([b"\x1bP", b"\x1b]0;", b"\x1b_", b"\x1b\\", b"\x07"]),
    st.text(max_size=30).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(["漢字", "e\u0301", "\u200d", "\ufe0f", "👩‍👩‍👧", "\xad"]).map(str.encode),
    st.binary(max_size=20),
    st.sampled_from([b"\r\n", b"\n", b"\t", b"\x08", b"\x0e", b"\x0f", b"plain text\r\n" * 9]),
)  # fmt: skip
_STEPS = st.lists(st.one_of(_SEQUENCES, st.tuples(st.integers(1, 40), st.integers(1, 12))), min_size=1, max_size=40)


def looked_over(terminal: Terminal) -> list[tuple[str, list[object], bool]]:
    """Everything it keeps, after a look whether that is sound."""
    screen = terminal._screen
    assert len(screen.rows) == screen.lines
    assert all(len(row.cells) == len(row.styles) == screen.columns for row in screen.rows)
    assert 0 <= screen.cursor.y < screen.lines
    assert 0 <= screen.cursor.x <= screen.columns
    _first, lines = terminal.lines()
    assert len(lines) <= screen.history.limit + screen.lines
    assert all(len(line) <= screen.columns for line in terminal.frame().lines)
    return [(line.text, list(styles_of(line)), line.wrapped) for line in lines]


@settings(max_examples=300, deadline=None)
@given(_STEPS)
def test_nothing_makes_it_raise_or_grow(steps: list[bytes | tuple[int, int]]) -> None:
    terminal = Terminal(12, 5, lambda _answer: None, history=30)
    for step in steps:
        if isinstance(step, tuple):
            terminal.resize(*step)
        else:
            terminal.feed(step)
        looked_over(terminal)
    for top in (None, 0, 5, 10**9):
        terminal.frame(top)


@settings(max_examples=200, deadline=None)
@given(st.lists(_SEQUENCES, max_size=20), st.integers(1, 17))
def test_pieces_do_not_matter(sequences: list[bytes], piece: int) -> None:
    data = b"".join(sequences)
    whole, cut = (Terminal(12, 5, lambda _answer: None, history=30) for _ in range(2))
    whole.feed(data)
    for at in range(0, len(data), piece):
        cut.feed(data[at : at + piece])
    assert looked_over(whole) == looked_over(cut)
    assert whole.frame().cursor == cut.frame().cursor


_LINES = st.lists(st.text(" abcde", max_size=30), min_size=1, max_size=30)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(_LINES, st.sampled_from(["", "\x1b[31m", "\x1b[44m", "\x1b[2;4r", "\x1b[3;1H", "\x1b[?7l", "x"])),
        max_size=6,
    )
)
def test_many_lines_at_once_are_as_line_by_line(blocks: list[tuple[list[str], str]]) -> None:
    data = "".join("".join(f"{line}\r\n" for line in lines) + rest for lines, rest in blocks).encode()
    fast, slow = (Terminal(9, 4, lambda _answer: None, history=20) for _ in range(2))
    fast.feed(data)
    with patch.object(Grid, "is_simple", return_value=False):
        slow.feed(data)
    assert looked_over(fast) == looked_over(slow)
    assert fast.frame().cursor == slow.frame().cursor
    assert fast.frame().oldest == slow.frame().oldest


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.text("ab漢 e\u0301", max_size=40), min_size=1, max_size=12), st.lists(st.integers(2, 40), max_size=5)
)
def test_resizing_loses_no_text(lines: list[str], widths: list[int]) -> None:
    terminal = Terminal(20, 6, lambda _answer: None, history=500)
    terminal.feed("\r\n".join(lines).encode())
    before = _said(terminal)
    for columns in widths:
        terminal.resize(columns, 6)
    assert _said(terminal) == before


def _said(terminal: Terminal) -> str:
    """All text, without line ends and blanks: those are where a width may show."""
    return "".join(line.text for line in terminal.lines()[1]).replace(" ", "")
