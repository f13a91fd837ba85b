"""Reads how the machines are: from their links and the sampler without waiting, their disks by asking."""

from __future__ import annotations

import threading
import time

from nasclustergui.core.disks import Disk
from nasclustergui.core.errors import NasError
from nasclustergui.core.job import Job
from nasclustergui.remote.link import LinkInfo, LinkState
from nasclustergui.remote.node import ask
from nasclustergui.remote.parallel import gather
from nasclustergui.remote.sampler import Sampler
from nasclustergui.remote.ssh_nodes import SshNodes
from nasclustergui.subsystems.nodes.commands import block_devices, filesystems
from nasclustergui.subsystems.nodes.model import Link, NodesState, NodeState

STALE_AFTER = 5.0  # seconds without a sample after which a connected node counts as silent


class NodesManager:
    """The machines of one cluster. Thread-safe."""

    def __init__(self, nodes: SshNodes, sampler: Sampler) -> None:
        self._nodes, self._sampler = nodes, sampler
        self._lock = threading.Lock()
        self._disks: dict[str, tuple[Disk, ...]] = {}

    def read(self) -> NodesState:
        """What is known now. Does no I/O and returns at once, so any thread may call it."""
        now = time.time()
        states = tuple(self._state(name, now) for name in self._nodes)
        return NodesState(states, now, {state.name: state for state in states})

    def _state(self, name: str, now: float) -> NodeState:
        profile = self._nodes[name].profile
        info = self._nodes.link(name)
        sample, facts = self._sampler.latest(name), self._sampler.facts(name)
        link, error = _link(info), info.error
        silent = self._sampler.silent_since(name) if link is Link.ONLINE else None
        if silent is not None and now - silent > STALE_AFTER:
            link = Link.LOST
            error = error or self._sampler.error(name)
        return NodeState(
            name,
            profile.host,
            profile.rack,
            profile.role,
            link,
            str(error) if error else "",
            error.hint if error else "",
            sample.at if sample else None,
            sample,
            facts.system if facts else "",
            facts.kernel if facts else "",
            facts.cores if facts else 0,
        )

    def disks(self, job: Job | None = None) -> tuple[Disk, ...]:
        """Places for bricks on the nodes that answer; of a node that doesn't, what it said last."""
        online = [name for name in self._nodes if self._nodes.link(name).state is LinkState.ONLINE]
        answers = gather({name: lambda j, n=name: self._disks_of(n, j) for name in online}, job)
        with self._lock:
            self._disks.update({name: a for name, a in answers.items() if not isinstance(a, Exception)})
            return tuple(disk for name in self._nodes for disk in self._disks.get(name, ()))

    def _disks_of(self, name: str, job: Job) -> tuple[Disk, ...]:
        rack = self._nodes[name].profile.rack
        mounted = ask(self._nodes[name], filesystems(name, rack), job)
        try:
            bare = ask(self._nodes[name], block_devices(name, rack), job)
        except NasError:
            bare = ()  # lsblk may be missing or refused; bare disks can't take a brick anyway
        devices = {disk.device for disk in mounted}
        return mounted + tuple(disk for disk in bare if disk.device not in devices)


def _link(info: LinkInfo) -> Link:
    """A node never reached counts as lost once an attempt failed: nobody can tell the difference."""
    if info.state is LinkState.CONNECTING and info.error is not None:
        return Link.LOST
    return Link(str(info.state))
