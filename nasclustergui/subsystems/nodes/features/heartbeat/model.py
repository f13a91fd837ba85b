"""How the heartbeat of a node is, and how one is set up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nasclustergui.core.command import Secret
from nasclustergui.subsystems.nodes.features.heartbeat.files import version

TTL = 30  # seconds after its last sign that etcd forgets a node; it renews every third of that


@dataclass(frozen=True)
class Login:
    """With what the heartbeat logs in to etcd: paths on the node, and a user where certificates alone don't do.

    Attributes:
        password: None where there is no user, or with `keep` where the one on the node stays as it is.
    """

    ca: str = ""
    cert: str = ""
    key: str = ""
    user: str = ""
    password: Secret | None = field(default=None, repr=False)
    keep: bool = False


@dataclass(frozen=True)
class Settings:
    """What stands in the node's settings file.

    Attributes:
        name, ip, role: what it registers as. endpoints: client URLs of etcd's members as the node reaches them.
    """

    name: str
    ip: str
    role: str
    endpoints: tuple[str, ...]
    login: Login = field(default_factory=Login)
    ttl: int = TTL


@dataclass(frozen=True)
class Heartbeat:
    """The service as it is on a node.

    Attributes:
        version: number in its script; 0: a script without one; None: not installed.
        current: script and unit are those of this program.
        active: systemd's word: "active", "activating", "failed", "inactive". enabled: it starts at boot.
        since: Unix time of its last start, None if it doesn't run. restarts: how often systemd started it anew.
        values: its settings by name, without the password. has_password: there is one.
        etcdctl: version of etcdctl on the node, "" if there is none.
        log: its newest lines, oldest first.
    """

    version: int | None = None
    current: bool = False
    active: str = "inactive"
    enabled: bool = False
    since: float | None = None
    restarts: int = 0
    values: Mapping[str, str] = field(default_factory=dict)
    has_password: bool = False
    etcdctl: str = ""
    log: tuple[str, ...] = ()

    @property
    def installed(self) -> bool:
        """There is a script and settings for it."""
        return self.version is not None and bool(self.values)

    @property
    def running(self) -> bool:
        """It runs now and will after a restart of the machine."""
        return self.active == "active" and self.enabled

    @property
    def old(self) -> bool:
        """It is installed in another version than this program's, or was changed by hand."""
        return self.version is not None and not self.current

    @property
    def newer(self) -> bool:
        """A newer program installed it."""
        return self.version is not None and self.version > version()

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The members that it asks."""
        return tuple(url for url in self.values.get("ETCDCTL_ENDPOINTS", "").split(",") if url)

    @property
    def login(self) -> Login:
        """With what it logs in; the password stays where it is."""
        value = self.values.get
        return Login(
            value("ETCDCTL_CACERT", ""),
            value("ETCDCTL_CERT", ""),
            value("ETCDCTL_KEY", ""),
            value("ETCDCTL_USER", ""),
            keep=self.has_password,
        )
