"""What keys, the mouse and pasted text become, as terminfo's xterm-256color has it."""

from __future__ import annotations

import pytest

from nasclustergui.subsystems.terminal import keys
from nasclustergui.subsystems.terminal.emulator.screen import (
    BRACKETED_PASTE,
    CURSOR_KEYS,
    KEYPAD,
    MOUSE_CLICKS,
    MOUSE_DRAGS,
    MOUSE_MOVES,
    MOUSE_SGR,
)
from nasclustergui.subsystems.terminal.keys import ALT, CONTROL, SHIFT


@pytest.mark.parametrize(
    ("name", "pressed", "modes", "data"),
    [
        ("up", 0, set(), b"\x1b[A"),
        ("up", 0, {CURSOR_KEYS}, b"\x1bOA"),
        ("left", CONTROL, {CURSOR_KEYS}, b"\x1b[1;5D"),
        ("home", 0, set(), b"\x1b[H"),
        ("end", SHIFT | CONTROL, set(), b"\x1b[1;6F"),
        ("f1", 0, set(), b"\x1bOP"),
        ("f4", SHIFT, set(), b"\x1b[1;2S"),
        ("f5", 0, set(), b"\x1b[15~"),
        ("f12", CONTROL, set(), b"\x1b[24;5~"),
        ("insert", 0, set(), b"\x1b[2~"),
        ("delete", ALT, set(), b"\x1b[3;3~"),
        ("pageup", 0, set(), b"\x1b[5~"),
        ("tab", 0, set(), b"\t"),
        ("tab", SHIFT, set(), b"\x1b[Z"),
        ("enter", 0, set(), b"\r"),
        ("enter", ALT, set(), b"\x1b\r"),
        ("keypad-enter", 0, set(), b"\r"),
        ("keypad-enter", 0, {KEYPAD}, b"\x1bOM"),
        ("backspace", 0, set(), b"\x7f"),
        ("backspace", CONTROL, set(), b"\x08"),
        ("backspace", ALT, set(), b"\x1b\x7f"),
        ("escape", 0, set(), b"\x1b"),
    ],
)
def test_named_keys(name: str, pressed: int, modes: set[int], data: bytes) -> None:
    assert keys.named_key(name, pressed, modes) == data


def test_every_named_key_sends_something() -> None:
    assert all(keys.named_key(name, 0, set()) for name in keys.NAMED)


@pytest.mark.parametrize(
    ("text", "pressed", "data"),
    [
        ("a", 0, b"a"),
        ("ß", 0, "ß".encode()),
        ("a", ALT, b"\x1ba"),
        ("c", CONTROL, b"\x03"),
        ("C", CONTROL, b"\x03"),
        ("[", CONTROL, b"\x1b"),
        (" ", CONTROL, b"\x00"),
        ("/", CONTROL, b"\x1f"),
        ("c", CONTROL | ALT, b"\x1b\x03"),
    ],
)
def test_typed_characters(text: str, pressed: int, data: bytes) -> None:
    assert keys.typed(text, pressed) == data


def test_pasted_text_cannot_act_as_keys_or_leave_its_brackets() -> None:
    evil = "a\x1b[201~\nrm -rf /\x03\r\nb\tc"
    assert keys.pasted(evil, set()) == b"a[201~\rrm -rf /\rb\tc"
    assert keys.pasted(evil, {BRACKETED_PASTE}) == b"\x1b[200~a[201~\rrm -rf /\rb\tc\x1b[201~"


@pytest.mark.parametrize(("text", "lines"), [("a", 0), ("a\n", 1), ("a\nb", 1), ("a\r\nb\rc\n", 3)])
def test_line_breaks_are_counted(text: str, lines: int) -> None:
    assert keys.lines_of(text) == lines


def test_the_mouse_is_told_as_the_program_asked() -> None:
    assert keys.mouse("press", keys.LEFT, 0, 0, 0, set()) == b""
    assert keys.mouse("press", keys.LEFT, 2, 1, 0, {MOUSE_CLICKS}) == b'\x1b[M #"'
    assert keys.mouse("release", keys.LEFT, 2, 1, 0, {MOUSE_CLICKS}) == b'\x1b[M##"'
    assert keys.mouse("press", keys.LEFT, 300, 1, 0, {MOUSE_CLICKS}) == b""
    sgr = {MOUSE_CLICKS, MOUSE_SGR}
    assert keys.mouse("press", keys.RIGHT, 299, 1, CONTROL, sgr) == b"\x1b[<18;300;2M"
    assert keys.mouse("release", keys.RIGHT, 299, 1, 0, sgr) == b"\x1b[<2;300;2m"
    assert keys.mouse("press", keys.WHEEL_UP, 0, 0, 0, sgr) == b"\x1b[<64;1;1M"
    assert keys.mouse("move", keys.LEFT, 1, 1, 0, sgr) == b""
    assert keys.mouse("move", keys.LEFT, 1, 1, 0, {MOUSE_DRAGS, MOUSE_SGR}) == b"\x1b[<32;2;2M"
    assert keys.mouse("move", keys.NONE, 1, 1, 0, {MOUSE_DRAGS, MOUSE_SGR}) == b""
    assert keys.mouse("move", keys.NONE, 1, 1, 0, {MOUSE_MOVES, MOUSE_SGR}) == b"\x1b[<35;2;2M"
