"""One gRPC connection to one etcd member, with its login."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Any

from nasclustergui.core.command import Secret
from nasclustergui.core.errors import Cancelled
from nasclustergui.core.job import Job
from nasclustergui.remote.etcd_endpoint import Endpoint
from nasclustergui.remote.etcd_errors import RpcFailed
from nasclustergui.remote.etcd_rpc import grpc, messages, unary_method, unary_methods
from nasclustergui.remote.etcd_tls import TlsFiles

_MESSAGE_LIMIT = 64 << 20  # bytes; gRPC's own 4 MiB is less than a page of large values
_CHANNEL_OPTIONS = (
    # A member that was unplugged or froze answers no pings: an open watch then fails after 9 s at most. etcd refuses
    # pings more often than every 5 s, and any ping while no call is open (GOAWAY too_many_pings).
    ("grpc.keepalive_time_ms", 6000),
    ("grpc.keepalive_timeout_ms", 2000),  # becomes TCP_USER_TIMEOUT: for a member that was unplugged
    ("grpc.http2.ping_timeout_ms", 3000),  # for one that froze: its kernel still acknowledges. gRPC's own is 60 s
    ("grpc.keepalive_permit_without_calls", 0),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.initial_reconnect_backoff_ms", 300),
    ("grpc.min_reconnect_backoff_ms", 2000),  # also how long one attempt to connect may take
    ("grpc.max_reconnect_backoff_ms", 3000),
    ("grpc.max_receive_message_length", _MESSAGE_LIMIT),
    ("grpc.max_send_message_length", _MESSAGE_LIMIT),
    ("grpc.enable_retries", 0),  # which member comes next is decided here, not in gRPC
    ("grpc.enable_http_proxy", 0),  # a proxy of the office's web traffic has no way into the cluster
)
LOGIN_SECONDS = 3.0  # the server hashes the password on purpose slowly
# With it a member without a leader refuses at once instead of waiting, and ends open watches.
_NEEDS_LEADER = (("hasleader", "true"),)


class Link:
    """A lazily made channel to `endpoint`. Any thread may use it."""

    def __init__(self, endpoint: Endpoint, tls: TlsFiles, user: str, password: Secret | None) -> None:
        self.endpoint, self.tls, self._user, self._password = endpoint, tls, user, password
        self._lock = threading.Lock()
        self._login_lock = threading.Lock()
        self._channel: Any = None
        self._stubs: dict[str, Any] = {}
        self._token: str | None = None
        self._closed = False

    @property
    def url(self) -> str:
        """The endpoint as etcd writes it."""
        return self.endpoint.url

    def unary(
        self,
        method: str,
        request: Any,
        seconds: float,
        *,
        leader: bool = True,
        login: bool = True,
        job: Job | None = None,
    ) -> Any:
        """Call "KV.Range" and the like and wait for the reply. Raises RpcFailed or Cancelled."""
        token = self._metadata(seconds, job) if login else ()
        return self.finish(self.begin(method, request, seconds, token + (_NEEDS_LEADER if leader else ())), job)

    def begin(self, method: str, request: Any, seconds: float, metadata: tuple[tuple[str, str], ...] = ()) -> Any:
        """Start a call and return its future for `finish`, so that several members can be asked at once."""
        call = self._method(method)
        try:
            return call.future(request, timeout=seconds, metadata=metadata)
        except ValueError as error:  # closed by another thread meanwhile
            raise Cancelled from error

    def finish(self, call: Any, job: Job | None = None) -> Any:
        """The reply of a call. A cancelled job cancels it."""
        forget = job.on_cancel(call.cancel) if job else None
        try:
            return call.result()
        except (grpc().RpcError, grpc().FutureCancelledError) as error:
            raise self._failed(error) from error
        finally:
            if forget:
                forget()
            if job:
                job.check()

    def stream(self, method: str, requests: Iterable[Any], seconds: float | None = None) -> Any:
        """Open a stream with login and return gRPC's call: iterate over it, `cancel()` it."""
        metadata = self._metadata(LOGIN_SECONDS, None) + _NEEDS_LEADER
        call = self._method(method)
        try:
            return call(iter(requests), timeout=seconds, metadata=metadata)
        except ValueError as error:
            raise Cancelled from error

    def send(self, method: str, request: Any) -> Any:
        """One request that is answered by a stream, with login: gRPC's call, to iterate over or to `cancel()`."""
        call = self._method(method)
        try:
            return call(request, metadata=self._metadata(LOGIN_SECONDS, None))
        except ValueError as error:
            raise Cancelled from error

    def first(self, method: str, request: Any, seconds: float, job: Job | None = None) -> Any:
        """Send one request into a stream and return the first reply. Raises RpcFailed or Cancelled."""
        call = self.stream(method, (request,), seconds)
        forget = job.on_cancel(call.cancel) if job else None
        try:
            return next(call)
        except StopIteration as error:
            raise RpcFailed(self.url, "UNAVAILABLE", "the member ended the stream") from error
        except grpc().RpcError as error:
            raise self._failed(error) from error
        finally:
            call.cancel()
            if forget:
                forget()
            if job:
                job.check()

    def stream_failed(self, error: Exception) -> RpcFailed:
        """What an exception out of a stream means; anything that isn't gRPC's is raised again."""
        if not isinstance(error, grpc().RpcError | grpc().FutureCancelledError):
            raise error
        return self._failed(error)

    def use_password(self, password: Secret) -> None:
        """Log in with another one before the next call."""
        self._password, self._token = password, None

    def forget_token(self) -> None:
        """Log in again before the next call."""
        self._token = None

    def close(self) -> None:
        """End all calls and the connection."""
        with self._lock:
            self._closed = True
            channel, self._channel = self._channel, None
            self._stubs.clear()
        if channel is not None:
            channel.close()

    def _method(self, method: str) -> Any:
        service, _dot, name = method.partition(".")
        with self._lock:
            if self._closed:
                raise Cancelled
            if self._channel is None:
                self._channel = self._open()
            if method in unary_methods():
                return unary_method(self._channel, method)
            if service not in self._stubs:
                self._stubs[service] = getattr(messages(), f"{service}Stub")(self._channel)
            return getattr(self._stubs[service], name)

    def _open(self) -> Any:
        if not self.endpoint.tls:
            return grpc().insecure_channel(self.endpoint.target, _CHANNEL_OPTIONS)
        credentials = grpc().ssl_channel_credentials(self.tls.ca, self.tls.key, self.tls.cert)
        return grpc().secure_channel(self.endpoint.target, credentials, _CHANNEL_OPTIONS)

    def _metadata(self, seconds: float, job: Job | None) -> tuple[tuple[str, str], ...]:
        """The login token. Tokens are kept by each member by itself and run out there, so each link has its own."""
        if not self._user or self._password is None:
            return ()
        with self._login_lock:
            if self._token is None:
                self._token = self._login(self._password, seconds, job)
            return (("token", self._token),) if self._token else ()

    def _login(self, password: Secret, seconds: float, job: Job | None) -> str:
        request = messages().AuthenticateRequest(name=self._user, password=password.reveal())
        try:
            return str(self.finish(self.begin("Auth.Authenticate", request, seconds, _NEEDS_LEADER), job).token)
        except RpcFailed as failure:
            if "authentication is not enabled" in failure.text:
                return ""  # nothing to log in to; asked again when the server refuses
            raise

    def _failed(self, error: Any) -> RpcFailed:
        if self._closed:
            raise Cancelled from error
        if isinstance(error, grpc().FutureCancelledError):
            return RpcFailed(self.url, "CANCELLED", "")
        return RpcFailed(self.url, str(error.code().name), str(error.details() or ""))


class TimedCall:
    """A call and how long its answer took: several are begun together and their answers fetched in turn."""

    def __init__(self, call: Any) -> None:
        self.call = call
        self._begun, self._ended = time.monotonic(), 0.0
        call.add_done_callback(self._done)

    def _done(self, _call: object) -> None:
        self._ended = time.monotonic()

    def seconds(self) -> float:
        """Until its answer was there; call it after `finish`."""
        return (self._ended or time.monotonic()) - self._begun
