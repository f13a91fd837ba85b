"""What is known of a node and of etcd before a role is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from nasclustergui.cluster.lifecycle.roles.settings import Pair
from nasclustergui.core.events import Severity
from nasclustergui.subsystems.etcd.features.members.arithmetic import Verdict
from nasclustergui.subsystems.etcd.model import EtcdState, Member


class Stage(StrEnum):
    """How far a node is on the way from worker to manager."""

    OUTSIDE = "outside"  # no member
    ANNOUNCED = "announced"  # a learner that has never started
    LEARNER = "learner"  # started, without a vote
    VOTER = "voter"  # a member like the others


@dataclass(frozen=True)
class Look:
    """What a machine says about etcd on it.

    Attributes:
        version: of the installed etcd, "" if it isn't installed.
        candidate: what apt-get would install then. active, enabled, loaded: of the unit etcd.service, systemd's words.
        settings: those of the running process; of the file where none runs. file: that file's ETCD_ variables.
        config_file: etcd reads a configuration file instead of variables.
        listening: port → the program that listens there. data: entries of the data directory, () for none.
        data_dir: the one that was looked at. free: bytes free there, None if unknown.
        skew: its clock minus this workstation's, seconds; None if unknown. addresses: "10.0.0.4/24".
        perl, openssl: they are there. heartbeat: the heartbeat service of this program is set up there.
        user: that the unit runs etcd as.
    """

    version: str = ""
    candidate: str = ""
    active: str = ""
    enabled: str = ""
    loaded: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    file: Mapping[str, str] = field(default_factory=dict)
    listening: Mapping[int, str] = field(default_factory=dict)
    data: tuple[str, ...] = ()
    data_dir: str = ""
    free: int | None = None
    skew: float | None = None
    addresses: tuple[str, ...] = ()
    perl: bool = False
    openssl: bool = False
    heartbeat: bool = False
    user: str = "etcd"

    @property
    def config_file(self) -> bool:
        """etcd reads a configuration file; then all other settings are ignored."""
        return bool(self.settings.get("ETCD_CONFIG_FILE"))

    @property
    def running(self) -> bool:
        """Its unit runs, or begins or fails to."""
        return self.active in ("active", "activating", "reloading", "deactivating")


@dataclass(frozen=True)
class Owner:
    """Whose a file or directory is, and its mode."""

    user: str
    group: str
    mode: int
    directory: bool = False

    def open_to(self, user: str) -> bool:
        """A user whose group has the same name can read it, or pass through it if it is a directory."""
        bit = 1 if self.directory else 4
        shift = 6 if self.user == user else 3 if self.group == user else 0
        return user == "root" or bool(self.mode & bit << shift)


@dataclass(frozen=True)
class Files:
    """Certificates as they are on a node.

    Attributes:
        texts: path → what the file holds; paths that don't exist are missing.
        keys: path of a private key → its public half in PEM, b"" if it can't be had. Private keys stay where they are.
        unreadable: what etcd's user can't read. owners: of all these paths and of the directories above them.
    """

    texts: Mapping[str, bytes] = field(default_factory=dict)
    keys: Mapping[str, bytes] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()
    owners: Mapping[str, Owner] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """Something worth knowing. CRITICAL forbids the change; `field` names the part of the question it is about."""

    severity: Severity
    text: str
    more: str = ""
    field: str = ""


@dataclass(frozen=True)
class Upload:
    """A file to be laid on the node. `secret`: only root and etcd may read it, and it is never shown."""

    path: str
    content: bytes = field(repr=False)
    secret: bool
    title: str


@dataclass(frozen=True)
class Candidate:
    """All that was found out about a node that is to become a manager.

    Attributes:
        node: its name in the profile. state: etcd as it is. member: the node's member, None if it is none.
        stage: how far it is. look: the machine, None if it does not answer.
        host: where etcd is to listen, "" if unknown. settings: those that it gets, {} if they can't be derived.
        peer_url, client_url: what it will advertise. pairs: certificates it needs, () without TLS.
        uploads: files that must be laid there first. opened: files and directories to be opened to etcd.
        findings: worst first.
        verdict: what its vote does to the majority; None where it has it already.
    """

    node: str
    state: EtcdState
    member: Member | None = None
    stage: Stage = Stage.OUTSIDE
    look: Look | None = None
    host: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    peer_url: str = ""
    client_url: str = ""
    pairs: tuple[Pair, ...] = ()
    uploads: tuple[Upload, ...] = ()
    opened: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    verdict: Verdict | None = None

    @property
    def obstacles(self) -> tuple[Finding, ...]:
        """What forbids it."""
        return tuple(f for f in self.findings if f.severity is Severity.CRITICAL)
