"""What a terminal sends for keys, the mouse and pasted text: xterm's sequences, as terminfo's xterm-256color."""

from __future__ import annotations

import re
from collections.abc import Set

from nasclustergui.subsystems.terminal.emulator.screen import (
    BRACKETED_PASTE,
    CURSOR_KEYS,
    KEYPAD,
    MOUSE_CLICKS,
    MOUSE_DRAGS,
    MOUSE_MOVES,
    MOUSE_SGR,
)

SHIFT, ALT, CONTROL = 1, 2, 4

_LETTERS = {"up": "A", "down": "B", "right": "C", "left": "D", "end": "F", "home": "H"}
_FUNCTION_LETTERS = {"f1": "P", "f2": "Q", "f3": "R", "f4": "S"}
_NUMBERS = {
    "insert": 2, "delete": 3, "pageup": 5, "pagedown": 6, "f5": 15, "f6": 17, "f7": 18, "f8": 19, "f9": 20, "f10": 21,
    "f11": 23, "f12": 24,
}  # fmt: skip
_CONTROLS = {"[": 27, "\\": 28, "]": 29, "^": 30, "_": 31, "?": 127, " ": 0, "@": 0, "2": 0, "3": 27, "4": 28,
             "5": 29, "6": 30, "7": 31, "8": 127, "/": 31, "-": 31}  # fmt: skip
NAMED = frozenset((*_LETTERS, *_FUNCTION_LETTERS, *_NUMBERS, "enter", "keypad-enter", "tab", "backspace", "escape"))
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def named_key(name: str, pressed: int, modes: Set[int]) -> bytes:
    """The bytes of a key of `NAMED` with modifiers SHIFT | ALT | CONTROL."""
    if name in _LETTERS or name in _FUNCTION_LETTERS:
        return _lettered(name, pressed, modes)
    if name in _NUMBERS:
        extra = f";{pressed + 1}" if pressed else ""
        return f"\x1b[{_NUMBERS[name]}{extra}~".encode()
    if name == "tab" and pressed & SHIFT:
        return b"\x1b[Z"
    if name == "keypad-enter" and KEYPAD in modes:
        return b"\x1bOM"
    plain = {"enter": b"\r", "keypad-enter": b"\r", "tab": b"\t", "backspace": b"\x7f", "escape": b"\x1b"}[name]
    if name == "backspace" and pressed & CONTROL:
        plain = b"\x08"
    return (b"\x1b" if pressed & ALT else b"") + plain


def _lettered(name: str, pressed: int, modes: Set[int]) -> bytes:
    letter = _LETTERS.get(name) or _FUNCTION_LETTERS[name]
    if pressed:
        return f"\x1b[1;{pressed + 1}{letter}".encode()
    application = name in _FUNCTION_LETTERS or CURSOR_KEYS in modes
    return f"\x1b{'O' if application else '['}{letter}".encode()


def typed(text: str, pressed: int) -> bytes:
    """The bytes of characters; with CONTROL the control character, with ALT after an escape."""
    if pressed & CONTROL and len(text) == 1:
        upper = text.upper()
        if "A" <= upper <= "Z":
            data = bytes([ord(upper) - 64])
        elif text in _CONTROLS:
            data = bytes([_CONTROLS[text]])
        else:
            data = text.encode()
    else:
        data = text.encode("utf-8", "ignore")
    return (b"\x1b" if pressed & ALT else b"") + data


# ------------------------------------------------------------ paste


def lines_of(text: str) -> int:
    """How many lines would be run: those that end with a line break, before the last one."""
    return len(re.findall("\r\n|\r|\n", text))


def pasted(text: str, modes: Set[int]) -> bytes:
    """Pasted text: line ends as Enter, and nothing in it can end a bracketed paste or act as a key."""
    clean = _UNWANTED.sub("", text).replace("\r\n", "\r").replace("\n", "\r")
    data = clean.encode("utf-8", "ignore")
    return b"\x1b[200~" + data + b"\x1b[201~" if BRACKETED_PASTE in modes else data


# ------------------------------------------------------------ mouse

LEFT, MIDDLE, RIGHT, NONE, WHEEL_UP, WHEEL_DOWN = 0, 1, 2, 3, 64, 65
_DRAG = 32


def wants_mouse(modes: Set[int]) -> bool:
    """A program asked to be told of the mouse."""
    return bool(modes & {MOUSE_CLICKS, MOUSE_DRAGS, MOUSE_MOVES})


def mouse(kind: str, button: int, column: int, line: int, pressed: int, modes: Set[int]) -> bytes:
    """The report of "press", "release" or "move" at a place counted from 0; empty where nobody wants to know."""
    if not wants_mouse(modes):
        return b""
    if kind == "move" and MOUSE_MOVES not in modes and (MOUSE_DRAGS not in modes or button == NONE):
        return b""
    code = button | (pressed & SHIFT) << 2 | (8 if pressed & ALT else 0) | (16 if pressed & CONTROL else 0)
    if kind == "move":
        code |= _DRAG
    if MOUSE_SGR in modes:
        return f"\x1b[<{code};{column + 1};{line + 1}{'m' if kind == 'release' else 'M'}".encode()
    if kind == "release":
        code = code & ~3 | NONE
    if column > 222 or line > 222:  # the old way of telling has no numbers for more
        return b""
    return b"\x1b[M" + bytes((32 + code, 33 + column, 33 + line))
