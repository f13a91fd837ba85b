"""The list of peers: who is in the pool, how gluster knows them, what is wrong with them. Pure."""

from __future__ import annotations

from collections.abc import Collection

from nasclustergui.core.i18n import _
from nasclustergui.core.units import DASH, count
from nasclustergui.subsystems.gluster.features.peers.doctor import Diagnosis
from nasclustergui.subsystems.gluster.features.peers.model import NodeConfig, Survey
from nasclustergui.subsystems.gluster.features.peers.plans import bricks_on, peer_name
from nasclustergui.subsystems.gluster.features.peers.preflight import known_by_address_only
from nasclustergui.subsystems.gluster.model import GlusterState, Peer, PeerState
from nasclustergui.subsystems.gluster.page.words import Said
from nasclustergui.ui.cell import Cell, Row, natural

NOTHING = Diagnosis()
NOBODY = Survey({}, {})


def peer_rows(
    state: GlusterState, survey: Survey = NOBODY, found: Diagnosis = NOTHING, profile: Collection[str] = ()
) -> list[Row]:
    """A row per peer, then the profile's nodes that are not in the pool; the tree puts the worst first."""
    members = [_row(peer, state, survey, found) for peer in sorted(state.peers, key=lambda p: natural(peer_name(p)))]
    inside = {peer.node for peer in state.peers}
    return members + [_outside(node, survey) for node in profile if node not in inside]


def peer_state(peer: Peer, found: Diagnosis = NOTHING) -> Said:
    """Badge and explanation."""
    name = peer_name(peer)
    wrongly = found.majority and name in found.agree and name not in found.rejected
    if wrongly and peer.state is PeerState.REJECTED:
        text = _("The node that answers is the rejected one; this one belongs to the majority.")
        return Said("warn", _("In the majority"), text)
    if peer.state is PeerState.REJECTED or name in found.rejected:
        return Said("critical", _("Rejected"), _rejected(name, found))
    if peer.state is PeerState.JOINING:
        return Said("busy", _("Joining"), _("It was added; the pool is still exchanging its configuration."))
    if peer.state is PeerState.DISCONNECTED or not peer.connected:
        text = _("glusterd does not answer there. Volumes cannot be deleted until it is back.")
        return Said("critical", _("Disconnected"), text)
    if blind := found.lonely.get(name):
        text = _("It does not see {nodes}: changes may be refused. Names and port 24007 between them?")
        return Said("warn", _("Sees not all"), text.format(nodes=", ".join(blind)))
    if name in found.differing:
        text = _("Its configuration of {volumes} differs from the others'. It is rejected when it next connects.")
        return Said("warn", _("Differs"), text.format(volumes=", ".join(_volumes(name, found))))
    if known_by_address_only(peer):
        return Said("ok", _("Connected"), _("The pool knows it only by its address; it can get a name."))
    return Said("ok", _("Connected"))


def _rejected(name: str, found: Diagnosis) -> str:
    volumes = _volumes(name, found)
    if volumes:
        text = _("Its configuration of {volumes} differs from the others'. Its bricks are not managed.")
        return text.format(volumes=", ".join(volumes))
    if name in found.agree:
        return _("Its configuration is the same as the others' by now: they only have to meet again.")
    return _("Its copy of the volumes' configuration differs from the others'. Its bricks are not managed.")


def _volumes(name: str, found: Diagnosis) -> list[str]:
    return [volume.volume for volume in found.volumes if name in volume.nodes]


def _row(peer: Peer, state: GlusterState, survey: Survey, found: Diagnosis) -> Row:
    said = peer_state(peer, found)
    bricks = len(bricks_on(peer, state))
    known = "" if peer.node else _("not in this cluster's profile")
    if peer.node and peer.node == state.asked:
        known = _("answers for the pool")
    more = said.more
    if not peer.node and not more:
        more = _("The app cannot log in there: add it to the profile of this cluster.")
    cells = (
        Cell(peer_name(peer), "name", "server", sub=known, strong=True),
        Cell(", ".join(peer.hostnames), "mono"),
        _version(survey.configs.get(peer.node)),
        Cell(count(bricks), "num"),
        Cell(said.word, "state", state=said.state),
        Cell(more, tip=more),
    )
    return Row("peer/" + peer.uuid, cells, sort=(peer_name(peer), None, None, float(bricks)), data=peer)


def _outside(node: str, survey: Survey) -> Row:
    """A node of the profile that is no member."""
    config, why = survey.configs.get(node), survey.unread.get(node, "")
    more = why
    if config is not None and config.peers:
        more = _("It belongs to another pool, with {peers}.").format(peers=", ".join(config.peers))
    elif config is not None and not config.version:
        more = _("GlusterFS is not installed there.")
    elif config is not None:
        more = _("It can be added.")
    cells = (
        Cell(node, "name", "server", sub=_("in the profile only")),
        Cell(DASH, role="text3"),
        _version(config),
        Cell(DASH, "num", role="text3"),
        Cell(_("Not in the pool"), "state", state="unknown" if why else "stopped"),
        Cell(more, tip=more),
    )
    return Row("node/" + node, cells, sort=(node,), data=node)


def _version(config: NodeConfig | None) -> Cell:
    version = config.version if config is not None else ""
    return Cell(version or DASH, role="" if version else "text3")
