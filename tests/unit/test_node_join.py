"""What is found out about a machine before it joins, how it is judged, and the plans made of it."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from nasclustergui.cluster.lifecycle.join.heartbeat import plan_heartbeat, plan_remove_heartbeat
from nasclustergui.cluster.lifecycle.join.judge import judge
from nasclustergui.cluster.lifecycle.join.judge_network import wanted_in, wanted_out
from nasclustergui.cluster.lifecycle.join.model import Check, Finding, Look
from nasclustergui.cluster.lifecycle.join.plan import missing, plan_join
from nasclustergui.cluster.lifecycle.join.takeout import plan_take_out
from nasclustergui.core.command import Result, Secret
from nasclustergui.core.errors import InvalidInput, UnexpectedOutput
from nasclustergui.core.events import Severity
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.core.profile import NodeProfile, Profile
from nasclustergui.core.script import to_script
from nasclustergui.subsystems.etcd.model import EtcdState, Member, Registration
from nasclustergui.subsystems.gluster.features.peers.model import NodeConfig, VolumeConfig
from nasclustergui.subsystems.gluster.model import GlusterState, Peer, PeerState
from nasclustergui.subsystems.nodes.features.heartbeat.commands import settings_values
from nasclustergui.subsystems.nodes.features.heartbeat.model import Heartbeat, Login, Settings
from nasclustergui.subsystems.nodes.features.joining import commands, fitting
from nasclustergui.subsystems.nodes.features.joining.model import Clock, Port
from tests.recorded.joining import LOGIN, NODES, VERSIONS, machine, member, peer, seen, verdict


def worst(look: Look, check: Check) -> Finding:
    return max(judge(look, (check,)), key=lambda finding: finding.severity)


def titles(plan: Plan) -> list[str]:
    return [step.title for step in plan.steps]


def join(look: Look, login: Login = LOGIN, ca: str = "") -> Plan:
    return plan_join(verdict(look), login, "lab", "S", ca)


def test_a_fit_machine_has_nothing_against_it() -> None:
    found = judge(seen())
    assert {finding.severity for finding in found} == {Severity.OK}
    assert {finding.check for finding in found} == set(Check) - {Check.SSH, Check.SUDO}
    assert missing(seen()) == ("not in the pool", "no heartbeat")
    assert missing(seen(role="manager"))[-1] == "no etcd member"


# ---- judged


@pytest.mark.parametrize(
    ("check", "more", "severity", "text", "blocks"),
    [
        (Check.HOSTNAME, {"machine": machine("debian")}, Severity.WARN, "It calls itself debian", False),
        (
            Check.HOSTNAME,
            {"machine": machine("node5", addresses=("10.0.0.2",))},
            Severity.CRITICAL,
            "This machine is node2 already",
            True,
        ),
        (
            Check.CLOCK,
            {"clocks": {"node1": Clock(0, 0.01), "node5": Clock(4, 0.01)}},
            Severity.WARN,
            "4.0 s ahead",
            False,
        ),
        (
            Check.CLOCK,
            {"clocks": {"node1": Clock(0, 0.01), "node5": Clock(-90, 0.01)}},
            Severity.CRITICAL,
            "behind",
            True,
        ),
        (
            Check.CLOCK,
            {"clocks": {"node1": Clock(9, 0.01), "node5": Clock(9, 0.01)}},
            Severity.INFO,
            "workstation",
            False,
        ),
        (Check.CLOCK, {"machine": machine("node5", ntp=False)}, Severity.INFO, "No NTP", False),
        (Check.VERSIONS, {"machine": machine("node5", release="11")}, Severity.WARN, "release 12", False),
        (Check.VERSIONS, {"machine": machine("node5", versions={})}, Severity.CRITICAL, "not installed", True),
        (
            Check.VERSIONS,
            {"machine": machine("node5", versions=VERSIONS | {"gluster": "9.2"})},
            Severity.CRITICAL,
            "GlusterFS 9.2 is too old",
            True,
        ),
        (
            Check.VERSIONS,
            {"machine": machine("node5", versions=VERSIONS | {"gluster": "10.5"})},
            Severity.WARN,
            "10.3 on the other nodes",
            False,
        ),
        (
            Check.VERSIONS,
            {"role": "manager", "machine": machine("node5", versions={"gluster": "10.3", "etcdctl": "3.4.23"})},
            Severity.CRITICAL,
            "etcd is not installed",
            True,
        ),
        (
            Check.VERSIONS,
            {"role": "manager", "machine": machine("node5", versions=VERSIONS | {"etcd": "3.5.9"})},
            Severity.WARN,
            "3.4.23 in the members",
            False,
        ),
        (
            Check.NAMES,
            {"names_here": {"node1": (), "node2": ("10.0.0.2",)}},
            Severity.INFO,
            "no address for node1",
            False,
        ),
        (Check.NAMES, {"names_there": {"node1": ()}}, Severity.INFO, "node5 has no address on node1", False),
        (
            Check.NAMES,
            {"names_there": {"node1": ("127.0.1.1",)}},
            Severity.CRITICAL,
            "On node1 the name node5 means 127.0.1.1",
            True,
        ),
        (
            Check.NAMES,
            {"names_here": {"node1": ("10.0.0.99",)}},
            Severity.CRITICAL,
            "There the name node1 means 10.0.0.99",
            True,
        ),
        (Check.NAMES, {"unread": {"node3": "off"}}, Severity.WARN, "node3 could not be asked", False),
        (Check.NAMES, {"address": "192.168.1.5"}, Severity.CRITICAL, "not 192.168.1.5", True),
        (Check.PORTS, {"ports_out": {("10.0.0.1", 24007): Port.SILENT}}, Severity.CRITICAL, "24007 of node1", True),
        (Check.PORTS, {"ports_in": {"node2": {("x", 49152): Port.SILENT}}}, Severity.CRITICAL, "node2 get no", True),
        (Check.PORTS, {"ports_in": {"node2": {("x", 22): Port.SILENT}}}, Severity.WARN, "port 22", False),
        (
            Check.PORTS,
            {"ports_in": {"node2": {("x", 24007): Port.REFUSED}}},
            Severity.CRITICAL,
            "listen for node2",
            True,
        ),
        (
            Check.PORTS,
            {"ports_in": {"node2": {("x", 24007): Port.UNTESTED}}, "ports_out": {}},
            Severity.UNKNOWN,
            "not tested",
            False,
        ),
        (
            Check.GLUSTERD,
            {"machine": machine("node5", units={"glusterd": "inactive"})},
            Severity.WARN,
            "glusterd does not run",
            False,
        ),
        (
            Check.GLUSTERD,
            {"gluster": None, "gluster_error": "gone"},
            Severity.CRITICAL,
            "could not be read: gone",
            True,
        ),
        (Check.ETCD, {"has_etcd": False}, Severity.INFO, "no etcd", False),
        (Check.ETCD, {"etcd": None, "etcd_error": "away"}, Severity.CRITICAL, "could not be read: away", True),
        (
            Check.ETCD,
            {"machine": machine("node5", versions={"gluster": "10.3"})},
            Severity.CRITICAL,
            "etcdctl is not installed",
            True,
        ),
        (Check.ETCD, {"login_said": "etcdserver: permission denied"}, Severity.INFO, "wants a user", False),
        (Check.ETCD, {"login_said": "no such file"}, Severity.WARN, "no such file", False),
        (
            Check.ETCD,
            {"etcd": EtcdState((member("node1", True),), (Registration("node5", "10.0.0.9"),))},
            Severity.WARN,
            "registered by something else",
            False,
        ),
        (Check.DISKS, {"disks": ()}, Severity.WARN, "No file system there", False),
        (Check.LEFTOVERS, {"machine": machine("node5", machine_id="id-node2")}, Severity.WARN, "as node2", False),
        (
            Check.LEFTOVERS,
            {"machine": machine("node5", bricks={"/bricks/d1/old": "01"})},
            Severity.WARN,
            "/bricks/d1/old",
            False,
        ),
    ],
)
def test_what_a_check_says(check: Check, more: dict[str, object], severity: Severity, text: str, blocks: bool) -> None:
    found = worst(seen(**more), check)
    assert text in found.text
    assert (found.severity, found.blocks) == (severity, blocks)


def old(**more: object) -> NodeConfig:
    return replace(NodeConfig("node5", uuid="uuid-new"), **more)  # type: ignore[arg-type]


def volume(status: str) -> VolumeConfig:
    return VolumeConfig("own", "1", "c", "", {"status": status})


@pytest.mark.parametrize(
    ("more", "text", "planned"),
    [
        ({"config": old(uuid="uuid-node2")}, "identity of node2: the machine was cloned", True),
        ({"config": old(peers=("node1",))}, "still believes to be in this pool", True),
        ({"config": old(peers=("far",))}, "remembers another pool, with far", True),
        ({"config": old(peers=("far",)), "connected": ("far",)}, "belongs to another pool", False),
        ({"config": old(volumes={"own": volume("0")})}, "remembers volumes: own", True),
        ({"config": old(volumes={"own": volume("1")})}, "serves volumes of its own: own", False),
    ],
)
def test_what_glusterd_remembers_is_set_aside_unless_somebody_uses_it(
    more: dict[str, object], text: str, planned: bool
) -> None:
    look = seen(**more)
    found = worst(look, Check.LEFTOVERS)
    assert text in found.text
    assert found.blocks is not planned
    if planned:
        plan = join(look)
        step = next(step for step in plan.steps if "glusterd knows" in step.title)
        assert step.risk is Risk.CAUTION
        assert step.command.argv[-1] == "/var/lib/glusterd.before-join-S"
        assert step.undo is not None
    else:
        with pytest.raises(InvalidInput, match="node5"):
            join(look)


def test_a_peer_or_member_that_goes_by_another_name_is_no_clone() -> None:
    """Setting aside what it has would take a live member out: it is known by its address then."""
    by_address = Peer("uuid-new", ("10.0.0.5",), "", True, PeerState.CONNECTED)
    pool = GlusterState((), (*map(peer, NODES), by_address), asked="node1")
    strange = Member(7, "etcd-five", "", ("https://10.0.0.5:2379",), (), True, version="3.4.23")
    etcd = EtcdState((member("node1", True), strange))
    mine = machine("node5", etcd_data="/var/lib/etcd/default", units={"glusterd": "active", "etcd": "active"})
    look = seen(gluster=pool, etcd=etcd, machine=mine)
    assert look.peer is by_address
    assert look.member is strange
    assert worst(look, Check.LEFTOVERS).severity is Severity.OK
    assert "not in the pool" not in missing(look)


@pytest.mark.parametrize(
    ("runs", "initial", "planned"), [(False, "", True), (True, "a=x", True), (True, "a=x,b=y", False)]
)
def test_data_of_an_old_etcd_is_renamed_but_not_that_of_another_cluster(
    runs: bool, initial: str, planned: bool
) -> None:
    units = {"glusterd": "active", "etcd": "active" if runs else "inactive"}
    mine = machine("node5", etcd_data="/var/lib/etcd/default", units=units, etcd={"ETCD_INITIAL_CLUSTER": initial})
    look = seen(machine=mine)
    assert worst(look, Check.LEFTOVERS).blocks is not planned
    if planned:
        step = join(look).steps[0]
        assert step.command.argv[-2:] == ("/var/lib/etcd/default", "/var/lib/etcd/default.before-join-S")
        assert step.undo is not None
        assert ("ran" in step.undo.argv) is runs


def test_an_edge_node_is_no_peer() -> None:
    look = seen(role="edge", config=old(peers=("far",)), connected=("far",), disks=())
    assert missing(look) == ("no heartbeat",)
    assert not verdict(look).obstacles
    assert "Add node5 to the pool" not in titles(join(look))
    assert wanted_in(look) == [22]
    assert 24007 not in {port for _host, port in wanted_out(look)}


def test_which_ports_are_tried() -> None:
    look = seen(role="manager")
    assert wanted_in(look) == [22, 24007, 49152, 2379, 2380]
    assert ("10.0.0.1", 2380) in wanted_out(look)
    assert ("10.0.0.2", 24007) in wanted_out(look)


# ---- planned


def test_the_join_holds_only_what_is_missing() -> None:
    look = seen(names_here={"node1": (), "node2": ()}, names_there={"node1": (), "node2": ("10.0.0.5",)})
    plan = join(look)
    assert titles(plan) == [
        "Have node5 know the other nodes by name",
        "Have node1 know node5 by name",
        "Install the heartbeat's script",
        "Install its systemd unit",
        "Write its settings, for root only",
        "Start the heartbeat and wait until node5 is registered",
        "Add node5 to the pool",
    ]
    assert not plan.rollback
    assert plan.risk is Risk.SAFE
    assert all(step.undo for step in plan.steps)
    assert plan.steps[-1].follow == "peer_joined"
    assert plan.steps[-2].driver == "etcd"
    assert plan.steps[-2].follow == "node_registered"
    inside = replace(look.gluster, peers=(*look.gluster.peers, peer("node5")))  # type: ignore[type-var, union-attr]
    later = replace(look, gluster=inside, names_here={}, names_there={})
    assert titles(join(later)) == titles(plan)[2:-1]


def test_a_whole_node_has_nothing_to_join() -> None:
    look = seen()
    whole = replace(
        look,
        gluster=replace(look.gluster, peers=(*look.gluster.peers, peer("node5"))),  # type: ignore[type-var, union-attr]
        etcd=EtcdState((member("node1", True),), (Registration("node5"),)),
        heartbeat=Heartbeat(1, True, "active", True, values=settings_of(look)),
    )
    assert missing(whole) == ()
    with pytest.raises(InvalidInput, match="has everything of the cluster already"):
        join(whole)
    with pytest.raises(InvalidInput, match="runs and is up to date"):
        plan_heartbeat(whole, LOGIN, "lab")
    assert titles(plan_heartbeat(whole, replace(LOGIN, user="b", password=Secret("x")), "lab"))[0].startswith(
        "Write its"
    )


def settings_of(look: Look) -> dict[str, str]:
    return settings_values(Settings("node5", look.address, "worker", look.endpoints, LOGIN))


def test_a_manager_registers_as_a_worker_until_it_is_promoted() -> None:
    plan = join(seen(role="manager"))
    assert "NODE_ROLE=worker" in next(step for step in plan.steps if step.title.startswith("Write")).line
    assert any("Promote to manager" in meaning.title for meaning in plan.meaning)
    promoted = seen(role="manager", etcd=EtcdState((member("node1", True), member("node5"))))
    assert "NODE_ROLE=manager" in next(s for s in join(promoted).steps if s.title.startswith("Write")).line


def test_the_certificate_of_the_authority_is_sent_where_it_is_missing() -> None:
    plan = join(seen(send_ca=True, login_said=None), ca="-----BEGIN CERTIFICATE-----\n")
    step = next(step for step in plan.steps if "authority" in step.title)
    assert step.command.stdin == b"-----BEGIN CERTIFICATE-----\n"


def test_an_etcd_user_is_made_for_the_heartbeat_where_our_own_may() -> None:
    login = replace(LOGIN, user="heartbeat-node5", password=Secret("s3cret"))
    assert not any("etcd's user" in title for title in titles(join(seen(), login)))
    plan = join(seen(etcd_users=(frozenset({"root"}), frozenset({"root"}))), login)
    made = [step for step in plan.steps if not step.node]
    assert [str(step.command) for step in made] == [
        "etcdctl role add heartbeat",
        "etcdctl role grant-permission --prefix=true heartbeat readwrite /cluster/nodes/",
        "etcdctl user add --interactive=false heartbeat-node5",
        "etcdctl user grant-role heartbeat-node5 heartbeat",
    ]
    assert "s3cret" not in repr(plan)
    with pytest.raises(InvalidInput, match="password"):
        to_script(replace(plan, steps=tuple(made)), Profile("lab", (NodeProfile("node5", "h"),)))
    again = join(seen(etcd_users=(frozenset({"heartbeat-node5"}), frozenset({"heartbeat"}))), login)
    assert titles(again)[1] == "Give etcd's user heartbeat-node5 a new password"
    beat = Heartbeat(1, True, "active", True, values={"ETCDCTL_USER": "heartbeat-node5"})
    out = plan_remove_heartbeat(seen(heartbeat=beat, etcd_users=(frozenset({"heartbeat-node5"}), frozenset())), "lab")
    assert str(out.steps[-1].command) == "etcdctl user delete heartbeat-node5"


def test_a_newer_heartbeat_is_left_alone() -> None:
    look = seen(heartbeat=Heartbeat(9, False, "active", True, values={"NODE_NAME": "node5"}, etcdctl="3.4.23"))
    with pytest.raises(InvalidInput, match="newer version"):
        plan_heartbeat(look, LOGIN, "lab")
    assert "Install the heartbeat's script" not in titles(join(look))


def test_a_heartbeat_is_removed_only_where_there_is_one() -> None:
    with pytest.raises(InvalidInput, match="no heartbeat service"):
        plan_remove_heartbeat(seen(), "lab")
    plan = plan_remove_heartbeat(seen(heartbeat=Heartbeat(1, True, "active", True)), "lab")
    assert [step.follow for step in plan.steps] == ["node_unregistered", ""]


def test_a_join_is_taken_back_in_the_reverse_order() -> None:
    look = seen()
    joined = replace(
        look,
        gluster=replace(look.gluster, peers=(*look.gluster.peers, peer("node5"))),  # type: ignore[type-var, union-attr]
        heartbeat=Heartbeat(1, True, "active", True),
        machine=machine("node5", marked_names=("node1", "node2")),
        others={name: machine(name, marked_names=("node5",)) for name in NODES},
    )
    plan = plan_take_out(joined, "lab")
    assert titles(plan) == [
        "Stop the heartbeat of node5",
        "Delete its script, unit and settings",
        "Remove node5 from the pool",
        "Take the names that the join added out of /etc/hosts",
        "Have node1 forget the name node5",
        "Have node2 forget the name node5",
        "Take node5 out of the profile",
    ]
    assert titles(plan_take_out(look, "lab")) == ["Take node5 out of the profile"]
    with pytest.raises(InvalidInput, match="node5 is an etcd member"):
        plan_take_out(replace(joined, etcd=EtcdState((member("node5"),))), "lab")


# ---- asked

RECORDED = """@hostname node1
@kernel 6.18.44
@machine-id 6fb56d63532f024b2acc372e3b9a4100
@system Debian GNU/Linux 12 (bookworm)
@release 12
@addresses 10.77.0.11
@host 10.77.0.15 node5
@ntp no
@gluster 10.3
@etcd 3.4.23
@etcdctl 3.4.23
@unit glusterd active
@unit etcd active
@setting ETCD_NAME=node1
@setting ETCD_CERT_FILE=/etc/etcd/pki/node.crt
@etcd-data /var/lib/etcd/default
@file /etc/etcd/pki/ca.crt
@brick 0123 /bricks/d1/my data
@end
"""


def test_a_machine_is_read_as_the_lab_answered() -> None:
    found = commands.parse_machine("node1", Result(0, RECORDED))
    assert found.hostname == "node1"
    assert found.addresses == ("10.77.0.11",)
    assert found.ntp is False
    assert found.versions == VERSIONS
    assert found.runs("etcd")
    assert found.etcd == {"ETCD_NAME": "node1", "ETCD_CERT_FILE": "/etc/etcd/pki/node.crt"}
    assert found.etcd_data == "/var/lib/etcd/default"
    assert found.files == {"/etc/etcd/pki/ca.crt"}
    assert found.bricks == {"/bricks/d1/my data": "0123"}
    assert found.marked_names == ("node5",)
    with pytest.raises(UnexpectedOutput):
        commands.parse_machine("node1", Result(0, RECORDED.removesuffix("@end\n")))


def test_names_ports_and_clocks_are_read() -> None:
    names = commands.parse_names("n", Result(0, "@name node1 10.0.0.1 \n@name node2 \n@end\n"))
    assert names == {"node1": ("10.0.0.1",), "node2": ()}
    ports = commands.parse_ports("n", Result(0, "@port 10.0.0.1 24007 open\n@port ::1 22 silent\n@end\n"))
    assert ports == {("10.0.0.1", 24007): Port.OPEN, ("::1", 22): Port.SILENT}
    ahead, error = commands.parse_clock("n", Result(0, "103.5\n"), 100.0, 101.0)
    assert (ahead, error) == (3.0, 0.5)
    with pytest.raises(UnexpectedOutput):
        commands.parse_clock("n", Result(0, "soon\n"), 100.0, 101.0)


def test_ports_are_really_tried() -> None:
    command = commands.ports([("127.0.0.1", 1)])
    done = subprocess.run(command.argv, capture_output=True, text=True, check=False)
    assert commands.parse_ports("n", Result(done.returncode, done.stdout))[("127.0.0.1", 1)] in (
        Port.REFUSED,
        Port.UNTESTED,
    )


def edited(script_of: tuple[str, ...], file: Path) -> None:
    words = [word.replace("/etc/hosts", str(file)) for word in script_of]
    subprocess.run(words, check=True)


def test_names_are_added_to_and_taken_out_of_the_hosts_file(tmp_path: Path) -> None:
    file = tmp_path / "hosts"
    before = "127.0.0.1 localhost\n10.0.0.9 node9 # by hand"
    file.write_text(before)
    edited(fitting.add_hosts({"node1": "10.0.0.99", "node2": "10.0.0.2"}).argv, file)
    edited(fitting.add_hosts({"node1": "10.0.0.1"}).argv, file)
    assert file.read_text() == before + "\n10.0.0.2 node2 # nascluster\n10.0.0.1 node1 # nascluster\n"
    edited(fitting.drop_hosts(["node1", "node2", "node9"]).argv, file)
    assert file.read_text() == before + "\n"
