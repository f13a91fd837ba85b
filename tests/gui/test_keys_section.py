"""The section of the keys on a store in memory: tree, watch, editing, merging, searching."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from nasclustergui.core.errors import NasError, StoreError
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import NodeProfile, Profile
from nasclustergui.remote.etcd_types import EventKind, WatchEvent, WatchKind, WatchState
from nasclustergui.subsystems.etcd.features.keys.merge import Side
from nasclustergui.subsystems.etcd.features.keys.model import WHOLE
from nasclustergui.subsystems.etcd.features.keys.read import children
from nasclustergui.subsystems.etcd.features.keys.values import Form
from nasclustergui.subsystems.etcd.page.desk import Desk
from nasclustergui.subsystems.etcd.page.sections.keys import KeysSection, actions, feed
from nasclustergui.subsystems.etcd.page.sections.keys.merge_dialog import MergeDialog
from nasclustergui.subsystems.etcd.page.sections.keys.name_dialog import NameDialog
from nasclustergui.subsystems.etcd.page.sections.keys.nodes import Entry, Kind, Mark
from nasclustergui.subsystems.etcd.page.sections.keys.tree import KeyTree
from nasclustergui.subsystems.etcd.page.sections.keys.value_editor import text_of
from nasclustergui.ui import theme
from nasclustergui.ui.errors import ErrorDialog
from tests.unit.range_client import RangeClient

Key = Qt.Key
CONFIG = b"/cluster/config/"
JOB = Job("test", quiet=True)


class OnlyClient:
    """A Store as far as keys need it."""

    def __init__(self, client: RangeClient) -> None:
        self.client = client


class FakeDesk(Desk):
    """Answers at once from a store in memory; `down` is what every reading fails with."""

    def __init__(self, client: RangeClient) -> None:
        super().__init__("lab", Profile("lab", (NodeProfile("node1", "10.0.0.1"),)))
        self.store = OnlyClient(client)
        self.down: NasError | None = None

    def read(
        self,
        owner: QObject,
        work: Callable[[Any, Job], Any],
        done: Callable[[Any], object],
        failed: Callable[[NasError], object],
    ) -> Job:
        """At once."""
        job = Job("read", quiet=True)
        try:
            if self.down is not None:
                raise self.down
            found = work(self.store, job)
        except NasError as error:
            failed(error)
        else:
            done(found)
        return job


class FakeWatch:
    """What `watch_range` gives; `tell` and `state` speak for etcd."""

    made: list[FakeWatch] = []  # noqa: RUF012 - emptied by the fixture

    def __init__(self, _client: object, _start: bytes, _end: bytes, on_events: Any, on_state: Any, start: int) -> None:
        self.on_events, self.on_state, self.start, self.stopped = on_events, on_state, start, False
        self.alive = True
        FakeWatch.made.append(self)
        on_state(WatchState(WatchKind.CONNECTED, "https://a", start))

    def stop(self) -> None:
        """No more."""
        self.stopped = True


class World:
    """A section, its store, and the other client."""

    def __init__(self, section: KeysSection, client: RangeClient, desk: FakeDesk, qtbot: QtBot) -> None:
        self.section, self.client, self.desk, self.qtbot = section, client, desk, qtbot
        self.holder: QWidget | None = None  # or Python would let go of it
        self.plans: list[Plan] = []
        self.commands: list[str] = []
        section.plan_proposed.connect(self.plans.append)
        section.command.connect(self.commands.append)

    @property
    def watch(self) -> FakeWatch:
        return FakeWatch.made[-1]

    def paths(self) -> list[str]:
        return [entry.path.decode() for entry in self.section.model.tree.rows if entry.kind is not Kind.MORE]

    def put(self, key: bytes, value: bytes, lease: int = 0) -> None:
        self.watch.on_events((WatchEvent(EventKind.PUT, self.client.put(key, value, lease)),))
        self.settle()

    def delete(self, key: bytes) -> None:
        self.watch.on_events((WatchEvent(EventKind.DELETE, self.client.delete(key)),))
        self.settle()

    def settle(self) -> None:
        """Until nothing waits to be handed over or read."""
        section = self.section
        timers = (section.keeper._settle, section.loader._timer)

        def calm() -> bool:
            return not section.feed._parcels and not any(timer.isActive() for timer in timers)

        self.qtbot.wait(10)
        self.qtbot.waitUntil(calm, timeout=10_000)

    def choose(self, key: bytes) -> None:
        self.section.select(key.decode())
        self.qtbot.waitUntil(lambda: self.section.keeper.key == key and self.section.keeper.read is not None)

    def write(self, text: str) -> None:
        area = self.section.panel.editor.area
        area.selectAll()
        area.insertPlainText(text)
        self.section.panel.editor.checked()

    def entry(self, path: bytes) -> Entry:
        return next(entry for entry in self.section.model.tree.rows if entry.path == path)


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> Iterator[None]:
    theme.setup(qapp)
    theme.use("light")
    yield
    theme.use("light")


@pytest.fixture
def make(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Callable[..., World]:
    FakeWatch.made.clear()
    monkeypatch.setattr(feed, "watch_range", FakeWatch)

    def build(keys: dict[bytes, bytes], allowed: list[tuple[bytes, bytes]] | None = None) -> World:
        client = RangeClient(keys, allowed)
        desk = FakeDesk(client)
        holder = QWidget()
        qtbot.addWidget(holder)
        section = KeysSection(desk, holder)
        section.resize(1100, 640)
        holder.resize(1100, 640)
        holder.show()
        world = World(section, client, desk, qtbot)
        world.holder = holder
        world.settle()
        return world

    return build


KEYS = {
    CONFIG + b"smb/workgroup": b"WORKGROUP",
    CONFIG + b"nfs/version": b"4.2",
    b"/cluster/nodes/n1/status": b"online",
    b"/other": b"1",
}


def test_the_first_levels_open_and_the_keyboard_walks(make: Callable[..., World]) -> None:
    world = make(KEYS)
    assert world.paths() == [
        "/cluster/",
        "/cluster/config/",
        *(f"/cluster/config/{n}/" for n in ("nfs", "smb")),
        "/cluster/nodes/",
        "/other",
    ]
    table = world.section.table
    table.select(world.entry(CONFIG + b"smb/"))
    QTest.keyClick(table, Key.Key_Right)
    world.settle()
    QTest.keyClick(table, Key.Key_Right)
    assert table.current() is world.entry(CONFIG + b"smb/workgroup")
    QTest.keyClick(table, Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "/cluster/config/smb/workgroup"
    QTest.keyClick(table, Key.Key_Left)
    QTest.keyClick(table, Key.Key_Left)
    assert CONFIG.decode() + "smb/workgroup" not in world.paths()
    assert world.entry(b"/cluster/").keys == 3
    said = str(world.section.model.data(world.section.model.index(0, 0), 11))
    assert said == "/cluster/, folder, open, 3 keys, level 1"


def test_a_key_that_is_asked_for_before_the_tree_is_read_is_found(make: Callable[..., World]) -> None:
    world = make(KEYS)
    world.section.select((CONFIG + b"smb/workgroup").decode())
    world.section.set_filter("")  # as the page does whenever it comes into sight
    world.settle()
    assert world.section.keeper.key == CONFIG + b"smb/workgroup"
    fresh = KeysSection(world.desk, world.holder)
    fresh.select((CONFIG + b"smb/workgroup").decode())
    fresh.set_filter("")
    fresh.show()
    world.qtbot.waitUntil(lambda: fresh.keeper.key == CONFIG + b"smb/workgroup")


def test_an_empty_store_says_what_it_is_for(make: Callable[..., World]) -> None:
    world = make({})
    assert world.section.stack.showing() == "empty"
    world.put(b"/a", b"1")
    assert world.section.stack.showing() == "content"
    assert world.paths() == ["/a"]


def test_a_store_that_cannot_be_read_says_why_and_is_tried_again(make: Callable[..., World]) -> None:
    world = make(KEYS)
    world.desk.down = StoreError("etcd has no leader.", hint="Start a member.")
    section = world.section
    section._toggle(world.entry(b"/cluster/nodes/"))
    more = section.model.tree.rows[section.model.tree.row_of(world.entry(b"/cluster/nodes/")) + 1]
    assert more.kind is Kind.MORE
    assert "etcd has no leader." in str(section.model.data(section.model.index(section.model.tree.row_of(more), 0)))
    world.desk.down = None
    section.table.select(more)
    QTest.keyClick(section.table, Key.Key_Return)
    assert "/cluster/nodes/n1/" in world.paths()


def test_what_others_do_is_marked_and_the_place_is_kept(make: Callable[..., World]) -> None:
    world = make(KEYS)
    section = world.section
    world.choose(CONFIG + b"smb/workgroup")
    chosen = section.table.current()
    world.put(CONFIG + b"app/new", b"1")
    world.put(CONFIG + b"smb/a", b"1")
    assert section.table.current() is chosen
    assert world.entry(CONFIG + b"app/").mark is Mark.ADDED
    assert world.entry(b"/cluster/").keys == 5
    world.put(CONFIG + b"smb/workgroup", b"HOME")
    assert text_of(section.panel.editor.area) == "HOME"
    world.delete(CONFIG + b"smb/a")
    assert world.entry(CONFIG + b"smb/a").mark is Mark.DELETED
    section.model.tree.fade(now=1e12)
    assert "/cluster/config/smb/a" not in world.paths()
    assert world.entry(b"/cluster/").keys == 4
    world.put(b"/cluster/nodes/n1/last_heartbeat", b"now")
    assert world.entry(b"/cluster/nodes/").mark is Mark.NONE  # that happens every few seconds


def test_a_broken_watch_is_told_and_what_it_missed_is_read(make: Callable[..., World]) -> None:
    world = make(KEYS)
    section = world.section
    assert section.live.word == "Live"
    world.watch.on_state(WatchState(WatchKind.LOST, "https://a", 9, "the connection broke"))
    world.settle()
    assert section.live.word.startswith("Changes since ")
    world.client.put(b"/silent", b"1")
    world.client.delete(b"/other")
    world.watch.on_state(WatchState(WatchKind.COMPACTED, "https://a", world.client.revision))
    world.watch.on_state(WatchState(WatchKind.CONNECTED, "https://a", world.client.revision + 1))
    world.settle()
    assert section.live.word == "Live"
    assert world.paths()[-1] == "/silent"


def test_a_connection_that_was_closed_is_watched_anew(make: Callable[..., World]) -> None:
    world = make(KEYS)
    first = world.watch
    first.alive = False
    world.section._fade()
    world.settle()
    assert world.watch is not first
    assert world.section.live.word == "Live"


def test_a_deleted_folder_goes_in_parts_and_each_change_counts_once(make: Callable[..., World]) -> None:
    world = make({b"/flat/k%04d" % n: b"" for n in range(1000)})
    section = world.section
    section._toggle(world.entry(b"/flat/"))
    world.qtbot.waitUntil(lambda: world.entry(b"/flat/").after is not None or len(section.model.tree.rows) > 1000)
    section.loader.load(world.entry(b"/flat/"))
    world.qtbot.waitUntil(lambda: len(section.model.tree.rows) == 1001)
    gone = tuple(WatchEvent(EventKind.DELETE, world.client.delete(b"/flat/k%04d" % n)) for n in range(900))
    world.watch.on_events(gone)
    section.feed._on_arrived()
    assert world.entry(b"/flat/").keys == 800
    section.hide()  # in the middle of it
    assert world.entry(b"/flat/").keys == 100
    section.show()
    assert world.watch.start == gone[-1].kv.mod_revision + 1
    section.model.tree.fade(now=1e12)
    assert world.paths() == ["/flat/", *(f"/flat/k{n:04}" for n in range(900, 1000))]


def test_out_of_sight_nothing_is_watched_and_nothing_is_missed(make: Callable[..., World]) -> None:
    world = make(KEYS)
    first = world.watch
    world.put(b"/seen", b"1")
    world.section.hide()
    assert first.stopped
    kv = world.client.put(b"/unseen", b"1")
    world.section.show()
    assert world.watch is not first
    assert world.watch.start == kv.mod_revision  # from the first revision that nobody was told
    world.watch.on_events((WatchEvent(EventKind.PUT, kv),))
    world.settle()
    assert world.paths()[-1] == "/unseen"


def test_a_wrong_value_cannot_be_saved_and_a_right_one_is_proposed(make: Callable[..., World]) -> None:
    world = make(KEYS)
    world.choose(CONFIG + b"smb/workgroup")
    panel = world.section.panel
    assert not panel.save_button.isEnabled()
    world.write("A GROUP")
    assert not panel.save_button.isEnabled()
    assert "space" in panel.save_button.toolTip()
    world.write("HOME")
    panel.save_button.click()
    assert [plan.title for plan in world.plans] == ["Save /cluster/config/smb/workgroup"]
    world.choose(CONFIG + b"nfs/version")
    world.choose(CONFIG + b"smb/workgroup")
    row = world.section.model.tree.row_of(world.entry(CONFIG + b"smb/workgroup"))
    assert world.section.model.cell(world.section.model.index(row, 0)).sub == "not saved"
    assert text_of(panel.editor.area) == "HOME"  # a draft waits while other keys are looked at
    world.put(CONFIG + b"smb/workgroup", b"HOME")
    assert not world.section.keeper.drafts


def test_two_versions_are_merged_and_the_merged_text_is_proposed(make: Callable[..., World]) -> None:
    world = make({b"/list": b"a\nb\nc\n"})
    world.choose(b"/list")
    world.write("a\nB\nc\nd\n")
    world.put(b"/list", b"a\nb2\nc\n")
    panel = world.section.panel
    assert panel.banner.isVisible()
    assert panel.banner.title() == "Somebody else changed this key meanwhile"
    assert text_of(panel.editor.area) == "a\nB\nc\nd\n"
    panel.save_button.click()
    dialog = world.section.asking.dialog
    assert isinstance(dialog, MergeDialog)
    assert (dialog.open_conflicts(), dialog.go_button.isEnabled()) == (1, False)
    dialog.take(Side.BOTH)
    assert text_of(dialog.outcome) == "a\nB\nb2\nc\nd\n"
    assert not world.plans
    dialog.go_button.click()
    (plan,) = world.plans
    assert "a\\nB\\nb2\\nc\\nd\\n" in plan.steps[0].line
    assert f'mod("/list") = "{world.client.kvs[b"/list"].mod_revision}"' in plan.steps[0].line


def test_theirs_can_be_kept_and_binary_versions_are_taken_whole(make: Callable[..., World]) -> None:
    world = make({b"/bin": b"\x00\x01"})
    world.choose(b"/bin")
    world.write("00 02")
    world.put(b"/bin", b"\x00\x03")
    world.section.panel.save_button.click()
    dialog = world.section.asking.dialog
    assert isinstance(dialog, MergeDialog)
    assert dialog.merged is None
    dialog.theirs_button.click()
    assert not world.section.keeper.drafts
    assert text_of(world.section.panel.editor.area).startswith("00 03")
    world.write("00 04")
    world.put(b"/bin", b"\x00\x05")
    world.section.panel.save_button.click()
    again = world.section.asking.dialog
    assert isinstance(again, MergeDialog)
    again.mine_button.click()
    assert '"\\x00\\x04"' in world.plans[0].steps[0].line


def test_a_deleted_key_can_be_written_anew(make: Callable[..., World]) -> None:
    world = make(KEYS)
    world.choose(b"/other")
    world.write("mine")
    world.delete(b"/other")
    assert world.section.panel.banner.title() == "There is no such key any more"
    world.section.panel.save_button.click()
    assert [plan.title for plan in world.plans] == ["Create /other"]


def test_forms_are_chosen_and_do_not_change_the_value(make: Callable[..., World]) -> None:
    world = make({b"/json": b'{"a":1}', b"/bin": b"\xff"})
    world.choose(b"/json")
    editor = world.section.panel.editor
    assert text_of(editor.area) == '{\n  "a": 1\n}'
    for form in (Form.BINARY, Form.TEXT, Form.JSON):
        editor.form.setCurrentIndex(editor.form.findData(form))
        editor.form.activated.emit(editor.form.currentIndex())
        assert not world.section.keeper.drafts
    world.choose(b"/bin")
    editor.form.setCurrentIndex(editor.form.findData(Form.TEXT))
    editor.form.activated.emit(editor.form.currentIndex())
    assert editor.form.currentData() == Form.BINARY


def test_new_keys_names_and_menus(make: Callable[..., World], monkeypatch: pytest.MonkeyPatch) -> None:
    world = make(KEYS)
    section = world.section
    section.create_new()
    dialog = section.asking.dialog
    assert isinstance(dialog, NameDialog)
    dialog.key.setText("/cluster/config/nfs/version2")
    dialog.value.setPlainText("x")
    dialog.accept()
    assert world.plans[-1].title == "Create /cluster/config/nfs/version2"
    hook = actions.KeyAction("config.changes", "history", "History…", for_keys=True)
    refused = actions.KeyAction("keys.x", "lock", "Lock…", for_keys=True, why_not=lambda _key: "No leader.")
    monkeypatch.setattr(actions, "key_actions", lambda: (hook, refused))
    menu = QMenu(section)
    section.menus.fill_for_key(menu, b"/other")
    entries = {entry.text(): entry for entry in menu.actions()}
    entries["History…"].trigger()
    assert world.commands == ["config.changes:/other"]
    assert (entries["Lock…"].isEnabled(), entries["Lock…"].toolTip()) == (False, "No leader.")
    entries["Rename…"].trigger()
    renaming = section.asking.dialog
    assert isinstance(renaming, NameDialog)
    renaming.key.setText("/renamed")
    renaming.accept()
    assert world.plans[-1].title == "Rename /other to /renamed"
    section.keeper.propose_delete(b"/other")
    assert world.plans[-1].title == "Delete /other"
    section.keeper.propose_delete(b"/gone")
    errors = [widget for widget in section.window().findChildren(ErrorDialog) if widget.isVisible()]
    assert [error.windowTitle() for error in errors] == ["Not done"]


def test_the_store_is_searched_and_a_hit_is_gone_to(make: Callable[..., World]) -> None:
    world = make(KEYS)
    section = world.section
    section.set_filter("NFS")
    world.qtbot.waitUntil(lambda: section.search.findings.done and bool(section.search.findings.hits))
    assert section.search.said.text() == "1 key found"
    section.search.tree.setCurrentIndex(section.search.tree.rows.index(0, 0))
    assert section.keeper.key == CONFIG + b"nfs/version"
    section.search.values_box.setChecked(True)
    section.set_filter("workgr")
    world.qtbot.waitUntil(lambda: len(section.search.findings.hits) == 1)
    section.set_filter("")
    assert section.left.currentWidget() is section.table


# ---- the tree itself


class Rows:
    """A listener that keeps its own list by what it is told alone."""

    def __init__(self) -> None:
        self.tree = KeyTree(self)
        self.rows: list[Entry] = []
        self._pending: tuple[int, int] = (0, 0)

    def inserting(self, first: int, count: int) -> None:
        self._pending = (first, count)

    def inserted(self) -> None:
        first, count = self._pending
        self.rows[first:first] = self.tree.rows[first : first + count]

    def removing(self, first: int, count: int) -> None:
        del self.rows[first : first + count]

    def removed(self) -> None:
        pass

    def changed(self, row: int) -> None:
        assert 0 <= row < len(self.tree.rows)


def test_pages_and_events_in_any_order_lead_to_what_the_store_holds() -> None:
    """Pages are read at one moment and handed over at a later one, with events in between; the rows end up right."""
    rng = random.Random(7)
    for _round in range(30):
        client = RangeClient({bytes(rng.choice(b"ab/") for _ in range(rng.randint(1, 5))): b"" for _ in range(40)})
        listener = Rows()
        tree = listener.tree
        store: Any = OnlyClient(client)
        events: list[WatchEvent] = []
        late: list[Any] = []
        for _step in range(120):
            what = rng.random()
            if what < 0.35:
                key = bytes(rng.choice(b"ab/") for _ in range(rng.randint(1, 5)))
                events.append(WatchEvent(EventKind.PUT, client.put(key, b"x")))
            elif what < 0.55 and client.kvs:
                events.append(WatchEvent(EventKind.DELETE, client.delete(rng.choice(list(client.kvs)))))
            elif what < 0.75:
                tree.take_events(events[:3])
                del events[:3]
            elif what < 0.9:
                folders = [tree.root, *(entry for entry in tree.rows if entry.folder)]
                folder = rng.choice(folders)
                tree.open(folder)
                if folder.after is not None and not folder.loading:
                    folder.loading = True
                    late.append((folder, children(store, folder.path, (WHOLE,), JOB, start=folder.after, want=1)))
            elif late:
                tree.take_page(*late.pop(0))
            assert listener.rows == tree.rows
            assert tree.rows == sorted(tree.rows, key=lambda entry: entry.rank)
        for folder, page in late:
            tree.take_page(folder, page)
        tree.take_events(events)
        tree.fade(now=1e12)
        shown = {entry.path for entry in tree.rows if entry.kind is Kind.KEY}
        open_folders = [tree.root, *(e for e in tree.rows if e.folder and e.open)]
        wanted = {
            child.path
            for folder in open_folders
            for child in children(store, folder.path, (WHOLE,), JOB, want=10_000).children
            if not child.folder and folder.has_read(child.path)
        }
        assert shown == wanted


def test_a_hundred_thousand_rows_cost_what_is_in_sight(qtbot: QtBot, make: Callable[..., World]) -> None:
    """Painting asks for the cells of the rows on the screen, however many there are."""
    world = make({b"/flat/k%06d" % n: b"" for n in range(20_000)})
    section = world.section
    folder = world.entry(b"/flat/")
    section._toggle(folder)
    bar = section.table.verticalScrollBar()

    def all_read() -> bool:
        bar.setValue(bar.maximum())
        return folder.after is None and not folder.loading

    qtbot.waitUntil(all_read, timeout=20_000)
    assert len(section.model.tree.rows) == 20_001
    asked = 0
    plain = section.model.cell

    def counted(index: Any) -> Any:
        nonlocal asked
        asked += 1
        return plain(index)

    section.model.cell = counted  # type: ignore[method-assign]
    section.table.viewport().grab()
    assert 0 < asked < 200
