"""The section about rebalancing, driven as a person does, with a pool that answers from here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import storage_scenes as scenes
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nasclustergui.core.errors import LockBusy, NasError
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.subsystems.gluster.features.rebalance.findings import Offer
from nasclustergui.subsystems.gluster.features.rebalance.model import Look, NodeRun, NotMoved, NotMovedList, Why
from nasclustergui.subsystems.gluster.model import NodeProgress, Task, TaskKind, TaskState, Volume
from nasclustergui.subsystems.gluster.page import StoragePage
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.sections.rebalance.section import FILES, RebalanceSection
from nasclustergui.ui import theme

LISTED = NotMovedList(
    (
        NotMoved("node2", "/projects/2026/plan.docx", Why.FAILED, "Operation not permitted", "2026-11-23 12:48:37"),
        NotMoved("node2", "/projects/lat\x1b\udce9n", Why.SKIPPED, "file has hardlinks", "2026-11-23 12:48:38"),
    ),
    {"node5": "node5 does not answer."},
    ("node2",),
)


class FakeDesk(Desk):
    """Answers at once, or not at all, with what a test put there."""

    def __init__(self) -> None:
        super().__init__("fra-storage")
        self.answer: object = LISTED

    def read(  # type: ignore[override]  # what `work` would do is not done
        self,
        owner: QObject,
        work: Callable[..., object],
        done: Callable[[object], object],
        failed: Callable[[NasError], object],
    ) -> Job:
        if isinstance(self.answer, NasError):
            failed(self.answer)
        elif self.answer is not None:
            done(self.answer)
        return Job("read", quiet=True)


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> Iterator[None]:
    theme.setup(qapp)
    theme.use("light")
    yield
    scenes.delete_closed_widgets()
    theme.use("light")


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def page(qtbot: QtBot, desk: FakeDesk) -> StoragePage:
    out = StoragePage("fra-storage", desk=desk)
    qtbot.addWidget(out)
    out.resize(1216, 700)
    out.show()
    return out


def opened(page: StoragePage, *readings: Volume, **more: object) -> RebalanceSection:
    """The section after these readings of a volume, five seconds apart."""
    now = time.time()
    for n, one in enumerate(readings):
        page.set_state(scenes.pool(one, at=now - 5 * (len(readings) - 1 - n), **more))
    page.open_volume(readings[-1].name, "rebalancing")
    section = page.view.section()
    assert isinstance(section, RebalanceSection)
    return section


def quiet() -> Volume:
    """The volume with nothing under way."""
    return replace(scenes.media(), tasks=())


def run(node: str, state: TaskState, process: int = 0, **counts: int) -> NodeRun:
    values = {"files": 1200, "bytes": 5 * 2**30, "lookups": 4000, "failures": 0, "skipped": 0} | counts
    progress = NodeProgress(node, scenes.uuid_of(node), **values, state=state, seconds=754.0)
    return NodeRun(progress, TaskKind.REBALANCE, process, 600.0 if process else 0.0, time.time() - 3600)


def look(**runs: NodeRun) -> Look:
    return Look(time.time(), runs)


def titles(section: RebalanceSection) -> list[str]:
    return [finding.title for finding in section.advice.findings]


def plans_of(page: StoragePage) -> list[Plan]:
    out: list[Plan] = []
    page.plan_proposed.connect(out.append)
    return out


def cells(section: RebalanceSection, key: str) -> list[str]:
    assert section.nodes.select_key(key)
    row = section.nodes.current_row()
    assert row is not None
    return [cell.text for cell in row.cells]


def test_each_node_shows_how_far_it_is(page: StoragePage) -> None:
    section = opened(page, scenes.media(0.40), scenes.media(0.45), scenes.media(0.50))
    done = cells(section, scenes.uuid_of("node1"))
    assert done[:2] == ["node1", "Done"]
    working = cells(section, scenes.uuid_of("node2"))
    assert working[1] == "Moves files"
    assert working[2].endswith(" left")
    assert "about" in section.figures.left.text()
    assert section.figures.done.text() not in ("—", "0\u00a0%")
    assert section.files_chart.value_text.endswith("files/s")
    assert titles(section) == ["Files are being moved"]
    assert section.stop.isVisible()
    assert section.watch.isVisible()
    assert not section.start.isVisible()


def test_the_first_reading_of_one_that_runs_already_has_an_estimate(page: StoragePage) -> None:
    section = opened(page, scenes.media(0.50))
    assert "about" in section.figures.left.text()


def test_a_fix_layout_counts_nothing_and_says_so(page: StoragePage) -> None:
    media = scenes.media()
    nodes = tuple(replace(n, files=0, bytes=0, lookups=0) for n in media.tasks[0].nodes)
    section = opened(page, replace(media, tasks=(Task(TaskKind.FIX_LAYOUT, TaskState.RUNNING, "t", nodes),)))
    assert titles(section) == ["The layout of all directories is renewed"]
    assert section.figures.done.text() == "—"
    assert section.figures.moved.text() == "—"
    assert cells(section, scenes.uuid_of("node2"))[3:8] == ["—"] * 5


def test_stop_and_watch_propose_their_plans(page: StoragePage) -> None:
    section, plans = opened(page, scenes.media()), plans_of(page)
    QTest.mouseClick(section.stop, Qt.MouseButton.LeftButton)
    QTest.mouseClick(section.watch, Qt.MouseButton.LeftButton)
    assert [plan.title for plan in plans] == ["Stop the rebalance of media", "Watch the rebalance of media"]
    assert plans[1].risk is Risk.SAFE


def test_start_and_fix_layout_propose_their_plans(page: StoragePage) -> None:
    section, plans = opened(page, quiet()), plans_of(page)
    QTest.mouseClick(section.start, Qt.MouseButton.LeftButton)
    QTest.mouseClick(section.fix_layout, Qt.MouseButton.LeftButton)
    assert [plan.title for plan in plans] == ["Rebalance media", "New layout for media"]


def test_the_last_one_is_shown_with_what_was_not_moved(page: StoragePage) -> None:
    section = opened(page, quiet())
    ended = run("node1", TaskState.COMPLETED, failures=2, skipped=3)
    section.show_look(look(node1=ended, node2=run("node2", TaskState.COMPLETED)))
    assert titles(section) == ["2 files could not be moved", "3 files were left where they are"]
    assert "/var/log/glusterfs/media-rebalance.log" in section.advice.findings[0].text
    assert section.figures.not_moved.text() == "2 failed 3 skipped"
    assert "the last one ended" in section.figures.left.text()
    QTest.mouseClick(section.advice.buttons[Offer.FILES], Qt.MouseButton.LeftButton)
    assert section.tabs.currentIndex() == FILES
    row = section.files.tree.rows.row(section.files.tree.rows.index(1, 0))
    assert row is not None
    assert row.cells[2].text == "it has several names (hard links)"
    assert "\x1b" not in row.cells[0].text
    assert section.files.stack.showing() == "content"


def test_logs_that_cannot_be_read_say_why(page: StoragePage, desk: FakeDesk) -> None:
    section = opened(page, quiet())
    desk.answer = LockBusy("node1", "x", 1, "", message="no connection")
    section.take(Offer.FILES)
    assert section.files.stack.showing() == "failed"


def test_a_stopped_one_keeps_its_counters(page: StoragePage) -> None:
    section = opened(page, quiet())
    section.show_look(look(node1=run("node1", TaskState.STOPPED), node2=run("node2", TaskState.STOPPED)))
    assert titles(section) == ["The last rebalance was stopped"]
    assert section.figures.moved.text().startswith("2,400")


def test_a_part_left_behind_is_explained_and_mended(page: StoragePage) -> None:
    section, plans = opened(page, quiet()), plans_of(page)
    section.show_look(look(node1=run("node1", TaskState.FAILED), node2=run("node2", TaskState.RUNNING, process=102)))
    assert titles(section)[0] == "node2 goes on with a rebalance that the rest of the pool has forgotten"
    alone = cells(section, scenes.uuid_of("node2"))
    assert alone[1] == "Moves files"
    assert alone[3:8] == ["—"] * 5  # what it has done by now nobody knows
    for offer in (Offer.WAIT, Offer.END):
        QTest.mouseClick(section.advice.buttons[offer], Qt.MouseButton.LeftButton)
    assert [plan.title for plan in plans] == [
        "Wait for node2, then rebalance media",
        "End the rebalance left on node2 and start anew",
    ]


def test_a_stale_task_offers_a_start_and_force(page: StoragePage) -> None:
    media = scenes.media()
    stale = replace(media, tasks=(replace(media.tasks[0], state=TaskState.STALE, nodes=()),))
    section, plans = opened(page, stale), plans_of(page)
    section.show_look(look(node1=run("node1", TaskState.FAILED)))
    assert set(section.advice.buttons) >= {Offer.START, Offer.FORCE}
    section.take(Offer.FORCE)
    assert plans[0].risk is Risk.CAUTION


def test_a_volume_of_one_set_has_nothing_to_spread(page: StoragePage) -> None:
    section = opened(page, scenes.archive())
    assert section.nothing.isVisible()


def test_old_values_do_not_look_fresh(page: StoragePage) -> None:
    section = opened(page, scenes.media(0.4), scenes.media(0.5), status_error="Gluster takes long.")
    row = section.nodes.rows.row(section.nodes.rows.index(0, 0))
    assert row is not None
    assert row.cells[3].stale
    assert "Seen" in section.figures.done.text()


def test_unreadable_volumes_take_no_orders(page: StoragePage) -> None:
    section = opened(page, scenes.media())
    page.set_state(None, LockBusy("node1", "x", 1, "", message="no connection"))
    assert not section.stop.isEnabled()
    assert not section.watch.isEnabled()


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("size", [(1216, 700), (1056, 560)], ids=["1440", "1280"])
def test_pictures(page: StoragePage, output: Path, mode: str, size: tuple[int, int]) -> None:
    theme.use(mode)
    page.resize(*size)
    section = opened(page, *(scenes.media(0.30 + 0.01 * n) for n in range(20)))
    _shoot(page, output, f"rebalance-running-{mode}-{size[0]}")
    page.set_state(scenes.pool(quiet(), at=time.time() + 5))
    section.show_look(look(node1=run("node1", TaskState.COMPLETED, failures=2), node2=run("node2", TaskState.FAILED)))
    _shoot(page, output, f"rebalance-last-{mode}-{size[0]}")
    section.show_look(look(node1=run("node1", TaskState.FAILED), node2=run("node2", TaskState.RUNNING, process=102)))
    _shoot(page, output, f"rebalance-left-{mode}-{size[0]}")
    section.take(Offer.FILES)
    _shoot(page, output, f"rebalance-files-{mode}-{size[0]}")


def _shoot(page: StoragePage, output: Path, name: str) -> None:
    QTest.qWait(60)
    assert page.grab().save(str(output / f"{name}.png"))
