"""What a node looks like from above: one method that runs a command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeVar

from nasclustergui.core.command import Command, Query, Result, checked
from nasclustergui.core.job import Job

T = TypeVar("T")


class Node(Protocol):
    """A machine that we can log in to. Thread-safe: any thread may call `run`."""

    @property
    def name(self) -> str:
        """Its name in the profile."""

    @property
    def host(self) -> str:
        """Its address or host name, as the profile says."""

    def run(self, command: Command, job: Job | None = None) -> Result:
        """Run and return what came back, whatever the exit status.

        Raises a NodeError when the node can't be used, Cancelled when the job was cancelled.
        """


class Nodes(Protocol):
    """All nodes of a cluster, in the profile's order."""

    def __getitem__(self, name: str) -> Node: ...

    def __iter__(self) -> Iterator[str]: ...

    def __len__(self) -> int: ...

    def answering(self) -> tuple[str, ...]:
        """Names of the nodes worth asking first: those believed to be connected, best first."""


def run(node: Node, command: Command, job: Job | None = None) -> Result:
    """Run and return the result, or raise CommandFailed if the exit status isn't 0."""
    return checked(node.name, command, node.run(command, job))


def ask(node: Node, query: Query[T], job: Job | None = None) -> T:
    """Run a query and return what it means."""
    return query.parse(node.run(query.command, job))
