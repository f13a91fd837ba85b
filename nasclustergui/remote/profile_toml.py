"""A cluster profile as TOML text and back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.profile import Environment, EtcdProfile, NodeProfile, Profile, SshDefaults
from nasclustergui.remote.toml_text import parse_toml, toml_table

TOP = ("name", "environment", "colour", "read_only", "location", "ssh", "nodes", "etcd")
SSH = ("user", "port", "identity_files", "known_hosts", "config", "agent")
NODE = ("name", "host", "user", "port", "rack", "role", "jump", "identity_files")
ETCD = ("endpoints", "ca", "cert", "key", "user")


def parse_profile(text: str, source: str) -> Profile:
    """The profile in a TOML text; `source` names it in errors. "~" in paths becomes the home folder.

    Raises InvalidInput for what isn't TOML, unknown keys and values of the wrong kind. Whether the values can
    work says `core.profile_check`.
    """
    return profile_from(parse_toml(text, source), source)


def profile_from(data: Mapping[str, Any], source: str) -> Profile:
    """The profile in the tables of a TOML file."""
    top = _Table(data, "", source, TOP)
    nodes = data.get("nodes", [])
    if not isinstance(nodes, list):
        raise top.wrong("nodes", _("sections [[nodes]]"))
    return Profile(
        name=top.text("name"),
        nodes=tuple(_node(_Table(node, f"nodes[{i}]", source, NODE)) for i, node in enumerate(nodes)),
        environment=_environment(top),
        colour=top.text("colour"),
        read_only=top.flag("read_only"),
        location=top.text("location"),
        ssh=_ssh(_Table(data.get("ssh", {}), "ssh", source, SSH)),
        etcd=_etcd(_Table(data.get("etcd", {}), "etcd", source, ETCD)),
    )


def _environment(top: _Table) -> Environment:
    try:
        return Environment(top.text("environment") or Environment.PROD)
    except ValueError as error:
        raise top.wrong("environment", _("prod, test or lab")) from error


def _ssh(table: _Table) -> SshDefaults:
    return SshDefaults(
        user=table.text("user"),
        port=table.number("port"),
        identity_files=table.paths("identity_files"),
        known_hosts=table.path("known_hosts"),
        config=table.path("config") if "config" in table.data else None,
        agent=table.flag("agent", default=True),
    )


def _node(table: _Table) -> NodeProfile:
    texts = {key: table.text(key) for key in ("name", "host", "user", "rack", "role", "jump")}
    return NodeProfile(**texts, port=table.number("port"), identity_files=table.paths("identity_files"))


def _etcd(table: _Table) -> EtcdProfile:
    return EtcdProfile(
        endpoints=table.texts("endpoints"),
        ca=table.path("ca"),
        cert=table.path("cert"),
        key=table.path("key"),
        user=table.text("user"),
    )


class _Table:
    """A TOML table whose getters name the offending key. `where` is "" for the top, "ssh", "nodes[0]" …"""

    def __init__(self, data: Any, where: str, source: str, known: tuple[str, ...]) -> None:
        self.where, self.source = where, source
        if not isinstance(data, dict):
            raise self.wrong("", _("a section"))
        self.data: dict[str, Any] = data
        for key in data:
            if key not in known:
                raise InvalidInput(
                    _("{file}: {key} is not known here.").format(file=source, key=self._name(key)),
                    field=self._name(key),
                    hint=_("Known are: {keys}.").format(keys=", ".join(known)),
                )

    def _name(self, key: str) -> str:
        printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in key)
        return ".".join(part for part in (self.where, printable) if part)

    def wrong(self, key: str, wanted: str) -> InvalidInput:
        """The error for a value of the wrong kind."""
        return InvalidInput(
            _("{file}: {key} must be {wanted}.").format(file=self.source, key=self._name(key), wanted=wanted),
            field=self._name(key),
        )

    def text(self, key: str) -> str:
        """A text, "" if it is missing."""
        value = self.data.get(key, "")
        if not isinstance(value, str):
            raise self.wrong(key, _("a text in quotes"))
        return value

    def path(self, key: str) -> str:
        """A path with "~" expanded, "" if it is missing."""
        return _home(self.text(key))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty if it is missing."""
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(key, _("a list of texts in quotes"))
        return tuple(value)

    def paths(self, key: str) -> tuple[str, ...]:
        """A list of paths with "~" expanded."""
        return tuple(_home(path) for path in self.texts(key))

    def number(self, key: str) -> int:
        """A whole number, 0 if it is missing."""
        value = self.data.get(key, 0)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(key, _("a whole number"))
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """true or false."""
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, _("true or false"))
        return value


def _home(path: str) -> str:
    """ "~/…" in full. "~user" isn't for a program that asks nobody else's files."""
    return os.path.expanduser(path) if path.startswith("~/") else path


def format_profile(profile: Profile) -> str:
    """The profile as TOML text; what has its default is left out, except the most important."""
    top = {"name": profile.name, "environment": profile.environment.value, "read_only": profile.read_only}
    lines = toml_table(top | _set(profile, ("colour", "location")))
    if ssh := _set(profile.ssh, SSH):
        lines += ["", "[ssh]", *toml_table(ssh)]
    for node in profile.nodes:
        lines += ["", *_node_lines(node)]
    if etcd := _set(profile.etcd, ETCD):
        lines += ["", "[etcd]", *toml_table(etcd)]
    return "\n".join(lines) + "\n"


def format_node(node: NodeProfile) -> str:
    """One [[nodes]] section."""
    return "\n".join(_node_lines(node)) + "\n"


def _node_lines(node: NodeProfile) -> list[str]:
    return ["[[nodes]]", *toml_table({"name": node.name, "host": node.host} | _set(node, NODE[2:]))]


def _set(holder: object, keys: tuple[str, ...]) -> dict[str, Any]:
    """Those attributes that differ from the default of their class."""
    defaults = {key: field.default for key, field in getattr(holder, "__dataclass_fields__", {}).items()}
    return {key: getattr(holder, key) for key in keys if getattr(holder, key) != defaults[key]}
