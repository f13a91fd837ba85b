"""The section about healing, driven as a person does, with a pool that answers from here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import storage_scenes as scenes
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nasclustergui.core.errors import LockBusy, NasError
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.subsystems.gluster.features.heal.findings import Cause, Offer
from nasclustergui.subsystems.gluster.features.heal.model import (
    BrickFacts,
    Entry,
    EntryKind,
    EntryList,
    EntryState,
    NodeFacts,
    Probe,
    Walk,
)
from nasclustergui.subsystems.gluster.model import Volume
from nasclustergui.subsystems.gluster.page import StoragePage
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.sections.healing.section import ENTRIES, WALKS, HealSection
from nasclustergui.ui import theme

BRICK = "node1:/bricks/sde/vm-images"
LISTED = EntryList(
    scenes.AT,
    4.2,
    (
        Entry("/images/a.qcow2", 1, (BRICK,), EntryState.SPLIT_BRAIN, EntryKind.FILE, size=5 * 2**20),
        Entry("/lat\udce9n", 1, (BRICK,), EntryState.HEALING, EntryKind.FILE, resolved=True),
        Entry("<gfid:4b3df0a4-0984-4b5f-a915-716a3561aac9>", 1, (BRICK,), gfid="4b3df0a4-0984-4b5f-a915-716a3561aac9"),
    ),
    {BRICK: 3, "node2:/bricks/sde/vm-images": None},
    {"node2:/bricks/sde/vm-images": "Transport endpoint is not connected"},
)
WALKS_READ = (Walk(BRICK, "INDEX", "Mon Nov 23 05:49:41 2026", "", 7, 0, 176),)


class FakeDesk(Desk):
    """Answers at once, or not at all, with what a test put there."""

    def __init__(self) -> None:
        super().__init__("fra-storage")
        self.answer: object = LISTED
        self.jobs: list[Job] = []

    def read(  # type: ignore[override]  # what `work` would do is not done
        self,
        owner: QObject,
        work: Callable[..., object],
        done: Callable[[object], object],
        failed: Callable[[NasError], object],
    ) -> Job:
        job = Job("read", quiet=True)
        self.jobs.append(job)
        if isinstance(self.answer, NasError):
            failed(self.answer)
        elif self.answer is not None:
            done(self.answer)
        return job


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
    out.resize(1216, 800)
    out.show()
    return out


def opened(page: StoragePage, volume: Volume, *more: Volume) -> HealSection:
    """The section after readings of the volume as it was, and is; each some seconds later."""
    now = time.time()
    for n, one in enumerate((volume, *more)):
        page.set_state(scenes.pool(one, at=now - 5 * (len(more) - n)))
    assert page.run_action(f"gluster.healing:{volume.name}")
    section = page.view.section()
    assert isinstance(section, HealSection)
    return section


def cells(section: HealSection, key: str) -> list[str]:
    assert section.bricks.select_key(key)
    row = section.bricks.current_row()
    assert row is not None
    return [cell.text for cell in row.cells]


def test_the_backlog_was_remembered_before_the_section_was_opened(page: StoragePage) -> None:
    section = opened(page, *(scenes.vm_images(n) for n in (0, 300, 250, 200, 150)))
    assert section.chart.value_text == "150"
    assert list(section.chart.lines[0].series.values) == [0, 300, 250, 200, 150]
    assert [line.name for line in section.chart.lines] == ["node1", "node2", "node3"]
    assert section.figures.backlog.text() == "150"
    assert section.figures.peak.text().startswith("300 at ")
    assert section.figures.speed.text() == "600"
    assert section.figures.left.text().startswith("about 16")
    assert section.doctor.findings[0].title == "150 entries wait for a heal"


def test_a_brick_that_is_down_is_a_gap_and_unknown_never_zero(page: StoragePage) -> None:
    section = opened(page, scenes.healthy(), scenes.data())
    assert cells(section, "node3:/bricks/sdd/data")[1:5] == ["Down", "Behind", "—", "—"]
    assert cells(section, "node1:/bricks/sdd/data")[2:4] == ["Source", "1,284"]
    names = [line.name for line in section.chart.lines]
    assert names == ["node1", "node2", "node3"]
    assert section.chart.lines[2].series.last != section.chart.lines[2].series.last  # NaN
    cells(section, "node4:/bricks/sdb/data")
    assert section.chart.title == "Waits in set 1, by brick"


def test_the_doctors_button_proposes_the_plan(page: StoragePage) -> None:
    plans: list[Plan] = []
    page.plan_proposed.connect(plans.append)
    section = opened(page, scenes.data())
    assert section.doctor.findings[0].cause is Cause.BRICK_DOWN
    QTest.mouseClick(section.doctor.buttons[Offer.START_BRICKS], Qt.MouseButton.LeftButton)
    assert [plan.title for plan in plans] == ["Start missing bricks of data"]
    section.full.click()
    assert plans[-1].title == "Heal all files of data"


def test_switched_off_offers_to_switch_on(page: StoragePage) -> None:
    plans: list[Plan] = []
    page.plan_proposed.connect(plans.append)
    off = replace(scenes.archive(), options={"cluster.disperse-self-heal-daemon": "disable"})
    section = opened(page, off)
    section.doctor.buttons[Offer.ENABLE].click()
    assert str(plans[0].steps[0].command).endswith("volume heal archive enable")
    assert cells(section, "node1:/bricks/sdf/archive")[4:6] == ["—", "Switched off"]


def test_what_a_node_says_comes_in_and_becomes_old(page: StoragePage) -> None:
    section = opened(page, scenes.vm_images())
    node2 = "node2:/bricks/sde/vm-images"
    said = Probe(time.time(), {node2: BrickFacts(directory=False)}, {"node1": NodeFacts(daemon=True, stopped=True)})
    section._on_probe(said)  # as the poller hands it over
    assert [f.cause for f in section.doctor.findings] == [Cause.DIRECTORY_MISSING, Cause.DAEMON_HALTED]
    assert cells(section, BRICK)[5] == "Halted"
    gone = replace(said, bricks={node2: BrickFacts(directory=False, index=False)})
    section._on_probe(gone)
    assert cells(section, node2)[3] == "—"  # what it listed before it vanished is not known any more
    section._on_probe(replace(said, at=time.time() - 3600))
    assert section.doctor.findings[0].cause is Cause.HEALING


def test_split_brains_lead_to_their_section(page: StoragePage) -> None:
    sent: list[str] = []
    page.command.connect(sent.append)
    vm = scenes.vm_images(2)
    split = replace(vm, bricks=(replace(vm.bricks[0], split_brain=2), *vm.bricks[1:]))
    section = opened(page, split)
    section.doctor.buttons[Offer.SPLIT_BRAIN].click()
    assert sent == ["gluster.split-brain:vm-images"]


def test_the_list_is_read_when_asked_for_and_can_be_filtered(page: StoragePage, desk: FakeDesk) -> None:
    section = opened(page, scenes.vm_images())
    section.tabs.setCurrentIndex(ENTRIES)
    assert not desk.jobs
    section.entries.first.click()
    assert section.entries.stack.showing() == "content"
    tree = section.entries.tree
    shown = [[cell.text for cell in row.cells] for n in range(3) if (row := tree.rows.row(tree.rows.index(n, 0)))]
    assert shown[0][:4] == ["/images/a.qcow2", "File", "Split-brain", "node1"]
    assert {"/lat\\xe9n", "<gfid:4b3df0a4-0984-4b5f-a915-716a3561aac9>"} == {row[0] for row in shown[1:]}
    facts = section.entries._facts.text().replace("\u00a0", " ")
    assert facts.startswith("3 entries · 1 in split-brain · listed ")
    assert facts.endswith("node2:/bricks/sde/vm-images told nothing (Transport endpoint is not connected)")
    section.entries.filter.setText("4b3df0a4")
    assert tree.rows.rowCount() == 1
    assert section.doctor.findings[0].cause is Cause.SPLIT_BRAIN


def test_a_list_can_be_stopped_and_an_older_one_stays_when_it_fails(page: StoragePage, desk: FakeDesk) -> None:
    section = opened(page, scenes.vm_images())
    section.tabs.setCurrentIndex(ENTRIES)
    desk.answer = None  # nothing comes
    section.entries.first.click()
    assert section.entries.stack.showing() == "loading"
    section.entries.stack.stop.emit()
    assert desk.jobs[0].cancelled
    assert section.entries.stack.showing() == "empty"
    desk.answer = LISTED
    section.entries.first.click()
    desk.answer = LockBusy("node1", "gluster", 1, "", message="locked", hint="Wait.")
    section.entries.again.click()
    assert section.entries.stack.showing() == "content"  # below a banner that says from when it is
    assert section.entries.again.isEnabled()


def test_crawls_are_read_on_demand_and_dispersed_volumes_tell_none(page: StoragePage, desk: FakeDesk) -> None:
    section = opened(page, scenes.vm_images())
    section.tabs.setCurrentIndex(WALKS)
    desk.answer = WALKS_READ
    section.walks.first.click()
    row = section.walks.tree.rows.row(section.walks.tree.rows.index(0, 0))
    assert row is not None
    assert [cell.text for cell in row.cells] == [
        BRICK,
        "What is listed",
        "Mon Nov 23 05:49:41 2026",
        "runs",
        "7",
        "0",
        "176",
    ]
    page.set_state(scenes.pool(at=time.time() + 5))
    page.run_action("gluster.healing:archive")
    other = page.view.section()
    assert isinstance(other, HealSection)
    other.tabs.setCurrentIndex(WALKS)
    assert not other.walks.first.isVisible()


def test_a_distributed_volume_has_nothing_to_heal(page: StoragePage) -> None:
    section = opened(page, scenes.media())
    assert section.nothing.isVisible()
    assert section.nothing.title() == "There is nothing to heal"


def test_old_values_say_so(page: StoragePage) -> None:
    at = time.time() - 60
    page.set_state(scenes.pool(scenes.vm_images(), at=at))
    why = "glusterd on node3 does not answer."
    old = scenes.pool(scenes.vm_images(), at=at, status_error=why, waits_for=("node3",))
    page.set_state(replace(old, read_at=time.time()))
    page.run_action("gluster.healing:vm-images")
    section = page.view.section()
    assert isinstance(section, HealSection)
    assert section.doctor.findings[0].title == "GlusterFS waits for node3"
    assert "Seen " in section.figures.backlog.text()
    assert section.chart.value_text.startswith("Seen ")


@pytest.mark.parametrize("mode", ["dark", "contrast-light"])
def test_it_can_be_drawn_in_every_theme(page: StoragePage, mode: str) -> None:
    section = opened(page, scenes.vm_images())
    theme.use(mode)
    assert not section.grab().isNull()
