"""The sections about peers, clients, quorum and performance, fed by hand: every state, light and dark, both widths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pool_scenes as pool
import pytest
import storage_scenes as scenes
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from nasclustergui.core.errors import InvalidInput, ServiceDown
from nasclustergui.core.events import Severity
from nasclustergui.core.plan import Plan
from nasclustergui.subsystems.gluster.features.peers.model import Finding, Preflight
from nasclustergui.subsystems.gluster.features.performance.model import (
    Block,
    BrickProfile,
    Fop,
    Metric,
    TopBrick,
    TopFile,
)
from nasclustergui.subsystems.gluster.model import PeerState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.page import StoragePage
from nasclustergui.subsystems.gluster.page.offers import Action
from nasclustergui.subsystems.gluster.page.section import Section, View
from nasclustergui.subsystems.gluster.page.sections.clients import ClientsSection
from nasclustergui.subsystems.gluster.page.sections.peers import PeersSection
from nasclustergui.subsystems.gluster.page.sections.performance import PerformanceSection
from nasclustergui.subsystems.gluster.page.sections.quorum import QuorumSection
from nasclustergui.ui import theme

DOWN = ServiceDown("glusterd does not run on node1", hint="Start it there.", details="node1$ gluster volume info")
ON = {"diagnostics.latency-measurement": "on", "diagnostics.count-fop-hits": "on"}


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> Iterator[None]:
    theme.setup(qapp)
    theme.use("light")
    yield
    scenes.delete_closed_widgets()
    theme.use("light")


def shown(qtbot: QtBot, section: Section, volume: Volume | None = None, **more: object) -> Section:
    qtbot.addWidget(section)
    section.resize(1160, 680)
    section.show()
    section.set_view(View(scenes.pool(), volume, **more))  # type: ignore[arg-type]
    QApplication.processEvents()
    return section


def plans_of(section: Section) -> list[Plan]:
    out: list[Plan] = []
    section.plan_proposed.connect(out.append)
    return out


def save(widget: QWidget, output: Path, name: str) -> None:
    """In both themes and both widths of the window."""
    for width, look in ((1160, "light"), (1000, "dark")):
        theme.use(look)
        widget.resize(width, 660 if width == 1160 else 560)
        QApplication.processEvents()
        widget.grab().save(str(output / f"{name}-{look}.png"))
    theme.use("light")


# ---- peers


def peers_section(qtbot: QtBot, rejected: str = "") -> PeersSection:
    section = PeersSection(pool.FakeDesk(pool.survey(rejected)))
    shown(qtbot, section)
    return section


def select(section: PeersSection, name: str) -> None:
    section.select(name)
    row = section.tree.current_row()
    assert row is not None
    assert row.cells[0].text == name


def test_members_and_nodes_outside_are_listed_and_offered_what_applies(qtbot: QtBot) -> None:
    section = peers_section(qtbot)
    assert section.tree.rows.shown_count() == 7
    select(section, "node7")
    assert section.card.offered == (section.card.add,)
    select(section, "node2")
    assert section.card.add not in section.card.offered
    assert not section.card.detach.isEnabled()
    assert "still has" in section.card.detach.toolTip()
    assert section.banner.isHidden()


def test_a_rejected_peer_is_explained_and_mending_proposed(qtbot: QtBot, output: Path) -> None:
    section = peers_section(qtbot, "node5")
    made = plans_of(section)
    assert section.found.rejected == ("node5",)
    assert "node5 is rejected" in section.banner.title()
    select(section, "node5")
    assert section.card.differences.isVisible()
    save(section, output, "section-peers-rejected")
    section.card.mend.click()
    assert made[0].title == "Mend the rejected peer node5"
    select(section, "node1")
    assert section.card.differences.isHidden()


def test_removal_is_proposed_where_nothing_forbids_it(qtbot: QtBot) -> None:
    section = PeersSection(pool.FakeDesk(pool.survey()))
    shown(qtbot, section)
    section.set_view(View(scenes.pool(scenes.scratch())))
    made = plans_of(section)
    select(section, "node1")
    section.card.detach.click()
    assert made[0].title == "Remove node1 from the pool"
    away = replace(scenes.pool(scenes.scratch()), peers=pool.peers(node1=PeerState.DISCONNECTED))
    section.set_view(View(away))
    select(section, "node1")
    assert not section.card.detach.isEnabled()
    section.card.force.click()
    assert made[1].confirm == "node1"


def test_when_the_nodes_cannot_be_asked_the_table_still_stands(qtbot: QtBot) -> None:
    section = PeersSection(pool.FakeDesk(DOWN))
    shown(qtbot, section)
    assert section.tree.rows.shown_count() == 7
    section.set_view(View(scenes.pool(), unreadable="Volumes cannot be read now."))
    assert not section.add_button.isEnabled()


def test_adding_waits_for_what_is_found_out(qtbot: QtBot, output: Path) -> None:
    section = peers_section(qtbot)
    made = plans_of(section)
    desk = section.desk
    assert isinstance(desk, pool.FakeDesk)
    dialog = section.add()
    qtbot.addWidget(dialog)
    assert not dialog.go_button.isEnabled()
    bad = Finding(Severity.CRITICAL, "node7 has volumes of its own: old", "Delete them there first.")
    desk.answer = Preflight("node7", "node7", (bad, Finding(Severity.OK, "GlusterFS 10.3, as in the pool")))
    dialog.choose("node7")
    assert dialog.missing() == bad.text
    assert not dialog.go_button.isEnabled()
    QApplication.processEvents()
    dialog.grab().save(str(output / "dialog-add-peer.png"))
    desk.answer = InvalidInput("“-rf” is no host name.")
    dialog.choose("-rf")
    assert dialog.field.reason
    desk.answer = Preflight("node7", "node7", (Finding(Severity.OK, "GlusterFS 10.3, as in the pool"),))
    dialog.choose("node7")
    dialog.go_button.click()
    assert made[0].title == "Add node7 to the pool"


# ---- clients


def test_clients_are_shown_by_host_and_daemons_on_demand(qtbot: QtBot, output: Path) -> None:
    section = ClientsSection(pool.FakeDesk(pool.clients()))
    shown(qtbot, section, scenes.healthy())
    assert section.stack.showing() == "content"
    assert section.tree.rows.shown_count() == 3
    assert "backup.example.org is not connected to" in section.banner.title()
    section.daemons.setChecked(True)
    assert section.tree.rows.shown_count() == 7
    save(section, output, "section-clients")


def test_clients_are_read_once_not_at_every_poll(qtbot: QtBot) -> None:
    desk = pool.FakeDesk(pool.clients())
    section = ClientsSection(desk)
    shown(qtbot, section, scenes.healthy())
    asked = desk.asked
    for _n in range(5):
        section.set_view(View(scenes.pool(), scenes.healthy()))
    assert desk.asked == asked
    desk.changed.emit()
    assert desk.asked == asked + 1


def test_no_clients_a_stopped_volume_and_an_error_are_different(qtbot: QtBot, output: Path) -> None:
    none = replace(pool.clients(), clients=())
    section = ClientsSection(pool.FakeDesk(none))
    shown(qtbot, section, scenes.healthy())
    assert section.stack.showing() == "empty"
    save(section, output, "section-clients-none")
    section = ClientsSection(pool.FakeDesk(DOWN))
    shown(qtbot, section, scenes.healthy())
    assert section.stack.showing() == "failed"
    save(section, output, "section-clients-failed")
    desk = pool.FakeDesk(pool.clients())
    section = ClientsSection(desk)
    shown(qtbot, section, replace(scenes.scratch(), status=VolumeStatus.STOPPED))
    assert (section.stack.showing(), desk.asked) == ("empty", 0)


def test_stop_asks_for_the_clients_first_and_says_when_nobody_can_tell(qtbot: QtBot) -> None:
    desk = pool.FakeDesk()
    page = StoragePage("fra-storage", desk=desk)
    qtbot.addWidget(page)
    page.set_state(scenes.pool(scenes.healthy()))
    made: list[Plan] = []
    page.plan_proposed.connect(made.append)
    page.run_action("gluster.stop:data")
    assert (desk.asked, made) == (1, [])  # still under way: no plan yet
    desk.answer = pool.clients().audience()
    page.run_action("gluster.stop:data")
    assert any("3 clients are connected: backup.example.org, node1, node2" in m.title for m in made[0].meaning)
    desk.answer = DOWN
    page.run_action("gluster.delete:data")
    assert any(m.title == "Who uses data is not known" for m in made[1].meaning)
    page.run_action(f"gluster.{Action.HEAL_FULL}:data")
    assert desk.asked == 3


# ---- quorum


def test_every_loss_has_its_row(qtbot: QtBot, output: Path) -> None:
    section = QuorumSection(pool.FakeDesk())
    shown(qtbot, section, scenes.data())
    assert section.outlook is not None
    assert section.tree.rows.shown_count() == 2 + 6
    save(section, output, "section-quorum")
    for volume in (scenes.archive(), scenes.media(), scenes.vm_images(), scenes.scratch()):
        section.set_view(View(scenes.pool(), volume))
        assert section.client.rule.text()
        waits = volume.name == "vm-images"
        assert section.note.isVisible() is waits
        if waits:
            assert section.note.title() == "312 entries wait for a heal"
            save(section, output, "section-quorum-unhealed")
    assert not section.client.change.isEnabled() or scenes.scratch().replica > 1
    section.set_view(View(scenes.pool(), scenes.healthy(), stale="Seen 03:02:17"))
    assert section.note.title() == "Brick states are old"


def test_rules_are_chosen_from_menus(qtbot: QtBot) -> None:
    section = QuorumSection(pool.FakeDesk())
    shown(qtbot, section, scenes.healthy())
    made = plans_of(section)
    trigger(section.client.menu, "None…")
    trigger(section.client.menu, "At least 3 bricks…")
    trigger(section.server.menu, "Enforce for this volume…")
    trigger(section.server.menu, "75 %…")
    assert [plan.title for plan in made] == [
        "No quorum for data",
        "Quorum of data: 3 bricks",
        "Enforce server quorum for data",
        "Server quorum: 5 of 6 peers",
    ]
    section.set_view(View(scenes.pool(), scenes.healthy(), unreadable="Volumes cannot be read now."))
    assert not section.client.change.isEnabled()


def trigger(menu: QMenu, text: str) -> None:
    menu.aboutToShow.emit()
    entries = list(menu.actions())
    for entry in list(entries):
        inner = entry.menu()
        if isinstance(inner, QMenu):
            entries += inner.actions()
    next(entry for entry in entries if entry.text() == text).trigger()


# ---- performance


def counters(calls: int = 1000) -> list[BrickProfile]:
    fops = (
        Fop("WRITE", calls, 307_459.0, 52_545.0, 4_811_567.0),
        Fop("LOOKUP", 3 * calls, 35_000.0, 9_000.0, 900_000.0),
        Fop("RELEASE", calls, None, None, None),
    )
    blocks = (Block(4096, 120, calls), Block(131_072, 700, calls // 4))
    return [BrickProfile(b.name, 60, 7 << 20, calls << 14, fops, blocks) for b in scenes.healthy().bricks[:3]]


def test_profiling_is_offered_where_it_is_off(qtbot: QtBot) -> None:
    section = PerformanceSection(pool.FakeDesk())
    shown(qtbot, section, scenes.healthy())
    made = plans_of(section)
    assert section.stack.showing() == "empty"
    section.start.click()
    assert made[0].title == "Start profiling data"
    assert section.banner.isHidden()


def test_the_counters_of_one_brick_of_all_and_between_two_readings(qtbot: QtBot, output: Path) -> None:
    section = PerformanceSection(pool.FakeDesk())
    shown(qtbot, section, replace(scenes.healthy(), options=ON))
    made = plans_of(section)
    assert section.banner.isVisible()
    section._on_profile(("data", counters()))
    assert section.stack.showing() == "content"
    whole = section.profile.shown()
    assert whole is not None
    assert {fop.name: fop.calls for fop in whole.fops}["WRITE"] == 3000
    save(section, output, "section-performance")
    section.profile.brick.setCurrentIndex(1)
    one = section.profile.shown()
    assert one is not None
    assert {fop.name: fop.calls for fop in one.fops}["WRITE"] == 1000
    section.profile.period.setCurrentIndex(1)
    assert section.profile.shown() is None
    section._on_profile(("data", counters(1010)))
    between = section.profile.shown()
    assert between is not None
    assert {fop.name: fop.calls for fop in between.fops}["WRITE"] == 10
    section._on_profile(("other", counters()))  # an answer for another volume changes nothing
    assert section.profile.shown() == between
    section.stop.click()
    assert made[0].title == "Stop profiling data"


def test_busiest_files_are_read_when_asked_for(qtbot: QtBot, output: Path) -> None:
    desk = pool.FakeDesk()
    section = PerformanceSection(desk)
    shown(qtbot, section, scenes.healthy())
    section.tabs.setCurrentIndex(1)
    assert (desk.asked, section.top.stack.showing()) == (0, "empty")
    files = (TopFile("/vm/disk1.qcow2", 812), TopFile("/projects/2026/plan.odt", 31))
    desk.answer = [TopBrick(b.name, files, 3, 9, "2026-11-23 06:03:09.07") for b in scenes.healthy().bricks[:3]]
    section.top.go.click()
    assert section.top.stack.showing() == "content"
    save(section, output, "section-top")
    section.top.ranking.setCurrentIndex(section.top.ranking.findData(Metric.WRITE_PERF.value))
    section.top.measure.setCurrentIndex(1)
    assert section.top.chosen() == (Metric.WRITE_PERF, 10, 4096, 1024)
    desk.answer = DOWN
    section.top.go.click()
    assert section.top.stack.showing() == "failed"
