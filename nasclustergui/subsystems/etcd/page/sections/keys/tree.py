"""The tree of keys as far as it was read, as one list of rows; kept up to date by pages and by a watch. No Qt."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from nasclustergui.remote.etcd_types import EventKind, KeyValue, WatchEvent
from nasclustergui.subsystems.etcd.features.keys.model import Child, LevelPage, child_of
from nasclustergui.subsystems.etcd.page.sections.keys.nodes import Entry, Kind, Mark, rank

MARK_SECONDS = 6.0
REMEMBERED = 20_000  # events, to apply again to a page that was read before them


class Listener(Protocol):
    """Who shows the rows: told before and after they change."""

    def inserting(self, first: int, count: int) -> None:
        """`count` rows are about to stand at `first`."""

    def inserted(self) -> None:
        """They do."""

    def removing(self, first: int, count: int) -> None:
        """`count` rows from `first` on are about to go."""

    def removed(self) -> None:
        """They are gone."""

    def changed(self, row: int) -> None:
        """A row says something else."""


class KeyTree:
    """Rows of all open folders. Every method belongs to one thread.

    Attributes:
        rows: from top to bottom. root: the folder that holds everything; it has no row.
        quiet: keys whose changes don't mark the folders above them (heartbeats).
    """

    def __init__(self, listener: Listener, quiet: Callable[[bytes], bool] = lambda _key: False) -> None:
        self.rows: list[Entry] = []
        self.root = self._new_root()
        self.quiet = quiet
        self._listener = listener
        self._events: deque[tuple[bytes, KeyValue, bool]] = deque(maxlen=REMEMBERED)  # key, what of it, put
        self._forgotten = 0  # events up to this revision may be missing from `_events`
        self._marked: list[Entry] = []

    def _new_root(self) -> Entry:
        root = Entry(Kind.FOLDER, b"", None)
        root.open = True
        return root

    # ---- looking

    def row_of(self, entry: Entry) -> int:
        """Where it stands, -1 if it has no row now."""
        at = bisect_left(self.rows, entry.rank, key=rank)
        return at if at < len(self.rows) and self.rows[at] is entry else -1

    def find(self, key: bytes) -> Entry | None:
        """The key's entry if its folder was read, else the innermost folder that would hold it; None before a page."""
        folder = self.root
        while True:
            path, is_folder = child_of(folder.path, key)
            child = self._child(folder, path, Kind.FOLDER if is_folder else Kind.KEY)
            if child is None:
                return folder if folder is not self.root else None
            if not is_folder:
                return child
            folder = child

    def _child(self, folder: Entry, path: bytes, kind: Kind) -> Entry | None:
        children = folder.children or []
        at = bisect_left(children, (path, kind.value), key=rank)
        found = children[at] if at < len(children) else None
        return found if found is not None and found.path == path and found.kind is kind else None

    # ---- opening and closing

    def clear(self) -> None:
        """Forget everything."""
        if self.rows:
            self._listener.removing(0, len(self.rows))
            self.rows.clear()
            self._listener.removed()
        self.root, self._marked = self._new_root(), []
        self._events.clear()
        self._forgotten = 0

    def open(self, folder: Entry) -> None:
        """Show what is below it."""
        if not folder.open:
            folder.open = True
            if (row := self.row_of(folder)) >= 0:
                self._insert(row + 1, list(folder.shown()))
                self._listener.changed(row)

    def close(self, folder: Entry) -> None:
        """Hide what is below it; it stays read."""
        if folder.open:
            row = self.row_of(folder)
            if row >= 0:
                self._remove(row + 1, sum(1 for _each in folder.shown()))
            folder.open = False
            if row >= 0:
                self._listener.changed(row)

    def _insert(self, row: int, entries: list[Entry]) -> None:
        if entries:
            self._listener.inserting(row, len(entries))
            self.rows[row:row] = entries
            self._listener.inserted()

    def _remove(self, row: int, count: int) -> None:
        if count:
            self._listener.removing(row, count)
            del self.rows[row : row + count]
            self._listener.removed()

    # ---- what was read

    def set_loading(self, folder: Entry, loading: bool) -> None:
        """A page of it is under way, or no longer."""
        folder.loading = loading
        if loading:
            folder.error = None
        self._tell_more(folder)

    def set_error(self, folder: Entry, error: Exception | None) -> None:
        """The page did not come."""
        folder.loading = False
        folder.error = error  # type: ignore[assignment]  # a NasError by what readings raise
        self._tell_more(folder)

    def _tell_more(self, folder: Entry) -> None:
        if folder.more is not None and (row := self.row_of(folder.more)) >= 0:
            self._listener.changed(row)

    def take_page(self, folder: Entry, page: LevelPage) -> bool:
        """Put a page where it belongs; what it no longer names goes. False: it is too old, read it again."""
        folder.loading = False
        if page.revision < self._forgotten:
            return False
        folder.error = None
        old = folder.children or []
        first = bisect_left(old, (page.start, -1), key=rank)
        last = len(old) if page.after is None else bisect_left(old, (page.after, -1), key=rank)
        known = {entry.rank: entry for entry in old[first:last]}
        new = [self._taken(folder, child, known) for child in page.children]
        gone = set(known.values()).difference(new)
        grows = first == last == len(old)
        self._without_more(folder)
        if grows:
            folder.children = old + new
            folder.after = page.after
            self._append(folder, new)
        else:
            if page.after is None or (folder.after is not None and folder.after < page.after):
                folder.after = page.after
            self._exchange(folder, old[:first] + new + old[last:], gone)
        for key, kv, put in [event for event in self._events if event[1].mod_revision > page.revision]:
            if key.startswith(folder.path):
                self._apply(key, kv, put, silent=True)
        return True

    def _taken(self, folder: Entry, child: Child, known: dict[tuple[bytes, int], Entry]) -> Entry:
        kind = Kind.FOLDER if child.folder else Kind.KEY
        entry = known.get((child.path, kind.value))
        if entry is None:
            return Entry(kind, child.path, folder, child.kv)
        if child.kv is not None and (entry.kv is None or entry.kv.mod_revision < child.kv.mod_revision):
            entry.kv = child.kv
            self._touch(entry)
        return entry

    def _without_more(self, folder: Entry) -> None:
        if folder.more is not None and (row := self.row_of(folder.more)) >= 0:
            self._remove(row, 1)

    def _append(self, folder: Entry, new: Sequence[Entry]) -> None:
        """A further page: one insertion, however many rows."""
        if not (folder.open and folder.visible()):
            return
        rows = list(new)
        if folder.after is not None and folder.more is not None:
            folder.more.path = folder.after
            rows.append(folder.more)
        if rows:
            self._insert(bisect_left(self.rows, rows[0].rank, key=rank), rows)

    def _exchange(self, folder: Entry, children: list[Entry], gone: Iterable[Entry]) -> None:
        """A page read again: precise removals and insertions."""
        before = set(folder.children or ())
        for entry in gone:
            self._drop_rows(entry)
        folder.children = children
        if not (folder.open and folder.visible()):
            return
        for entry in children:
            if entry not in before:
                self._insert(bisect_left(self.rows, entry.rank, key=rank), [entry])
        if folder.after is not None and folder.more is not None:
            folder.more.path = folder.after
            self._insert(bisect_left(self.rows, folder.more.rank, key=rank), [folder.more])

    def _drop_rows(self, entry: Entry) -> None:
        if (row := self.row_of(entry)) >= 0:
            self._remove(row, 1 + (sum(1 for _each in entry.shown()) if entry.open else 0))

    def set_counts(self, found: dict[bytes, tuple[int, int]]) -> None:
        """Prefix → (keys below it, revision of the store)."""
        for prefix, (count, revision) in found.items():
            folder = self.folder(prefix)
            if folder is None or revision < self._forgotten:
                continue
            newer = [kv for key, kv, _put in self._events if kv.mod_revision > revision and key.startswith(prefix)]
            folder.keys = count + sum(_difference(kv) for kv in newer)
            folder.keys_at = revision
            self._touch(folder)
            if folder.keys <= 0:
                self._drop(folder)

    def folder(self, prefix: bytes) -> Entry | None:
        """The folder of that path, if its parent was read."""
        folder = self.root
        while folder.path != prefix:
            path, is_folder = child_of(folder.path, prefix)
            child = self._child(folder, path, Kind.FOLDER) if is_folder else None
            if child is None:
                return None
            folder = child
        return folder

    # ---- what the watch told

    def take_events(self, events: Iterable[WatchEvent]) -> None:
        """Changes in their order, each once. They must follow without a gap what was read first."""
        for event in events:
            kv, put = event.kv, event.kind is EventKind.PUT
            seen = KeyValue(kv.key, b"", kv.create_revision, kv.mod_revision, kv.version, kv.lease)
            if len(self._events) == REMEMBERED:
                self._forgotten = self._events[0][1].mod_revision
            self._events.append((kv.key, seen, put))
            self._apply(kv.key, seen, put)

    def missed(self, revision: int) -> list[Entry]:
        """Changes up to there were lost. The folders to read again; their pages tell what changed."""
        self._events.clear()
        self._forgotten = revision
        return [self.root, *self._read_folders(self.root)]

    def _read_folders(self, folder: Entry) -> list[Entry]:
        found = []
        for child in folder.children or ():
            if child.folder:
                child.keys = None
                if child.children is not None:
                    found += [child, *self._read_folders(child)]
        return found

    def _apply(self, key: bytes, kv: KeyValue, put: bool, silent: bool = False) -> None:
        folder, loud = self.root, not silent and not self.quiet(key)
        while True:
            path, is_folder = child_of(folder.path, key)
            if not folder.has_read(path):
                return
            child = self._child(folder, path, Kind.FOLDER if is_folder else Kind.KEY)
            if not is_folder:
                self._apply_key(folder, child, kv, put, silent)
                return
            if child is None:
                if put:
                    self._add(folder, Entry(Kind.FOLDER, path, folder), silent)
                return
            self._recount(child, kv, put, silent)
            if loud and not child.open and child.mark is Mark.NONE:
                self._mark(child, Mark.CHANGED)
            folder = child

    def _recount(self, folder: Entry, kv: KeyValue, put: bool, silent: bool) -> None:
        if silent or (put and kv.version > 1):
            return
        if folder.keys is not None and kv.mod_revision > folder.keys_at:
            folder.keys += _difference(kv)
            if folder.keys <= 0:
                self._mark(folder, Mark.DELETED)
            elif folder.mark is Mark.DELETED:
                folder.mark = Mark.CHANGED
            self._touch(folder)
        elif not put:
            folder.keys = None  # counted anew: it may be empty now

    def _apply_key(self, folder: Entry, entry: Entry | None, kv: KeyValue, put: bool, silent: bool) -> None:
        if entry is None:
            if put:
                self._add(folder, Entry(Kind.KEY, kv.key, folder, kv), silent)
            return
        if entry.kv is not None and entry.kv.mod_revision >= kv.mod_revision:
            return
        again = entry.mark is Mark.DELETED
        entry.kv = kv
        if put:
            self._mark(entry, Mark.ADDED if again or kv.version == 1 else Mark.CHANGED, silent)
        elif silent:
            self._drop(entry)
        else:
            self._mark(entry, Mark.DELETED)

    def _add(self, folder: Entry, entry: Entry, silent: bool) -> None:
        children = folder.children
        assert children is not None
        children.insert(bisect_left(children, entry.rank, key=rank), entry)
        if folder.open and folder.visible():
            self._insert(bisect_left(self.rows, entry.rank, key=rank), [entry])
        self._mark(entry, Mark.ADDED, silent)

    def _drop(self, entry: Entry) -> None:
        folder = entry.parent
        if folder is None or folder.children is None:
            return
        at = bisect_left(folder.children, entry.rank, key=rank)
        if at < len(folder.children) and folder.children[at] is entry:
            self._drop_rows(entry)
            del folder.children[at]

    # ---- marks

    def _mark(self, entry: Entry, mark: Mark, silent: bool = False) -> None:
        if not silent:
            if entry.mark is Mark.NONE:
                self._marked.append(entry)
            if not (mark is Mark.CHANGED and entry.mark is Mark.ADDED):
                entry.mark = mark
            entry.marked_until = time.monotonic() + MARK_SECONDS
        self._touch(entry)

    def _touch(self, entry: Entry) -> None:
        if (row := self.row_of(entry)) >= 0:
            self._listener.changed(row)

    def fade(self, now: float | None = None) -> bool:
        """Take back marks that stood long enough; deleted keys go with theirs. True while there are more."""
        now = time.monotonic() if now is None else now
        over = [entry for entry in self._marked if entry.marked_until <= now]
        if over:
            self._marked = [entry for entry in self._marked if entry.marked_until > now]
        gone = [entry for entry in over if entry.mark is Mark.DELETED]
        for entry in over:
            entry.mark = Mark.NONE
            self._touch(entry)
        self._drop_all(gone)
        return bool(self._marked)

    def _drop_all(self, gone: list[Entry]) -> None:
        """Many at once: neighbours go in one removal, for each costs as much as there are rows."""
        runs: list[list[int]] = []
        placed = [(row, entry) for entry in gone if (row := self.row_of(entry)) >= 0]
        for row, entry in sorted(placed, key=lambda pair: pair[0]):
            end = row + 1 + (sum(1 for _each in entry.shown()) if entry.open else 0)
            if runs and row <= runs[-1][1]:
                runs[-1][1] = max(end, runs[-1][1])
            else:
                runs.append([row, end])
        for first, end in reversed(runs):
            self._remove(first, end - first)
        lost = set(gone)
        for folder in {entry.parent for entry in gone}:
            if folder is not None and folder.children is not None:
                folder.children = [child for child in folder.children if child not in lost]


def _difference(kv: KeyValue) -> int:
    """What an event means for the number of keys: a new one, one less, or the same."""
    return 1 if kv.version == 1 else -1 if kv.version == 0 else 0
