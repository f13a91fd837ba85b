"""Select Graphic Rendition: "1;38;5;208" to a style. ECMA-48 8.3.117, colours as xterm and ISO 8613-6."""

from __future__ import annotations

from functools import lru_cache

from nasclustergui.subsystems.terminal.emulator.cells import (
    BLINK,
    BOLD,
    DEFAULT,
    DIM,
    HIDDEN,
    ITALIC,
    PLAIN,
    REVERSE,
    RGB,
    STRIKE,
    UNDERLINE,
    Style,
)

_ON = {
    1: BOLD, 2: DIM, 3: ITALIC, 4: UNDERLINE, 5: BLINK, 6: BLINK, 7: REVERSE, 8: HIDDEN, 9: STRIKE, 21: UNDERLINE,
}  # fmt: skip
_OFF = {22: BOLD | DIM, 23: ITALIC, 24: UNDERLINE, 25: BLINK, 27: REVERSE, 28: HIDDEN, 29: STRIKE}
_MOST = 32  # parameters that count


@lru_cache(maxsize=2048)
def styled(style: Style, parameters: str) -> Style:
    """The style after the sequence. Unknown parameters are passed over."""
    words = parameters.split(";")[:_MOST]
    at = 0
    while at < len(words):
        number, _colon, rest = words[at].partition(":")
        code = _number(number)
        if code in (38, 48, 58):
            color, used = (_colons(rest), 1) if rest else _semicolons(words[at + 1 :])
            style = _colored(style, code, color)
            at += used
        else:
            style = _flagged(style, code, rest)
            at += 1
    return style


def _number(word: str) -> int:
    return min(int(word), 9999) if word.isascii() and word.isdigit() else 0


def _flagged(style: Style, code: int, rest: str) -> Style:
    """What one number says."""
    if code == 0:
        return PLAIN
    if code == 4 and rest == "0":  # no underline; 4:1 to 4:5 are its kinds, drawn as one line
        return style._replace(flags=style.flags & ~UNDERLINE)
    if code in _ON:
        return style._replace(flags=style.flags | _ON[code])
    if code in _OFF:
        return style._replace(flags=style.flags & ~_OFF[code])
    for first, base in ((30, 0), (90, 8)):
        if first <= code < first + 8:
            return style._replace(fg=code - first + base)
        if first + 10 <= code < first + 18:
            return style._replace(bg=code - first - 10 + base)
    if code == 39:
        return style._replace(fg=DEFAULT)
    if code == 49:
        return style._replace(bg=DEFAULT)
    return style


def _colored(style: Style, code: int, color: int | None) -> Style:
    if color is None or code == 58:  # the colour of underlines is that of the text
        return style
    return style._replace(fg=color) if code == 38 else style._replace(bg=color)


def _colons(rest: str) -> int | None:
    """ "5:208" or "2::255:128:0" or "2:255:128:0"."""
    kind, *words = rest.split(":")
    if kind == "5" and words:
        return _palette(_number(words[0]))
    if kind == "2" and len(words) >= 3:
        return _rgb(words[-3:] if len(words) == 3 else words[1:4])
    return None


def _semicolons(words: list[str]) -> tuple[int | None, int]:
    """(colour, words used with the 38 before them) of "5;208" or "2;255;128;0"."""
    if words and words[0] == "5":
        return (_palette(_number(words[1])) if len(words) > 1 else None), 3
    if words and words[0] == "2":
        return (_rgb(words[1:4]) if len(words) > 3 else None), 5
    return None, 1


def _palette(n: int) -> int | None:
    return n if 0 <= n < 256 else None


def _rgb(words: list[str]) -> int | None:
    red, green, blue = (min(_number(word), 255) for word in words)
    return RGB | red << 16 | green << 8 | blue
