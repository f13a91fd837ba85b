"""The product's own keys, as data: what each means, what it may hold, what counts without it.

The layout is the NAS software's: /cluster/config/<section>/<key>, /cluster/nodes/<name>/…, /cluster/services/<name>/….
Keys that are not listed here are free.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.remote.etcd_types import printable

Check = Callable[[str], str]
"""Why a value cannot work, one sentence; "" if it can."""

NFS_VERSIONS = ("3", "4", "4.0", "4.1", "4.2")
ROLES = ("manager", "worker", "edge")
_NAME = re.compile(r"[A-Za-z0-9!@#$%^&()_'{}~-]+")  # [MS-NBTE] 2.2.1 without what Windows refuses in a name
_NAME_LENGTH = 15  # of 16 bytes, the last tells the kind of name (RFC 1001, 5.2)
_NO_ZONES = ("localtime", "Factory", "posixrules")  # files in the database that are no places
_MOST_REPLICAS = 10_000


@dataclass(frozen=True)
class Field:
    """One key, or one of each node or service.

    Attributes:
        pattern: the key's parts between "/"; "*" stands for any name.
        title: in a few words. help: what it does and what it may hold, a sentence or two.
        choices: the allowed values, () where others are allowed too.
        check: what else is asked of a value. default: what counts while there is no key, "" if nothing does.
        by_node: the nodes write it themselves: an edited value lasts until they write again.
    """

    pattern: tuple[str, ...]
    title: str
    help: str
    choices: tuple[str, ...] = ()
    check: Check = lambda _value: ""
    default: str = ""
    by_node: bool = False


@cache
def fields() -> tuple[Field, ...]:
    """All of them, in the active language."""
    return (*_configuration(), *_nodes(), *_services())


def _configuration() -> tuple[Field, ...]:
    config = ("cluster", "config")
    return (
        Field(
            (*config, "smb", "workgroup"),
            _("Windows workgroup"),
            _("The workgroup or domain that all nodes belong to for Windows clients. At most 15 characters."),
            check=_workgroup,
            default="WORKGROUP",
        ),
        Field(
            (*config, "smb", "netbios_name"),
            _("NetBIOS name"),
            _("The name under which Windows clients find the cluster. At most 15 characters, unique in the network."),
            check=_netbios_name,
        ),
        Field(
            (*config, "nfs", "version"),
            _("NFS version"),
            _("The newest NFS version that the nodes offer. Clients that mounted with a newer one lose the mount."),
            choices=NFS_VERSIONS,
            default="4.2",
        ),
        Field(
            (*config, "global", "timezone"),
            _("Time zone"),
            _("The time zone of all nodes, by its IANA name: Europe/Berlin, UTC. Snapshots and logs go by it."),
            check=_timezone,
            default="UTC",
        ),
    )


def _nodes() -> tuple[Field, ...]:
    node = ("cluster", "nodes", "*")
    return (
        Field((*node, "ip"), _("Address"), _("The node's own address in the cluster."), check=_address, by_node=True),
        Field((*node, "role"), _("Role"), _("What the node is to the cluster."), choices=ROLES, by_node=True),
        Field((*node, "status"), _("Status"), _("What the node says of itself."), by_node=True),
        Field(
            (*node, "last_heartbeat"),
            _("Heartbeat"),
            _("When the node last renewed its registration. A node whose lease ran out counts as gone."),
            by_node=True,
        ),
    )


def _services() -> tuple[Field, ...]:
    service = ("cluster", "services", "*")
    return (
        Field((*service, "replicas"), _("Replicas"), _("How many copies of it run, 0 to 10,000."), check=_count),
        Field((*service, "version"), _("Version"), _("The version of the service that runs."), check=_one_word),
    )


@lru_cache(maxsize=4096)
def field_of(key: bytes) -> Field | None:
    """What is known about a key, None for a free one."""
    parts = printable(key).split("/")
    if parts[0]:
        return None
    return next((field for field in fields() if _fits(field.pattern, parts[1:])), None)


def _fits(pattern: tuple[str, ...], parts: list[str]) -> bool:
    return len(pattern) == len(parts) and all(
        bool(part) if wanted == "*" else wanted == part for wanted, part in zip(pattern, parts, strict=True)
    )


def by_node(key: bytes) -> bool:
    """A node writes this key by itself, again and again."""
    field = field_of(key)
    return field is not None and field.by_node


def heartbeat(key: bytes) -> bool:
    """It changes every few seconds while all is well."""
    return key.endswith(b"/last_heartbeat") and by_node(key)


def note(key: bytes) -> str:
    """A word for the row of a key, "" for none."""
    return _("written by the node") if by_node(key) else ""


def fault(key: bytes, value: bytes) -> str:
    """Why the key must not hold this value, a sentence; "" if it may."""
    field = field_of(key)
    if field is None:
        return ""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return _("{title} is a text, and this is binary data.").format(title=field.title)
    if text != text.strip():
        return _("{title} begins or ends with a space or a line break.").format(title=field.title)
    if not text:
        return _("{title} is empty. Delete the key to go back to the default.").format(title=field.title)
    if field.choices and text not in field.choices:
        allowed = ", ".join(field.choices)
        return _("{title} must be one of {allowed}.").format(title=field.title, allowed=allowed)
    return field.check(text)


def require_fitting(key: bytes, value: bytes) -> None:
    """Raise InvalidInput for a value that the key must not hold."""
    why = fault(key, value)
    if why:
        field = field_of(key)
        raise InvalidInput(why, field="value", hint=field.help if field else "")


def _name(text: str, what: str) -> str:
    if len(text) > _NAME_LENGTH:
        return _("{what} has {n} characters; NetBIOS allows {most}.").format(what=what, n=len(text), most=_NAME_LENGTH)
    wrong = sorted({c for c in text if not _NAME.fullmatch(c)})
    if wrong:
        shown = " ".join(_("space") if c == " " else c for c in wrong)
        return _("{what} must not contain: {characters}").format(what=what, characters=shown)
    return ""


def _workgroup(text: str) -> str:
    return _name(text, _("The workgroup"))


def _netbios_name(text: str) -> str:
    if text.isdigit():
        return _("A NetBIOS name of digits alone is taken for an address.")
    return _name(text, _("The NetBIOS name"))


@cache
def zones() -> frozenset[str]:
    """All time zones that this workstation knows; reads a directory, so call it first in a worker thread."""
    return frozenset(zoneinfo.available_timezones()) - frozenset(_NO_ZONES)


def _timezone(text: str) -> str:
    known = zones()
    if not known or text in known:  # a workstation without the database cannot tell
        return ""
    close = difflib.get_close_matches(text, known, 1)
    if close:
        return _("There is no time zone {name}. Did you mean {close}?").format(name=text, close=close[0])
    return _("There is no time zone {name}. Take an IANA name such as Europe/Berlin.").format(name=text)


def _address(text: str) -> str:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return _("{text} is no IP address.").format(text=text)
    return ""


def _count(text: str) -> str:
    if not (text.isascii() and text.isdigit()) or int(text) > _MOST_REPLICAS:
        return _("Replicas must be a whole number from 0 to 10,000.")
    return ""


def _one_word(text: str) -> str:
    return _("A version has no spaces.") if text.split() != [text] else ""
