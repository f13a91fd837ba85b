"""What is checked before a machine joins, what came of it, and everything that was found out. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from nasclustergui.core.disks import Disk
from nasclustergui.core.errors import NodeError
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.profile import NodeProfile
from nasclustergui.subsystems.etcd.model import EtcdState, Member, Registration
from nasclustergui.subsystems.gluster.features.peers.model import NodeConfig
from nasclustergui.subsystems.gluster.model import GlusterState, Peer
from nasclustergui.subsystems.nodes.features.heartbeat.model import Heartbeat, Login
from nasclustergui.subsystems.nodes.features.joining.model import Clock, Machine, Port


class Check(StrEnum):
    """What is looked at, in the order to show."""

    SSH = "ssh"
    SUDO = "sudo"
    HOSTNAME = "hostname"
    NAMES = "names"
    CLOCK = "clock"
    VERSIONS = "versions"
    PORTS = "ports"
    GLUSTERD = "glusterd"
    ETCD = "etcd"
    DISKS = "disks"
    LEFTOVERS = "leftovers"


def check_title(check: Check) -> str:
    """How to call it."""
    return {
        Check.SSH: _("SSH login"),
        Check.SUDO: _("Acting as root"),
        Check.HOSTNAME: _("Host name"),
        Check.NAMES: _("Names and addresses"),
        Check.CLOCK: _("Clock"),
        Check.VERSIONS: _("Versions"),
        Check.PORTS: _("Ports"),
        Check.GLUSTERD: _("GlusterFS"),
        Check.ETCD: _("etcd and heartbeat"),
        Check.DISKS: _("Disks for bricks"),
        Check.LEFTOVERS: _("Leftovers"),
    }[check]


@dataclass(frozen=True)
class Finding:
    """What came of a check, one sentence.

    Attributes:
        severity: OK, INFO, WARN, CRITICAL; UNKNOWN: it could not be tested.
        more: what to do about it. fix: what the join's plan does about it by itself; then it stands in nobody's way.
        error: why a login failed, for the dialogs about host keys.
    """

    check: Check
    severity: Severity
    text: str
    more: str = ""
    fix: str = ""
    error: NodeError | None = None

    @property
    def blocks(self) -> bool:
        """The machine cannot join before a person did something about it."""
        return self.severity is Severity.CRITICAL and not self.fix


@dataclass(frozen=True)
class Look:
    """Everything that was found out about a machine and its way to the others; None and {} where it wasn't.

    Attributes:
        node: the machine, as in the profile or as typed. role: what it shall be: "manager", "worker", "edge".
        members: the profile's other nodes. unread: those of them that could not be asked → why.
        machine, config, connected, disks, heartbeat: of the machine itself; `config` is what its glusterd has stored,
            `connected` the peers that its own glusterd sees as connected.
        others, other_configs: node → the same of the other nodes.
        clocks: node → its clock against this workstation's; the machine's own too.
        gluster, etcd: the cluster. gluster_error, etcd_error: why they could not be read, a sentence.
        endpoints: client URLs of etcd's members. has_etcd: the profile names one.
        hosts: name by which the cluster calls another node → its address. address: the machine's.
        names_here: name → addresses, as the machine resolves it. names_there: node → addresses of the machine's name.
        ports_out, ports_in: what the machine reaches; node → whether it reaches the machine.
        login: with what its heartbeat would log in to etcd, as far as files tell. login_said: etcdctl's words when
            that was tried from the machine; "" it works, None it wasn't tried.
        send_ca: the machine has no certificate of etcd's authority, this workstation's is to be sent.
        etcd_users: users and roles of etcd; None where our own login may not ask, and so may not make any.
    """

    node: NodeProfile
    role: str = "worker"
    members: tuple[str, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    machine: Machine | None = None
    config: NodeConfig | None = None
    connected: tuple[str, ...] = ()
    disks: tuple[Disk, ...] = ()
    heartbeat: Heartbeat | None = None
    others: Mapping[str, Machine] = field(default_factory=dict)
    other_configs: Mapping[str, NodeConfig] = field(default_factory=dict)
    clocks: Mapping[str, Clock] = field(default_factory=dict)
    gluster: GlusterState | None = None
    gluster_error: str = ""
    etcd: EtcdState | None = None
    etcd_error: str = ""
    endpoints: tuple[str, ...] = ()
    has_etcd: bool = False
    hosts: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    names_here: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names_there: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ports_out: Mapping[tuple[str, int], Port] = field(default_factory=dict)
    ports_in: Mapping[str, Mapping[tuple[str, int], Port]] = field(default_factory=dict)
    login: Login = field(default_factory=Login)
    login_said: str | None = None
    send_ca: bool = False
    etcd_users: tuple[frozenset[str], frozenset[str]] | None = None

    @property
    def name(self) -> str:
        """Of the machine in the profile."""
        return self.node.name

    @property
    def carries_bricks(self) -> bool:
        """Edge nodes carry none, so they are no peers."""
        return self.role != "edge"

    @property
    def peer(self) -> Peer | None:
        """The machine as a peer of the pool: by name or address. A clone has a peer's id and is another machine."""
        for peer in self.gluster.peers if self.gluster else ():
            if peer.node == self.name or any(self._is_mine(host) for host in peer.hostnames):
                return peer
        return None

    @property
    def same_as(self) -> str:
        """Another node of the profile that is this very machine, "" if none is."""
        return next((name for name in self.members if self._is_mine(self.hosts.get(name, name))), "")

    def _is_mine(self, host: str) -> bool:
        """A name or address by which the cluster calls this machine."""
        own = self.machine.addresses if self.machine else ()
        return host == self.name or host in own or self.hosts.get(host) in own

    @property
    def member(self) -> Member | None:
        """The machine as a member of etcd."""
        for member in self.etcd.members if self.etcd else ():
            hosts = (urlsplit(url).hostname or "" for url in (*member.client_urls, *member.peer_urls))
            if self.name in (member.node, member.name) or any(map(self._is_mine, hosts)):
                return member
        return None

    @property
    def registration(self) -> Registration | None:
        """What etcd has of the machine under a lease."""
        found = self.etcd.registrations if self.etcd else ()
        return next((each for each in found if each.name == self.name), None)


@dataclass(frozen=True)
class Verdict:
    """All findings about a machine, with what they are made of."""

    look: Look
    findings: tuple[Finding, ...]

    @property
    def obstacles(self) -> tuple[Finding, ...]:
        """What a person must do before the machine can join."""
        return tuple(finding for finding in self.findings if finding.blocks)

    @property
    def fixes(self) -> tuple[Finding, ...]:
        """What the join's plan does by itself."""
        return tuple(finding for finding in self.findings if finding.fix)

    def of(self, check: Check) -> tuple[Finding, ...]:
        """Those of one check."""
        return tuple(finding for finding in self.findings if finding.check is check)
