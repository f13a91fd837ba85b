"""Why a peer is rejected: whose stored configuration differs, in which volume, in which lines. Pure.

Two glusterds that meet compare each volume's version, checksum and quota checksum (glusterd_compare_friend_volume). The
larger version wins; the same version with another checksum makes both reject each other. Who is right only the
majority tells: seen from a rejected node, all the others are the rejected ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from nasclustergui.subsystems.gluster.commands.peers import LOCALHOST
from nasclustergui.subsystems.gluster.features.peers.model import NodeConfig, Survey, VolumeConfig
from nasclustergui.subsystems.gluster.model import GlusterState, Peer, PeerState


@dataclass(frozen=True)
class Line:
    """A setting that differs. `values`: what it is → nodes that have it so; "" where it is missing."""

    key: str
    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Disagreement:
    """A volume that is not the same everywhere.

    Attributes:
        nodes: those that differ from the majority (from the largest group where there is none).
        missing: those of them that don't have the volume at all.
        lines: what differs, without what only glusterd may know.
    """

    volume: str
    nodes: tuple[str, ...]
    missing: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Diagnosis:
    """What the doctor found.

    Attributes:
        agree: nodes with the same configuration, the largest such group.
        majority: that group is more than half of the pool: it may be taken for right.
        rejected: nodes that others reject, by the majority's word where there is one.
        volumes: what differs. op_versions, versions: value → nodes.
        unread: node → why it couldn't be looked at.
        lonely: node → those that it doesn't see as connected members although the pool does.
    """

    agree: tuple[str, ...] = ()
    majority: bool = False
    rejected: tuple[str, ...] = ()
    volumes: tuple[Disagreement, ...] = ()
    op_versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    lonely: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def differing(self) -> tuple[str, ...]:
        """Nodes whose configuration of any volume differs from the majority's."""
        return tuple(dict.fromkeys(node for volume in self.volumes for node in volume.nodes))


def diagnose(survey: Survey, state: GlusterState) -> Diagnosis:
    """Compare what the members have stored."""
    ids = {peer.uuid for peer in state.peers}
    members = {node: config for node, config in survey.configs.items() if config.uuid in ids}
    agree = _largest(members)
    majority = 2 * len(agree) > len(state.peers)
    rejected = _rejected(survey, members, agree if majority else ())
    return Diagnosis(
        agree=agree,
        majority=majority,
        rejected=rejected,
        volumes=_volumes(members, agree),
        op_versions=_by({node: config.op_version for node, config in members.items()}),
        versions=_by({node: config.version for node, config in members.items()}),
        unread=dict(survey.unread),
        lonely=_lonely(survey, members, state, rejected),
    )


def _largest(members: Mapping[str, NodeConfig]) -> tuple[str, ...]:
    counted = Counter(config.signature for config in members.values())
    if not counted:
        return ()
    signature, _n = counted.most_common(1)[0]
    return tuple(node for node, config in members.items() if config.signature == signature)


def _rejected(survey: Survey, members: Mapping[str, NodeConfig], judges: tuple[str, ...]) -> tuple[str, ...]:
    """Whom more than half of the judges, itself left out, reject; any one of them where there are no judges."""
    found = []
    for node, config in members.items():
        asked = [other for other in (judges or survey.views) if other != node and other in survey.views]
        votes = sum(_rejects(survey.views[other], config.uuid) for other in asked)
        if votes and (not judges or 2 * votes > len(asked)):
            found.append(node)
    return tuple(found)


def _rejects(view: tuple[Peer, ...], uuid: str) -> bool:
    return any(peer.uuid == uuid and peer.state is PeerState.REJECTED for peer in view)


def _volumes(members: Mapping[str, NodeConfig], agree: tuple[str, ...]) -> tuple[Disagreement, ...]:
    if not agree:
        return ()
    names = sorted({name for config in members.values() for name in config.volumes})
    found = (_volume(name, {n: c.volumes.get(name) for n, c in members.items()}, agree) for name in names)
    return tuple(disagreement for disagreement in found if disagreement is not None)


def _volume(name: str, here: Mapping[str, VolumeConfig | None], agree: tuple[str, ...]) -> Disagreement | None:
    right = here[agree[0]]
    wrong = tuple(node for node, config in here.items() if _signature(config) != _signature(right))
    if not wrong:
        return None
    missing = tuple(node for node in (*agree, *wrong) if here[node] is None)
    stored = {node: config.lines for node, config in here.items() if config is not None}
    keys = sorted({key for lines in stored.values() for key in lines})
    values = {key: _by({node: lines.get(key, "") for node, lines in stored.items()}) for key in keys}
    return Disagreement(name, wrong, missing, tuple(Line(key, v) for key, v in values.items() if len(v) > 1))


def _signature(config: VolumeConfig | None) -> tuple[str, ...]:
    return config.signature if config is not None else ()


def _by(values: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Value → nodes that have it."""
    found: dict[str, tuple[str, ...]] = {}
    for node, value in values.items():
        found[value] = (*found.get(value, ()), node)
    return found


def _lonely(
    survey: Survey, members: Mapping[str, NodeConfig], state: GlusterState, rejected: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Per node whom it does not see although the node that was asked does, by the names that the pool uses."""
    connected = [peer for peer in state.peers if peer.state is PeerState.CONNECTED and peer.node not in rejected]
    names = {peer.uuid: peer.node or peer.hostnames[0] for peer in connected}
    lonely = {}
    for node in members:
        if node not in survey.views:
            continue
        sees = {p.uuid for p in survey.views[node] if p.state is PeerState.CONNECTED or LOCALHOST in p.hostnames}
        if missing := tuple(name for uuid, name in names.items() if uuid not in sees):
            lonely[node] = missing
    return lonely
