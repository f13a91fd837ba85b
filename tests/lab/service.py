"""What the lab asks of a service that runs on its nodes."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from tests.lab.spec import Spec
from tests.lab.tree import Tree


@dataclass(frozen=True)
class Context:
    """One node, while its files are laid or its services are watched."""

    spec: Spec
    n: int
    authorized_key: str


class Service(ABC):
    """A kind of daemon: what it needs, the files it reads, how to see that it serves.

    Attributes: `packages` Debian packages; `programs` files that prove those are installed.
    """

    packages: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()

    @abstractmethod
    def runs_on(self, spec: Spec, n: int) -> bool:
        """Whether node `n` has this service."""

    def prepare(self, spec: Spec) -> None:  # noqa: B027 - most services have nothing to prepare
        """Make what is shared between nodes, such as certificates; before any `lay`."""

    @abstractmethod
    def lay(self, context: Context, tree: Tree) -> None:
        """Write the node's files and enable its units."""

    def ready(self, root: Path, n: int) -> bool:
        """Whether the node whose root directory is `root` serves; asked every few milliseconds."""
        return True

    def healthy(self, spec: Spec) -> bool:
        """Whether the service works as a cluster, over all nodes."""
        return True

    def form(self, spec: Spec) -> None:  # noqa: B027 - most services are no cluster
        """Join the nodes, once every node is ready; raise LabError when that fails."""
