"""Opens the dialogs of the section: a new key, another name, a clash of two versions, files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.profile import Profile
from nasclustergui.remote.etcd_types import KeyValue
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.subsystems.etcd.features.keys import values
from nasclustergui.subsystems.etcd.features.keys.read import no_such_key
from nasclustergui.subsystems.etcd.page.section import Section
from nasclustergui.subsystems.etcd.page.sections.keys import name_dialog
from nasclustergui.subsystems.etcd.page.sections.keys.draft import Draft, begin
from nasclustergui.subsystems.etcd.page.sections.keys.keeper import Clash, Keeper
from nasclustergui.subsystems.etcd.page.sections.keys.merge_dialog import MergeDialog
from nasclustergui.subsystems.etcd.page.sections.keys.name_dialog import NameDialog
from nasclustergui.subsystems.etcd.page.sections.keys.value_files import ValueFiles
from nasclustergui.ui.errors import present

MakeDialog = Callable[[KeyValue, str, Profile | None, QWidget | None], NameDialog]


class Asking(QObject):
    """One per section.

    Attributes:
        dialog: the one that is open, None for none. files: moves values from and to files.
    """

    def __init__(self, section: Section, keeper: Keeper) -> None:
        super().__init__(section)
        self._section, self._keeper = section, keeper
        self.dialog: QDialog | None = None
        self.files = ValueFiles(section.desk, section)
        self.files.imported.connect(self._on_imported)
        self.files.exported.connect(lambda name: section.notice.emit("ok", _("Saved to {file}").format(file=name)))
        self.files.refused.connect(self._refuse)
        keeper.clashed.connect(self.merge)

    def new_key(self, prefix: bytes) -> None:
        """A key below a prefix."""
        desk = self._section.desk
        self._open_name(name_dialog.new_key(prefix, desk.cluster, desk.profile, self._section.window()))

    def rename_key(self, key: bytes) -> None:
        """Another name for it."""
        self._with(key, name_dialog.rename_key)

    def copy_key(self, key: bytes) -> None:
        """The same value under another name."""
        self._with(key, name_dialog.copy_key)

    def _with(self, key: bytes, make: MakeDialog) -> None:
        desk = self._section.desk

        def there(kv: KeyValue) -> None:
            self._open_name(make(kv, desk.cluster, desk.profile, self._section.window()))

        desk.read(self, partial(_present, key), there, self._refuse)

    def _open_name(self, dialog: NameDialog) -> None:
        dialog.plan_ready.connect(self._section.plan_proposed)
        dialog.refused.connect(self._refuse)
        self._open(dialog)

    def merge(self, clash: Clash) -> None:
        """Two versions of one key."""
        if clash.theirs is None:  # nothing to merge with: what was typed becomes a new key
            self._keeper.settle(clash, None, take_mine=True)
            return
        dialog = MergeDialog(clash, self._section.desk.profile, self._section.window())
        dialog.decided.connect(lambda text, mine: self._keeper.settle(clash, text, take_mine=mine))
        self._open(dialog)

    def _open(self, dialog: QDialog) -> None:
        self.dialog = dialog
        dialog.finished.connect(lambda _result: self._closed(dialog))
        dialog.open()

    def _closed(self, dialog: QDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None
        dialog.deleteLater()

    def _on_imported(self, key: bytes, kv: KeyValue | None, content: bytes) -> None:
        form = values.form_of(key, content)
        like = values.shown(content, form)
        draft = begin(kv, form) if kv is not None else Draft(key, None, like, like.text)
        self._keeper.keep(Draft(key, kv, draft.like, like.text, content))
        self._keeper.changed.emit()

    def _refuse(self, error: NasError) -> None:
        present(self._section.window(), error)


def _present(key: bytes, store: Store, job: Job) -> KeyValue:
    found = store.client.get(key, job=job)
    if found is None:
        raise no_such_key(key)
    return found
