"""What is wrong with a volume whose bricks are down: what clients lose, why, and what to do."""

from __future__ import annotations

from nasclustergui.core.events import Problem, Severity
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.model import Brick, GlusterState, Peer, PeerState, Volume, VolumeType
from nasclustergui.subsystems.gluster.quorum import Access, peers_needed, server_quorum, set_access


def brick_problems(volume: Volume, state: GlusterState) -> list[Problem]:
    """One problem per set with bricks down, since what is left of it decides how bad that is; one where all is lost."""
    down = [brick for brick in volume.bricks if brick.online is False]
    if not down:
        return []
    if _lacks_peers(volume, state):
        return [_quorum_problem(volume, state)]
    access = [set_access(volume, [b.online is not False for b in group]) for group in volume.sets]
    if len(access) > 1 and all(each is Access.NONE for each in access):
        return [_nothing_left(volume, down, state)]
    found = []
    for number, group in enumerate(volume.sets, 1):
        lost = [brick for brick in group if brick.online is False]
        if lost:
            found.append(_set_problem(volume, number, group, lost, *_revival(volume, lost, state)))
    return found


def _absent(state: GlusterState) -> list[Peer]:
    return [peer for peer in state.peers if peer.state is PeerState.DISCONNECTED]


def _lacks_peers(volume: Volume, state: GlusterState) -> bool:
    """True if glusterd stopped the volume's bricks itself because too few peers are connected."""
    seen, peers = len(state.peers) - len(_absent(state)), len(state.peers)
    return server_quorum(volume) and bool(peers) and seen < peers_needed(peers, volume.options)


def _quorum_problem(volume: Volume, state: GlusterState) -> Problem:
    absent, peers = _absent(state), len(state.peers)
    nodes = ", ".join(peer.node or peer.hostnames[0] for peer in absent)
    needed = peers_needed(peers, volume.options)
    return Problem(
        f"gluster/{volume.name}/server-quorum",
        Severity.CRITICAL,
        _("Volume {volume}: clients have no access, server quorum is lost").format(volume=volume.name),
        _(
            "{seen} of {peers} peers are connected and {needed} are needed: gluster stopped the bricks by itself, so "
            "that copies cannot diverge."
        ).format(seen=peers - len(absent), peers=peers, needed=needed),
        (
            _("Bring {nodes} back, or start glusterd there (systemctl start glusterd).").format(nodes=nodes),
            _("The bricks start by themselves as soon as {needed} peers are connected.").format(needed=needed),
        ),
        "",
        volume.name,
        urgency=2,
    )


def _nothing_left(volume: Volume, down: list[Brick], state: GlusterState) -> Problem:
    todo, revive = _revival(volume, down, state)
    return Problem(
        f"gluster/{volume.name}/down",
        Severity.CRITICAL,
        _("Volume {volume}: clients have no access").format(volume=volume.name),
        _("No set has enough bricks. Down: {bricks}.").format(bricks=_names(down)),
        todo,
        revive,
        volume.name,
        urgency=2,
    )


def _names(bricks: list[Brick]) -> str:
    return ", ".join(brick.name for brick in bricks)


def _revival(volume: Volume, down: list[Brick], state: GlusterState) -> tuple[tuple[str, ...], str]:
    """What to do about bricks that are down, and the action: glusterd of their own node must start them."""
    ids = {peer.uuid for peer in _absent(state)}
    absent = dict.fromkeys(brick.node or brick.host for brick in down if brick.host_uuid in ids)
    bring = _("Bring {nodes} back, or start glusterd there (systemctl start glusterd): the bricks start with it.")
    todo = [bring.format(nodes=", ".join(absent))] if absent else []
    here = any(brick.host_uuid not in ids for brick in down)
    if here:
        todo += [_("If its node is up: start the missing bricks again."), _("If the disk failed: replace the brick.")]
    wait = _("Do not restart other nodes that hold bricks of {volume} until then.").format(volume=volume.name)
    return (*todo, wait), f"gluster.start-force:{volume.name}" if here else ""


def _set_problem(
    volume: Volume, number: int, group: tuple[Brick, ...], down: list[Brick], todo: tuple[str, ...], revive: str
) -> Problem:
    up = [brick.online is not False for brick in group]
    access = set_access(volume, up)
    key = f"gluster/{volume.name}/set/{number}"
    if access is not Access.FULL:
        title, text = _lost_title(volume, access), _lost_text(number, up, down)
        return Problem(key, Severity.CRITICAL, title, text, todo, revive, volume.name, urgency=2)
    survives = _survives_one_more(volume, up)
    spare = _("The set survives one more loss.") if survives else _("One more loss can stop access.")
    return Problem(
        key,
        Severity.WARN if survives else Severity.CRITICAL,
        _title(volume, number, sum(up), len(group)),
        _("Clients go on.") + " " + spare + " " + _("Down: {bricks}.").format(bricks=_names(down)),
        todo,
        revive,
        volume.name,
    )


def _lost_title(volume: Volume, access: Access) -> str:
    if len(volume.sets) > 1:
        text = _("Volume {volume}: clients lose access to part of the files")
    elif access is Access.NONE:
        text = _("Volume {volume}: clients have no access")
    else:
        text = _("Volume {volume}: clients can read but not write")
    return text.format(volume=volume.name)


def _lost_text(number: int, up: list[bool], down: list[Brick]) -> str:
    if len(up) == 1:
        return _("The brick {brick} is down, and no other holds its files.").format(brick=_names(down))
    return _("{up} of {all} bricks of set {number} are up, too few. Down: {bricks}.").format(
        up=sum(up), all=len(up), number=number, bricks=_names(down)
    )


def _title(volume: Volume, number: int, up: int, of: int) -> str:
    if volume.type is VolumeType.DISPERSE:
        text = _("Volume {volume}: {up} of {of} fragments left in set {number}")
    elif len(volume.sets) == 1:
        text = _("Volume {volume}: {up} of {of} copies left")
    else:
        text = _("Volume {volume}: one replica set has {up} of {of} copies left")
    return text.format(volume=volume.name, up=up, of=of, number=number)


def _survives_one_more(volume: Volume, up: list[bool]) -> bool:
    """Whether one more loss would be survived; every remaining brick is tried."""
    left = [i for i, on in enumerate(up) if on]
    return all(set_access(volume, [on and i != gone for i, on in enumerate(up)]) is Access.FULL for gone in left)
