"""Whole ranges: counted, exported to a file, imported from one after a preview, deleted after a backup."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.job import Job
from nasclustergui.core.units import count, size
from nasclustergui.remote.etcd_types import printable, to_bytes
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.subsystems.etcd.features.changes import files, ranges
from nasclustergui.subsystems.etcd.features.changes.importing import Preview, read_preview
from nasclustergui.subsystems.etcd.features.changes.plans import Counted, plan_delete
from nasclustergui.subsystems.etcd.page.desk import Desk
from nasclustergui.subsystems.etcd.page.sections.changes.import_view import ImportView
from nasclustergui.subsystems.etcd.page.sections.changes.live import DEFAULT
from nasclustergui.ui import theme
from nasclustergui.ui.errors import present
from nasclustergui.ui.parts import ElidedLabel, Label, Line, Panel, Stack, box, button, col, label, row

T = TypeVar("T")
FILTER = "*.json *.yaml *.yml"


class RangesView(QWidget):
    """One prefix, three things to do with it.

    Attributes:
        counted: the newest count, None before the first. importing: the preview of a file.
        backup_folder: where backups go.

    Signals:
        plan_proposed: core.plan.Plan. notice: (state, text), a toast.
    """

    plan_proposed = Signal(object)
    notice = Signal(str, str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.counted: Counted | None = None
        self.backup_folder = files.backup_folder()
        self._file: Path | None = None
        self._job: Job | None = None
        self._make()

    def _make(self) -> None:
        self.prefix_edit = QLineEdit(DEFAULT)
        self.prefix_edit.setAccessibleName(_("Prefix"))
        self.prefix_edit.setMinimumWidth(theme.px(260))
        self.prefix_edit.returnPressed.connect(self.count)
        self.prefix_edit.textChanged.connect(self._on_typed)
        self.count_button = button(_("Count"), icon="search", small=True, on_click=self.count)
        self.export_button = button(_("Export…"), icon="download", small=True, on_click=self.export)
        self.import_button = button(_("Import…"), icon="upload", small=True, on_click=self.choose_import)
        self.delete_button = button(_("Delete all below…"), "danger-quiet", "trash-2", small=True, on_click=self.delete)
        self.cancel_button = button(_("Stop"), "quiet", "x", small=True, on_click=self._cancel)
        self.cancel_button.hide()
        self.said: Label = label("", "body", "text", wrap=True)
        self.examples = ElidedLabel("", "caption", "text3")
        self.folder = ElidedLabel("", "caption", "text3", middle=True)
        self.folder_button = button(_("Change…"), "link", small=True, on_click=self._choose_folder)
        self.importing = ImportView(self.desk.cluster)
        self.importing.plan_proposed.connect(self.plan_proposed)
        self.importing.again.connect(self._preview_again)
        self.place = Stack(self.importing, _("Comparing the file with the store…"))
        self.place.retry.connect(self._preview_again)
        text = _("Choose a file that was exported before: what would change is shown first.")
        self.place.show_empty("upload", _("No import under way"), text)
        tools = row(
            (self.prefix_edit, 1), self.count_button, 4, self.cancel_button, None, self.export_button,
            self.import_button, self.delete_button, gap=8,
        )  # fmt: skip
        backups = row(label(_("Backups go to"), "caption", "text3"), self.folder, self.folder_button, None, gap=6)
        facts = Panel(col(self.said, self.examples, backups, gap=4, margins=(14, 10, 14, 8)), fill="inset", radius=8)
        top = box(col(tools, facts, gap=8, margins=(12, 4, 12, 8)))
        self.setLayout(col(top, Line(), (self.place, 1), gap=0))
        self.setFocusProxy(self.prefix_edit)
        self._show()

    # ---- what the section calls

    def use(self, prefix: str, what: str) -> None:
        """ "export", "import" or "delete" a prefix."""
        self.prefix_edit.setText(prefix)
        {"export": self.export, "import": self.choose_import, "delete": self.delete}[what]()

    def read(self) -> None:
        """Something was changed: count again, and see what is left of an import."""
        if self.counted is not None:
            self.count()
        self._preview_again()

    def set_filter(self, text: str) -> None:
        """By any text of a row of the preview."""
        self.importing.tree.set_filter(text)

    @property
    def prefix(self) -> bytes:
        """As typed."""
        return to_bytes(self.prefix_edit.text().strip())

    # ---- counting

    def _run(self, text: str, work: Callable[[Store, Job], T], done: Callable[[T], None]) -> None:
        """Read in the background; one thing at a time."""
        self._cancel()
        self.said.set_text(text)
        self.cancel_button.show()

        def ended(result: T) -> None:
            self._over()
            done(result)

        self._job = self.desk.read(self, work, ended, self._on_failed)

    def _over(self) -> None:
        self._job = None
        self.cancel_button.hide()

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._over()
            self._show()

    def _on_failed(self, error: NasError) -> None:
        self._over()
        self.counted = None
        self.said.set_text(f"{error} {error.hint}".strip())
        self.examples.set_text("")
        self._show_buttons()

    def _on_typed(self, _text: str) -> None:
        if self.counted is not None and self.counted.prefix != self.prefix:
            self.counted = None
            self._show()

    def count(self) -> None:
        """How much lies below the prefix."""
        prefix = self.prefix

        def work(store: Store, job: Job) -> Counted:
            return ranges.read_count(store, prefix, job)

        self._run(_("Counting…"), work, self._on_counted)

    def _on_counted(self, counted: Counted) -> None:
        self.counted = counted if counted.prefix == self.prefix else None
        self._show()

    def _show(self) -> None:
        found = self.counted
        self.folder.set_text(str(self.backup_folder))
        if found is None:
            self.said.set_text(_("Not counted yet."))
            self.examples.set_text("")
        else:
            self.said.set_text(counted_words(found))
            names = ", ".join(found.examples) + (" …" if found.keys > len(found.examples) else "")
            self.examples.set_text(names)
        self._show_buttons()

    def _show_buttons(self) -> None:
        none = self.counted is not None and not self.counted.keys
        why = _("There is no key below this prefix.") if none else ""
        self.export_button.set_enabled(not why, why)
        self.delete_button.set_enabled(not why, why)

    # ---- export

    def ask_save(self, suggested: str) -> str:
        """Where to? "" for nowhere."""
        return QFileDialog.getSaveFileName(self.window(), _("Export keys"), suggested, FILTER)[0]

    def export(self) -> None:
        """Ask for a file, then write it."""
        prefix, cluster = self.prefix, self.desk.cluster
        name = self.ask_save(str(Path.home() / files.suggested_name(cluster, prefix)))
        if not name:
            return

        def work(store: Store, job: Job) -> str:
            archive = ranges.export(store, prefix, cluster, 0, job)
            written = files.save(Path(name), archive)
            return exported_words(len(archive.keys), len(archive.leased), written, name)

        self._run(_("Exporting to {file}…").format(file=name), work, self._on_exported)

    def _on_exported(self, text: str) -> None:
        self.notice.emit("ok", text)
        self.count()

    # ---- import

    def ask_open(self) -> str:
        """Which file? "" for none."""
        return QFileDialog.getOpenFileName(self.window(), _("Import keys"), str(Path.home()), FILTER)[0]

    def choose_import(self) -> None:
        """Ask for a file, then show what it would change."""
        if name := self.ask_open():
            self.preview(Path(name))

    def preview(self, file: Path) -> None:
        """Compare the file with the store."""
        self._file = file
        self.importing.clear()
        self._preview_again()

    def _preview_again(self) -> None:
        file = self._file
        if file is None:
            return
        if self.importing.preview is None:
            self.place.show_loading(_("etcd"))

        def work(store: Store, job: Job) -> Preview:
            return read_preview(store, files.load(file), job)

        self.desk.read(self, work, lambda found: self._on_preview(file, found), self.place.show_failed)

    def _on_preview(self, file: Path, found: Preview) -> None:
        if file != self._file:
            return
        backup = self.backup_folder / files.suggested_name(self.desk.cluster, found.archive.prefix)
        self.importing.show_preview(file.name, found, backup)
        self.place.show_content()

    # ---- delete

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self.window(), _("Folder of the backups"), str(self.backup_folder))
        if name:
            self.backup_folder = Path(name)
            self._show()

    def delete(self) -> None:
        """Count anew, then propose the plan."""
        prefix = self.prefix

        def work(store: Store, job: Job) -> Counted:
            return ranges.read_count(store, prefix, job)

        self._run(_("Counting…"), work, self._on_delete)

    def _on_delete(self, counted: Counted) -> None:
        self._on_counted(counted)
        backup = self.backup_folder / files.suggested_name(self.desk.cluster, counted.prefix)
        try:
            self.plan_proposed.emit(plan_delete(counted, backup, self.desk.cluster))
        except NasError as error:
            present(self.window(), error)


def counted_words(found: Counted) -> str:
    """What lies below the prefix, in a sentence."""
    where = printable(found.prefix) or _("the whole store")
    if not found.keys:
        return _("There is no key below {prefix}.").format(prefix=where)
    text = ngettext("{n} key below {prefix}, {size}", "{n} keys below {prefix}, {size}", found.keys)
    said = text.format(n=count(found.keys), prefix=where, size=size(found.bytes))
    if found.leased:
        leased = ngettext("{n} of them on a lease", "{n} of them on leases", found.leased)
        said += ", " + leased.format(n=count(found.leased))
    return said + ". " + _("Counted at revision {n}.").format(n=found.revision)


def exported_words(keys: int, leased: int, written: int, file: str) -> str:
    """What a file got."""
    text = ngettext("{n} key exported to {file}, {size}.", "{n} keys exported to {file}, {size}.", keys)
    said = text.format(n=count(keys), file=file, size=size(written))
    if leased:
        left = ngettext("{n} key on a lease is only noted in it.", "{n} keys on leases are only noted in it.", leased)
        said += " " + left.format(n=count(leased))
    return said
