"""The section of changes, driven as a person does, on a store in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import storage_scenes as scenes
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nasclustergui.core.errors import StoreError
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.remote.etcd_types import Put, WatchKind, WatchState
from nasclustergui.subsystems.etcd.features.changes.files import save
from nasclustergui.subsystems.etcd.features.changes.ranges import export
from nasclustergui.subsystems.etcd.page.desk import Desk
from nasclustergui.subsystems.etcd.page.sections.changes.diff_view import flat
from nasclustergui.subsystems.etcd.page.sections.changes.history_view import choose
from nasclustergui.subsystems.etcd.page.sections.changes.section import COMPARE, HISTORY, LIVE, RANGES, ChangesSection
from nasclustergui.ui import theme
from nasclustergui.ui.jobs import Jobs
from tests.unit.changes_store import HistoryStore

WAIT = 5000
WORKGROUP = "/cluster/config/smb/workgroup"


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> Iterator[None]:
    theme.setup(qapp)
    theme.use("light")
    yield
    scenes.delete_closed_widgets()
    theme.use("light")


@pytest.fixture
def store() -> HistoryStore:
    made = HistoryStore()
    made.put(WORKGROUP, "OLD")
    made.put(WORKGROUP, "WORKGROUP")
    made.put("/cluster/config/nfs/version", "4.2")
    made.put("/cluster/nodes/node1/ip", "10.0.0.1", lease=7)
    return made


@pytest.fixture
def desk(store: HistoryStore) -> Iterator[Desk]:
    jobs = Jobs()
    yield Desk("fra-storage", None, jobs, lambda: store.store)
    jobs.close()


@pytest.fixture
def section(qtbot: QtBot, desk: Desk) -> Iterator[ChangesSection]:
    out = ChangesSection(desk)
    qtbot.addWidget(out)
    out.resize(1216, 640)
    out.show()
    qtbot.waitUntil(lambda: out.live.feed.standing.live and out.live.place.showing() == "content", timeout=WAIT)
    yield out
    out.close_down()


def plans_of(section: ChangesSection) -> list[Plan]:
    out: list[Plan] = []
    section.plan_proposed.connect(out.append)
    return out


def rows(section: ChangesSection) -> list[list[str]]:
    section.live._look()
    model = section.live.tree.rows
    found = [model.row(model.index(n, 0)) for n in range(model.rowCount())]
    return [[cell.text for cell in row.cells[1:]] for row in found if row is not None]


def test_changes_appear_newest_first(section: ChangesSection, store: HistoryStore) -> None:
    store.put(WORKGROUP, "OFFICE")
    store.put("/elsewhere", "x")
    store.delete("/cluster/config/nfs/version")
    assert rows(section) == [
        ["Deleted", "/cluster/config/nfs/version", "4.2 → —", "8"],
        ["Changed", WORKGROUP, "WORKGROUP → OFFICE", "6"],
    ]
    assert section.live.badge.word == "Live"
    assert "2 changes" in section.live.counted.text()


def test_a_pause_loses_nothing(section: ChangesSection, store: HistoryStore, output: Path) -> None:
    store.put(WORKGROUP, "A")
    assert len(rows(section)) == 1
    section.live.pause_button.click()
    for n in range(3):
        store.put(WORKGROUP, str(n))
    assert len(rows(section)) == 1
    assert (section.live.badge.word, "3 changes wait." in section.live.said.text()) == ("Paused", True)
    section.live.pause_button.click()
    assert len(rows(section)) == 4


def test_heartbeats_are_folded_until_asked_for(section: ChangesSection, store: HistoryStore) -> None:
    for n in range(5):
        store.put("/cluster/nodes/node1/last_heartbeat", str(n))
    assert [row[0] for row in rows(section)] == ["Created"]
    assert "4 heartbeats of 1 node" in section.live.counted.text()
    section.live.heartbeats.setChecked(True)
    assert len(rows(section)) == 5


def test_the_state_of_the_watch_is_told(section: ChangesSection, store: HistoryStore, qtbot: QtBot) -> None:
    store.put(WORKGROUP, "A")
    feed, live = section.live.feed, section.live
    feed.on_state(WatchState(WatchKind.LOST, "https://10.0.0.1:2379", 7, "no answer in time"))
    rows(section)
    assert live.badge.word == "Connection lost"
    assert "no answer in time. It resumes without a gap at revision 7." in live.said.text()
    feed.on_state(WatchState(WatchKind.COMPACTED, "https://10.0.0.2:2379", 90))
    feed.on_state(WatchState(WatchKind.CONNECTED, "https://10.0.0.2:2379", 91))
    assert rows(section)[0][0] == "Not known"
    assert live.banner.isVisible()
    assert "changes between revision 7 and 90 cannot be shown" in live.banner.title()
    live._on_understood()
    rows(section)
    assert not live.banner.isVisible()
    store.watches[-1].stop()
    store.put(WORKGROUP, "B")
    section.live._look()
    qtbot.waitUntil(lambda: len(store.watches) == 2 and live.feed.standing.live, timeout=WAIT)
    assert live.badge.word in ("Connecting", "Live")


def test_a_store_that_cannot_be_reached_is_told(qtbot: QtBot, desk: Desk, store: HistoryStore) -> None:
    store.down = StoreError("No etcd endpoint can be reached.")
    out = ChangesSection(desk)
    qtbot.addWidget(out)
    out.show()
    qtbot.waitUntil(lambda: out.live.place.showing() == "failed", timeout=WAIT)
    assert out.live.badge.word == "No connection"
    store.down = None
    out.live.place.retry.emit()
    qtbot.waitUntil(lambda: out.live.place.showing() == "content", timeout=WAIT)
    out.close_down()


def test_the_watch_goes_on_out_of_sight_and_ends_with_the_cluster(section: ChangesSection, store: HistoryStore) -> None:
    section.hide()
    store.put(WORKGROUP, "A")
    section.show()
    assert len(rows(section)) == 1
    section.close_down()
    assert store.watches[0].ended


def test_another_prefix_begins_anew(section: ChangesSection, store: HistoryStore, qtbot: QtBot) -> None:
    store.put(WORKGROUP, "A")
    section.select("watch:/other/")
    qtbot.waitUntil(lambda: len(store.watches) == 2, timeout=WAIT)
    qtbot.waitUntil(lambda: section.live.feed.standing.live, timeout=WAIT)
    store.put("/other/x", "1")
    store.put(WORKGROUP, "B")
    assert [row[1] for row in rows(section)] == ["/other/x"]
    assert store.watches[0].ended


def test_from_a_change_to_its_restore(section: ChangesSection, store: HistoryStore, qtbot: QtBot) -> None:
    plans = plans_of(section)
    store.put(WORKGROUP, "WRONG")
    rows(section)
    choose(section.live.tree, "1")
    assert "~ WORKGROUP" in flat(section.live.diff)
    section.live.restore_button.click()
    qtbot.waitUntil(lambda: bool(plans), timeout=WAIT)
    assert section.tabs.currentIndex() == HISTORY
    assert (plans[0].title, plans[0].risk) == (f"Restore {WORKGROUP}", Risk.CAUTION)


def test_json_that_only_looks_different(section: ChangesSection, store: HistoryStore) -> None:
    store.put("/cluster/x", '{"a": 1, "b": 2}')
    store.put("/cluster/x", '{"b": 2, "a": 1}')
    rows(section)
    choose(section.live.tree, "2")
    assert "written differently" in section.live.diff.sides[1].accessibleName()


def test_history_of_a_key(section: ChangesSection, qtbot: QtBot) -> None:
    section.select(f"history:{WORKGROUP}")
    view = section.history
    qtbot.waitUntil(lambda: view.history is not None, timeout=WAIT)
    assert view.said.text() == "2 versions · back to its creation"
    assert not view.restore_button.isEnabled()  # the newest is what the key holds
    choose(view.tree, "2")
    assert view.restore_button.isEnabled()
    view.tree.selectAll()
    assert flat(view.diff).split("\n--\n") == ["~ OLD", "~ WORKGROUP"]
    section.show_history(b"/nothing")
    qtbot.waitUntil(lambda: view.place.showing() == "empty" and view.history is not None, timeout=WAIT)


def test_a_comparison_and_what_is_restored(section: ChangesSection, store: HistoryStore, qtbot: QtBot) -> None:
    plans = plans_of(section)
    store.delete("/cluster/config/nfs/version")
    section.select("compare:/cluster/config/")
    view = section.compare
    assert section.tabs.currentIndex() == COMPARE
    view.compare_button.click()
    assert "missing" in view.said.text()
    view.first_edit.setText("2")
    view.compare_button.click()
    qtbot.waitUntil(lambda: view.comparison is not None, timeout=WAIT)
    assert view.said.text() == "1 key differs · 0 are the same"
    view.first_edit.setText("4")
    view.compare_button.click()
    qtbot.waitUntil(lambda: view.comparison is not None and view.comparison.first == 4, timeout=WAIT)
    view.restore_button.click()
    assert plans[0].title == "Restore /cluster/config/nfs/version as of revision 4"


def test_export_and_delete(section: ChangesSection, qtbot: QtBot, tmp_path: Path) -> None:
    plans, told = plans_of(section), []
    section.notice.connect(lambda state, text: told.append((state, text)))
    view = section.ranges
    view.backup_folder = tmp_path
    file = tmp_path / "x.json"
    view.ask_save = lambda _suggested: str(file)  # type: ignore[method-assign]
    section.select("export:/cluster/")
    assert section.tabs.currentIndex() == RANGES
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT)
    assert told[0][1].startswith(f"2 keys exported to {file}")
    assert "1 key on a lease is only noted in it." in told[0][1]
    qtbot.waitUntil(lambda: view.counted is not None, timeout=WAIT)
    assert "3 keys below /cluster/" in view.said.text()
    view.delete_button.click()
    qtbot.waitUntil(lambda: bool(plans), timeout=WAIT)
    assert (plans[0].confirm, plans[0].risk) == ("/cluster/", Risk.DESTRUCTIVE)
    view.prefix_edit.setText("/none/")
    view.count_button.click()
    qtbot.waitUntil(lambda: view.counted is not None, timeout=WAIT)
    assert not view.delete_button.isEnabled()


def test_import_is_previewed_and_reread_after_a_plan(
    section: ChangesSection, store: HistoryStore, desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    plans = plans_of(section)
    file = tmp_path / "x.json"
    save(file, export(store.store, b"/cluster/", "fra-storage", 0, Job("t")))
    store.put(WORKGROUP, "OTHER")
    store.put("/cluster/extra", "1")
    view = section.ranges
    section.tabs.setCurrentIndex(RANGES)
    view.preview(file)
    qtbot.waitUntil(lambda: view.importing.preview is not None, timeout=WAIT)
    assert view.importing.said.text().startswith("0 new · 1 changed · 1 the same · 1 only in the store")
    view.importing.go_button.click()
    assert plans[0].risk is Risk.CAUTION
    view.importing.equal.setChecked(True)
    view.importing.go_button.click()
    assert plans[1].risk is Risk.DESTRUCTIVE
    store.put(WORKGROUP, "WORKGROUP")
    store.delete("/cluster/extra")
    desk.changed.emit()
    qtbot.waitUntil(lambda: not view.importing.go_button.isEnabled(), timeout=WAIT)
    file.write_text("{}")
    view.importing.read_button.click()
    qtbot.waitUntil(lambda: view.place._banner_box.isVisible(), timeout=WAIT)


def test_the_filter_belongs_to_the_view_in_sight(section: ChangesSection, store: HistoryStore) -> None:
    store.put(WORKGROUP, "A")
    store.put("/cluster/config/nfs/version", "4.1")
    section.set_filter("nfs")
    assert len(rows(section)) == 1
    section.tabs.setCurrentIndex(HISTORY)
    section.set_filter("")
    section.tabs.setCurrentIndex(LIVE)
    assert len(rows(section)) == 2


def test_many_changes_at_once_do_not_stop_the_window(
    section: ChangesSection, store: HistoryStore, output: Path
) -> None:
    """20,000 changes: the newest are listed, the rest is counted."""
    for n in range(0, 20_000, 100):
        store.txn([], [Put(f"/cluster/w/{k}", str(n)) for k in range(100)])
    assert len(rows(section)) == 5000
    assert "15,000 older ones fell out" in section.live.counted.text()
