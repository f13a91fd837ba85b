"""Roles: what a node says of etcd, the settings of a new member, what forbids it, the plans."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from nasclustergui.cluster.lifecycle.roles import probe
from nasclustergui.cluster.lifecycle.roles.certificates import to_open
from nasclustergui.cluster.lifecycle.roles.demote import Leaver, plan_demote
from nasclustergui.cluster.lifecycle.roles.judge import Seen, judge, minor
from nasclustergui.cluster.lifecycle.roles.model import Candidate, Files, Finding, Look, Owner, Stage, Upload
from nasclustergui.cluster.lifecycle.roles.promote import plan_promote, vote_rows
from nasclustergui.cluster.lifecycle.roles.read import stage_of, vote_of
from nasclustergui.cluster.lifecycle.roles.settings import (
    derived,
    effective,
    host_for,
    lines,
    other_files,
    pairs,
    parse_file,
)
from nasclustergui.core.command import Result
from nasclustergui.core.errors import InvalidInput, UnexpectedOutput
from nasclustergui.core.events import Severity
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.core.plan_json import to_json
from nasclustergui.core.profile import EtcdProfile, NodeProfile, Profile
from nasclustergui.subsystems.etcd.model import EtcdState, Member

EXAMPLE = {
    "ETCD_NAME": "node1",
    "ETCD_DATA_DIR": "/var/lib/etcd/node1.etcd",
    "ETCD_LISTEN_PEER_URLS": "https://10.0.0.1:2380",
    "ETCD_INITIAL_ADVERTISE_PEER_URLS": "https://10.0.0.1:2380",
    "ETCD_LISTEN_CLIENT_URLS": "https://10.0.0.1:2379,https://127.0.0.1:2379",
    "ETCD_ADVERTISE_CLIENT_URLS": "https://10.0.0.1:2379",
    "ETCD_LISTEN_METRICS_URLS": "http://0.0.0.0:2381",
    "ETCD_INITIAL_CLUSTER": "node1=https://10.0.0.1:2380",
    "ETCD_INITIAL_CLUSTER_STATE": "new",
    "ETCD_CERT_FILE": "/etc/etcd/node1.crt",
    "ETCD_KEY_FILE": "/etc/etcd/node1.key",
    "ETCD_TRUSTED_CA_FILE": "/etc/etcd/ca.crt",
    "ETCD_PEER_CERT_FILE": "/etc/etcd/node1.crt",
    "ETCD_PEER_KEY_FILE": "/etc/etcd/node1.key",
    "ETCD_PEER_TRUSTED_CA_FILE": "/etc/etcd/ca.crt",
    "ETCD_PRE_VOTE": "true",
}


# ---- settings


def test_flags_win_over_the_environment() -> None:
    words = ("/usr/bin/etcd", "--name=a", "--client-cert-auth", "-listen-peer-urls", "http://x:1", "--pre-vote=false")
    found = effective(words, ["ETCD_NAME=b", "ETCD_DATA_DIR=/d", "PATH=/bin"])
    assert found == {
        "ETCD_NAME": "a",
        "ETCD_DATA_DIR": "/d",
        "ETCD_CLIENT_CERT_AUTH": "true",
        "ETCD_LISTEN_PEER_URLS": "http://x:1",
        "ETCD_PRE_VOTE": "false",
    }


def test_a_settings_file_and_back() -> None:
    text = '# a comment\nETCD_NAME="node 1"\n\nDAEMON_ARGS=--x\nETCD_LOG_LEVEL=warn\nETCD_BAD="open\n'
    found = parse_file(text)
    assert found == {"ETCD_NAME": "node 1", "ETCD_LOG_LEVEL": "warn", "ETCD_BAD": '"open'}
    assert lines({"ETCD_NAME": 'a "b" c', "ETCD_URL": "https://[fd00::1]:1"}) == (
        'ETCD_NAME="a \\"b\\" c"',
        "ETCD_URL=https://[fd00::1]:1",
    )


def test_a_new_member_takes_everything_but_its_own_name_and_addresses() -> None:
    made = derived(EXAMPLE, "node4", "10.0.0.4", ("node1=https://10.0.0.1:2380", "node4=https://10.0.0.4:2380"))
    assert made["ETCD_NAME"] == "node4"
    assert made["ETCD_DATA_DIR"] == "/var/lib/etcd/node4.etcd"
    assert made["ETCD_LISTEN_CLIENT_URLS"] == "https://10.0.0.4:2379,https://127.0.0.1:2379"
    assert made["ETCD_LISTEN_METRICS_URLS"] == "http://0.0.0.0:2381"
    assert made["ETCD_CERT_FILE"] == "/etc/etcd/node4.crt"
    assert made["ETCD_TRUSTED_CA_FILE"] == "/etc/etcd/ca.crt"
    assert made["ETCD_INITIAL_CLUSTER_STATE"] == "existing"
    assert made["ETCD_PRE_VOTE"] == "true"
    assert "10.0.0.1" not in made["ETCD_ADVERTISE_CLIENT_URLS"]
    assert [pair.use for pair in pairs(made)] == ["both"]


def test_two_pairs_where_members_use_other_certificates_among_themselves() -> None:
    settings = EXAMPLE | {"ETCD_PEER_CERT_FILE": "/etc/etcd/peer.crt", "ETCD_PEER_KEY_FILE": "/etc/etcd/peer.key"}
    assert [(pair.use, pair.key) for pair in pairs(settings)] == [
        ("server", "/etc/etcd/node1.key"),
        ("peer", "/etc/etcd/peer.key"),
    ]
    assert pairs({}) == ()
    token = {"ETCD_AUTH_TOKEN": "jwt,pub-key=/k/a.pub,priv-key=/k/a.key,sign-method=RS256"}
    assert other_files(token) == ("/k/a.pub", "/k/a.key")


@pytest.mark.parametrize(
    ("example", "addresses", "known_as", "expected"),
    [
        ("10.0.0.1", ("192.168.1.4/24", "10.0.0.4/24"), "192.168.1.4", "10.0.0.4"),
        ("10.0.0.1", ("10.0.0.4/24", "10.0.0.5/24"), "10.0.0.5", "10.0.0.5"),
        ("10.9.9.9", ("192.168.1.4/24",), "192.168.1.4", "192.168.1.4"),
        ("10.9.9.9", ("192.168.1.4/24",), "some.name", ""),
        ("node1.lan", (), "10.0.0.4", "node4.lan"),
        ("node1", (), "10.0.0.4", "node4"),
        ("store.example", (), "nas4.example", "nas4.example"),
    ],
)
def test_where_a_new_member_listens(example: str, addresses: tuple[str, ...], known_as: str, expected: str) -> None:
    assert host_for(example, "node1", "node4", addresses, known_as) == expected


# ---- what a node says

ANSWER = """\
\x1eclock
1000.5
\x1eversion
etcd Version: 3.4.23
Git SHA: Not provided
\x1ecandidate
\x1eunit
User=etcd
LoadState=loaded
ActiveState=active
UnitFileState=enabled
\x1efile
ETCD_NAME=old
\x1ewords
{words}
\x1eenvironment
{environment}
\x1elistening
LISTEN 0      4096      10.0.0.4:2379      0.0.0.0:*    users:(("etcd",pid=63,fd=7))
LISTEN 0      128           [::]:22           [::]:*
\x1edirectory
/var/lib/etcd/default
\x1edata
member
\x1espace
tmpfs            1073741824  1000 900000000       1% /
\x1eaddresses
2: eth0    inet 10.0.0.4/24 scope global eth0
2: eth0    inet6 fd00::4/64 scope global
\x1eheartbeat
NODE_ROLE=worker
\x1etools
/usr/bin/perl
/usr/bin/openssl
"""


def zeros(*texts: str) -> str:
    return base64.b64encode("".join(f"{text}\0" for text in texts).encode()).decode()


def test_a_machine_with_etcd() -> None:
    text = ANSWER.format(words=zeros("/usr/bin/etcd", "--name=n4"), environment=zeros("ETCD_DATA_DIR=/d"))
    look = probe.parse_look("node4", Result(0, text), 1000.0)
    assert (look.version, look.candidate, look.active, look.enabled) == ("3.4.23", "", "active", "enabled")
    assert look.settings == {"ETCD_NAME": "n4", "ETCD_DATA_DIR": "/d"}
    assert look.file == {"ETCD_NAME": "old"}
    assert look.listening == {2379: "etcd", 22: ""}
    assert (look.data, look.free, look.skew) == (("member",), 900000000, 0.5)
    assert look.addresses == ("10.0.0.4/24", "fd00::4/64")
    assert (look.perl, look.openssl, look.heartbeat, look.user) == (True, True, True, "etcd")


def test_a_machine_without_etcd_and_what_apt_says() -> None:
    text = (
        "\x1eclock\n1000\n\x1eversion\n\x1ecandidate\netcd-server:\n  Installed: (none)\n  Candidate: 3.4.23-4+b4\n"
        "\x1eunit\nLoadState=not-found\n\x1etools\n"
    )
    look = probe.parse_look("node4", Result(0, text), 1000.0)
    assert (look.version, look.candidate, look.user, look.running) == ("", "3.4.23-4+b4", "etcd", False)
    with pytest.raises(UnexpectedOutput):
        probe.parse_look("node4", Result(0, "motd"), 1000.0)


def test_files_their_owners_and_what_etcd_can_not_read() -> None:
    text = (
        "\x1eowner\n/etc/etcd/node.key\nroot root 600 regular file\n\x1eowner\n/etc/etcd\nroot root 750 directory\n"
        "\x1eowner\n/etc\nroot root 755 directory\n\x1ekey\n/etc/etcd/node.key\n"
        + base64.b64encode(b"PUB").decode()
        + "\n\x1eunreadable\n/etc/etcd/node.key\n\x1etext\n/etc/etcd/ca.crt\n"
        + base64.b64encode(b"CA").decode()
        + "\n"
    )
    files = probe.parse_files(Result(0, text))
    assert (files.texts, files.keys) == ({"/etc/etcd/ca.crt": b"CA"}, {"/etc/etcd/node.key": b"PUB"})
    assert files.unreadable == ("/etc/etcd/node.key",)
    assert to_open(files, (), "etcd") == (("/etc/etcd", "/etc/etcd/node.key"), ())
    assert to_open(files, ("/etc/etcd/node.key",), "etcd") == (("/etc/etcd",), ())
    assert to_open(files, (), "root") == ((), ())


def test_a_directory_of_another_group_stays_closed() -> None:
    owners = {
        "/etc/ssl/private": Owner("root", "ssl-cert", 0o710, True),
        "/etc/ssl": Owner("root", "root", 0o755, True),
    }
    files = Files(unreadable=("/etc/ssl/private/a.key",), owners=owners)
    opened, said = to_open(files, (), "etcd")
    assert opened == ()
    assert [finding.severity for finding in said] == [Severity.CRITICAL]
    assert "ssl-cert" in said[0].text


def test_ports_and_ways() -> None:
    assert probe.parse_listen(Result(0, "open 2380\ntaken 2379 Address already in use\n")) == {
        2380: "",
        2379: "Address already in use",
    }
    said = Result(0, "yes 10.0.0.4:2380\nno 10.0.0.4:2379 timeout\n")
    assert probe.parse_connect(said) == {"10.0.0.4:2380": "", "10.0.0.4:2379": "timeout"}


# ---- judging


def member(n: int, name: str | None = None, **more: object) -> Member:
    urls = {"client_urls": (f"https://10.0.0.{n}:2379",), "peer_urls": (f"https://10.0.0.{n}:2380",)}
    known = {"healthy": True, "version": "3.4.23", "leader": n == 1, "db_size": 20 << 20, "raft_index": 10}
    return Member(n, f"node{n}" if name is None else name, f"node{n}", **(urls | known | more))  # type: ignore[arg-type]


STATE = EtcdState(tuple(member(n) for n in (1, 2, 3)))
LOOK = Look(
    "3.4.23", loaded="loaded", free=8 << 30, skew=0.0, perl=True, openssl=True, data_dir="/var/lib/etcd/default"
)
MADE = derived(EXAMPLE, "node4", "10.0.0.4", ())
GOOD = Seen(
    "node4",
    STATE,
    None,
    Stage.OUTSIDE,
    {"node4": LOOK, "node1": LOOK},
    "node1",
    "10.0.0.4",
    MADE,
    "https://10.0.0.4:2380",
    vote_of(STATE, "node4", None),
    {2380: "", 2379: ""},
    {"node1": {"10.0.0.4:2380": "", "10.0.0.4:2379": ""}},
)


def worst(seen: Seen) -> list[Finding]:
    return [finding for finding in judge(seen) if finding.severity is Severity.CRITICAL]


def changed(**more: object) -> Seen:
    return replace(GOOD, looks={"node4": replace(LOOK, **more), "node1": LOOK})  # type: ignore[arg-type]


def test_a_good_node_is_good() -> None:
    assert worst(GOOD) == []
    assert all(finding.severity <= Severity.INFO for finding in judge(GOOD))


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (replace(GOOD, looks={"node4": "no connection", "node1": LOOK}), "node4 does not answer."),
        (replace(GOOD, example=""), "No member could be looked at, so its settings are not known."),
        (replace(GOOD, host=""), "At which address node4 is to listen is not clear."),
        (replace(GOOD, reached={"node1": {"10.0.0.4:2380": "timeout"}}), "node1 does not reach 10.0.0.4:2380."),
        (replace(GOOD, missing=("/k/jwt.key",)), "node4 has no file /k/jwt.key, which etcd's settings name."),
        (changed(version="3.3.25"), "etcd 3.3.25 is installed, the members run 3.4."),
        (changed(version=""), "etcd is not installed, and the node knows no package of it."),
        (changed(version="", candidate="3.5.9"), "etcd is not installed, and the node would install 3.5.9 where"),
        (changed(loaded="masked"), "etcd.service is masked there."),
        (changed(loaded="not-found"), "node4 has no unit etcd.service."),
        (changed(listening={2380: "perl"}), "Port 2380 is in use on node4."),
        (changed(free=200 << 20), "Only 200.0 MiB are free for /var/lib/etcd/default."),
        (changed(skew=-300.0), "Its clock differs from the members' by 5 min."),
    ],
)
def test_what_forbids_it(seen: Seen, said: str) -> None:
    assert any(finding.text.replace("\xa0", " ").startswith(said) for finding in worst(seen)), judge(seen)


def test_a_version_that_does_not_fit_is_refused_with_the_command() -> None:
    assert "apt-get install 'etcd-server=3.4*'" in worst(changed(version="3.5.1"))[0].more
    assert [minor(text) for text in ("3.4.23-4+b4", "1:3.5.1", "none")] == ["3.4", "3.5", ""]


def test_a_member_that_reads_a_configuration_file_is_no_example() -> None:
    there = replace(LOOK, settings={"ETCD_CONFIG_FILE": "/etc/etcd.yml"})
    assert "/etc/etcd.yml" in worst(replace(GOOD, looks={"node4": LOOK, "node1": there}))[0].text


def test_one_member_at_a_time() -> None:
    announced = replace(STATE, members=(*STATE.members, Member(9, "", peer_urls=("https://10.0.0.9:2380",))))
    assert "was added but never started" in worst(replace(GOOD, state=announced))[0].text
    learner = replace(STATE, members=(*STATE.members, member(9, learner=True)))
    assert worst(replace(GOOD, state=learner))[0].text == "node9 is a learner still."


def test_etcd_that_can_not_decide_takes_no_member() -> None:
    alone = EtcdState((member(1), member(2, healthy=False), member(3, healthy=False)))
    seen = replace(GOOD, state=alone, verdict=vote_of(alone, "node4", None))
    assert "etcd decides nothing now" in worst(seen)[0].text


def test_old_data_and_a_stray_etcd_are_told_not_refused() -> None:
    texts = [f.text for f in judge(changed(active="active", data=("member",))) if f.severity is Severity.WARN]
    assert "etcd runs on node4, but is no member of this cluster." in texts
    assert "There is old data of etcd in /var/lib/etcd/default." in texts


# ---- plans

PROFILE = Profile(
    "lab",
    tuple(NodeProfile(f"node{n}", f"10.0.0.{n}") for n in range(1, 6)),
    etcd=EtcdProfile(tuple(f"https://10.0.0.{n}:2379" for n in (1, 2, 3))),
)
FOUND = Candidate(
    "node4",
    STATE,
    look=LOOK,
    host="10.0.0.4",
    settings=MADE,
    peer_url="https://10.0.0.4:2380",
    client_url="https://10.0.0.4:2379",
    verdict=vote_of(STATE, "node4", None),
)
WORKER = "worker"


def words(plan: Plan) -> list[str]:
    """The first words of each step's command."""
    return [" ".join(step.command.argv[: 3 if step.command.argv[0] == "etcdctl" else 1]) for step in plan.steps]


def test_a_promotion_from_the_beginning() -> None:
    plan = plan_promote(FOUND, WORKER, PROFILE)
    assert words(plan) == [
        "install",
        "sh",
        "etcdctl member add",
        "systemctl",
        "sh",
        "etcdctl put --ignore-lease",
        "nasclustergui",
    ]
    assert "--learner" in plan.steps[2].command.argv
    assert plan.steps[2].undo is not None
    assert plan.steps[3].follow == "roles.joined"
    assert plan.meaning[0].severity is Severity.WARN  # four voters tolerate no more than three
    assert plan.risk is Risk.CAUTION
    assert not plan.rollback


def test_what_is_needed_comes_first() -> None:
    key = Upload("/etc/etcd/node4.key", b"-----BEGIN PRIVATE KEY-----", True, "Lay its key")
    look = replace(LOOK, version="", candidate="3.4.23-4", data=())
    plan = plan_promote(replace(FOUND, look=look, uploads=(key,), opened=("/etc/etcd",)), WORKER, PROFILE)
    assert plan.steps[0].command.argv[-1] == "etcd-server=3.4.23-4"
    assert [step.title for step in plan.steps[1:3]] == ["Stop etcd for good", "Rename etcd's data"]
    laid = next(step for step in plan.steps if step.command.stdin.startswith(b"-----"))
    assert "0600" in laid.command.argv
    assert "PRIVATE" not in to_json(plan)
    assert "PRIVATE" not in repr(plan)
    assert [step.command.argv[0] for step in plan.steps if "/etc/etcd" in step.command.argv] == ["chgrp", "chmod"]


@pytest.mark.parametrize(
    ("own", "running", "expected"),
    [
        (
            member(4, name="", learner=True, healthy=False),
            False,
            ["install", "sh", "systemctl", "etcdctl member promote"],
        ),
        (member(4, learner=True), True, ["etcdctl member promote"]),
        (member(4, learner=True, healthy=False), False, ["systemctl", "etcdctl member promote"]),
        (member(4), True, []),
    ],
)
def test_a_promotion_goes_on_from_where_it_stopped(own: Member, running: bool, expected: list[str]) -> None:
    state = replace(STATE, members=(*STATE.members, own))
    look = replace(LOOK, active="active" if running else "inactive")
    found = replace(
        FOUND, state=state, member=own, stage=stage_of(own), look=look, verdict=vote_of(state, "node4", own)
    )
    plan = plan_promote(found, WORKER, PROFILE)
    assert words(plan) == [*expected, "etcdctl put --ignore-lease", "nasclustergui"]
    assert plan.title == "Promote node4, continued"


def test_nothing_left_to_do_and_obstacles_are_refused() -> None:
    own = member(4)
    state = replace(STATE, members=(*STATE.members, own))
    profile = replace(PROFILE, etcd=EtcdProfile((*PROFILE.etcd.endpoints, "https://10.0.0.4:2379")))
    look = replace(LOOK, active="active")
    found = replace(FOUND, state=state, member=own, stage=Stage.VOTER, look=look, verdict=None)
    with pytest.raises(InvalidInput, match="manager already"):
        plan_promote(found, "manager", profile)
    with pytest.raises(InvalidInput, match="no certificate"):
        plan_promote(replace(FOUND, findings=(Finding(Severity.CRITICAL, "no certificate"),)), WORKER, PROFILE)


def test_the_role_is_told_wherever_it_is_written_down() -> None:
    look = replace(LOOK, heartbeat=True)
    profile = replace(PROFILE, nodes=(*PROFILE.nodes[:3], replace(PROFILE.nodes[3], role="worker")))
    plan = plan_promote(replace(FOUND, look=look), WORKER, profile)
    titles = [step.title for step in plan.steps]
    assert "Let the heartbeat of node4 say manager" in titles
    assert "Note manager as the role of node4 in the profile" in titles
    assert "etcdctl put --ignore-lease" not in words(plan)


def leaver(n: int, state: EtcdState = STATE, look: Look | None = LOOK) -> Leaver:
    found = next((m for m in state.members if m.id == n), None)
    return Leaver(f"node{n}", state, found, look, registered="manager")


def test_the_leader_hands_over_first_and_a_name_is_typed_where_nothing_may_be_lost_then() -> None:
    look = replace(LOOK, active="active", data=("member",), file={"ETCD_NAME": "node1"})
    plan = plan_demote(leaver(1, look=look), PROFILE)
    assert words(plan) == [
        "etcdctl move-leader 2",
        "etcdctl member remove",
        "sh",
        "sh",
        "sh",
        "etcdctl put --ignore-lease",
        "nasclustergui",
    ]
    assert plan.risk is Risk.DESTRUCTIVE
    assert plan.confirm == "node1"
    four = replace(STATE, members=(*STATE.members, member(4)))
    assert plan_demote(leaver(4, four), PROFILE).risk is Risk.CAUTION


def test_a_demotion_that_would_end_all_decisions_is_refused() -> None:
    state = EtcdState((member(1), member(2), member(3, healthy=False)))
    with pytest.raises(InvalidInput, match="node1 must stay a manager"):
        plan_demote(leaver(1, state), PROFILE)
    with pytest.raises(InvalidInput, match="must stay a manager"):
        plan_demote(leaver(1, EtcdState((member(1),))), PROFILE)


def test_of_a_dead_node_only_etcd_is_told() -> None:
    state = EtcdState((member(1), member(2), member(3, healthy=False)))
    plan = plan_demote(leaver(3, state, None), PROFILE)
    assert all(not step.node for step in plan.steps)
    assert any("only etcd's part is done" in line.title for line in plan.meaning)


def test_what_is_left_on_a_node_that_was_away_is_cleaned_up() -> None:
    back = Leaver("node4", STATE, None, replace(LOOK, enabled="enabled", data=("member",)))
    assert back.leftovers
    assert [step.title for step in plan_demote(back, PROFILE).steps] == ["Stop etcd for good", "Rename etcd's data"]
    with pytest.raises(InvalidInput, match="no member of etcd"):
        plan_demote(Leaver("node4", STATE, None, LOOK), PROFILE)


def test_a_half_done_promotion_is_taken_back() -> None:
    own = replace(member(4, learner=True, healthy=False), name="")
    state = replace(STATE, members=(*STATE.members, own))
    plan = plan_demote(Leaver("node4", state, own, LOOK, registered=WORKER), PROFILE)
    assert plan.title == "Take the promotion of node4 back"
    assert plan.risk is Risk.CAUTION


def test_the_table_of_votes() -> None:
    verdict = FOUND.verdict
    assert verdict is not None
    assert [row[1:] for row in vote_rows(verdict.before, verdict.after)] == [(3, 4), (2, 3), (1, 1), (3, 4)]
