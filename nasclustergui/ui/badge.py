"""Icons, badges and tags: state is icon, word and colour, painted by one function everywhere."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from nasclustergui.ui import theme
from nasclustergui.ui.theme import RADIUS, c

_VC, _CENTER = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignCenter


def badge_width(word: str) -> int:
    """Width of a badge that says `word`."""
    return theme.text_width(word, "label") + theme.px(14) + 17


def draw_badge(p: QPainter, x: float, cy: float, state: str, word: str, tint: bool = True) -> float:
    """Icon and word, on a tint when it needs an eye. `cy` is its middle line. Returns its width."""
    icon_name, role = theme.STATES[state]
    color = c(role)
    side, height = theme.px(14), theme.size("badge")
    width = badge_width(word)
    r = QRectF(x, cy - height / 2, width, height)
    if tint:
        theme.round_rect(p, r, RADIUS["badge"], theme.bg(state), color if theme.is_contrast() else None)
    theme.draw_icon(p, icon_name, color, x + 6, cy - side / 2, side)
    p.setFont(theme.font("label"))
    p.setPen(color)
    p.drawText(r.adjusted(side + 10, 0, 0, 0), _VC, word)
    return width


class Badge(QWidget):
    """A state as a widget: `badge.set_state("warn", "Degraded")`."""

    def __init__(self, state: str, word: str, tint: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._word, self._tint = state, word, tint
        self.setAccessibleName(word)
        self.restyle()

    def restyle(self) -> None:
        """Measure again."""
        self.setFixedSize(badge_width(self._word), theme.size("badge"))

    @property
    def state(self) -> str:
        """A key of `theme.STATES`."""
        return self._state

    @property
    def word(self) -> str:
        """What it says."""
        return self._word

    def set_state(self, state: str, word: str, tint: bool | None = None) -> None:
        """Show another state; nothing happens when it is the same."""
        tint = self._tint if tint is None else tint
        if (state, word, tint) != (self._state, self._word, self._tint):
            self._state, self._word, self._tint = state, word, tint
            self.setAccessibleName(word)
            self.restyle()
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The badge."""
        draw_badge(QPainter(self), 0, self.height() / 2, self._state, self._word, self._tint)


class Icon(QWidget):
    """One icon, not clickable. Give it an accessible name unless text beside it says the same."""

    def __init__(self, name: str, role: str = "text2", size: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._role, self._size = name, role, size
        self.restyle()

    def restyle(self) -> None:
        """Take the size from the theme."""
        self.setFixedSize(theme.px(self._size), theme.px(self._size))

    def set_icon(self, name: str, role: str = "") -> None:
        """Show another icon; "" keeps the colour."""
        role = role or self._role
        if (name, role) != (self._name, self._role):
            self._name, self._role = name, role
            self.update()

    def set_state(self, state: str) -> None:
        """Show the icon of a state."""
        self.set_icon(*theme.STATES[state])

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The icon."""
        color = c(self._role if self.isEnabled() else "disabled")
        theme.draw_icon(QPainter(self), self._name, color, 0, 0, self.width())


def state_icon(state: str, size: int = 16) -> Icon:
    """The icon of a state in its colour."""
    return Icon(*theme.STATES[state], size)


class Tag(QWidget):
    """A neutral chip: role, environment, key. `fill` is a colour role or a QColor, "" for an outline."""

    def __init__(
        self, text: str, fill: str | QColor = "", on: str = "text2", mono: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._text, self._fill, self._on, self._style = text, fill, on, "mono" if mono else "label"
        self.setAccessibleName(text)
        self.restyle()

    def restyle(self) -> None:
        """Measure again."""
        self.setFixedSize(theme.text_width(self._text, self._style) + 14, theme.size("badge"))

    def text(self) -> str:
        """What it says."""
        return self._text

    def set_text(self, text: str, fill: str | QColor | None = None) -> None:
        """Say something else; None keeps the fill."""
        fill = self._fill if fill is None else fill
        if text != self._text or fill != self._fill:
            self._text, self._fill = text, fill
            self.setAccessibleName(text)
            self.restyle()
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The chip."""
        p = QPainter(self)
        fill = c(self._fill) if isinstance(self._fill, str) and self._fill else self._fill or None
        line = c("line") if fill is None or theme.is_contrast() else None
        theme.round_rect(p, QRectF(self.rect()), RADIUS["badge"], QColor(fill) if fill is not None else None, line)
        p.setFont(theme.font(self._style))
        p.setPen(c(self._on))
        p.drawText(self.rect(), _CENTER, self._text)
