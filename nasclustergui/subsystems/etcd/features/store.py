"""What a feature gets to work with: the cluster's etcd and its nodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from nasclustergui.core.command import Command, Result, Secret
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.remote.etcd import EtcdClient
from nasclustergui.remote.etcd_second import SecondLogin
from nasclustergui.remote.node import Nodes
from nasclustergui.subsystems.etcd.features.coordination.held import Holdings
from nasclustergui.subsystems.etcd.model import EtcdState


@dataclass(frozen=True)
class Store:
    """One cluster's etcd, for worker threads: every method may block.

    Attributes:
        client: gRPC, with failover. nodes: the profile's machines over SSH, for what only they can do.
        read: members, leader, registrations as they are now.
        names: each address or host name of the profile's nodes → the node's name.
        held: leases, locks and candidacies that end with this program.
        login: somebody else who signed in for administration, in memory only.
    """

    client: EtcdClient
    nodes: Nodes
    read: Callable[[Job], EtcdState]
    names: dict[str, str]
    held: Holdings = field(default_factory=Holdings)
    login: SecondLogin = field(default_factory=SecondLogin)

    def admin(self) -> EtcdClient:
        """The client for what etcd allows its user root only: members, upkeep, snapshots, users and roles."""
        if not self.login.user:
            return self.client
        return self.login.client(self.client.profile.endpoints) or self.client

    def sign_in(self, user: str, password: Secret, job: Job | None = None) -> None:
        """From now on administrate as that user. Raises StoreError, `.login` for a wrong password."""
        self.login.sign_in(self.client.profile, user, password, job)


Run = Callable[[Store, Command, Job], Result]
"""Does what an `etcdctl …` command line says. Raises CommandFailed when etcd refused, StoreError, OutcomeUnknown."""

Check = Callable[[Store, Step, Job], str]
"""Why a condition of the step doesn't hold now, one sentence; "" if it holds. Raises NasError if nobody can tell."""

Follow = Callable[[Store, Step, Job], None]
"""Watches what the step started until it ended well. Raises NasError when it failed."""
