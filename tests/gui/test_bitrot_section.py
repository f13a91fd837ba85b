"""Bit rot and geo-replication of a volume without a cluster: rows, refusals, old values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import storage_scenes as scenes
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nasclustergui.core.errors import ServiceDown
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.subsystems.gluster.features.bitrot.model import Corrupted, FileCopy, NodeScrub, Scrub, Worth
from nasclustergui.subsystems.gluster.features.geo_replication.commands import NotInstalled
from nasclustergui.subsystems.gluster.features.geo_replication.model import Session, Status, Target, Worker
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.section import View
from nasclustergui.subsystems.gluster.page.sections.bitrot import BitrotSection
from nasclustergui.subsystems.gluster.page.sections.geo_replication import GeoReplicationSection
from nasclustergui.ui import theme

VOLUME = replace(scenes.healthy(), options={"features.bitrot": "on"})
POOL = scenes.pool(VOLUME)
ONE = Corrupted("95e0345b-da87-4a2e-ad97-50ddc2a2ef22", VOLUME.bricks[0].name, "/a b")
SCRUB = Scrub(
    False,
    False,
    "lazy",
    "weekly",
    (NodeScrub("node1", 9, 1, 1, scenes.AT, 5.0, (ONE,)), NodeScrub("node2", 0, 0, 0)),
)
SUM = "ab" * 32


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> Iterator[None]:
    theme.setup(qapp)
    theme.use("light")
    yield
    scenes.delete_closed_widgets()


@pytest.fixture
def bitrot(qtbot: QtBot) -> BitrotSection:
    out = BitrotSection(Desk("fra-storage"))
    qtbot.addWidget(out)
    out.resize(1216, 700)
    out.set_view(View(POOL, VOLUME))
    out._on_scrub(SCRUB)
    return out


def test_what_was_not_looked_at_is_not_called_good(bitrot: BitrotSection) -> None:
    rows = {entry.cells[0].text: entry for entry in (bitrot.tree.rows.row(bitrot.tree.rows.find(k)) for k in
            ("n/node1", "n/node2")) if entry}  # fmt: skip
    assert rows["node1"].cells[1].text == "1 corrupted"
    assert rows["node2"].cells[1].text == "Not looked yet"
    assert [cell.text for cell in rows["node2"].cells[2:]] == ["—"] * 4


def test_a_file_is_healed_only_with_a_proven_copy(bitrot: BitrotSection) -> None:
    plans: list[Plan] = []
    bitrot.plan_proposed.connect(plans.append)
    bitrot.tree.select_key(f"f/{ONE.gfid}/{ONE.brick}")
    assert not bitrot.card.buttons["heal"].isEnabled()
    others = VOLUME.bricks[1 : VOLUME.set_size]
    bad = FileCopy(ONE.brick, Worth.CORRUPT, 1, "cd" * 32, SUM, True)
    bitrot.copies[ONE.key] = [bad, *(FileCopy(b.name, Worth.CORRUPT, 1, "cd" * 32) for b in others)]
    bitrot._show_card()
    assert "No other copy is good" in bitrot.card.buttons["heal"].toolTip()
    bitrot.copies[ONE.key] = [bad, *(FileCopy(b.name, Worth.PROVEN, 1, SUM, SUM) for b in others)]
    bitrot._show_card()
    bitrot.act("heal")
    assert plans[0].risk is Risk.DESTRUCTIVE


def test_off_is_explained_and_lost_is_marked(bitrot: BitrotSection) -> None:
    bitrot._on_lost(ServiceDown("no answer"))
    assert not bitrot.acts["ondemand"].isEnabled()
    assert bitrot.place.showing() == "content"
    off = replace(VOLUME, options={})
    bitrot._on_scrub(None)
    bitrot.set_view(View(scenes.pool(off), off))
    assert bitrot.place.showing() == "empty"
    assert bitrot.enable_button.isEnabled()


@pytest.fixture
def geo(qtbot: QtBot) -> GeoReplicationSection:
    out = GeoReplicationSection(Desk("fra-storage"))
    qtbot.addWidget(out)
    out.resize(1216, 700)
    out.set_view(View(POOL, VOLUME))
    return out


def session(*statuses: Status) -> Session:
    workers = (Worker(f"node{n}", "/b", status, failures=0) for n, status in enumerate(statuses, 1))
    return Session(VOLUME.name, Target("far", "copy"), tuple(workers))


@pytest.mark.parametrize(
    ("statuses", "word", "offered"),
    [
        ((Status.ACTIVE, Status.PASSIVE), "Copying", {"pause", "stop"}),
        ((Status.ACTIVE, Status.FAULTY), "Faulty", {"pause", "stop"}),
        ((Status.PASSIVE, Status.PASSIVE), "Nobody copies", {"pause", "stop"}),
        ((Status.PAUSED, Status.PAUSED), "Paused", {"resume", "stop"}),
        ((Status.STOPPED, Status.STOPPED), "Stopped", {"start"}),
        ((Status.CREATED, Status.CREATED), "Not started", {"start"}),
        ((Status.UNKNOWN, Status.ACTIVE), "Unknown", {"pause", "stop"}),
    ],
)
def test_a_session_says_the_worst_and_offers_what_fits(
    geo: GeoReplicationSection, statuses: tuple[Status, ...], word: str, offered: set[str]
) -> None:
    geo._on_sessions((session(*statuses),))
    chosen = geo.tree.current_row()
    assert chosen is not None
    assert chosen.cells[1].text == word
    names = {what for what, one in geo.card.buttons.items() if one in geo.card.offered()}
    assert names == offered | {"settings", "delete"}


def test_none_not_installed_and_lost(geo: GeoReplicationSection) -> None:
    geo._on_sessions(())
    assert geo.place.showing() == "empty"
    assert geo.first_button.isEnabled()
    geo._on_sessions(NotInstalled("node1: geo-replication is not installed", hint="Install it."))
    assert geo.place.showing() == "empty"
    assert "not installed" in geo.first_button.toolTip()
    geo._on_sessions((session(Status.ACTIVE),))
    geo._on_lost(ServiceDown("no answer"))
    assert geo.place.showing() == "content"
    assert not geo.card.buttons["stop"].isEnabled()
