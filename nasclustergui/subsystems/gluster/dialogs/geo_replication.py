"""The dialogs of geo-replication: a new session, and one setting of a session."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from nasclustergui.core.errors import InvalidInput, NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.subsystems.gluster.dialogs.ask import AskDialog
from nasclustergui.subsystems.gluster.features.geo_replication.model import Ready, Target
from nasclustergui.ui.parts import Field, Label

Look = Callable[[Target, Callable[[Sequence[Ready]], object], Callable[[NasError], object]], object]


class NewSessionDialog(AskDialog):
    """Where to; the nodes are asked whether they can log in there before the plan is made."""

    def __init__(
        self,
        volume: str,
        look: Look,
        plan: Callable[[Target, Sequence[Ready], bool], Plan],
        profile: Profile | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`look` asks the nodes; `plan` gets the target, what they said, and whether to start at once."""
        about = _("Every change is copied to a volume of another pool, also deletes.")
        super().__init__(_("Copy {volume} to another pool").format(volume=volume), about, profile, parent)
        self._look = look
        self._ready: Sequence[Ready] = ()
        self._asked: Target | None = None
        self.host, self.volume, self.user = QLineEdit(), QLineEdit(volume), QLineEdit("root")
        self.start = QCheckBox(_("Start at once"))
        self.start.setChecked(True)
        hint = _("A node of the other pool; one node here must be able to log in there without a password.")
        self.fields = {
            "host": Field(_("Host"), self.host, hint),
            "volume": Field(_("Secondary volume"), self.volume, _("It must exist, be started and be empty.")),
            "user": Field(_("User there"), self.user),
        }
        self._note = Label("", "caption", "text3", wrap=True)
        items = [*self.fields.values(), self.start, self._note]
        self.ask(items, lambda: plan(self.target(), self._ready, self.start.isChecked()))
        self.host.setFocus()

    def target(self) -> Target:
        """What is typed."""
        return Target(self.host.text().strip(), self.volume.text().strip(), self.user.text().strip())

    def accept(self) -> None:
        """Ask the nodes first, then make the plan."""
        for field in self.fields.values():
            field.set_invalid("")
        try:
            target = self.target()
            target.check()
        except InvalidInput as error:
            wrong = self.fields.get(error.field, self.fields["host"])
            wrong.set_invalid(f"{error} {error.hint}".strip())
            self.fit_soon()
            return
        if self._asked == target:
            super().accept()
            return
        self.go_button.set_enabled(False, _("The nodes are being asked."))
        self._note.set_text(_("Asking the nodes whether they can log in at {host}…").format(host=target.host))
        self._look(target, lambda ready: self._on_ready(target, ready), self._on_failed)

    def _on_ready(self, target: Target, ready: Sequence[Ready]) -> None:
        self._ready, self._asked = ready, target
        self._note.set_text("")
        self.go_button.set_enabled(True)
        if self.isVisible():
            super().accept()
        self._asked = None  # the next try asks again: somebody may have set up the login meanwhile

    def _on_failed(self, error: NasError) -> None:
        self._note.set_text("")
        self.go_button.set_enabled(True)
        self.refused.emit(error)


class SessionSettingDialog(AskDialog):
    """One setting and its value."""

    def __init__(
        self,
        title: str,
        present: Mapping[str, str],
        plan: Callable[[str, str, str], Plan],
        profile: Profile | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`present`: all settings. `plan` gets the setting, its new and its present value."""
        super().__init__(title, _("One setting at a time, by gluster's own names."), profile, parent)
        self._present = present
        self.option, self.value = QComboBox(), QLineEdit()
        for name in sorted(present):
            self.option.addItem(name, name)
        self.fields = {"option": Field(_("Setting"), self.option), "value": Field(_("Value"), self.value)}
        self.option.currentIndexChanged.connect(self._on_option)
        self.ask(list(self.fields.values()), lambda: plan(self._name(), self.value.text().strip(), self._now()))
        self._on_option()

    def _name(self) -> str:
        return str(self.option.currentData() or "")

    def _now(self) -> str:
        return self._present.get(self._name(), "")

    def _on_option(self) -> None:
        self.value.setText(self._now())
