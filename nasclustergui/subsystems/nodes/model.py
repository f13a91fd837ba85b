"""The machines of a cluster at one moment: plain frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from nasclustergui.core.metrics import FileSystem, Sample


class Link(StrEnum):
    """How we stand with a node."""

    ONLINE = "online"
    CONNECTING = "connecting"  # never reached so far in this session
    LOST = "lost"  # was online, is not now
    REFUSED = "refused"  # it answers but doesn't let us in: password, host key …


@dataclass(frozen=True)
class NodeState:
    """One machine.

    Attributes:
        name, host, rack, role: from the profile; role may come from etcd ("manager", "worker", "edge").
        link: how we stand with it; error and hint: why not, one sentence each.
        seen_at: Unix time of the last good sample, None if never.
        sample: the last good sample, however old: compare `seen_at`; None if never.
        system: "Debian GNU/Linux 12 (bookworm)"; kernel: release.
        cores: number of CPUs.
    """

    name: str
    host: str
    rack: str = ""
    role: str = ""
    link: Link = Link.CONNECTING
    error: str = ""
    hint: str = ""
    seen_at: float | None = None
    sample: Sample | None = None
    system: str = ""
    kernel: str = ""
    cores: int = 0

    @property
    def online(self) -> bool:
        """True while samples come in."""
        return self.link is Link.ONLINE

    @property
    def filesystems(self) -> tuple[FileSystem, ...]:
        """Those of the last sample."""
        return self.sample.filesystems if self.sample else ()


@dataclass(frozen=True)
class NodesState:
    """All nodes of the profile, in its order. `read_at` is Unix time."""

    nodes: tuple[NodeState, ...] = ()
    read_at: float = 0.0
    by_name: Mapping[str, NodeState] = field(default_factory=dict, repr=False, compare=False)

    def node(self, name: str) -> NodeState | None:
        """The node of that name."""
        return self.by_name.get(name) or next((n for n in self.nodes if n.name == name), None)
