"""Describing a cluster: a new one, or one that is stored already."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QLayout, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.profile import Profile
from nasclustergui.remote import inventory
from nasclustergui.remote.secrets import SecretStore
from nasclustergui.ui.dialog_frame import DialogFrame
from nasclustergui.ui.errors import describe
from nasclustergui.ui.jobs import Jobs
from nasclustergui.ui.parts import Icon, Label, button, col, label, row
from nasclustergui.ui.scrolling import Scrolling
from nasclustergui.window.asker import Asker
from nasclustergui.window.connect_test import Tester, connection_tester
from nasclustergui.window.connect_test_dialog import ConnectTestDialog
from nasclustergui.window.profile_form import ProfileForm

_SIZE = QSize(1040, 800)


class ProfileDialog(DialogFrame):
    """Show with `open()`.

    Args:
        path, profile: the file to write and what it holds now; None for a new cluster.
        tester: what "Test connection" does, see `connect_test`; None asks for passwords itself.

    Signals:
        saved: (Path, Profile as it was read back), after the file was written.

    Attributes:
        form: the values. save_button, test_button, import_button, cancel_button, discard_button: its controls.
    """

    saved = Signal(object, object)

    def __init__(
        self,
        jobs: Jobs,
        path: Path | None = None,
        profile: Profile | None = None,
        parent: QWidget | None = None,
        *,
        tester: Tester | None = None,
    ) -> None:
        title = _("Edit {cluster}").format(cluster=profile.name) if profile is not None else _("New cluster")
        super().__init__(title, _("Only this computer's file is changed, never a node"), profile, _SIZE, parent=parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._jobs, self._path = jobs, path
        self._tester = tester or connection_tester(Asker(self), SecretStore())
        self.form = ProfileForm()
        if profile is not None:
            self.form.set_profile(profile)
        self._initial = self.form.profile()
        self._asked_to_discard = self._saving = False
        self._failure = ""
        self.test_dialog: ConnectTestDialog | None = None
        self.import_button = button(_("Import a file…"), "quiet", "download", on_click=self._on_import)
        self.test_button = button(_("Test connection…"), icon="plug", on_click=self._on_test)
        self.discard_button = button(_("Discard"), "danger-quiet", on_click=self._discard)
        self.cancel_button = button(_("Cancel"), on_click=self.reject)
        self.save_button = button(_("Save cluster"), "primary", "check", on_click=self.accept)
        self._icon = Icon("info", "text3")
        self._hint: Label = label("", "caption", "text2", wrap=True)
        self.compose(col((Scrolling(self.form), 1), gap=0), self._foot())
        self.form.edited.connect(self._on_edited)
        self._read_names()
        self._say()
        self.form.cluster.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _foot(self) -> QLayout:
        self.discard_button.hide()
        return row(
            self.import_button,
            self._icon,
            (self._hint, 1),
            self.test_button,
            self.discard_button,
            self.cancel_button,
            self.save_button,
            margins=(16, 12, 24, 12),
        )

    def _read_names(self) -> None:
        """Names that are taken by other files."""

        def names(_job: Job) -> frozenset[str]:
            others = (one for one in inventory.listing() if one.profile is not None and one.path != self._path)
            return frozenset(one.profile.name for one in others if one.profile is not None)

        self._jobs.submit(self, Job(_("Read clusters"), quiet=True), names, self.form.set_taken)

    # ------------------------------------------------------------ what it says

    def has_work(self) -> bool:
        """True if closing would lose something."""
        return self.form.profile() != self._initial

    def hint(self) -> str:
        """The sentence in the foot."""
        return self._hint.text()

    def _on_edited(self) -> None:
        self._failure = ""
        if self._asked_to_discard:
            self._ask_to_discard(False)
        self._say()

    def _say(self) -> None:
        problem = self.form.first_problem()
        ready = not problem and not self._saving
        self.save_button.set_enabled(ready, problem)
        self.test_button.set_enabled(ready, problem)
        state, text = "info", problem or self._ready_text()
        if self._asked_to_discard:
            state, text = "warn", _("What you typed would be lost.")
        elif self._failure:
            state, text = "critical", self._failure
        elif not problem:
            state = "ok"
        self._icon.set_state(state)
        if state == "info":
            self._icon.set_icon("info", "text3")
        self._hint.set_text(text)
        self._hint.set_role(state if state in ("warn", "critical") else "text2")

    def _ready_text(self) -> str:
        if self._path is not None:
            return _("Stored in {file}.").format(file=self._path.name)
        return _("Nothing is missing.")

    # ------------------------------------------------------------ actions

    def _on_test(self) -> None:
        self.test_dialog = ConnectTestDialog(self.form.profile(), self._tester, self._jobs, self)
        self.test_dialog.finished.connect(self._on_tested)
        self.test_dialog.open()

    def _on_tested(self) -> None:
        dialog, self.test_dialog = self.test_dialog, None
        if dialog is not None:
            dialog.deleteLater()

    def _on_import(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(self, _("Import a file"), "", _("Cluster profiles (*.toml)"))
        if name:
            job = Job(_("Read a profile"), quiet=True)
            self._jobs.submit(
                self, job, lambda _job: inventory.read(Path(name)), self.form.set_profile, self._on_failed
            )

    def accept(self) -> None:
        """Write the file, and close once that is done."""
        if not self.save_button.isEnabled():
            return
        self._saving = True
        self._say()
        profile, path = self.form.profile(), self._path

        def save(_job: Job) -> tuple[Path, Profile]:
            file = inventory.save(profile, path)
            return file, inventory.load(file)

        job = Job(_("Save {cluster}").format(cluster=profile.name), "profiles", quiet=True)
        self._jobs.submit(self, job, save, self._on_saved, self._on_failed)

    def _on_saved(self, outcome: tuple[Path, Profile]) -> None:
        self._saving = False
        super().accept()
        self.saved.emit(*outcome)

    def _on_failed(self, error: Exception) -> None:
        self._saving = False
        title, hint, _details = describe(error)
        self._failure = " ".join(part for part in (title, hint) if part)
        self._say()

    def reject(self) -> None:
        """Esc and Cancel: ask first if work would be lost; a second Esc goes on editing."""
        if not self.has_work():
            self._discard()
            return
        self._ask_to_discard(not self._asked_to_discard)

    def _ask_to_discard(self, asked: bool) -> None:
        self._asked_to_discard = asked
        self.cancel_button.set_text(_("Keep editing") if asked else _("Cancel"))
        self.discard_button.setVisible(asked)
        for other in (self.import_button, self.test_button):
            other.setVisible(not asked)
        if asked:
            self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._say()

    def _discard(self) -> None:
        super().reject()
