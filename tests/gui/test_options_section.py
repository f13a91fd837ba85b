"""The options of a volume and of the pool, driven as a person does, against recorded answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import storage_scenes as scenes
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nasclustergui.core.command import Result
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.subsystems.gluster.manager import GlusterManager
from nasclustergui.subsystems.gluster.model import Volume
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.section import View
from nasclustergui.subsystems.gluster.page.sections.options.section import OptionsSection, PoolOptionsSection
from nasclustergui.ui import theme
from nasclustergui.ui.jobs import Jobs
from tests.recorded.fake_gluster import DOWN, FakeNodes, Reply, ok

FOLDER = Path(__file__).parent.parent / "recorded" / "gluster_options"
GIVEN = {"performance.cache-size": "64MB", "nfs.disable": "on", "user.mine": "x"}


def text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


class Script:
    """A pool with recorded options. `down`: glusterd runs nowhere."""

    def __init__(self) -> None:
        self.down = False

    def __call__(self, _node: str, words: tuple[str, ...]) -> Reply:
        if self.down:
            return DOWN
        match words:
            case ["volume", "get", "all", *_]:
                return Result(0, text("volume-get-pool.xml"))
            case ["volume", "get", *_]:
                return Result(0, text("volume-get-all.xml"))
            case ["volume", "set", "help-xml"]:
                return Result(0, text("volume-set-help.xml"))
            case ["sh", *_]:
                return Result(0, text("groups.txt"))
        return ok()


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> Iterator[None]:
    theme.setup(qapp)
    theme.use("light")
    yield
    scenes.delete_closed_widgets()
    theme.use("light")


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def desk(script: Script) -> Iterator[Desk]:
    jobs = Jobs()
    yield Desk("fra-storage", None, jobs, GlusterManager(FakeNodes(script), {}, "fra-storage").pool)
    jobs.close()


def volume(**more: str) -> Volume:
    return replace(scenes.healthy(), options=GIVEN | more)


def view(of: Volume | None, unreadable: str = "") -> View:
    return View(scenes.pool(of) if of else scenes.pool(), of, "", unreadable)


@pytest.fixture
def section(qtbot: QtBot, desk: Desk) -> OptionsSection:
    out = OptionsSection(desk)
    qtbot.addWidget(out)
    out.resize(1216, 620)
    out.set_view(view(volume()))
    out.show()
    qtbot.waitUntil(lambda: out.place.showing() == "content", timeout=5000)
    return out


def plans_of(section: OptionsSection) -> list[Plan]:
    out: list[Plan] = []
    section.plan_proposed.connect(out.append)
    return out


def keys(section: OptionsSection) -> list[str]:
    rows = section.tree.rows
    groups = [rows.index(n, 0) for n in range(rows.rowCount())]
    return [rows.key(rows.index(k, 0, g)) for g in groups for k in range(rows.rowCount(g))]


def cell(section: OptionsSection, key: str, column: int) -> str:
    assert section.tree.select_key(key), key
    row = section.tree.current_row()
    assert row is not None
    return row.cells[column].text


def edit(section: OptionsSection, name: str, value: str) -> None:
    section.choose(name)
    section.card.editor.setEditText(value)
    section.card.put_button.click()


def test_values_defaults_and_help_are_shown(section: OptionsSection) -> None:
    assert len(keys(section)) > 320
    assert [cell(section, "performance.cache-size", n) for n in (1, 2, 3)] == ["64MB", "—", "set"]
    assert [cell(section, "performance.io-thread-count", n) for n in (1, 2, 3)] == ["16", "16", ""]
    assert section.card.option is not None
    assert section.card.option.name == "performance.io-thread-count"
    assert "Number of threads" in section.card.option.description


def test_the_search_reads_names_and_help(section: OptionsSection) -> None:
    section.search.setText("ping")
    assert "network.ping-timeout" in keys(section)
    assert len(keys(section)) < 10
    section.search.setText("split-brain size")
    assert "cluster.favorite-child-policy" in keys(section)
    section.search.clear()
    section.only_set.setChecked(True)
    assert keys(section) == ["nfs.disable", "performance.cache-size", "user.mine"]


def test_changes_are_collected_and_become_one_plan(section: OptionsSection) -> None:
    proposed = plans_of(section)
    edit(section, "performance.cache-size", "128MB")
    edit(section, "network.ping-timeout", "30")
    section.choose("nfs.disable")
    assert cell(section, "network.ping-timeout", 1) == "42 → 30"
    assert cell(section, "network.ping-timeout", 3) == "edited"
    section.review_button.click()
    (plan,) = proposed
    assert [step.title for step in plan.steps] == [
        "performance.cache-size: 64MB → 128MB",
        "network.ping-timeout: 42 (default) → 30",
    ]
    section.changes.select_key("network.ping-timeout")
    section.take_out.click()
    assert [e.name for e in section.edits] == ["performance.cache-size"]
    section.discard.click()
    assert not section.review_button.isEnabled()


def test_by_keyboard_alone(section: OptionsSection) -> None:
    section.search.setFocus()
    QTest.keyClicks(section.search, "ping-timeout")
    QTest.keyClick(section.search, Qt.Key.Key_Down)
    section.choose("network.ping-timeout")
    QTest.keyClick(section.tree, Qt.Key.Key_Return)
    line = section.card.editor.lineEdit()
    assert line is not None
    line.selectAll()
    QTest.keyClicks(line, "20")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert [(e.name, e.wanted) for e in section.edits] == [("network.ping-timeout", "20")]
    section.choose("performance.cache-size")
    QTest.keyClick(section.tree, Qt.Key.Key_Delete)
    assert section.edits.get("performance.cache-size") is not None
    QTest.keyClick(section.changes, Qt.Key.Key_Delete)


def test_what_was_made_leaves_the_changes_and_what_others_made_is_told(section: OptionsSection) -> None:
    edit(section, "network.ping-timeout", "30")
    edit(section, "performance.cache-size", "128MB")
    section.set_view(view(volume(**{"network.ping-timeout": "30", "performance.cache-size": "1GB"})))
    assert [e.name for e in section.edits] == ["performance.cache-size"]
    assert "1 of these options was changed by somebody else" in section._note.text()
    assert cell(section, "performance.cache-size", 1) == "1GB → 128MB"


def test_a_typed_value_survives_a_poll(section: OptionsSection) -> None:
    section.choose("network.ping-timeout")
    section.card.editor.setEditText("33")
    section.set_view(view(volume(**{"auth.allow": "10.0.0.1"})))
    assert section.card.text() == "33"


def test_dangers_are_told_while_typing(section: OptionsSection) -> None:
    section.choose("cluster.quorum-type")
    assert section.card._danger.isHidden()
    section.card.editor.setEditText("none")
    assert "copies can grow apart" in section.card._danger.text()
    section.card.editor.setEditText("nonsense")
    assert "Gluster may refuse this" in section.card._danger.text()
    assert section.card.put_button.isEnabled()


def test_what_has_its_own_command_cannot_be_edited(section: OptionsSection) -> None:
    section.choose("features.quota")
    assert section.card.field.isHidden()
    assert "volume quota" in section.card._why.text()


def test_a_profile_fills_the_changes(section: OptionsSection) -> None:
    titles = [entry.text() for entry in section._menu.actions()]
    assert titles[:3] == ["Virtual machines", "Small files", "Windows shares (Samba)"]
    section._menu.actions()[0].trigger()
    assert len(section.edits) == 25
    assert section._source.text() == "Virtual machines, from node1:/var/lib/glusterd/groups/virt"
    proposed = plans_of(section)
    section.review_button.click()
    assert proposed[0].risk is Risk.CAUTION
    assert len(proposed[0].steps) == 25


def test_reset_all_is_a_plan(section: OptionsSection) -> None:
    proposed = plans_of(section)
    section.reset_all.click()
    assert [step.args["option"] for step in proposed[0].steps] == ["performance.cache-size"]


def test_an_option_that_gluster_does_not_list_can_be_set(section: OptionsSection) -> None:
    section.search.setText("user.smb")
    assert section.list_place.showing() == "empty"
    section._custom_button.click()
    edit(section, "user.smb", "enable")
    assert section.edits.wanted() == {"user.smb": "enable"}


def test_while_nothing_can_be_read_nothing_can_be_changed(section: OptionsSection) -> None:
    edit(section, "network.ping-timeout", "30")
    section.set_view(view(volume(), "Volumes cannot be read now."))
    assert not section.review_button.isEnabled()
    assert section.review_button.toolTip() == "Volumes cannot be read now."


def test_a_failed_reading_says_so_and_keeps_old_values(qtbot: QtBot, section: OptionsSection, script: Script) -> None:
    script.down = True
    section.read()
    qtbot.waitUntil(lambda: section.place._banner_box.isVisible(), timeout=5000)
    assert section.place.showing() == "content"


def test_nothing_read_yet_is_an_error_with_a_way_out(qtbot: QtBot, desk: Desk, script: Script) -> None:
    script.down = True
    out = OptionsSection(desk)
    qtbot.addWidget(out)
    out.set_view(view(volume()))
    out.show()
    qtbot.waitUntil(lambda: out.place.showing() == "failed", timeout=5000)
    script.down = False
    out.place.retry.emit()
    qtbot.waitUntil(lambda: out.place.showing() == "content", timeout=5000)


def test_options_of_the_pool(qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[object] = []
    monkeypatch.setattr(
        "nasclustergui.subsystems.gluster.page.sections.options.section.present",
        lambda _parent, error: shown.append(error),
    )
    out = PoolOptionsSection(desk)
    qtbot.addWidget(out)
    out.resize(1216, 620)
    out.set_view(view(None))
    out.show()
    qtbot.waitUntil(lambda: out.place.showing() == "content", timeout=5000)
    assert len(keys(out)) == 10
    assert out.profiles_button.isHidden()
    proposed = plans_of(out)
    edit(out, "cluster.server-quorum-ratio", "60%")
    out.review_button.click()
    assert "volume set all cluster.server-quorum-ratio 60%" in str(proposed[0].steps[0].command)
    out.choose("cluster.op-version")
    out.card.editor.setEditText("110000")
    out.card.put_button.click()
    assert "op-version 100000 only" in str(shown[0])


@pytest.mark.parametrize(("name", "mode", "size"), [("light", "light", (976, 560)), ("dark", "dark", (1136, 660))])
def test_pictures(section: OptionsSection, output: Path, name: str, mode: str, size: tuple[int, int]) -> None:
    theme.use(mode)
    section.resize(*size)
    section._menu.actions()[2].trigger()
    section.search.setText("quorum")
    edit(section, "cluster.quorum-type", "none")
    section.card.editor.setEditText("none")
    QTest.qWait(50)
    assert section.grab().save(str(output / f"options-{name}.png"))
