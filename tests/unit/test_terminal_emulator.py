"""The emulator by sequences, as vttest does it: cursor, margins, editing, wrapping, tabs, colours, screens."""

from __future__ import annotations

import pytest

from nasclustergui.subsystems.terminal.emulator.cells import (
    BOLD,
    DIM,
    ITALIC,
    PLAIN,
    REVERSE,
    RGB,
    UNDERLINE,
    Style,
)
from nasclustergui.subsystems.terminal.emulator.screen import (
    BRACKETED_PASTE,
    CURSOR_KEYS,
    KEYPAD,
    MOUSE_DRAGS,
    MOUSE_SGR,
    REVERSED,
)
from nasclustergui.subsystems.terminal.emulator.terminal import Frame, Terminal


class Screen:
    """A terminal of 10 × 5, and what it answered."""

    def __init__(self, columns: int = 10, lines: int = 5, history: int = 100) -> None:
        self.answers: list[bytes] = []
        self.terminal = Terminal(columns, lines, self.answers.append, history)

    def feed(self, text: str | bytes) -> Screen:
        self.terminal.feed(text.encode() if isinstance(text, str) else text)
        return self

    @property
    def frame(self) -> Frame:
        return self.terminal.frame()

    @property
    def text(self) -> list[str]:
        """Without empty lines at the end."""
        lines = [line.text.rstrip() for line in self.frame.lines]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    @property
    def cursor(self) -> tuple[int, int] | None:
        return self.frame.cursor

    @property
    def kept(self) -> list[str]:
        """The history."""
        first, lines = self.terminal.lines(0, self.frame.screen)
        assert first == self.frame.oldest
        return [line.text for line in lines]

    def style(self, line: int, column: int) -> Style:
        for first, end, style in self.frame.lines[line].runs:
            if first <= column < end:
                return style
        return PLAIN


def full() -> Screen:
    return Screen().feed("one\r\ntwo\r\nthree\r\nfour\r\nfive")


# ------------------------------------------------------------ cursor


@pytest.mark.parametrize(
    ("sequence", "cursor"),
    [
        ("\x1b[3;4H", (3, 2)),
        ("\x1b[3;4f", (3, 2)),
        ("\x1b[H", (0, 0)),
        ("\x1b[99;99H", (9, 4)),
        ("\x1b[0;0H", (0, 0)),
        ("\x1b[3;4H\x1b[A", (3, 1)),
        ("\x1b[3;4H\x1b[9A", (3, 0)),
        ("\x1b[3;4H\x1b[B", (3, 3)),
        ("\x1b[3;4H\x1b[2C", (5, 2)),
        ("\x1b[3;4H\x1b[0D", (2, 2)),
        ("\x1b[3;4H\x1b[E", (0, 3)),
        ("\x1b[3;4H\x1b[F", (0, 1)),
        ("\x1b[3;4H\x1b[7G", (6, 2)),
        ("\x1b[3;4H\x1b[7`", (6, 2)),
        ("\x1b[3;4H\x1b[2d", (3, 1)),
        ("\x1b[3;4H\x1b[a\x1b[e", (4, 3)),
        ("\x1b[3;4H\x08", (2, 2)),
        ("\x08", (0, 0)),
        ("\x1b[3;4H\x1bD", (3, 3)),
        ("\x1b[3;4H\x1bE", (0, 3)),
        ("\x1b[3;4H\x1bM", (3, 1)),
        ("\x1b[2;2H\x1b7\x1b[5;5H\x1b8", (1, 1)),
        ("\x1b[2;2H\x1b[s\x1b[5;5H\x1b[u", (1, 1)),
        ("\x1b8", (0, 0)),
        ("\x1b[2\x08;3H", (2, 1)),  # a control inside of a sequence
        ("\x9b3;4H", (3, 2)),  # the 8-bit introducer
    ],
)
def test_the_cursor_goes_where_it_is_sent(sequence: str, cursor: tuple[int, int]) -> None:
    assert Screen().feed(sequence).cursor == cursor


def test_margins_hold_the_cursor_only_from_inside() -> None:
    screen = Screen().feed("\x1b[2;4r")
    assert screen.cursor == (0, 0)
    assert screen.feed("\x1b[3;1H\x1b[9A").cursor == (0, 1)
    assert screen.feed("\x1b[3;1H\x1b[9B").cursor == (0, 3)
    assert screen.feed("\x1b[5;1H\x1b[9A").cursor == (0, 1)
    assert screen.feed("\x1b[1;1H\x1b[A").cursor == (0, 0)
    assert screen.feed("\x1b[r\x1b[3;1H\x1b[9A").cursor == (0, 0)


def test_origin_mode_counts_from_the_margin() -> None:
    screen = Screen().feed("\x1b[2;4r\x1b[?6h")
    assert screen.cursor == (0, 1)
    assert screen.feed("\x1b[2;3H").cursor == (2, 2)
    assert screen.feed("\x1b[9;1H").cursor == (0, 3)
    screen.feed("\x1b[6n")
    assert screen.answers == [b"\x1b[3;1R"]
    assert screen.feed("\x1b[?6l").cursor == (0, 0)


def test_a_margin_of_one_line_and_one_upside_down_are_passed_over() -> None:
    assert Screen().feed("\x1b[3;3H\x1b[2;2r\x1b[4;2r").cursor == (2, 2)


# ------------------------------------------------------------ scrolling and editing


def test_lines_leave_at_the_top_into_the_history() -> None:
    screen = full().feed("\r\nsix\r\nseven")
    assert screen.text == ["three", "four", "five", "six", "seven"]
    assert screen.kept == ["one", "two"]


def test_only_the_region_scrolls_and_only_the_top_is_kept() -> None:
    screen = full().feed("\x1b[2;4r\x1b[4;1H\n")
    assert screen.text == ["one", "three", "four", "", "five"]
    assert screen.kept == []
    screen.feed("\x1b[1;4r\x1b[4;1H\n")
    assert screen.text == ["three", "four", "", "", "five"]
    assert screen.kept == ["one"]
    assert full().feed("\x1b[2;4r\x1b[2;1H\x1bM").text == ["one", "", "two", "three", "five"]


@pytest.mark.parametrize(
    ("sequence", "text"),
    [
        ("\x1b[2;1H\x1b[L", ["one", "", "two", "three", "four"]),
        ("\x1b[2;1H\x1b[2M", ["one", "four", "five"]),
        ("\x1b[2S", ["three", "four", "five"]),
        ("\x1b[T", ["", "one", "two", "three", "four"]),
        ("\x1b[3;2H\x1b[2@", ["one", "two", "t  hree", "four", "five"]),
        ("\x1b[3;2H\x1b[2P", ["one", "two", "tee", "four", "five"]),
        ("\x1b[3;2H\x1b[2X", ["one", "two", "t  ee", "four", "five"]),
        ("\x1b[3;2H\x1b[K", ["one", "two", "t", "four", "five"]),
        ("\x1b[3;2H\x1b[1K", ["one", "two", "  ree", "four", "five"]),
        ("\x1b[3;2H\x1b[2K", ["one", "two", "", "four", "five"]),
        ("\x1b[3;2H\x1b[J", ["one", "two", "t"]),
        ("\x1b[3;2H\x1b[1J", ["", "", "  ree", "four", "five"]),
        ("\x1b[2J", []),
        ("\x1b[3;2H\x1b[4hxy", ["one", "two", "txyhree", "four", "five"]),
        ("\x1b[2;4r\x1b[5;1H\x1b[M", ["one", "two", "three", "four", "five"]),
        ("\x1b[1;1H\x1b[99P", ["", "two", "three", "four", "five"]),
        ("\x1bc", []),
    ],
)
def test_editing(sequence: str, text: list[str]) -> None:
    assert full().feed(sequence).text == text


def test_what_clear_erases_can_still_be_scrolled_to_until_it_erases_that() -> None:
    screen = full().feed("\x1b[H\x1b[2J")
    assert screen.kept == ["one", "two", "three", "four", "five"]
    assert screen.feed("\x1b[3J").kept == []


def test_erased_cells_take_the_background() -> None:
    screen = Screen().feed("\x1b[44m\x1b[K")
    assert screen.style(0, 9) == Style(bg=4)


def test_alignment_display() -> None:
    assert Screen(4, 2).feed("\x1b#8").text == ["EEEE", "EEEE"]


# ------------------------------------------------------------ wrapping, wide characters


def test_a_full_line_waits_before_it_wraps() -> None:
    screen = Screen().feed("0123456789")
    assert screen.cursor == (9, 0)
    assert screen.feed("\x1b[6n").answers == [b"\x1b[1;10R"]
    screen.feed("a")
    assert screen.text == ["0123456789", "a"]
    assert screen.frame.lines[0].wrapped
    assert not screen.frame.lines[1].wrapped


def test_without_autowrap_the_last_column_is_overwritten() -> None:
    screen = Screen().feed("\x1b[?7l0123456789abc")
    assert screen.text == ["012345678c"]
    assert screen.cursor == (9, 0)
    assert screen.feed("\x1b[?7hde").text == ["012345678d", "e"]


def test_a_wide_character_is_not_cut_and_overwriting_a_half_erases_it() -> None:
    screen = Screen(5, 3).feed("abcd漢")
    assert screen.text == ["abcd", "漢"]
    assert screen.cursor == (2, 1)
    assert screen.feed("\x1b[2;2Hx").text == ["abcd", " x"]
    assert Screen().feed("漢字\x1b[1;1Hy").text == ["y 字"]
    assert Screen().feed("漢字\x1b[1;2H\x1b[P").text == [" 字"]
    assert Screen().feed("a漢\x1b[1;1H\x1b[3X").text == []


def test_marks_join_the_letter_before() -> None:
    screen = Screen(3, 2).feed("abe\u0301x")
    assert screen.text == ["abe\u0301", "x"]
    assert Screen().feed("\u0301a").text == ["a"]
    assert len(Screen().feed("a" + "\u0301" * 1000).text[0]) < 20


def test_a_character_may_come_in_pieces_and_bad_bytes_are_marked() -> None:
    screen = Screen().feed(b"\xe6").feed(b"\xbc").feed(b"\xa2")
    assert screen.text == ["漢"]
    assert Screen().feed(b"a\xffb\xe6c").text == ["a\ufffdb\ufffdc"]


def test_repeat_takes_only_what_stands_right_before() -> None:
    assert Screen().feed("-\x1b[4b").text == ["-----"]
    assert Screen().feed("-\r\x1b[4b").text == ["-"]


# ------------------------------------------------------------ tabs, character sets


def test_tabs() -> None:
    screen = Screen(30, 2)
    assert screen.feed("\t").cursor == (8, 0)
    assert screen.feed("\t\t\t\t").cursor == (29, 0)
    assert screen.feed("\x1b[2Z").cursor == (16, 0)
    assert screen.feed("\r\x1b[2I").cursor == (16, 0)
    assert screen.feed("\x1b[1;4H\x1bH\r\t").cursor == (3, 0)
    assert screen.feed("\x1b[g\r\t").cursor == (8, 0)
    assert screen.feed("\x1b[3g\r\t").cursor == (29, 0)


def test_line_drawing_in_g0_and_g1() -> None:
    assert Screen().feed("\x1b(0lqk\x1b(Blqk").text == ["┌─┐lqk"]
    assert Screen().feed("\x1b)0\x0elqk\x0flqk").text == ["┌─┐lqk"]


# ------------------------------------------------------------ colours and styles


@pytest.mark.parametrize(
    ("parameters", "style"),
    [
        ("1", Style(flags=BOLD)),
        ("1;2;3;4;7", Style(flags=BOLD | DIM | ITALIC | UNDERLINE | REVERSE)),
        ("1;22", PLAIN),
        ("31;42", Style(1, 2)),
        ("91;102", Style(9, 10)),
        ("31;39", PLAIN),
        ("38;5;208", Style(208)),
        ("48;5;16", Style(bg=16)),
        ("38;2;1;2;3", Style(RGB | 0x010203)),
        ("38:2::1:2:3", Style(RGB | 0x010203)),
        ("38:2:1:2:3", Style(RGB | 0x010203)),
        ("38:5:7;1", Style(7, flags=BOLD)),
        ("38;5;208;1", Style(208, flags=BOLD)),
        ("38;2;999;0;0", Style(RGB | 0xFF0000)),
        ("4:3", Style(flags=UNDERLINE)),
        ("4:0", PLAIN),
        ("58;5;3;1", Style(flags=BOLD)),
        ("38;5;999", PLAIN),
        ("38", PLAIN),
        ("38;2;1", Style(flags=0)),
        ("1;0", PLAIN),
        ("", PLAIN),
        ("77;1", Style(flags=BOLD)),
    ],
)
def test_styles(parameters: str, style: Style) -> None:
    assert Screen().feed(f"\x1b[{parameters}mx").style(0, 0) == style


# ------------------------------------------------------------ screens and modes


@pytest.mark.parametrize("mode", [47, 1047, 1049])
def test_the_alternate_screen_leaves_the_main_one_alone(mode: int) -> None:
    screen = full().feed(f"\x1b[?{mode}h")
    assert screen.frame.alternate
    assert screen.text == []
    screen.feed("\x1b[2J\x1b[Hmenu" + "\r\n" * 20)
    assert screen.kept == []
    screen.feed(f"\x1b[?{mode}l")
    assert screen.text == ["one", "two", "three", "four", "five"]
    assert not screen.frame.alternate


def test_1049_puts_the_cursor_back() -> None:
    screen = Screen().feed("\x1b[2;3H\x1b[31m\x1b[?1049h\x1b[5;5H\x1b[0m\x1b[?1049l")
    assert screen.cursor == (2, 1)
    assert screen.feed("x").style(1, 2) == Style(1)


def test_modes_are_told_to_whoever_shows_it() -> None:
    screen = Screen().feed("\x1b[?1;2004;1002;1006;5h\x1b=")
    modes = screen.frame.modes
    assert {CURSOR_KEYS, BRACKETED_PASTE, MOUSE_DRAGS, MOUSE_SGR, REVERSED, KEYPAD} <= modes
    assert screen.frame.reverse
    assert not {CURSOR_KEYS, KEYPAD} & screen.feed("\x1b[!p").frame.modes


def test_cursor_shape_and_visibility() -> None:
    screen = Screen()
    assert screen.frame.shape == "block"
    assert screen.feed("\x1b[5 q").frame.shape == "bar"
    assert screen.feed("\x1b[4 q").frame.shape == "underline"
    assert screen.feed("\x1b[ q").frame.shape == "block"
    assert screen.feed("\x1b[?25l").cursor is None
    assert screen.feed("\x1b[?25h").cursor == (0, 0)


def test_titles_are_short_and_hold_no_controls() -> None:
    screen = Screen()
    assert screen.feed("\x1b]0;vim note\x07x").frame.title == "vim note"
    assert screen.feed("\x1b]2;größe\x1b\\").frame.title == "größe"
    assert screen.feed("\x1b]2;a\nb\u202ec\x07").frame.title == "abc"
    assert len(screen.feed("\x1b]2;" + "x" * 100_000 + "\x07").frame.title) == 200
    assert screen.text == ["x"]


def test_the_directory_of_osc_7() -> None:
    assert Screen().feed("\x1b]7;file://node1/bricks/d1\x1b\\").terminal.directory == "/bricks/d1"


def test_the_bell_counts() -> None:
    assert Screen().feed("\x07\x07").frame.bells == 2


def test_questions_are_answered() -> None:
    screen = Screen()
    screen.terminal.set_colors(0x112233, 0xFFFFFF)
    screen.feed("\x1b[c\x1b[>c\x1b[5n\x1b[6n\x1b[?2004$p\x1b[?9999$p\x1b[4$p\x1b]11;?\x07\x1b]10;?\x1b\\")
    assert screen.answers == [
        b"\x1b[?62;22c",
        b"\x1b[>1;10;0c",
        b"\x1b[0n",
        b"\x1b[1;1R",
        b"\x1b[?2004;2$y",
        b"\x1b[?9999;0$y",
        b"\x1b[4;2$y",
        b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\",
        b"\x1b]10;rgb:1111/2222/3333\x1b\\",
    ]


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1bP1$r0m\x1b\\",  # DCS
        "\x1b_Gi=1;AAAA\x1b\\",  # APC
        "\x1b^private\x1b\\",
        "\x1bktitle\x1b\\",
        "\x1b]52;c;AAAA\x07",  # the clipboard is nobody's but the person's
        "\x1b]8;;http://x\x1b\\",
        "\x1b[>4;2m",
        "\x1b[?u",
        "\x1b[=0c",
        "\x1b[1;2;3;4;5;6;7;8;9A",
        "\x1b[999999999999C\r",
        "\x1b[12\x18\x1b[3\x1a",  # cancelled
        "\x1b%G\x1b F\x1b>\x1b\\",
    ],
)
def test_what_is_not_shown_leaves_nothing(sequence: str) -> None:
    screen = Screen()
    for piece in sequence:
        screen.feed(piece)
    assert screen.feed("x").text == ["x"]
    assert screen.answers == []


def test_an_endless_sequence_is_bounded() -> None:
    screen = Screen()
    for _ in range(50):
        screen.feed("\x1b[" + "1;" * 3000)
        screen.feed("\x1b]0;" + "x" * 30_000)
    assert len(screen.terminal._stream._rest) <= 256
    assert sum(map(len, screen.terminal._stream._string or [])) < 40_000


# ------------------------------------------------------------ size, history, shells


def test_a_narrower_screen_wraps_and_a_wider_one_joins_again() -> None:
    screen = Screen(20, 5).feed("the quick brown fox\r\njumps\r\nover 漢字漢字漢字\r\n$ ")
    screen.terminal.resize(8, 5)
    assert [line.text.rstrip() for line in screen.terminal.lines()[1]] == [
        "the quic",
        "k brown",
        "fox",
        "jumps",
        "over 漢",
        "字漢字漢",
        "字",
        "$",
    ]
    assert screen.cursor == (2, 4)
    screen.terminal.resize(20, 5)
    assert screen.text == ["the quick brown fox", "jumps", "over 漢字漢字漢字", "$"]
    assert screen.kept == []
    assert screen.cursor == (2, 3)


def test_colours_stay_with_their_text_when_it_is_wrapped_anew() -> None:
    screen = Screen(20, 5).feed("ab\x1b[31m" + "r" * 14 + "\x1b[0mcd\x1b[7mx\x1b[0m\r\n\x1b[44m漢\x1b[0m字")
    before = screen.frame.lines[0]
    for columns in (7, 3, 11, 20):
        screen.terminal.resize(columns, 5)
    after = screen.frame.lines[0]
    assert (after.text, after.runs) == (before.text, before.runs)
    assert screen.style(1, 0) == screen.style(1, 1) == Style(bg=4)


def test_a_lower_screen_pushes_lines_into_the_history_and_a_higher_one_takes_them_back() -> None:
    screen = full()
    screen.terminal.resize(10, 2)
    assert (screen.text, screen.kept) == (["four", "five"], ["one", "two", "three"])
    screen.terminal.resize(10, 4)
    assert (screen.text, screen.kept) == (["two", "three", "four", "five"], ["one"])
    assert screen.cursor == (4, 3)


def test_the_main_screen_is_wrapped_behind_the_alternate_one() -> None:
    screen = Screen(20, 5).feed("the quick brown fox\x1b[?1049h\x1b[Hmenu")
    screen.terminal.resize(10, 3)
    assert screen.text == ["menu"]
    assert screen.feed("\x1b[?1049l").text == ["the quick", "brown fox"]
    assert screen.cursor == (9, 1)


def test_the_history_is_bounded_and_numbers_stay() -> None:
    screen = Screen(history=50).feed("".join(f"line {n}\r\n" for n in range(1000)))
    assert len(screen.kept) == 50
    frame = screen.frame
    assert (frame.oldest, frame.screen) == (946, 996)
    assert screen.kept[0] == "line 946"
    assert screen.terminal.frame(960).lines[0].text == "line 960"
    assert screen.terminal.frame(3).top == 946


def test_a_frame_keeps_lines_that_did_not_change() -> None:
    screen = full()
    before = screen.frame.lines
    after = screen.feed("\x1b[2;1Hx").frame.lines
    assert [a is b for a, b in zip(before, after, strict=True)] == [True, False, True, True, True]


def test_a_new_shell_keeps_the_text_and_forgets_modes() -> None:
    screen = Screen(30, 6).feed("$ vi\x1b[?1049h\x1b[?1000h\x1b[?2004h\x1b[31m\x1b[?25l\x1b]0;half a tit")
    screen.terminal.new_shell("— new shell —")
    screen.feed("$ ")
    assert screen.text == ["$ vi", "— new shell —", "$"]
    frame = screen.frame
    assert not frame.alternate
    assert not {BRACKETED_PASTE} & frame.modes
    assert frame.cursor == (2, 2)
    assert screen.style(2, 0) == PLAIN
