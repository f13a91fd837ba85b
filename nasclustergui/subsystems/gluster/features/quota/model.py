"""Quotas of one volume as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Standing(StrEnum):
    """How a directory stands to its limits."""

    BELOW = "below"
    SOFT = "soft"  # the soft limit is passed: gluster writes alerts to the bricks' logs
    FULL = "full"  # the hard limit is reached: writing fails
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Limit:
    """A limit of one kind on one directory.

    Attributes:
        hard, soft: bytes, or files and directories. percent: the soft limit in percent of the hard one.
        used, available: likewise; of objects `used` counts files and directories.
        rough: the numbers were rounded by gluster's plain output.
    """

    hard: int
    percent: int
    soft: int
    used: int
    available: int
    soft_exceeded: bool
    hard_exceeded: bool
    rough: bool = False

    @property
    def standing(self) -> Standing:
        """Full before soft."""
        if self.hard_exceeded or self.available <= 0:
            return Standing.FULL
        return Standing.SOFT if self.soft_exceeded else Standing.BELOW

    @property
    def share(self) -> float:
        """Used part of the hard limit, may be above 1."""
        return self.used / self.hard if self.hard else 1.0


@dataclass(frozen=True)
class DirectoryQuota:
    """A directory with a limit on its size, on its number of files, or on both. `path` begins with "/"."""

    path: str
    size: Limit | None = None
    objects: Limit | None = None

    @property
    def standing(self) -> Standing:
        """The worse of both."""
        found = [limit.standing for limit in (self.size, self.objects) if limit is not None]
        return Standing.FULL if Standing.FULL in found else Standing.SOFT if Standing.SOFT in found else Standing.BELOW


@dataclass(frozen=True)
class Daemons:
    """What of quota runs on a node. None: the node could not be asked."""

    quotad: bool | None = None
    crawling: bool | None = None


@dataclass(frozen=True)
class Quota:
    """Quotas of a volume.

    Attributes:
        enabled: as `volume info` has it. limits: by path.
        daemons: per node of the profile. read_at: Unix time.
        settings: word of the command ("alert-time") → what is set, only where somebody set it.
    """

    enabled: bool
    limits: tuple[DirectoryQuota, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    daemons: Mapping[str, Daemons] = field(default_factory=dict)
    read_at: float = 0.0

    def at(self, path: str) -> DirectoryQuota | None:
        """The limits of this very directory."""
        return next((limit for limit in self.limits if limit.path == path), None)


# Word of the command → option that holds the value, and gluster's default
SETTINGS: Mapping[str, tuple[str, str]] = {
    "default-soft-limit": ("features.default-soft-limit", "80%"),
    "soft-timeout": ("features.soft-timeout", "60"),
    "hard-timeout": ("features.hard-timeout", "5"),
    "alert-time": ("features.alert-time", "86400"),
}


def is_enabled(options: Mapping[str, str]) -> bool:
    """From the options of `volume info`."""
    return options.get("features.quota", "off") == "on"
