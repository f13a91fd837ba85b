"""What a new value of an option puts at risk, in words. Gluster itself asks about a handful and warns of none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Risk
from nasclustergui.core.units import parse_size
from nasclustergui.subsystems.gluster.features.options.shapes import is_on
from nasclustergui.subsystems.gluster.features.quorum.outlook import effective_type, splits
from nasclustergui.subsystems.gluster.model import GlusterState, Volume
from nasclustergui.subsystems.gluster.quorum import peers_needed

# The CLI's own questions, which --mode=script answers with yes
ASKED_NFS = 'Gluster NFS is being deprecated in favor of NFS-Ganesha Enter "yes" to continue using Gluster NFS'
ASKED_SHARED = (
    "Disabling cluster.enable-shared-storage will delete the shared storage volume(gluster_shared_storage), which is "
    "used by snapshot scheduler, geo-replication and NFS-Ganesha. Do you still want to continue?"
)


@dataclass(frozen=True)
class Change:
    """An option that is to get another value.

    Attributes:
        old, new: values in force before and after (a reset gives the default, "" if that isn't known).
        volume: None for an option of the pool.
        after: the volume with all that changes together; None if this is all.
    """

    name: str
    old: str
    new: str
    volume: Volume | None
    state: GlusterState
    after: Volume | None = None

    @property
    def makes_split_brain_possible(self) -> bool:
        """True if cut-off sides could both write afterwards, and could not before: the same rule as the page Quorum."""
        if self.volume is None or self.volume.replica < 2:
            return False
        alone = replace(self.volume, options={**self.volume.options, self.name: self.new})
        return splits(self.after or alone) and not splits(self.volume)


@dataclass(frozen=True)
class Danger:
    """A warning. `prompt`: the question that script mode answers with yes, "" for none."""

    meaning: Meaning
    risk: Risk = Risk.SAFE
    prompt: str = ""


def dangers(change: Change) -> tuple[Danger, ...]:
    """What is to be said about the change; nothing for most."""
    rule = RULES.get(change.name) or next((r for prefix, r in PREFIXES.items() if change.name.startswith(prefix)), None)
    found = rule(change) if rule is not None and change.new != _in_force(change) else None
    return (found,) if found is not None else ()


def _in_force(change: Change) -> str:
    """The value that counts: gluster shows "none" as the type of quorum of some volumes that behave as automatic."""
    named = change.name == "cluster.quorum-type" and change.volume is not None
    return effective_type(change.volume) if named and change.volume is not None else change.old


def _say(severity: Severity, title: str, text: str = "", risk: Risk = Risk.SAFE, prompt: str = "") -> Danger:
    return Danger(Meaning(severity, title, text), risk, prompt)


def _shard(c: Change) -> Danger | None:
    if is_on(c.new) and not is_on(c.old):
        return _say(
            Severity.WARN,
            _("Sharding cannot be turned off again once files were written"),
            _("New files are cut into pieces; without sharding clients would see only the first one of each."),
            Risk.CAUTION,
        )
    if is_on(c.old) and not is_on(c.new):
        return _say(
            Severity.CRITICAL,
            _("Clients see only the first piece of every large file, and writing to one destroys it"),
            _("Files written while sharding was on lie in pieces below .shard; without it nobody joins them."),
            Risk.DESTRUCTIVE,
        )
    return None


def _quorum_type(c: Change) -> Danger | None:
    risk = Risk.DESTRUCTIVE if c.makes_split_brain_possible else Risk.CAUTION
    if c.new == "none":
        text = _("Cut-off clients write to their own copies. The files end in split-brain, and one side is lost.")
        return _say(Severity.CRITICAL, _("Without client quorum copies can grow apart"), text, risk)
    if c.new == "fixed":
        text = _("Fewer than half the copies let two sides write apart; without a count one is enough.")
        severity = Severity.CRITICAL if risk is Risk.DESTRUCTIVE else Severity.WARN
        return _say(severity, _("A fixed quorum is only as safe as cluster.quorum-count"), text, risk)
    return None


def _quorum_count(c: Change) -> Danger | None:
    copies = c.volume.replica if c.volume else 0
    if c.new.isdigit() and 2 * int(c.new) <= copies:
        text = _("{n} of {copies} copies are no majority: both sides of a cut network can write.")
        said = text.format(n=c.new, copies=copies)
        risk = Risk.DESTRUCTIVE if c.makes_split_brain_possible else Risk.CAUTION
        return _say(Severity.CRITICAL, _("Copies can grow apart"), said, risk)
    return None


def _server_quorum(c: Change) -> Danger | None:
    if c.new == "server":
        up = sum(1 for peer in c.state.peers if peer.connected)
        ratio = next((v.options for v in c.state.volumes if "cluster.server-quorum-ratio" in v.options), {})
        if c.state.peers and up < peers_needed(len(c.state.peers), ratio):
            text = _("{up} of {total} nodes are up: all bricks of this volume stop at once.")
            said = text.format(up=up, total=len(c.state.peers))
            return _say(Severity.CRITICAL, _("Clients lose access"), said, Risk.DESTRUCTIVE)
        text = _("Gluster stops its bricks on all nodes that are left, to keep both halves from writing.")
        title = _("The volume stops when too few nodes of the pool are up")
        return _say(Severity.WARN, title, text, Risk.CAUTION)
    if c.old == "server":
        return _say(Severity.INFO, _("The volume stays up however few nodes of the pool there are"))
    return None


def _ratio(c: Change) -> Danger | None:
    try:
        wanted = float(c.new.removesuffix("%"))
    except ValueError:
        return None
    up = sum(1 for peer in c.state.peers if peer.connected)
    held = any(v.options.get("cluster.server-quorum-type") == "server" for v in c.state.volumes)
    if held and c.state.peers and 100 * up < wanted * len(c.state.peers):
        text = _("{up} of {total} nodes are up: bricks of all volumes with server quorum stop at once.")
        said = text.format(up=up, total=len(c.state.peers))
        return _say(Severity.CRITICAL, _("Clients lose access"), said, Risk.DESTRUCTIVE)
    if wanted <= 50:
        text = _("Two halves of the pool could both go on and change volumes in different ways.")
        return _say(Severity.WARN, _("Half of the pool is no majority"), text, Risk.CAUTION)
    return None


def _ping(c: Change) -> Danger | None:
    seconds = int(c.new) if c.new.isdigit() else 42
    if seconds < 10:
        text = _("After such a break clients lose their locks and open files, and reconnecting is expensive.")
        title = _("A short hiccup of network or disk is taken for a dead node")
        return _say(Severity.WARN, title, text, Risk.CAUTION)
    if seconds > 60:
        text = _("Every client waits that long when a node dies without a word.")
        return _say(Severity.WARN, _("Clients hang up to {n} s").format(n=seconds), text)
    return None


def _reserve(c: Change) -> Danger | None:
    """A percentage; above 100 or with a unit it is a size."""
    text = c.new.strip()
    try:
        number = parse_size(text.removesuffix("%"))
    except ValueError:
        return None
    if number == 0:
        said = _("A disk that is really full can make healing, deleting and gluster's own notes fail.")
        return _say(Severity.WARN, _("Bricks may be filled to the last byte"), said, Risk.CAUTION)
    sizes = [brick.size for brick in c.volume.bricks if brick.size] if c.volume else []
    much = number > 50 if number <= 100 or text.endswith("%") else bool(sizes) and number > min(sizes) / 2
    if not much:
        return None
    said = _("Gluster does not check this value. Where less than that is free, every write fails with “no space left”.")
    return _say(Severity.CRITICAL, _("More than half of the disks would be kept free"), said, Risk.CAUTION)


def _clients(c: Change) -> Danger | None:
    if c.name == "auth.allow" and c.new in ("*", "all", ""):
        return None
    title = _("Clients with other addresses lose access") if c.name == "auth.allow" else _("These clients lose access")
    text = _("Gluster does not check the addresses: a typing error locks out silently.")
    return _say(Severity.CRITICAL, title, text, Risk.CAUTION)


def _reject(c: Change) -> Danger | None:
    return None if c.new in ("", "none") else _clients(c)


def _nfs(c: Change) -> Danger | None:
    if is_on(c.new):
        return None
    text = _("Gluster's own NFS server is no longer developed and often not installed; use NFS-Ganesha.")
    return _say(
        Severity.WARN,
        _("Every host that reaches the nodes could mount the volume by NFS"),
        text,
        Risk.CAUTION,
        ASKED_NFS,
    )


def _switched(
    when_on: bool, severity: Severity, title: Callable[[], str], text: Callable[[], str], risk: Risk = Risk.CAUTION
) -> Callable[[Change], Danger | None]:
    """A rule about a switch that is turned on (or off)."""

    def rule(c: Change) -> Danger | None:
        return _say(severity, title(), text(), risk) if is_on(c.new) is when_on and c.new else None

    return rule


def _log_level(c: Change) -> Danger | None:
    if c.new not in ("DEBUG", "TRACE"):
        return None
    text = _("Logs grow by gigabytes and slow everything down; a full /var stops glusterd.")
    return _say(Severity.WARN, _("Only for a short search for a fault"), text)


def _favourite(c: Change) -> Danger | None:
    if c.new in ("none", ""):
        return None
    text = _("The other side's changes of such files are dropped without a question.")
    return _say(Severity.WARN, _("Split-brains are resolved by rule"), text, Risk.CAUTION)


def _transport(c: Change) -> Danger | None:
    text = _("Gluster takes it whether the network can do it or not. It counts from the next start of the volume.")
    return _say(Severity.CRITICAL, _("Clients that cannot use it lose access"), text, Risk.CAUTION)


def _owner(_c: Change) -> Danger:
    return _say(Severity.INFO, _("The owner of the volume's top directory changes on all bricks"))


def _health_check(c: Change) -> Danger | None:
    if c.new != "0":
        return None
    text = _("A brick on a dead disk stays “up” and its clients hang.")
    return _say(Severity.WARN, _("Failed disks are no longer noticed"), text, Risk.CAUTION)


def _shared_storage(c: Change) -> Danger | None:
    if is_on(c.new):
        return _say(Severity.INFO, _("Gluster makes a volume gluster_shared_storage and mounts it on the nodes"))
    text = _("Snapshot schedules, geo-replication and NFS-Ganesha keep their data there.")
    title = _("The volume gluster_shared_storage is deleted")
    return _say(Severity.CRITICAL, title, text, Risk.DESTRUCTIVE, ASKED_SHARED)


def _testing(_c: Change) -> Danger:
    text = _("It makes gluster fail or wait on purpose.")
    return _say(Severity.CRITICAL, _("This option is for gluster's own tests"), text, Risk.CAUTION)


RULES: Mapping[str, Callable[[Change], Danger | None]] = {
    "features.shard": _shard,
    "cluster.quorum-type": _quorum_type,
    "cluster.quorum-count": _quorum_count,
    "cluster.server-quorum-type": _server_quorum,
    "cluster.server-quorum-ratio": _ratio,
    "network.ping-timeout": _ping,
    "storage.reserve": _reserve,
    "auth.allow": _clients,
    "auth.reject": _reject,
    "auth.ssl-allow": _clients,
    "nfs.disable": _nfs,
    "diagnostics.brick-log-level": _log_level,
    "diagnostics.client-log-level": _log_level,
    "cluster.daemon-log-level": _log_level,
    "cluster.favorite-child-policy": _favourite,
    "config.transport": _transport,
    "transport.address-family": _transport,
    "storage.owner-uid": _owner,
    "storage.owner-gid": _owner,
    "storage.health-check-interval": _health_check,
    "cluster.enable-shared-storage": _shared_storage,
    "cluster.force-migration": _switched(
        True,
        Severity.CRITICAL,
        lambda: _("A rebalance may damage files that programs are writing to"),
        lambda: _("It then also moves files that are open. Leave it off unless all writers are stopped."),
    ),
    "features.read-only": _switched(
        True, Severity.CRITICAL, lambda: _("Clients can no longer write"), lambda: _("Programs that write get errors.")
    ),
    "features.worm": _switched(
        True,
        Severity.CRITICAL,
        lambda: _("Files can be written once and never changed"),
        lambda: _("Programs that change or rename files get errors."),
    ),
    "cluster.self-heal-daemon": _switched(
        False,
        Severity.CRITICAL,
        lambda: _("What copies lack is no longer healed by itself"),
        lambda: _("After the next failure the last good copy may be the only one, without anybody noticing."),
    ),
    "server.ssl": _switched(
        True,
        Severity.CRITICAL,
        lambda: _("Clients without a certificate lose access"),
        lambda: _("It counts from the next start of the volume; set client.ssl as well."),
    ),
    "client.ssl": _switched(
        True,
        Severity.CRITICAL,
        lambda: _("Clients without a certificate lose access"),
        lambda: _("It counts from the next start of the volume; set server.ssl as well."),
    ),
    "server.root-squash": _switched(
        True,
        Severity.WARN,
        lambda: _("Root on clients counts as nobody"),
        lambda: _("Backups and containers that run as root lose access to what only root may read."),
    ),
    "server.all-squash": _switched(
        True,
        Severity.CRITICAL,
        lambda: _("All users of clients count as nobody"),
        lambda: _("They lose access to what only they may read."),
    ),
    "features.barrier": _switched(
        True,
        Severity.CRITICAL,
        lambda: _("Writes of clients hang until it is off again"),
        lambda: _("Snapshots use it for a moment; by hand it blocks."),
    ),
    "cluster.brick-multiplex": _switched(
        True,
        Severity.WARN,
        lambda: _("One brick process serves many bricks"),
        lambda: _("If it dies, all its bricks are gone. It counts from the next start of each volume."),
    ),
}
PREFIXES: Mapping[str, Callable[[Change], Danger | None]] = {"debug.": _testing, "delay-gen.": _testing}
