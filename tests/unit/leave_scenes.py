"""A node that is to leave a pool of five, for tests: node3 with a brick of a volume of three copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nasclustergui.cluster.lifecycle.join.model import Look
from nasclustergui.cluster.lifecycle.leave.model import Held, Leaving
from nasclustergui.cluster.lifecycle.leave.places import offered, places_for
from nasclustergui.cluster.lifecycle.roles.demote import Leaver
from nasclustergui.core.disks import Disk
from nasclustergui.core.profile import EtcdProfile, NodeProfile, Profile
from nasclustergui.subsystems.etcd.model import Drain, EtcdState, Member
from nasclustergui.subsystems.gluster.features.bricks.copies import OnlyCopy
from nasclustergui.subsystems.gluster.features.disk.judge import diagnose
from nasclustergui.subsystems.gluster.features.disk.model import Directory, Ground, Mount
from nasclustergui.subsystems.gluster.model import GlusterState, Peer, Volume
from nasclustergui.subsystems.nodes.features.joining.model import Machine
from tests.recorded.pools import GIB, peer, state, volume

NAMES = tuple(f"node{n}" for n in range(1, 6))
PROFILE = Profile(
    "lab",
    tuple(NodeProfile(name, f"10.0.0.{name[-1]}") for name in NAMES),
    etcd=EtcdProfile(("https://10.0.0.1:2379", "https://10.0.0.2:2379", "https://10.0.0.3:2379")),
)
MEMBERS = tuple(
    Member(n, f"node{n}", f"node{n}", (f"https://10.0.0.{n}:2379",), (), True, leader=n == 1) for n in (1, 2, 4)
)
ETCD = EtcdState(MEMBERS, read_at=1000.0)
DATA = volume()
PEERS = tuple(peer(n) for n in range(1, 6))


def disk(node: str, label: str = "d1", free: int = 80, **more: object) -> Disk:
    return Disk(node, f"/dev/{label}", f"/bricks/{label}", "xfs", 100 * GIB, free * GIB, **more)  # type: ignore[arg-type]


def ground(node: str, path: str, free: int = 80) -> Ground:
    mount = Mount("/dev/sdb", "/".join(path.split("/")[:3]), "xfs", frozenset({"rw"}))
    return Ground(node, path, Directory.ABSENT, mount=mount, size=100 * GIB, free=free * GIB)


def leaving(
    *volumes: Volume,
    node: str = "node3",
    only: dict[str, str] | None = None,
    disks: Sequence[Disk] = (disk("node4"), disk("node5")),
    alive: bool = True,
    etcd: EtcdState | None = ETCD,
    pool: GlusterState | None = None,
    peers: Sequence[Peer] = PEERS,
) -> Leaving:
    """What would be found out about the node. `only`: brick → why it must not go."""
    pool = pool or state(*(volumes or (DATA,)), peers=peers)
    machine = Machine(node, (f"10.0.0.{node[-1]}",)) if alive else None
    look = Look(NodeProfile(node, f"10.0.0.{node[-1]}"), "worker", NAMES, machine=machine, gluster=pool, etcd=etcd)
    member = next((m for m in etcd.members if m.node == node), None) if etcd is not None else None
    leaver = Leaver(node, etcd, member, None) if etcd is not None else None
    drains = etcd.drains if etcd is not None else {}
    fit = offered(disks, node, pool, drains)
    found = Leaving(look, pool, "" if alive else "it is off", leaver, (), fit, drains=drains, user="anna@desk")
    return replace(
        found, held=tuple(_held(found, volume, only or {}) for volume in pool.volumes for _n in _mine(found, volume))
    )


def _mine(found: Leaving, volume: Volume) -> list[int]:
    return [n for n, brick in enumerate(volume.bricks) if brick.node == found.node][:1]


def _held(found: Leaving, volume: Volume, only: dict[str, str]) -> Held:
    brick = next(b for b in volume.bricks if b.node == found.node)
    grounds = {
        (d.node, f"{d.mount}/{volume.name}{suffix}"): ground(d.node, f"{d.mount}/{volume.name}{suffix}", d.free // GIB)
        for d in found.disks
        for suffix in ("", "-2", "-3")
    }
    why = only.get(brick.name)
    copy = OnlyCopy(volume.name, brick.name, 1, 1, why) if why else None
    own = Ground(found.node, brick.path, Directory.PRESENT, mount=Mount("/dev/sdb", "/bricks/d1", "xfs"))
    places = places_for(volume, brick, found.disks, found.state, grounds)
    return Held(volume, brick, diagnose(found.state, volume, brick, own), copy, places)


def drained(node: str, why: str = "new disks") -> EtcdState:
    return replace(ETCD, drains={node: Drain(node, "anna@desk", 1000.0, why)})
