"""Reads `pool list` and `peer status`."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from nasclustergui.subsystems.gluster.commands.answer import Answer, read_xml, reading
from nasclustergui.subsystems.gluster.commands.values import each, integer, optional, optional_integer, text
from nasclustergui.subsystems.gluster.model import Peer, PeerState

LOCALHOST = "localhost"
IN_CLUSTER, REJECTED = 3, 6  # glusterd_friend_sm_state_t


def parse_peers(answer: Answer) -> tuple[Peer, ...]:
    """`pool list` (the asked node is "localhost") or `peer status` (the asked node is missing)."""
    root = read_xml(answer)
    with reading(answer):
        return tuple(_peer(element) for element in each(root, "peerStatus/peer"))


def _peer(element: Element) -> Peer:
    main = text(element, "hostname")
    others = [(other.text or "").strip() for other in element.findall("hostnames/hostname")]
    connected = integer(element, "connected") == 1
    number = IN_CLUSTER if main == LOCALHOST else optional_integer(element, "state")
    return Peer(
        uuid=text(element, "uuid"),
        hostnames=tuple(dict.fromkeys(name for name in (main, *others) if name)),
        node="",
        connected=connected,
        state=_state(number, connected, optional(element, "stateStr")),
    )


def _state(number: int | None, connected: bool, said: str) -> PeerState:
    """A rejected peer still counts as connected (facts): its state matters more."""
    if number == REJECTED or "reject" in said.casefold():
        return PeerState.REJECTED
    if not connected:
        return PeerState.DISCONNECTED
    return PeerState.CONNECTED if number == IN_CLUSTER else PeerState.JOINING
