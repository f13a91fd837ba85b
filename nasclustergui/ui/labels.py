"""Text on screen: labels that follow the theme, and lines that give way."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from nasclustergui.ui import theme

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_VC = Qt.AlignmentFlag.AlignVCenter
_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
LINE_CHARACTERS = 90  # longer lines are hard to read


class Label(QLabel):
    """A QLabel in a style and a colour role. Wrapped text is never wider than `LINE_CHARACTERS`."""

    def __init__(self, text: str, style: str = "body", role: str = "text", wrap: bool = False) -> None:
        super().__init__(text)
        self._style, self._role = style, role
        self._characters = LINE_CHARACTERS
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(LEFT)
        if wrap:
            self.setWordWrap(True)
            policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        self.restyle()

    def restyle(self) -> None:
        """Take font and colour from the theme."""
        self.setFont(theme.font(self._style))
        theme.set_colors(self, WindowText=self._role)

    def set_text(self, text: str) -> None:
        """Change the text; nothing happens when it is the same."""
        if text != self.text():
            self.setText(text)

    def set_role(self, role: str) -> None:
        """Change the colour; nothing happens when it is the same."""
        if role != self._role:
            self._role = role
            theme.set_colors(self, WindowText=role)

    def set_line_length(self, characters: int) -> None:
        """Wrap sooner than after `LINE_CHARACTERS`."""
        self._characters = characters
        self.updateGeometry()

    def _limit(self) -> int:
        return int(theme.metrics(self._style).averageCharWidth() * self._characters)

    def heightForWidth(self, width: int) -> int:
        """Of the text in lines of limited length."""
        margins = self.contentsMargins()
        return super().heightForWidth(min(width, self._limit()) + margins.left() + margins.right())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the rest of a very wide label empty."""
        super().resizeEvent(event)
        if not self.wordWrap():
            return
        spare = max(0, self.width() - self._limit())
        centred = bool(self.alignment() & Qt.AlignmentFlag.AlignHCenter)
        self.setContentsMargins(spare // 2 if centred else 0, 0, spare - spare // 2 if centred else spare, 0)


def label(
    text: str,
    style: str = "body",
    role: str = "text",
    wrap: bool = False,
    align: Qt.AlignmentFlag = LEFT,
    select: bool = False,
) -> Label:
    """A label; `select` lets people copy from it."""
    out = Label(text, style, role, wrap)
    out.setAlignment(align)
    if select:
        out.setTextInteractionFlags(_SELECTABLE)
    return out


class ElidedLabel(QWidget):
    """One line that gives way: elided at its end (paths: in the middle), the full text as tool tip and for readers."""

    def __init__(
        self,
        text: str = "",
        style: str = "body",
        role: str = "text",
        middle: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._text, self._style, self._role = text, style, role
        self._mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._name()
        self.restyle()

    def restyle(self) -> None:
        """Measure again."""
        width = theme.text_width(self._text, self._style) + 2
        self.setMinimumSize(min(60, width), int(theme.metrics(self._style).height()) + 2)
        self.setMaximumWidth(width)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """The full text."""
        return self._text

    def set_text(self, text: str) -> None:
        """Change the text; nothing happens when it is the same."""
        if text != self._text:
            self._text = text
            self._name()
            self.restyle()

    def set_role(self, role: str) -> None:
        """Change the colour."""
        if role != self._role:
            self._role = role
            self.update()

    def _name(self) -> None:
        self.setToolTip(self._text)
        self.setAccessibleName(self._text)

    def sizeHint(self) -> QSize:
        """Of the full text."""
        return QSize(self.maximumWidth(), self.minimumHeight())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The text, as much of it as fits."""
        p = QPainter(self)
        p.setFont(theme.font(self._style))
        p.setPen(theme.c(self._role if self.isEnabled() else "disabled"))
        p.drawText(self.rect(), _VC, p.fontMetrics().elidedText(self._text, self._mode, self.width()))
