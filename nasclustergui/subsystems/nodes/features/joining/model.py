"""A machine as it is before it joins, and how machines reach each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Port(StrEnum):
    """What came of trying to connect."""

    OPEN = "open"
    REFUSED = "refused"  # the machine answers, nobody listens there: no firewall is in the way
    SILENT = "silent"  # no answer: a firewall, or no such machine
    UNREACHABLE = "unreachable"  # no route, or told so by a firewall
    UNTESTED = "untested"  # neither bash nor nc there


@dataclass(frozen=True)
class Clock:
    """A machine's clock against this workstation's: seconds ahead, and how far off that may be (half the way)."""

    ahead: float
    error: float


@dataclass(frozen=True)
class Machine:
    """What a machine says of itself.

    Attributes:
        hostname: its own name. addresses: its IP addresses, loopback left out.
        machine_id: systemd's, the same on clones. system: "Debian GNU/Linux 12 (bookworm)". release: "12".
        ntp: its clock is kept by NTP; None if it can't tell.
        versions: program ("gluster", "etcd", "etcdctl") → version, where installed.
        units: unit ("glusterd", "etcd", "nascluster-heartbeat", "nas-agent") → systemd's word; "" not installed.
        etcd: settings of its etcd by name ("ETCD_CERT_FILE"), as far as they matter here.
        etcd_data: its data directory where that holds a member's data, else "".
        files: those of the paths that were asked about that are there.
        bricks: directory → id of the volume that it was a brick of. bricks_known: False without getfattr.
        marked_names: names in the lines of /etc/hosts that this program wrote.
    """

    hostname: str = ""
    addresses: tuple[str, ...] = ()
    machine_id: str = ""
    system: str = ""
    release: str = ""
    kernel: str = ""
    ntp: bool | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    etcd: Mapping[str, str] = field(default_factory=dict)
    etcd_data: str = ""
    files: frozenset[str] = frozenset()
    bricks: Mapping[str, str] = field(default_factory=dict)
    bricks_known: bool = True
    marked_names: tuple[str, ...] = ()

    def runs(self, unit: str) -> bool:
        """The unit is active."""
        return self.units.get(unit) == "active"
