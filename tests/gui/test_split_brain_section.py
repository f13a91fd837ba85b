"""The section about split-brains, driven as a person does, with a pool that answers from here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import storage_scenes as scenes
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nasclustergui.core.errors import NasError, ServiceDown
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.subsystems.gluster.features.split_brain.contents import SUM_LIMIT, Preview
from nasclustergui.subsystems.gluster.features.split_brain.model import (
    Copy,
    Entry,
    FileType,
    Kind,
    Pending,
    SplitBrains,
)
from nasclustergui.subsystems.gluster.features.split_brain.policy import Policy
from nasclustergui.subsystems.gluster.features.split_brain.save import Room
from nasclustergui.subsystems.gluster.model import Volume, VolumeStatus, VolumeType
from nasclustergui.subsystems.gluster.page import StoragePage
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.sections.split_brain.difference import DifferenceDialog
from nasclustergui.subsystems.gluster.page.sections.split_brain.section import SplitBrainSection
from nasclustergui.ui import theme
from nasclustergui.ui.banner import Banner
from nasclustergui.ui.errors import ErrorDialog
from nasclustergui.ui.labels import Label

GFID = "2876e0c9-da96-4626-a263-d174b2be6737"
DOWN = ServiceDown("No node of the cluster can be asked about GlusterFS", hint="Check that glusterd runs.")
GIB = 2**30
ROOM = {f"node{n}": Room(100 * GIB, 50 * GIB, "/") for n in range(1, 10)}


class FakeDesk(Desk):
    """Answers at once with the next of what a test put there, the last one again and again."""

    def __init__(self) -> None:
        super().__init__("fra-storage")
        self.answers: list[object] = []
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
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, NasError):
            failed(answer)
        elif answer is not None:
            done(answer)
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
    out.resize(1216, 700)
    out.show()
    return out


def volume() -> Volume:
    found: Volume = scenes.vm_images(3)
    return found


def copies(**sizes: int) -> tuple[Copy, ...]:
    """One per brick of the first set; each blames all others."""
    group = volume().sets[0]
    names = [brick.name for brick in group]
    return tuple(
        Copy(
            brick.name, brick.node, gfid=GFID, path="/images/a.qcow2", type=FileType.FILE,
            size=sizes.get(brick.node, 10 + n), mode=0o644, owner="root", group="root", nlink=1,
            mtime=1_795_435_863_000_000_000 + n, blames={name: Pending(2) for name in names if name != brick.name},
        )
        for n, brick in enumerate(group)
    )  # fmt: skip


def entry(path: str = "/images/a.qcow2", kind: Kind = Kind.DATA, **sizes: int) -> Entry:
    return Entry(f"gfid:{path}", path, 1, kind, tuple(replace(c, path=path) for c in copies(**sizes)))


def found(*entries: Entry, unread: Mapping[str, str] | None = None) -> SplitBrains:
    return SplitBrains("vm-images", entries, len(entries), unread or {}, read_at=scenes.AT)


def opened(page: StoragePage, desk: FakeDesk, *answers: object, of: Volume | None = None) -> SplitBrainSection:
    desk.answers = list(answers)
    shown = of or volume()
    page.set_state(scenes.pool(shown))
    assert page.run_action(f"gluster.split-brain:{shown.name}")
    section = page.view.section()
    assert isinstance(section, SplitBrainSection)
    return section


def plans_of(page: StoragePage) -> list[Plan]:
    out: list[Plan] = []
    page.plan_proposed.connect(out.append)
    return out


def decided(section: SplitBrainSection) -> list[tuple[str, str]]:
    model = section.tree.rows
    rows = [model.row(model.index(n, 0)) for n in range(model.rowCount())]
    return [(row.cells[3].text, row.cells[3].sub) for row in rows if row is not None]


def test_the_copies_of_the_first_entry_stand_side_by_side(page: StoragePage, desk: FakeDesk) -> None:
    section = opened(page, desk, found(entry(), entry("/b")))
    assert section.said.text() == "2 entries in split-brain"
    assert section.stack.showing() == "content"
    tree = section.copies.tree
    assert tree is not None
    assert tree.rows.columnCount() == len(volume().sets[0]) + 2
    assert list(section.copies.win_buttons) == [brick.name for brick in volume().sets[0]]


def test_the_choice_is_shown_for_each_entry_before_anything_is_planned(page: StoragePage, desk: FakeDesk) -> None:
    metadata = entry("/m", Kind.METADATA)
    section = opened(page, desk, found(entry(), metadata))
    assert decided(section) == [("—", ""), ("—", "")]
    assert not section.choice.all_button.isEnabled()
    assert "Choose first" in section.choice.all_button.toolTip()
    section.choice.choose(Policy.BIGGER)
    winner = volume().sets[0][-1].node
    assert decided(section)[0][0] == f"{winner} wins"
    assert decided(section)[1][0] == "Stays"
    assert "source brick" in decided(section)[1][1]
    assert section.choice.all_button.text() == "Resolve all 1…"
    section.choice.choose(Policy.BRICK, volume().sets[0][0].name)
    assert section.choice.bricks.isVisible()
    assert section.choice.all_button.text() == "Resolve all 2…"


def test_a_plan_is_proposed_once_the_nodes_have_room(page: StoragePage, desk: FakeDesk) -> None:
    section = opened(page, desk, found(entry()), ROOM)
    plans = plans_of(page)
    section.choice.choose(Policy.BIGGER)
    section.choice.all_button.click()
    assert plans[0].confirm == "vm-images"
    assert any("Keep" in step.title for step in plans[0].steps)
    section.choice.set_keep(False)
    section.choice.all_button.click()
    assert not any("Keep" in step.title for step in plans[1].steps)


def test_without_room_nothing_is_planned_and_it_says_why(page: StoragePage, desk: FakeDesk) -> None:
    full = {node: Room(GIB, 0, "/") for node in ROOM}
    section = opened(page, desk, found(entry()), full)
    plans = plans_of(page)
    section.choice.choose(Policy.BIGGER)
    section.choice.all_button.click()
    assert not plans
    dialogs = page.findChildren(ErrorDialog)
    assert len(dialogs) == 1
    dialogs[0].close()


def test_one_copy_can_be_let_win(page: StoragePage, desk: FakeDesk) -> None:
    section = opened(page, desk, found(entry()), ROOM)
    plans = plans_of(page)
    first = volume().sets[0][0]
    section.copies.win_buttons[first.name].click()
    assert f"source-brick {first.name} gfid:" in str(plans[0].steps[-2].command)


def test_only_selected_entries_are_planned(page: StoragePage, desk: FakeDesk) -> None:
    section = opened(page, desk, found(entry(), entry("/b"), entry("/c")), ROOM)
    plans = plans_of(page)
    section.choice.choose(Policy.BIGGER)
    section.tree.select_key("gfid:/b")
    assert section.choice.some_button.text() == "Resolve 1 selected…"
    section.choice.some_button.click()
    assert plans[0].title == "Resolve 1 split-brain of vm-images"


def test_contents_are_compared_on_demand_and_large_ones_only_after_a_second_click(
    page: StoragePage, desk: FakeDesk
) -> None:
    sums = {brick.name: "a" * 64 for brick in volume().sets[0]}
    large = entry("/large", node1=SUM_LIMIT + 1)
    section = opened(page, desk, found(entry(), large), sums)
    reads = len(desk.jobs)
    section.copies.sums_button.click()
    assert len(desk.jobs) == reads + 1
    tree = section.copies.tree
    assert tree is not None
    assert tree.select_key("sha256")
    section.tree.select_key("gfid:/large")
    section.copies.sums_button.click()
    assert len(desk.jobs) == reads + 1
    assert section.copies.sums_button.text().startswith("Read 64")
    section.copies.sums_button.click()
    assert len(desk.jobs) == reads + 2


def test_reading_contents_can_be_stopped(page: StoragePage, desk: FakeDesk) -> None:
    section = opened(page, desk, found(entry()), None)
    section.copies.sums_button.click()
    assert section.copies.stop_button.isVisible() or section.copies.stop_button.isEnabled()
    assert not section.copies.sums_button.isEnabled()
    section.copies.stop_button.click()
    assert desk.jobs[-1].cancelled
    assert section.copies.sums_button.isEnabled()


def test_the_difference_is_shown_in_a_window_of_its_own(page: StoragePage, desk: FakeDesk) -> None:
    section = opened(page, desk, found(entry()), Preview(5, True, ("-one", "+two")))
    section.copies.difference_button.click()
    (dialog,) = page.window().findChildren(DifferenceDialog)
    assert "byte 5" in dialog.verdict.text()
    assert dialog.console.toPlainText() == "-one\n+two"
    dialog.close()


def test_none_unknown_and_impossible_are_told_apart(page: StoragePage, desk: FakeDesk) -> None:
    section = opened(page, desk, found())
    assert section.stack.showing() == "empty"
    assert "No split-brain in vm-images" in texts(section)
    desk.answers = [found(unread={"node1:/b": "The brick does not run."})]
    section.read()
    assert "Split-brains of vm-images are not known" in texts(section)
    section = opened(page, desk, found(), of=replace(volume(), name="archive", type=VolumeType.DISPERSE))
    assert "cannot get into split-brain" in texts(section)
    stopped = replace(volume(), status=VolumeStatus.STOPPED)
    section = opened(page, desk, found(), of=stopped)
    assert "not started" in texts(section)


def texts(section: SplitBrainSection) -> str:
    return "\n".join(label.text() for label in section.stack.findChildren(Label))


def test_an_error_says_so_and_old_entries_stay_marked(page: StoragePage, desk: FakeDesk) -> None:
    section = opened(page, desk, DOWN)
    assert section.stack.showing() == "failed"
    desk.answers = [found(entry())]
    section.read()
    assert section.stack.showing() == "content"
    desk.answers = [DOWN]
    section.read()
    assert section.stack.showing() == "content"
    assert "Values below are from" in banner(section)


def banner(section: SplitBrainSection) -> str:
    return " ".join(texts(section).split("\n")) + " ".join(
        child.accessibleName() + child.accessibleDescription() for child in section.findChildren(Banner)
    )


def test_it_reads_again_when_a_plan_ended_and_stops_out_of_sight(page: StoragePage, desk: FakeDesk) -> None:
    section = opened(page, desk, found(entry()))
    reads = len(desk.jobs)
    desk.changed.emit()
    assert len(desk.jobs) == reads + 1
    desk.answers = [None]
    section.read()
    page.show_table()
    assert desk.jobs[-1].cancelled
    reads = len(desk.jobs)
    desk.changed.emit()
    assert len(desk.jobs) == reads


def test_pictures(page: StoragePage, desk: FakeDesk, output: Path, qtbot: QtBot) -> None:
    """For the eye: many entries, dark, none, not known, not readable."""
    many = [entry(f"/images/vm-{n:02d}.qcow2", Kind.DATA if n % 3 else Kind.METADATA) for n in range(14)]
    section = opened(page, desk, found(*many))
    section.choice.choose(Policy.BIGGER)
    for mode in ("light", "dark"):
        theme.use(mode)
        qtbot.wait(50)
        assert page.grab().save(str(output / f"split-brain-section-{mode}.png"))
    desk.answers = [found()]
    section.read()
    assert page.grab().save(str(output / "split-brain-section-none.png"))
    desk.answers = [DOWN]
    section.read()
    assert page.grab().save(str(output / "split-brain-section-error.png"))
