"""How a node starts its etcd: Debian's /etc/default/etcd (an EnvironmentFile of systemd) and the service's user."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

from nasclustergui.core.command import Command
from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.remote.node import run
from nasclustergui.subsystems.etcd.features.store import Store

SETTINGS = "/etc/default/etcd"
QUOTA_BY_DEFAULT = 2 << 30  # bytes (etcd, --quota-backend-bytes)
_DATA_DIR_BY_DEFAULT = "/var/lib/etcd/default"  # of Debian's unit
_LOOK = (
    'cat -- "$0" 2>/dev/null; printf "\\n== %s %s\\n" '
    '"$(systemctl show etcd -p User --value 2>/dev/null)" "$(systemctl is-active etcd 2>/dev/null)"'
)


@dataclass(frozen=True)
class NodeSettings:
    """A node's etcd as its files say.

    Attributes:
        node: name in the profile. values: the variables that begin with ETCD_.
        user: that the service runs as, "" for root. active: what `systemctl is-active etcd` says.
    """

    node: str
    values: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    active: str = ""

    @property
    def name(self) -> str:
        """What the member calls itself; Debian's unit takes the host's name by default."""
        return self.values.get("ETCD_NAME", "")

    @property
    def data_dir(self) -> str:
        """Where its data lie."""
        return self.values.get("ETCD_DATA_DIR", _DATA_DIR_BY_DEFAULT)

    @property
    def peer_urls(self) -> tuple[str, ...]:
        """Where the other members reach it."""
        return tuple(url for url in self.values.get("ETCD_INITIAL_ADVERTISE_PEER_URLS", "").split(",") if url)

    @property
    def quota(self) -> int:
        """Bytes that its database may take."""
        text = self.values.get("ETCD_QUOTA_BACKEND_BYTES", "")
        return int(text) if text.isdigit() and int(text) > 0 else QUOTA_BY_DEFAULT


def parse_settings(node: str, text: str) -> NodeSettings:
    """What `read_settings` gets from the node: the file, then "== USER STATE"."""
    content, _mark, tail = text.rpartition("\n== ")
    user, _space, active = tail.strip("\n").partition(" ")
    values: dict[str, str] = {}
    for line in content.splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and name.startswith("ETCD_"):
            values[name] = _unquoted(value)
    return NodeSettings(node, values, user, active.strip())


def _unquoted(value: str) -> str:
    try:
        return "".join(shlex.split(value)[:1])
    except ValueError:
        return value


def read_settings(store: Store, node: str, job: Job) -> NodeSettings:
    """Ask a node of the profile. Raises NasError where it has no such file or can't be reached."""
    if node not in set(store.nodes):
        raise NasError(
            _("{node} is no node of this cluster's profile, so nobody can log in there.").format(node=node),
            hint=_("Do the steps there by hand; the user's guide lists them."),
        )
    result = run(store.nodes[node], Command(("sh", "-c", _LOOK, SETTINGS)), job)
    found = parse_settings(node, result.stdout)
    if not found.name or not found.peer_urls:
        raise NasError(
            _("etcd on {node} is not set up by {file}.").format(node=node, file=SETTINGS),
            hint=_("Set it up as a new manager node, or do the steps there by hand; the user's guide lists them."),
        )
    return found
