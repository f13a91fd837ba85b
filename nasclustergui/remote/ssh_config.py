"""Where a node is and how to log in: its profile over ~/.ssh/config over the usual."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nasclustergui.core.errors import Unreachable
from nasclustergui.core.i18n import _
from nasclustergui.core.profile import NodeProfile, SshDefaults
from nasclustergui.remote.host_keys import SSH_PORT

if TYPE_CHECKING:
    from paramiko import SSHConfig

USER_CONFIG = Path("~/.ssh/config")
USUAL_KEYS = ("~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa")
MAX_JUMPS = 8
_JUMP = re.compile(
    r"(?:ssh://)?(?:(?P<user>[^@\s]+)@)?(?:\[(?P<ip6>[^]\s]+)\]|(?P<host>[^:@/\s]+))(?::(?P<port>\d+))?/?"
)
_SSH_W = re.compile(r"\S*ssh\s+(?:-q\s+)?-W\s+(?P<there>\S+)\s+(?P<jump>[^\s-]\S*)")


@dataclass(frozen=True)
class Hop:
    """One machine to log in to on the way.

    Attributes:
        host, port: where its SSH server listens.
        known_as: what known_hosts calls it (HostKeyAlias, else `host`).
        identity_files: private keys to try; `named` if somebody named them, so that a bad one is worth a word.
        identities_only: of the agent's keys, use only those of `identity_files`.
        agent: ask the SSH agent.
    """

    host: str
    port: int
    user: str
    known_as: str
    identity_files: tuple[Path, ...] = ()
    named: bool = False
    identities_only: bool = False
    agent: bool = True

    def __str__(self) -> str:
        return f"{self.user}@{self.host}:{self.port}"


@dataclass(frozen=True)
class Route:
    """How to reach a node: the last hop is the node, those before it are jump hosts.

    `known_hosts` are files that ~/.ssh/config names for it.
    """

    hops: tuple[Hop, ...]
    known_hosts: tuple[Path, ...] = ()

    @property
    def target(self) -> Hop:
        """The node itself."""
        return self.hops[-1]


class SshConfig:
    """An ssh_config file, read again when it changed. Thread-safe. Not supported: Include inside Match."""

    def __init__(self, defaults: SshDefaults) -> None:
        self.defaults = defaults
        named = USER_CONFIG if defaults.config is None else Path(defaults.config)
        self._path = None if defaults.config == "" else named.expanduser()
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._parsed: SSHConfig | None = None

    def route(self, node: NodeProfile) -> Route:
        """The way to a node. Raises Unreachable if the file can't be read or asks for what we can't do."""
        said = self._lookup(node.name, node.host)
        jumps = node.jump or self._jump(node.name, said)
        identities = node.identity_files or self.defaults.identity_files
        target = self._hop(node.host, said, node.user, node.port, identities)
        files = () if self.defaults.known_hosts else tuple(_paths(said.get("userknownhostsfile", "").split()))
        return Route((*self._jumps(node.name, jumps, identities, depth=0), target), files)

    def _hop(self, alias: str, said: dict[str, str], user: str, port: int, identities: tuple[str, ...]) -> Hop:
        host = said.get("hostname", alias)
        named = identities or tuple(said.get("identityfile", "").splitlines())
        return Hop(
            host,
            port or self.defaults.port or int(said.get("port", SSH_PORT)),
            user or self.defaults.user or said.get("user", "root"),
            said.get("hostkeyalias", host),
            tuple(_paths(named or USUAL_KEYS)),
            bool(named),
            said.get("identitiesonly", "no") == "yes",
            self.defaults.agent,
        )

    def _jumps(self, node: str, jumps: str, identities: tuple[str, ...], depth: int) -> list[Hop]:
        """Hops for "user@host:port,…"; the first of them may need jump hosts of its own."""
        hops: list[Hop] = []
        if jumps.lower() in ("", "none"):
            return hops
        if depth > MAX_JUMPS:
            raise Unreachable(node, _("the jump hosts of {jumps} lead in a circle").format(jumps=jumps))
        for place, spec in enumerate(jumps.split(",")):
            match = _JUMP.fullmatch(spec.strip())
            if match is None:
                raise Unreachable(
                    node,
                    _("“{jump}” is not a jump host").format(jump=spec),
                    hint=_("Write user@host:port, several with commas between them."),
                )
            alias = match["ip6"] or match["host"]
            said = self._lookup(node, alias)
            if place == 0:
                hops += self._jumps(node, self._jump(node, said), identities, depth + 1)
            own = tuple(said.get("identityfile", "").splitlines()) or identities
            hop = self._hop(alias, said, match["user"] or said.get("user", ""), 0, own)
            port = int(match["port"] or said.get("port", SSH_PORT))
            hops.append(replace(hop, port=port))
        return hops

    def _jump(self, node: str, said: dict[str, str]) -> str:
        """The ProxyJump that the file asks for; a ProxyCommand that only jumps will do as well."""
        command = said.get("proxycommand", "")
        if "proxyjump" in said or not command:
            return said.get("proxyjump", "")
        match = _SSH_W.fullmatch(command)
        here = f"{said.get('hostname', '')}:{said.get('port', SSH_PORT)}"
        if match is not None and match["there"].replace("[", "").replace("]", "") == here:
            return match["jump"]
        raise Unreachable(
            node,
            _("{file} asks for a ProxyCommand, which is not supported").format(file=self._path),
            hint=_("Use ProxyJump there, or set the jump host in the cluster's profile."),
            details=f"ProxyCommand {command}",
        )

    def _lookup(self, node: str, alias: str) -> dict[str, str]:
        """What the file says about a host: one text each, several identity files on lines of their own."""
        try:
            parsed = self._read()
            found = parsed.lookup(alias) if parsed is not None else {}
            int(found.get("port", SSH_PORT))
        except Exception as error:  # paramiko raises anything from ValueError to ImportError here
            raise Unreachable(
                node,
                _("{file} can't be understood").format(file=self._path),
                hint=_("Correct the file, or name another one in the cluster's profile."),
                details=str(error),
            ) from error
        texts = {key: "\n".join(value) if isinstance(value, list) else value for key, value in found.items()}
        return {key: value for key, value in texts.items() if value is not None}

    def _read(self) -> SSHConfig | None:
        from paramiko import SSHConfig  # loaded late: importing paramiko takes 0.1 s

        with self._lock:
            if self._path is None or not self._path.is_file():
                return None
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp != self._stamp:
                self._parsed = SSHConfig.from_text("\n".join(_lines(self._path)))
                self._stamp = stamp
            return self._parsed


def _paths(names: tuple[str, ...] | list[str]) -> list[Path]:
    return [Path(name).expanduser() for name in names if name.lower() != "none"]


def _lines(path: Path, depth: int = 0) -> list[str]:
    """The file's lines with every Include replaced by what it includes; after it, the section goes on."""
    section, lines = "Host *", []
    for line in path.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        word, _space, rest = line.strip().replace("=", " ", 1).partition(" ")
        if word.lower() in ("host", "match"):
            section = line
        if word.lower() != "include" or depth > MAX_JUMPS:
            lines.append(line)
            continue
        for pattern in rest.split():
            name = Path(pattern.strip('"')).expanduser()
            for included in sorted(path.parent.glob(str(name)) if not name.is_absolute() else _glob(name)):
                lines += [*_lines(included, depth + 1), section]
    return lines


def _glob(name: Path) -> list[Path]:
    return list(Path(name.anchor).glob(str(name.relative_to(name.anchor))))
