"""What a cluster profile says: how to reach one cluster, how to name and colour it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Environment(StrEnum):
    """How much a mistake would hurt; the band across the window shows it."""

    PROD = "prod"
    TEST = "test"
    LAB = "lab"


@dataclass(frozen=True)
class SshDefaults:
    """How to log in where a node says nothing else.

    Attributes:
        user: "" takes ~/.ssh/config's, else root.
        port: 0 takes ~/.ssh/config's, else 22.
        identity_files: private keys to try, after the agent's; "" and () take ~/.ssh/config's and the usual ones.
        known_hosts: file with accepted host keys; "" is ~/.ssh/known_hosts plus the app's own.
        config: an ssh_config file; None is ~/.ssh/config, "" reads none.
        agent: ask the SSH agent.
    """

    user: str = ""
    port: int = 0
    identity_files: tuple[str, ...] = ()
    known_hosts: str = ""
    config: str | None = None
    agent: bool = True


@dataclass(frozen=True)
class NodeProfile:
    """One machine. `host` is an address, a name or an alias of ~/.ssh/config; "" in the rest takes the defaults.

    Attributes:
        rack: failure domain, groups the topology.
        role: "manager", "worker", "edge" or "" (then etcd's registration tells).
        jump: ProxyJump chain "user@host:port,…"; "" takes ~/.ssh/config's.
    """

    name: str
    host: str
    user: str = ""
    port: int = 0
    rack: str = ""
    role: str = ""
    jump: str = ""
    identity_files: tuple[str, ...] = ()


@dataclass(frozen=True)
class EtcdProfile:
    """How to reach etcd. No endpoints: the app works without it and says so.

    Attributes:
        endpoints: "https://10.0.0.1:2379" or "10.0.0.1:2379".
        ca, cert, key: PEM files, "" for none. user: for etcd's own authentication; the password is in the keyring.
    """

    endpoints: tuple[str, ...] = ()
    ca: str = ""
    cert: str = ""
    key: str = ""
    user: str = ""


@dataclass(frozen=True)
class Profile:
    """One cluster.

    Attributes:
        name: shown everywhere, unique among the profiles.
        environment: PROD, TEST or LAB.
        colour: "#RRGGBB" of the band; "" takes the environment's.
        read_only: the executor refuses every plan.
        location: free text ("Frankfurt").
    """

    name: str
    nodes: tuple[NodeProfile, ...]
    environment: Environment = Environment.PROD
    colour: str = ""
    read_only: bool = False
    location: str = ""
    ssh: SshDefaults = field(default_factory=SshDefaults)
    etcd: EtcdProfile = field(default_factory=EtcdProfile)

    def node(self, name: str) -> NodeProfile | None:
        """The node of that name."""
        return next((n for n in self.nodes if n.name == name), None)
