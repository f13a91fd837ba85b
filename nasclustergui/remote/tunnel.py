"""Byte streams to a node's Unix sockets and TCP ports, through its SSH connection."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from nasclustergui.core.errors import NodeError, ServiceDown
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.remote.sessions import broken
from nasclustergui.remote.ssh import SshNode
from nasclustergui.remote.waiting import TimeUp, Watch

if TYPE_CHECKING:
    from nasclustergui.remote.ssh_transport import SshChannel

PROHIBITED = 1  # RFC 4254, 5.1


def open_unix(node: SshNode, path: str, timeout: float = 10.0, job: Job | None = None) -> SshChannel:
    """A stream to a Unix socket there (OpenSSH's PROTOCOL, 2.4), with the login user's rights.

    The channel works like a socket (recv, sendall, makefile, settimeout, close). Raises NodeError,
    ServiceDown if nothing listens there, Cancelled.
    """
    return _open(node, "direct-streamlocal@openssh.com", (path, "", 0), path, timeout, job)


def open_tcp(node: SshNode, host: str, port: int, timeout: float = 10.0, job: Job | None = None) -> SshChannel:
    """A stream to a TCP port as seen from there (RFC 4254, 7.2). As `open_unix`."""
    return _open(node, "direct-tcpip", (host, port, "127.0.0.1", 0), f"{host}:{port}", timeout, job)


def _open(
    node: SshNode, kind: str, details: tuple[str | int, ...], place: str, timeout: float, job: Job | None
) -> SshChannel:
    with Watch(timeout, job) as watch:
        try:
            transport = node.link.transport(watch)
            import paramiko

            from nasclustergui.remote.channel import ChannelRefused, open_channel

            try:
                channel = open_channel(transport, kind, details, watch)
            except ChannelRefused as error:
                raise _refused(node, place, error.code, str(error)) from error
            except (paramiko.SSHException, EOFError, OSError) as error:
                raise broken(node.name, transport, error, started=False) from error
        except TimeUp:
            raise node.no_answer(timeout, place) from None
    channel.listen(threading.Event())
    return channel


def _refused(node: SshNode, place: str, code: int, text: str) -> NodeError | ServiceDown:
    if code == PROHIBITED:
        return NodeError(
            node.name,
            _("the SSH server does not forward to {place}").format(place=place),
            hint=_("Allow it in its sshd_config: AllowTcpForwarding and AllowStreamLocalForwarding."),
            details=text,
        )
    return ServiceDown(
        _("{node}: nothing answers at {place}").format(node=node.name, place=place),
        hint=_("Check that the service runs there, and that the login user may use it."),
        details=text,
    )
