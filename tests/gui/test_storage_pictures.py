"""Pictures of the page and the dialog with realistic states, for people to compare with the design."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import storage_scenes as scenes
from PySide6.QtCore import QMimeData, QPoint, QSize, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QPixmap
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nasclustergui.core.errors import ServiceDown
from nasclustergui.core.profile import Environment, Profile
from nasclustergui.subsystems.gluster.dialogs import chip
from nasclustergui.subsystems.gluster.dialogs.create_volume import CreateVolumeDialog
from nasclustergui.subsystems.gluster.dialogs.draft import Place
from nasclustergui.subsystems.gluster.model import VolumeType
from nasclustergui.subsystems.gluster.page import StoragePage
from nasclustergui.ui import theme
from nasclustergui.ui.parts import Fill, col, label, row

PROD = Profile("fra-storage", (), environment=Environment.PROD)
DOWN = ServiceDown(
    "glusterd does not run on node1, and node2 and node3 do not answer.", hint="Start it on one of them."
)
WINDOW = {"light": QSize(1216, 864), "1280": QSize(1056, 764), "wide": QSize(1696, 960)}


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> Iterator[None]:
    theme.setup(qapp)
    theme.use("light")
    yield
    scenes.delete_closed_widgets()
    theme.use("light")


@pytest.fixture
def page() -> StoragePage:
    return StoragePage("fra-storage", profile=PROD)


def framed(page: StoragePage, qtbot: QtBot, size: QSize) -> QWidget:
    """The page below its header, as the window shows it."""
    page.set_facts(page.facts)
    titles = col(label("Distributed Storage", "title"), label(page.facts, "caption", "text3"), gap=1)
    head = row((titles, 1), *page.header_actions(), gap=8, margins=(24, 12, 24, 10))
    out = Fill("canvas", col(head, (page, 1), gap=0))
    qtbot.addWidget(out)
    out.resize(size)
    out.show()
    QApplication.processEvents()
    return out


def fill(page: StoragePage) -> None:
    """Two readings, so that there is something to estimate from."""
    page.set_disks(scenes.disks())
    volumes = (scenes.healthy(), scenes.media(0.3), scenes.vm_images(1400), scenes.archive(), scenes.scratch())
    page.set_state(scenes.pool(*volumes, at=scenes.AT - 3000))
    page.set_state(scenes.pool())
    page.tree.select_key("data")


def save(widget: QWidget, path: Path, dpr: float = 1.0) -> None:
    """The widget as it is on a screen of that density."""
    picture = QPixmap(widget.size() * dpr)
    picture.setDevicePixelRatio(dpr)
    widget.render(picture)
    assert picture.save(str(path))
    assert not picture.toImage().isNull()


def test_storage(page: StoragePage, qtbot: QtBot, output: Path) -> None:
    fill(page)
    window = framed(page, qtbot, WINDOW["light"])
    for name in ("light", "dark", "contrast-dark"):
        theme.use(name)
        QApplication.processEvents()
        save(window, output / f"storage-{name}.png")
    theme.use("light")
    window.resize(WINDOW["1280"])
    QApplication.processEvents()
    save(window, output / "storage-1280.png")
    save(window, output / "storage-2x.png", 2.0)
    window.resize(WINDOW["wide"])
    QApplication.processEvents()
    save(window, output / "storage-wide.png")


def test_large_text(page: StoragePage, qtbot: QtBot, output: Path) -> None:
    theme.use("light", 1.5)
    fill(page)
    save(framed(page, qtbot, WINDOW["1280"]), output / "storage-1280-150.png")


def test_storage_states(page: StoragePage, qtbot: QtBot, output: Path) -> None:
    page.set_disks(scenes.disks())
    page.set_state(None, DOWN)
    window = framed(page, qtbot, QSize(1056, 560))
    save(window, output / "storage-failed.png")
    page.set_state(replace(scenes.pool(), volumes=()))
    save(window, output / "storage-empty.png")
    page.set_state(scenes.pool(), DOWN)
    QApplication.processEvents()
    save(window, output / "storage-stale.png")
    peers = tuple(replace(p, hostnames=("node2", "10.20.0.12")) if p.node == "node2" else p for p in scenes.peers())
    page.set_state(scenes.with_peers(peers))
    page.tabs.setCurrentIndex(1)
    QApplication.processEvents()
    save(window, output / "storage-peers.png")


def test_storage_loading(page: StoragePage, qtbot: QtBot, output: Path) -> None:
    page.set_loading("Reading volumes from 7 nodes…")
    window = framed(page, qtbot, QSize(1056, 560))
    qtbot.waitUntil(lambda: page.place.loading.findChildren(QWidget)[0].isVisible(), timeout=5000)
    save(window, output / "storage-loading.png")
    assert page.place.showing() == "loading"


def arranged(page: StoragePage, qtbot: QtBot) -> CreateVolumeDialog:
    """The moment of the design: two sets, the last disk over its slot."""
    qtbot.addWidget(page)
    fill(page)
    dialog = page.proposals.create_volume(page)
    dialog.resize(1120, 780)
    dialog.form.name.setText("projects")
    found = {disk.key: disk for disk in scenes.disks()}
    keys = ("node4:/bricks/sdc", "node5:/bricks/sdc", "node6:/bricks/sdc", "node1:/bricks/sde", "node2:/bricks/sde")
    for n, key in enumerate(keys):
        dialog.editor.put(found[key], Place(n // 3, n % 3))
    dialog.disks.select_key("node3:/bricks/sde")
    QApplication.processEvents()
    return dialog


def hover(dialog: CreateVolumeDialog, place: Place) -> QMimeData:
    """Drag node3's disk over a slot; keep what is returned while it hovers."""
    data = chip.mime_of(scenes.disk("node3", "sde", 10.0))
    at: QPoint = dialog.editor.slot_rect(place).center().toPoint()
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(dialog.editor, QDragEnterEvent(at, Qt.DropAction.MoveAction, data, buttons, keys))
    QApplication.sendEvent(dialog.editor, QDragMoveEvent(at, Qt.DropAction.MoveAction, data, buttons, keys))
    return data


def test_create_volume(page: StoragePage, qtbot: QtBot, output: Path) -> None:
    dialog = arranged(page, qtbot)
    over = hover(dialog, Place(1, 2))
    for name in ("light", "dark"):
        theme.use(name)
        QApplication.processEvents()
        save(dialog, output / f"create-volume-{name}.png")
    theme.use("light")
    QApplication.processEvents()
    save(dialog, output / "create-volume-2x.png", 2.0)
    refused = hover(dialog, Place(0, 0))
    save(dialog, output / "create-volume-refused.png")
    assert chip.key_of(over) == chip.key_of(refused)


def test_create_volume_on_a_small_screen(page: StoragePage, qtbot: QtBot, output: Path) -> None:
    dialog = arranged(page, qtbot)
    dialog.form.choose(VolumeType.DISPERSE)
    dialog.arrange()
    dialog.resize(1100, 700)
    QApplication.processEvents()
    save(dialog, output / "create-volume-1280.png")
    dialog.form.choose(VolumeType.DISTRIBUTE)
    dialog.clear()
    dialog.arrange()
    dialog.reject()
    QApplication.processEvents()
    save(dialog, output / "create-volume-discard.png")


def test_add_bricks(page: StoragePage, qtbot: QtBot, output: Path) -> None:
    qtbot.addWidget(page)
    fill(page)
    dialog = page.proposals.add_bricks(scenes.vm_images(), page)
    dialog.arrange()
    QApplication.processEvents()
    save(dialog, output / "add-bricks-light.png")
