"""A machine that fits into a cluster of two nodes, for tests of joining: every test changes what it is about."""

from __future__ import annotations

from nasclustergui.cluster.lifecycle.join.judge import judge
from nasclustergui.cluster.lifecycle.join.model import Look, Verdict
from nasclustergui.core.disks import Disk
from nasclustergui.core.profile import NodeProfile
from nasclustergui.subsystems.etcd.model import EtcdState, Member
from nasclustergui.subsystems.gluster.features.peers.model import NodeConfig
from nasclustergui.subsystems.gluster.model import GlusterState, Peer, PeerState
from nasclustergui.subsystems.nodes.features.heartbeat.model import Heartbeat, Login
from nasclustergui.subsystems.nodes.features.joining.model import Clock, Machine, Port

NODES = ("node1", "node2")
ADDRESSES = {"node1": "10.0.0.1", "node2": "10.0.0.2"}
ENDPOINTS = ("https://10.0.0.1:2379", "https://10.0.0.2:2379")
LOGIN = Login("/pki/ca.crt", "/pki/node.crt", "/pki/node.key")
VERSIONS = {"gluster": "10.3", "etcd": "3.4.23", "etcdctl": "3.4.23"}


def machine(name: str, **more: object) -> Machine:
    facts: dict[str, object] = {
        "hostname": name,
        "addresses": (f"10.0.0.{name[-1]}",),
        "machine_id": f"id-{name}",
        "system": "Debian GNU/Linux 12 (bookworm)",
        "release": "12",
        "kernel": "6.1.0-13-amd64",
        "ntp": True,
        "versions": VERSIONS,
        "units": {"glusterd": "active", "etcd": "inactive"},
    }
    return Machine(**(facts | more))  # type: ignore[arg-type]


def peer(name: str) -> Peer:
    return Peer(f"uuid-{name}", (name,), name, True, PeerState.CONNECTED)


def member(name: str, leader: bool = False) -> Member:
    url = f"https://{ADDRESSES.get(name, '10.0.0.5')}:2379"
    return Member(1, name, name, (url,), (), True, leader=leader, version="3.4.23")


def seen(**more: object) -> Look:
    """A new machine that fits and of which nobody knows."""
    pool = GlusterState((), tuple(map(peer, NODES)), asked="node1")
    facts: dict[str, object] = {
        "node": NodeProfile("node5", "10.0.0.5"),
        "members": NODES,
        "machine": machine("node5"),
        "config": NodeConfig("node5", uuid="uuid-new", op_version="100000", version="10.3"),
        "disks": (Disk("node5", "/dev/sdb", "/bricks/d1", "xfs", 1 << 40, 1 << 40),),
        "heartbeat": Heartbeat(etcdctl="3.4.23"),
        "others": {name: machine(name) for name in NODES},
        "other_configs": {n: NodeConfig(n, uuid=f"uuid-{n}", op_version="100000") for n in NODES},
        "clocks": {name: Clock(0.02, 0.01) for name in (*NODES, "node5")},
        "gluster": pool,
        "etcd": EtcdState((member("node1", True), member("node2"))),
        "endpoints": ENDPOINTS,
        "has_etcd": True,
        "hosts": ADDRESSES,
        "address": "10.0.0.5",
        "names_here": {name: (address,) for name, address in ADDRESSES.items()},
        "names_there": dict.fromkeys(NODES, ("10.0.0.5",)),
        "ports_out": {(address, port): Port.OPEN for address in ADDRESSES.values() for port in (24007, 2379)},
        "ports_in": {name: {("10.0.0.5", 24007): Port.OPEN, ("10.0.0.5", 49152): Port.REFUSED} for name in NODES},
        "login": LOGIN,
        "login_said": "",
    }
    return Look(**(facts | more))  # type: ignore[arg-type]


def verdict(look: Look) -> Verdict:
    return Verdict(look, judge(look))
