"""Asks machines, for worker threads. Whoever can't be asked raises a NodeError."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from nasclustergui.core.command import checked
from nasclustergui.core.job import Job
from nasclustergui.remote.node import Node
from nasclustergui.subsystems.nodes.features.joining import commands
from nasclustergui.subsystems.nodes.features.joining.model import Clock, Machine, Port

CLOCK_TRIES = 3  # the quickest answer is the most exact one


def machine(node: Node, files: Iterable[str], job: Job) -> Machine:
    """What the machine says of itself."""
    return commands.parse_machine(node.name, node.run(commands.machine(files), job))


def clock(node: Node, job: Job) -> Clock:
    """Its clock against this workstation's."""
    found = []
    for _try in range(CLOCK_TRIES):
        asked = time.time()
        result = checked(node.name, commands.clock(), node.run(commands.clock(), job))
        found.append(Clock(*commands.parse_clock(node.name, result, asked, time.time())))
    return min(found, key=lambda each: each.error)


def names(node: Node, wanted: Sequence[str], job: Job) -> dict[str, tuple[str, ...]]:
    """To what it resolves each name."""
    return commands.parse_names(node.name, node.run(commands.names(wanted), job)) if wanted else {}


def ports(node: Node, pairs: Sequence[tuple[str, int]], job: Job) -> dict[tuple[str, int], Port]:
    """What it reaches."""
    return commands.parse_ports(node.name, node.run(commands.ports(pairs), job)) if pairs else {}
