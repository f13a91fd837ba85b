"""The quotas of a volume, driven as a person does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import storage_scenes as scenes
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nasclustergui.core.command import Result
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.subsystems.gluster.manager import GlusterManager
from nasclustergui.subsystems.gluster.model import Volume, VolumeStatus
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.section import View
from nasclustergui.subsystems.gluster.page.sections.quota.section import QuotaSection
from nasclustergui.ui import theme
from nasclustergui.ui.jobs import Jobs
from tests.recorded.fake_gluster import DOWN, FakeNodes, Reply, ok, recorded, refused

MB = 1 << 20
ON = {"features.quota": "on", "features.inode-quota": "on"}


def entry(path: str, hard: int, used: int) -> str:
    over = "Yes" if used >= hard else "No"
    soft = "Yes" if used >= 0.8 * hard else "No"
    return (
        f"<limit><path>{path}</path><hard_limit>{hard}</hard_limit><soft_limit_percent>80%</soft_limit_percent>"
        f"<soft_limit_value>{hard * 8 // 10}</soft_limit_value><used_space>{used}</used_space>"
        f"<avail_space>{max(0, hard - used)}</avail_space><sl_exceeded>{soft}</sl_exceeded>"
        f"<hl_exceeded>{over}</hl_exceeded></limit>"
    )


LIMITS = (
    entry("/", 900 * MB, 300 * MB)
    + entry("/home", 500 * MB, 120 * MB)
    + entry("/home/anna", 100 * MB, 110 * MB)
    + entry("/home/ben", 100 * MB, 85 * MB)
    + entry("/vm/we &lt;ird&gt; &amp; x", 200 * MB, 0)
)


class Script:
    """A pool whose volume "dist" has these limits. `down`: glusterd runs nowhere."""

    def __init__(self) -> None:
        self.down, self.limits, self.quotad = False, LIMITS, "/usr/sbin/glusterfs --volfile-id gluster/quotad\n"
        self.lists = 0

    def __call__(self, _node: str, words: tuple[str, ...]) -> Reply:
        if self.down:
            return DOWN
        match words:
            case ["pool", "list"]:
                return recorded("pool-list-3nodes")
            case ["volume", "info", *_]:
                return recorded("volume-info-dist-with-quota")
            case ["volume", "quota", _, "list"]:
                self.lists += 1
                return ok(f"<volQuota>{self.limits}</volQuota>") if self.limits else recorded("quota-list-empty")
            case ["volume", "quota", _, "list-objects"]:
                return refused("No inode quota configured on volume dist", 0)
            case ["ps", *_]:
                return Result(0, self.quotad)
            case ["sh", *_]:
                return Result(0, "anna\0ben\0/\0")
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


def volume(**more: object) -> Volume:
    return replace(scenes.renamed(scenes.healthy(), "dist"), **({"options": ON} | more))  # type: ignore[arg-type]


def view(of: Volume, unreadable: str = "") -> View:
    return View(scenes.pool(of), of, "", unreadable)


@pytest.fixture
def section(qtbot: QtBot, desk: Desk) -> QuotaSection:
    out = QuotaSection(desk)
    qtbot.addWidget(out)
    out.resize(1216, 480)
    out.set_view(view(volume()))
    out.show()
    qtbot.waitUntil(lambda: out.place.showing() == "content", timeout=5000)
    return out


def plans_of(section: QuotaSection) -> list[Plan]:
    out: list[Plan] = []
    section.plan_proposed.connect(out.append)
    return out


def texts(section: QuotaSection, key: str) -> list[str]:
    assert section.tree.select_key(key), key
    row = section.tree.current_row()
    assert row is not None
    return [cell.text.replace("\u00a0", " ") for cell in row.cells]


def test_limits_lie_below_each_other(section: QuotaSection) -> None:
    assert texts(section, "/home/anna")[:6] == ["/home/anna", "Full", "110 %", "110.0 MiB", "100.0 MiB", "0 B"]
    assert texts(section, "/home/ben")[1] == "Nearly full"
    assert texts(section, "/vm/we <ird> & x")[1] == "Below limit"
    rows = section.tree.rows
    home = rows.find("/home")
    assert rows.key(home.parent()) == "/"
    assert rows.rowCount(home) == 2


def test_full_directories_are_told_first(section: QuotaSection, script: Script, qtbot: QtBot) -> None:
    assert section.banner.title() == "1 directory is full"
    script.limits, script.quotad = entry("/a", 10, 1), ""
    section.read()
    qtbot.waitUntil(lambda: "quota daemon does not run" in section.banner.title(), timeout=5000)
    script.quotad = "/usr/sbin/glusterfs gluster/quotad\n/usr/sbin/glusterfs -l /var/log/glusterfs/quota_crawl/b.log\n"
    section.read()
    qtbot.waitUntil(lambda: section.banner.title() == "Files are still being counted", timeout=5000)


def test_a_limit_is_set_through_the_dialog(section: QuotaSection, qtbot: QtBot) -> None:
    proposed = plans_of(section)
    section.limit_button.click()
    dialog = section.dialog
    assert dialog is not None
    dialog.path.setText("/home/")  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: dialog._names.stringList() == ["/home/anna", "/home/ben"], timeout=5000)  # type: ignore[attr-defined]
    dialog.path.setText("/home/anna")  # type: ignore[attr-defined]
    assert "110.0" in dialog._now.text()  # type: ignore[attr-defined]
    dialog.amount.setText("0")  # type: ignore[attr-defined]
    dialog.go_button.click()
    assert "This is no size" in dialog.fields["amount"].reason
    dialog.amount.setText("105MB")  # type: ignore[attr-defined]
    dialog.percent.setText("70")  # type: ignore[attr-defined]
    dialog.go_button.click()
    (plan,) = proposed
    assert f"limit-usage /home/anna {105 * MB} 70%" in str(plan.steps[0].command)
    assert plan.risk is Risk.CAUTION
    assert section.dialog is None


def test_enter_changes_and_del_removes(section: QuotaSection) -> None:
    proposed = plans_of(section)
    section.tree.select_key("/home/ben")
    dialog = section.edit_limit()
    assert dialog is not None
    assert (dialog.path.text(), dialog.amount.text(), dialog.percent.text()) == ("/home/ben", "100MB", "80")
    dialog.files.setChecked(True)
    dialog.amount.setText("5000")
    dialog.percent.clear()
    dialog.go_button.click()
    assert str(proposed[0].steps[0].command).endswith("limit-objects /home/ben 5000")
    section.tree.select_key("/home/ben")
    section.tree.delete_requested.emit("/home/ben")
    assert str(proposed[1].steps[0].command).endswith("remove /home/ben")
    menu = section._menu(section.tree.current_row())  # type: ignore[arg-type]
    assert menu is not None
    assert [action.text() for action in menu.actions()] == ["Change the limit…", "Remove the limit on size…"]


def test_settings_and_disable(section: QuotaSection) -> None:
    proposed = plans_of(section)
    dialog = section.change_settings()
    assert dialog is not None
    dialog.choices.button(2).setChecked(True)
    assert dialog.value.text() == "5"
    dialog.value.setText("1s")
    dialog.go_button.click()
    assert str(proposed[0].steps[0].command).endswith("volume quota dist hard-timeout 1s")
    section.disable_button.click()
    assert (proposed[1].risk, proposed[1].confirm) == (Risk.DESTRUCTIVE, "dist")
    assert "5 directories lose their limits" in proposed[1].meaning[0].title


def test_off_stopped_and_without_limits(section: QuotaSection, script: Script, qtbot: QtBot) -> None:
    section.set_view(view(volume(options={})))
    assert section.place.showing() == "empty"
    assert section.enable_button.isVisible()
    proposed = plans_of(section)
    section.enable_button.click()
    assert str(proposed[0].steps[0].command).endswith("volume quota dist enable")
    section.set_view(view(volume(status=VolumeStatus.STOPPED)))
    assert section.place.showing() == "empty"
    assert not section.enable_button.isVisible()
    script.limits = ""
    section.set_view(view(volume()))
    qtbot.waitUntil(lambda: section.list_place.showing() == "empty", timeout=5000)
    assert section.place.showing() == "content"


def test_old_limits_are_shown_as_old(section: QuotaSection, script: Script, qtbot: QtBot) -> None:
    script.down = True
    section.read()
    qtbot.waitUntil(lambda: section.place._banner_box.isVisible(), timeout=5000)
    assert section.tree.select_key("/home")
    row = section.tree.current_row()
    assert row is not None
    assert row.cells[2].stale
    assert not section.banner.isVisible()
    script.down = False
    section.read()
    qtbot.waitUntil(lambda: not section.place._banner_box.isVisible(), timeout=5000)


def test_nothing_is_read_out_of_sight(section: QuotaSection, script: Script) -> None:
    section.hide()
    before = script.lists
    section.desk.changed.emit()
    section.read()
    QTest.qWait(150)
    assert script.lists == before


def test_it_is_read_again_only_when_asked(section: QuotaSection, script: Script, qtbot: QtBot) -> None:
    """The list holds the volume's lock: reading it by itself would make another client's command fail."""
    qtbot.waitUntil(lambda: section._reading is None, timeout=5000)
    before = script.lists
    section.set_view(view(volume()))
    QTest.qWait(150)
    assert script.lists == before
    assert "not again by itself" in section._facts.text()
    section.again_button.click()
    qtbot.waitUntil(lambda: script.lists == before + 1, timeout=5000)


def test_while_nothing_can_be_read_nothing_can_be_changed(section: QuotaSection) -> None:
    section.set_view(view(volume(), "Volumes cannot be read now."))
    assert not section.limit_button.isEnabled()
    assert not section.disable_button.isEnabled()


@pytest.mark.parametrize(("name", "mode", "size"), [("light", "light", (976, 480)), ("dark", "dark", (1168, 480))])
def test_pictures(section: QuotaSection, output: Path, name: str, mode: str, size: tuple[int, int]) -> None:
    theme.use(mode)
    section.resize(*size)
    section.tree.select_key("/home/anna")
    QTest.qWait(50)
    assert section.grab().save(str(output / f"quota-{name}.png"))
    dialog = section.new_limit()
    assert dialog is not None
    QTest.qWait(400)
    assert dialog.grab().save(str(output / f"quota-limit-{name}.png"))
    dialog.reject()
    settings = section.change_settings()
    assert settings is not None
    QTest.qWait(50)
    assert settings.grab().save(str(output / f"quota-settings-{name}.png"))
    settings.reject()
    section.set_view(view(volume(options={})))
    assert section.grab().save(str(output / f"quota-off-{name}.png"))
