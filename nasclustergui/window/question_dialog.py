"""One question of a login to the person: a password, a passphrase, a one-time code."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QLayout, QLineEdit, QWidget

from nasclustergui.core.command import Secret
from nasclustergui.core.i18n import _
from nasclustergui.core.profile import Profile
from nasclustergui.core.questions import Answer, Question, QuestionKind
from nasclustergui.ui import theme
from nasclustergui.ui.parts import Banner, Field, Icon, box, button, col, label, row
from nasclustergui.window.small_dialog import BODY, FOOT, SmallDialog


def question_title(kind: QuestionKind) -> str:
    """What the login is about to do."""
    return {
        QuestionKind.PASSPHRASE: _("Unlock a key"),
        QuestionKind.PASSWORD: _("Log in"),
        QuestionKind.SUDO_PASSWORD: _("Act as root"),
        QuestionKind.ETCD_PASSWORD: _("Log in to etcd"),
        QuestionKind.ANSWER: _("Answer the server"),
    }[kind]


def question_verb(kind: QuestionKind) -> str:
    """What the primary button says."""
    return {
        QuestionKind.PASSPHRASE: _("Unlock key"),
        QuestionKind.SUDO_PASSWORD: _("Use password"),
        QuestionKind.ANSWER: _("Send answer"),
    }.get(kind, _("Log in"))


def _refusal(kind: QuestionKind) -> str:
    if kind is QuestionKind.PASSPHRASE:
        return _("The passphrase was wrong")
    return _("The password was not accepted")


class QuestionDialog(SmallDialog):
    """Ask with `open()`; then `answer()`, None if it was cancelled.

    Args:
        can_share: offer to give the same answer for the cluster's other nodes.

    Attributes:
        field, remember, share, ok_button, cancel_button: its controls.
    """

    def __init__(
        self, question: Question, profile: Profile | None = None, can_share: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            question_title(question.kind), question.subject, profile, lead=Icon("key-round", "text2", 20), parent=parent
        )
        self.question = question
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.reveal = button("", "quiet", "eye", tip=_("Show what is typed"), on_click=self._on_reveal)
        self.remember = QCheckBox(_("Keep in the system's keyring"))
        self.share = QCheckBox(_("Use it on the other nodes of this cluster too"))
        self.share.setToolTip(_("Every node that asks the same user gets it once, without asking here again."))
        self.share.setVisible(can_share)
        self.ok_button = button(question_verb(question.kind), "primary", on_click=self.accept)
        self.cancel_button = button(_("Cancel"), on_click=self.reject)
        self._why = label("", "caption", "text2", wrap=True)
        self.compose(self._body(), self._foot())
        self.field.textChanged.connect(self._update)
        self.ok_button.setDefault(True)
        self.field.setFocus()
        self._update()

    def _body(self) -> QLayout:
        question = self.question
        items: list[QWidget] = []
        if question.again:
            items.append(Banner("critical", _refusal(question.kind), _("It was tried once and is not used again.")))
        field = Field(question.text, self.field)
        field.label.setWordWrap(True)
        line = row((field, 1), self.reveal, gap=4)
        line.setAlignment(self.reveal, Qt.AlignmentFlag.AlignBottom)
        items += [box(line), self.share]
        if question.kind is not QuestionKind.ANSWER:
            self.remember.setEnabled(question.can_remember)
            self.remember.setToolTip(question.no_memory)
            items.append(self.remember)
            if not question.can_remember and question.no_memory:
                items.append(label(question.no_memory, "caption", "text3", wrap=True))
        else:
            self.remember.hide()
        return col(*items, gap=10, margins=BODY)

    def _foot(self) -> QLayout:
        return row(Icon("info", "text3"), (self._why, 1), self.cancel_button, self.ok_button, margins=FOOT)

    def _update(self) -> None:
        missing = not self.field.text()
        passphrase = self.question.kind is QuestionKind.PASSPHRASE
        why = _("Enter the passphrase") if passphrase else _("Enter the password")
        if self.question.kind is QuestionKind.ANSWER:
            why = _("Enter the answer")
        self._why.set_text(why if missing else _("It is sent encrypted and appears in no log"))
        self.ok_button.set_enabled(not missing, why)

    def _on_reveal(self) -> None:
        hidden = self.field.echoMode() == QLineEdit.EchoMode.Password
        self.field.setEchoMode(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)
        self.reveal.set_text("", _("Hide what is typed") if hidden else _("Show what is typed"))
        self.field.setFont(theme.font("mono" if hidden else "body"))
        self.field.setFocus()

    def answer(self) -> Answer | None:
        """What was typed; None unless the dialog was accepted."""
        if self.result() != QDialog.DialogCode.Accepted or not self.field.text():
            return None
        return Answer(Secret(self.field.text()), self.remember.isEnabled() and self.remember.isChecked())
