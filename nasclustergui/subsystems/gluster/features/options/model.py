"""Options as they are: value, default, whether somebody set them, gluster's own help."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

POOL = "all"  # what gluster calls the scope of options that hold for the whole pool

# Given by gluster itself when a volume is created: resetting all leaves them, or a new volume would differ from it
GIVEN: Mapping[str, frozenset[str]] = {
    "cluster.granular-entry-heal": frozenset({"on"}),
    "performance.client-io-threads": frozenset({"off"}),
    "storage.fips-mode-rchecksum": frozenset({"on"}),
    "transport.address-family": frozenset({"inet", "inet6"}),
    "nfs.disable": frozenset({"on"}),
}

# `volume reset` says "successful" for these and changes nothing (measured with 10.3)
NEVER_RESET = frozenset({"nfs.disable", "storage.fips-mode-rchecksum", "transport.address-family"})

# Switched by commands of their own: `volume set` and `volume reset` refuse them. Values: the command to use
OWN_COMMANDS: Mapping[str, str] = {
    "features.quota": "volume quota NAME enable|disable",
    "features.inode-quota": "volume quota NAME enable|disable",
    "features.bitrot": "volume bitrot NAME enable|disable",
    "features.scrub": "volume bitrot NAME scrub pause|resume",
    "features.scrub-freq": "volume bitrot NAME scrub-frequency …",
    "features.scrub-throttle": "volume bitrot NAME scrub-throttle …",
    "cluster.granular-entry-heal": "volume heal NAME granular-entry-heal enable|disable",
}

OP_VERSION, MAX_OP_VERSION = "cluster.op-version", "cluster.max-op-version"


@dataclass(frozen=True)
class Option:
    """One option of a volume or of the pool.

    Attributes:
        name: "performance.cache-size".
        value: in force now, "" if gluster shows none.
        default: what a reset would give, None if nobody tells.
        is_set: somebody gave it a value; it stays even if the default changes with a new version.
        description: gluster's own help, "" if it has none.
    """

    name: str
    value: str = ""
    default: str | None = None
    is_set: bool = False
    description: str = ""

    @property
    def group(self) -> str:
        """ "performance"."""
        return self.name.partition(".")[0]

    @property
    def is_user(self) -> bool:
        """A free text that gluster only stores: it can't be reset alone."""
        return self.name.startswith("user.")


@dataclass(frozen=True)
class Options:
    """All options of one scope.

    Attributes:
        scope: a volume's name, or POOL. read_at: Unix time.
    """

    scope: str
    by_name: Mapping[str, Option] = field(default_factory=dict)
    read_at: float = 0.0

    def __iter__(self) -> Iterator[Option]:
        return iter(self.by_name.values())

    def get(self, name: str) -> Option | None:
        """The option of that full name."""
        return self.by_name.get(name)

    def full_name(self, name: str) -> tuple[str, ...]:
        """The full names a short one may mean: gluster takes "cache-size" for "performance.cache-size"."""
        if "." in name or name in self.by_name:
            return (name,)
        return tuple(sorted(full for full in self.by_name if full.partition(".")[2] == name))


@dataclass(frozen=True)
class Profile:
    """Options for one purpose, from gluster's own group files or from our list.

    Attributes:
        id: word on the command line ("virt"). source: where the values come from, for people.
        values: in the file's order.
    """

    id: str
    title: str
    source: str
    values: Mapping[str, str] = field(default_factory=dict)
