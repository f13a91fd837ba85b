"""Reads what the tree of keys lacks: pages of open folders as they are scrolled to, counts of folders in sight."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from nasclustergui.core.errors import NasError
from nasclustergui.core.job import Job
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.subsystems.etcd.features.keys import schema
from nasclustergui.subsystems.etcd.features.keys.model import LevelPage, Reach
from nasclustergui.subsystems.etcd.features.keys.read import FIRST, LARGEST, children, counts, reach
from nasclustergui.subsystems.etcd.page.desk import Desk
from nasclustergui.subsystems.etcd.page.sections.keys.key_table import KeyTable
from nasclustergui.subsystems.etcd.page.sections.keys.nodes import Entry, Kind
from nasclustergui.subsystems.etcd.page.sections.keys.tree import KeyTree

_LOOK_MS = 60  # after a scroll
_SLICE = 2500  # rows that the tree takes at once
_COUNTED = 24  # folders at once: on a large store each count walks an index


class Loader(QObject):
    """One per section.

    Attributes:
        reach: what may be read, None before that is known.

    Signals:
        reached: `reach` is known. failed: NasError, it is not. loaded: a page came. stuck: a further one did not.
    """

    reached = Signal()
    failed = Signal(object)
    loaded = Signal()
    stuck = Signal()

    def __init__(self, desk: Desk, tree: KeyTree, table: KeyTable) -> None:
        super().__init__(table)
        self._desk, self._tree, self._table = desk, tree, table
        self.reach: Reach | None = None
        self._reaching = self._counting = False
        self._generation = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)
        table.looked.connect(self.look)

    def look(self) -> None:
        """Soon read what is in sight and not known."""
        if not self._timer.isActive():
            self._timer.start()

    def begin(self) -> None:
        """Forget everything and read the first rows."""
        if self._reaching:
            return
        self._reaching = True
        self._desk.read(self, reach, self._on_reach, self._on_no_reach)

    def _on_reach(self, found: Reach) -> None:
        self._reaching = False
        self._generation += 1
        self.reach = found
        self._tree.clear()
        self.reached.emit()
        self.load(self._tree.root)

    def _on_no_reach(self, error: NasError) -> None:
        self._reaching = False
        self.failed.emit(error)

    def load(self, folder: Entry) -> None:
        """Its next page; nothing if one is under way or there is none."""
        if self.reach is None or folder.loading or folder.after is None:
            return
        self._read(folder, folder.after, 1 if folder.children is None else LARGEST)

    def read_again(self, folder: Entry) -> None:
        """What was read of it, as it is now."""
        if self.reach is not None and folder.children is not None and not folder.loading:
            self._read(folder, folder.path, max(FIRST, len(folder.children)))

    def _read(self, folder: Entry, start: bytes, want: int) -> None:
        assert self.reach is not None
        self._tree.set_loading(folder, True)
        work = partial(_children, folder.path, self.reach, start, want)
        done, failed = (partial(each, folder, self._generation) for each in (self._on_page, self._on_no_page))
        self._desk.read(self, work, done, failed)

    def _on_page(self, folder: Entry, generation: int, page: LevelPage) -> None:
        """Hand it to the tree a slice at a time: 25,000 rows at once would be a pause that one sees."""
        if generation != self._generation:
            return
        now, later = page.split(_SLICE)
        if not self._tree.take_page(folder, now):  # older than what the watch lost: read the same once more
            self._read(folder, page.start, max(FIRST, len(page.children)))
            return
        if folder is self._tree.root:
            self._desk.read(self, _zones, lambda _found: None, lambda _error: None)
        if later is not None:
            folder.loading = True
            QTimer.singleShot(0, self, partial(self._on_page, folder, generation, later))
        self.loaded.emit()
        self.look()

    def _on_no_page(self, folder: Entry, generation: int, error: NasError) -> None:
        if generation == self._generation:
            self._tree.set_error(folder, error)
            if folder is self._tree.root and folder.children is None:
                self.failed.emit(error)
            self.stuck.emit()

    # ---- what is in sight

    def _look(self) -> None:
        seen = self._table.in_sight()
        for entry in seen:
            if entry.kind is Kind.MORE and entry.parent is not None and entry.parent.error is None:
                self.load(entry.parent)
        self._count([entry.path for entry in seen if entry.folder and entry.keys is None])

    def _count(self, prefixes: list[bytes]) -> None:
        if self._counting or self.reach is None or not prefixes:
            return
        self._counting = True
        work = partial(_counts, prefixes[:_COUNTED], self.reach)
        self._desk.read(self, work, partial(self._on_counts, self._generation), self._on_no_counts)

    def _on_counts(self, generation: int, found: dict[bytes, tuple[int, int]]) -> None:
        self._counting = False
        if generation == self._generation:
            self._tree.set_counts(found)
            self.look()

    def _on_no_counts(self, _error: NasError) -> None:
        self._counting = False  # they stay dashes until something comes into sight again


def _zones(_store: Store, _job: Job) -> None:
    """Reads a file for each time zone: never in the GUI thread, and not before the first rows."""
    schema.zones()


def _children(prefix: bytes, within: Reach, start: bytes, want: int, store: Store, job: Job) -> LevelPage:
    return children(store, prefix, within.spans, job, start=start, want=want)


def _counts(prefixes: list[bytes], within: Reach, store: Store, job: Job) -> dict[bytes, tuple[int, int]]:
    return counts(store, prefixes, within.spans, job)
