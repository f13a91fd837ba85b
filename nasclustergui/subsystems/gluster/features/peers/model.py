"""How the nodes of a pool see each other, and what each one has stored about the volumes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nasclustergui.core.events import Severity
from nasclustergui.subsystems.gluster.model import Peer


@dataclass(frozen=True)
class VolumeConfig:
    """A volume as one node has it stored below /var/lib/glusterd/vols.

    Attributes:
        version: counts the changes; between two peers the larger one wins.
        checksum, quota: of the configuration and of the limits. If they differ at the same version, peers are rejected.
        lines: key → value of the file `info`, without what only glusterd may know (user name, password).
    """

    name: str
    version: str
    checksum: str
    quota: str
    lines: Mapping[str, str]

    @property
    def signature(self) -> tuple[str, str, str, str]:
        """What two glusterds compare when they meet."""
        return (self.name, self.version, self.checksum, self.quota)


@dataclass(frozen=True)
class NodeConfig:
    """What a node has stored.

    Attributes:
        uuid: "" before glusterd made itself one. op_version: what the pool runs at, as this node believes.
        version: of the installed GlusterFS ("10.3"), "" if it isn't installed. active: glusterd's unit ("active").
        peers: host names that it has stored for others.
    """

    node: str
    uuid: str = ""
    op_version: str = ""
    version: str = ""
    active: str = ""
    hostname: str = ""
    peers: tuple[str, ...] = ()
    volumes: Mapping[str, VolumeConfig] = field(default_factory=dict)

    @property
    def signature(self) -> frozenset[tuple[str, str, str, str]]:
        """Of all its volumes."""
        return frozenset(volume.signature for volume in self.volumes.values())


@dataclass(frozen=True)
class Survey:
    """All nodes of the profile, each asked itself.

    Attributes:
        configs: node → what it has stored. views: node → its own list of peers, itself included.
        unread: node → why it could not be asked, for either of them.
    """

    configs: Mapping[str, NodeConfig]
    views: Mapping[str, tuple[Peer, ...]]
    unread: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """Something worth knowing before a host is added. CRITICAL: gluster would refuse or the pool would suffer."""

    severity: Severity
    text: str
    more: str = ""


@dataclass(frozen=True)
class Preflight:
    """What was found out about a host before it is added.

    Attributes:
        host: as it will be given to gluster. node: its name in the profile, "" if that doesn't know it.
        uuid: glusterd's own id there, "" if unknown. member: it is in the pool already, under some name.
    """

    host: str
    node: str
    findings: tuple[Finding, ...]
    uuid: str = ""
    member: Peer | None = None

    @property
    def obstacles(self) -> tuple[Finding, ...]:
        """What forbids to add it."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.CRITICAL)
