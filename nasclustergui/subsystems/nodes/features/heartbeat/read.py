"""Asks a node about its heartbeat service. For worker threads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from nasclustergui.core.errors import NasError
from nasclustergui.core.job import Job
from nasclustergui.remote.node import Node, Nodes
from nasclustergui.remote.parallel import gather
from nasclustergui.subsystems.nodes.features.heartbeat import commands
from nasclustergui.subsystems.nodes.features.heartbeat.model import Heartbeat, Login


def heartbeat(node: Node, job: Job) -> Heartbeat:
    """How the service is there. Raises a NodeError, UnexpectedOutput."""
    return commands.parse_status(node.name, node.run(commands.status(), job))


def heartbeats(nodes: Nodes, names: Iterable[str], job: Job) -> dict[str, Heartbeat | NasError]:
    """Of several nodes at once."""
    return gather({name: partial(heartbeat, nodes[name]) for name in names}, job)


def try_login(node: Node, endpoints: Sequence[str], login: Login, name: str, job: Job) -> str:
    """Why etcd does not let the heartbeat in from there, etcdctl's own words; "" if it does. Raises a NodeError."""
    return commands.parse_try(node.run(commands.try_login(endpoints, login, name), job))
