"""A value to a file and a file into a value, read and written off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.remote.etcd_types import KeyValue, printable
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.subsystems.etcd.features.keys.read import no_such_key, read_file, write_file
from nasclustergui.subsystems.etcd.page.desk import Desk


class ValueFiles(QObject):
    """Asks for a file and moves a value.

    Signals:
        imported: (key: bytes, KeyValue as it is or None, content: bytes). exported: the file's name.
        refused: NasError.
    """

    imported = Signal(object, object, object)
    exported = Signal(str)
    refused = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._parent = desk, parent

    def export(self, key: bytes, name: str = "") -> None:
        """Write the value as it is in etcd; without a name ask for one."""
        if not name:
            proposed = printable(key).rpartition("/")[2] or "value"
            name, _kind = QFileDialog.getSaveFileName(self._parent, _("Save value to a file"), proposed)
        if name:
            self._desk.read(self, partial(_write, key, Path(name)), lambda _done: self.exported.emit(name), self._fail)

    def ask_import(self, key: bytes, name: str = "") -> None:
        """Take a file's content as the key's new value; it is written only by a plan."""
        if not name:
            name, _kind = QFileDialog.getOpenFileName(self._parent, _("Take value from a file"))
        if name:
            done: Callable[[tuple[KeyValue | None, bytes]], object] = lambda got: self.imported.emit(key, *got)  # noqa: E731
            self._desk.read(self, partial(_load, key, Path(name)), done, self._fail)

    def _fail(self, error: Exception) -> None:
        self.refused.emit(error)


def _write(key: bytes, path: Path, store: Store, job: Job) -> None:
    found = store.client.get(key, job=job)
    if found is None:
        raise no_such_key(key)
    write_file(path, found.value)


def _load(key: bytes, path: Path, store: Store, job: Job) -> tuple[KeyValue | None, bytes]:
    return store.client.get(key, job=job), read_file(path)
