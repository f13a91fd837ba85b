"""Bit rot: the scrubber's text, what copies are worth, plans that never remove the only good copy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nasclustergui.core.command import Result
from nasclustergui.core.errors import CommandFailed, InvalidInput, UnexpectedOutput
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Risk
from nasclustergui.core.plan_json import from_json, to_json
from nasclustergui.subsystems.gluster.client import GlusterClient
from nasclustergui.subsystems.gluster.features.bitrot import commands, driver, plans
from nasclustergui.subsystems.gluster.features.bitrot.copies import (
    parse_copy,
    read_copies,
    signed_checksum,
    why_not_healed,
)
from nasclustergui.subsystems.gluster.features.bitrot.heal import plan_heal_corrupted
from nasclustergui.subsystems.gluster.features.bitrot.model import Corrupted, FileCopy, Worth
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.model import Volume, VolumeType
from tests.recorded.fake_gluster import FakeNodes, recorded, said
from tests.recorded.pools import state, volume

GFID = "95e0345b-da87-4a2e-ad97-50ddc2a2ef22"
ON = replace(volume(), options={"features.bitrot": "on"})
STATUS = f"""
Volume name : data

State of scrub: Active (Idle)

Scrub impact: aggressive

Scrub frequency: daily

Bitrot error log location: /var/log/glusterfs/bitd.log


=========================================================

Node: localhost

Number of Scrubbed files: 3

Number of Skipped files: 1

Last completed scrub time: 2026-11-23 12:50:04 +0000

Duration of last scrub (D:M:H:M:S): 0:0:1:2

Error count: 1

Corrupted object's [GFID]:

{GFID} ==> BRICK: /bricks/d1/b
 path: /dir/e2:/dir/e


=========================================================

Node: node3

Number of Scrubbed files: 0

Number of Skipped files: 0

Last completed scrub time: Scrubber pending to complete.

Duration of last scrub (D:M:H:M:S): 0:0:0:0

Error count: 0

=========================================================
"""
LINE = "gluster --mode=script volume bitrot data scrub status"


def test_the_scrubbers_text() -> None:
    scrub = commands.parse_scrub(said(LINE, STATUS))
    assert (scrub.running, scrub.paused, scrub.throttle, scrub.frequency) == (False, False, "aggressive", "daily")
    first, second = scrub.nodes
    assert (first.scrubbed, first.skipped, first.errors, first.seconds) == (3, 1, 1, 62.0)
    assert first.last_at == 1_795_438_204.0
    assert second.last_at is None
    # gluster's path of a file with two names is two paths with a colon: it isn't taken over
    assert scrub.corrupted == (Corrupted(GFID, "/bricks/d1/b"),)
    assert commands.parse_scrub(said(LINE, STATUS.replace("Active (Idle)", "pause (Idle)"))).paused
    assert commands.parse_scrub(said(LINE, STATUS.replace("(Idle)", "(In Progress)"))).running


@pytest.mark.parametrize("cut", ["Error count: 1", "State of scrub: Active (Idle)", "Number of Skipped files: 1"])
def test_a_text_that_lacks_a_line_is_not_believed(cut: str) -> None:
    with pytest.raises(UnexpectedOutput):
        commands.parse_scrub(said(LINE, STATUS.replace(cut, "")))


def test_not_enabled_is_a_refusal() -> None:
    with pytest.raises(CommandFailed, match="off for this volume"):
        commands.parse_scrub(said(LINE, "", 1, "Bitrot command failed : Bitrot is not enabled on volume data"))


SUM, OTHER = "ab" * 32, "cd" * 32
SIGNATURE = "01" + "0200000000000000" + SUM


def test_what_a_copy_is_worth() -> None:
    def copy(text: str) -> FileCopy:
        return parse_copy("node1:/b", Result(0, text))

    assert signed_checksum(SIGNATURE) == SUM
    assert signed_checksum("-") == ""
    assert copy(f"plain 10 {SUM} {SIGNATURE}\n").worth is Worth.PROVEN
    assert copy(f"plain 10 {OTHER} {SIGNATURE}\n").worth is Worth.CORRUPT  # not scrubbed yet, but it contradicts
    assert copy(f"marked 10 {SUM} {SIGNATURE}\n").worth is Worth.CORRUPT
    assert copy(f"plain 10 {SUM} -\n").worth is Worth.UNSIGNED
    assert copy("missing\n").worth is Worth.MISSING
    for text in ("", "plain 10", f"plain x {SUM} -"):
        with pytest.raises(UnexpectedOutput):
            copy(text)


def copies(*worths: tuple[Worth, str]) -> tuple[FileCopy, ...]:
    """The first one is the corrupted one on node1."""
    names = [brick.name for brick in ON.bricks]
    bad = FileCopy(names[0], Worth.CORRUPT, 10, OTHER, SUM, True)
    return (bad, *(FileCopy(n, w, 10, c) for n, (w, c) in zip(names[1:], worths, strict=False)))


@pytest.mark.parametrize(
    ("others", "why"),
    [
        (((Worth.PROVEN, SUM), (Worth.PROVEN, SUM)), ""),
        (((Worth.PROVEN, SUM), (Worth.MISSING, "")), ""),
        (((Worth.UNSIGNED, SUM), (Worth.MISSING, "")), ""),  # what was signed on the corrupted brick
        (((Worth.UNSIGNED, "11" * 32), (Worth.UNSIGNED, "11" * 32)), ""),  # two that agree
        (((Worth.UNSIGNED, "11" * 32), (Worth.MISSING, "")), "Nothing proves"),
        (((Worth.PROVEN, SUM), (Worth.UNSIGNED, "11" * 32)), "differ from each other"),
        (((Worth.CORRUPT, OTHER), (Worth.MISSING, "")), "No other copy is good"),
        (((Worth.PROVEN, SUM), (Worth.UNKNOWN, "")), "cannot be looked at"),
    ],
)
def test_the_only_good_copy_is_never_removed(others: tuple[tuple[Worth, str], ...], why: str) -> None:
    said_ = why_not_healed(ON, ON.bricks[0].name, copies(*others))
    assert said_ == "" if not why else why in said_


def test_other_shapes_of_volumes() -> None:
    spread = volume(VolumeType.DISTRIBUTE)
    bad = FileCopy(spread.bricks[0].name, Worth.CORRUPT, 1, OTHER)
    assert "only copy" in why_not_healed(spread, bad.brick, [bad])
    parts = volume(VolumeType.DISPERSE, (1, 2, 3, 4, 5, 6), redundancy=2)
    names = [brick.name for brick in parts.bricks]
    good = [FileCopy(name, Worth.PROVEN, 1, str(i)) for i, name in enumerate(names[1:])]
    bad = FileCopy(names[0], Worth.CORRUPT, 1, OTHER)
    assert why_not_healed(parts, bad.brick, [bad, *good]) == ""
    assert "Only 3 other parts" in why_not_healed(parts, bad.brick, [bad, *good[:3]])
    assert "not marked" in why_not_healed(ON, ON.bricks[0].name, ())


def test_the_plan_of_a_heal() -> None:
    one = Corrupted(GFID, ON.bricks[0].name, "/dir/a b")
    good = {one.key: copies((Worth.PROVEN, SUM), (Worth.PROVEN, SUM))}
    plan = plan_heal_corrupted(ON, [one], good, state(ON), "lab")
    assert from_json(to_json(plan)) == plan
    assert (plan.risk, plan.confirm) == (Risk.DESTRUCTIVE, "data")
    remove, look, heal = plan.steps
    assert remove.node == "node1"
    assert remove.command.argv[4:] == (ON.bricks[0].path, GFID, "/dir/a b")
    assert "bitrot_good_copies" in remove.check
    assert look.node == "node2"  # where a good copy knows all its names
    assert heal.follow == "bitrot_healed"
    for found, known, text in (
        ([], good, "No file"),
        ([replace(one, path="")], good, "path"),
        ([one], {}, "not marked"),
        ([replace(one, brick="node9:/b")], good, "not on a node"),
    ):
        with pytest.raises(InvalidInput, match=text):
            plan_heal_corrupted(ON, found, known, state(ON), "lab")
    down = replace(ON, bricks=(ON.bricks[0], replace(ON.bricks[1], online=False), ON.bricks[2]))
    with pytest.raises(InvalidInput, match="are down"):
        plan_heal_corrupted(down, [one], good, state(down), "lab")


def test_switches() -> None:
    off: Volume = volume()
    pool = state(off)
    assert str(plans.plan_enable(off, pool, "lab").steps[0].command).endswith("volume bitrot data enable")
    assert "--xml" not in plans.plan_enable(off, pool, "lab").steps[0].command.argv
    for call in (plans.plan_disable, lambda v, s, c: plans.plan_scrub(v, "pause", s, c)):
        with pytest.raises(InvalidInput, match="is off"):
            call(off, pool, "lab")
    with pytest.raises(InvalidInput, match="on already"):
        plans.plan_enable(ON, state(ON), "lab")
    assert plans.plan_disable(ON, state(ON), "lab").risk is Risk.CAUTION
    now = {"scrub-frequency": "daily", "scrub-throttle": "lazy", "signing-time": "120"}
    wanted = {"scrub-frequency": "weekly", "scrub-throttle": "lazy", "signing-time": "10"}
    plan = plans.plan_settings(ON, wanted, now, state(ON), "lab")
    tails = [step.command.argv[-2:] for step in plan.steps]
    assert tails == [("scrub-frequency", "weekly"), ("signing-time", "10")]
    for bad in ({"scrub-frequency": "minute"}, {"signing-time": "0"}, {"bogus": "1"}, {"scrub-throttle": "fast"}, now):
        with pytest.raises(InvalidInput):
            plans.plan_settings(ON, bad, now, state(ON), "lab")


def test_a_scrub_that_a_node_would_not_hear_of_is_not_begun() -> None:
    step = plans.plan_scrub(ON, "ondemand", state(ON), "lab").steps[0]
    assert "bitrot_scrubbers_run" in step.check
    assert "bitrot_scrubbers_run" not in plans.plan_scrub(ON, "pause", state(ON), "lab").steps[0].check
    check = driver.CHECKS["bitrot_scrubbers_run"]
    job = Job("scrub", quiet=True)

    def said_by(text: str) -> Pool:
        client = GlusterClient(FakeNodes(lambda _node, _words: Result(0, text)))
        return Pool(client, client._nodes, lambda _job: state(ON), lambda _job: state(ON))

    told = recorded("volume-status-arb-with-bitd").stdout
    assert check(said_by(told), step, job) == ""
    scrubber = told.rindex("Scrubber Daemon")
    down = told[:scrubber] + told[scrubber:].replace("<status>1<", "<status>0<", 1)
    assert "does not run on node" in check(said_by(down), step, job)
    assert "No scrubber" in check(said_by(told.replace("Scrubber Daemon", "Other Daemon")), step, job)


def test_copies_of_a_node_that_nobody_knows() -> None:
    strange = replace(ON, bricks=tuple(replace(brick, node="") for brick in ON.bricks))
    found = read_copies(None, strange, strange.bricks[0].name, GFID, None)  # type: ignore[arg-type]
    assert {copy.worth for copy in found} == {Worth.UNKNOWN}
