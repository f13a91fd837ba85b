"""Finding, selecting, and what runs where."""

from __future__ import annotations

from nasclustergui.subsystems.terminal.emulator.terminal import Terminal
from nasclustergui.subsystems.terminal.find import Span, Spot, find, text_of, whole_line_at, word_at
from nasclustergui.subsystems.terminal.model import Facts, Guarded, guard_of, parse_facts


def made(text: str, columns: int = 10, lines: int = 4) -> Terminal:
    terminal = Terminal(columns, lines, lambda _answer: None, history=50)
    terminal.feed(text.encode())
    return terminal


def span(line: int, column: int, end_line: int, end: int) -> Span:
    return Span(Spot(line, column), Spot(end_line, end))


def test_matches_are_found_in_history_and_over_wrapped_lines() -> None:
    terminal = made("Error one\r\nx\r\ny\r\nz\r\n12345678error\r\nend")
    assert find(*terminal.lines(), "error") == [span(0, 0, 0, 5), span(4, 8, 5, 3)]
    assert find(*terminal.lines(), "") == []
    assert find(*terminal.lines(), "nothing") == []
    assert len(find(*made("aaaa").lines(), "aa")) == 2


def test_matches_beside_wide_characters_and_marks() -> None:
    terminal = made("漢字 e\u0301x straße")
    assert find(*terminal.lines(), "字") == [span(0, 2, 0, 4)]
    assert find(*terminal.lines(), "x") == [span(0, 6, 0, 7)]
    assert find(*terminal.lines(), "straße") == [span(0, 8, 1, 4)]


def test_selected_text_has_no_blanks_at_the_ends_and_wrapped_lines_are_one() -> None:
    terminal = made("ab  \x1b[44m    \x1b[0m\r\n0123456789abc\r\nlast")
    assert text_of(*terminal.lines(), span(0, 0, 0, 10)) == "ab"
    assert text_of(*terminal.lines(), span(0, 1, 3, 2)) == "b\n0123456789abc\nla"
    assert text_of(*terminal.lines(), span(1, 5, 2, 2)) == "56789ab"
    assert text_of(*terminal.lines(), span(0, 0, 99, 9)) == "ab\n0123456789abc\nlast"
    assert text_of(*made("漢字").lines(), span(0, 1, 0, 4)) == "漢字"


def test_words_are_paths_too() -> None:
    terminal = made("ls /bricks/d1/data; x", 10)
    first, lines = terminal.lines()
    assert word_at(first, lines, Spot(0, 5)) == span(0, 3, 1, 8)
    assert text_of(first, lines, word_at(first, lines, Spot(1, 2))) == "/bricks/d1/data"
    assert word_at(first, lines, Spot(1, 8)) == span(1, 8, 1, 9)  # the semicolon
    assert word_at(first, lines, Spot(3, 9)) == span(3, 9, 3, 10)  # nothing
    assert whole_line_at(first, lines, Spot(1, 0), 10) == span(0, 0, 2, 10)


def test_what_runs_is_read_from_the_node() -> None:
    assert parse_facts("") is None
    assert parse_facts("junk\ns 1\n") is None
    facts = parse_facts("s 10 10\nd /root\nd relative\n")
    assert facts is not None
    assert (facts.busy, facts.directories) == ((), ("/root",))
    facts = parse_facts("s 10 20\np 20 vi\np 20 sh\np 30 sleep\np 30 sleep\np 10 awk\nd /root\nd /bricks/d1\n")
    assert facts is not None
    assert (facts.program, facts.others) == ("vi", ("sleep",))
    assert facts.busy == ("vi", "sleep")
    hidden = parse_facts("s 10 20\n")
    assert hidden is not None
    assert hidden.busy == ("?",)
    assert Facts().busy == ()


def test_only_what_lies_inside_is_inside() -> None:
    bricks = (Guarded("/bricks/d1/data", "data"), Guarded("/bricks/d2/", "more"))
    assert guard_of(["/root", "/bricks/d1/data"], bricks) == ("/bricks/d1/data", bricks[0])
    assert guard_of(["/bricks/d1/data/.glusterfs/00"], bricks) == ("/bricks/d1/data/.glusterfs/00", bricks[0])
    assert guard_of(["/bricks/d1/data/x (deleted)"], bricks) == ("/bricks/d1/data/x", bricks[0])
    assert guard_of(["/bricks/d1", "/bricks/d1/data2", "/"], bricks) is None
    assert guard_of(["/bricks/d2/x"], bricks) == ("/bricks/d2/x", bricks[1])
    assert guard_of(["/x"], (Guarded("/", "odd"),)) is None
