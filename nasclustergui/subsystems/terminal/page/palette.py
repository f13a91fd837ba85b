"""The colours of a terminal in light and dark: every text is readable on what it stands on. No Qt.

Programs choose among 16 names for a black screen; "white" on a white one would be nothing. So text and background
have tables of their own, and a pair that still is too close is pulled apart (WCAG 2.2, 4.5:1; dim text 3:1).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from nasclustergui.subsystems.terminal.emulator.cells import DEFAULT, DIM, HIDDEN, REVERSE, RGB, Style
from nasclustergui.ui import tokens

LEAST, LEAST_DIM = 4.5, 3.0
_LEVELS = (0, 95, 135, 175, 215, 255)  # of the colour cube, xterm's


@dataclass(frozen=True)
class Palette:
    """One theme's. Colours are "#RRGGBB".

    Attributes:
        text, paper: where a program sets nothing. inks: 16 colours of text. papers: 16 of backgrounds.
        selected: behind a selection. found, found_now: behind matches, and the one that was jumped to.
        least: contrast of text.
    """

    text: str
    paper: str
    inks: tuple[str, ...]
    papers: tuple[str, ...]
    selected: str
    found: str
    found_now: str
    least: float = LEAST


def _words(text: str) -> tuple[str, ...]:
    return tuple(f"#{word}" for word in text.split())


LIGHT = Palette(
    tokens.LIGHT.text,
    tokens.LIGHT.surface,
    (*_words("111827 B81C14 136C31 8A4A00 0059BF 7A2EA6 0B6670 525C6B"),
     *_words("5F6877 C5221A 1A7A3A 915800 0066D6 8B3DB8 0A7480 434C5A")),
    (*_words("111827 C5221A 1F8A43 B9770E 0059BF 7A2EA6 0B7A85 D5DAE1"),
     *_words("868E9B E0524A 3BAA5F D69A2E 4D94EB A66BD0 35A3AE FFFFFF")),
    "#BBD9FF",
    "#FFE39A",
    "#FFB84D",
)  # fmt: skip
DARK = Palette(
    tokens.DARK.text,
    tokens.DARK.sidebar,
    (*_words("7E8898 FF7B72 4CD471 E3B341 6CB0FF D39BF5 45D0D8 D5DBE3"),
     *_words("98A2B0 FF9C94 7BE695 FFD166 93C8FF E6C0FB 7FE4E9 FFFFFF")),
    (*_words("000000 8E2323 1E6B34 7A5A10 1F4E8C 6B3A91 146A70 C3CAD5"),
     *_words("4B5768 B93A34 2F8F4A A57C1C 2F6FC0 8C56B5 1F8F96 FFFFFF")),
    "#274B7A",
    "#5A4310",
    "#9A6A00",
)  # fmt: skip
CONTRAST_LIGHT = Palette("#000000", "#FFFFFF", LIGHT.inks, LIGHT.papers, "#CFE3FF", "#FFE39A", "#FFB84D", 7.0)
CONTRAST_DARK = Palette("#FFFFFF", "#000000", DARK.inks, DARK.papers, "#08305F", "#5A4310", "#7A5400", 7.0)
PALETTES = {"light": LIGHT, "dark": DARK, "contrast-light": CONTRAST_LIGHT, "contrast-dark": CONTRAST_DARK}


def number(color: str) -> int:
    """#RRGGBB as 0xRRGGBB."""
    return int(color[1:], 16)


def color_of(value: int, table: tuple[str, ...], usual: str) -> str:
    """The colour of a style's number."""
    if value == DEFAULT:
        return usual
    if value & RGB:
        return f"#{value & 0xFFFFFF:06X}"
    if value < 16:
        return table[value]
    if value >= 232:
        return f"#{8 + 10 * (value - 232):02X}" + f"{8 + 10 * (value - 232):02X}" * 2
    red, green, blue = (_LEVELS[(value - 16) // step % 6] for step in (36, 6, 1))
    return f"#{red:02X}{green:02X}{blue:02X}"


@lru_cache(maxsize=4096)
def colors(name: str, style: Style, reverse: bool = False) -> tuple[str, str]:
    """(text, background) of a style in a theme; `reverse` swaps the whole screen."""
    palette = PALETTES[name]
    swapped = bool(style.flags & REVERSE) != reverse
    if swapped:
        ink = color_of(style.bg, palette.inks, palette.paper)
        paper = color_of(style.fg, palette.papers, palette.text)
    else:
        ink = color_of(style.fg, palette.inks, palette.text)
        paper = color_of(style.bg, palette.papers, palette.paper)
    if style.flags & HIDDEN:
        return paper, paper
    if style.flags & DIM:
        return readable(mixed(ink, paper, 0.35), paper, LEAST_DIM), paper
    return readable(ink, paper, palette.least), paper


@lru_cache(maxsize=4096)
def readable(ink: str, paper: str, least: float = LEAST) -> str:
    """The text's colour, moved towards black or white until it can be read there."""
    if tokens.contrast(ink, paper) >= least:
        return ink
    for step in range(1, 11):
        for end in ("#000000", "#FFFFFF"):
            moved = mixed(ink, end, step / 10)
            if tokens.contrast(moved, paper) >= least:
                return moved
    return "#000000" if tokens.luminance(paper) > 0.18 else "#FFFFFF"


def mixed(one: str, other: str, share: float) -> str:
    """A colour between two, `share` of the other."""
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)
