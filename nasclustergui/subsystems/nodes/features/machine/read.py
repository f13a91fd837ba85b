"""Looks at machines and remembers what each one said last. For worker threads; whoever can't be asked raises."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from nasclustergui.core.errors import NasError
from nasclustergui.core.job import Job
from nasclustergui.remote.node import Node, Nodes
from nasclustergui.remote.parallel import gather
from nasclustergui.subsystems.nodes.features.joining.read import clock
from nasclustergui.subsystems.nodes.features.machine import commands, parse
from nasclustergui.subsystems.nodes.features.machine.model import Facts, Reading

T = TypeVar("T")
UPDATES_SECONDS = 900.0  # apt takes seconds of a node's CPU, and its lists change once a day


class Machines:
    """The readings of all nodes of a cluster. Thread-safe."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self._lock = threading.Lock()
        self._readings: dict[str, Reading] = {}

    def latest(self, name: str) -> Reading | None:
        """What was read of that node so far, however old; None if nothing. Does no I/O."""
        with self._lock:
            return self._readings.get(name)

    def look(self, name: str, job: Job) -> None:
        """Hardware, disks, network, software, and the clock. Raises NasError; the older values stay."""
        node = self._nodes[name]
        facts = self._asked(name, partial(_facts, node, job))
        self._store(name, facts=facts, facts_at=time.time())
        told = self._asked(name, partial(clock, node, job))
        self._store(name, clock=told, clock_at=time.time(), error="", hint="")

    def look_clock(self, name: str, job: Job) -> None:
        """Only the clock."""
        told = self._asked(name, partial(clock, self._nodes[name], job))
        self._store(name, clock=told, clock_at=time.time())

    def look_disks(self, name: str, job: Job) -> None:
        """SMART of every disk; disks that sleep are left asleep."""
        node = self._nodes[name]
        smart = self._asked(name, lambda: parse.parse_disks(name, node.run(commands.SMART, job)))
        self._store(name, smart=smart, smart_at=time.time())

    def look_updates(self, name: str, job: Job, anew: bool = False) -> None:
        """What apt would upgrade, unless that was asked a short while ago."""
        known = self.latest(name)
        if not anew and known and known.updates_at and time.time() - known.updates_at < UPDATES_SECONDS:
            return
        node = self._nodes[name]
        updates = self._asked(name, lambda: parse.parse_updates(name, node.run(commands.UPDATES, job)))
        self._store(name, updates=updates, updates_at=time.time())

    def look_around(self, names: Iterable[str], job: Job, disks: bool = True) -> dict[str, NasError]:
        """All of these nodes at once; who could not be asked, and why. Raises Cancelled."""

        def one(name: str, inner: Job) -> bool:
            self.look(name, inner)
            if disks:
                self.look_disks(name, inner)
            return True

        answers = gather({name: partial(one, name) for name in names}, job)
        return {name: answer for name, answer in answers.items() if isinstance(answer, NasError)}

    def _asked(self, name: str, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except NasError as error:
            self._store(name, error=str(error), hint=error.hint)
            raise

    def _store(self, name: str, **parts: object) -> None:
        with self._lock:
            known = self._readings.get(name, Reading())
            self._readings[name] = replace(known, **parts)  # type: ignore[arg-type]  # names of its fields


def _facts(node: Node, job: Job) -> Facts:
    return parse.parse_facts(node.name, node.run(commands.FACTS, job))
