"""Ctrl+Shift+C: the clusters of this computer, to open, describe, change and forget."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QLayout, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.remote import inventory
from nasclustergui.remote.inventory import Stored
from nasclustergui.ui.dialog_frame import DialogFrame
from nasclustergui.ui.errors import present
from nasclustergui.ui.jobs import Jobs
from nasclustergui.ui.parts import Panel, button, col, label, row, state_icon
from nasclustergui.window.cluster_list import ClusterList
from nasclustergui.window.small_dialog import BODY, FOOT, SmallDialog

_SIZE = QSize(760, 480)


def cluster_name(stored: Stored) -> str:
    """What to call it: a file that can't be understood by its own name."""
    return stored.profile.name if stored.profile is not None else stored.path.name


class RemoveDialog(SmallDialog):
    """Asks before a profile is deleted.

    Attributes:
        remove_button, cancel_button: its controls.
    """

    def __init__(self, stored: Stored, parent: QWidget | None = None) -> None:
        name = cluster_name(stored)
        title = _("Remove profile {name}").format(name=name)
        super().__init__(title, str(stored.path), stored.profile, 520, state_icon("warn", 20), parent)
        self.remove_button = button(title, "danger", "trash-2", on_click=self.accept)
        self.cancel_button = button(_("Cancel"), on_click=self.reject)
        text = _(
            "This computer forgets how to reach {name}. The cluster itself goes on as it is; passwords in the "
            "system's keyring stay there."
        ).format(name=name)
        body = col(label(text, "body", "text2", wrap=True), gap=0, margins=BODY)
        self.compose(body, row(None, self.cancel_button, self.remove_button, margins=FOOT))
        self.cancel_button.setDefault(True)
        self.cancel_button.setFocus()


class ClusterChooser(DialogFrame):
    """Show with `open()`.

    It closes itself before it tells what is wanted.

    Args:
        current: file of the cluster that is open.

    Signals:
        open_wanted, edit_wanted: Path of a profile. new_wanted: a new one.
        removed: Path of a profile that was deleted.

    Attributes:
        clusters: the list. remove_dialog: what is open now, None for nothing.
        open_button, new_button, edit_button, remove_button, close_button: its controls.
    """

    open_wanted = Signal(object)
    new_wanted = Signal()
    edit_wanted = Signal(object)
    removed = Signal(object)

    def __init__(self, jobs: Jobs, current: Path | None = None, parent: QWidget | None = None) -> None:
        super().__init__(_("Clusters"), _("What this computer knows to reach"), None, _SIZE, parent=parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._jobs = jobs
        self.remove_dialog: RemoveDialog | None = None
        self.clusters = ClusterList(jobs)
        self.clusters.set_current(current)
        self.new_button = button(_("New…"), icon="plus", on_click=self._on_new)
        self.edit_button = button(_("Edit…"), icon="pencil", on_click=self._on_edit)
        self.remove_button = button(_("Remove…"), "danger-quiet", "trash-2", on_click=self._on_remove)
        self.close_button = button(_("Close"), on_click=self.reject)
        self.open_button = button(_("Open cluster"), "primary", on_click=self._on_open)
        body = Panel(col((self.clusters, 1), gap=0, margins=(1, 1, 1, 8)))
        self.compose(col((body, 1), gap=0, margins=(24, 16, 24, 16)), self._foot())
        self.clusters.open_wanted.connect(lambda _stored: self._on_open())
        self.clusters.delete_wanted.connect(lambda _stored: self._on_remove())
        self.clusters.chosen_changed.connect(self._update)
        self.clusters.loaded.connect(lambda: self.clusters.tree.setFocus(Qt.FocusReason.OtherFocusReason))
        self._update()
        self.clusters.refresh()

    def _foot(self) -> QLayout:
        buttons = (self.new_button, self.edit_button, self.remove_button, None, self.close_button, self.open_button)
        return row(*buttons, margins=(24, 12, 24, 12))

    def _update(self) -> None:
        stored = self.clusters.chosen()
        none = _("Choose a cluster first")
        usable = stored is not None and stored.profile is not None
        self.open_button.set_enabled(usable, none if stored is None else _("Its profile cannot be used"))
        self.edit_button.set_enabled(stored is not None, none)
        self.remove_button.set_enabled(stored is not None, none)

    def _on_open(self) -> None:
        stored = self.clusters.chosen()
        if stored is not None and stored.profile is not None:
            self.accept()
            self.open_wanted.emit(stored.path)

    def _on_new(self) -> None:
        self.accept()
        self.new_wanted.emit()

    def _on_edit(self) -> None:
        """Also a profile that cannot be used: it may be mended there."""
        stored = self.clusters.chosen()
        if stored is not None:
            self.accept()
            self.edit_wanted.emit(stored.path)

    def _on_remove(self) -> None:
        stored = self.clusters.chosen()
        if stored is None:
            return
        self.remove_dialog = RemoveDialog(stored, self)
        self.remove_dialog.finished.connect(lambda result: self._on_decided(stored.path, result))
        self.remove_dialog.open()

    def _on_decided(self, path: Path, result: int) -> None:
        dialog, self.remove_dialog = self.remove_dialog, None
        if dialog is not None:
            dialog.deleteLater()
        if result == QDialog.DialogCode.Accepted:
            job = Job(_("Remove a profile"), "profiles", quiet=True)
            self._jobs.submit(
                self,
                job,
                lambda _job: inventory.remove(path),
                lambda _nothing: self._on_removed(path),
                lambda error: present(self, error),
            )

    def _on_removed(self, path: Path) -> None:
        self.clusters.refresh()
        self.removed.emit(path)
