"""The active theme: colours, fonts and sizes. Everything that paints asks here, at the moment it paints.

A live switch repaints every widget. A widget that *keeps* something of the theme (a palette, a font, a fixed
height) has a method `restyle()`, called on every switch; scenes and other non-widgets connect to `signals().changed`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from nasclustergui.ui import fonts, tokens
from nasclustergui.ui.icons import draw_icon as draw_icon
from nasclustergui.ui.paint import hatch as hatch
from nasclustergui.ui.paint import round_rect as round_rect
from nasclustergui.ui.states import SEVERITY as SEVERITY
from nasclustergui.ui.states import STATES as STATES
from nasclustergui.ui.tokens import RADIUS as RADIUS
from nasclustergui.ui.tokens import SPACE as SPACE

SYSTEM = "system"
TEXT_SCALES = (0.9, 1.0, 1.1, 1.25, 1.5)


class Signals(QObject):
    """`changed`: after a switch of theme or text size."""

    changed = Signal()


@dataclass
class _Active:
    name: str = "light"
    wanted: str = "light"
    colors: tokens.Colors = tokens.LIGHT
    scale: float = 1.0
    reduce_motion: bool = False


_active = _Active()
_colors: dict[str, QColor] = {}


@lru_cache(maxsize=1)
def signals() -> Signals:
    """The one object that tells of switches."""
    return Signals()


def name() -> str:
    """ "light", "dark", "contrast-light" or "contrast-dark"."""
    return _active.name


def is_dark() -> bool:
    """True in both dark themes."""
    return _active.name.endswith("dark")


def is_contrast() -> bool:
    """True in both high-contrast themes: outlines instead of tints."""
    return _active.name.startswith("contrast")


def scale() -> float:
    """The user's text size, 0.9 … 1.5."""
    return _active.scale


def c(role: str) -> QColor:
    """The theme's colour, one shared QColor per role: copy it before changing it."""
    found = _colors.get(role)
    if found is None:
        found = _colors[role] = QColor(getattr(_active.colors, role))
    return found


def fg(state: str) -> QColor:
    """Colour of a state's icon and word."""
    return c(STATES[state][1])


def bg(state: str) -> QColor:
    """Tint behind a state's icon and word."""
    return c(tint_role(state))


def tint_role(state: str) -> str:
    """Role of `bg(state)`."""
    role = STATES[state][1]
    return "selected" if role == "accent_text" else role + "_bg"


def series(i: int) -> QColor:
    """Colour of chart series `i`, round and round."""
    colors = tokens.SERIES["dark" if is_dark() else "light"]
    return QColor(colors[i % len(colors)])


@lru_cache(maxsize=64)
def font(style: str = "body", tab: bool = False) -> QFont:
    """A font of `tokens.TYPE` in the user's text size; `tab` for numbers in columns. Shared: copy before changing."""
    return fonts.make(style, tab, _active.scale)


@lru_cache(maxsize=64)
def metrics(style: str = "body", tab: bool = False) -> QFontMetricsF:
    """How wide and high text of that style is, in device independent pixels."""
    return QFontMetricsF(font(style, tab))


def text_width(text: str, style: str = "body", tab: bool = False) -> int:
    """Width of one line, rounded up."""
    return int(metrics(style, tab).horizontalAdvance(text)) + 1


def px(value: float) -> int:
    """A length that grows with the user's text size."""
    return round(value * _active.scale)


def size(token: str) -> int:
    """A length of `tokens.SIZE` in the user's text size; lines and bands keep their width."""
    value = tokens.SIZE[token]
    return value if token in ("band", "focus", "focus_gap") else px(value)


def motion(token: str) -> int:
    """Milliseconds of an animation; 0 with "reduce motion"."""
    return 0 if _active.reduce_motion else tokens.MOTION[token]


def icon(icon_name: str, role: str = "text2") -> QIcon:
    """A QIcon for actions, menus and combo boxes; it follows the theme by itself."""
    from nasclustergui.ui.icon_engine import themed  # the engine asks this module for colours

    return themed(icon_name, role)


def no_icon() -> QIcon:
    """Takes an icon away."""
    return QIcon()


def setup(app: QApplication) -> None:
    """Load fonts, install style and theme. Right after the QApplication was made; again is harmless."""
    from nasclustergui.ui.focus import install_focus_ring  # these modules ask this one for colours
    from nasclustergui.ui.style import NasStyle

    if not app.property("nasTheme"):
        app.setProperty("nasTheme", True)
        fonts.load()
        app.setStyle(NasStyle())
        install_focus_ring(app)
        app.styleHints().colorSchemeChanged.connect(_on_system_changed)
    use(_active.wanted, _active.scale)


def use(theme: str, text_scale: float = 1.0, reduce_motion: bool = False) -> None:
    """Switch to a theme of `tokens.THEMES`, or follow the desktop with "system". Repaints what is on screen.

    `text_scale` is 0.9 … 1.5; values outside are brought back into that range.
    """
    resolved = system_theme() if theme == SYSTEM else theme
    _active.colors = tokens.THEMES[resolved]
    _active.name, _active.wanted = resolved, theme
    _active.scale = min(max(text_scale, TEXT_SCALES[0]), TEXT_SCALES[-1])
    _active.reduce_motion = reduce_motion
    _colors.clear()
    font.cache_clear()
    metrics.cache_clear()
    app = QApplication.instance()
    if isinstance(app, QApplication):
        app.setPalette(palette(_active.colors))
        app.setFont(font())
        QToolTip.setPalette(_tool_tip_palette())
        QToolTip.setFont(font("caption"))
        _restyle_widgets()
        signals().changed.emit()


def system_theme() -> str:
    """What the desktop asks for, where Qt reports it; else "light"."""
    hints = QApplication.styleHints()
    dark = hints.colorScheme() == Qt.ColorScheme.Dark
    accessibility = getattr(hints, "accessibility", None)  # Qt 6.10
    contrast = accessibility is not None and accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast
    return ("contrast-" if contrast else "") + ("dark" if dark else "light")


def _on_system_changed() -> None:
    if _active.wanted == SYSTEM:
        use(SYSTEM, _active.scale, _active.reduce_motion)


def _restyle_widgets() -> None:
    for widget in QApplication.allWidgets():
        restyle = getattr(widget, "restyle", None)
        if restyle is not None:
            cast(Callable[[], None], restyle)()
        widget.updateGeometry()
        widget.update()


def set_colors(widget: QWidget, **roles: str) -> None:
    """Give a widget palette colours by token: `set_colors(label, WindowText="text2")`."""
    palette_ = widget.palette()
    for role, token in roles.items():
        palette_.setColor(QPalette.ColorRole[role], c(token))
    widget.setPalette(palette_)


def palette(t: tokens.Colors) -> QPalette:
    """The QPalette of a theme, for everything that Fusion still paints."""
    role, out = QPalette.ColorRole, QPalette()
    for where, value in (
        (role.Window, t.surface),
        (role.WindowText, t.text),
        (role.Base, t.surface),
        (role.AlternateBase, t.inset),
        (role.Text, t.text),
        (role.Button, t.surface),
        (role.ButtonText, t.text),
        (role.Highlight, t.selected),
        (role.HighlightedText, t.text),
        (role.PlaceholderText, t.text3),
        (role.ToolTipBase, t.raised),
        (role.ToolTipText, t.text),
        (role.Link, t.accent_text),
        (role.LinkVisited, t.accent_text),
        (role.Light, t.raised),
        (role.Midlight, t.line),
        (role.Mid, t.line),
        (role.Dark, t.control),
        (role.Shadow, t.control),
        (role.Accent, t.accent),
        (role.BrightText, t.critical),
    ):
        out.setColor(where, QColor(value))
    for where in (role.Text, role.WindowText, role.ButtonText):
        out.setColor(QPalette.ColorGroup.Disabled, where, QColor(t.disabled))
    return out


def _tool_tip_palette() -> QPalette:
    out = QToolTip.palette()
    out.setColor(QPalette.ColorRole.ToolTipBase, c("raised"))
    out.setColor(QPalette.ColorRole.ToolTipText, c("text"))
    return out
