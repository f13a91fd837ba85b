"""Nodes that lose power, network or breath, through the real window: told, marked as old, over by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub
from tests.lab.watched import Watched, make_volumes
from tests.lab.window_process import GONE_WITHIN, WindowProcess

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("faults")
    try:
        lab = Lab.up(nodes=4, name=name, disks=3, disk_mb=400)
        make_volumes(lab)
        yield lab
    finally:
        take_down(name)


@pytest.fixture
def app(cluster: Lab) -> Iterator[Watched]:
    with on_hub(cluster.name):
        window = Watched(cluster.profile_path)
        try:
            window.wait_well()
            yield window
        finally:
            window.close()


@pytest.fixture
def program(cluster: Lab) -> Iterator[WindowProcess]:
    """A second window, to be closed in the middle of the fault."""
    with on_hub(cluster.name), WindowProcess(cluster.profile_path) as process:
        process.wait_open()
        yield process


def test_a_node_without_power(app: Watched, cluster: Lab, program: WindowProcess, output: Path) -> None:
    app.meanwhile(lambda: cluster.poweroff(4))
    app.wait_told("node4 does not answer")
    app.wait_told("Volume dist: clients lose access to part of the files")
    app.wait_told("Volume disp: 3 of 4 fragments left")
    app.wait(lambda: app.controller.verdict.word == "Act now", "the verdict")
    said = app.verdict_says()
    assert "Volume dist: clients lose access to part of the files" in said  # the worst first
    assert "Bring node4 back, or start glusterd there" in said
    node = app.alert("node4 does not answer")
    assert "Do not restart other nodes until node4 is back." in node
    assert "Last seen " in node
    assert "Check that the node is powered on" in node
    assert "Partly live" in app.status_says()
    assert "node4 does not answer" in app.status_says()
    app.assert_node_is_stale("node4")
    down = app.row(app.space.storage.tree, "dist/node4:/bricks/d2/dist")
    assert down.cells[2].text == "Down"
    app.shoot(output, "power")
    assert app.meanwhile(program.close) < GONE_WITHIN
    app.meanwhile(lambda: cluster.poweron(4))
    app.wait_well()
    app.assert_honest()


def test_a_node_without_network(app: Watched, cluster: Lab, program: WindowProcess, output: Path) -> None:
    app.meanwhile(lambda: cluster.unplug(2))
    app.wait_told("node2 does not answer")
    app.wait_told("GlusterFS waits for node2")  # which still thinks that it is there, and hangs for two minutes
    assert "node2 does not answer" in app.verdict_says()
    blocked = app.alert("GlusterFS waits for node2")
    assert "node2 cannot be reached, and all of gluster waits for it." in blocked
    assert "Bring the node back." in blocked
    assert "Brick states are from" in blocked
    assert "GlusterFS waits for node2" in app.banner_says()
    assert "Values below are from" in app.banner_says()
    assert "states of bricks read" in app.status_says()
    assert app.row(app.space.storage.tree, "rep").cells[2].text.startswith("Seen ")
    app.wait_volume("rep", lambda v: [b.online for b in v.bricks] == [True, None, True], "node2's brick is not known")
    app.assert_node_is_stale("node2")
    app.shoot(output, "network")
    assert app.meanwhile(program.close) < GONE_WITHIN
    app.meanwhile(lambda: cluster.plug(2))
    app.wait_well()
    app.assert_honest()


def test_a_node_that_hangs(app: Watched, cluster: Lab, program: WindowProcess, output: Path) -> None:
    app.meanwhile(lambda: cluster.freeze(3))
    app.wait_told("node3 does not answer")
    app.wait_told("GlusterFS waits for node3")
    node = app.alert("node3 does not answer")
    assert "Do not restart other nodes until node3 is back." in node
    assert "Last seen " in node
    app.assert_node_is_stale("node3")
    app.shoot(output, "hang")
    assert app.meanwhile(program.close) < GONE_WITHIN
    app.meanwhile(lambda: cluster.thaw(3))
    app.wait_well()
    app.assert_honest()
