"""glusterd and etcd that hang, stop or lose their quorum, through the real window: never taken for "no volumes"."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from nasclustergui.subsystems.gluster.model import VolumeStatus
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub
from tests.lab.watched import VOLUMES, Watched, heal_services, make_volumes
from tests.lab.window_process import GONE_WITHIN, WindowProcess

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("services")
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
            heal_services(cluster)


@pytest.fixture
def program(cluster: Lab) -> Iterator[WindowProcess]:
    """A second window, to be closed in the middle of the fault."""
    with on_hub(cluster.name), WindowProcess(cluster.profile_path) as process:
        process.wait_open()
        yield process


def signal_glusterd(app: Watched, cluster: Lab, n: int, signal: str) -> None:
    app.meanwhile(lambda: cluster.sh(n, f"kill -{signal} $(pidof glusterd)"))


def glusterd(app: Watched, cluster: Lab, verb: str, *nodes: int) -> None:
    """Start or stop it on these nodes, one after the other."""
    for n in nodes:
        app.meanwhile(partial(cluster.exec, n, "systemctl", verb, "glusterd"))


def whom_we_ask(app: Watched) -> int:
    """The node whose glusterd answered last."""
    gluster = app.controller.state.gluster
    assert gluster is not None
    return int(gluster.asked.removeprefix("node"))


def names(app: Watched) -> tuple[str, ...]:
    gluster = app.controller.state.gluster
    assert gluster is not None
    return tuple(sorted(volume.name for volume in gluster.volumes))


def test_a_glusterd_that_hangs(app: Watched, cluster: Lab, program: WindowProcess, output: Path) -> None:
    """First the one we ask, which answers "no volumes" once its time is out; then another one, which blocks all."""
    asked = whom_we_ask(app)
    signal_glusterd(app, cluster, asked, "STOP")
    app.wait_told(f"GlusterFS waits for node{asked}")
    assert names(app) == VOLUMES
    assert whom_we_ask(app) != asked
    said = app.alert(f"GlusterFS waits for node{asked}")
    assert f"glusterd on node{asked} does not answer, and all of gluster waits for it; clients go on." in said
    assert "systemctl restart glusterd" in said
    assert "Brick states are from" in said
    assert app.row(app.space.storage.tree, "dist").cells[2].text.startswith("Seen ")
    assert app.node_row(f"node{asked}").cells[3].text == "glusterd hangs"
    app.shoot(output, "glusterd-hung")
    assert app.meanwhile(program.close) < GONE_WITHIN
    signal_glusterd(app, cluster, asked, "CONT")
    app.wait_well()
    other = next(n for n in (3, 2) if n != whom_we_ask(app))
    signal_glusterd(app, cluster, other, "STOP")
    app.wait_told(f"GlusterFS waits for node{other}")
    assert names(app) == VOLUMES
    assert f"glusterd on node{other} does not answer" in app.banner_says()
    signal_glusterd(app, cluster, other, "CONT")
    app.wait_well()
    app.assert_honest()


def test_a_glusterd_that_does_not_run(app: Watched, cluster: Lab, output: Path) -> None:
    """On one node, where its bricks go down with it as Debian's unit has it; then on all nodes."""
    glusterd(app, cluster, "stop", 1)
    app.wait_told("Volume dist: clients lose access to part of the files")
    app.wait_told("Peer node1 is not connected")
    assert "Bring node1 back, or start glusterd there (systemctl start glusterd)" in app.verdict_says()
    assert "glusterd does not run" in app.alert("Peer node1 is not connected")
    app.shoot(output, "glusterd-stopped")
    glusterd(app, cluster, "stop", 2, 3, 4)
    app.wait_told("GlusterFS cannot be read")
    assert names(app) == VOLUMES
    said = app.alert("GlusterFS cannot be read")
    assert "No node of the cluster can be asked about GlusterFS" in said
    assert "node1, node2, node3, node4: glusterd does not run" in said
    assert "systemctl start glusterd" in said
    assert "Values shown are from" in said
    assert "Volumes cannot be read" in app.banner_says()
    assert "Stale since" in app.status_says()
    assert not app.space.storage.create_button.isEnabled()
    app.shoot(output, "glusterd-nowhere")
    glusterd(app, cluster, "start", 1, 2, 3, 4)
    app.wait_well()
    app.assert_honest()


def test_etcd_without_leader_and_without_quorum(
    app: Watched, cluster: Lab, program: WindowProcess, output: Path
) -> None:
    leader = app.controller.state.leader
    n = int(leader.removeprefix("node"))
    app.meanwhile(lambda: cluster.sh(n, "systemctl kill -s KILL etcd; systemctl stop etcd"))
    app.wait_told("2 of 3 etcd members answer")
    assert "One more loss stops all configuration changes." in app.verdict_says()
    assert f"Start etcd on {leader}" in app.verdict_says()
    app.wait(lambda: app.controller.state.leader not in ("", leader), "a new leader")
    app.shoot(output, "etcd-leader")
    second = n % 3 + 1
    app.meanwhile(lambda: cluster.exec(second, "systemctl", "stop", "etcd"))
    app.wait_told("etcd has no leader")
    said = app.verdict_says()
    assert "No setting can be changed and heartbeats are not known. Files on the volumes stay accessible." in said
    assert f"Start etcd on {leader}" in said
    assert f"Start etcd on node{second}" in said
    assert app.controller.state.leader == ""
    app.shoot(output, "etcd-quorum")
    last = ({1, 2, 3} - {n, second}).pop()
    app.meanwhile(lambda: cluster.exec(last, "systemctl", "stop", "etcd"))
    app.wait_told("etcd cannot be read")
    assert "No etcd endpoint can be reached." in app.verdict_says()
    assert "That was read at" in app.alert("etcd has no leader")
    assert "No etcd endpoint can be reached." in app.alert("etcd cannot be read")
    assert "etcd read " in app.status_says()
    app.shoot(output, "etcd-gone")
    assert app.meanwhile(program.close) < GONE_WITHIN
    app.meanwhile(lambda: heal_services(cluster))
    app.wait_well()
    app.assert_honest()


def test_server_quorum_lost(app: Watched, cluster: Lab, output: Path) -> None:
    """glusterd stops the bricks of such a volume itself, and refuses to start them."""
    cluster.exec(1, "gluster", "--mode=script", "volume", "set", "dist", "cluster.server-quorum-type", "server")
    glusterd(app, cluster, "stop", 2, 3)
    app.wait_told("Volume dist: clients have no access, server quorum is lost")
    said = app.alert("server quorum is lost")
    assert "2 of 4 peers are connected and 3 are needed" in said
    assert "Bring node2, node3 back" in said
    volume = app.wait_volume("dist", lambda v: not any(b.online for b in v.bricks), "both bricks are down")
    assert volume.status is VolumeStatus.STARTED
    app.shoot(output, "server-quorum")
    glusterd(app, cluster, "start", 2, 3)
    app.wait_well()
    cluster.exec(1, "gluster", "--mode=script", "volume", "reset", "dist", "cluster.server-quorum-type")
    app.assert_honest()
