"""From a state to rows and words: no widgets."""

from __future__ import annotations

from dataclasses import replace

import pytest
import storage_scenes as scenes
from storage_scenes import AT, TIB

from nasclustergui.core.units import NB
from nasclustergui.subsystems.gluster.model import (
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
from nasclustergui.subsystems.gluster.page.offers import Action, offers
from nasclustergui.subsystems.gluster.page.peer_rows import peer_rows
from nasclustergui.subsystems.gluster.page.progress import Progress, waiting_bar
from nasclustergui.subsystems.gluster.page.volume_rows import Context, Space, volume_of, volume_rows
from nasclustergui.subsystems.gluster.page.words import grades, set_health, set_survives, type_words, volume_state
from nasclustergui.ui.cell import Row, cell_text

VOLUME, TYPE, STATE, WORK, BRICKS, USED, SIZE = range(7)


def rows(state: GlusterState, **context: object) -> dict[str, Row]:
    """All rows of the tree by key."""
    found: dict[str, Row] = {}

    def collect(row: Row) -> None:
        found[row.key] = row
        for child in row.children:
            collect(child)

    for row in volume_rows(state, Context(grades=grades(state), **context)):  # type: ignore[arg-type]
        collect(row)
    return found


def said(row: Row, column: int) -> str:
    return cell_text(row.cells[column])


@pytest.mark.parametrize(
    ("volume", "words"),
    [
        (scenes.data(), "Distributed-replicated 2 × 3"),
        (scenes.media(), "Distributed 4"),
        (scenes.vm_images(), "Replicated 2 + arbiter"),
        (scenes.archive(), "Dispersed 4 + 2"),
        (replace(scenes.data(), bricks=scenes.data().bricks[:3]), "Replicated 3"),
        (replace(scenes.archive(), bricks=scenes.archive().bricks * 2), "Distributed-dispersed 2 × (4 + 2)"),
        (replace(scenes.vm_images(), bricks=scenes.vm_images().bricks * 2), "Distributed-replicated 2 × (2 + arbiter)"),
    ],
)
def test_kinds_of_volumes_are_called_as_people_call_them(volume: Volume, words: str) -> None:
    assert type_words(volume) == words


def test_the_tree_of_a_hurt_volume() -> None:
    found = rows(scenes.pool())
    volume = found["data"]
    assert [said(volume, n) for n in range(7)] == [
        "data",
        "Distributed-replicated 2 × 3",
        "Degraded set 2: 2 of 3",
        "",
        "5 of 6 up",
        f"66{NB}%",
        f"24.0{NB}TiB",
    ]
    assert volume.open
    assert [child.key for child in volume.children] == ["data/0", "data/1"]
    assert said(found["data/0"], VOLUME) == "Set 1 survives any 1 loss"
    assert said(found["data/0"], STATE) == "Healthy"
    assert said(found["data/1"], VOLUME) == "Set 2 no loss to spare"
    assert said(found["data/1"], STATE) == "2 of 3 copies"
    assert said(found["data/1"], WORK) == "1,284 files wait for node3"
    assert found["data/1"].open
    assert not found["data/0"].open
    assert said(found["data/node1:/bricks/sdd/data"], WORK) == "source of the heal, 1,284 files"
    assert said(found["data/node3:/bricks/sdd/data"], STATE) == "Down"
    assert volume_of("data/node3:/bricks/sdd/data") == "data"


def test_a_brick_that_is_gone_keeps_its_old_numbers_marked_as_old() -> None:
    name = "node3:/bricks/sdd/data"
    found = rows(scenes.pool(), spaces={name: Space(12 * TIB, 4 * TIB, AT)})
    brick = found[f"data/{name}"]
    assert brick.cells[USED].stale
    assert brick.cells[USED].text == f"67{NB}%"
    assert brick.cells[SIZE].stale
    assert said(brick, WORK).startswith("last read ")


def test_a_plain_distributed_volume_has_its_bricks_directly_below() -> None:
    found = rows(scenes.pool())
    assert [child.cells[VOLUME].text for child in found["media"].children] == ["node1", "node2", "node4", "node5"]


def test_old_states_never_look_fresh() -> None:
    found = rows(scenes.pool(), stale="Seen 03:02:17")
    assert found["archive"].cells[STATE].state == "stale"
    assert said(found["archive"], STATE) == "Seen 03:02:17"
    assert said(found["data"], STATE) == "Seen 03:02:17"
    assert found["data"].cells[STATE].tip == "Degraded when it was read"
    for key in ("archive", "data/0", "archive/node1:/bricks/sdf/archive"):
        assert found[key].cells[SIZE].stale, key
        assert found[key].cells[STATE].state == "stale", key
    assert found["scratch"].cells[STATE].state == "stopped", "volume info told that, and it is fresh"


def test_unknown_bricks_are_neither_up_nor_down() -> None:
    volume = scenes.archive()
    blind = replace(volume, bricks=tuple(replace(b, online=None, size=None, free=None) for b in volume.bricks))
    found = rows(scenes.pool(blind))
    assert said(found["archive"], STATE) == "Unknown"
    assert said(found["archive"], BRICKS) == "—"
    assert said(found["archive"], USED) == "—"
    assert {said(row, STATE) for row in found.values()} == {"Unknown"}


def test_the_arbiter_is_marked() -> None:
    assert said(rows(scenes.pool())["vm-images/node3:/bricks/sde/vm-images"], STATE) == "Online arbiter"


def test_a_set_without_quorum_says_what_clients_get() -> None:
    volume = scenes.data()
    off = tuple(replace(b, online=False) if b.path == "/bricks/sdd/data" else b for b in volume.bricks)
    state = scenes.pool(replace(volume, bricks=off))
    found = rows(state)
    assert found["data"].cells[STATE].state == "critical"
    assert said(found["data"], STATE) == "Part offline set 2: 0 of 3"
    assert set_survives(set_health(state.volumes[0], 1)) == "clients cannot reach its files"


def test_split_brain_outranks_healing() -> None:
    volume = scenes.vm_images()
    split = replace(volume, bricks=(replace(volume.bricks[0], split_brain=3), *volume.bricks[1:]))
    told = volume_state(split, grades(scenes.pool(split)))
    assert (told.state, told.word, told.more) == ("critical", "Split-brain", "3 files")


@pytest.mark.parametrize(
    ("state", "word", "shown"),
    [
        (TaskState.RUNNING, "busy", "Rebalancing"),
        (TaskState.FAILED, "warn", "Work failed"),
        (TaskState.STALE, "warn", "Work stuck"),
        (TaskState.COMPLETED, "ok", "Healthy"),
        (TaskState.STOPPED, "ok", "Healthy"),
    ],
)
def test_what_a_task_makes_of_a_volume(state: TaskState, word: str, shown: str) -> None:
    volume = replace(scenes.media(), tasks=(Task(TaskKind.REBALANCE, state, "t"),))
    told = volume_state(volume, {})
    assert (told.state, told.word) == (word, shown)


def test_state_words_are_short_enough_for_their_column() -> None:
    for row in rows(scenes.pool()).values():
        assert len(row.cells[STATE].text) <= 16


# ---- progress


def test_rebalance_shows_percent_and_time_from_what_was_measured() -> None:
    progress = Progress()
    early, late = scenes.media(0.30), scenes.media(0.62)
    progress.note(scenes.pool(early, at=AT - 3000))
    first = progress.bar(early)
    assert first is not None
    assert first.text.endswith(" left")  # at once: gluster says for how long it has been running
    progress.note(scenes.pool(late, at=AT))
    bar = progress.bar(late)
    assert bar is not None
    assert 0.4 < bar.value < 0.7
    assert bar.text.endswith(" left")
    assert "files per minute" in bar.tip
    done = progress.bar(late, late.bricks[0])
    assert done is not None
    assert (done.value, done.text) == (1.0, "done")
    node5 = progress.bar(late, late.bricks[3])
    assert node5 is not None
    assert 0 < node5.value < bar.value


def test_progress_never_runs_backwards_and_ends_with_the_task() -> None:
    progress = Progress()
    seen = []
    for n, done in enumerate((0.2, 0.6, 0.5, 0.9)):
        volume = scenes.media(done)
        progress.note(scenes.pool(volume, at=AT + 10 * n))
        bar = progress.bar(volume)
        assert bar is not None
        seen.append(bar.value)
    assert seen == sorted(seen)
    quiet = replace(scenes.media(), tasks=())
    progress.note(scenes.pool(quiet, at=AT + 100))
    assert progress.bar(quiet) is None


def test_a_state_read_twice_is_measured_once() -> None:
    progress = Progress()
    state = scenes.pool(scenes.media(0.5))
    progress.note(state)
    before = progress.bar(state.volumes[0])
    progress.note(replace(state, read_at=AT + 5))
    assert progress.bar(state.volumes[0]) == before


def test_heal_shows_how_much_of_the_backlog_is_gone() -> None:
    progress = Progress()
    for n, pending in enumerate((1400, 700, 350)):
        progress.note(scenes.pool(scenes.vm_images(pending), at=AT + 60 * n))
    bar = progress.bar(scenes.vm_images(350))
    assert bar is not None
    assert bar.value == pytest.approx(0.75)
    assert bar.text.startswith(f"75{NB}%, ")


def test_nothing_heals_towards_a_brick_that_is_down() -> None:
    progress = Progress()
    progress.note(scenes.pool(scenes.data()))
    assert progress.bar(scenes.data()) is None


# ---- what can be done


def reasons(volume: Volume, **state: object) -> dict[Action, str]:
    return dict(offers(volume, replace(scenes.pool(), **state)))  # type: ignore[arg-type]


def test_offers_of_a_volume_that_runs_well() -> None:
    found = reasons(scenes.archive())
    assert found[Action.START] == "The volume runs already."
    assert found[Action.STOP] == found[Action.DELETE] == found[Action.HEAL_FULL] == found[Action.ADD_BRICKS] == ""
    assert found[Action.REBALANCE] == "It has a single set: there is nothing to spread."
    assert found[Action.HEAL] == "Nothing waits for a heal."
    assert found[Action.RESTART_BRICKS] == "All its bricks run."


def test_offers_while_a_rebalance_runs() -> None:
    found = reasons(scenes.media())
    assert found[Action.REBALANCE_STOP] == found[Action.STOP] == ""
    assert found[Action.REBALANCE] == found[Action.ADD_BRICKS] == "A rebalance runs on it."
    assert found[Action.HEAL] == "A distributed volume has no copies to heal from."


def test_offers_of_a_stopped_volume() -> None:
    found = reasons(scenes.scratch())
    assert found[Action.START] == found[Action.DELETE] == found[Action.ADD_BRICKS] == ""
    assert {found[a] for a in (Action.STOP, Action.REBALANCE, Action.HEAL)} == {"The volume is stopped."}


def test_with_a_peer_away_volumes_cannot_be_deleted_nor_healed() -> None:
    gone = tuple(
        replace(p, state=PeerState.DISCONNECTED, connected=False) if p.node == "node3" else p for p in scenes.peers()
    )
    found = reasons(scenes.data(), peers=gone)
    assert "node3 is not" in found[Action.DELETE]
    assert found[Action.HEAL].startswith("node3 is not connected")
    assert found[Action.RESTART_BRICKS] == ""


def test_nothing_is_offered_of_what_cannot_be_read() -> None:
    found = offers(scenes.data(), scenes.pool(), "Volumes cannot be read now.")
    assert set(found.values()) == {"Volumes cannot be read now."}


# ---- peers


def test_peers_are_listed_and_what_is_wrong_is_explained() -> None:
    odd = (
        Peer("u1", ("node1",), "node1", True, PeerState.CONNECTED),
        Peer("u2", ("node2",), "node2", True, PeerState.REJECTED),
        Peer("u3", ("10.0.0.9",), "", False, PeerState.DISCONNECTED),
        Peer("u4", ("node4",), "node4", True, PeerState.JOINING),
    )
    found = {row.key: row for row in peer_rows(replace(scenes.pool(), peers=odd))}
    assert said(found["peer/u1"], 0) == "node1 answers for the pool"
    assert found["peer/u2"].cells[4].state == "critical"
    assert "configuration differs" in said(found["peer/u2"], 5)
    assert said(found["peer/u3"], 0) == "10.0.0.9 not in this cluster's profile"
    assert "Volumes cannot be deleted" in said(found["peer/u3"], 5)
    assert found["peer/u4"].cells[4].state == "busy"


def test_peers_count_their_bricks() -> None:
    found = {row.cells[0].text: row for row in peer_rows(scenes.pool())}
    assert found["node5"].cells[3].text == "4"


def test_a_volume_that_was_never_started_says_so() -> None:
    fresh = Volume("new", "id", VolumeType.DISTRIBUTE, VolumeStatus.CREATED, scenes.scratch().bricks)
    assert volume_state(fresh, {}).word == "Never started"


def test_how_many_files_are_left_is_only_said_where_it_is_known() -> None:
    """A removal that broke off failed with three files, and had not looked at the others."""
    failed = NodeProgress("node2", "u2", 85, 1, 503, 3, 0, TaskState.FAILED, 3.0)
    removal = Task(TaskKind.REMOVE_BRICK, TaskState.FAILED, nodes=(failed,))
    assert waiting_bar(removal).text == "failed"
    assert waiting_bar(replace(removal, state=TaskState.COMPLETED)).text == "3 files left"
