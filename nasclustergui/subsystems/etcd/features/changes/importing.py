"""What an import would do: the file's keys against the store's, at one revision. Pure but for `read_preview`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nasclustergui.core.job import Job
from nasclustergui.remote.etcd_types import KeyValue
from nasclustergui.subsystems.etcd.features.changes.archive import Archive
from nasclustergui.subsystems.etcd.features.changes.batches import Edit, remove, write
from nasclustergui.subsystems.etcd.features.changes.model import Difference, Turn
from nasclustergui.subsystems.etcd.features.keys.schema import fault
from nasclustergui.subsystems.etcd.features.store import Store


@dataclass(frozen=True)
class Preview:
    """The file beside the store.

    Attributes:
        revision: of the store when it was read; the conditions of the import are as of it.
        entries: what is not the same, in the order of the keys: new ones, changed ones, and (REMOVED) those that only
            the store has. same: how many are equal. total: keys of the store below the prefix.
        held: keys of the file that hang on a lease in the store: some process keeps them, the import leaves them alone.
        wrong: (key, why) of values that the product's own rules refuse.
    """

    archive: Archive
    revision: int
    entries: tuple[Difference, ...]
    same: int
    total: int
    held: tuple[bytes, ...] = ()
    wrong: tuple[tuple[bytes, str], ...] = ()

    def of(self, turn: Turn) -> tuple[Difference, ...]:
        """The entries of one kind."""
        return tuple(entry for entry in self.entries if entry.turn is turn)

    def edits(self, equal: bool) -> Iterator[Edit]:
        """What makes the store hold the file; `equal`: what only the store has is deleted."""
        for entry in self.entries:
            if entry.after is not None:
                yield write(entry.key, entry.after.value, entry.before)
            elif equal and entry.before is not None:
                yield remove(entry.before)


def read_preview(store: Store, archive: Archive, job: Job) -> Preview:
    """Against the store as it is now. Raises StoreError, Cancelled."""
    listing = store.client.get_prefix(archive.prefix, job=job)
    return preview(archive, listing.items, listing.revision)


def preview(archive: Archive, now: tuple[KeyValue, ...], revision: int) -> Preview:
    """`now`: the store's keys below the archive's prefix. In the entries `before` is the store, `after` the file."""
    there = {kv.key: kv for kv in now}
    ours = {kv.key for kv in archive.keys} | {kv.key for kv in archive.leased}
    entries: list[Difference] = []
    held: list[bytes] = []
    same = 0
    for kv in archive.keys:
        old = there.get(kv.key)
        if old is not None and old.value == kv.value:
            same += 1
        elif old is not None and old.lease:
            held.append(kv.key)
        else:
            entries.append(Difference(kv.key, old, kv))
    entries += [Difference(kv.key, kv, None) for kv in now if kv.key not in ours and not kv.lease]
    entries.sort(key=lambda entry: entry.key)
    wrong = tuple((e.key, why) for e in entries if e.after is not None and (why := fault(e.key, e.after.value)))
    return Preview(archive, revision, tuple(entries), same, len(now), tuple(held), wrong)
