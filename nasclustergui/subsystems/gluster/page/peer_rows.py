"""The list of peers: who is in the pool, how gluster knows them, what is wrong with them. Pure."""

from __future__ import annotations

from nasclustergui.core.i18n import _
from nasclustergui.core.units import count
from nasclustergui.subsystems.gluster.model import GlusterState, Peer, PeerState
from nasclustergui.subsystems.gluster.page.words import Said
from nasclustergui.ui.cell import Cell, Row, natural


def peer_rows(state: GlusterState) -> list[Row]:
    """A row per peer; the tree puts the worst first."""
    return [_row(peer, state) for peer in sorted(state.peers, key=lambda p: natural(peer_name(p)))]


def peer_name(peer: Peer) -> str:
    """The node's name, else the first name that gluster has for it."""
    return peer.node or next(iter(peer.hostnames), peer.uuid[:8])


def peer_state(peer: Peer) -> Said:
    """Badge and explanation."""
    if peer.state is PeerState.REJECTED:
        text = _("Its copy of the volumes' configuration differs from the others'. Its bricks are not managed.")
        return Said("critical", _("Rejected"), text)
    if peer.state is PeerState.JOINING:
        return Said("busy", _("Joining"), _("It was added; the pool is still exchanging its configuration."))
    if peer.state is PeerState.DISCONNECTED or not peer.connected:
        text = _("glusterd does not answer there. Volumes cannot be deleted until it is back.")
        return Said("critical", _("Disconnected"), text)
    return Said("ok", _("Connected"))


def _row(peer: Peer, state: GlusterState) -> Row:
    said = peer_state(peer)
    bricks = sum(1 for v in state.volumes for b in v.bricks if _is_on(b.host_uuid, b.host, peer))
    known = "" if peer.node else _("not in this cluster's profile")
    if peer.node and peer.node == state.asked:
        known = _("answers for the pool")
    cells = (
        Cell(peer_name(peer), "name", "server", sub=known, strong=True),
        Cell(", ".join(peer.hostnames), "mono"),
        Cell(peer.uuid[:8], "mono", tip=peer.uuid),
        Cell(count(bricks), "num"),
        Cell(said.word, "state", state=said.state),
        Cell(said.more, tip=said.more),
    )
    return Row("peer/" + peer.uuid, cells, sort=(peer_name(peer), None, None, float(bricks)), data=peer)


def _is_on(host_uuid: str, host: str, peer: Peer) -> bool:
    return host_uuid == peer.uuid if host_uuid else host in peer.hostnames
