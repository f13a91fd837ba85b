"""Judges what was found out about a host before it is added to the pool: pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from nasclustergui.core.errors import NasError
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.features.peers.model import Finding, NodeConfig, Preflight
from nasclustergui.subsystems.gluster.model import GlusterState, Peer


@dataclass(frozen=True)
class Seen:
    """What was found out.

    Attributes:
        host: as typed. node: in the profile, "" if that doesn't know it.
        reach: member of the pool → (addresses of the host there, glusterd's port takes connections or None).
        config: what the host has stored; why it couldn't be read; None where we can't log in.
        names: name of a member → its address on the host, "" where it doesn't resolve there.
        op_version: what the pool runs at, "" if unknown.
    """

    host: str
    node: str
    reach: Mapping[str, tuple[tuple[str, ...], bool | None]]
    config: NodeConfig | NasError | None
    names: Mapping[str, str]
    op_version: str = ""


def judge(seen: Seen, state: GlusterState) -> Preflight:
    """The findings, worst first."""
    uuid = seen.config.uuid if isinstance(seen.config, NodeConfig) else ""
    member = _member(seen, uuid, state)
    found = [*_reach(seen)]
    if member is None:
        found += [*_itself(seen, uuid, state), *_names(seen)]
    if _is_address(seen.host):
        more = _("Bricks and clients then use the address. A host name can be added later.")
        found.append(Finding(Severity.WARN, _("{host} is an address, not a name").format(host=seen.host), more))
    found.sort(key=lambda finding: -finding.severity)
    return Preflight(seen.host, seen.node, tuple(found), uuid, member)


def known_by_address_only(peer: Peer) -> bool:
    """True if gluster knows no name of it."""
    return all(_is_address(name) for name in peer.hostnames)


def _member(seen: Seen, uuid: str, state: GlusterState) -> Peer | None:
    """The peer that this host is. A clone has a member's id and is another node."""
    for peer in state.peers:
        if seen.host in peer.hostnames or (seen.node and peer.node == seen.node):
            return peer
        if uuid and peer.uuid == uuid and not peer.node:
            return peer
    return None


def _reach(seen: Seen) -> Iterator[Finding]:
    host = seen.host
    if not seen.reach:
        yield Finding(
            Severity.WARN, _("No member of the pool could be asked whether it reaches {host}").format(host=host)
        )
        return
    lost = [node for node, (addresses, _port) in seen.reach.items() if not addresses]
    itself = [n for n, (found, _port) in seen.reach.items() if n != seen.node and any(map(_is_loopback, found))]
    closed = [n for n, (found, port) in seen.reach.items() if found and port is False and n not in itself]
    if lost:
        text = _("{host} has no address on {nodes}").format(host=host, nodes=", ".join(lost))
        yield Finding(Severity.CRITICAL, text, _("Add it to DNS or to /etc/hosts on every node."))
    if itself:
        text = _("{host} means the node itself on {nodes}").format(host=host, nodes=", ".join(itself))
        yield Finding(
            Severity.CRITICAL, text, _("Correct /etc/hosts there: 127.x.x.x may only stand for the own name.")
        )
    if closed:
        text = _("glusterd on {host} cannot be reached from {nodes}").format(host=host, nodes=", ".join(closed))
        more = _("Start it there, and open port 24007 between the nodes. gluster would wait up to two minutes for it.")
        yield Finding(Severity.CRITICAL, text, more)
    outside = {frozenset(found) for node, (found, _port) in seen.reach.items() if node != seen.node and found}
    if len(outside) > 1:
        text = _("The nodes disagree about the address of {host}").format(host=host)
        yield Finding(Severity.WARN, text, "; ".join(f"{n}: {', '.join(a)}" for n, (a, _p) in seen.reach.items()))
    if not (lost or itself or closed):
        text = _("Every node of the pool resolves {host} and reaches glusterd there").format(host=host)
        yield Finding(Severity.OK, text)


def _itself(seen: Seen, uuid: str, state: GlusterState) -> Iterator[Finding]:
    config = seen.config
    if config is None:
        text = _("This cluster's profile does not know {host}").format(host=seen.host)
        more = _("Its version, its volumes and its own view of the names could not be looked at.")
        yield Finding(Severity.WARN, text, more)
        return
    if isinstance(config, NasError):
        yield Finding(Severity.WARN, _("{host} could not be looked at").format(host=seen.host), str(config))
        return
    if not config.version:
        yield Finding(
            Severity.CRITICAL,
            _("GlusterFS is not installed on {host}").format(host=seen.host),
            _("Install the package glusterfs-server there, in the version of the pool."),
        )
        return
    yield from _version(seen, config, state)
    twin = next((peer for peer in state.peers if uuid and peer.uuid == uuid), None)
    if twin is not None:
        text = _("{host} has the same gluster id as {twin}: it was cloned").format(host=seen.host, twin=_name(twin))
        more = _("Stop glusterd there, delete /var/lib/glusterd/glusterd.info, start it again.")
        yield Finding(Severity.CRITICAL, text, more)
    elif config.peers and _ours(config.peers, state):
        text = _("{host} still believes to be in this pool, from which it was removed").format(host=seen.host)
        more = _("Stop glusterd there, rename /var/lib/glusterd, start glusterd again, then add it.")
        yield Finding(Severity.CRITICAL, text, more)
    elif config.peers:
        text = _("{host} belongs to another pool, with {peers}").format(host=seen.host, peers=", ".join(config.peers))
        yield Finding(Severity.CRITICAL, text, _("Remove it from that pool first."))
    elif config.volumes:
        names = ", ".join(sorted(config.volumes))
        text = _("{host} has volumes of its own: {volumes}").format(host=seen.host, volumes=names)
        yield Finding(Severity.CRITICAL, text, _("gluster takes only hosts without volumes: delete them there first."))
    else:
        yield Finding(Severity.OK, _("{host} has no volumes and is in no other pool").format(host=seen.host))


def _ours(names: Iterable[str], state: GlusterState) -> bool:
    """True if one of the names is a member of this pool."""
    return bool(set(names) & {name for peer in state.peers for name in (*peer.hostnames, peer.node)})


def _version(seen: Seen, config: NodeConfig, state: GlusterState) -> Iterator[Finding]:
    host, mine = seen.host, config.version
    highest = _highest_op_version(mine)
    if highest and seen.op_version.isdigit() and int(seen.op_version) > highest:
        text = _("GlusterFS {mine} on {host} is too old for this pool").format(mine=mine, host=host)
        more = _("The pool runs at operating version {number}.").format(number=seen.op_version)
        yield Finding(Severity.CRITICAL, text, more)
    elif state.version and mine != state.version:
        text = _("{host} has GlusterFS {mine}, the pool {theirs}").format(host=host, mine=mine, theirs=state.version)
        yield Finding(Severity.WARN, text, _("Mixed versions are meant for an upgrade only."))
    else:
        yield Finding(Severity.OK, _("GlusterFS {mine}, as in the pool").format(mine=mine))


def _highest_op_version(version: str) -> int:
    """The largest operating version that a GlusterFS from 4.0 on can have: 10.3 → 109999. 0 if unknown."""
    major = version.split(".")[0]
    return int(major) * 10_000 + 9_999 if major.isdigit() and int(major) >= 4 else 0


def _names(seen: Seen) -> Iterator[Finding]:
    lost = [name for name, address in seen.names.items() if not address]
    itself = [name for name, address in seen.names.items() if address and _is_loopback(address)]
    if lost:
        text = _("On {host} these members have no address: {names}").format(host=seen.host, names=", ".join(lost))
        yield Finding(Severity.CRITICAL, text, _("Add them to DNS or to /etc/hosts there."))
    if itself:
        text = _("On {host} these names mean itself: {names}").format(host=seen.host, names=", ".join(itself))
        yield Finding(Severity.CRITICAL, text, _("Correct /etc/hosts there."))
    if seen.names and not lost and not itself:
        yield Finding(Severity.OK, _("{host} knows all members by name").format(host=seen.host))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_loopback(text: str) -> bool:
    return _is_address(text.split("%")[0]) and ip_address(text.split("%")[0]).is_loopback


def _name(peer: Peer) -> str:
    return peer.node or next(iter(peer.hostnames), peer.uuid[:8])
