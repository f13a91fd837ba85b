"""The bundled fonts: Inter for text, JetBrains Mono for what a machine says."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

from nasclustergui.ui.tokens import MONO, SANS, TYPE

RESOURCES = Path(__file__).resolve().parent.parent / "resources"

_TABULAR, _LIGATURES = QFont.Tag("tnum"), QFont.Tag("calt")


def load() -> None:
    """Make the bundled font files known to Qt. Needs an application."""
    for path in sorted((RESOURCES / "fonts").glob("*.ttf")):
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise FileNotFoundError(path)


def make(style: str, tabular: bool, scale: float) -> QFont:
    """A font of `tokens.TYPE`. Tabular figures only where numbers stand in columns: they widen hyphens."""
    pixels, weight = TYPE[style]
    mono = style == "mono"
    font = QFont(MONO if mono else SANS)
    font.setPixelSize(round(pixels * scale))
    font.setWeight(QFont.Weight(weight))
    if mono:
        font.setFeature(_LIGATURES, 0)  # a command is shown as it is typed
    elif tabular:
        font.setFeature(_TABULAR, 1)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font
