"""The page of distributed storage, driven as a person does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import storage_scenes as scenes
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from nasclustergui.core.errors import ServiceDown
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.subsystems.gluster.model import PeerState
from nasclustergui.subsystems.gluster.page import StoragePage
from nasclustergui.subsystems.gluster.page.offers import Action
from nasclustergui.subsystems.gluster.page.sections.peers import PeersSection
from nasclustergui.ui import theme

Key = Qt.Key
DOWN = ServiceDown("glusterd does not run on node1", hint="Start it there.", details="node1$ gluster volume info")


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> Iterator[None]:
    theme.setup(qapp)
    theme.use("light")
    yield
    scenes.delete_closed_widgets()
    theme.use("light")


@pytest.fixture
def page(qtbot: QtBot) -> StoragePage:
    out = StoragePage("fra-storage")
    qtbot.addWidget(out)
    out.resize(1216, 800)
    out.show()
    out.set_state(scenes.pool())
    return out


def plans_of(page: StoragePage) -> list[Plan]:
    out: list[Plan] = []
    page.plan_proposed.connect(out.append)
    return out


def lines(plan: Plan) -> list[str]:
    """The commands without what they all begin with."""
    return [str(step.command).split("--timeout=60 ")[1].removeprefix("--xml ") for step in plan.steps]


def cell(page: StoragePage, key: str, column: int) -> str:
    page.tree.select_key(key)
    row = page.tree.current_row()
    assert row is not None
    return row.cells[column].text


def test_the_worst_volume_comes_first_and_is_chosen(page: StoragePage) -> None:
    assert page.tree.current_key() == "data"
    assert page.detail.isVisible()
    assert page.facts == "5 volumes · 59.5 of 96.0\u00a0TiB used · GlusterFS 10.3"


def test_selection_and_open_rows_survive_a_poll(page: StoragePage) -> None:
    page.tree.expand_key("archive")
    page.tree.select_key("archive/node4:/bricks/sdf/archive")
    page.set_state(scenes.pool(scenes.healthy(), scenes.archive(), scenes.media(0.7), at=scenes.AT + 5))
    assert page.tree.current_key() == "archive/node4:/bricks/sdf/archive"
    assert page.tree.isExpanded(page.tree.rows.find("archive"))
    volume = page.volume()
    assert volume is not None
    assert volume.name == "archive"


def test_a_brick_that_goes_down_is_brought_to_sight_once(page: StoragePage) -> None:
    page.set_state(scenes.pool(scenes.healthy(), scenes.archive()))
    page.tree.expand_key("data", False)
    page.set_state(scenes.pool(scenes.data(), scenes.archive()))
    brick = page.tree.rows.find("data/node3:/bricks/sdd/data")
    assert page.tree.isExpanded(brick.parent())
    assert page.tree.isExpanded(brick.parent().parent())
    page.tree.expand_key("data", False)
    page.set_state(scenes.pool(scenes.data(), scenes.archive(), at=scenes.AT + 5))
    assert not page.tree.isExpanded(page.tree.rows.find("data"))


def test_a_deleted_volume_leaves_the_detail_with_another_one_or_none(page: StoragePage) -> None:
    page.tree.select_key("archive")
    page.set_state(scenes.pool(scenes.media()))
    volume = page.volume()
    assert volume is not None
    assert volume.name == "media"
    page.set_state(replace(scenes.pool(), volumes=()))
    assert page.place.showing() == "empty"
    assert page.detail.isHidden()


@pytest.mark.parametrize(
    ("volume", "action", "expected"),
    [
        ("scratch", Action.START, ["volume start scratch"]),
        ("archive", Action.STOP, ["volume stop archive"]),
        ("archive", Action.DELETE, ["volume stop archive", "volume delete archive"]),
        ("scratch", Action.DELETE, ["volume delete scratch"]),
        ("data", Action.REBALANCE, ["volume rebalance data start"]),
        ("data", Action.FIX_LAYOUT, ["volume rebalance data fix-layout start"]),
        ("media", Action.REBALANCE_STOP, ["volume rebalance media stop"]),
        ("vm-images", Action.HEAL, ["volume heal vm-images"]),
        ("archive", Action.HEAL_FULL, ["volume heal archive full"]),
        ("data", Action.RESTART_BRICKS, ["volume start data force"]),
    ],
)
def test_every_action_proposes_its_plan(page: StoragePage, volume: str, action: Action, expected: list[str]) -> None:
    plans = plans_of(page)
    page.tree.select_key(volume)
    page.detail.asked.emit(action)
    assert lines(plans[0]) == expected
    assert plans[0].cluster == "fra-storage"


def test_buttons_and_menus_ask_for_the_actions(page: StoragePage) -> None:
    plans = plans_of(page)
    detail = page.detail
    page.tree.select_key("scratch")
    assert detail.start.isVisible()
    QTest.mouseClick(detail.start, Qt.MouseButton.LeftButton)
    page.tree.select_key("archive")
    assert detail.start.isHidden()
    QTest.mouseClick(detail.stop, Qt.MouseButton.LeftButton)
    QTest.mouseClick(detail.delete, Qt.MouseButton.LeftButton)
    detail.heal_menu.actions()[1].trigger()
    assert [plan.title for plan in plans] == [
        "Start volume scratch",
        "Stop volume archive",
        "Delete volume archive",
        "Heal all files of archive",
    ]
    assert [plan.risk for plan in plans] == [Risk.SAFE, Risk.CAUTION, Risk.DESTRUCTIVE, Risk.SAFE]


def test_what_does_not_apply_is_disabled_and_says_why(page: StoragePage) -> None:
    page.tree.select_key("media")
    assert not page.detail.heal.isEnabled()
    assert page.detail.heal.toolTip() == "A distributed volume has no copies to heal from."
    rebalance, fix, stop = page.detail.rebalance_menu.actions()
    assert (rebalance.isEnabled(), fix.isEnabled(), stop.isEnabled()) == (False, False, True)
    assert rebalance.toolTip() == "A rebalance runs on it."


def test_with_a_peer_away_delete_says_why(page: StoragePage) -> None:
    peers = tuple(replace(p, state=PeerState.DISCONNECTED) if p.node == "node6" else p for p in scenes.peers())
    page.set_state(scenes.with_peers(peers))
    assert not page.detail.delete.isEnabled()
    assert "node6 is not" in page.detail.delete.toolTip()


def test_delete_key_proposes_for_volumes_and_not_for_bricks(page: StoragePage) -> None:
    plans = plans_of(page)
    page.tree.select_key("data/node1:/bricks/sdd/data")
    QTest.keyClick(page.tree, Key.Key_Delete)
    assert not plans
    page.tree.select_key("scratch")
    QTest.keyClick(page.tree, Key.Key_Delete)
    assert plans[0].title == "Delete volume scratch"
    assert plans[0].confirm == "scratch"


def test_enter_opens_and_closes_a_volume(page: StoragePage) -> None:
    page.tree.select_key("archive")
    assert not page.tree.isExpanded(page.tree.currentIndex())
    QTest.keyClick(page.tree, Key.Key_Return)
    assert page.tree.isExpanded(page.tree.currentIndex())
    QTest.keyClick(page.tree, Key.Key_Return)
    assert not page.tree.isExpanded(page.tree.currentIndex())


def test_arrows_walk_through_the_tree(page: StoragePage) -> None:
    QTest.keyClick(page.tree, Key.Key_Down)
    assert page.tree.current_key() == "data/0"
    QTest.keyClick(page.tree, Key.Key_Left)
    assert page.tree.current_key() == "data"


def test_copying_a_row(page: StoragePage) -> None:
    page.tree.select_key("archive")
    QTest.keyClick(page.tree, Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().startswith("archive\tDispersed 4 + 2\tHealthy")


def test_the_context_menu_offers_the_same_actions(page: StoragePage, qtbot: QtBot) -> None:
    plans = plans_of(page)
    page.tree.select_key("scratch")
    row = page.tree.current_row()
    assert row is not None
    menu = page._menu(row)
    assert isinstance(menu, QMenu)
    texts = {action.text(): action for action in menu.actions()}
    assert texts["Start…"].isEnabled()
    assert not texts["Stop…"].isEnabled()
    assert texts["Stop…"].toolTip() == "The volume is stopped."
    texts["Delete…"].trigger()
    assert plans[0].title == "Delete volume scratch"


def test_the_filter_shows_bricks_of_a_node(page: StoragePage) -> None:
    page.focus_filter()
    QTest.keyClicks(page.filter, "node5")
    assert page.tree.rows.find("media").isValid()
    assert not page.tree.rows.find("vm-images").isValid()
    QTest.keyClick(page.filter, Key.Key_Escape)
    assert page.tree.rows.find("vm-images").isValid()


def test_peers_tab_lists_the_peers_and_hides_the_detail(page: StoragePage) -> None:
    QTest.mouseClick(page.tabs, Qt.MouseButton.LeftButton, pos=page.tabs.tabRect(1).center())
    peers = page.findChild(PeersSection)
    assert peers is not None
    assert peers.isVisible()
    assert peers.tree.rows.shown_count() == 6
    assert page.detail.isHidden()
    assert page.filter.placeholderText() == "Filter peers"
    page.tabs.setCurrentIndex(0)
    assert page.detail.isVisible()


def test_old_brick_states_are_marked_and_explained(page: StoragePage) -> None:
    at = scenes.AT - 3600
    page.set_state(scenes.pool(status_at=at, status_error="node3 does not answer", status_hint="Check its network."))
    assert page.banner.isVisible()
    assert page.banner.title() == "Brick states cannot be read"
    assert cell(page, "archive", 2).startswith("Seen ")
    row = page.tree.current_row()
    assert row is not None
    assert row.cells[5].stale
    page.set_state(scenes.pool(at=scenes.AT + 5))
    assert page.banner.isHidden()
    assert cell(page, "archive", 2) == "Healthy"


def test_old_values_stay_when_volumes_cannot_be_read(page: StoragePage) -> None:
    page.set_state(scenes.pool(), DOWN)
    assert page.place.showing() == "rows"
    assert page.banner.title() == "Volumes cannot be read"
    assert "glusterd does not run on node1. Start it there." in page.banner.accessibleName()
    assert cell(page, "archive", 2).startswith("Seen ")
    assert not page.create_button.isEnabled()
    assert not page.detail.delete.isEnabled()


def test_a_first_reading_that_fails_is_not_shown_as_no_volumes(qtbot: QtBot) -> None:
    page = StoragePage("fra-storage")
    qtbot.addWidget(page)
    page.set_state(None, DOWN)
    assert page.place.showing() == "failed"
    assert page.place.failed.title() == "Volumes cannot be read"
    assert not page.create_button.isEnabled()
    asked: list[str] = []
    page.command.connect(asked.append)
    page.place.failed.retry.emit()
    assert asked == ["gluster.read"]
    page.set_loading("Reading volumes from 4 nodes…")
    assert page.place.showing() == "loading"
    page.set_state(scenes.pool())
    assert page.place.showing() == "rows"


def test_no_volumes_yet_offers_to_create_one(qtbot: QtBot) -> None:
    page = StoragePage("fra-storage")
    qtbot.addWidget(page)
    page.show()
    page.set_disks(scenes.disks())
    page.set_state(replace(scenes.pool(), volumes=()))
    assert page.place.showing() == "empty"
    QTest.mouseClick(page.place.create_button, Qt.MouseButton.LeftButton)
    assert page.proposals.creating is not None
    assert page.proposals.creating.isVisible()


def test_the_sidebar_badge_counts_what_needs_an_eye(page: StoragePage) -> None:
    told: list[tuple[int, str]] = []
    page.badge_changed.connect(lambda n, state: told.append((n, state)))
    page.set_state(scenes.pool(at=scenes.AT + 5))
    assert told[-1][0] == 1
    assert told[-1][1] in ("warn", "critical")
    page.set_state(scenes.pool(scenes.healthy(), scenes.archive(), scenes.scratch()))
    assert told[-1] == (0, "ok")
    page.set_state(None, DOWN)
    assert told[-1] == (2, "stale")


def test_action_ids_of_problems_lead_to_plans(page: StoragePage) -> None:
    plans = plans_of(page)
    page.tabs.setCurrentIndex(1)
    assert page.run_action("gluster.heal:vm-images")
    assert page.tree.current_key() == "vm-images"
    assert page.tabs.currentIndex() == 0
    assert page.run_action("gluster.start-force:data")
    assert [plan.title for plan in plans] == ["Heal vm-images", "Start missing bricks of data"]
    assert page.run_action("gluster.add-brick:data")
    assert page.proposals.adding is not None
    assert page.run_action("gluster.create")
    assert page.run_action("gluster.show:archive")
    assert page.tree.current_key() == "archive"


@pytest.mark.parametrize("action", ["nodes.show:node1", "gluster.heal:nosuch", "gluster.fly:data", "gluster.read", ""])
def test_other_action_ids_are_not_taken(page: StoragePage, action: str) -> None:
    plans = plans_of(page)
    assert not page.run_action(action)
    assert not plans


def test_an_action_that_does_not_apply_is_told(page: StoragePage) -> None:
    told: list[tuple[str, str]] = []
    page.notice.connect(lambda state, text: told.append((state, text)))
    assert page.run_action("gluster.rebalance:archive")
    assert told == [("warn", "It has a single set: there is nothing to spread.")]


def test_a_plan_that_cannot_be_made_is_explained(page: StoragePage) -> None:
    refused: list[object] = []
    page.proposals.refused.disconnect()
    page.proposals.refused.connect(refused.append)
    with_snapshot = replace(scenes.archive(), snapshot_count=2)
    page.set_state(scenes.pool(with_snapshot))
    page.run_action("gluster.delete:archive")
    assert "2 snapshots" in str(refused[0])


def test_narrow_windows_drop_columns_and_wide_ones_put_the_detail_beside(page: StoragePage) -> None:
    assert not page.tree.isColumnHidden(1)
    page.resize(1056, 700)
    assert page.tree.isColumnHidden(1)
    assert not page.tree.isColumnHidden(2)
    page.resize(1696, 950)
    QApplication.processEvents()
    left = page.detail.mapTo(page, page.detail.rect().topLeft()).x()
    assert left > page.tree.mapTo(page, page.tree.rect().topRight()).x()


def test_longer_german_texts_fold_instead_of_being_cut(page: StoragePage) -> None:
    page.resize(1056, 700)
    detail = page.detail
    detail.stop.set_text("Volume anhalten und vom Netz nehmen…")
    detail.rebalance.set_text("Dateien neu verteilen")
    detail.bricks.set_text("Speicherblöcke verwalten")
    QApplication.processEvents()
    assert detail.delete in detail.buttons.folded()
    for one in (detail.heal, detail.rebalance, detail.bricks, detail.stop):
        assert one in detail.buttons.folded() or one.width() >= one.sizeHint().width()


def test_screen_readers_get_whole_sentences(page: StoragePage) -> None:
    index = page.tree.rows.find("data/node3:/bricks/sdd/data")
    sentence = page.tree.rows.data(index, Qt.ItemDataRole.AccessibleTextRole)
    assert isinstance(sentence, str)
    assert sentence.startswith("node3 /bricks/sdd/data, old value, Down")
    assert "Set 2: node1 Source, node2 Source, node3 Down." in page.detail.picture.accessibleDescription()
