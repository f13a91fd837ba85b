"""What a lab was asked to be; kept on disk so that later commands know it."""

import dataclasses
import json
from dataclasses import dataclass

from tests.lab.paths import MAX_NODES, LabError, LabPaths

MIN_DISK_MB = 300  # mkfs.xfs refuses anything smaller
MAX_DISKS = 12
ETCD_MEMBERS = 3
ADMIN_USER = "admin"
ADMIN_PASSWORD = "lab-admin"
ETCD_USER = "nasadmin"
ETCD_PASSWORD = "lab-nasadmin"
ETCD_ROOT_PASSWORD = "lab-root"


@dataclass(frozen=True)
class Spec:
    """Size and services of a lab.

    Attributes: `disks` brick disks per node of `disk_mb` MiB each (sparse files); `memory_mb` upper bound of what a
    node writes outside of its bricks; `peer` joins the GlusterFS nodes to one pool; `snap` puts a stand-in for thin
    LVM on the nodes (the kernel may have no device mapper), so that GlusterFS can take snapshots; `georep` leaves
    gsyncd there and lets root log in from node to node; `joined` how many nodes are in the cluster (0: all), the others
    are machines fresh from the installer: not in the profile, the pool or etcd, known to nobody by name or host key;
    `agent` has each joined node register itself in etcd.
    """

    name: str
    nodes: int = 4
    disks: int = 3
    disk_mb: int = 1024
    memory_mb: int = 1024
    etcd: bool = True
    etcd_auth: bool = False
    peer: bool = True
    snap: bool = False
    georep: bool = False
    joined: int = 0
    agent: bool = True

    def __post_init__(self) -> None:
        _within("nodes", self.nodes, 1, MAX_NODES)
        _within("disks", self.disks, 0, MAX_DISKS)
        _within("disk-mb", self.disk_mb, MIN_DISK_MB, 1 << 20)
        _within("memory-mb", self.memory_mb, 256, 1 << 16)
        _within("joined", self.joined, 0, self.nodes)
        if self.etcd_auth and not self.etcd:
            raise LabError("--etcd-auth makes no sense with --no-etcd")

    @property
    def paths(self) -> LabPaths:
        return LabPaths(self.name)

    @property
    def numbers(self) -> range:
        """Numbers of the nodes."""
        return range(1, self.nodes + 1)

    @property
    def joined_numbers(self) -> range:
        """Numbers of the nodes that are in the cluster."""
        return range(1, (self.joined or self.nodes) + 1)

    @property
    def etcd_numbers(self) -> range:
        """Numbers of the nodes that are etcd members."""
        return range(1, min(ETCD_MEMBERS, self.joined or self.nodes) + 1) if self.etcd else range(0)

    def credentials(self) -> dict[str, dict[str, str]]:
        """User names and passwords that work in the lab; they protect nothing and are the same in each."""
        known = {"ssh": {ADMIN_USER: ADMIN_PASSWORD}}
        if self.etcd_auth:
            known["etcd"] = {ETCD_USER: ETCD_PASSWORD, "root": ETCD_ROOT_PASSWORD}
        return known

    def check_node(self, n: int) -> int:
        """Return `n`, or raise LabError when the lab has no such node."""
        _within("node", n, 1, self.nodes)
        return n

    def save(self) -> None:
        self.paths.spec.write_text(json.dumps(dataclasses.asdict(self), indent=1) + "\n")

    @classmethod
    def load(cls, name: str) -> "Spec":
        path = LabPaths(name).spec
        try:
            return cls(**json.loads(path.read_text()))
        except FileNotFoundError:
            raise LabError(f"no lab “{name}” is up (start one: python -m tests.lab up --name {name})") from None
        except (ValueError, TypeError) as error:
            raise LabError(f"{path} is damaged ({error}); python -m tests.lab down --name {name} clears up") from error


def _within(what: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise LabError(f"{what} must lie between {low} and {high}, not {value}")
