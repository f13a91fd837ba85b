"""What the past of keys looks like, and how two moments of a range differ. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from nasclustergui.remote.etcd_types import KeyValue, printable


@dataclass(frozen=True, slots=True)
class Version:
    """A key as it was from one revision on.

    Attributes:
        revision: the store's, of this change. value: None where the change is a deletion.
        number: 1 for the value that the key was created with, 0 of a deletion.
        life: 1 for the newest existence of the key, higher ones are older. lease: 0 for none.
    """

    revision: int
    value: bytes | None
    number: int
    life: int
    lease: int = 0

    @property
    def deleted(self) -> bool:
        """The key went away with this change."""
        return self.value is None


@dataclass(frozen=True)
class History:
    """The past of a key, as far as etcd knows it.

    Attributes:
        versions: newest first. revision: of the store when it was read.
        compacted: what was before is gone for good: this is the first revision that etcd still knows; 0: it is whole.
        more: there are older ones that were not read.
    """

    key: bytes
    versions: tuple[Version, ...]
    revision: int
    compacted: int = 0
    more: bool = False

    @property
    def name(self) -> str:
        """The key for people."""
        return printable(self.key)

    @property
    def exists(self) -> bool:
        """The key is there now."""
        return bool(self.versions) and not self.versions[0].deleted

    @property
    def now(self) -> Version | None:
        """What it holds now, None where it is not there."""
        return self.versions[0] if self.exists else None

    def at(self, revision: int) -> Version | None:
        """What was true at that revision of the store; None before the first known one."""
        return next((version for version in self.versions if version.revision <= revision), None)

    def before(self, version: Version) -> Version | None:
        """The version that it replaced."""
        at = self.versions.index(version)
        return self.versions[at + 1] if at + 1 < len(self.versions) else None


class Turn(StrEnum):
    """What became of a key between two moments."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Difference:
    """A key that is not the same at both moments; None where it was not there."""

    key: bytes
    before: KeyValue | None
    after: KeyValue | None

    @property
    def name(self) -> str:
        """The key for people."""
        return printable(self.key)

    @property
    def turn(self) -> Turn:
        """What became of it."""
        if self.before is None:
            return Turn.ADDED
        return Turn.REMOVED if self.after is None else Turn.CHANGED


@dataclass(frozen=True)
class Comparison:
    """A prefix at two revisions.

    Attributes:
        first, last: the revisions. now: `last` is the present.
        differences: in the order of the keys. same: how many keys are equal at both.
    """

    prefix: bytes
    first: int
    last: int
    now: bool
    differences: tuple[Difference, ...]
    same: int


def differences(before: Iterable[KeyValue], after: Iterable[KeyValue]) -> tuple[tuple[Difference, ...], int]:
    """What differs, in the order of the keys, and how many are the same. Only values count, not revisions."""
    old, new = {kv.key: kv for kv in before}, {kv.key: kv for kv in after}
    found = []
    for key in sorted(old.keys() | new.keys()):
        a, b = old.get(key), new.get(key)
        if a is None or b is None or a.value != b.value:
            found.append(Difference(key, a, b))
    return tuple(found), len(old.keys() & new.keys()) - sum(d.turn is Turn.CHANGED for d in found)
