"""Options for a purpose: gluster's own group files, and the same lists for nodes where the files are missing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.features.options.commands import GROUPS
from nasclustergui.subsystems.gluster.features.options.model import Profile

SMALL_FILES = "small-files"  # our word for two groups that belong together

_CACHE = {
    "features.cache-invalidation": "on",
    "features.cache-invalidation-timeout": "600",
    "performance.stat-prefetch": "on",
    "performance.cache-invalidation": "on",
    "performance.md-cache-timeout": "600",
    "network.inode-lru-limit": "200000",
}
_NEGATIVE = {"performance.nl-cache": "on", "performance.nl-cache-timeout": "600"}
BUILT_IN: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {  # as GlusterFS 10 ships them
        "virt": {
            "performance.quick-read": "off",
            "performance.read-ahead": "off",
            "performance.io-cache": "off",
            "performance.low-prio-threads": "32",
            "network.remote-dio": "disable",
            "performance.strict-o-direct": "on",
            "cluster.eager-lock": "enable",
            "cluster.quorum-type": "auto",
            "cluster.server-quorum-type": "server",
            "cluster.data-self-heal-algorithm": "full",
            "cluster.locking-scheme": "granular",
            "cluster.shd-max-threads": "8",
            "cluster.shd-wait-qlength": "10000",
            "features.shard": "on",
            "user.cifs": "off",
            "cluster.choose-local": "off",
            "client.event-threads": "4",
            "server.event-threads": "4",
            "performance.client-io-threads": "on",
            "network.ping-timeout": "20",
            "server.tcp-user-timeout": "20",
            "server.keepalive-time": "10",
            "server.keepalive-interval": "2",
            "server.keepalive-count": "5",
            "cluster.lookup-optimize": "off",
        },
        "metadata-cache": _CACHE,
        "nl-cache": {name: _CACHE[name] for name in list(_CACHE)[:2]}
        | _NEGATIVE
        | {"network.inode-lru-limit": "200000"},
        "samba": {
            **dict(list(_CACHE.items())[:2]),
            "performance.cache-samba-metadata": "on",
            **dict(list(_CACHE.items())[2:]),
            **_NEGATIVE,
            "performance.readdir-ahead": "on",
            "performance.parallel-readdir": "on",
            "performance.write-behind": "off",
        },
    }
)


def profiles(groups: Mapping[str, Mapping[str, str]], node: str) -> tuple[Profile, ...]:
    """All profiles, the usual ones first. `groups`: the group files read on `node`, empty if there are none."""
    titles = _titles()
    known = {name: Profile(name, title, *_values(name, groups, node)) for name, title in titles.items()}
    rest = [name for name in groups if name not in titles and name not in ("metadata-cache", "nl-cache")]
    others = [Profile(name, name, *_values(name, groups, node)) for name in ("metadata-cache", "nl-cache", *rest)]
    return (*(profile for profile in known.values() if profile.values), *others)


def _titles() -> Mapping[str, str]:
    return {
        "virt": _("Virtual machines"),
        SMALL_FILES: _("Small files"),
        "samba": _("Windows shares (Samba)"),
        "db-workload": _("Databases"),
        "distributed-virt": _("Virtual machines on one copy"),
        "gluster-block": _("Block devices (gluster-block)"),
    }


def _values(name: str, groups: Mapping[str, Mapping[str, str]], node: str) -> tuple[str, Mapping[str, str]]:
    """Where they come from, and the values; nothing where neither a file nor our own list has them."""
    if name == SMALL_FILES:
        first, values = _values("metadata-cache", groups, node)
        second, more = _values("nl-cache", groups, node)
        return (first if first == second else f"{first}, {second}"), {**values, **more}
    if name in groups:
        return f"{node}:{GROUPS}/{name}", groups[name]
    return _("built in, as GlusterFS 10 ships it"), BUILT_IN.get(name, {})
