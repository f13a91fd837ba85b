"""`etcdctl put`, `del` and the transactions that stand for "only if nobody changed it meanwhile"."""

from __future__ import annotations

from collections.abc import Sequence

from nasclustergui.core.command import Command
from nasclustergui.remote.etcd_types import Compare, Delete, Operation, Put, Target
from nasclustergui.subsystems.etcd.commands.txn import txn


def unchanged(key: str | bytes, mod_revision: int) -> Compare:
    """The key is as it was at that revision; 0: there is none."""
    return Compare(key, Target.MOD_REVISION, "=", mod_revision)


def save(key: str | bytes, value: str | bytes, mod_revision: int, lease: int = 0) -> Command:
    """Write the value if the key is still as it was at `mod_revision` (0: if there is none)."""
    return txn([unchanged(key, mod_revision)], [Put(key, value, lease)])


def remove(key: str | bytes, mod_revision: int) -> Command:
    """Delete the key if it is still as it was at `mod_revision`."""
    return txn([unchanged(key, mod_revision)], [Delete(key)])


def change(operations: Sequence[Operation]) -> Command:
    """Do all of it, or nothing, whatever the keys held before."""
    return txn([], operations)
