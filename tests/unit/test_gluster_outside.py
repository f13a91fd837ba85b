"""A node of the profile that is in no pool yet: it never speaks for the pool, and never acts in its place."""

import pytest

from nasclustergui.core.errors import NasError, Unreachable
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.manager import GlusterManager
from tests.recorded.fake_gluster import FakeNodes, Reply, ok

NODES = ("node9", "node1", "node2")


def pool(*peers: tuple[str, str]) -> Reply:
    body = "".join(
        f"<peer><uuid>{uuid}</uuid><hostname>{name}</hostname><hostnames><hostname>{name}</hostname></hostnames>"
        "<connected>1</connected><state>3</state><stateStr>Peer in Cluster</stateStr></peer>"
        for uuid, name in peers
    )
    return ok(f"<peerStatus>{body}</peerStatus>")


NO_VOLUMES = ok("<volInfo><volumes><count>0</count></volumes></volInfo>")
POOLS = {
    "node9": pool(("id-9", "localhost")),
    "node1": pool(("id-1", "localhost"), ("id-2", "node2")),
    "node2": pool(("id-2", "localhost"), ("id-1", "node1")),
}


def answer(node: str, words: tuple[str, ...]) -> Reply:
    if "pool" in words:
        return POOLS[node]
    return NO_VOLUMES if "info" in words else ok("glusterfs 10.3\n")


def test_the_pool_is_where_the_others_are_even_if_the_new_node_answers_first() -> None:
    nodes = FakeNodes(answer, NODES)
    manager = GlusterManager(nodes, {name: name for name in NODES}, "lab")
    state = manager.pool.now(Job("read"))
    assert state.asked in ("node1", "node2")
    assert {peer.node for peer in state.peers} == {"node1", "node2"}
    assert manager.pool.client.candidates()[-1] == "node9"
    assert manager.pool.client.outside == {"node9"}
    manager.close()


def test_no_change_moves_to_a_node_outside_of_the_pool() -> None:
    def dead(node: str, words: tuple[str, ...]) -> Reply:
        if node == "node9" or "pool" in words or "info" in words:
            return answer(node, words)
        error = Unreachable(node)
        error.sent = False
        return error

    nodes = FakeNodes(dead, NODES)
    manager = GlusterManager(nodes, {name: name for name in NODES}, "lab")
    manager.pool.now(Job("read"))
    asked = len(nodes.ran)
    with pytest.raises(NasError):
        manager.pool.client.change("node1", commands.peer_probe("node5"), Job("probe"))
    assert {node for node, _words in nodes.ran[asked:]} == {"node1", "node2"}
    manager.close()
