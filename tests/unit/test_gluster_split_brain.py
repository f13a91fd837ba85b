"""Split-brains: what the bricks say, which copy wins, what the plan does, and when it refuses."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import CommandFailed, InvalidInput, NasError, UnexpectedOutput
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Risk
from nasclustergui.subsystems.gluster.commands.answer import Answer
from nasclustergui.subsystems.gluster.commands.heal import parse_resolution
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.features.split_brain import commands, contents, decode, driver, paths, read, save
from nasclustergui.subsystems.gluster.features.split_brain.compare import blames, differing, lines, permissions
from nasclustergui.subsystems.gluster.features.split_brain.model import Copy, Entry, FileType, Kind, Pending, printable
from nasclustergui.subsystems.gluster.features.split_brain.plans import AT_ONCE, plan_resolve
from nasclustergui.subsystems.gluster.features.split_brain.policy import Policy, decide, decide_all
from nasclustergui.subsystems.gluster.model import (
    Brick,
    GlusterState,
    Peer,
    PeerState,
    Volume,
    VolumeStatus,
    VolumeType,
)

BRICKS = tuple(Brick(f"node{n}", "/bricks/d1/sb", f"uuid{n}", f"node{n}") for n in (1, 2))
ONE, TWO = (brick.name for brick in BRICKS)
VOLUME = Volume("sb", "id-sb", VolumeType.REPLICATE, VolumeStatus.STARTED, BRICKS, replica=2)
IDS = {"sb-client-0": ONE, "sb-client-1": TWO}
GFID = "2876e0c9-da96-4626-a263-d174b2be6737"
OTHER = "c111003e-939f-43cd-a68e-662f77e5d8a2"
PEERS = tuple(Peer(f"uuid{n}", (f"node{n}",), f"node{n}", True, PeerState.CONNECTED) for n in (1, 2))
STATE = GlusterState((VOLUME,), PEERS, asked="node1")
# As measured with GlusterFS 10.3: /d/data1 in split-brain, node1's copy.
FACTS = "81a4 15 0 0 2 1795435863.675691706 1795436068.970231739 1795435835.302207292\nroot\ndomain users"
ATTRIBUTES = (
    "trusted.afr.dirty=0x000000000000000000000000\n"
    "trusted.afr.sb-client-1=0x000000020000000100000000\n"
    "trusted.gfid=0x2876e0c9da964626a263d174b2be6737\n"
    "trusted.glusterfs.mdata=0x010000000000000000000000006b042d57000000002838f116"
    "000000006b042d57000000002838f116000000006b042d3b0000000010ea2f1c"
)


def copy(n: int, **more: object) -> Copy:
    """A file's copy on node `n` that blames the other one for its content."""
    other = TWO if n == 1 else ONE
    values: dict[str, object] = {
        "gfid": GFID,
        "type": FileType.FILE,
        "path": "/d/data1",
        "size": 10 * n,
        "mode": 0o644,
        "owner": "root",
        "group": "root",
        "nlink": 1,
        "mtime": 1000 * n,
        "blames": {other: Pending(data=2)},
    }
    return Copy(BRICKS[n - 1].name, f"node{n}", **(values | more))  # type: ignore[arg-type]


def entry(kind: Kind = Kind.DATA, one: Mapping[str, object] | None = None, two: Mapping[str, object] | None = None,
          path: str = "/d/data1", item: str = f"gfid:{GFID}") -> Entry:  # fmt: skip
    return Entry(item, path, 1, kind, (copy(1, path=path, **(one or {})), copy(2, path=path, **(two or {}))))


def conflict(name: str = "name", **more: object) -> Entry:
    return entry(Kind.GFID, more, {"gfid": OTHER, **more}, f"/d/{name}", f"/d/{name}")


def directory(**more: object) -> Entry:
    facts = {"type": FileType.DIRECTORY, "blames": {}}
    return replace(entry(Kind.NAMES, facts, facts, "/d"), **more)  # type: ignore[arg-type]


# ---- what a brick says


def test_a_copy_is_read_from_stat_and_attributes() -> None:
    found = decode.copy_of(BRICKS[0], ("gfid:" + GFID, "/d/data1", FACTS, "", ATTRIBUTES), IDS)
    assert (found.gfid, found.type, found.size, found.mode, found.nlink) == (GFID, FileType.FILE, 15, 0o644, 1)
    assert (found.owner, found.group) == ("root", "domain users")
    assert found.blames == {TWO: Pending(2, 1, 0)}
    assert not found.dirty
    assert found.mtime == 0x6B042D57 * 10**9 + 0x2838F116  # what clients see, not the brick's own
    assert blames(found) == "node2: content 2, owner or attributes 1"


def test_a_brick_without_a_copy_says_so() -> None:
    found = decode.copy_of(BRICKS[1], ("/d/x", "/d/x", "", "", ""), IDS)
    assert not found.there
    assert not found.problem


@pytest.mark.parametrize(
    "row",
    [
        ("i", "/p", FACTS, "", ""),
        ("i", "/p", "garbage", "", ATTRIBUTES),
        ("i", "/p", FACTS, "", ATTRIBUTES.replace("0200000001", "02")),
        ("i", "/p", FACTS.replace("1795435863.675691706", "now"), "", ATTRIBUTES),
    ],
)
def test_senseless_facts_are_no_copy(row: Sequence[str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode.copy_of(BRICKS[0], row, IDS)


@pytest.mark.parametrize(
    ("one", "two", "kind"),
    [
        (Pending(2, 0, 0), Pending(1, 0, 0), Kind.DATA),
        (Pending(0, 1, 0), Pending(0, 3, 0), Kind.METADATA),
        (Pending(1, 1, 0), Pending(1, 1, 0), Kind.BOTH),
        (Pending(0, 0, 8), Pending(0, 0, 8), Kind.NAMES),
        (Pending(0, 1, 8), Pending(0, 1, 8), Kind.NAMES_METADATA),
        (Pending(2, 0, 0), Pending(0, 1, 0), Kind.UNCLEAR),  # they blame each other for different things
        (Pending(2, 0, 0), Pending(), Kind.UNCLEAR),  # only one does: a heal knows what to do
    ],
)
def test_what_both_copies_blame_the_other_for_is_in_split_brain(one: Pending, two: Pending, kind: Kind) -> None:
    assert decode.kind_of([copy(1, blames={TWO: one}), copy(2, blames={ONE: two})]) is kind


def test_one_good_copy_of_three_is_no_split_brain() -> None:
    third = replace(copy(1), brick="node3:/b", node="node3", blames={ONE: Pending(1), TWO: Pending(1)})
    assert decode.kind_of([copy(1), copy(2), third]) is Kind.UNCLEAR
    blamed = replace(copy(1), blames={TWO: Pending(1), "node3:/b": Pending(1)})
    assert decode.kind_of([blamed, copy(2), third]) is Kind.DATA


def test_names_that_stand_for_different_things() -> None:
    assert decode.conflict_of([copy(1), copy(2)]) is None
    assert decode.conflict_of([copy(1), copy(2, gfid=OTHER)]) is Kind.GFID
    assert decode.conflict_of([copy(1), copy(2, gfid=OTHER, type=FileType.DIRECTORY)]) is Kind.TYPE


def test_the_index_names_only_those_that_blame_each_other() -> None:
    said = (
        f"# file: 28/76/{GFID}\ntrusted.afr.sb-client-1=0x000000020000000000000000\n\n"
        f"# file: c1/11/{OTHER}\ntrusted.afr.sb-client-1=0x000000010000000000000000\n\n"
    )
    one = commands.parse_index(_answer(said))
    two = {GFID: {"sb-client-0": b"\0\0\0\1" + bytes(8)}, OTHER: {"sb-client-0": bytes(12)}}
    assert decode.blaming_each_other({ONE: one, TWO: two}, IDS) == [GFID]
    with pytest.raises(UnexpectedOutput):
        commands.parse_index(_answer("# file: something else\n"))


def test_glusterd_names_the_bricks() -> None:
    said = "brick\nhostname=node1\npath=/bricks/d1/sb\nbrick-id=sb-client-2\nbrick\nhostname=node2\npath=/b\n"
    assert commands.parse_brick_ids(_answer(said)) == {"sb-client-2": ONE}


# ---- answers are believed only as a whole


def test_an_answer_that_is_cut_off_is_not_believed() -> None:
    whole = f"gfid:{GFID}\0/d\0\0\0\0"
    assert commands.parse_inspect(_answer(whole), [f"gfid:{GFID}"])
    for said in (whole[:-1], whole[:-9], "", whole + "x"):
        with pytest.raises(UnexpectedOutput):
            commands.parse_inspect(_answer(said), [f"gfid:{GFID}"])
    with pytest.raises(UnexpectedOutput):
        commands.parse_inspect(_answer(whole), ["gfid:another"])
    with pytest.raises(CommandFailed):
        commands.parse_inspect(_answer("", 123, "there is no brick at /b"), [f"gfid:{GFID}"])


def test_names_of_directories() -> None:
    found = commands.parse_names(_answer("gfid:a\0changes\0/x\0/y\nz\0\0gfid:b\0all\0\0"), ["gfid:a", "gfid:b"])
    assert found == {"gfid:a": (True, frozenset({"x", "y\nz"})), "gfid:b": (False, frozenset())}
    for said in ("gfid:a\0changes\0/x\0", "gfid:b\0all\0\0", "gfid:a\0what\0\0"):
        with pytest.raises(UnexpectedOutput):
            commands.parse_names(_answer(said), ["gfid:a"])


def test_checksums_and_room() -> None:
    assert contents.parse_sum(_answer("a" * 64 + "  -\n")) == "a" * 64
    with pytest.raises(UnexpectedOutput):
        contents.parse_sum(_answer("a" * 63 + "  -\n"))
    room = save.parse_room(_answer("/dev/sda1 1000 400 600 40% /\n"))
    assert room == save.Room(1024000, 614400, "/")
    assert save.enough(room, [copy(1, size=500_000)])
    assert not save.enough(room, [copy(1, size=600_000)])  # a reserve stays
    assert not save.enough(None, [])


def test_paths_are_answered_in_order_or_not_at_all() -> None:
    assert paths.parse_resolve(_answer(f"{GFID}\0/a\nb\0{OTHER}\0\0"), [GFID, OTHER]) == {GFID: "/a\nb", OTHER: None}
    with pytest.raises(UnexpectedOutput):
        paths.parse_resolve(_answer(f"{OTHER}\0\0{GFID}\0/a\0"), [GFID, OTHER])


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("find"), reason="the script is for Linux nodes")
def test_a_gfid_becomes_a_path_without_attributes_by_a_search(tmp_path: Path) -> None:
    """On any file system, so without gluster's attributes: the real script, a brick made by hand."""
    brick = tmp_path / "brick"
    folder = brick / "with blank" / "deep"
    folder.mkdir(parents=True)
    names = ("new\nline\n", "quo'te\"", os_name(b"lat\xe9n"))
    gfids = [f"0000000{n}-1111-2222-3333-444444444444" for n in range(5)]
    for name, gfid in zip(names, gfids, strict=False):
        (folder / name).write_text(name.encode("utf-8", "surrogateescape").decode("latin-1"))
        _handle(brick, gfid).hardlink_to(folder / name)
    _handle(brick, gfids[3]).symlink_to("../../00/00/00000000-0000-0000-0000-000000000001/with blank")
    _handle(brick, gfids[4]).symlink_to(f"../../00/00/{gfids[3]}/deep")
    root = "00000000-0000-0000-0000-000000000001"
    wanted = [*gfids, root, "99999999-1111-2222-3333-444444444444"]
    command = paths.resolve_command(str(brick), wanted)
    done = subprocess.run(command.argv, capture_output=True, check=False)
    said = Answer(command, Result(done.returncode, done.stdout.decode("utf-8", "surrogateescape")))
    found = paths.parse_resolve(said, wanted)
    assert list(found.values()) == [
        *(f"/with blank/deep/{name}" for name in names), "/with blank", "/with blank/deep", "/", None
    ]  # fmt: skip


def os_name(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _handle(brick: Path, gfid: str) -> Path:
    folder = brick / ".glusterfs" / gfid[:2] / gfid[2:4]
    folder.mkdir(parents=True, exist_ok=True)
    return folder / gfid


# ---- which copy wins


def test_the_larger_file_wins() -> None:
    decision = decide(entry(), Policy.BIGGER)
    assert decision.winner is not None
    assert decision.winner.brick == TWO
    assert [loser.brick for loser in decision.losers] == [ONE]
    assert decision.loses_content


def test_the_copy_changed_last_wins() -> None:
    decision = decide(entry(one={"mtime": 5000}), Policy.LATEST)
    assert decision.winner is not None
    assert decision.winner.brick == ONE


@pytest.mark.parametrize(
    ("found", "policy", "why"),
    [
        (entry(one={"size": 20}), Policy.BIGGER, "equally large"),
        (entry(one={"mtime": 2000}), Policy.LATEST, "same time"),
        (entry(Kind.METADATA), Policy.BIGGER, "source brick"),
        (entry(Kind.METADATA), Policy.LATEST, "source brick"),
        (entry(Kind.TYPE), Policy.LATEST, "different types"),
        (entry(Kind.UNCLEAR), Policy.LATEST, "read the list again"),
        (entry(two={"type": None}), Policy.LATEST, "no copy"),
        (entry(two={"type": None, "problem": "no connection"}), Policy.LATEST, "no connection"),
        (conflict(type=FileType.DIRECTORY), Policy.BIGGER, "Only files"),
        (entry(), Policy.BRICK, "Choose the brick"),
        (entry(two={"down": True}), Policy.BIGGER, "does not run"),
    ],
)
def test_what_a_policy_cannot_decide_says_why(found: Entry, policy: Policy, why: str) -> None:
    decision = decide(found, policy)
    assert decision.winner is None
    assert why in decision.why_not


def test_a_source_brick_must_have_content() -> None:
    arbiter = entry(two={"arbiter": True})
    assert "arbiter" in decide(arbiter, Policy.BRICK, TWO).why_not
    assert decide(entry(Kind.METADATA, two={"arbiter": True}), Policy.BRICK, TWO).winner is not None
    assert "not in the set" in decide(entry(), Policy.BRICK, "node9:/b").why_not
    biggest = decide(entry(two={"arbiter": True, "size": 99}), Policy.BIGGER)
    assert biggest.winner is not None
    assert biggest.winner.brick == ONE


def test_a_directory_merges_once_all_its_names_are_decided() -> None:
    parent = directory(conflicts=2)
    alone = decide_all([parent], Policy.LATEST)
    assert "2 names" in alone[0].why_not
    together = decide_all([conflict("a"), conflict("b"), parent], Policy.LATEST)
    assert together[2].merges
    assert not together[2].loses_content


# ---- the plan


def test_the_plan_keeps_what_loses_then_lets_it_lose_then_compares() -> None:
    plan = plan_resolve(VOLUME, [decide(entry(), Policy.BIGGER), decide(conflict(), Policy.LATEST)], STATE, "lab")
    kept, first, second, heal = plan.steps
    assert kept.node == "node1"
    assert kept.command.argv[-4:] == (GFID, "/d/data1", GFID, "/d/name")
    assert str(first.command).endswith(f"split-brain source-brick {TWO} gfid:{GFID}")
    assert str(second.command).endswith(f"split-brain source-brick {TWO} /d/name")
    assert heal.follow == "split_brain_equal"
    assert plan.risk is Risk.DESTRUCTIVE
    assert plan.confirm == "sb"
    assert all(step.check == "split_brain_unchanged" for step in (kept, first, second))
    assert "2 losing copies" in plan.meaning[0].title


def test_without_keeping_it_says_that_nothing_is_left() -> None:
    plan = plan_resolve(VOLUME, [decide(entry(), Policy.BIGGER)], STATE, "lab", keep=False)
    assert len(plan.steps) == 2
    assert "gone for good" in plan.meaning[0].text
    assert "none" in plan.undo


def test_metadata_alone_loses_no_content_and_tells_what_to_set_again() -> None:
    found = entry(Kind.METADATA, {"mode": 0o600}, {"mode": 0o640})
    plan = plan_resolve(VOLUME, [decide(found, Policy.BRICK, TWO)], STATE, "lab")
    assert plan.risk is Risk.CAUTION
    assert "0600 root:root on node1 becomes 0640 root:root" in plan.meaning[0].text


def test_without_the_self_heal_daemon_directories_get_a_command_and_each_step_looks_itself() -> None:
    off = replace(VOLUME, options={"cluster.self-heal-daemon": "off"})
    decisions = decide_all([conflict(), directory(conflicts=1)], Policy.LATEST)
    with_daemon = plan_resolve(VOLUME, decisions, STATE, "lab")
    without = plan_resolve(off, decisions, STATE, "lab")
    assert [step.follow for step in with_daemon.steps] == ["", "", "split_brain_equal"]
    assert [step.follow for step in without.steps] == ["", "split_brain_resolved", "split_brain_resolved"]
    assert any("self-heal daemon" in meaning.title for meaning in without.meaning)


def test_what_cannot_be_planned() -> None:
    with pytest.raises(InvalidInput) as none:
        plan_resolve(VOLUME, [decide(entry(Kind.TYPE), Policy.LATEST)], STATE, "lab")
    assert "different types" in none.value.hint
    many = [decide(entry(), Policy.BIGGER)] * (AT_ONCE + 1)
    with pytest.raises(InvalidInput, match="too many"):
        plan_resolve(VOLUME, many, STATE, "lab")
    with pytest.raises(InvalidInput, match="not started"):
        plan_resolve(replace(VOLUME, status=VolumeStatus.STOPPED), [decide(entry(), Policy.BIGGER)], STATE, "lab")


# ---- right before a step, and after it


class Bricks:
    """A pool whose bricks have these copies; rows as `inspect` prints them."""

    def __init__(self, rows: Mapping[str, Sequence[str]], up: Sequence[str] = ("node1", "node2")) -> None:
        self.rows, self.up, self.volume = rows, up, VOLUME

    def now(self, _job: Job) -> GlusterState:
        return replace(STATE, volumes=(self.volume,))

    def ask(self, command: Command, parse: object, _job: Job) -> object:
        if command.argv[0] == "sh":
            raise CommandFailed("node1", "sh", 1, "")
        nodes = "".join(
            f"<node><hostname>node{n}</hostname><path>/bricks/d1/sb</path><peerid>uuid{n}</peerid>"
            f"<status>{int(f'node{n}' in self.up)}</status><port>1</port><pid>1</pid></node>"
            for n in (1, 2)
        )
        text = (
            "<cliOutput><opRet>0</opRet><opErrno>0</opErrno><opErrstr/><volStatus><volumes><volume>"
            f"<volName>sb</volName><nodeCount>2</nodeCount>{nodes}<tasks/></volume></volumes></volStatus></cliOutput>"
        )
        return parse(Answer(command, Result(0, text)))  # type: ignore[operator]

    def on_node(self, node: str, _command: Command, _job: Job) -> Result:
        row = self.rows[node]
        return Result(0, "".join(f"{field}\0" for field in row))


def rows_of(found: Entry, **changes: tuple[str, str]) -> dict[str, Sequence[str]]:
    """What the bricks would print for these copies; `node1=(old, new)` changes it."""
    out: dict[str, Sequence[str]] = {}
    for place, n in zip(found.copies, (1, 2), strict=True):
        facts = f"81a4 {place.size} 0 0 2 0.{place.mtime:09d} 0.000000000 0.000000000\nroot\nroot"
        attributes = f"trusted.gfid=0x{place.gfid.replace('-', '')}\ntrusted.afr.sb-client-{2 - n}=0x00000002{'0' * 16}"
        if change := changes.get(f"node{n}"):
            facts, attributes = facts.replace(*change), attributes.replace(*change)
        out[f"node{n}"] = (found.item, found.path, facts, "", attributes)
    return out


def check(bricks: Bricks) -> str:
    plan = plan_resolve(VOLUME, [decide(entry(), Policy.BIGGER)], STATE, "lab")
    return driver.unchanged(cast(Pool, bricks), plan.steps[0], Job("check"))


def test_a_step_runs_only_on_what_was_shown() -> None:
    assert check(Bricks(rows_of(entry()))) == ""
    assert "changed since it was shown" in check(Bricks(rows_of(entry(), node2=("81a4 20", "81a4 21"))))
    assert "changed since it was shown" in check(Bricks(rows_of(entry(), node1=("0.000001000", "0.000001001"))))
    assert "changed since it was shown" in check(Bricks(rows_of(entry(), node1=("81a4", "8180"))))
    assert "not in split-brain any more" in check(Bricks(rows_of(entry(), node1=("0x00000002", "0x00000000"))))
    gone = {node: (*row[:2], "", "", "") for node, row in rows_of(entry()).items()}
    assert "changed since it was shown" in check(Bricks(gone))


def test_a_step_needs_all_bricks_and_the_same_volume() -> None:
    assert f"{TWO} does not run" in check(Bricks(rows_of(entry()), up=("node1",)))
    other = Bricks(rows_of(entry()))
    other.volume = replace(VOLUME, uuid="another")
    assert "not the volume" in check(other)
    other.volume = replace(VOLUME, status=VolumeStatus.STOPPED)
    assert "not started" in check(other)


def test_copies_are_the_same_only_if_nothing_differs_and_nobody_is_blamed() -> None:
    same = (copy(1, size=5, blames={}), copy(2, size=5, blames={}))
    assert driver.same(same)
    assert not driver.same((same[0], replace(same[1], size=6)))
    assert not driver.same((same[0], replace(same[1], mode=0o600)))
    assert not driver.same((same[0], replace(same[1], blames={ONE: Pending(1)})))
    assert not driver.same((same[0], replace(same[1], gfid=OTHER)))
    assert driver.same((same[0], replace(same[1], arbiter=True, size=0)))


def test_a_step_that_did_not_resolve_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "RESOLVED_WITHIN", -1.0)
    step = plan_resolve(VOLUME, [decide(entry(), Policy.BIGGER)], STATE, "lab", keep=False).steps[0]
    with pytest.raises(NasError, match="still in split-brain"):
        driver.resolved(cast(Pool, Bricks(rows_of(entry()))), step, Job("follow"))
    done = Bricks(rows_of(entry(), node1=("0x00000002", "0x00000000")))
    driver.resolved(cast(Pool, done), step, Job("follow"))


def test_only_started_volumes_with_whole_copies_are_read() -> None:
    assert read.can_split(VOLUME)
    assert not read.can_split(replace(VOLUME, type=VolumeType.DISPERSE))
    assert not read.can_split(replace(VOLUME, status=VolumeStatus.STOPPED))


# ---- words


def test_differences_are_marked() -> None:
    found = {line.key: line for line in lines(entry(), {ONE: "a" * 64, TWO: "b" * 64})}
    assert found["size"].differs
    assert found["sha256"].differs
    assert not found["mode"].differs
    assert "Size" in differing(entry())
    assert permissions(copy(1, mode=0o6754)) == "rwsr-sr--"
    assert permissions(copy(1, mode=0o1644)) == "rw-r--r-T"
    assert printable("a\nb\udce9") == "a\\nb\\xe9"


def test_the_first_difference_of_texts_and_of_others() -> None:
    text = contents.compare("same\none\n", "same\ntwo\n", True, (ONE, TWO))
    assert text.first == 5
    assert text.lines[-2:] == ("-one", "+two")
    assert contents.compare("a\0b", "a\0c", True, (ONE, TWO)) == contents.Preview(2, True)
    assert contents.compare("abc", "abc", False, (ONE, TWO)).first is None
    assert contents.compare("abc", "abcd", True, (ONE, TWO)).first == 3


def _answer(stdout: str, status: int = 0, stderr: str = "") -> Answer:
    return Answer(Command(("sh",)), Result(status, stdout, stderr), "node1")


@pytest.mark.parametrize(
    ("said", "status", "sentence"),
    [
        ("Healing /d failed: No bigger file.\nVolume heal failed.\n", 1, "do not differ"),
        ("Healing /d failed: No difference in mtime.\nVolume heal failed.\n", 1, "do not differ"),
        ("Lookup failed on /d/x:Input/output error.\nNo bigger file for file /d/x\n", 0, "different types"),
        ("Lookup failed on /d/x:No such file or directory.\nVolume heal failed.\n", 22, "no /d/x"),
        (
            "'source-brick' option used on a directory (/d). Performing conservative merge.\n"
            "Healing /d failed:Operation not permitted.\nVolume heal failed.\n",
            1,
            "cannot be merged",
        ),
    ],
)
def test_glusters_refusals_are_understood(said: str, status: int, sentence: str) -> None:
    """As measured with GlusterFS 10.3."""
    with pytest.raises(CommandFailed, match=sentence):
        parse_resolution(_resolution(said, status))


def test_a_resolution_that_says_nothing_is_not_believed() -> None:
    with pytest.raises(UnexpectedOutput):
        parse_resolution(_resolution("Something else.\n", 0))
    assert parse_resolution(_resolution("GFID split-brain resolved for file /d/nl\nname\n", 0)).healed


def _resolution(said: str, status: int) -> Answer:
    return Answer(commands.resolve("sb", ONE, "/d"), Result(status, said), "node1")
