"""The tabs of a node's detail with readings of a fake machine: healthy, failing, silent, never read."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nasclustergui.cluster.nodes.page import NodesPage
from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.command import Result
from nasclustergui.subsystems.nodes.features.joining.model import Clock
from nasclustergui.subsystems.nodes.features.machine import parse
from nasclustergui.subsystems.nodes.features.machine.model import Array, Device, Mounted, Reading
from nasclustergui.subsystems.nodes.features.machine.smart import parse_smart
from nasclustergui.subsystems.nodes.model import Link
from nasclustergui.ui import theme
from tests.gui import cluster_scenes

RECORDED = Path(__file__).parents[1] / "recorded" / "machine"
SHOWN = ("sata-good", "sata-failed", "sata-pending", "nvme-good", "usb-bridge", "standby", "virtual-qemu")


def reading() -> Reading:
    """A machine with a disk for each published answer of smartctl."""
    facts = parse.parse_facts("node1", Result(0, (RECORDED / "facts-lab-node1.txt").read_text()))
    paths = [f"/dev/sd{letter}" for letter in "abcdefg"]
    devices = tuple(Device(path, 4 << 40, "", "", "sata", True) for path in paths)
    brick = Mounted("/dev/sdb1", "xfs", "/bricks/sdb", 4 << 40, 3 << 40, 1 << 40, 1000, 990, True)
    devices = (devices[0], replace(devices[1], mounts=("/bricks/sdb",)), *devices[2:])
    arrays = (Array("md0", "raid1", "active", ("sdx1", "sdy1 (F)"), 1, "recovery 8.3%"),)
    facts = replace(facts, devices=devices, mounted=(*(facts.mounted or ()), brick), arrays=arrays)
    texts = ((RECORDED / "smart" / f"{name}.json").read_text() for name in SHOWN)
    smart = tuple(parse_smart(path, text) for path, text in zip(paths, texts, strict=True))
    updates = parse.parse_updates("node1", Result(0, (RECORDED / "updates-lab-node1.txt").read_text()))
    now = time.time()
    return Reading(facts, now, smart, now, updates, now, Clock(0.004, 0.012), now)


@pytest.fixture
def page(qapp: QApplication, qtbot: QtBot) -> NodesPage:
    theme.setup(qapp)
    theme.use("light")
    made = NodesPage(cluster_scenes.book())
    qtbot.addWidget(made)
    made.resize(1168, 780)
    made.show()
    return made


def show(page: NodesPage, state: ClusterState, node: str = "node1") -> None:
    page.set_state(state)
    page.select_node(node)
    QApplication.processEvents()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_disks_say_how_they_are(page: NodesPage, output: Path, mode: str) -> None:
    theme.use(mode)
    show(page, replace(cluster_scenes.healthy(), machines={"node1": reading()}))
    assert page.run_action("nodes.disks:node1")
    tree = page.detail.tabs.disks.tree
    found = {letter: tree.rows.row(tree.rows.find(f"disk//dev/sd{letter}")) for letter in "abcdefg"}
    words = {letter: row.cells[1].text for letter, row in found.items() if row is not None}
    assert words == {
        "a": "Healthy",
        "b": "Failing",
        "c": "Watch it",
        "d": "Healthy",
        "e": "Unknown",
        "f": "Unknown",
        "g": "Unknown",
    }
    assert tree.select_key("disk//dev/sde")
    assert page.detail.tabs.disks.note.text() == "sde: The USB adapter does not pass SMART on."
    array = tree.rows.row(tree.rows.find("array/md0"))
    assert array is not None
    assert array.cells[1].text == "Degraded"
    QApplication.processEvents()
    assert page.grab().save(str(output / f"machine-disks-{mode}.png"))


def test_a_silent_node_keeps_grey_values_with_their_time(page: NodesPage) -> None:
    state = replace(cluster_scenes.healthy(), machines={"node1": reading()})
    show(page, state)
    page.detail.tabs.open("disks")
    lost = tuple(replace(node, link=Link.LOST) if node.name == "node1" else node for node in state.nodes.nodes)
    nodes = replace(state.nodes, nodes=lost, by_name={node.name: node for node in lost})
    show(page, replace(state, nodes=nodes))
    tree = page.detail.tabs.disks.tree
    row = tree.rows.row(tree.rows.find("disk//dev/sda"))
    assert row is not None
    assert row.cells[1].state == "stale"  # not "Healthy" in green
    assert row.cells[0].stale
    assert page.detail.tabs.freshness().startswith("No answer · Read ")


def test_what_was_never_read_is_no_empty_table(page: NodesPage) -> None:
    state = cluster_scenes.healthy()
    show(page, state)
    for tab in page.detail.tabs.views:
        page.detail.tabs.open(tab)
        assert page.detail.tabs.stack.showing() == "loading"
    refused = Reading(error="node1: sudo asks for a password", hint="Give one.")
    show(page, replace(state, machines={"node1": refused}))
    assert page.detail.tabs.stack.showing() == "failed"
    lost = tuple(replace(node, link=Link.LOST) for node in state.nodes.nodes)
    show(page, replace(state, nodes=replace(state.nodes, nodes=lost, by_name={node.name: node for node in lost})))
    assert page.detail.tabs.stack.showing() == "empty"


def test_software_and_hardware_in_words(page: NodesPage, output: Path) -> None:
    show(page, replace(cluster_scenes.healthy(), machines={"node1": reading()}))
    page.detail.tabs.open("software")
    card = page.detail.tabs.software.card.shown()
    assert card["Updates"] == "117 updates, 76 of them for security"
    assert card["Between nodes"] == "—"  # only one was read
    page.detail.tabs.open("hardware")
    assert page.detail.tabs.hardware.processor.shown()["Memory errors"].startswith("No counters")
    assert page.detail.tabs.hardware.heat.shown() == {"Sensors": "None to read"}
