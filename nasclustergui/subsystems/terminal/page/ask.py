"""Questions of the terminals' window: closing what still runs, pasting what would run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QLayout, QWidget

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.profile import Profile
from nasclustergui.ui import theme
from nasclustergui.ui.dialog_frame import DialogFrame
from nasclustergui.ui.parts import Console, button, col, label, row, state_icon

WIDTH = 520
SHOWN = 4000  # characters of a paste


class Question(DialogFrame):
    """A sentence, perhaps evidence, two answers; Cancel is the default. `answered` is called on the other one."""

    def __init__(
        self,
        title: str,
        about: str,
        text: str,
        verb: str,
        answered: Callable[[], object],
        profile: Profile,
        parent: QWidget | None,
        evidence: str = "",
    ) -> None:
        super().__init__(title, about, profile, QSize(WIDTH, 0), state_icon("warn", 20), parent)
        self._answered = answered
        self.text = label(text, "body", "text2", wrap=True)
        items: list[QWidget | QLayout] = [self.text]
        if evidence:
            console = Console(_("Text to paste"))
            console.set_text(evidence)
            console.setFixedHeight(theme.px(150))
            items.append(console)
        self.cancel_button = button(_("Cancel"), on_click=self.reject)
        self.go_button = button(verb, "caution", on_click=self.accept)
        self.cancel_button.setDefault(True)
        foot = row(None, self.cancel_button, self.go_button, margins=(24, 12, 24, 12))
        self.compose(col(*items, gap=12, margins=(24, 16, 24, 20)), foot)
        layout = self.layout()
        assert layout is not None
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # Qt's own would be of the narrowest labels
        self.finished.connect(self._on_finished)

    def showEvent(self, event: QShowEvent) -> None:
        """As high as what it says."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            width = max(theme.px(WIDTH), layout.minimumSize().width())
            high = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
            self.setMinimumSize(width, high)
            self.resize(width, high)
        self.cancel_button.setFocus()
        super().showEvent(event)

    def _on_finished(self, result: int) -> None:
        if result == QDialog.DialogCode.Accepted:
            self._answered()
        self.deleteLater()


def ask_to_close(
    running: Sequence[tuple[str, Sequence[str] | None]],
    close: Callable[[], object],
    profile: Profile,
    parent: QWidget | None,
) -> Question:
    """`running`: (terminal, what runs in it; None where nobody knows) of those where something may be lost."""
    n = len(running)
    if n == 1:
        title = _("Close the terminal on {terminal}").format(terminal=running[0][0])
    else:
        title = ngettext("Close {n} terminal", "Close {n} terminals", n).format(n=n)
    lines = []
    for terminal, programs in running:
        if programs is None:
            said = _("{terminal}: something may still run there.").format(terminal=terminal)
        else:
            names = ", ".join(_("a program") if name == "?" else name for name in programs)
            said = _("{terminal}: {programs} runs there.").format(terminal=terminal, programs=names)
        lines.append(said)
    lines.append(_("Closing ends it. What runs in tmux or screen goes on."))
    verb = ngettext("Close terminal", "Close terminals", n)
    return Question(title, _("Programs in it end with it"), "\n".join(lines), verb, close, profile, parent)


def ask_to_paste(text: str, lines: int, paste: Callable[[], object], profile: Profile, parent: QWidget) -> Question:
    """Several lines would run as they come."""
    title = ngettext("Paste {n} line", "Paste {n} lines", lines).format(n=lines)
    said = _(
        "The program that reads them takes each line as if you had pressed Enter. Commands among them run at once."
    )
    about = _("Look at every line before it runs")
    shown = text[:SHOWN] + ("…" if len(text) > SHOWN else "")
    verb = ngettext("Paste {n} line", "Paste {n} lines", lines).format(n=lines)
    return Question(title, about, said, verb, paste, profile, parent, shown)
