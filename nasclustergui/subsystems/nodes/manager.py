"""Reads how the machines are: from their links and the sampler without waiting, their disks by asking."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from functools import partial

from nasclustergui.core.command import Command, Result, checked
from nasclustergui.core.disks import Disk
from nasclustergui.core.errors import NasError, NoAnswer, PlanOutdated
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.metrics import Sample
from nasclustergui.core.plan import Step
from nasclustergui.remote.link import LinkInfo, LinkState
from nasclustergui.remote.node import ask
from nasclustergui.remote.parallel import gather
from nasclustergui.remote.sampler import LOST, OnSample, Sampler, sample_once
from nasclustergui.remote.ssh import SshNode
from nasclustergui.remote.ssh_nodes import SshNodes
from nasclustergui.subsystems.nodes.commands import block_devices, filesystems
from nasclustergui.subsystems.nodes.features import checks, follows
from nasclustergui.subsystems.nodes.features.machine.read import Machines
from nasclustergui.subsystems.nodes.model import Link, NodesState, NodeState


class NodesManager:
    """The machines of one cluster. Thread-safe.

    Attributes:
        closely: looks at a machine's hardware, disks, network, software and clock.
    """

    def __init__(self, nodes: SshNodes, every: float = 1.0) -> None:
        """`every`: seconds between two samples of a node."""
        self._nodes = nodes
        self.closely = Machines(nodes)
        self._listener: OnSample = lambda _name, _sample: None
        self._sampler = Sampler(nodes, every, lambda name, sample: self._listener(name, sample))
        self._lock = threading.Lock()
        self._disks: dict[str, tuple[Disk, ...]] = {}

    def start(self, on_sample: OnSample) -> None:
        """Connect and sample from now on; `on_sample(node, sample)` is called from the gathering thread."""
        self._listener = on_sample
        self._sampler.start()

    # ---- steps of plans: see remote.driver.Driver

    def check(self, step: Step, job: Job) -> None:
        """Raise PlanOutdated when a condition that `step.check` names does not hold now."""
        for name in step.check.split():
            why = checks()[name](self._nodes, step, job)
            if why:
                raise PlanOutdated(why, hint=_("Nothing of this step ran. Look at the state and plan it again."))

    def run(self, node: str, command: Command, job: Job) -> Result:
        """Run on that very node. Raises CommandFailed by the exit status, a NodeError."""
        return checked(node, command, self._nodes[node].run(command, job))

    def follow(self, step: Step, job: Job) -> None:
        """Watch the work that `step.follow` names until it ended. Raises NasError when it failed."""
        follows()[step.follow](self._nodes, step, job)

    def close(self) -> None:
        """Sample no more."""
        self._sampler.stop()

    def read(self) -> NodesState:
        """What is known now. Does no I/O and returns at once, so any thread may call it."""
        return self._read({name: self._sampler.latest(name) for name in self._nodes})

    def read_once(self, job: Job, gap: float, wait: float) -> NodesState:
        """For one reading without a running sampler: connect, wait at most `wait` seconds, take one sample of each.

        `gap`: seconds between the two looks that a rate needs. Nodes that can't be reached are in the state as such.
        """
        self._nodes.connect_all(wait=wait)
        online = [name for name in self._nodes if self._nodes.link(name).state is LinkState.ONLINE]
        samples = gather({n: partial(_sample, self._nodes[n], gap) for n in online}, job)
        return self._read({name: s if isinstance(s, Sample) else None for name, s in samples.items()}, samples)

    def _read(
        self, samples: Mapping[str, Sample | None], answers: Mapping[str, Sample | NasError] | None = None
    ) -> NodesState:
        now = time.time()
        states = tuple(self._state(name, samples.get(name), (answers or {}).get(name)) for name in self._nodes)
        return NodesState(states, now, {state.name: state for state in states})

    def _state(self, name: str, sample: Sample | None, answer: Sample | NasError | None) -> NodeState:
        profile = self._nodes[name].profile
        info, facts = self._nodes.link(name), self._sampler.facts(name)
        link, error = _link(info), info.error
        if link is Link.ONLINE and answer is None and sample is not None and self._sampler.missed(name) >= LOST:
            link, error = Link.LOST, NoAnswer(name, _("connected, but it does not answer"), hint=_silent_hint())
        shown = answer if isinstance(answer, NasError) else error
        return NodeState(
            name,
            profile.host,
            profile.rack,
            profile.role,
            link,
            str(shown) if shown else "",
            shown.hint if shown else "",
            sample.at if sample else None,
            sample,
            facts.system,
            facts.kernel,
            facts.cores,
        )

    def disks(self, job: Job | None = None) -> tuple[Disk, ...]:
        """Places for bricks on the nodes that answer; of a node that doesn't, what it said last."""
        online = [name for name in self._nodes if self._nodes.link(name).state is LinkState.ONLINE]
        answers = gather({name: partial(self._disks_of, name) for name in online}, job)
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


def _sample(node: SshNode, gap: float, job: Job) -> Sample:
    return sample_once(node, gap, job=job)


def _silent_hint() -> str:
    return _("Look at its console: it may be overloaded, frozen or cut off from the network.")


def _link(info: LinkInfo) -> Link:
    """A node never reached counts as lost once an attempt failed: nobody can tell the difference."""
    if info.state is LinkState.CONNECTING and info.error is not None:
        return Link.LOST
    return Link(str(info.state))
