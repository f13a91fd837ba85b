"""What all calls of the etcd client share: connections made at first use, failover, the end."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from nasclustergui.core.command import Secret
from nasclustergui.core.errors import Cancelled, InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.profile import EtcdProfile
from nasclustergui.remote.etcd_endpoint import Endpoint, parse_endpoint
from nasclustergui.remote.etcd_errors import Circumstances
from nasclustergui.remote.etcd_failover import Access, Failover
from nasclustergui.remote.etcd_link import Link
from nasclustergui.remote.etcd_tls import TlsFiles, load_tls, tls_fault

T = TypeVar("T")
SECONDS = 8.0  # an election takes up to 2 s, so two rounds of tries fit in


def diagnose(link: Link) -> str:
    """What TLS has against the endpoint, in a sentence; "" if nothing. Connects, so it blocks up to 3 s."""
    return tls_fault(link.endpoint, link.tls)


class Background(Protocol):
    """Something with a thread, to be ended with the client."""

    def stop(self) -> None:
        """Begin to end; must not wait."""


class EtcdSession:
    """The connections to a cluster's etcd. Nothing is read or connected before the first call. Thread-safe."""

    def __init__(self, profile: EtcdProfile, password: Secret | None = None, *, try_seconds: float = 2.0) -> None:
        """`password` belongs to `profile.user`. `try_seconds`: how long a member may take before the next is asked."""
        if not profile.endpoints:
            raise InvalidInput(_("The cluster's profile names no etcd endpoint."), field="endpoints")
        self._tls_by_default = bool(profile.ca or profile.cert)
        self.endpoints: tuple[Endpoint, ...] = self._parsed(profile.endpoints)
        self.profile = profile
        self._password, self._try_seconds = password, try_seconds
        self._lock = threading.Lock()
        self._tls: TlsFiles | None = None
        self._links: dict[Endpoint, Link] = {}
        self._made: Failover[Link] | None = None
        self._former: list[Failover[Link]] = []
        self._background: weakref.WeakSet[Background] = weakref.WeakSet()
        self._closed = False

    def _parsed(self, texts: Sequence[str]) -> tuple[Endpoint, ...]:
        return tuple(dict.fromkeys(parse_endpoint(text, self._tls_by_default) for text in texts))

    def use_endpoints(self, texts: Sequence[str]) -> None:
        """From now on ask these. Calls and watches under way go on with those they know. Raises InvalidInput."""
        endpoints = self._parsed(texts)
        with self._lock:
            self.endpoints, self.profile = endpoints, replace(self.profile, endpoints=tuple(texts))
            if self._made is not None:
                self._former.append(self._made)
            self._made = None

    def use_password(self, password: Secret) -> None:
        """From now on log in with this one: the user's password was changed."""
        with self._lock:
            self._password = password
            for link in self._links.values():
                link.use_password(password)

    def forget_logins(self) -> None:
        """Log in anew before the next calls: whether etcd asks for a login at all has changed."""
        with self._lock:
            for link in self._links.values():
                link.forget_token()

    def close(self) -> None:
        """End all calls, streams and threads; returns at once, they are gone within 1 s."""
        with self._lock:
            self._closed = True
            failovers = [*self._former, *([self._made] if self._made else [])]
            links, background = list(self._links.values()), list(self._background)
        for each in background:
            each.stop()
        for failover in failovers:
            failover.close()
        for link in links:
            link.close()

    def _failover(self) -> Failover[Link]:
        links = [self._link(endpoint) for endpoint in self.endpoints]
        with self._lock:
            if self._made is None:
                self._made = Failover(links, self._try_seconds, diagnose)
            return self._made

    def _link(self, endpoint: Endpoint) -> Link:
        """The connection to an endpoint, also to one that the profile doesn't name."""
        with self._lock:
            if self._closed:
                raise Cancelled
            if self._tls is None:
                self._tls = load_tls(self.profile)
            if endpoint not in self._links:
                self._links[endpoint] = Link(endpoint, self._tls, self.profile.user, self._password)
            return self._links[endpoint]

    def _call(
        self,
        method: str,
        request: Any,
        access: Access = Access.READ,
        *,
        subject: str = "",
        seconds: float = SECONDS,
        job: Job | None = None,
    ) -> Any:
        """Call `method` ("KV.Range") at any member that answers; `subject` is the key, for the sentence of an error."""
        return self._any(lambda link, left: link.unary(method, request, left, job=job), access, subject, seconds, job)

    def _any(
        self,
        attempt: Callable[[Link, float], T],
        access: Access,
        subject: str,
        seconds: float,
        job: Job | None,
    ) -> T:
        where = Circumstances(self.profile.user, subject, access is not Access.READ)
        return self._failover().call(attempt, access=access, seconds=seconds, where=where, job=job)

    def _adopt(self, background: Background) -> None:
        """End it with the client."""
        with self._lock:
            self._background.add(background)
            closed = self._closed
        if closed:
            background.stop()
