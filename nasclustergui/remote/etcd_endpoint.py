"""Addresses of etcd members: what people write and what it means."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*):/+")
_LABEL = re.compile(r"^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$")
_NUMBERS = re.compile(r"^[0-9.]+$")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a member listens for clients. `host` without brackets, also for IPv6."""

    host: str
    port: int
    tls: bool

    @property
    def target(self) -> str:
        """ "10.0.0.1:2379" or "[fd00::1]:2379"."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """ "https://10.0.0.1:2379", as etcd itself writes it."""
        return f"{'https' if self.tls else 'http'}://{self.target}"


def parse_endpoint(text: str, tls: bool = False) -> Endpoint:
    """ "https://10.0.0.1:2379", "node1:2379", "[fd00::1]:2379" → Endpoint; without a scheme, `tls` decides.

    Raises InvalidInput with the reason.
    """
    cleaned = text.strip()
    if not cleaned:
        raise _invalid(text, _("it is empty"))
    if any(ord(c) < 33 or ord(c) == 127 for c in cleaned):
        raise _invalid(text, _("it contains spaces or control characters"))
    rest, tls = _without_scheme(text, cleaned, tls)
    rest = rest.removesuffix("/")
    if any(c in rest for c in "/?#@"):
        raise _invalid(text, _("only a host and a port may follow the scheme"))
    host, separator, port = rest.rpartition(":")
    if not separator or rest.endswith("]"):
        raise _invalid(text, _("the port is missing"))
    return Endpoint(_host(text, host), _port(text, port), tls)


def _without_scheme(text: str, cleaned: str, tls: bool) -> tuple[str, bool]:
    found = _SCHEME.match(cleaned)
    if not found:
        return cleaned, tls
    scheme = found.group(1).lower()
    if scheme not in ("http", "https") or not cleaned[len(scheme) :].startswith("://"):
        raise _invalid(text, _("it must begin with https:// or http://, or with the host"))
    return cleaned[len(scheme) + 3 :], scheme == "https"


def _host(text: str, host: str) -> str:
    if host.startswith("[") and host.endswith("]"):
        try:
            return str(ipaddress.IPv6Address(host[1:-1]))
        except ValueError as error:
            raise _invalid(text, _("what stands in brackets is not an IPv6 address")) from error
    if ":" in host:
        raise _invalid(text, _("an IPv6 address must stand in brackets"))
    if _NUMBERS.match(host):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError as error:
            raise _invalid(text, _("the address is not a valid IPv4 address")) from error
    labels = host.removesuffix(".").split(".")
    if len(host) > 253 or not all(_LABEL.match(label) for label in labels):
        raise _invalid(text, _("the host name is not valid"))
    return host.lower()


def _port(text: str, port: str) -> int:
    if not port:
        raise _invalid(text, _("the port is missing"))
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= 65535):
        raise _invalid(text, _("the port must be a number from 1 to 65535"))
    return int(port)


def _invalid(text: str, reason: str) -> InvalidInput:
    shown = text.encode("unicode_escape").decode("ascii") if not text.isprintable() else text
    return InvalidInput(
        _("“{endpoint}” is not an address of etcd: {reason}.").format(endpoint=shown, reason=reason),
        field="endpoints",
        hint=_("Write it as https://10.0.0.1:2379."),
    )
