"""The cluster as a graph: nodes grouped by rack, and what ties them together."""

from __future__ import annotations

from itertools import combinations, pairwise

from nasclustergui.cluster.node_word import node_word
from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.topology import Edge, EdgeKind, Topology, TopologyNode
from nasclustergui.subsystems.gluster.model import Brick, VolumeStatus, VolumeType
from nasclustergui.subsystems.nodes.model import NodeState


def topology(state: ClusterState) -> Topology:
    """Build it anew; the graph widget finds out what changed."""
    return Topology(tuple(_node(state, node) for node in state.nodes.nodes), _edges(state))


def _node(state: ClusterState, node: NodeState) -> TopologyNode:
    word = node_word(state, node)
    cpu = node.sample.cpu_percent if node.online and node.sample else None
    return TopologyNode(
        node.name,
        node.name,
        node.host,
        role_word(state, node.name),
        node.rack,
        word.state,
        word.word,
        cpu if cpu is not None and cpu == cpu else None,  # the first sample has no rate: NaN
        leader=state.leader == node.name,
    )


def role_word(state: ClusterState, node: str) -> str:
    """The role as it stands on the card; roles are names of the product, not translated."""
    return state.role(node)


def _edges(state: ClusterState) -> tuple[Edge, ...]:
    names = {node.name for node in state.nodes.nodes}
    kinds: dict[tuple[str, str], EdgeKind] = {}
    for volume in state.gluster.volumes if state.gluster else ():
        if volume.type is VolumeType.DISTRIBUTE or volume.status is not VolumeStatus.STARTED:
            continue
        for group in volume.sets:
            _tie_set(group, names, kinds)
    edges = [Edge(a, b, kind) for (a, b), kind in kinds.items()]
    members = [m.node for m in state.etcd.members if m.node in names] if state.etcd else []
    ordered = [name for name in (n.name for n in state.nodes.nodes) if name in members]
    edges += [Edge(a, b, EdgeKind.QUORUM) for a, b in pairwise(ordered)]
    return tuple(edges)


def _tie_set(group: tuple[Brick, ...], names: set[str], kinds: dict[tuple[str, str], EdgeKind]) -> None:
    """Every pair of a set's nodes shares files; a pair with a dead brick lacks a copy, and that is what shows."""
    for a, b in combinations(group, 2):
        if a.node == b.node or a.node not in names or b.node not in names:
            continue
        pair = (min(a.node, b.node), max(a.node, b.node))
        missing = a.online is False or b.online is False
        if missing or pair not in kinds:
            kinds[pair] = EdgeKind.MISSING if missing else EdgeKind.SHARES
