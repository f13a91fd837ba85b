"""A second login to the same etcd, for what the profile's own user may not do: kept in memory only."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

from nasclustergui.core.command import Secret
from nasclustergui.core.errors import Cancelled
from nasclustergui.core.job import Job
from nasclustergui.core.profile import EtcdProfile
from nasclustergui.remote.etcd import EtcdClient
from nasclustergui.remote.etcd_users import log_in


class SecondLogin:
    """Nobody at first. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._client: EtcdClient | None = None
        self._closed = False

    @property
    def user(self) -> str:
        """Who is signed in, "" for nobody."""
        client = self._client
        return client.profile.user if client is not None else ""

    def client(self, endpoints: Sequence[str]) -> EtcdClient | None:
        """Asks etcd as that user, at these endpoints; None while nobody is signed in."""
        client = self._client
        if client is not None and tuple(endpoints) != client.profile.endpoints:
            client.use_endpoints(endpoints)
        return client

    def sign_in(self, profile: EtcdProfile, user: str, password: Secret, job: Job | None = None) -> None:
        """Try the login and keep it instead of the one before. Raises StoreError, and the one before stays."""
        client = EtcdClient(replace(profile, user=user), password)
        try:
            log_in(client, user, password, job)
        except BaseException:
            client.close()
            raise
        self._keep(client)

    def sign_out(self) -> None:
        """Nobody again. Calls under way end."""
        self._keep(None)

    def use_password(self, user: str, password: Secret) -> None:
        """That user's password was changed."""
        client = self._client
        if client is not None and client.profile.user == user:
            client.use_password(password)

    def close(self) -> None:
        """For good."""
        self._closed = True
        self._keep(None)

    def _keep(self, client: EtcdClient | None) -> None:
        with self._lock:
            if client is not None and self._closed:
                client.close()
                raise Cancelled
            before, self._client = self._client, client
        if before is not None:
            before.close()
