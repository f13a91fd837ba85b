"""The bundled fonts: Inter for text, JetBrains Mono for what a machine says."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

from nasclustergui.ui.tokens import MONO, SANS, TYPE

RESOURCES = Path(__file__).resolve().parent.parent / "resources"

_TABULAR, _LIGATURES = QFont.Tag("tnum"), QFont.Tag("calt")


def load() -> None:
    """Make the bundled text fonts known to Qt. Needs an application."""
    _load("Inter_*.ttf")


@lru_cache(maxsize=1)
def _load_mono() -> None:
    """The first window shows nothing monospaced, so that font is loaded when somebody wants it."""
    _load("JetBrainsMono_*.ttf")


def _load(pattern: str) -> None:
    for path in sorted((RESOURCES / "fonts").glob(pattern)):
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise FileNotFoundError(path)


def make(style: str, tabular: bool, scale: float) -> QFont:
    """A font of `tokens.TYPE`. Tabular figures only where numbers stand in columns: they widen hyphens."""
    pixels, weight = TYPE[style]
    mono = style == "mono"
    if mono:
        _load_mono()
    font = QFont(MONO if mono else SANS)
    font.setPixelSize(round(pixels * scale))
    font.setWeight(QFont.Weight(weight))
    if mono:
        font.setFeature(_LIGATURES, 0)  # a command is shown as it is typed
    elif tabular:
        font.setFeature(_TABULAR, 1)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font
