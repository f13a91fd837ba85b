"""Plans that change who is in the pool. Pure; they raise InvalidInput for what gluster would refuse."""

from __future__ import annotations

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.core.units import count
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.features.peers.model import Preflight
from nasclustergui.subsystems.gluster.model import Brick, GlusterState, Peer, PeerState, Volume
from nasclustergui.subsystems.gluster.plans.steps import ACCEPTED, DRIVER, chosen_node
from nasclustergui.subsystems.gluster.quorum import peers_needed, server_quorum

LANE = f"{DRIVER}/peers"
ASKED_DETACH = (
    "All clients mounted through the peer which is getting detached need to be remounted using one of the other active "
    "peers in the trusted storage pool to ensure client gets notification on any changes done on the gluster "
    "configuration and if the same has been done do you want to proceed?"
)


def plan_probe(found: Preflight, state: GlusterState, cluster: str) -> Plan:
    """Add the host to the pool; a member that is called by a new name learns it."""
    if found.obstacles:
        first = found.obstacles[0]
        raise InvalidInput(_("{why}.").format(why=first.text), field="host", hint=first.more)
    if found.member is not None:
        return plan_name(found.member, found.host, state, cluster)
    refuse_without_quorum(state)
    host, node = found.host, chosen_node(state)
    step = Step(
        title=_("Add {host} to the pool").format(host=host),
        node=node,
        command=commands.peer_probe(host),
        driver=DRIVER,
        undo_text=_("Undo: remove it from the pool"),
        undo=commands.peer_detach(host),
        check="peer_absent",
        follow="peer_joined",
        args={"host": host, "node": found.node},
        expect=ACCEPTED,
    )
    worries = tuple(
        Meaning(finding.severity, finding.text, finding.more)
        for finding in found.findings
        if finding.severity is Severity.WARN
    )
    return Plan(
        title=step.title,
        cluster=cluster,
        steps=(step,),
        meaning=(*worries, *_quorum_after(state, +1), Meaning(Severity.OK, _("Its disks can then carry bricks"))),
        undo=_("Remove it from the pool again, as long as it has no bricks."),
        lane=LANE,
        seconds=5.0,
        cancel_effect=_("It is removed from the pool again."),
        icon="plus",
    )


def plan_name(peer: Peer, name: str, state: GlusterState, cluster: str) -> Plan:
    """Teach the pool a further name of a member, asked from another one: so a peer known by its address gets a name."""
    if name in peer.hostnames:
        raise InvalidInput(
            _("{host} is in the pool already.").format(host=name),
            field="host",
            hint=_("The list of peers shows how it is."),
        )
    if peer.state is not PeerState.CONNECTED:
        raise InvalidInput(
            _("{peer} is not connected: it can learn a name only then.").format(peer=peer_name(peer)), field="host"
        )
    step = Step(
        title=_("Teach the pool the name {host}").format(host=name),
        node=_another_node(peer, state),
        command=commands.peer_probe(name),
        driver=DRIVER,
        undo_text=_("A name stays"),
        check="peer_present",
        follow="peer_named",
        args={"host": name, "id": peer.uuid, "peer": peer_name(peer)},
        expect=ACCEPTED,
    )
    return Plan(
        title=step.title,
        cluster=cluster,
        steps=(step,),
        meaning=(
            Meaning(
                Severity.OK,
                _("{peer} can be called {host} too").format(peer=peer_name(peer), host=name),
                _("Known so far as {names}. Existing bricks keep the name they have.").format(
                    names=", ".join(peer.hostnames)
                ),
            ),
        ),
        undo=_("gluster forgets the names of a peer only when it is removed from the pool."),
        lane=LANE,
        seconds=3.0,
        cancel_effect=_("The name may have been taken already."),
        icon="pencil",
    )


def plan_detach(peer: Peer, state: GlusterState, cluster: str, force: bool = False) -> Plan:
    """Remove a peer that has no bricks. `force` is for one that is gone for good: nobody tells it."""
    _refuse_detach(peer, state, force)
    refuse_without_quorum(state)
    name, host = peer_name(peer), peer.hostnames[0]
    title = (_("Remove {peer} from the pool by force") if force else _("Remove {peer} from the pool")).format(peer=name)
    step = Step(
        title=title,
        node=_another_node(peer, state),
        command=commands.peer_detach(host, force),
        driver=DRIVER,
        risk=Risk.DESTRUCTIVE if force else Risk.CAUTION,
        undo_text=_("No undo") if force else _("Undo: add it again"),
        undo=None if force else commands.peer_probe(host),
        check="peer_present peer_without_bricks" + ("" if force else " peers_connected"),
        follow="peer_left",
        prompts=(ASKED_DETACH,),
        args={"host": host, "id": peer.uuid, "peer": name, "node": peer.node},
        expect=ACCEPTED,
    )
    return Plan(
        title=title,
        cluster=cluster,
        steps=(step,),
        meaning=_detach_meaning(peer, state, force),
        undo=_("Add it again; a host that was removed by force has to be cleaned first.")
        if force
        else _("Add it again."),
        confirm=name,
        lane=LANE,
        seconds=3.0,
        cancel_effect=_("It may be gone from the pool already.") if force else _("It is added to the pool again."),
        icon="unplug",
    )


def bricks_on(peer: Peer, state: GlusterState) -> tuple[tuple[Volume, Brick], ...]:
    """The bricks that lie on a peer."""
    return tuple((volume, brick) for volume in state.volumes for brick in volume.bricks if is_on(brick, peer))


def is_on(brick: Brick, peer: Peer) -> bool:
    """True if the brick lies on that peer: by its id, else by the host's name."""
    return brick.host_uuid == peer.uuid if brick.host_uuid else brick.host in peer.hostnames


def peer_name(peer: Peer) -> str:
    """The node's name, else the first name that gluster has for it."""
    return peer.node or next(iter(peer.hostnames), peer.uuid[:8])


def why_not_removed(peer: Peer, state: GlusterState, force: bool = False) -> tuple[str, str]:
    """Why gluster would not let it go and what to do, ("", "") if it would."""
    name, bricks = peer_name(peer), bricks_on(peer, state)
    if len(state.peers) < 2:
        return _("{peer} is the only member of the pool.").format(peer=name), ""
    if bricks:
        n, volumes = len(bricks), ", ".join(dict.fromkeys(volume.name for volume, _brick in bricks))
        text = ngettext(
            "{peer} still has {n} brick of {volumes}.", "{peer} still has {n} bricks, of {volumes}.", n
        ).format(peer=name, n=count(n), volumes=volumes)
        return text, _(
            "Replace them by bricks on other nodes, or remove them from their volumes. Force changes nothing."
        )
    if not force and peer.state is PeerState.DISCONNECTED:
        text = _("{peer} is not connected.").format(peer=name)
        return text, _("Bring it back first. If it is gone for good, remove it by force.")
    away = [peer_name(p) for p in state.peers if p.state is PeerState.DISCONNECTED and p.uuid != peer.uuid]
    if away and not force:
        text = _("Peers are only removed while all others are connected; these are not: {nodes}.")
        return text.format(nodes=", ".join(away)), _("Bring them back first.")
    return "", ""


def _refuse_detach(peer: Peer, state: GlusterState, force: bool) -> None:
    why, hint = why_not_removed(peer, state, force)
    if why:
        raise InvalidInput(why, field="host", hint=hint)
    if force and peer.connected:
        raise InvalidInput(
            _("{peer} is connected: force is for peers that are gone for good.").format(peer=peer_name(peer)),
            field="host",
            hint=_("Remove it without force."),
        )


def _another_node(peer: Peer, state: GlusterState) -> str:
    """Where the command runs: a member cannot remove or name itself."""
    others = [p.node for p in state.peers if p.node and p.uuid != peer.uuid and p.state is PeerState.CONNECTED]
    if not others:
        raise InvalidInput(
            _("{peer} is the only member that can be asked, and it cannot do that for itself.").format(
                peer=peer_name(peer)
            ),
            hint=_("Connect to another node of the pool."),
        )
    return state.asked if state.asked in others else others[0]


def refuse_without_quorum(state: GlusterState) -> None:
    """Below server quorum gluster changes no peers. Raise InvalidInput."""
    volume = next((v for v in state.volumes if server_quorum(v)), None)
    if volume is None:
        return
    up, need = sum(peer.connected for peer in state.peers), peers_needed(len(state.peers), volume.options)
    if up < need:
        text = _("The server quorum is lost: {up} of {all} peers are connected and {need} are needed.")
        raise InvalidInput(
            text.format(up=up, all=len(state.peers), need=need), hint=_("Bring nodes back before peers are changed.")
        )


def _detach_meaning(peer: Peer, state: GlusterState, force: bool) -> tuple[Meaning, ...]:
    name, said = peer_name(peer), list[Meaning]()
    if force:
        text = _(
            "Should it come back, it still believes to be a member: stop glusterd there and clear /var/lib/glusterd."
        )
        said.append(Meaning(Severity.CRITICAL, _("{peer} is not told that it was removed").format(peer=name), text))
    text = _("They keep running, but hear of no change any more. Mount them through another node.")
    said.append(Meaning(Severity.WARN, _("Clients that mounted through {peer}").format(peer=name), text))
    said += _quorum_after(state, -1)
    said.append(Meaning(Severity.OK, _("No files are touched: it has no bricks")))
    return tuple(said)


def _quorum_after(state: GlusterState, change: int) -> tuple[Meaning, ...]:
    """What the server quorum becomes; nothing where no volume asks for it."""
    volume = next((v for v in state.volumes if server_quorum(v)), None)
    if volume is None:
        return ()
    before, after = len(state.peers), len(state.peers) + change
    need = peers_needed(after, volume.options)
    spare = after - need
    title = _("Server quorum: {need} of {n} peers must be connected, so far {old} of {before}").format(
        need=need, n=after, old=peers_needed(before, volume.options), before=before
    )
    text = ngettext("{n} peer may be lost then.", "{n} peers may be lost then.", spare).format(n=count(spare))
    return (Meaning(Severity.INFO if spare else Severity.WARN, title, text),)
