"""Healing: what nodes and gluster tell, how the backlog is remembered, who is behind, and every cause of the doctor."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from heal_scenes import GIB, volume

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.subsystems.gluster.commands.answer import Answer
from nasclustergui.subsystems.gluster.features.heal.commands import (
    heal_switch,
)
from nasclustergui.subsystems.gluster.features.heal.doctor import converging, diagnose
from nasclustergui.subsystems.gluster.features.heal.findings import Cause, Finding, Offer
from nasclustergui.subsystems.gluster.features.heal.history import HealHistory, VolumeHistory
from nasclustergui.subsystems.gluster.features.heal.model import (
    BrickFacts,
    Complaint,
    Entry,
    EntryList,
    EntryState,
    NodeFacts,
    Probe,
)
from nasclustergui.subsystems.gluster.features.heal.plans import plan_enable
from nasclustergui.subsystems.gluster.features.heal.roles import Role, roles
from nasclustergui.subsystems.gluster.model import (
    GlusterState,
    Peer,
    PeerState,
    Volume,
    VolumeStatus,
    VolumeType,
)

RECORDED = Path(__file__).parents[1] / "recorded" / "gluster"
NOW = 1_795_437_000.0


def answer(stdout: str, status: int = 0, stderr: str = "") -> Answer:
    return Answer(
        Command(("gluster", "--mode=script", "volume", "heal", "data", "info")), Result(status, stdout, stderr)
    )


def plain(name: str) -> Answer:
    """What a recording printed without XML: after a line "--- stdout", up to "--- stderr"."""
    text = (RECORDED / f"{name}.plain").read_text(errors="surrogateescape")
    head, _mark, rest = text.partition("--- stdout\n")
    return answer(rest.partition("--- stderr\n")[0], int(head.split()[1]))


def changed(base: Volume, n: int, **values: object) -> Volume:
    """The volume with another brick `n`, from 1."""
    bricks = [replace(b, **values) if i == n else b for i, b in enumerate(base.bricks, 1)]  # type: ignore[arg-type]
    return replace(base, bricks=tuple(bricks))


def state(one: Volume, away: tuple[int, ...] = (), at: float = NOW, **more: object) -> GlusterState:
    peers = tuple(
        Peer(
            f"id-{n}",
            (f"node{n}",),
            f"node{n}",
            n not in away,
            PeerState.DISCONNECTED if n in away else PeerState.CONNECTED,
        )
        for n in (1, 2, 3)
    )
    return GlusterState((one,), peers, asked="node1", read_at=at, status_at=at, **more)  # type: ignore[arg-type]


def seen(base: Volume, *pending: int, every: float = 5.0) -> VolumeHistory:
    """The history after these backlogs, the last one now."""
    history = HealHistory()
    for n, count in enumerate(pending):
        at = NOW - (len(pending) - 1 - n) * every
        history.note(state(changed(base, 1, heal_pending=count), at=at))
    return history.of(base)


def said(base: Volume, **more: object) -> tuple[Finding, ...]:
    values: dict[str, object] = {"now": NOW}
    given = values | more
    pool = given.pop("state", None) or state(base)
    history = given.pop("history", None) or seen(base, base.heal_pending or 0)
    return diagnose(base, pool, history, **given)  # type: ignore[arg-type]


def first(found: tuple[Finding, ...]) -> tuple[Cause, Severity, str]:
    return found[0].cause, found[0].severity, found[0].title


# ---- what gluster and the nodes tell


def test_a_history_keeps_a_series_per_brick_with_gaps() -> None:
    history, one = HealHistory(), volume(5, 0, 5)
    history.note(state(one, at=NOW))
    history.note(state(one, at=NOW))  # no newer brick states: nothing is added
    history.note(state(changed(one, 2, heal_pending=None, online=False), at=NOW + 2))
    unread = replace(state(one, at=NOW + 2), read_at=NOW + 9, status_error="Locked.")
    history.note(unread)
    history.note(replace(unread, read_at=NOW + 11))
    mine = history.of(one).bricks
    assert list(mine["node1:/b/data"].values[:2]) == [5, 5]
    assert math.isnan(mine["node1:/b/data"].last)
    assert len(mine["node1:/b/data"]) == 3  # one gap, however often it is not read
    assert [math.isnan(v) for v in mine["node2:/b/data"].values] == [False, True]


def test_peak_and_rate_follow_the_backlog_and_end_with_it() -> None:
    one = volume(900, 0, 900)
    history = seen(one, 900, 800, 700, 600)
    assert (history.peak, history.points[-1][1]) == (900, 900)  # bricks 2 and 3 are as they were
    falling = HealHistory()
    for n, count in enumerate((900, 800, 700, 600)):
        falling.note(state(volume(count, 0, count), at=NOW + 5 * n))
    found = falling.of(one)
    assert found.peak == 900
    assert found.estimate.rate == pytest.approx(20.0)
    assert found.still_for(NOW + 15) == 0
    falling.note(state(volume(0, 0, 0), at=NOW + 20))
    assert (found.peak, found.estimate.rate, found.still_for(NOW + 999)) == (0, None, 0)


def test_a_volume_that_is_gone_is_forgotten_and_others_never_kept() -> None:
    history, one = HealHistory(), volume(1, 1, 1)
    history.note(state(one))
    history.note(state(replace(one, uuid="other"), at=NOW + 1))
    assert not history.of(one).bricks
    spread = volume(type=VolumeType.DISTRIBUTE, replica=1, uuid="spread")
    history.note(state(spread, at=NOW + 2))
    assert not history.of(spread).bricks


# ---- who is behind


def test_bricks_that_list_what_others_lack_are_the_source() -> None:
    found = roles(volume(312, 0, 312))
    assert [role.role for role in found] == [Role.SOURCE, Role.BEHIND, Role.SOURCE]
    assert found[1].lacks == 312
    assert [role.role for role in roles(volume())] == [Role.IN_STEP] * 3
    assert [role.role for role in roles(volume(None, None, None))] == [Role.UNKNOWN] * 3


def test_marks_on_the_entries_say_who_blames_whom() -> None:
    names = [b.name for b in volume().bricks]
    facts: Mapping[str, BrickFacts] = {
        names[0]: BrickFacts(blames={names[1]: 3}, sampled=3),
        names[1]: BrickFacts(blames={names[0]: 2}, sampled=2),
    }
    found = roles(volume(3, 2, 0), facts)
    assert [role.role for role in found] == [Role.BOTH, Role.BOTH, Role.BEHIND]
    assert found[1].blamed_by == (names[0],)


# ---- the doctor


def test_all_is_well() -> None:
    found = said(volume())
    assert first(found) == (Cause.WELL, Severity.OK, "Nothing waits for a heal")
    assert converging(found) is True


def test_a_heal_that_goes_on_has_a_rate_and_a_time() -> None:
    history = HealHistory()
    for n, count in enumerate((900, 800, 700, 600)):
        history.note(state(volume(count, 0, count), at=NOW - 15 + 5 * n))
    found = said(volume(600, 0, 600), history=history.of(volume()))
    assert first(found) == (Cause.HEALING, Severity.BUSY, "600 entries wait for a heal")
    assert "1,200 entries per minute, about 33 s" in found[0].text.replace("\u00a0", " ")
    assert converging(found) is True


def test_a_brick_that_is_down() -> None:
    found = said(changed(volume(9, None, 9), 2, online=False))
    assert first(found) == (Cause.BRICK_DOWN, Severity.WARN, "Brick node2:/b/data is down")
    assert found[0].offer is Offer.START_BRICKS
    assert len(found) == 1
    assert converging(found) is False


def test_a_peer_that_is_away() -> None:
    one = changed(volume(9, None, 9), 2, online=False)
    found = said(one, state=state(one, away=(2,)))
    assert first(found) == (Cause.PEER_AWAY, Severity.WARN, "node2 is not connected, and its brick is down")
    assert found[0].offer is None


def test_too_few_bricks_of_a_set() -> None:
    one = changed(changed(volume(9, None, None), 2, online=False), 3, online=False)
    found = said(one)
    assert first(found) == (Cause.NO_QUORUM, Severity.CRITICAL, "Set 1 has too few bricks up: 1 of 3")


def facts(n: int, **values: object) -> Probe:
    """One brick's node told this."""
    return Probe(NOW, {f"node{n}:/b/data": BrickFacts(**values)}, {})  # type: ignore[arg-type]


def test_a_brick_directory_that_is_missing_or_empty() -> None:
    down = changed(volume(9, None, 9), 2, online=False)
    found = said(down, probe=facts(2, directory=False, index=False))
    assert first(found)[::2] == (Cause.DIRECTORY_MISSING, "The directory of brick node2:/b/data is missing")
    assert Offer.START_BRICKS not in {finding.offer for finding in found}  # starting would say done and do nothing
    found = said(volume(9, None, 9), probe=facts(2, directory=True, marked=False, index=False))
    assert "is not this volume's brick" in found[0].title
    assert "notices this within a minute" in found[0].text
    found = said(volume(9, None, 9), probe=facts(2, directory=True, marked=True, index=False))
    assert found[0].title == "Brick node2:/b/data has lost its list of what waits for a heal"


def test_a_disk_that_is_full() -> None:
    full = changed(volume(9, 0, 9), 2, free=48 * 1024)
    assert first(said(full)) == (Cause.DISK_FULL, Severity.CRITICAL, "The disk of brick node2:/b/data is full")
    room = said(full, probe=facts(2, directory=True, marked=True, index=True, free=GIB))
    assert Cause.DISK_FULL not in {finding.cause for finding in room}  # what the node says is newer
    down = said(changed(full, 2, online=False))
    assert [finding.cause for finding in down] == [Cause.DISK_FULL]
    assert "gluster ended the brick by itself" in down[0].text
    assert first(said(changed(volume(9, 0, 9), 2, inodes_free=0)))[0] is Cause.DISK_FULL
    assert first(said(changed(volume(), 2, inodes=0, inodes_free=0)))[0] is Cause.WELL  # btrfs counts none


def test_a_disk_that_fails() -> None:
    said_so = NodeFacts(True, complaints=(Complaint("node2:/b/data", "Input/output error", NOW - 60, 4),))
    found = said(volume(9, 0, 9), probe=Probe(NOW, {}, {"node1": said_so}))
    assert first(found) == (Cause.DISK_ERROR, Severity.CRITICAL, "The disk of brick node2:/b/data fails")


@pytest.mark.parametrize("value", ["off", "disable", "no", "0", "False"])
def test_a_daemon_that_is_switched_off(value: str) -> None:
    found = said(volume(9, 0, 9, options={"cluster.self-heal-daemon": value}, shd_online={}))
    assert first(found) == (Cause.DAEMON_OFF, Severity.WARN, "The self-heal daemon is switched off for data")
    assert found[0].offer is Offer.ENABLE
    assert len(found) == 1


def test_dispersed_volumes_have_a_switch_of_their_own() -> None:
    disperse: dict[str, object] = {"type": VolumeType.DISPERSE, "replica": 1, "disperse": 3, "redundancy": 1}
    off = {"cluster.disperse-self-heal-daemon": "disable"}
    assert first(said(volume(9, 0, 9, options=off, **disperse)))[0] is Cause.DAEMON_OFF
    other = {"cluster.self-heal-daemon": "off"}
    assert first(said(volume(9, 0, 9, options=other, **disperse)))[0] is Cause.HEALING


def test_a_daemon_that_does_not_run() -> None:
    one = volume(9, 0, 9, shd_online={"node1": False, "node2": True, "node3": True})
    found = said(one)
    assert [finding.cause for finding in found] == [Cause.DAEMON_DOWN, Cause.HEALING]
    assert found[0].title == "The self-heal daemon does not run on node1"
    assert found[0].offer is Offer.START_BRICKS
    gone = Probe(NOW, {}, {"node2": NodeFacts(daemon=False)})
    assert first(said(volume(9, 0, 9), probe=gone))[0] is Cause.HEALING  # started anew this moment
    assert first(said(volume(9, 0, 9), probe=gone, earlier=gone))[0] is Cause.DAEMON_DOWN
    back = Probe(NOW, {}, {"node1": NodeFacts(daemon=True)})
    assert first(said(one, probe=back))[0] is Cause.HEALING
    away = changed(one, 1, online=False)
    assert Cause.DAEMON_DOWN not in {f.cause for f in said(away, state=state(away, away=(1,)))}


def test_a_daemon_that_is_halted() -> None:
    halted = Probe(NOW, {}, {"node3": NodeFacts(daemon=True, stopped=True)})
    assert first(said(volume(9, 0, 9), probe=halted))[::2] == (
        Cause.DAEMON_HALTED,
        "The self-heal daemon on node3 is halted",
    )


def test_a_daemon_without_a_connection_to_a_brick() -> None:
    reached = frozenset({"node1:/b/data", "node3:/b/data"})
    missed = frozenset({"node2:/b/data"})
    blocked = Probe(NOW, {}, {"node1": NodeFacts(daemon=True, reaches=reached, missed=missed)})
    assert first(said(volume(9, 0, 9), probe=blocked))[0] is Cause.HEALING  # it may just be connecting
    found = said(volume(9, 0, 9), probe=blocked, earlier=blocked)
    assert first(found)[::2] == (
        Cause.NO_NETWORK,
        "The self-heal daemon on node1 has no connection to brick node2:/b/data",
    )
    assert "port 49002" in found[0].todo[0].replace("49,002", "49002")
    unknown = Probe(NOW, {}, {"node1": NodeFacts(daemon=True, reaches=None)})
    assert first(said(volume(9, 0, 9), probe=unknown, earlier=unknown))[0] is Cause.HEALING


def test_a_glusterd_that_hangs_makes_states_old() -> None:
    one = volume(9, 0, 9)
    hung = state(one, status_error="glusterd on node3 does not answer.", waits_for=("node3",))
    found = said(one, state=hung)
    assert first(found) == (Cause.GLUSTERD_HANGS, Severity.WARN, "GlusterFS waits for node3")


def test_states_that_cannot_be_read_are_unknown() -> None:
    one = volume(9, 0, 9)
    found = said(one, state=state(one, status_error="Another operation holds the lock."))
    assert first(found)[:2] == (Cause.UNREAD, Severity.UNKNOWN)
    assert converging(found) is None
    partly = said(changed(volume(), 3, heal_pending=None))
    assert partly[0].title == "Nothing waits for a heal, as far as could be read"


def test_what_is_left_is_in_split_brain() -> None:
    one = changed(volume(2, 2, 0), 1, split_brain=2)
    found = said(one)
    assert first(found) == (Cause.SPLIT_BRAIN, Severity.CRITICAL, "2 entries are in split-brain")
    assert "Nothing else is left to heal." in found[0].text
    assert found[0].offer is Offer.SPLIT_BRAIN
    partly = said(changed(volume(5, 2, 0), 1, split_brain=2))
    assert "3 other entries wait." in partly[0].text


def test_a_backlog_that_waits_for_the_next_look() -> None:
    history = HealHistory()
    for at in (NOW - 90, NOW - 45, NOW):
        history.note(state(volume(9, 0, 9), at=at))
    found = said(volume(9, 0, 9), history=history.of(volume()))
    assert first(found) == (Cause.WAITS, Severity.INFO, "It waits for the daemons' next look")
    assert found[0].offer is Offer.HEAL
    assert "every 10 min" in found[0].text.replace("\u00a0", " ")
    often = volume(9, 0, 9, options={"cluster.heal-timeout": "60"})
    found = said(often, history=history.of(volume()))
    assert first(found)[:2] == (Cause.SLOW, Severity.WARN)
    assert found[0].offer is Offer.LIST


def test_a_backlog_that_grows_although_all_bricks_run() -> None:
    history = HealHistory()
    for n in range(10):
        history.note(state(volume(100 + 20 * n, 0, 100), at=NOW - 45 + 5 * n))
    found = said(volume(280, 0, 100), history=history.of(volume()))
    assert first(found)[:2] == (Cause.GROWS, Severity.WARN)
    assert "120 entries came in 30 s" in found[0].text.replace("\u00a0", " ")


def test_entries_that_somebody_keeps_locked() -> None:
    history = HealHistory()
    for at in (NOW - 60, NOW):
        history.note(state(volume(1, 0, 1), at=at))
    entry = Entry("/vm.img", 1, ("node1:/b/data",), EntryState.HEALING)
    found = said(volume(1, 0, 1), history=history.of(volume()), entries=EntryList(NOW, 1.0, (entry,), {}))
    assert first(found)[::2] == (Cause.LOCKED, "1 entry is locked")


def test_nothing_to_heal_and_not_started() -> None:
    spread = volume(type=VolumeType.DISTRIBUTE, replica=1)
    assert first(said(spread))[1:] == (Severity.INFO, "There is nothing to heal in data")
    stopped = volume(status=VolumeStatus.STOPPED)
    assert first(said(stopped))[0] is Cause.NOT_STARTED


def test_the_worst_comes_first() -> None:
    one = changed(changed(volume(9, None, 9), 2, online=False), 3, free=0)
    found = said(replace(one, options={"cluster.self-heal-daemon": "off"}))
    assert [finding.cause for finding in found] == [Cause.DISK_FULL, Cause.BRICK_DOWN, Cause.DAEMON_OFF]


# ---- the plan


def test_switching_it_on_is_a_plan_that_can_be_taken_back() -> None:
    one = volume(options={"cluster.self-heal-daemon": "off"})
    plan = plan_enable(one, state(one), "lab")
    step = plan.steps[0]
    assert str(step.command).endswith("volume heal data enable")
    assert step.undo == heal_switch("data", False)
    assert (step.expect, step.check, step.args["id"]) == ("successful", "volume_started same_volume", one.uuid)
    assert "from “off” to “enable”" in plan.meaning[1].title


def test_it_is_not_switched_on_where_it_is_on_or_there_is_nothing_to_heal() -> None:
    for one in (volume(), volume(type=VolumeType.DISTRIBUTE, replica=1), volume(status=VolumeStatus.STOPPED)):
        with pytest.raises(InvalidInput):
            plan_enable(one, state(one), "lab")
