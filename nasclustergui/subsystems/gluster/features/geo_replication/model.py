"""Geo-replication sessions as gluster tells them: plain frozen data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.names import HOST, NAME

USER = re.compile(r"[a-z_][a-z0-9_-]*")


class Status(StrEnum):
    """A brick's worker; the value is gluster's word."""

    CREATED = "Created"
    INITIALIZING = "Initializing..."
    ACTIVE = "Active"
    PASSIVE = "Passive"
    FAULTY = "Faulty"
    PAUSED = "Paused"
    STOPPED = "Stopped"
    UNKNOWN = ""


@dataclass(frozen=True)
class Target:
    """Where the copies go: a volume of another pool, and the user that logs in there."""

    host: str
    volume: str
    user: str = "root"

    def __str__(self) -> str:
        """As the CLI takes it: root is left out."""
        place = f"{self.host}::{self.volume}"
        return place if self.user == "root" else f"{self.user}@{place}"

    def check(self) -> None:
        """Raise InvalidInput for what can't be a host, a volume or a user."""
        if not HOST.fullmatch(self.host):
            raise InvalidInput(_("“{host}” is no host name.").format(host=self.host), field="host")
        if not NAME.fullmatch(self.volume):
            raise InvalidInput(_("“{name}” is no name of a volume.").format(name=self.volume), field="volume")
        if not USER.fullmatch(self.user):
            raise InvalidInput(_("“{name}” is no name of a user.").format(name=self.user), field="user")


def parse_target(said: str) -> Target:
    """ "root@node4::gs", "ssh://node4::gs" … Raises InvalidInput."""
    place = said.removeprefix("ssh://")
    user, at, rest = place.partition("@")
    host, colons, volume = (rest if at else place).partition("::")
    if not colons:
        raise InvalidInput(
            _("“{text}” is no secondary volume.").format(text=said), field="secondary", hint="[USER@]HOST::VOLUME"
        )
    target = Target(host, volume, user if at else "root")
    target.check()
    return target


@dataclass(frozen=True)
class Worker:
    """A brick of the primary volume and what is done for it.

    Attributes:
        node: as gluster calls it; node_id: its peer id. secondary_node: the node it writes to, "" if it writes none.
        crawl: "Changelog Crawl", "Hybrid Crawl", "History Crawl", "" if none.
        last_synced: by the node's clock, as text; "" if nothing was.
        entry, data, meta: operations that wait; failures: files that could not be copied; None where not told.
        checkpoint: "", else when it was set and whether it is completed.
    """

    node: str
    brick: str
    status: Status
    node_id: str = ""
    secondary_node: str = ""
    crawl: str = ""
    last_synced: str = ""
    entry: int | None = None
    data: int | None = None
    meta: int | None = None
    failures: int | None = None
    checkpoint: str = ""
    said: str = ""


@dataclass(frozen=True)
class Session:
    """A volume and one place where it is copied to."""

    volume: str
    target: Target
    workers: tuple[Worker, ...]

    @property
    def statuses(self) -> frozenset[Status]:
        """What its workers are."""
        return frozenset(worker.status for worker in self.workers)

    @property
    def started(self) -> bool:
        """It runs or was told to: it must be stopped before it can be deleted."""
        idle = {Status.CREATED, Status.STOPPED}
        return bool(self.statuses - idle)

    @property
    def paused(self) -> bool:
        """All of it is."""
        return self.statuses == {Status.PAUSED}

    @property
    def last_synced(self) -> str:
        """The oldest of the active bricks' times: all that was written before is on the other side."""
        times = [worker.last_synced for worker in self.workers if worker.status is Status.ACTIVE]
        return min(times) if times and all(times) else ""


@dataclass(frozen=True)
class Ready:
    """What a node needs so that a session can be made from it.

    Attributes:
        gsyncd, rsync: installed. login: it can log in at the secondary without a password; `why`: what ssh said.
    """

    node: str
    gsyncd: bool
    rsync: bool
    login: bool
    why: str = ""
