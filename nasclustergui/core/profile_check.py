"""What can be wrong with a cluster profile, in sentences: for the file, the dialog and the command line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath, PureWindowsPath
from typing import TypeVar

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.profile import NodeProfile, Profile

T = TypeVar("T")

ROLES = ("", "manager", "worker", "edge")
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?\.?")
_IPV6 = re.compile(r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]+(%[A-Za-z0-9_.-]+)?")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+@\\-]*\$?")
_NODE = re.compile(r"\w[\w.-]*")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_ENDPOINT = re.compile(r"(?:https?://)?(?P<host>\[[^\]]+\]|[^:/\[\]]+)(?::(?P<port>[0-9]{1,5}))?/?")


def problems(profile: Profile) -> tuple[InvalidInput, ...]:
    """Everything that cannot work; each names its `field` ("name", "nodes[0].host", "etcd.ca")."""
    return tuple(_all(profile))


def check(profile: Profile) -> None:
    """Raise the first problem."""
    for problem in problems(profile):
        raise problem


def _all(profile: Profile) -> Iterator[InvalidInput]:
    yield from _label(profile.name, "name", _("The cluster's name"), needed=True)
    yield from _label(profile.location, "location", _("The location"))
    if profile.colour and not _COLOUR.fullmatch(profile.colour):
        yield InvalidInput(
            _("“{colour}” is not a colour.").format(colour=_shown(profile.colour)),
            field="colour",
            hint=_("Write it as #RRGGBB, for instance #0B6E68."),
        )
    ssh = profile.ssh
    yield from _login("ssh.", ssh.user, ssh.port, ssh.identity_files)
    yield from _path("ssh.known_hosts", ssh.known_hosts)
    yield from _path("ssh.config", ssh.config or "")
    if not profile.nodes:
        yield InvalidInput(
            _("The profile names no node."), field="nodes", hint=_("Add at least one [[nodes]] section.")
        )
    for index, node in enumerate(profile.nodes):
        yield from _node(f"nodes[{index}].", node)
    yield from _doubles(profile.nodes)
    yield from _etcd(profile)


def _node(where: str, node: NodeProfile) -> Iterator[InvalidInput]:
    if not _NODE.fullmatch(node.name) or len(node.name) > 64:
        yield InvalidInput(
            _("“{name}” cannot be a node's name.").format(name=_shown(node.name)),
            field=f"{where}name",
            hint=_("Use up to 64 letters, digits, dots, hyphens and underscores, beginning with a letter or digit."),
        )
    if not is_host(node.host):
        yield InvalidInput(
            _("“{host}” cannot be a host.").format(host=_shown(node.host)),
            field=f"{where}host",
            hint=_("Use an IP address, a host name or an alias of your SSH configuration."),
        )
    yield from _login(where, node.user, node.port, node.identity_files)
    yield from _label(node.rack, f"{where}rack", _("The rack"))
    if node.role not in ROLES:
        yield InvalidInput(
            _("“{role}” is not a role.").format(role=_shown(node.role)),
            field=f"{where}role",
            hint=_("A role is manager, worker, edge or empty."),
        )
    for hop in node.jump.split(",") if node.jump else ():
        if not _is_hop(hop.strip()):
            yield InvalidInput(
                _("“{jump}” cannot be a jump host.").format(jump=_shown(hop)),
                field=f"{where}jump",
                hint=_("Write user@host:port, several separated by commas."),
            )


def is_host(text: str) -> bool:
    """True for an address, a host name or an alias: nothing that a shell or `ssh` could take for anything else."""
    return bool(_HOST.fullmatch(text) or _IPV6.fullmatch(text))


def _is_hop(text: str) -> bool:
    user, at, there = text.rpartition("@")
    match = re.fullmatch(r"(\[[^\]]+\]|[^:\[\]]+)(?::([0-9]{1,5}))?", there)
    return bool(
        match
        and (not at or _USER.fullmatch(user))
        and is_host(match[1].strip("[]"))
        and (match[2] is None or 0 < int(match[2]) < 65536)
    )


def _login(where: str, user: str, port: int, keys: Iterable[str]) -> Iterator[InvalidInput]:
    if user and not _USER.fullmatch(user):
        yield InvalidInput(
            _("“{user}” cannot be a user's name.").format(user=_shown(user)),
            field=f"{where}user",
            hint=_("Leave it empty to log in as root or as your SSH configuration says."),
        )
    if not 0 <= port < 65536:
        yield InvalidInput(
            _("{port} is not a port.").format(port=port), field=f"{where}port", hint=_("Ports go from 1 to 65535.")
        )
    for key in keys:
        yield from _path(f"{where}identity_files", key, needed=True)


def _etcd(profile: Profile) -> Iterator[InvalidInput]:
    etcd = profile.etcd
    for endpoint in etcd.endpoints:
        if not _is_endpoint(endpoint):
            yield InvalidInput(
                _("“{endpoint}” is not an etcd endpoint.").format(endpoint=_shown(endpoint)),
                field="etcd.endpoints",
                hint=_("Write it like https://10.0.0.1:2379."),
            )
    for double in _twice(etcd.endpoints):
        yield InvalidInput(
            _("The etcd endpoint “{endpoint}” is named twice.").format(endpoint=double), field="etcd.endpoints"
        )
    for key in ("ca", "cert", "key"):
        yield from _path(f"etcd.{key}", getattr(etcd, key))
    if bool(etcd.cert) != bool(etcd.key):
        yield InvalidInput(
            _("etcd needs the certificate and its key together."),
            field="etcd.key" if etcd.cert else "etcd.cert",
            hint=_("Name both files, or none."),
        )
    yield from _label(etcd.user, "etcd.user", _("etcd's user"))


def _is_endpoint(text: str) -> bool:
    match = _ENDPOINT.fullmatch(text)
    return bool(match and is_host(match["host"].strip("[]")) and (not match["port"] or 0 < int(match["port"]) < 65536))


def _label(text: str, where: str, what: str, *, needed: bool = False) -> Iterator[InvalidInput]:
    if needed and not text.strip():
        yield InvalidInput(_("{what} is empty.").format(what=what), field=where)
    elif not text.isprintable() or text != text.strip() or len(text) > 200:
        yield InvalidInput(
            _("{what} “{text}” cannot be used.").format(what=what, text=_shown(text)),
            field=where,
            hint=_("Use one line of at most 200 characters, without control characters or blanks around it."),
        )


def _path(where: str, path: str, *, needed: bool = False) -> Iterator[InvalidInput]:
    if not path and not needed:
        return
    if _breaks_lines(path) or not path.strip():
        yield InvalidInput(_("“{path}” cannot be a file's name.").format(path=_shown(path)), field=where)
    elif not (path.startswith("~/") or PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute()):
        yield InvalidInput(
            _("“{path}” does not say in which folder it is.").format(path=path),
            field=where,
            hint=_("Write the whole path, or begin it with ~/ for your home folder."),
        )


def _breaks_lines(text: str) -> bool:
    """True for control characters, line separators and bytes that aren't UTF-8; other blanks may be in a name."""
    return any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in text)


def _doubles(nodes: tuple[NodeProfile, ...]) -> Iterator[InvalidInput]:
    for name in _twice(node.name.casefold() for node in nodes):
        yield InvalidInput(_("Two nodes are called “{name}”.").format(name=name), field="nodes")
    for host, port, _jump in _twice((node.host.casefold(), node.port, node.jump) for node in nodes):
        where = f"{host}:{port}" if port else host
        yield InvalidInput(_("Two nodes have the host “{host}”.").format(host=_shown(where)), field="nodes")


def _twice(items: Iterable[T]) -> list[T]:
    listed = list(items)
    return [item for item in dict.fromkeys(listed) if listed.count(item) > 1]


def _shown(text: str) -> str:
    """The text so that it fits into a sentence: control characters visible, not too long."""
    visible = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return visible if len(visible) <= 60 else visible[:57] + "…"
