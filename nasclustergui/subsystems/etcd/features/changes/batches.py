"""Many changes in transactions that etcd takes: at most 128 operations and less than 1.5 MiB each. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from nasclustergui.core.command import Command
from nasclustergui.remote.etcd_types import Compare, Delete, KeyValue, Put, Target, printable, to_bytes
from nasclustergui.subsystems.etcd.commands.keys import unchanged
from nasclustergui.subsystems.etcd.commands.txn import txn

OPERATIONS = 128  # etcd's own limit, --max-txn-ops
BYTES = 1 << 20  # etcd's limit is 1.5 MiB a request


@dataclass(frozen=True, slots=True)
class Edit:
    """One key's change and what must hold for it."""

    condition: Compare
    operation: Put | Delete

    @property
    def name(self) -> str:
        """The key for people."""
        return printable(self.operation.key)

    @property
    def bytes(self) -> int:
        """About what it takes in a request."""
        value = self.operation.value if isinstance(self.operation, Put) else b""
        return 2 * len(to_bytes(self.operation.key)) + len(to_bytes(value)) + 32


def write(key: bytes, value: bytes, now: KeyValue | None) -> Edit:
    """Write the key if it is still as it is now (None: not there); it stays on its lease."""
    return Edit(unchanged(key, now.mod_revision if now else 0), Put(key, value, now.lease if now else 0))


def remove(now: KeyValue) -> Edit:
    """Delete the key if it is still as it is now.

    A key on a lease is renewed all the time (heartbeats): there it is enough that it is still the same existence.
    """
    if now.lease:
        return Edit(Compare(now.key, Target.CREATE_REVISION, "=", now.create_revision), Delete(now.key))
    return Edit(unchanged(now.key, now.mod_revision), Delete(now.key))


def batches(edits: Iterable[Edit]) -> Iterator[tuple[Edit, ...]]:
    """In order, each small enough for one transaction."""
    batch: list[Edit] = []
    weight = 0
    for edit in edits:
        if batch and (len(batch) >= OPERATIONS or weight + edit.bytes > BYTES):
            yield tuple(batch)
            batch, weight = [], 0
        batch.append(edit)
        weight += edit.bytes
    if batch:
        yield tuple(batch)


def command(batch: Sequence[Edit]) -> Command:
    """All of it if every condition holds, else nothing."""
    return txn([edit.condition for edit in batch], [edit.operation for edit in batch])
