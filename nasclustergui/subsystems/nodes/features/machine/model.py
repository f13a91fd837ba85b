"""A machine looked at closely: plain frozen data. None and "" mean "not known", never zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nasclustergui.subsystems.nodes.features.joining.model import Clock
from nasclustergui.subsystems.nodes.features.machine.smart import Smart


@dataclass(frozen=True)
class Sensor:
    """A temperature of hwmon in °C; `critical` is where the chip says it becomes dangerous."""

    chip: str
    label: str
    celsius: float
    critical: float | None = None


@dataclass(frozen=True)
class Hardware:
    """What the firmware and the kernel say.

    Attributes:
        vendor, product, serial, board, bios, bios_date: of DMI, "" where there is none.
        virtual: "kvm", "lxc" …, "none" for bare metal, "" if nobody could tell.
        cpu: model name. sockets, cores, threads: of the whole machine.
        memory, swap: bytes.
        ecc_corrected, ecc_uncorrected: memory errors counted since the start; None without ECC or its driver.
    """

    vendor: str = ""
    product: str = ""
    serial: str = ""
    board: str = ""
    bios: str = ""
    bios_date: str = ""
    virtual: str = ""
    cpu: str = ""
    sockets: int | None = None
    cores: int | None = None
    threads: int | None = None
    memory: int | None = None
    swap: int | None = None
    ecc_corrected: int | None = None
    ecc_uncorrected: int | None = None
    sensors: tuple[Sensor, ...] = ()


@dataclass(frozen=True)
class Device:
    """A whole disk, with everything that lies on it.

    Attributes:
        path: "/dev/sda". mounts: mount points on it, on its partitions and on what is made of them.
        layers: kinds of what is made of it ("part", "lvm", "raid1", "crypt").
        transport: "sata", "nvme", "usb" …, "". rotating: None if not told.
    """

    path: str
    size: int | None = None
    model: str = ""
    serial: str = ""
    transport: str = ""
    rotating: bool | None = None
    read_only: bool = False
    state: str = ""
    mounts: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mounted:
    """A local file system. Sizes in bytes; inodes None where the file system does not count them."""

    source: str
    type: str
    mount: str
    size: int | None
    used: int | None
    free: int | None
    inodes: int | None
    inodes_used: int | None
    read_only: bool | None = None

    @property
    def used_percent(self) -> float | None:
        """0 … 100, of what users can have, as `df` counts."""
        if self.used is None or self.free is None or not self.used + self.free:
            return None
        return 100.0 * self.used / (self.used + self.free)

    @property
    def inodes_percent(self) -> float | None:
        """0 … 100."""
        return None if not self.inodes or self.inodes_used is None else 100.0 * self.inodes_used / self.inodes


@dataclass(frozen=True)
class Array:
    """An MD RAID of /proc/mdstat, or a ZFS pool. `lacks`: members that are missing or failed, None if not told."""

    name: str
    level: str
    state: str
    members: tuple[str, ...] = ()
    lacks: int | None = None
    progress: str = ""


@dataclass(frozen=True)
class Interface:
    """A network interface.

    Attributes:
        kind: "bond", "bridge", "vlan", "veth" …; "" for a plain one. master: the bond or bridge that it belongs to.
        up: its state as the kernel says; None where it can't tell. carrier: a cable is in and the other end answers.
        speed: Mbit/s. addresses: "10.77.0.11/24".
        errors, dropped: packets since the start, both directions.
    """

    name: str
    kind: str = ""
    up: bool | None = None
    carrier: bool | None = None
    mtu: int | None = None
    mac: str = ""
    addresses: tuple[str, ...] = ()
    speed: int | None = None
    duplex: str = ""
    driver: str = ""
    master: str = ""
    errors: int | None = None
    dropped: int | None = None
    received: int | None = None
    sent: int | None = None


@dataclass(frozen=True)
class Bond:
    """A bond of /proc/net/bonding: its mode, and each slave with the word of its link ("up", "down")."""

    name: str
    mode: str
    active: str = ""
    slaves: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Software:
    """What runs on it.

    Attributes:
        system: "Debian GNU/Linux 12 (bookworm)". kernel: running release. kernel_version: its package's version.
        kernels: installed releases. kernel_packages: installed release → version of its package.
        packages: package → installed version, of those that matter to a NAS.
        replaced: programs that still run although their file was replaced: they need a restart.
        failed_units: of systemd; None if it was not told.
        reboot: the system asks for one; reboot_for: the packages that do.
    """

    system: str = ""
    hostname: str = ""
    kernel: str = ""
    kernel_version: str = ""
    kernels: tuple[str, ...] = ()
    kernel_packages: Mapping[str, str] = field(default_factory=dict)
    packages: Mapping[str, str] = field(default_factory=dict)
    replaced: tuple[str, ...] = ()
    failed_units: tuple[str, ...] | None = None
    reboot: bool = False
    reboot_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class TimeKeeping:
    """How the clock is kept: the service that runs, whether the kernel calls it synchronised, what the service says."""

    service: str = ""
    synchronised: bool | None = None
    zone: str = ""
    source: str = ""
    offset: float | None = None


@dataclass(frozen=True)
class Facts:
    """One look at a machine, everything but SMART and updates. `missing`: what it could not tell, by section."""

    hardware: Hardware = Hardware()
    devices: tuple[Device, ...] | None = None
    mounted: tuple[Mounted, ...] | None = None
    arrays: tuple[Array, ...] = ()
    interfaces: tuple[Interface, ...] | None = None
    bonds: tuple[Bond, ...] = ()
    gateways: tuple[str, ...] = ()
    software: Software = Software()
    time: TimeKeeping = TimeKeeping()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Update:
    """A package that would be upgraded; `installed` is "" for one that comes along."""

    package: str
    installed: str
    offered: str
    security: bool


@dataclass(frozen=True)
class Updates:
    """What `apt-get -s upgrade` would do, as far as the machine's package lists know.

    Attributes:
        updates: None if apt did not tell; then `error` says why.
        held: packages that stay behind. lists_at: Unix time of the node when the lists were fetched, None without any.
        now: Unix time of the node when it was asked.
        restart: services that needrestart names; None without needrestart.
    """

    updates: tuple[Update, ...] | None = None
    held: int = 0
    lists_at: float | None = None
    now: float | None = None
    error: str = ""
    restart: tuple[str, ...] | None = None

    @property
    def lists_age(self) -> float | None:
        """Seconds by the node's own clock."""
        return None if self.lists_at is None or self.now is None else max(0.0, self.now - self.lists_at)

    @property
    def security(self) -> int | None:
        """How many come from the security archive."""
        return None if self.updates is None else sum(update.security for update in self.updates)


@dataclass(frozen=True)
class Reading:
    """What was read of one node so far; each part with the workstation's Unix time. None: not read in this session.

    Attributes:
        error: why the newest reading failed, one sentence; the older values stay.
    """

    facts: Facts | None = None
    facts_at: float | None = None
    smart: tuple[Smart, ...] | None = None
    smart_at: float | None = None
    updates: Updates | None = None
    updates_at: float | None = None
    clock: Clock | None = None
    clock_at: float | None = None
    error: str = ""
    hint: str = ""
