"""The failed-disk dialog with made-up nodes: what it finds, offers, refuses, and which plan comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import storage_scenes as scenes
from PySide6.QtCore import QCoreApplication, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from nasclustergui.core.errors import NoAnswer
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.subsystems.gluster.dialogs import chip
from nasclustergui.subsystems.gluster.dialogs.disk_wizard import DiskWizard, Mode
from nasclustergui.subsystems.gluster.features.bricks.copies import OnlyCopy
from nasclustergui.subsystems.gluster.features.disk.advise import Way
from nasclustergui.subsystems.gluster.features.disk.judge import diagnose
from nasclustergui.subsystems.gluster.features.disk.model import Directory, Ground, Mount
from nasclustergui.subsystems.gluster.features.disk.read import Findings
from nasclustergui.subsystems.gluster.layout import BrickSpec
from nasclustergui.subsystems.gluster.model import PeerState, Volume, VolumeType
from nasclustergui.subsystems.gluster.page import StoragePage
from nasclustergui.subsystems.gluster.page.offers import Action
from nasclustergui.subsystems.gluster.page.volume_rows import brick_key
from nasclustergui.ui import theme

TIB = scenes.TIB
FAILED = "node3:/bricks/sdd/data"
DISK = Mount("/dev/sdd1", "/bricks/sdd", "xfs", frozenset({"rw"}))
BROKEN = Ground(
    "node3",
    "/bricks/sdd/data",
    Directory.UNREADABLE,
    "Input/output error",
    DISK,
    kernel=(
        "[81.3] blk_update_request: I/O error, dev sdd, sector 2312",
        "[81.4] XFS (sdd1): Shutting down filesystem",
    ),
)
EMPTY = Ground("node3", "/bricks/sdd/data", Directory.ABSENT, mount=DISK, size=12 * TIB, free=12 * TIB)


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> Iterator[None]:
    theme.setup(qapp)
    theme.use("light")
    yield
    scenes.delete_closed_widgets()
    theme.use("light")


def findings(ground: Ground, volume: Volume | None = None, only: str = "") -> Findings:
    """All other bricks are well."""
    found = volume or scenes.data()
    state = scenes.pool(found)
    seen = []
    for brick in found.bricks:
        well = Ground(
            brick.node,
            brick.path,
            Directory.PRESENT,
            mount=DISK,
            volume_id=found.uuid,
            entries=9,
            size=12 * TIB,
            free=TIB,
        )
        mine = (brick.node, brick.path) == (ground.node, ground.path)
        seen.append(diagnose(state, found, brick, ground if mine else well))
    lost = {FAILED: OnlyCopy(found.name, FAILED, 2, 3, only)} if only else {}
    return Findings(state, found, tuple(seen), lost, frozenset(b.name for b in found.bricks))


class Asked:
    """What the dialog asked, and its plans."""

    def __init__(self) -> None:
        self.finds: list[str] = []
        self.looks: list[str] = []
        self.plans: list[Plan] = []


@pytest.fixture
def opened(qtbot: QtBot) -> Callable[..., tuple[DiskWizard, Asked]]:
    def build(
        found: Findings | None, mode: Mode = Mode.FAILED, brick: str = "", volume: Volume | None = None
    ) -> tuple[DiskWizard, Asked]:
        asked = Asked()
        dialog = DiskWizard(volume or scenes.data(), mode, "lab", asked.finds.append, asked.looks.append)
        qtbot.addWidget(dialog)
        dialog.plan_ready.connect(asked.plans.append)
        dialog.set_disks(scenes.disks(), str)
        dialog.begin(brick)
        dialog.resize(1120, 780)
        dialog.show()
        if found is not None:
            dialog.show_findings(found)
        QApplication.processEvents()
        return dialog, asked

    return build


Opened = Callable[..., tuple[DiskWizard, Asked]]


def answer_place(dialog: DiskWizard, asked: Asked, **more: object) -> None:
    """What lies at the place that was asked about last."""
    host, _colon, path = asked.looks[-1].partition(":")
    mount = Mount("/dev/new", path.rsplit("/", 1)[0], "xfs", frozenset({"rw"}))
    values: dict[str, object] = {"directory": Directory.ABSENT, "mount": mount, "size": 8 * TIB, "free": 8 * TIB}
    ground = Ground(host, path, **(values | more))  # type: ignore[arg-type]
    dialog.show_place(asked.looks[-1], (BrickSpec(host, path, host, size=ground.size, free=ground.free), ground))


def test_a_broken_disk_is_named_and_the_same_place_refused_until_a_new_one_is_there(
    opened: Opened, output: Path
) -> None:
    dialog, asked = opened(findings(BROKEN))
    assert asked.finds == [""]
    assert dialog.brick == FAILED
    assert "answers with errors" in dialog.facts.words()
    assert not dialog.choice.radios[Way.SAME_PLACE].isEnabled()
    assert dialog.choice.way() is Way.ELSEWHERE
    assert not dialog.go_button.isEnabled()
    assert dialog.hint() == "Choose the disk that takes the brick"
    dialog.grab().save(str(output / "disk-broken.png"))
    dialog.again_button.click()
    assert asked.finds == ["", FAILED]
    assert not dialog.again_button.isEnabled()
    dialog.show_findings(findings(EMPTY))
    dialog.choice.radios[Way.SAME_PLACE].click()
    assert dialog.go_button.isEnabled()
    dialog.go_button.click()
    assert asked.plans[0].title == f"Reset brick {FAILED}"
    assert not dialog.isVisible()


@pytest.mark.parametrize("look", ["light", "dark", "contrast-light"])
def test_how_it_looks(opened: Opened, output: Path, look: str) -> None:
    theme.use(look)
    dialog, _asked = opened(findings(EMPTY))
    dialog.grab().save(str(output / f"disk-same-place-{look}.png"))
    assert dialog.choice.way() is Way.SAME_PLACE


def test_a_disk_is_chosen_by_keyboard_and_its_place_looked_at(opened: Opened, output: Path) -> None:
    dialog, asked = opened(findings(BROKEN))
    assert dialog.choice.disks.select_key("node4:/bricks/sdc")
    QTest.keyClick(dialog.choice.disks, Qt.Key.Key_Return)
    assert asked.looks == ["node4:/bricks/sdc/data"]
    assert dialog.hint() == "Looking at the new place"
    answer_place(dialog, asked)
    assert dialog.go_button.isEnabled()
    dialog.grab().save(str(output / "disk-elsewhere.png"))
    dialog.choice.field.setText("other")
    assert asked.looks[-1] == "node4:/bricks/sdc/other"
    assert not dialog.go_button.isEnabled()
    dialog.show_place("node4:/bricks/sdc/data", NoAnswer("node4", "late"))  # of a place that is not asked any more
    answer_place(dialog, asked)
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    dialog.accept()
    assert "node4:/bricks/sdc/other" in str(asked.plans[0].steps[1].command)


def test_a_disk_is_dropped_on_the_slot_and_taken_away_again(opened: Opened) -> None:
    dialog, asked = opened(findings(BROKEN))
    slot = dialog.choice.slot
    at, none = QPoint(20, 20), Qt.KeyboardModifier.NoModifier
    move, left = Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton
    for key, taken in (("sde", True), ("sdd", False)):
        disk = next(d for d in scenes.disks() if d.key == f"node3:/bricks/{key}")
        mime = chip.mime_of(disk)
        QCoreApplication.sendEvent(slot, QDragEnterEvent(at, move, mime, left, none))
        slot.grab()
        QCoreApplication.sendEvent(slot, QDropEvent(QPointF(at), move, mime, left, none))
        assert (slot.disk is not None) is taken
        slot.grab()
        if taken:
            slot.setFocus()
            QTest.keyClick(slot, Qt.Key.Key_Delete)
            assert slot.disk is None
    assert "no file system" in dialog.hint()
    assert asked.looks == ["node3:/bricks/sde/data"]


def test_what_is_unwise_or_in_the_way_must_be_accepted(opened: Opened, output: Path) -> None:
    dialog, asked = opened(findings(BROKEN))
    disk = next(d for d in scenes.disks() if d.key == "node1:/bricks/sde")
    dialog.choice.slot.put(disk)
    answer_place(dialog, asked, directory=Directory.PRESENT, entries=4)
    notes = " ".join(dialog.choice.notes.texts())
    assert "two bricks on node1" in notes
    assert "not empty" in notes
    assert not dialog.go_button.isEnabled()
    dialog.choice.aside.click()
    assert not dialog.go_button.isEnabled()
    dialog.choice.unwise.click()
    dialog.grab().save(str(output / "disk-unwise.png"))
    dialog.go_button.click()
    assert "aside" in asked.plans[0].steps[0].title


def test_the_only_good_copy_must_be_given_up_expressly(opened: Opened, output: Path) -> None:
    dialog, asked = opened(findings(EMPTY, only="3 entries have no other good copy."))
    assert "no other good copy" in dialog.facts.words()
    assert not dialog.go_button.isEnabled()
    dialog.grab().save(str(output / "disk-only-copy.png"))
    dialog.choice.lose.click()
    dialog.go_button.click()
    assert asked.plans[0].risk is Risk.DESTRUCTIVE


def test_a_brick_whose_disk_is_well_is_only_started(opened: Opened) -> None:
    well = replace(EMPTY, directory=Directory.PRESENT, volume_id="id-data", entries=3)
    dialog, asked = opened(findings(well))
    assert dialog.choice.way() is Way.TAKE_BACK
    dialog.go_button.click()
    assert asked.plans[0].title == f"Start brick {FAILED} again"


def test_opened_in_the_middle_of_a_heal_it_goes_on_with_it(opened: Opened, output: Path) -> None:
    hurt = scenes.data()
    used = {"inodes": 1000, "inodes_free": 400}
    bricks = [replace(b, **used, free=4 * TIB) for b in hurt.bricks]  # type: ignore[arg-type]
    bricks[5] = replace(
        bricks[5], online=True, size=12 * TIB, free=10 * TIB, heal_pending=0, inodes=1000, inodes_free=800
    )
    volume = replace(hurt, bricks=tuple(bricks), heal_peak=1284)
    well = replace(EMPTY, directory=Directory.PRESENT, volume_id="id-data", entries=3)
    dialog, asked = opened(findings(well, volume), brick=FAILED)
    assert dialog.choice.way() is Way.FINISH
    texts = [line[2].text() for line in dialog.stages._lines]
    assert "1,284 entries wait for a heal. The disk holds 25 % of its set's files." in texts[3].replace("\xa0", " ")
    dialog.grab().save(str(output / "disk-finish.png"))
    nearly = [replace(b, heal_pending=b.heal_pending and 10) for b in bricks]
    dialog.set_state(scenes.pool(replace(volume, bricks=tuple(nearly)), at=scenes.AT + 5))
    assert "10 entries" in dialog.stages._lines[3][2].text()
    assert len(asked.finds) == 1
    down = [*nearly[:5], replace(nearly[5], online=False)]
    dialog.set_state(scenes.pool(replace(volume, bricks=tuple(down)), at=scenes.AT + 9))
    assert len(asked.finds) == 2  # it went down: looked at again
    dialog.show_findings(findings(well, volume))
    dialog.go_button.click()
    assert asked.plans[0].title == f"Heal and verify {FAILED}"


def test_nothing_is_claimed_while_nobody_answers(opened: Opened, output: Path) -> None:
    dialog, _asked = opened(None)
    assert not dialog.go_button.isEnabled()
    dialog.show_failed(NoAnswer("node1", "no answer", hint="Look at it."))
    dialog.grab().save(str(output / "disk-failed.png"))
    assert not dialog.go_button.isEnabled()
    unknown = Ground("node3", "/bricks/sdd/data", why_unknown="node3: no answer within 20 s")
    dialog.show_findings(findings(unknown))
    assert "not known" in dialog.facts.words()
    assert not dialog.choice.radios[Way.SAME_PLACE].isEnabled()


def test_a_volume_without_copies_offers_no_other_disk(opened: Opened) -> None:
    media = scenes.media()
    plain = replace(media, tasks=(), bricks=(replace(media.bricks[0], online=False), *media.bricks[1:]))
    assert plain.type is VolumeType.DISTRIBUTE
    ground = replace(BROKEN, node="node1", path="/bricks/sdc/media", mount=replace(DISK, point="/bricks/sdc"))
    dialog, _asked = opened(findings(ground, plain), volume=plain)
    assert not dialog.choice.radios[Way.ELSEWHERE].isEnabled()
    assert "add a brick" in dialog.choice.reasons[Way.ELSEWHERE].text()
    assert not dialog.go_button.isEnabled()


# ---- the page


@pytest.fixture
def page(qtbot: QtBot) -> StoragePage:
    out = StoragePage("lab")
    qtbot.addWidget(out)
    out.resize(1200, 760)
    out.set_state(scenes.pool())
    out.set_disks(scenes.disks())
    out.show()
    QApplication.processEvents()
    return out


def test_the_button_is_there_while_a_disk_has_failed(page: StoragePage) -> None:
    page.tree.select_key("data")
    assert page.detail.failed_disk.isVisible()
    page.tree.select_key("archive")
    assert not page.detail.failed_disk.isVisible()
    gone = [
        replace(p, state=PeerState.DISCONNECTED, connected=False) if p.node == "node3" else p for p in scenes.peers()
    ]
    page.set_state(scenes.with_peers(tuple(gone)))
    page.tree.select_key("data")
    assert not page.detail.failed_disk.isVisible()  # the node is away: nobody knows about its disk


def test_a_bricks_row_opens_the_dialog_for_it(page: StoragePage) -> None:
    page.tree.expand_key("data/1")
    assert page.tree.select_key(brick_key("data", FAILED))
    row = page.tree.current_row()
    assert row is not None
    menu = page._menu(row)
    assert isinstance(menu, QMenu)
    next(entry for entry in menu.actions() if entry.text() == "Replace brick…").trigger()
    dialog = page.disk_flow.dialog
    assert dialog is not None
    assert (dialog.mode, dialog.brick) == (Mode.REPLACE, FAILED)
    assert not dialog.go_button.isEnabled()  # there is no connection in this test: it says so
    dialog.reject()
    assert page.disk_flow.dialog is None
    assert page.run_action(f"gluster.{Action.FAILED_DISK}:data")
    assert page.disk_flow.dialog is not None
