"""A cluster like the one in the design: seven nodes in three racks, one silent, one with a dead brick."""

from __future__ import annotations

import math
import time
from dataclasses import replace

from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.errors import NasError
from nasclustergui.core.metrics import FileSystem, Sample
from nasclustergui.core.profile import EtcdProfile, NodeProfile, Profile
from nasclustergui.core.series import SeriesBook
from nasclustergui.subsystems.etcd.model import EtcdState, Member
from nasclustergui.subsystems.gluster.model import GlusterState
from nasclustergui.subsystems.nodes.model import Link, NodesState, NodeState
from tests.gui import storage_scenes

GIB, TIB = 2**30, 2**40
RACKS = {"node1": "Rack A", "node4": "Rack A", "node2": "Rack B", "node5": "Rack B"}
NAMES = ("node1", "node4", "node2", "node5", "node3", "node6", "edge1")
ADDRESSES = {name: f"10.20.0.{10 + int(name[-1])}" for name in NAMES} | {"edge1": "10.20.0.21"}
CPU = {"node1": 34, "node4": 21, "node2": 41, "node5": 18, "node3": 29, "node6": 25, "edge1": 12}
PROFILE = Profile(
    "fra-storage",
    tuple(
        NodeProfile(n, ADDRESSES[n], rack=RACKS.get(n, "Rack C"), role="edge" if n == "edge1" else "") for n in NAMES
    ),
    location="Frankfurt",
    etcd=EtcdProfile(tuple(f"https://10.20.0.1{n}:2379" for n in (1, 2, 3))),
)


def sample(name: str, at: float) -> Sample:
    """A busy but healthy machine."""
    disks = (
        FileSystem("/dev/sda1", "ext4", "/", 60 * GIB, 41 * GIB),
        FileSystem("/dev/sdd", "xfs", "/bricks/sdd", 12 * TIB, 4 * TIB),
    )
    total = 32 * GIB
    return Sample(at, 8880.0, 1.2, CPU[name], total, round(total * 0.45), 0, 0, 31e7, 10e7, 14e6, 12e6, disks)


def nodes(now: float | None = None) -> NodesState:
    """Six nodes answer, edge1 was seen ten minutes ago."""
    at = time.time() if now is None else now
    states = []
    for node in PROFILE.nodes:
        silent = node.name == "edge1"
        seen = at - 591 if silent else at
        states.append(
            NodeState(
                node.name,
                node.host,
                node.rack,
                node.role,
                Link.LOST if silent else Link.ONLINE,
                f"{node.name}: no answer within 10 s" if silent else "",
                "Check its power and its network cable." if silent else "",
                seen,
                sample(node.name, seen),
                "Debian GNU/Linux 12 (bookworm)",
                "6.1.0-28-amd64",
                8,
            )
        )
    return NodesState(tuple(states), at)


def etcd(leader: str = "node1") -> EtcdState:
    """Three members, all answer."""
    members = tuple(
        Member(n, f"node{n}", f"node{n}", healthy=True, leader=f"node{n}" == leader, version="3.4.23", raft_term=42)
        for n in (1, 2, 3)
    )
    return EtcdState(members, read_at=time.time())


def cluster(gluster: GlusterState | None = None, **errors: NasError) -> ClusterState:
    """Everything read now; `gluster` defaults to the hurt pool of the design."""
    now = time.time()
    pool = gluster or storage_scenes.pool(at=now)
    return ClusterState(
        PROFILE,
        nodes(now),
        pool,
        etcd(),
        errors,
        {"gluster": now, "etcd": now} if not errors else {"gluster": now - 600},
    )


def healthy() -> ClusterState:
    """The same cluster on a good day."""
    state = cluster(storage_scenes.pool(storage_scenes.healthy(), storage_scenes.archive(), at=time.time()))
    good = tuple(
        replace(n, link=Link.ONLINE, error="", hint="", seen_at=state.nodes.read_at) for n in state.nodes.nodes
    )
    return replace(state, nodes=NodesState(good, state.nodes.read_at))


def empty() -> ClusterState:
    """Nothing was read so far."""
    waiting = tuple(NodeState(n.name, n.host, n.rack, n.role) for n in PROFILE.nodes)
    return ClusterState(PROFILE, NodesState(waiting, time.time()))


def book(seconds: int = 900) -> SeriesBook:
    """A quarter of an hour of metrics, with a gap of a minute."""
    found, now = SeriesBook(), time.time()
    for back in range(seconds, -1, -1):
        at = now - back
        for n, name in enumerate(NAMES):
            one = sample(name, at)
            wave = math.sin(back / 40 + n) + 0.4 * math.sin(back / 7 + 2 * n)
            if 330 < back < 400:
                if back == 365:
                    found.gap(name, at)
                continue
            found.record(
                name,
                replace(
                    one,
                    cpu_percent=one.cpu_percent + 6 * wave,
                    read_rate=4e8 + 5e7 * wave,
                    write_rate=1.5e8 - 3e7 * wave,
                    receive_rate=2.1e7 + 4e6 * wave,
                    send_rate=1.2e7 + 3e6 * wave,
                ),
            )
    return found
