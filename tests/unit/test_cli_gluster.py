"""`gluster volume …` with a fake cluster: which plan runs, who is asked, what is reported, with which status."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from nasclustergui.cli import changes, gluster
from nasclustergui.cli.arguments import build_parser
from nasclustergui.cli.brick_words import BrickWords, read_words
from nasclustergui.cli.exit_codes import Exit
from nasclustergui.core.command import Command, Result
from nasclustergui.core.disks import Disk
from nasclustergui.core.errors import (
    Cancelled,
    CommandFailed,
    InvalidInput,
    NotConfirmed,
    ReadOnly,
    ServiceDown,
    Unreachable,
)
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.core.profile import Environment, NodeProfile, Profile
from nasclustergui.remote.audit import Entry
from nasclustergui.remote.executor import Executor
from nasclustergui.subsystems.gluster.model import (
    Brick,
    GlusterState,
    NodeProgress,
    Peer,
    PeerState,
    Task,
    TaskKind,
    TaskState,
    Volume,
    VolumeStatus,
    VolumeType,
)

NODES = tuple(NodeProfile(f"node{n}", f"10.0.0.{n}") for n in (1, 2, 3))
PROFILE = Profile("lab", NODES, environment=Environment.LAB)
PEERS = tuple(Peer(f"u{n}", (f"node{n}", f"10.0.0.{n}"), f"node{n}", True, PeerState.CONNECTED) for n in (1, 2, 3))
DISKS = tuple(Disk(f"node{n}", "/dev/sd", f"/bricks/d{d}", "xfs", 2**40, 2**39) for n in (1, 2, 3) for d in (1, 2))


def bricks(name: str, count: int) -> tuple[Brick, ...]:
    return tuple(Brick(f"node{n}", f"/bricks/d1/{name}", f"u{n}", f"node{n}", online=True) for n in range(1, count + 1))


PROGRESS = NodeProgress("node1", "u1", 5, 4096, 10, 0, 0, TaskState.RUNNING, 61.0)
DATA = Volume("data", "id1", VolumeType.REPLICATE, VolumeStatus.STARTED, bricks("data", 3), replica=3)
SPREAD = Volume(
    "spread",
    "id2",
    VolumeType.DISTRIBUTE,
    VolumeStatus.STARTED,
    bricks("spread", 2),
    tasks=(Task(TaskKind.REBALANCE, TaskState.RUNNING, "t", (PROGRESS,)),),
)
OLD = Volume("old", "id3", VolumeType.DISTRIBUTE, VolumeStatus.STOPPED, bricks("old", 1))
STATE = GlusterState((DATA, SPREAD, OLD), PEERS, "10.3", "node1", read_at=1.0, status_at=1.0)


@dataclass
class SilentPool:
    """Nobody tells who is connected. `lies`: (node, path) → what lies there, as the script says it."""

    read: Callable[[Job], GlusterState] | None = None
    lies: dict[tuple[str, str], str] = field(default_factory=dict)

    def on_node(self, node: str, command: Command, _job: Job) -> Result:
        paths = [str(word) for word in command.argv[4:]]
        return Result(0, "".join(self.lies.get((node, path), "absent - 0") + "\n" for path in paths) + "end\n")

    def ask(self, *_args: object) -> None:
        raise ServiceDown("glusterd does not run")


@dataclass
class FakeGluster:
    """Reads a fixed state; runs whatever it is given."""

    state: GlusterState = STATE
    pool: SilentPool = field(default_factory=SilentPool)
    ran: list[str] = field(default_factory=list)
    error: BaseException | None = None

    def __post_init__(self) -> None:
        self.pool.read = self.read

    def read(self, job: Job) -> GlusterState:
        return self.state

    def check(self, step: Step, job: Job) -> None:
        job.check()

    def run(self, node: str, command: Command, job: Job) -> Result:
        self.ran.append(f"{node}$ {command}")
        if self.error:
            raise self.error
        return Result(0, "<opRet>0</opRet>")

    def follow(self, step: Step, job: Job) -> None:
        job.report(step.title, 0.5)


@dataclass
class FakeAudit:
    """Keeps what is written."""

    entries: list[Entry] = field(default_factory=list)

    def write(self, entry: Entry) -> None:
        self.entries.append(entry)


class FakeSession:
    """What `gluster.run` needs of a session."""

    def __init__(self, profile: Profile = PROFILE) -> None:
        self.profile, self.user = profile, "tester"
        self.gluster, self.audit = FakeGluster(), FakeAudit()
        self.executor = Executor({"gluster": self.gluster}, self.audit, profile)
        self.nodes = self
        self.has_etcd = False

    def connect_all(self) -> None:
        """Nothing to connect to."""

    def disks(self, job: Job) -> tuple[Disk, ...]:
        return DISKS


@pytest.fixture
def session() -> FakeSession:
    return FakeSession()


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "interactive", lambda: False)


def options(*words: str) -> Namespace:
    return build_parser().parse_args(["gluster", "volume", *words])


def run(session: Any, *words: str) -> Exit:
    return gluster.run(session, options(*words))


def lines(session: FakeSession) -> list[str]:
    """What ran, from the word "volume" on."""
    return [line.partition(" volume ")[2] for line in session.gluster.ran]


@pytest.mark.parametrize(
    ("words", "ran"),
    [
        (
            ["create", "new", "replica", "3", *(f"node{n}:/bricks/d1/new" for n in (1, 2, 3))],
            [
                "create new replica 3 node1:/bricks/d1/new node2:/bricks/d1/new node3:/bricks/d1/new",
                "start new",
            ],
        ),
        (["create", "new", "node1:/bricks/d1/new", "--no-start"], ["create new node1:/bricks/d1/new"]),
        (
            [
                "create",
                "new",
                "replica",
                "2",
                "arbiter",
                "1",
                *(f"node{n}:/bricks/d1/n" for n in (1, 2, 3)),
                "--no-start",
            ],
            ["create new replica 3 arbiter 1 node1:/bricks/d1/n node2:/bricks/d1/n node3:/bricks/d1/n"],
        ),
        (
            ["create", "new", "disperse", "3", *(f"node{n}:/bricks/d1/n" for n in (1, 2, 3)), "--no-start"],
            ["create new disperse 3 redundancy 1 node1:/bricks/d1/n node2:/bricks/d1/n node3:/bricks/d1/n"],
        ),
        (["start", "old"], ["start old"]),
        (["start", "data", "force"], ["start data force"]),
        (["stop", "data"], ["stop data"]),
        (["add-brick", "old", "node2:/bricks/d1/old"], ["add-brick old node2:/bricks/d1/old"]),
        (["rebalance", "stop", "spread"], ["rebalance spread stop"]),
        (["heal", "data", "full"], ["heal data full"]),
        (["heal", "data", "--full"], ["heal data full"]),
        (["heal", "data"], ["heal data"]),
    ],
)
def test_commands_run_the_same_plans_as_the_window(session: FakeSession, words: list[str], ran: list[str]) -> None:
    assert run(session, *words, "--yes") is Exit.OK
    assert lines(session) == ran
    assert session.audit.entries[0].kind == "start"


def test_delete_needs_the_name(session: FakeSession, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotConfirmed) as error:
        run(session, "delete", "old", "--yes")
    assert "--confirm old" in error.value.hint
    with pytest.raises(NotConfirmed):
        run(session, "delete", "old", "--yes", "--confirm", "data")
    with pytest.raises(NotConfirmed) as error:
        run(session, "delete", "old", "--confirm", "old")
    assert "add --yes" in error.value.hint
    assert session.gluster.ran == []
    assert run(session, "delete", "old", "--yes", "--confirm", "old") is Exit.OK
    assert lines(session) == ["delete old"]
    assert "1. Delete volume old (node1): done" in capsys.readouterr().out


def test_without_yes_and_without_a_terminal_nothing_runs(session: FakeSession) -> None:
    with pytest.raises(NotConfirmed) as error:
        run(session, "stop", "data")
    assert "--yes" in error.value.hint
    assert (session.gluster.ran, session.audit.entries) == ([], [])


@pytest.mark.parametrize(
    ("words", "typed", "runs"),
    [
        (["stop", "data"], "y", True),
        (["stop", "data"], "", False),
        (["stop", "data"], "data", False),
        (["delete", "old"], "old", True),
        (["delete", "old"], "y", False),
        (["delete", "old", "--yes"], "old", True),
        (["delete", "old", "--confirm", "old"], "yes", True),
        (["delete", "old", "--confirm", "old"], "n", False),
    ],
)
def test_at_a_terminal_the_plan_is_shown_and_asked_for(
    session: FakeSession,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    typed: str,
    runs: bool,
) -> None:
    monkeypatch.setattr(changes, "interactive", lambda: True)
    monkeypatch.setattr(changes, "ask_line", lambda question: typed)
    if runs:
        assert run(session, *words) is Exit.OK
    else:
        with pytest.raises(NotConfirmed):
            run(session, *words)
    assert bool(session.gluster.ran) is runs
    assert "$ gluster --mode=script" in capsys.readouterr().err


def test_dry_run_shows_commands_and_sends_none(session: FakeSession, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(session, "delete", "data", "--dry-run") is Exit.OK
    out = capsys.readouterr().out
    assert session.gluster.ran == []
    assert "volume stop data" in out
    assert "volume delete data" in out
    assert "destructive" in out
    assert "files in them stay: They keep using space" in out
    assert all(entry.dry_run for entry in session.audit.entries)


def test_script_prints_only_the_script(session: FakeSession, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(session, "delete", "old", "--script") is Exit.OK
    out = capsys.readouterr().out
    assert out.startswith("#!/bin/sh\n")
    assert "ssh 10.0.0.1 -- 'gluster" in out
    assert (session.gluster.ran, session.audit.entries) == ([], [])


def test_json_tells_plan_steps_and_state(session: FakeSession, capsys: pytest.CaptureFixture[str]) -> None:
    run(session, "delete", "data", "--yes", "--confirm", "data", "--json")
    data = json.loads(capsys.readouterr().out)
    assert data["state"] == "done"
    assert data["plan"]["by"] == "tester"
    assert [(s["number"], s["state"], s["exit_code"]) for s in data["steps"]] == [(1, "done", 0), (2, "done", 0)]
    run(session, "stop", "data", "--dry-run", "--json")
    data = json.loads(capsys.readouterr().out)
    assert (data["state"], [s["state"] for s in data["steps"]]) == ("dry run", ["not run"])


@pytest.mark.parametrize(
    ("error", "code", "state"),
    [
        (CommandFailed("node1", "x", 1, "volume stop: data: failed: no quorum"), Exit.FAILED, "failed"),
        (Unreachable("node1", "the connection broke"), Exit.UNKNOWN, "unknown"),
        (Cancelled(), Exit.CANCELLED, "cancelled"),
    ],
)
def test_failures_have_their_own_status(
    session: FakeSession, capsys: pytest.CaptureFixture[str], error: BaseException, code: Exit, state: str
) -> None:
    session.gluster.error = error
    assert run(session, "heal", "data", "--yes", "--json") is code
    data = json.loads(capsys.readouterr().out)
    assert data["state"] == state
    assert ("error" in data) is (state != "cancelled")
    session.gluster.error = error
    assert run(session, "heal", "data", "--yes") is code
    said = capsys.readouterr()
    assert "Done." not in said.out + said.err


def test_read_only_profiles_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    session = FakeSession(replace(PROFILE, read_only=True))
    with pytest.raises(ReadOnly):
        run(session, "start", "old", "--yes")
    assert session.gluster.ran == []
    assert run(session, "start", "old", "--dry-run") is Exit.OK


def test_on_prod_an_interruption_needs_the_name() -> None:
    session = FakeSession(replace(PROFILE, environment=Environment.PROD))
    with pytest.raises(NotConfirmed):
        run(session, "stop", "data", "--yes")
    assert run(session, "stop", "data", "--yes", "--confirm", "data") is Exit.OK


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["delete", "nope"], "There is no volume “nope”"),
        (["delete", "a\nb"], r"There is no volume “a\\nb”"),
        (["start", "data"], "started already"),
        (["rebalance", "data", "now"], "start, status, stop or mend"),
        (["create", "bad name", "node1:/bricks/d1/x"], "cannot be called"),
        (["create", "data", "node1:/bricks/d1/x"], "already"),
        (["create", "new", "node1:/bricks/d1/a b"], "holds a blank"),
        (["create", "new", "node1:/bricks/d1/a;b"], "holds “;”"),
        (["create", "new", "node1:/bricks/d1/a\nb"], "holds a blank or a control"),
        (["create", "new", "node1:/bricks/d1/a\udcff"], "not valid UTF-8"),
        (["create", "new", "node9:/bricks/d1/x"], "no member of the pool"),
        (["create", "new", "node1:/bricks/d2"], "itself a mount point"),
        (["create", "new", "replica", "4", "arbiter", "1", "node1:/b/x"], "replica 3 arbiter 1"),
        (["add-brick", "data", "node1:/bricks/d1/x"], "whole sets of 3"),
        (["add-brick", "data", "replica", "4", "node1:/bricks/d1/x"], "two bricks on node1"),
    ],
)
def test_bad_input_is_explained_and_harms_nothing(session: FakeSession, words: list[str], said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as error:
        run(session, *words, "--yes")
    assert "\n" not in str(error.value)
    assert (session.gluster.ran, session.audit.entries) == ([], [])


def test_looking_at_volumes(session: FakeSession, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(session, "list") is Exit.OK
    assert "replicate" in capsys.readouterr().out
    run(session, "list", "--json")
    listed = json.loads(capsys.readouterr().out)
    assert [(v["name"], v["type"], v["status"]) for v in listed] == [
        ("data", "replicate", "Started"),
        ("spread", "distribute", "Started"),
        ("old", "distribute", "Stopped"),
    ]
    run(session, "info", "data")
    assert "node2:/bricks/d1/data  online" in capsys.readouterr().out
    run(session, "rebalance", "spread", "status", "--json")
    task = json.loads(capsys.readouterr().out)["task"]
    assert (task["state"], task["nodes"][0]["files"], task["seconds_left"]) == ("in progress", 5, None)
    run(session, "rebalance", "status", "spread")
    told = capsys.readouterr().out.replace("\u00a0", " ")
    assert "rebalance: in progress, no estimate yet" in told
    assert "4.0 KiB" in told
    assert session.gluster.ran == []


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("a:/x", BrickWords(("a:/x",))),
        ("distribute transport tcp a:/x b:/y force", BrickWords(("a:/x", "b:/y"), force=True)),
        ("replica 3 arbiter 1 a:/x", BrickWords(("a:/x",), replica=3, arbiter=1)),
        ("disperse 6 redundancy 2 a:/x", BrickWords(("a:/x",), disperse=6, redundancy=2)),
        ("disperse-data 4 redundancy 2 a:/x", BrickWords(("a:/x",), disperse=6, redundancy=2)),
        ("disperse 5 disperse-data 4 a:/x", BrickWords(("a:/x",), disperse=5, redundancy=1)),
        ("redundancy 1 a:/x b:/x c:/x", BrickWords(("a:/x", "b:/x", "c:/x"), disperse=3, redundancy=1)),
        ("[fe80::1]:/x", BrickWords(("[fe80::1]:/x",))),
    ],
)
def test_words_are_read_as_gluster_reads_them(words: str, read: BrickWords) -> None:
    assert read_words(words.split(" ")) == read


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("replica", "comes a number, not “”"),
        ("replica x a:/x", "comes a number, not “x”"),
        ("replica ³ a:/x", "comes a number"),
        ("replica 0 a:/x", "must be at least 1"),
        ("disperse 0 a:/x", "must be at least 1"),
        ("replica 3 replica 3 a:/x", "given twice"),
        ("replicate 3 a:/x", "“replicate” is not understood"),
        ("replica 3", "No brick is named"),
        ("force", "No brick is named"),
        ("a:/x b", "“b” is not a brick"),
        ("a:x", "“a:x” is not a brick"),
        ("stripe 2 a:/x", "no longer exist"),
        ("replica 2 disperse 3 a:/x", "not both"),
        ("arbiter 1 a:/x", "needs a replica count"),
        ("disperse 4 disperse-data 4 a:/x", "do not add up"),
    ],
)
def test_words_that_make_no_sense(words: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read_words(words.split(" "))


@pytest.mark.parametrize(("disperse", "redundancy"), [(3, 1), (4, 1), (5, 1), (6, 2), (7, 3), (9, 1), (12, 4)])
def test_redundancy_as_gluster_chooses_it(disperse: int, redundancy: int) -> None:
    assert gluster.usual_redundancy(disperse) == redundancy


# ---- what lies where bricks are to be

ONE = ["create", "new", "node1:/bricks/d1/new"]


def lying(session: FakeSession, what: str, path: str = "/bricks/d1/new") -> FakeSession:
    session.gluster.pool.lies["node1", path] = what
    return session


@pytest.mark.parametrize(
    ("what", "words", "said"),
    [
        (f"leftover {32 * '7'} 4", ONE, "was a brick of a volume that is gone"),
        ("no-parent - 0", [*ONE, "force"], "those above it are missing"),
        ("inside - 0", ONE, "lies inside another volume's brick"),
        ("files - 2", ["add-brick", "old", "replica", "2", "node1:/bricks/d1/new", "force"], "is not empty"),
    ],
)
def test_directories_that_cannot_become_bricks_are_refused_before_a_plan(
    session: FakeSession, what: str, words: list[str], said: str
) -> None:
    with pytest.raises(InvalidInput, match=said) as refused:
        run(lying(session, what), *words, "--yes")
    assert "Choose another directory" in refused.value.hint
    assert not session.gluster.ran


def test_files_that_clients_would_see_are_told(session: FakeSession, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(lying(session, "files - 2"), *ONE, "--dry-run") == Exit.OK
    assert "2 names lie in it, which clients would see" in capsys.readouterr().out


def test_old_directories_are_set_aside_when_asked_for(session: FakeSession, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["create", "new", "node1:/bricks/d1/new/", "--set-aside"]
    assert run(lying(session, f"leftover {32 * '7'} 4"), *words, "--dry-run", "--json") == Exit.OK
    told = json.loads(capsys.readouterr().out)
    assert told["plan"]["steps"][0]["title"] == "Set /bricks/d1/new on node1 aside"


def test_a_node_that_does_not_tell_is_named(session: FakeSession, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(lying(session, "gibberish"), *ONE, "--dry-run") == Exit.OK
    assert "Directories of node1 could not be looked at" in capsys.readouterr().err


def test_a_script_is_json_where_json_was_asked_for(session: FakeSession, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(session, *ONE, "--script", "--json") == Exit.OK
    assert json.loads(capsys.readouterr().out)["script"].startswith("#!/bin/sh\n")
