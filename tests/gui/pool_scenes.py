"""What the sections about peers, clients, quorum and performance are fed in tests: a desk without a cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import storage_scenes as scenes
from PySide6.QtCore import QObject

from nasclustergui.core.errors import NasError
from nasclustergui.core.job import Job
from nasclustergui.core.profile import NodeProfile, Profile
from nasclustergui.subsystems.gluster.features.clients.model import Client, ClientList, Kind
from nasclustergui.subsystems.gluster.features.peers.model import NodeConfig, Survey, VolumeConfig
from nasclustergui.subsystems.gluster.model import Peer, PeerState
from nasclustergui.subsystems.gluster.page.desk import Desk

PROFILE = Profile("fra-storage", tuple(NodeProfile(n, f"10.20.0.{i}") for i, n in enumerate((*scenes.NODES, "node7"))))


class FakeDesk(Desk):
    """Answers every reading at once with `answer`, an error if it is one; None leaves it under way. `asked` counts."""

    def __init__(self, answer: object = None) -> None:
        super().__init__("fra-storage", PROFILE)
        self.answer: object = answer
        self.asked = 0

    def read(
        self, owner: QObject, work: object, done: Callable[[Any], object], failed: Callable[[NasError], object]
    ) -> Job:
        """At once."""
        self.asked += 1
        if isinstance(self.answer, NasError):
            failed(self.answer)
        elif self.answer is not None:
            done(self.answer)
        return Job("read", quiet=True)


def peers(**states: PeerState) -> tuple[Peer, ...]:
    """The six members, some of them in another state."""
    found = []
    for peer in scenes.peers():
        state = states.get(peer.node, peer.state)
        found.append(replace(peer, state=state, connected=state is not PeerState.DISCONNECTED))
    return tuple(found)


def survey(rejected: str = "") -> Survey:
    """All six well, or one of them with another configuration of data; node7 is in no pool."""
    configs, views = {}, {}
    for node in scenes.NODES:
        other = node == rejected
        size = "32MB" if other else "64MB"
        lines = {"version": "7", "performance.cache-size": size, "status": "1"}
        volume = VolumeConfig("data", "7", f"info={size}", "", lines)
        configs[node] = NodeConfig(node, scenes.uuid_of(node), "100000", "10.3", "active", volumes={"data": volume})
        bad = {n: PeerState.REJECTED for n in scenes.NODES if rejected and (n == rejected or other) and n != node}
        views[node] = tuple(
            replace(peer, hostnames=("localhost",)) if peer.node == node else peer for peer in peers(**bad)
        )
    configs["node7"] = NodeConfig("node7", "", "", "10.3", "active")
    return Survey(configs, views)


def clients() -> ClientList:
    """Two mounts, a program, somebody outside without one brick, and daemons."""
    bricks = tuple(brick.name for brick in scenes.healthy().bricks)

    def client(host: str, kind: Kind, name: str, where: str, sent: int, short: int = 0) -> Client:
        mine = bricks[: len(bricks) - short]
        return Client(host, "10.20.0.9", kind, name, where, 4711, 1, mine, sent, sent // 20, "100000")

    found = (
        client("backup.example.org", Kind.OUTSIDE, "", "", 18 << 30, short=1),
        client("node1", Kind.MOUNT, "Mount", "/srv/data", 3 << 30),
        client("node2", Kind.PROGRAM, "smbd", "", 400 << 20),
        *(client(node, Kind.DAEMON, "Self-heal daemon", "", 1 << 20) for node in scenes.NODES),
    )
    return ClientList("data", found, bricks)
