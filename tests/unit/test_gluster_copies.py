"""Which bricks hold the only good copy of something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from nasclustergui.subsystems.gluster.features.bricks.copies import only_good_copies
from nasclustergui.subsystems.gluster.features.bricks.pending import Pending
from nasclustergui.subsystems.gluster.model import Volume, VolumeType
from tests.recorded.pools import volume

Lists = Sequence[str | int | None]  # per brick: its entries ("ab" are two), a number, or unknown


def with_up(found: Volume, up: str) -> Volume:
    """`up`: per brick "+" up, "-" down, "?" unknown."""
    words = {"+": True, "-": False, "?": None}
    return replace(found, bricks=tuple(replace(b, online=words[c]) for b, c in zip(found.bricks, up, strict=True)))


def listed(found: Volume, lists: Lists, split: str = "") -> Mapping[str, int | None]:
    entries = {
        b.name: frozenset(what) if isinstance(what, str) else what for b, what in zip(found.bricks, lists, strict=True)
    }
    return Pending(entries, frozenset(split))


def lost(found: Volume, lists: Lists, *victims: int, split: str = "") -> list[int | None]:
    names = [found.bricks[n - 1].name for n in victims]
    return [only.entries for only in only_good_copies(found, names, listed(found, lists, split))]


REPLICA_2, REPLICA_3 = volume(VolumeType.REPLICATE, (1, 2)), volume(VolumeType.REPLICATE, (1, 2, 3))
ARBITER, DISPERSE = volume(VolumeType.ARBITER), volume(VolumeType.DISPERSE, (1, 2, 3, 4))
NO_QUORUM = replace(REPLICA_3, options={"cluster.quorum-type": "none"})


@pytest.mark.parametrize(
    ("found", "up", "lists", "victim", "expected"),
    [
        (REPLICA_2, "++", ["", ""], 1, []),
        (REPLICA_2, "++", ["ab", ""], 1, [2]),  # brick 2 missed two writes
        (REPLICA_2, "++", ["ab", ""], 2, []),  # it is brick 2 that is behind
        (REPLICA_2, "++", ["ab", "ab"], 1, [2]),  # each blames the other
        (REPLICA_2, "+-", ["", ""], 1, [None]),  # the other one is down
        (REPLICA_2, "+?", ["", ""], 1, [None]),
        (REPLICA_2, "+-", ["", 0], 2, []),  # down, but its index was counted on its disk
        (REPLICA_2, "+-", ["", 3], 2, [3]),
        (REPLICA_2, "+-", ["", None], 2, [None]),  # nobody can tell what a dead disk had
        (REPLICA_2, "++", [None, ""], 1, [None]),
        (REPLICA_3, "+++", ["ab", "ab", ""], 1, []),  # brick 2 has the same, brick 3 is behind
        (REPLICA_3, "+++", ["ab", "a", ""], 1, [1]),
        (REPLICA_3, "+++", ["ab", "ab", "ab"], 1, [2]),  # who blames whom cannot be seen
        (REPLICA_3, "++-", ["ab", "ab", None], 1, [2]),
        (REPLICA_3, "++-", ["ab", "ab", 0], 1, []),
        (REPLICA_3, "++-", ["ab", "ab", None], 3, []),  # the dead one; two agree that they have all
        (REPLICA_3, "++-", ["ab", "a", None], 3, [None]),
        (REPLICA_3, "++-", [2, 2, None], 3, [None]),  # equal numbers may be different entries
        (REPLICA_3, "+++", [2, 2, 0], 1, []),
        (REPLICA_3, "+++", [2, 3, 1], 1, [2]),
        (REPLICA_3, "---", [0, 0, 0], 1, [None]),
        (NO_QUORUM, "+++", ["ab", "ab", ""], 1, [2]),  # without quorum, copies go separate ways
        (NO_QUORUM, "++-", ["", "", None], 3, [None]),
        (ARBITER, "+++", ["ab", "", "ab"], 1, [2]),
        (ARBITER, "+++", ["ab", "", "ab"], 2, []),
        (ARBITER, "+++", ["ab", "ab", ""], 1, []),
        (ARBITER, "+++", ["ab", "cd", "abcd"], 1, [2]),
        (ARBITER, "+++", [2, 2, 4], 1, [2]),
        (ARBITER, "+++", ["ab", "", "ab"], 3, []),  # the arbiter holds no data
        (ARBITER, "-++", [None, "", ""], 1, []),
        (ARBITER, "-++", [None, "", "a"], 1, [None]),  # the arbiter saw a write that brick 2 missed
        (DISPERSE, "++++", ["", "", "", ""], 1, []),
        (DISPERSE, "+++-", ["a", "a", "a", None], 4, []),
        (DISPERSE, "+++-", ["a", "a", "a", None], 1, [None]),
        (DISPERSE, "++++", ["a", "a", "a", ""], 1, [1]),
        (DISPERSE, "++++", ["a", "a", "a", ""], 4, []),
        (DISPERSE, "++++", [1, 1, 1, 0], 1, [1]),
        (DISPERSE, "++++", [1, 1, 1, None], 1, [None]),
        (volume(VolumeType.DISTRIBUTE, (1, 2)), "++", ["", ""], 1, [None]),
    ],
)
def test_a_brick_that_nobody_can_stand_in_for_is_named(
    found: Volume, up: str, lists: Lists, victim: int, expected: list[int | None]
) -> None:
    assert lost(with_up(found, up), lists, victim) == expected


def test_a_split_brain_behind_a_dead_brick_is_no_agreement() -> None:
    found = with_up(REPLICA_3, "++-")
    assert lost(found, ["a", "a", None], 3) == []
    assert lost(found, ["a", "a", None], 3, split="a") == [None]


def test_all_victims_go_at_once() -> None:
    found = with_up(REPLICA_3, "+++")
    assert lost(found, ["a", "a", ""], 1) == []
    assert lost(found, ["a", "a", ""], 1, 2) == [1, 1]


def test_sets_are_judged_apart_and_named() -> None:
    found = with_up(volume(VolumeType.REPLICATE, (1, 2, 3, 4), size=2), "++++")
    names = [found.bricks[0].name, found.bricks[2].name]
    (only,) = only_good_copies(found, names, listed(found, ["", "", "abc", ""]))
    assert (only.volume, only.set_number, only.brick, only.entries) == (found.name, 2, names[1], 3)
    assert only.why == f"3 entries wait for a heal and have no good copy but the one on {names[1]}."


def test_plain_counts_will_do() -> None:
    found = with_up(REPLICA_2, "++")
    names = [b.name for b in found.bricks]
    assert only_good_copies(found, names[1:], {names[0]: 4, names[1]: 0}) == ()
    (only,) = only_good_copies(found, names[:1], {names[0]: 4, names[1]: 0})
    assert only.entries == 4
    (only,) = only_good_copies(found, names[:1], {})
    assert only.entries is None
    assert "Nobody can tell" in only.why
