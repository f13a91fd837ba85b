"""Judges what an earlier life of the machine left behind: another pool, another etcd, a clone's identity. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from nasclustergui.cluster.lifecycle.join.model import Check, Finding, Look
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.features.peers.model import NodeConfig


def leftovers(look: Look) -> Iterator[Finding]:
    """Everything that must be set aside, or looked at by a person, before the machine can join."""
    if look.machine is None:
        return
    found = [*_machine_id(look), *_gluster(look), *_etcd(look), *_heartbeat(look), *_bricks(look)]
    yield from found
    if not found:
        yield Finding(Check.LEFTOVERS, Severity.OK, _("Nothing of an old cluster was found"))


def _machine_id(look: Look) -> Iterator[Finding]:
    assert look.machine is not None
    twins = [name for name, other in look.others.items() if other.machine_id == look.machine.machine_id]
    if twins and look.machine.machine_id:
        text = _("It has the same machine-id as {twins}: one is a copy of the other").format(twins=", ".join(twins))
        more = _(
            "Delete /etc/machine-id there, run systemd-machine-id-setup, restart it. SSH host keys may be copies too."
        )
        yield Finding(Check.LEFTOVERS, Severity.WARN, text, more)


def twin_of(look: Look) -> str:
    """The peer whose identity the machine's glusterd has, "" if it has one of its own: then it was cloned."""
    config = look.config
    if config is None or not config.uuid or look.peer is not None:
        return ""
    peers = look.gluster.peers if look.gluster else ()
    twin = next((peer for peer in peers if peer.uuid == config.uuid), None)
    return (twin.node or next(iter(twin.hostnames), twin.uuid)) if twin else ""


def gluster_aside(look: Look) -> bool:
    """What its glusterd knows has to be set aside, and may be."""
    config = look.config
    if config is None or look.peer is not None or not look.carries_bricks:
        return False
    if not twin_of(look) and (look.connected or _started(config)):
        return False
    return bool(twin_of(look) or config.peers or config.volumes)


def _started(config: NodeConfig) -> list[str]:
    return [name for name, volume in config.volumes.items() if volume.lines.get("status") == "1"]


def _gluster(look: Look) -> Iterator[Finding]:
    config = look.config
    if config is None or look.peer is not None or not look.carries_bricks:
        return
    fix = _("The join renames what glusterd knows and starts it with an identity of its own; nothing is deleted.")
    twin = twin_of(look)
    if twin:
        text = _("Its glusterd has the identity of {twin}: the machine was cloned").format(twin=twin)
        yield Finding(Check.LEFTOVERS, Severity.WARN, text, fix=fix)
    elif look.connected:
        text = _("It belongs to another pool, with {peers}").format(peers=", ".join(look.connected))
        yield Finding(Check.LEFTOVERS, Severity.CRITICAL, text, _("Remove it from that pool first."))
    elif started := _started(config):
        text = _("It serves volumes of its own: {names}").format(names=", ".join(sorted(started)))
        more = _("Whoever uses them would lose them. Stop and delete them there first.")
        yield Finding(Check.LEFTOVERS, Severity.CRITICAL, text, more)
    elif config.peers:
        ours = {name for peer in (look.gluster.peers if look.gluster else ()) for name in (*peer.hostnames, peer.node)}
        text = _("Its glusterd still remembers another pool, with {peers}")
        if set(config.peers) & ours:
            text = _("Its glusterd still believes to be in this pool, with {peers}")
        yield Finding(Check.LEFTOVERS, Severity.WARN, text.format(peers=", ".join(config.peers)), fix=fix)
    elif config.volumes:
        text = _("Its glusterd remembers volumes: {names}").format(names=", ".join(sorted(config.volumes)))
        yield Finding(Check.LEFTOVERS, Severity.WARN, text, fix=fix)


def etcd_aside(look: Look) -> bool:
    """The data of an etcd that has nothing to do with this cluster's has to be set aside, and may be."""
    machine = look.machine
    return bool(machine and machine.etcd_data and look.member is None and look.etcd is not None and not _joined(look))


def _joined(look: Look) -> bool:
    """Its etcd runs together with others: setting it aside would cost that cluster a member."""
    assert look.machine is not None
    return look.machine.runs("etcd") and "," in look.machine.etcd.get("ETCD_INITIAL_CLUSTER", "")


def _etcd(look: Look) -> Iterator[Finding]:
    machine = look.machine
    if machine is None or not machine.etcd_data or look.member is not None or look.etcd is None:
        return
    if _joined(look):
        text = _("An etcd runs there that belongs to another cluster")
        more = _("Remove it from that cluster first: etcdctl member remove there.")
        yield Finding(Check.LEFTOVERS, Severity.CRITICAL, text, more)
        return
    text = _("{dir} holds the data of an old etcd").format(dir=machine.etcd_data)
    if machine.runs("etcd"):
        text = _("An etcd of its own runs there, with its data in {dir}").format(dir=machine.etcd_data)
    fix = _("The join stops etcd there and renames its data; nothing is deleted.")
    yield Finding(Check.LEFTOVERS, Severity.WARN, text, fix=fix)


def _heartbeat(look: Look) -> Iterator[Finding]:
    beat = look.heartbeat
    if beat is None or not beat.installed:
        return
    strange = set(beat.endpoints) - set(look.endpoints)
    other = beat.values.get("NODE_NAME", "")
    if other != look.name or (strange and len(strange) == len(beat.endpoints)):
        text = _("A heartbeat service is there already, for {name} at {endpoints}").format(
            name=other or "—", endpoints=", ".join(beat.endpoints) or "—"
        )
        yield Finding(Check.LEFTOVERS, Severity.WARN, text, fix=_("The join writes its settings anew."))


def _bricks(look: Look) -> Iterator[Finding]:
    machine = look.machine
    assert machine is not None
    known = {b.path for v in (look.gluster.volumes if look.gluster else ()) for b in v.bricks if b.node == look.name}
    old = [path for path in machine.bricks if path not in known]
    if old:
        text = _("Directories that were bricks of some volume: {paths}").format(paths=", ".join(sorted(old)[:5]))
        more = _("Their files stay. A new volume there needs other directories, or sets these aside.")
        yield Finding(Check.LEFTOVERS, Severity.WARN, text, more)
    elif not machine.bricks_known:
        text = _("Whether its directories were bricks before is not known")
        yield Finding(Check.LEFTOVERS, Severity.UNKNOWN, text, _("Install the package attr to have it looked at."))
