"""Peers: what is found out before a host is added, who is right when one is rejected, and the plans."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import InvalidInput, NasError, ServiceDown, UnexpectedOutput
from nasclustergui.core.events import Severity
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Risk
from nasclustergui.core.profile import NodeProfile, Profile
from nasclustergui.core.script import to_script
from nasclustergui.subsystems.gluster import commands as gluster
from nasclustergui.subsystems.gluster.client import GlusterClient
from nasclustergui.subsystems.gluster.features import Pool
from nasclustergui.subsystems.gluster.features.peers import commands, driver
from nasclustergui.subsystems.gluster.features.peers.doctor import Diagnosis, diagnose
from nasclustergui.subsystems.gluster.features.peers.mend import plan_mend
from nasclustergui.subsystems.gluster.features.peers.model import NodeConfig, Preflight, Survey, VolumeConfig
from nasclustergui.subsystems.gluster.features.peers.plans import plan_detach, plan_probe, why_not_removed
from nasclustergui.subsystems.gluster.features.peers.preflight import Seen, judge
from nasclustergui.subsystems.gluster.features.peers.read import preflight, survey
from nasclustergui.subsystems.gluster.model import GlusterState, Peer, PeerState
from tests.recorded import pools
from tests.recorded.fake_gluster import FakeNodes, Reply, ok, recorded, xml

TOLD = """@hostname node1
@version glusterfs 10.3
@active active
@uuid uuid1
@op-version 100000
@peer node2
@peer node3
@volume data
@cksum info=334012546
@quota cksum=0 version=0
type=2
version=3
performance.cache-size=64MB
@volume pair
@cksum info=1
@quota
version=1
@end
"""
REACHED = {f"node{n}": (("10.77.0.14",), True) for n in (1, 2, 3)}
THREE = tuple(pools.peer(n) for n in (1, 2, 3))


def state(*volumes: object, peers: tuple[Peer, ...] = THREE) -> GlusterState:
    return pools.state(*volumes, peers=peers)  # type: ignore[arg-type]


def config(number: int, size: str = "64MB", version: str = "3", checksum: str = "a") -> NodeConfig:
    lines = {"version": version, "performance.cache-size": size}
    volume = VolumeConfig("data", version, checksum, "", lines)
    return NodeConfig(f"node{number}", f"uuid{number}", "100000", "10.3", "active", volumes={"data": volume})


def seen_by(number: int, **states: PeerState) -> tuple[Peer, ...]:
    """Its own view; the other two as named."""
    others = [
        replace(pools.peer(n), state=states.get(f"node{n}", PeerState.CONNECTED)) for n in (1, 2, 3) if n != number
    ]
    return (replace(pools.peer(number), hostnames=("localhost",)), *others)


def rejected_three() -> Survey:
    views = {
        "node1": seen_by(1, node3=PeerState.REJECTED),
        "node2": seen_by(2, node3=PeerState.REJECTED),
        "node3": seen_by(3, node1=PeerState.REJECTED, node2=PeerState.REJECTED),
    }
    return Survey({"node1": config(1), "node2": config(2), "node3": config(3, "48MB", checksum="b")}, views)


# ---- what the nodes say


def test_a_nodes_stored_configuration_is_read() -> None:
    found = commands.parse_survey("node1", Result(0, TOLD))
    assert (found.uuid, found.op_version, found.version, found.peers) == ("uuid1", "100000", "10.3", ("node2", "node3"))
    assert found.volumes["data"].signature == ("data", "3", "info=334012546", "")  # zeros are as good as no limits
    assert found.volumes["data"].lines["performance.cache-size"] == "64MB"


@pytest.mark.parametrize("answer", [Result(0, TOLD[:120]), Result(1, "", "sh: not found"), Result(0, "")])
def test_a_cut_answer_is_no_configuration(answer: Result) -> None:
    with pytest.raises(UnexpectedOutput):
        commands.parse_survey("node1", answer)


def test_the_script_leaves_the_volumes_password_on_the_node() -> None:
    assert "username|password" in commands.SURVEY_SCRIPT


def test_a_fresh_host_without_anything_is_read_too() -> None:
    found = commands.parse_survey(
        "node4", Result(0, "@hostname node4\n@version glusterfs 10.3\n@active active\n@end\n")
    )
    assert (found.uuid, found.volumes, found.version) == ("", {}, "10.3")


# ---- before a host is added


def looked_at(host: str = "node4", **more: object) -> Preflight:
    values: dict[str, object] = {
        "node": "node4",
        "reach": REACHED,
        "config": NodeConfig("node4", "uuid4", version="10.3"),
        "names": {"node1": "10.77.0.11"},
        "op_version": "100000",
    }
    return judge(Seen(host, **(values | more)), state())  # type: ignore[arg-type]


def test_a_clean_host_has_no_obstacles() -> None:
    found = looked_at()
    assert {finding.severity for finding in found.findings} == {Severity.OK}
    plan = plan_probe(found, state(), "lab")
    (step,) = plan.steps
    assert str(step.command).endswith("peer probe node4")
    assert str(step.undo).endswith("peer detach node4")
    assert step.follow == "peer_joined"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"reach": {"node1": ((), False)}}, "node4 has no address on node1"),
        ({"reach": {"node1": (("127.0.1.1",), True)}}, "node4 means the node itself on node1"),
        ({"reach": {"node1": (("10.0.0.4",), False)}}, "cannot be reached from node1"),
        ({"config": NodeConfig("node4", "uuid2", version="10.3")}, "same gluster id as node2: it was cloned"),
        ({"config": NodeConfig("node4", "u", version="10.3", peers=("x",))}, "belongs to another pool, with x"),
        (
            {"config": NodeConfig("node4", "u", version="10.3", peers=("x", "node1"))},
            "node4 still believes to be in this pool, from which it was removed",
        ),
        ({"config": replace(config(4), uuid="u")}, "has volumes of its own: data"),
        ({"config": NodeConfig("node4", "u")}, "GlusterFS is not installed"),
        ({"config": NodeConfig("node4", "u", version="9.6")}, "too old for this pool"),
        ({"names": {"node2": ""}}, "these members have no address: node2"),
        ({"names": {"node2": "127.0.0.1"}}, "these names mean itself: node2"),
    ],
)
def test_what_would_be_refused_or_hurt_is_an_obstacle(change: dict[str, object], why: str) -> None:
    found = looked_at(**change)
    assert why in found.obstacles[0].text
    with pytest.raises(InvalidInput):
        plan_probe(found, state(), "lab")


def test_doubts_are_told_and_do_not_forbid() -> None:
    found = looked_at("10.77.0.14", node="", config=None, names={})
    texts = [finding.text for finding in found.findings if finding.severity is Severity.WARN]
    assert len(texts) == 2
    plan = plan_probe(found, state(), "lab")
    assert [m.title for m in plan.meaning if m.severity is Severity.WARN] == texts
    mixed = looked_at(config=NodeConfig("node4", "u", version="11.0"))
    assert not mixed.obstacles
    unread = looked_at(config=ServiceDown("node4: no connection"))
    assert not unread.obstacles


def test_a_member_gets_a_further_name_from_another_node() -> None:
    peer = replace(pools.peer(3), hostnames=("10.77.0.13",))
    pool = state(peers=(pools.peer(1), pools.peer(2), peer))
    found = judge(Seen("node3", "node3", REACHED, config(3), {}), pool)
    assert found.member == peer
    plan = plan_probe(found, pool, "lab")
    assert (plan.steps[0].node, plan.steps[0].follow) == ("node1", "peer_named")
    with pytest.raises(InvalidInput, match="in the pool already"):
        plan_probe(judge(Seen("node2", "node2", REACHED, config(2), {}), pool), pool, "lab")


def test_below_server_quorum_no_peer_is_changed() -> None:
    guarded = pools.volume(options={"cluster.server-quorum-type": "server"})
    away = (pools.peer(1), pools.peer(2, PeerState.DISCONNECTED), pools.peer(3, PeerState.DISCONNECTED))
    with pytest.raises(InvalidInput, match="server quorum is lost: 1 of 3"):
        plan_probe(looked_at(), state(guarded, peers=away), "lab")


# ---- removing


def test_a_peer_is_removed_by_another_node_and_quorum_is_told() -> None:
    guarded = pools.volume(nodes=(1, 2), options={"cluster.server-quorum-type": "server"})
    plan = plan_detach(pools.peer(4), pools.state(guarded), "lab")
    (step,) = plan.steps
    assert (step.node, step.risk, step.undo is not None) == ("node1", Risk.CAUTION, True)
    assert step.prompts
    assert "Server quorum: 2 of 3 peers must be connected, so far 3 of 4" in [m.title for m in plan.meaning]
    plan = plan_detach(pools.peer(1), pools.state(pools.volume(nodes=(2, 3))), "lab")  # the one that is asked
    assert plan.steps[0].node == "node2"


def test_what_gluster_refuses_is_refused_before() -> None:
    assert "still has 1 brick of data" in why_not_removed(pools.peer(2), pools.state(pools.volume()))[0]
    assert "still has 1 brick of data" in why_not_removed(pools.peer(2), pools.state(pools.volume()), force=True)[0]
    away = (pools.peer(1), pools.peer(2), pools.peer(3, PeerState.DISCONNECTED))
    assert "these are not: node3" in why_not_removed(pools.peer(2), state(peers=away))[0]
    assert "not connected" in why_not_removed(away[2], state(peers=away))[0]
    assert "only member" in why_not_removed(pools.peer(1), state(peers=(pools.peer(1),)))[0]
    with pytest.raises(InvalidInput, match="gone for good"):
        plan_detach(pools.peer(2), state(), "lab", force=True)
    stranger = replace(pools.peer(2), node="")
    with pytest.raises(InvalidInput, match="only member that can be asked"):
        plan_detach(pools.peer(1), state(peers=(pools.peer(1), stranger)), "lab")


def test_force_is_typed_and_says_what_it_leaves_behind() -> None:
    away = (pools.peer(1), pools.peer(2), pools.peer(3, PeerState.DISCONNECTED))
    plan = plan_detach(away[2], state(peers=away), "lab", force=True)
    assert (plan.risk, plan.confirm, plan.steps[0].undo) == (Risk.DESTRUCTIVE, "node3", None)
    assert plan.meaning[0].severity is Severity.CRITICAL


# ---- the doctor


def test_the_majority_says_who_is_rejected_and_in_what() -> None:
    found = diagnose(rejected_three(), state())
    assert (found.agree, found.majority, found.rejected) == (("node1", "node2"), True, ("node3",))
    (volume,) = found.volumes
    (line,) = volume.lines
    assert (volume.volume, volume.nodes, line.key) == ("data", ("node3",), "performance.cache-size")
    assert dict(line.values) == {"64MB": ("node1", "node2"), "48MB": ("node3",)}


def test_a_node_that_is_away_does_not_count_for_a_majority() -> None:
    whole = rejected_three()
    half = Survey({n: whole.configs[n] for n in ("node1", "node3")}, whole.views, {"node2": "no connection"})
    found = diagnose(half, state())
    assert not found.majority
    with pytest.raises(InvalidInput, match="No majority"):
        plan_mend("node3", found, state(), "lab")


def test_of_two_nodes_nobody_is_right() -> None:
    pair = Survey({"node1": config(1), "node2": config(2, checksum="b")}, {})
    assert not diagnose(pair, state(peers=THREE[:2])).majority


def test_a_missing_volume_is_told_and_strangers_have_no_say() -> None:
    outside = replace(config(4), uuid="somebody")
    empty = replace(config(3), volumes={})
    found = diagnose(Survey({"node1": config(1), "node2": config(2), "node3": empty, "node4": outside}, {}), state())
    assert (found.volumes[0].nodes, found.volumes[0].missing) == (("node3",), ("node3",))
    assert found.agree == ("node1", "node2")


def test_a_member_that_does_not_see_another_is_named() -> None:
    views = {"node1": seen_by(1), "node2": seen_by(2, node3=PeerState.DISCONNECTED)}
    found = diagnose(Survey({"node1": config(1), "node2": config(2)}, views), state())
    assert dict(found.lonely) == {"node2": ("node3",)}


# ---- mending


def test_mending_copies_before_it_clears_and_takes_everything_back() -> None:
    found = diagnose(rejected_three(), state())
    plan = plan_mend("node3", found, state(pools.volume(nodes=(1, 2, 3))), "lab", now=0.0)
    lines = [str(step.command) for step in plan.steps]
    assert {step.node for step in plan.steps} == {"node3"}
    assert plan.rollback
    assert lines[0] == "systemctl stop glusterd"
    assert "cp -a /var/lib/glusterd" in lines[1]
    assert "rm -rf" in lines[2]
    assert "glusterd.info" not in commands.SYNCED
    assert {"hooks", "groups"}.isdisjoint(commands.SYNCED.split())
    assert lines[4].startswith("env gluster")
    assert lines[4].endswith("peer probe node1")
    assert "cp -a" in str(plan.steps[2].undo)
    assert any("performance.cache-size" in meaning.text for meaning in plan.meaning)
    profile = Profile("lab", tuple(NodeProfile(f"node{n}", f"10.0.0.{n}") for n in (1, 2, 3)))
    assert "systemctl stop glusterd" in to_script(plan, profile)


def test_mending_that_stops_a_volume_is_typed() -> None:
    found = diagnose(rejected_three(), state())
    alone = pools.volume(nodes=(1, 2, 3))
    hurt = pools.with_bricks(alone, {"online": False})
    plan = plan_mend("node3", found, state(hurt), "lab")
    assert (plan.risk, plan.confirm) == (Risk.DESTRUCTIVE, "node3")
    assert plan_mend("node3", found, state(alone), "lab").risk is Risk.CAUTION


def test_a_peer_that_is_rejected_with_an_equal_configuration_is_only_started_anew() -> None:
    whole = rejected_three()
    equal = Survey({n: config(int(n[-1])) for n in whole.configs}, whole.views)
    found = diagnose(equal, state())
    assert (found.rejected, found.differing) == (("node3",), ())
    plan = plan_mend("node3", found, state(), "lab")
    assert ["stop" in str(plan.steps[0].command), "start" in str(plan.steps[1].command)] == [True, True]
    assert (len(plan.steps), plan.steps[1].follow) == (2, "peer_mended")


@pytest.mark.parametrize("node", ["node1", "node9", ""])
def test_only_a_rejected_member_is_mended(node: str) -> None:
    with pytest.raises(InvalidInput):
        plan_mend(node, diagnose(rejected_three(), state()), state(), "lab")


# ---- with a pool


class Nodes(FakeNodes):
    """Answers surveys and views; `views` and `told` can be replaced."""

    def __init__(self) -> None:
        super().__init__(self.answer, ("node1", "node2", "node3"))
        self.views = {n: _pool_list(n) for n in (1, 2, 3)}
        self.sums = dict.fromkeys((1, 2, 3), "a")

    def answer(self, node: str, words: tuple[str, ...]) -> Reply:
        number = int(node[-1])
        if words == ("pool", "list"):
            return self.views[number]
        if words[:2] == ("sh", "-c") and "@hostname" in words[2]:
            told = f"@uuid uuid{number}\n@volume data\n@cksum {self.sums[number]}\nversion=3\n@end\n"
            return Result(0, "@version glusterfs 10.3\n@active active\n" + told)
        if words[:2] == ("sh", "-c") and "ahosts" in words[2] and "@address" in words[2]:
            return Result(0, "@address 10.0.0.9\n@port open\n")
        return ok()


def _pool_list(asked: int, **states: int) -> Result:
    peers = "".join(
        f"<peer><uuid>uuid{n}</uuid><hostname>{'localhost' if n == asked else f'node{n}'}</hostname>"
        f"<connected>1</connected><state>{states.get(f'node{n}', 3)}</state></peer>"
        for n in (1, 2, 3)
    )
    return Result(0, xml(f"<peerStatus>{peers}</peerStatus>"))


@pytest.fixture
def nodes() -> Nodes:
    return Nodes()


@pytest.fixture
def pool(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> Pool:
    monkeypatch.setattr(driver, "PAUSE", 0.001)
    monkeypatch.setattr(driver, "WITHIN", 0.2)
    return Pool(GlusterClient(nodes), nodes, lambda _job: state(pools.volume()), lambda _job: state(pools.volume()))


def test_every_node_is_asked_itself(pool: Pool) -> None:
    found = survey(pool, Job("t"))
    assert set(found.configs) == set(found.views) == {"node1", "node2", "node3"}
    assert not diagnose(found, state()).differing


def test_a_host_that_the_profile_does_not_know_is_looked_at_from_the_pool(pool: Pool) -> None:
    found = preflight(pool, "stranger", state(), Job("t"))
    assert (found.node, found.obstacles) == ("", ())
    with pytest.raises(InvalidInput):
        preflight(pool, "-rf", state(), Job("t"))


def _follow(pool: Pool, name: str, **args: str) -> None:
    plan = plan_detach(pools.peer(4), pools.state(), "lab")
    driver.FOLLOWS[name](pool, replace(plan.steps[0], args=args), Job("t"))


def test_joining_ends_only_when_everybody_sees_the_new_one(pool: Pool, nodes: Nodes) -> None:
    _follow(pool, "peer_joined", host="node3", node="node3")
    nodes.views[2] = _pool_list(2, node3=4)
    with pytest.raises(NasError, match="node2"):
        _follow(pool, "peer_joined", host="node3", node="node3")
    nodes.views[1] = _pool_list(1, node3=6)
    with pytest.raises(NasError, match="rejected"):
        _follow(pool, "peer_joined", host="node3", node="node3")


def test_leaving_and_mending_are_watched(pool: Pool, nodes: Nodes) -> None:
    with pytest.raises(NasError, match="Waiting until node3 has left"):
        _follow(pool, "peer_left", host="node3", id="uuid3", peer="node3")
    _follow(pool, "peer_mended", node="node3", id="uuid3", peer="node3")
    nodes.sums[3] = "b"
    with pytest.raises(NasError, match="node3"):
        _follow(pool, "peer_mended", node="node3", id="uuid3", peer="node3")


def test_checks_look_at_the_pool_as_it_is(pool: Pool, nodes: Nodes) -> None:
    def check(name: str, **args: str) -> str:
        plan = plan_detach(pools.peer(4), pools.state(), "lab")
        return driver.CHECKS[name](pool, replace(plan.steps[0], args=args), Job("t"))

    assert "by now" in check("peer_absent", host="node2")
    assert check("peer_absent", host="node9") == ""
    assert check("peer_present", id="uuid2", peer="node2") == ""
    assert "not in the pool any more" in check("peer_present", id="gone", peer="node2")
    assert "has bricks by now" in check("peer_without_bricks", id="uuid2", peer="node2")
    assert "not rejected any more" in check("peer_rejected", node="node3")
    nodes.sums[3] = "b"
    nodes.views[1] = nodes.views[2] = _pool_list(1, node3=6)
    assert check("peer_rejected", node="node3") == ""


def test_gluster_s_own_refusals_have_sentences() -> None:
    from nasclustergui.subsystems.gluster.commands.answer import Answer
    from nasclustergui.subsystems.gluster.commands.understand import understand

    for name, words in (
        ("peer-detach-with-bricks", "still has bricks"),
        ("peer-probe-unreachable-ip", "cannot be reached by gluster"),
        ("quorum-lost-peer-probe", "server quorum is lost"),
    ):
        with pytest.raises(NasError, match=words):
            understand(Answer(Command(("gluster", "--xml", *gluster.pool_list().argv[-2:])), recorded(name)))


def test_nothing_found_is_no_diagnosis() -> None:
    assert diagnose(Survey({}, {}), state()) == Diagnosis()
