"""What stands where content cannot: nothing there yet, still loading, not readable."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from nasclustergui.core.i18n import _
from nasclustergui.ui import theme
from nasclustergui.ui.badge import Icon
from nasclustergui.ui.buttons import Button
from nasclustergui.ui.errors import Details, describe, report
from nasclustergui.ui.labels import Label
from nasclustergui.ui.layout import box, col, row
from nasclustergui.ui.theme import c

SKELETON_MS, WAITS_MS = 300, 3000
_CENTRE = Qt.AlignmentFlag.AlignHCenter
_CHARACTERS = 52


class Message(QWidget):
    """An icon, a title, a text and buttons, in the middle."""

    def __init__(self, icon: str, role: str, title: str, text: str, buttons: Sequence[QWidget] = ()) -> None:
        super().__init__()
        self._icon = Icon(icon, role, 28)
        self._title = Label(title, "heading", wrap=True)
        self._text = Label(text, "body", "text2", wrap=True)
        for words in (self._title, self._text):
            words.setAlignment(_CENTRE)
            words.set_line_length(_CHARACTERS)
        self._buttons = row(None, *buttons, None)
        self.below = col(gap=8)
        self.setLayout(
            col(
                None,
                row(None, self._icon, None),
                self._title,
                self._text,
                6,
                self._buttons,
                self.below,
                None,
                gap=6,
                margins=(24, 16, 24, 16),
            )
        )

    def title(self) -> str:
        """What it says."""
        return self._title.text()

    def set_message(self, icon: str, role: str, title: str, text: str) -> None:
        """Say something else."""
        self._icon.set_icon(icon, role)
        self._title.set_text(title)
        self._text.set_text(text)


class Empty(Message):
    """What is not there, what it needs, one button: a promise, not a dead end."""

    def __init__(self, icon: str, title: str, text: str, buttons: Sequence[QWidget] = ()) -> None:
        super().__init__(icon, "text3", title, text, buttons)


class Failed(Message):
    """What went wrong, what to do, try again, details.

    Signals:
        retry: try again.
    """

    retry = Signal()

    def __init__(self, error: BaseException | None = None) -> None:
        again = Button(_("Try again"), icon="refresh-cw")
        details = Details()
        super().__init__("octagon-x", "critical", "", "", [again, details.toggle, details.copy])
        self.details = details
        self.below.addWidget(self.details)
        again.clicked.connect(self.retry)
        if error is not None:
            self.set_error(error)

    def set_error(self, error: BaseException) -> None:
        """Show another error."""
        title, hint, details = describe(error)
        self.set_message("octagon-x", "critical", title, hint)
        self.details.set_details(details, report(error))


class Skeleton(QWidget):
    """Grey bars where rows will be."""

    _ROWS = ((110, 150), (90, 180), (130, 120), (70, 160))

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(theme.px(120))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The bars."""
        p = QPainter(self)
        step = theme.size("row")
        for k, (first, second) in enumerate(self._ROWS):
            y = k * step + step / 3
            for x, width in ((0, first), (150, second)):
                theme.round_rect(p, QRectF(x, y, min(width, self.width() - x), step / 3), step / 6, c("line"))
            p.fillRect(QRectF(0, (k + 1) * step - 1, self.width(), 1), c("line"))


class Loading(QWidget):
    """Nothing for 300 ms, then skeleton rows, after 3 s whom it waits for.

    Signals:
        stop: the user does not want to wait.
    """

    stop = Signal()

    def __init__(self, text: str, can_stop: bool = True) -> None:
        super().__init__()
        self._waits = Label("", "caption", "text3", wrap=True)
        self._waits_text = ""
        stop = Button(_("Stop"), "quiet", small=True)
        stop.setVisible(can_stop)
        stop.clicked.connect(self.stop)
        self._text = Label(text, "body", "text2")
        head = row(Icon("refresh-cw", "text3"), self._text, None, stop)
        self._body = box(col(head, Skeleton(), self._waits, None, gap=8, margins=(16, 12, 16, 12)))
        self.setLayout(col(self._body, gap=0))
        self._soon, self._late = self._timer(SKELETON_MS, self._on_soon), self._timer(WAITS_MS, self._on_late)
        self.start()

    def _timer(self, after: int, then: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(after)
        timer.timeout.connect(then)
        return timer

    def start(self, text: str = "") -> None:
        """Begin to wait; "" keeps the text."""
        if text:
            self._text.set_text(text)
        self._body.hide()
        self._waits.hide()
        self._soon.start()
        self._late.start()

    def finish(self) -> None:
        """No longer waiting."""
        self._soon.stop()
        self._late.stop()

    def set_waits_for(self, text: str) -> None:
        """ "Waits for node5 since 4 s": shown once it takes long."""
        self._waits_text = text
        self._waits.set_text(text)
        self._waits.setVisible(bool(text) and not self._late.isActive() and not self._body.isHidden())

    def _on_soon(self) -> None:
        self._body.show()

    def _on_late(self) -> None:
        self._waits.setVisible(bool(self._waits_text))
