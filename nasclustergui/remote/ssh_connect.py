"""Making one SSH connection: TCP, jump hosts, handshake, host key, login."""

from __future__ import annotations

import errno
import logging
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from nasclustergui.core.errors import NasError, Unreachable
from nasclustergui.core.i18n import _
from nasclustergui.core.profile import NodeProfile
from nasclustergui.core.units import duration
from nasclustergui.remote.channel import ChannelRefused, open_channel
from nasclustergui.remote.host_keys import GLOBAL, HostKeys
from nasclustergui.remote.ssh_auth import Login
from nasclustergui.remote.ssh_config import Hop, Route, SshConfig
from nasclustergui.remote.ssh_transport import SshChannel, SshTransport
from nasclustergui.remote.waiting import TimeUp, Watch

TCP_TIMEOUT = 8.0
HANDSHAKE_TIMEOUT = 10.0
LOGIN_TIMEOUT = 20.0
USER_KNOWN_HOSTS = Path("~/.ssh/known_hosts")

# Every failure reaches us as an exception; paramiko would log it a second time, with a traceback.
if logging.getLogger("paramiko").level == logging.NOTSET:
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)


class Connector:
    """Connects to the nodes of a profile. Thread-safe; each `connect` blocks its thread."""

    def __init__(self, config: SshConfig, login: Login, own_known_hosts: Path) -> None:
        self._config, self._login, self._own = config, login, own_known_hosts
        self._lock = threading.Lock()
        self._host_keys: dict[tuple[Path, ...], HostKeys] = {}
        self._jumps: dict[tuple[Hop, ...], _Jump] = {}

    def host_keys(self, route: Route) -> HostKeys:
        """The accepted keys that count for a node; those that its user accepts are added there."""
        named = self._config.defaults.known_hosts
        files = (Path(named).expanduser(),) if named else route.known_hosts or (USER_KNOWN_HOSTS.expanduser(),)
        with self._lock:
            if files not in self._host_keys:
                add_to = files[0] if named else self._own
                self._host_keys[files] = HostKeys(files if named else (*files, GLOBAL), add_to)
            return self._host_keys[files]

    def connect(self, node: NodeProfile) -> SshTransport:
        """A connection that is logged in. Raises a NodeError."""
        route = self._config.route(node)
        return self._reach(node.name, route.hops, self.host_keys(route))

    def _reach(self, node: str, hops: tuple[Hop, ...], keys: HostKeys) -> SshTransport:
        *before, hop = hops
        sock = self._through(node, tuple(before), hop, keys) if before else dial(node, hop)
        transport = SshTransport(sock)
        try:
            shake_hands(transport, node, hop, keys)
            transport.auth_timeout = LOGIN_TIMEOUT
            self._login.log_in(transport, node, hop)
        except BaseException:
            transport.drop()
            raise
        return transport

    def _through(self, node: str, jumps: tuple[Hop, ...], hop: Hop, keys: HostKeys) -> SshChannel:
        """A TCP connection from the last jump host; jump hosts are shared by the nodes behind them."""
        with self._lock:
            jump = self._jumps.setdefault(jumps, _Jump())
        transport = jump.get(lambda: self._reach(node, jumps, keys))
        try:
            with Watch(TCP_TIMEOUT) as watch:
                channel = open_channel(transport, "direct-tcpip", (hop.host, hop.port, "127.0.0.1", 0), watch)
                channel.listen(threading.Event())
                return channel
        except TimeUp as error:
            transport.drop()
            raise Unreachable(node, _("no answer through the jump host {jump}").format(jump=jumps[-1])) from error
        except ChannelRefused as error:
            raise Unreachable(
                node,
                _("the jump host {jump} can't reach {host}").format(jump=jumps[-1], host=f"{hop.host}:{hop.port}"),
                hint=_("Check that the node is powered on and that the jump host allows TCP forwarding."),
                details=str(error),
            ) from error
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise Unreachable(node, _("the connection to the jump host {jump} broke").format(jump=jumps[-1])) from error

    def close(self) -> None:
        """End the connections to jump hosts."""
        with self._lock:
            jumps = tuple(self._jumps.values())
        for jump in jumps:
            jump.drop()


class _Jump:
    """A shared connection to a jump host, made anew when it is gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._transport: SshTransport | None = None

    def get(self, connect: Callable[[], SshTransport]) -> SshTransport:
        with self._lock:
            if self._transport is None or not self._transport.is_active():
                self._transport = connect()
            return self._transport

    def drop(self) -> None:
        transport = self._transport
        if transport is not None:
            transport.drop()


def dial(node: str, hop: Hop) -> socket.socket:
    """A TCP connection to the first address of the host that answers. Raises Unreachable."""
    try:
        places = socket.getaddrinfo(hop.host, hop.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(
            node,
            _("the name {host} is not known").format(host=hop.host),
            hint=_("Check the address in the cluster's profile, and the name server."),
            details=str(error),
        ) from error
    end = time.monotonic() + TCP_TIMEOUT
    failure: OSError = TimeoutError()
    for place, (family, kind, protocol, _name, address) in enumerate(places):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(max(0.1, (end - time.monotonic()) / (len(places) - place)))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        except OSError as error:
            sock.close()
            failure = error
    raise _unreachable(node, hop, failure) from failure


def _unreachable(node: str, hop: Hop, error: OSError) -> Unreachable:
    """The reason in words."""
    place = f"{hop.host}:{hop.port}"
    hint = ""
    if isinstance(error, TimeoutError):
        said = _("no answer from {place} within {time}").format(place=place, time=duration(TCP_TIMEOUT))
    elif isinstance(error, ConnectionRefusedError):
        said = _("nothing listens at {place}").format(place=place)
        hint = _("Check that the SSH server runs there, and its port.")
    elif error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN):
        said = _("there is no route to {place}").format(place=place)
        hint = _("Check that the node is powered on and connected to the network.")
    else:
        said = _("no connection to {place} ({reason})").format(place=place, reason=error.strerror or error)
    return Unreachable(node, said, hint=hint, details=str(error))


def shake_hands(transport: SshTransport, node: str, hop: Hop, keys: HostKeys) -> None:
    """Agree on encryption and check the host key, before anything secret is sent."""
    transport.prefer_keys(keys.types(hop.known_as, hop.port))
    done = threading.Event()
    transport.banner_timeout = HANDSHAKE_TIMEOUT
    try:
        transport.start_client(event=done)
        if not done.wait(HANDSHAKE_TIMEOUT):
            raise _no_handshake(node, hop, _("no answer from the SSH server at {place}"), "")
        key = transport.get_remote_server_key()
    except NasError:
        raise
    except (paramiko.SSHException, EOFError, OSError) as error:
        cause = transport.get_exception() or error
        if isinstance(cause, IncompatiblePeer):
            sentence = _("the SSH server at {place} offers no encryption that this program accepts")
        elif "banner" in str(cause) and "EOF" not in repr(cause.__context__):
            sentence = _("what listens at {place} is not an SSH server")
        else:
            sentence = _("the SSH server at {place} ended the connection before the login")
        raise _no_handshake(node, hop, sentence, str(cause)) from error
    keys.check(node, hop.known_as, hop.port, key.get_name(), key.asbytes())


def _no_handshake(node: str, hop: Hop, sentence: str, details: str) -> Unreachable:
    return Unreachable(
        node,
        sentence.format(place=f"{hop.host}:{hop.port}"),
        hint=_("The machine may hang, its SSH server be overloaded (MaxStartups), or a firewall close the connection."),
        details=details,
    )
