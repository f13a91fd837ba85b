"""The clusters this computer knows: read in the background, shown as a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.job import Job
from nasclustergui.remote import inventory
from nasclustergui.remote.inventory import Stored
from nasclustergui.ui import theme
from nasclustergui.ui.jobs import Jobs
from nasclustergui.ui.parts import Banner, Cell, Row, Stack, Tree, box, col, row
from nasclustergui.ui.shell import environment_word

_FEWEST, _MOST = 3, 6  # rows that are seen without scrolling


def cluster_rows(stored: Sequence[Stored], current: Path | None = None) -> list[Row]:
    """One row per file; its key is the path, its data the `Stored`."""
    return [_row(one, one.path == current) for one in stored]


def _row(stored: Stored, is_current: bool) -> Row:
    profile = stored.profile
    if profile is None:
        cells = (
            Cell(stored.path.stem, "name", "server", strong=True, tip=_why_not(stored)),
            Cell(_("Cannot be used"), "state", state="critical", tip=_why_not(stored)),
            Cell("—", role="text3"),
            Cell(stored.path.name, role="text3", tip=str(stored.path)),
        )
        return Row(str(stored.path), cells, data=stored)
    parts = [profile.location, _("read-only") if profile.read_only else "", _("open") if is_current else ""]
    n = len(profile.nodes)
    cells = (
        Cell(profile.name, "name", "server", sub=" · ".join(part for part in parts if part), strong=True),
        Cell(environment_word(profile.environment), role="text"),
        Cell(ngettext("{n} node", "{n} nodes", n).format(n=n)),
        Cell(stored.path.name, role="text3", tip=str(stored.path)),
    )
    return Row(str(stored.path), cells, data=stored)


def _why_not(stored: Stored) -> str:
    error = stored.error
    return " ".join(part for part in (str(error), error.hint) if part) if error is not None else ""


class ClusterList(QWidget):
    """A table of stored profiles; below it what is wrong with the chosen one.

    Signals:
        open_wanted: Stored that can be used, by Enter or a double click.
        chosen_changed: another row is current; see `chosen`.
        delete_wanted: Stored, by Del.
        loaded: the files were read; see `stored`.

    Attributes:
        stored: what was read last.
    """

    open_wanted = Signal(object)
    chosen_changed = Signal()
    delete_wanted = Signal(object)
    loaded = Signal()

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._current: Path | None = None
        self.stored: tuple[Stored, ...] = ()
        heads = [(_("Cluster"), -1), (_("Environment"), 150), (_("Size"), 96), (_("File"), 170)]
        self.tree = Tree(heads, flat=True, drop={3: 620, 2: 460}, name=_("Clusters"), severity_first=False)
        self._stack = Stack(self.tree, _("Reading the clusters of this computer…"))
        self._problem = Banner("critical", "")
        self._below = box(row(self._problem, margins=(12, 8, 12, 6)))
        self._below.hide()
        self.setLayout(col((self._stack, 1), self._below, gap=0))
        self.tree.row_changed.connect(self._on_row)
        self.tree.row_activated.connect(self._on_activated)
        self.tree.delete_requested.connect(self._on_delete)
        self._stack.retry.connect(self.refresh)

    def set_current(self, path: Path | None) -> None:
        """The cluster that is open now."""
        self._current = path
        self._show()

    def refresh(self, choose: Path | None = None) -> None:
        """Read the files again, and then choose one."""
        self._stack.show_loading()
        self._jobs.submit(
            self,
            Job(_("Read clusters"), quiet=True),
            lambda _job: inventory.listing(),
            lambda found: self._on_read(found, choose),
            self._stack.show_failed,
        )

    def chosen(self) -> Stored | None:
        """The current row's."""
        row = self.tree.current_row()
        return row.data if row is not None and isinstance(row.data, Stored) else None

    def _on_read(self, found: tuple[Stored, ...], choose: Path | None) -> None:
        self.stored = found
        self._show()
        wanted = choose or self._current
        if wanted is None or not self.tree.select_key(str(wanted)):
            first = next(iter(found), None)
            if first is not None and not self.tree.current_key():
                self.tree.select_key(str(first.path))
        self._on_row()
        self.loaded.emit()

    def _show(self) -> None:
        self.tree.update_rows(cluster_rows(self.stored, self._current))
        shown = min(max(len(self.stored), _FEWEST), _MOST)
        self.tree.setMinimumHeight(theme.size("header") + shown * theme.size("row") + 2)
        if self.stored:
            self._stack.show_content()
        else:
            self._stack.show_empty(
                "server", _("No clusters yet"), _("A profile says how to reach one: names, addresses, logins.")
            )

    def _on_row(self) -> None:
        stored = self.chosen()
        broken = stored is not None and stored.profile is None
        if stored is not None and stored.error is not None:
            self._problem.set_message("critical", str(stored.error), stored.error.hint)
        self._below.setVisible(broken)
        self.chosen_changed.emit()

    def _on_activated(self) -> None:
        stored = self.chosen()
        if stored is not None and stored.profile is not None:
            self.open_wanted.emit(stored)

    def _on_delete(self) -> None:
        stored = self.chosen()
        if stored is not None:
            self.delete_wanted.emit(stored)
