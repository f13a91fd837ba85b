"""All nodes of a cluster over SSH.

    nodes = SshNodes(profile, credentials)      # connects to nothing yet, takes no time
    nodes.connect_all()                         # begins to connect to all of them, in the background
    nodes["nas-1"].run(command, job)            # waits for the connection where it is under way
    nodes.answering()                           # names, the connected ones first
    nodes.link("nas-1")                         # LinkInfo: state, error, since, retry_at
    forget = nodes.listen(on_change)            # on_change(name, LinkInfo), from worker threads
    nodes.accept(error)                         # the user compared a HostKeyUnknown's fingerprint
    nodes.retry_now("nas-1")                    # or all: also after a wrong password; asks anew
    nodes.open_unix("nas-1", "/run/docker.sock")
    nodes.open_tcp("nas-1", "127.0.0.1", 2379)  # socket-like streams through the same connection
    nodes.close()                               # at once; running commands end with Unreachable

`Credentials` (credentials.py) answers what a login asks; without them only agent and plain keys work.
Metrics: `sampler.Sampler(nodes)`. Design: docs/design/ssh.md.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nasclustergui.core.errors import HostKeyUnknown
from nasclustergui.core.job import Job
from nasclustergui.core.profile import NodeProfile, Profile
from nasclustergui.remote.credentials import Answers, Credentials, NoCredentials
from nasclustergui.remote.host_keys import own_file
from nasclustergui.remote.keeper import Keeper
from nasclustergui.remote.link import Link, LinkInfo, LinkState
from nasclustergui.remote.ssh import SshNode
from nasclustergui.remote.ssh_config import SshConfig
from nasclustergui.remote.waiting import DaemonPool

if TYPE_CHECKING:
    from nasclustergui.remote.ssh_connect import Connector
    from nasclustergui.remote.ssh_transport import SshChannel, SshTransport

Listener = Callable[[str, LinkInfo], None]
DIALERS = 32
CARERS = 8


class SshNodes:
    """Implements `remote.node.Nodes`. Thread-safe.

    Args:
        known_hosts: the app's own file of accepted host keys; None takes the usual place.
    """

    def __init__(
        self, profile: Profile, credentials: Credentials | None = None, *, known_hosts: Path | None = None
    ) -> None:
        self.profile = profile
        self._known_hosts = known_hosts or own_file()
        self._answers = Answers(credentials or NoCredentials())
        self._config = SshConfig(profile.ssh)
        self._lock = threading.Lock()
        self._connector_made: Connector | None = None
        self._listeners: list[Listener] = []
        self._changed = threading.Condition()
        self.dialers, self.carers = DaemonPool("ssh-connect", DIALERS), DaemonPool("ssh-care", CARERS)
        self._nodes = {node.name: self._make(node) for node in profile.nodes}
        self._keeper = Keeper([node.link for node in self._nodes.values()])

    def _make(self, node: NodeProfile) -> SshNode:
        link = Link(node.name, lambda: self._connect(node), self.dialers, self.carers, self._on_change)
        return SshNode(node, link, self._answers, self.carers)

    def _connect(self, node: NodeProfile) -> SshTransport:
        self._keeper.start()
        transport = self._connector().connect(node)
        self._keeper.note_peer(transport.getpeername())
        return transport

    def connect_apart(self, name: str) -> SshTransport:
        """A connection of its own, logged in like the node's, that nobody looks after. Blocks. Raises a NodeError."""
        return self._connector().connect(self._nodes[name].profile)

    def _connector(self) -> Connector:
        # Here, in a worker thread, because paramiko takes 0.1 s to import.
        from nasclustergui.remote.ssh_auth import Login
        from nasclustergui.remote.ssh_connect import Connector

        with self._lock:
            if self._connector_made is None:
                self._connector_made = Connector(self._config, Login(self._answers), self._known_hosts)
            return self._connector_made

    def __getitem__(self, name: str) -> SshNode:
        return self._nodes[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)

    def link(self, name: str) -> LinkInfo:
        """How we stand with a node."""
        return self._nodes[name].link.info

    def answering(self) -> tuple[str, ...]:
        """Connected nodes first, those with an overdue sign of life after them, then those never tried yet."""
        rank = {}
        for name, node in self._nodes.items():
            info = node.link.info
            if info.state is LinkState.ONLINE:
                rank[name] = 1 if node.link.shaky else 0
            elif info.state is LinkState.CONNECTING and info.error is None:
                rank[name] = 2
        return tuple(sorted(rank, key=lambda name: rank[name]))

    def connect_all(self, wait: float = 0.0) -> None:
        """Begin to connect to all; return when each is connected or failed, at the latest after `wait` seconds."""
        for node in self._nodes.values():
            node.link.start()
        end = time.monotonic() + wait
        with self._changed:
            self._changed.wait_for(lambda: not self._undecided(), max(0.0, end - time.monotonic()))

    def _undecided(self) -> bool:
        infos = [node.link.info for node in self._nodes.values()]
        return any(i.state is not LinkState.ONLINE and i.error is None for i in infos)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener(name, info)` from worker threads whenever a link changes. Returns what ends that."""
        with self._lock:
            self._listeners.append(listener)

        def forget() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return forget

    def _on_change(self, name: str, info: LinkInfo) -> None:
        with self._changed:
            self._changed.notify_all()
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener(name, info)

    def accept(self, error: HostKeyUnknown) -> None:
        """Store the host key that the user compared and accepted, and connect."""
        route = self._config.route(self._nodes[error.node].profile)
        self._connector().host_keys(route).accept(error)
        self.retry_now(error.node)

    def retry_now(self, name: str | None = None) -> None:
        """Connect now to that node, or to all that aren't connected; what was refused before is asked again."""
        self._answers.ask_again()
        for node in self._nodes.values() if name is None else (self._nodes[name],):
            node.retry_now()

    def open_unix(self, node: str, path: str, timeout: float = 10.0, job: Job | None = None) -> SshChannel:
        """See `tunnel.open_unix`."""
        from nasclustergui.remote.tunnel import open_unix

        return open_unix(self._nodes[node], path, timeout, job)

    def open_tcp(self, node: str, host: str, port: int, timeout: float = 10.0, job: Job | None = None) -> SshChannel:
        """See `tunnel.open_tcp`."""
        from nasclustergui.remote.tunnel import open_tcp

        return open_tcp(self._nodes[node], host, port, timeout, job)

    def close(self) -> None:
        """End all connections without waiting for anybody."""
        self._keeper.stop()
        for node in self._nodes.values():
            node.link.close()
        if self._connector_made is not None:
            self._connector_made.close()
