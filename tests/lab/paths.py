"""Names of a lab and of everything it leaves on the host, derived from the lab's name alone.

Because nothing has to be remembered, ``down`` finds all of it even when ``up`` was killed before it could write.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

BASE = Path("/var/tmp/nasclustergui-lab")
NETNS_DIR = Path("/run/netns")
CGROUP_ROOT = Path("/sys/fs/cgroup")
SUBNET = "10.77.0"
HUB_ADDRESS = f"{SUBNET}.1"
PREFIX_LENGTH = 24
MAX_NODES = 32
MARK_VARIABLE = "NAS_LAB_MARK"  # in the environment of every process that the lab starts
NAME_VARIABLE = "NAS_LAB"
DEFAULT_NAME = "lab"

# No dot: names of namespaces and cgroups are joined with dots, so that lab "a" never matches lab "a-1".
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,22}[a-z0-9])?")


class LabError(Exception):
    """Something about the lab that a person can act on; the text says what."""


def check_name(name: str) -> str:
    """Return `name`, or raise LabError where it could not be part of a file, namespace and cgroup name."""
    if not _NAME.fullmatch(name):
        raise LabError(f"“{name}” is no lab name: use 1 to 24 of a–z, 0–9 and inner hyphens")
    return name


def default_name() -> str:
    """The lab meant when nobody names one: the variable NAS_LAB, else "lab"."""
    return os.environ.get(NAME_VARIABLE) or DEFAULT_NAME


def node_name(n: int) -> str:
    """Host name of node `n`, counted from 1."""
    return f"node{n}"


def node_address(n: int) -> str:
    """IPv4 address of node `n`; the same in every lab, for each has a network of its own."""
    return f"{SUBNET}.{10 + n}"


def link_name(n: int) -> str:
    """The hub's end of node `n`'s network cable."""
    return f"v{n}"


@dataclass(frozen=True)
class LabPaths:
    """Where lab `name` keeps its things."""

    name: str

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def root(self) -> Path:
        """The state directory; the lab exists while it does."""
        return BASE / self.name

    @property
    def lock(self) -> Path:
        """Held by ``up`` and ``down``; outside of `root`, which ``down`` removes."""
        return BASE / f"{self.name}.lock"

    @property
    def spec(self) -> Path:
        return self.root / "lab.json"

    @property
    def profile(self) -> Path:
        """The cluster profile for the app, usable from the hub."""
        return self.root / "profile.toml"

    @property
    def credentials(self) -> Path:
        """User names and passwords, as JSON."""
        return self.root / "credentials.json"

    @property
    def ssh_key(self) -> Path:
        return self.root / "id_ed25519"

    @property
    def known_hosts(self) -> Path:
        return self.root / "known_hosts"

    @property
    def ssh_config(self) -> Path:
        return self.root / "ssh_config"

    @property
    def pki(self) -> Path:
        """Certificate authority and certificates of etcd's servers and clients."""
        return self.root / "pki"

    @property
    def hub_netns(self) -> str:
        return f"naslab.{self.name}.hub"

    def node_netns(self, n: int) -> str:
        return f"naslab.{self.name}.n{n}"

    @property
    def netns_prefix(self) -> str:
        return f"naslab.{self.name}."

    @property
    def hub_netns_file(self) -> Path:
        return NETNS_DIR / self.hub_netns

    def node_netns_file(self, n: int) -> Path:
        return NETNS_DIR / self.node_netns(n)

    @property
    def cgroup(self) -> str:
        """Name of the lab's control group, the same in each hierarchy."""
        return f"naslab.{self.name}"

    @property
    def mark(self) -> str:
        """The environment entry that every process of the lab carries."""
        return f"{MARK_VARIABLE}={self.name}"

    def node(self, n: int) -> "NodePaths":
        return NodePaths(self.root / f"n{n}")


@dataclass(frozen=True)
class NodePaths:
    """Where one node keeps its things on the host."""

    root: Path

    @property
    def memory(self) -> Path:
        """Mount point of the node's tmpfs, which outlives a power-off."""
        return self.root / "mem"

    @property
    def upper(self) -> Path:
        """What the node's root file system has that the host's has not."""
        return self.memory / "up"

    @property
    def work(self) -> Path:
        return self.memory / "work"

    @property
    def devices(self) -> Path:
        """Template of the node's /dev."""
        return self.memory / "dev"

    @property
    def mount_point(self) -> Path:
        """Where the overlay is put together, inside the node's mount namespace only."""
        return self.root / "root"

    def disk(self, index: int) -> Path:
        return self.root / f"disk{index}.img"

    @property
    def supervisor(self) -> Path:
        """Process id and start time of the node's supervisor while the node is on."""
        return self.root / "supervisor"

    @property
    def unplugged(self) -> Path:
        """Exists while the node's cable is pulled."""
        return self.root / "unplugged"

    @property
    def console(self) -> Path:
        """Output of the node's start, up to systemd."""
        return self.root / "console.log"
