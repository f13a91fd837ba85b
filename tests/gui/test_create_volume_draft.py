"""Sets before a volume exists: what fits where, what is missing, what they survive. No widgets."""

from __future__ import annotations

import pytest
from storage_scenes import TIB, disk, disks

from nasclustergui.subsystems.gluster.dialogs.draft import Draft, Place, Shape, what_is_missing
from nasclustergui.subsystems.gluster.dialogs.judgement import (
    Grade,
    invitation,
    meaning,
    needs_force,
    survives,
    verdict,
    warnings,
)
from nasclustergui.subsystems.gluster.model import VolumeType

REPLICA3 = Shape(VolumeType.REPLICATE, 3)
ARBITER = Shape(VolumeType.ARBITER, 3)
DISPERSE42 = Shape(VolumeType.DISPERSE, 6, 2)
PLAIN = Shape(VolumeType.DISTRIBUTE, 1)


def filled(shape: Shape, *names: str) -> Draft:
    """A draft with a disk of each of these nodes, in order."""
    draft = Draft(shape)
    for n, name in enumerate(names):
        assert draft.assign(disk(name, f"sd{'bcdefghi'[n]}"), Place(n // shape.size, n % shape.size))
    return draft


def test_enter_finds_slots_on_other_nodes_then_a_new_set() -> None:
    draft = Draft(REPLICA3)
    for name, place in (("node1", Place(0, 0)), ("node2", Place(0, 1)), ("node3", Place(0, 2)), ("node1", Place(1, 0))):
        candidate = disk(name, "sdf" if place.set else "sde")
        assert draft.next_place(candidate) == place
        assert draft.assign(candidate, place)
    assert draft.next_place(disk("node1", "sdg")) is None, "node1 is in the started set already"


def test_next_place_refuses_unusable_and_assigned_disks() -> None:
    draft = filled(REPLICA3, "node1")
    assert draft.next_place(disk("node2", "sdx", problem="it has no file system yet")) is None
    assert draft.next_place(draft.members(0)[0]) is None


def test_occupied_slots_refuse_and_moving_frees_the_old_slot() -> None:
    draft = filled(REPLICA3, "node1", "node2")
    first, second = draft.members(0)
    assert draft.refusal(first, Place(0, 1)) == "taken by node2 sdc"
    assert not draft.assign(first, Place(0, 1))
    assert draft.assign(first, Place(0, 2))
    assert draft.sets == [[None, second, first]]


def test_removing_the_last_disk_of_a_set_removes_the_set_but_never_the_last_one() -> None:
    draft = filled(REPLICA3, "node1", "node2", "node3", "node4")
    draft.free(Place(1, 0))
    assert len(draft.sets) == 1
    draft.clear()
    assert draft.sets == [[None, None, None]]


def test_moving_the_only_disk_of_a_set_into_another_set_drops_the_emptied_set() -> None:
    draft = filled(REPLICA3, "node1", "node2", "node3", "node4")
    draft.free(Place(0, 0))
    moved = draft.members(1)[0]
    assert draft.assign(moved, Place(0, 0))
    assert draft.place_of(moved) == Place(0, 0)
    assert len(draft.sets) == 1


def test_another_kind_of_set_keeps_the_disks_in_their_order() -> None:
    draft = filled(REPLICA3, "node1", "node2", "node3", "node4")
    draft.reshape(Shape(VolumeType.REPLICATE, 2))
    assert [[d.node for d in group if d] for group in draft.sets] == [["node1", "node2"], ["node3", "node4"]]


def test_arrange_spreads_over_nodes_and_racks_and_makes_whole_sets_only() -> None:
    draft = Draft(REPLICA3)
    assert draft.arrange(disks()) == 6
    assert len(draft.complete()) == 2
    assert not draft.started()
    for number in draft.complete():
        members = draft.members(number)
        assert len({d.node for d in members}) == 3
        assert len({d.rack for d in members}) == 3
        assert all(d.usable for d in members)


def test_arrange_completes_what_was_begun_by_hand() -> None:
    draft = Draft(REPLICA3)
    chosen = disk("node5", "sdc")
    draft.assign(chosen, Place(0, 1))
    draft.arrange(disks())
    assert draft.sets[0][1] == chosen
    assert 0 in draft.complete()


def test_arrange_takes_disks_of_other_volumes_only_if_nothing_else_makes_a_set() -> None:
    free = tuple(disk(f"node{n}", "sdb") for n in (1, 2, 3))
    shared = tuple(disk(f"node{n}", "sdc", used_by=("data",)) for n in (1, 2, 3))
    draft = Draft(REPLICA3)
    draft.arrange((*shared, *free))
    assert draft.members(0) == list(free)
    assert len(draft.sets) == 1
    alone = Draft(REPLICA3)
    alone.arrange(shared)
    assert len(alone.complete()) == 1


def test_arrange_says_no_when_nodes_are_too_few() -> None:
    draft = Draft(REPLICA3)
    assert draft.arrange((disk("node1", "sdb"), disk("node1", "sdc"), disk("node2", "sdb"))) == 0
    assert draft.sets == [[None, None, None]]


def test_arrange_puts_the_smallest_disk_where_the_arbiter_goes() -> None:
    draft = Draft(ARBITER)
    draft.arrange((disk("node1", "sdb"), disk("node2", "sdb"), disk("node3", "nvme1", 0.1)))
    assert [d.node for d in draft.members(0)] == ["node1", "node2", "node3"]


@pytest.mark.parametrize(
    ("shape", "names", "one", "two"),
    [
        (REPLICA3, ("node1", "node2", "node3"), Grade.ACCESS, Grade.DATA_ONLY),
        (ARBITER, ("node1", "node2", "node3"), Grade.ACCESS, Grade.LOST),
        (Shape(VolumeType.REPLICATE, 2), ("node1", "node2"), Grade.ACCESS, Grade.LOST),
        (DISPERSE42, ("node1", "node2", "node3", "node4", "node5", "node6"), Grade.ACCESS, Grade.ACCESS),
        (Shape(VolumeType.DISPERSE, 4, 1), ("node1", "node2", "node3", "node4"), Grade.ACCESS, Grade.LOST),
        (PLAIN, ("node1", "node2"), Grade.LOST, Grade.LOST),
        (REPLICA3, ("node1", "node1", "node2"), Grade.DATA_ONLY, Grade.LOST),
        (REPLICA3, ("node1", "node1", "node1"), Grade.LOST, Grade.LOST),
    ],
)
def test_what_the_loss_of_nodes_does(shape: Shape, names: tuple[str, ...], one: Grade, two: Grade) -> None:
    draft = filled(shape, *names)
    assert survives(draft, 1) is one
    assert survives(draft, 2) is two


def test_nothing_is_promised_before_a_set_is_complete() -> None:
    draft = filled(REPLICA3, "node1", "node2")
    assert survives(draft, 1) is None
    assert draft.usable() == 0


def test_racks_count_as_failure_domains() -> None:
    spread = Draft(REPLICA3)
    for n, name in enumerate(("node1", "node2", "node3")):
        spread.assign(disk(name, "sdb"), Place(0, n))
    assert survives(spread, 1, "rack") is Grade.ACCESS
    same = Draft(REPLICA3)
    for n, name in enumerate(("node1", "node4", "node2")):
        same.assign(disk(name, "sdb"), Place(0, n))
    assert survives(same, 1, "rack") is Grade.DATA_ONLY


def test_usable_space_is_what_the_smallest_disk_gives() -> None:
    draft = Draft(DISPERSE42)
    for n in range(6):
        draft.assign(disk(f"node{n + 1}", "sdb", 7.0 if n else 4.0), Place(0, n))
    assert draft.usable() == 16 * TIB
    assert draft.raw() == 39 * TIB


def test_the_arbiters_disk_gives_no_space() -> None:
    draft = Draft(ARBITER)
    for n, size in enumerate((8.0, 8.0, 0.1)):
        draft.assign(disk(f"node{n + 1}", "sdb", size), Place(0, n))
    assert draft.usable() == 8 * TIB
    assert not [note for note in warnings(draft) if "can be used" in note.text]


@pytest.mark.parametrize(
    ("names", "state", "text"),
    [
        ((), "info", "needs 3 disks"),
        (("node1",), "warn", "needs 2 more disks"),
        (("node1", "node2"), "warn", "needs 1 more disk"),
        (("node1", "node2", "node3"), "ok", "3 racks, survives any 1 loss"),
        (("node1", "node4", "node2"), "ok", "3 nodes, survives any 1 loss"),
        (("node1", "node1", "node2"), "warn", "access stops with node1"),
        (("node1", "node1", "node1"), "critical", "files are lost with node1"),
    ],
)
def test_the_badge_of_a_set(names: tuple[str, ...], state: str, text: str) -> None:
    note = verdict(filled(REPLICA3, *names), 0)
    assert (note.state, note.text) == (state, text)


def test_what_a_slot_says_under_a_dragged_disk() -> None:
    draft = filled(REPLICA3, "node1", "node2")
    assert invitation(draft, disk("node3", "sdb"), Place(0, 2)).text == "Drop here: third rack"
    assert invitation(draft, disk("node4", "sdb"), Place(0, 2)).text == "Drop here: third node"
    assert invitation(draft, disk("node1", "sdz"), Place(0, 2)).state == "warn"
    refused = invitation(draft, disk("node3", "sdb"), Place(0, 0))
    assert (refused.state, refused.text) == ("critical", "Not here: taken by node1 sdb")
    bare = disk("node3", "sdb", problem="it has no file system yet")
    assert invitation(draft, bare, Place(0, 2)).text == "Not here: it has no file system yet"


def test_what_is_missing_names_the_nodes_that_do_not_help() -> None:
    assert what_is_missing(Draft(REPLICA3)) == "Set 1 needs 3 disks, each from another node"
    draft = filled(REPLICA3, "node1", "node2")
    assert what_is_missing(draft) == "Set 1 needs 1 more disk, from a node other than node1 and node2"
    assert what_is_missing(Draft(PLAIN)) == "At least 1 disk is needed"
    assert what_is_missing(filled(REPLICA3, "node1", "node2", "node3")) == ""
    later = Draft(REPLICA3, first=3)
    assert what_is_missing(later).startswith("Set 3 ")


def test_unwise_choices_are_told_worst_first() -> None:
    draft = Draft(Shape(VolumeType.REPLICATE, 2))
    draft.assign(disk("node1", "root", 8.0, warning="it holds the operating system"), Place(0, 0))
    draft.assign(disk("node1", "sdb", 10.0, used_by=("media",)), Place(0, 1))
    notes = warnings(draft)
    texts = [note.text for note in notes]
    assert "Set 1 has 2 bricks on node1: one failure takes them all" in texts
    assert any(text.startswith("2 copies can end in split-brain") for text in texts)
    assert "root in node1: it holds the operating system" in texts
    assert "sdb in node1 also holds media: they share its space and speed" in texts
    assert any("has 10.0\u00a0TiB free, only 8.0\u00a0TiB of it can be used in set 1" in text for text in texts)
    assert [note.state for note in notes] == sorted((note.state for note in notes), key=["warn", "info"].index)
    assert needs_force(draft)


def test_a_dispersed_set_that_is_slow_to_write_says_so() -> None:
    assert any("2, 4, 8 or 16" in note.text for note in warnings(Draft(Shape(VolumeType.DISPERSE, 4, 1))))
    assert not warnings(Draft(DISPERSE42))


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (REPLICA3, "Every file is kept 3 times, on 3 nodes. Each set survives any 1 loss; after 2 the files are kept"),
        (Shape(VolumeType.REPLICATE, 2), "Every file is kept 2 times, on 2 nodes."),
        (ARBITER, "a third, small brick decides which copy is right"),
        (DISPERSE42, "cut into 4 parts plus 2 of parity. Each set survives any 2 losses. Uses 1.5 TiB"),
        (PLAIN, "A lost disk loses the files on it."),
    ],
)
def test_one_line_says_what_the_kind_means(shape: Shape, words: str) -> None:
    assert words in meaning(shape)
