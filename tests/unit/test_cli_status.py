"""`status`: what is known, null for what isn't, never a guess; as JSON and as text."""

from __future__ import annotations

import json
import math

import pytest

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.status import show_status, status_data, volume_type
from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.errors import ServiceDown, StoreError
from nasclustergui.core.metrics import FileSystem, Sample
from nasclustergui.core.profile import Environment, NodeProfile, Profile
from nasclustergui.subsystems.etcd.model import EtcdState, Member
from nasclustergui.subsystems.gluster.model import (
    Brick,
    GlusterState,
    Peer,
    PeerState,
    Volume,
    VolumeStatus,
    VolumeType,
)
from nasclustergui.subsystems.nodes.model import Link, NodesState, NodeState

PROFILE = Profile("lab", (NodeProfile("node1", "10.0.0.1"), NodeProfile("node2", "10.0.0.2")), Environment.LAB)
SAMPLE = Sample(
    100.0, 5000.0, 0.5, 12.34, 1000, 250, 0, 0, 0.0, 0.0, 0.0, 0.0, (FileSystem("/dev/sdb", "xfs", "/b", 100, 40),)
)
ONLINE = NodeState("node1", "10.0.0.1", link=Link.ONLINE, seen_at=100.0, sample=SAMPLE)
LOST = NodeState(
    "node2", "10.0.0.2", link=Link.LOST, error="node2: no route", hint="Check the cable.", seen_at=50.0, sample=SAMPLE
)
VOLUME = Volume(
    "data",
    "id",
    VolumeType.REPLICATE,
    VolumeStatus.STARTED,
    (
        Brick("node1", "/b/data", node="node1", online=True, size=100, free=40, heal_pending=3),
        Brick("node2", "/b/data", node="node2", online=None),
    ),
    replica=2,
)
PEERS = (Peer("u1", ("node1",), "node1", True, PeerState.CONNECTED),)
ETCD = EtcdState((Member(1, "node1", "node1", healthy=True, leader=True), Member(2, "m2", "node2", error="no answer")))


def state(**more: object) -> ClusterState:
    known: dict[str, object] = {
        "nodes": NodesState((ONLINE, LOST), 100.0),
        "gluster": GlusterState((VOLUME,), PEERS, read_at=100.0, status_at=100.0),
        "etcd": ETCD,
        "read_at": {"nodes": 100.0, "gluster": 101.0},
    }
    return ClusterState(PROFILE, **(known | more))  # type: ignore[arg-type]


def test_everything_that_is_known() -> None:
    data = status_data(state())
    assert (data["cluster"], data["leader"], data["read_at"]) == ("lab", "node1", 101.0)
    assert data["nodes"][0] == {
        "name": "node1",
        "address": "10.0.0.1",
        "role": "manager",
        "online": True,
        "cpu_percent": 12.3,
        "memory_percent": 75.0,
        "disk_percent": 60.0,
        "etcd_role": "leader",
    }
    assert data["peers"] == [
        {"node": "node1", "hostnames": ["node1"], "uuid": "u1", "connected": True, "state": "connected"}
    ]
    (volume,) = data["volumes"]
    assert (volume["name"], volume["type"], volume["status"], volume["heal_pending"]) == (
        "data",
        "replicate",
        "Started",
        3,
    )
    assert volume["bricks"] == [
        {"node": "node1", "path": "/b/data", "online": True},
        {"node": "node2", "path": "/b/data", "online": None},  # not known is neither up nor down
    ]
    assert data["errors"] == {}
    json.dumps(data, allow_nan=False)


def test_a_lost_node_has_no_values_however_fresh_they_once_were() -> None:
    node = status_data(state())["nodes"][1]
    assert node["online"] is False
    assert (node["cpu_percent"], node["memory_percent"], node["disk_percent"]) == (None, None, None)
    assert (node["error"], node["hint"]) == ("node2: no route", "Check the cable.")


def test_what_cannot_be_read_is_null_with_its_reason() -> None:
    errors = {"gluster": ServiceDown("glusterd hangs.", hint="Restart it."), "etcd": StoreError("no quorum")}
    data = status_data(state(gluster=None, etcd=None, errors=errors, read_at={"nodes": 100.0}))
    assert (data["volumes"], data["peers"], data["leader"]) == (None, None, None)
    assert data["errors"] == {
        "gluster": {"error": "glusterd hangs.", "hint": "Restart it."},
        "etcd": {"error": "no quorum", "hint": ""},
    }
    assert data["verdict"] != "Healthy"
    assert {"GlusterFS cannot be read", "etcd cannot be read"} <= {p["title"] for p in data["problems"]}


def test_an_old_reading_is_never_shown_as_new() -> None:
    data = status_data(state(errors={"gluster": ServiceDown("glusterd hangs.")}))
    assert (data["volumes"], data["peers"]) == (None, None)


def test_brick_states_that_could_not_be_read_say_why() -> None:
    partial = GlusterState((VOLUME,), PEERS, read_at=1.0, status_error="Another client holds the lock.")
    assert status_data(state(gluster=partial))["errors"]["gluster_status"]["error"] == "Another client holds the lock."


def test_the_first_sample_has_no_cpu_yet() -> None:
    sample = Sample(1.0, 1.0, 0.0, math.nan, 0, 0, 0, 0, math.nan, math.nan, math.nan, math.nan)
    node = NodeState("node1", "10.0.0.1", link=Link.ONLINE, sample=sample)
    shown = status_data(state(nodes=NodesState((node,), 1.0)))["nodes"][0]
    assert (shown["cpu_percent"], shown["memory_percent"], shown["disk_percent"]) == (None, None, None)


@pytest.mark.parametrize(
    ("kind", "count", "replica", "disperse", "word"),
    [
        (VolumeType.DISTRIBUTE, 3, 1, 0, "distribute"),
        (VolumeType.REPLICATE, 3, 3, 0, "replicate"),
        (VolumeType.REPLICATE, 6, 3, 0, "distributed-replicate"),
        (VolumeType.ARBITER, 6, 3, 0, "distributed-arbiter"),
        (VolumeType.DISPERSE, 8, 1, 4, "distributed-disperse"),
    ],
)
def test_names_of_volume_types(kind: VolumeType, count: int, replica: int, disperse: int, word: str) -> None:
    bricks = tuple(Brick("n", f"/{i}") for i in range(count))
    volume = Volume("v", "i", kind, VolumeStatus.STARTED, bricks, replica=replica, disperse=disperse)
    assert volume_type(volume) == word


def test_text_for_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    assert show_status(state(), as_json=False) is Exit.OK
    out = capsys.readouterr().out.replace("\u00a0", " ")
    assert out.startswith("lab: ")
    assert "Leader: node1" in out
    assert "node2: no route" in out
    assert "12 %" in out
    assert "  - node2 does not answer: " in out
    lines = [line.split() for line in out.splitlines()]
    assert ["data", "replicate", "Started", "—", "3"] in [line[:5] for line in lines]


def test_text_without_gluster_does_not_say_that_there_are_no_volumes(capsys: pytest.CaptureFixture[str]) -> None:
    show_status(state(gluster=None, errors={"gluster": ServiceDown("glusterd hangs.")}), as_json=False)
    assert "Volumes: not known. glusterd hangs." in capsys.readouterr().out


def test_nothing_at_all_is_unreachable(capsys: pytest.CaptureFixture[str]) -> None:
    nothing = state(nodes=NodesState((LOST,), 1.0), gluster=None, etcd=None, read_at={})
    assert show_status(nothing, as_json=True) is Exit.UNREACHABLE
    assert json.loads(capsys.readouterr().out)["nodes"][0]["online"] is False
