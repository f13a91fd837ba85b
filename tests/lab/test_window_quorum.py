"""What the quorum panel says beforehand, and what really happens once the node is off."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMenu

from nasclustergui.subsystems.gluster.features.quorum.outlook import Loss
from nasclustergui.subsystems.gluster.page.sections.quorum import QuorumSection
from nasclustergui.subsystems.gluster.safety import Reach
from tests.lab.app import App
from tests.lab.cluster import Lab, take_down
from tests.lab.files import POINT
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub

pytestmark = pytest.mark.lab

GLUSTER = "gluster --mode=script"
VOLUMES = {
    "three": "replica 3 node1:/bricks/d1/three node2:/bricks/d1/three node3:/bricks/d1/three",
    "pair": "replica 2 node2:/bricks/d2/pair node3:/bricks/d2/pair",
    "judge": "replica 3 arbiter 1 node1:/bricks/d2/judge node2:/bricks/d2/judge2 node3:/bricks/d2/judge",
    "parity": "disperse 3 redundancy 1 node1:/bricks/d3/parity node2:/bricks/d3/parity node3:/bricks/d3/parity",
}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("quorum")
    try:
        lab = Lab.up(nodes=4, name=name, disks=3, disk_mb=300, etcd=False)
        for volume, words in VOLUMES.items():
            lab.sh(1, f"{GLUSTER} volume create {volume} {words} && {GLUSTER} volume start {volume}")
            lab.sh(1, f"{GLUSTER} volume set {volume} network.ping-timeout 5")
        yield lab
    finally:
        take_down(name)


@pytest.fixture
def app(cluster: Lab) -> Iterator[App]:
    with on_hub(cluster.name):
        window = App(cluster.profile_path)
        try:
            window.wait_ready()
            yield window
        finally:
            window.close()


def panel(app: App, volume: str) -> QuorumSection:
    app.page("gluster")
    app.wait_volume(volume, lambda v: all(b.online is not None for b in v.bricks), "its bricks")
    app.space.storage.run_action(f"gluster.quorum:{volume}")
    section = app.space.storage.findChild(QuorumSection)
    assert section is not None
    app.wait(lambda: section.outlook is not None and section.outlook.volume == volume, f"the panel of {volume}", 10)
    return section


def loss(section: QuorumSection, what: str) -> Loss:
    assert section.outlook is not None
    return next(found for found in section.outlook.losses if found.what == what)


def choose(app: App, menu: QMenu, text: str) -> None:
    menu.aboutToShow.emit()
    found = [entry for entry in _entries(menu) if entry.text() == text]
    assert found, [entry.text() for entry in _entries(menu)]
    found[0].trigger()
    app.qt.processEvents()


def _entries(menu: QMenu) -> list:  # type: ignore[type-arg]
    own = list(menu.actions())
    return own + [inner for entry in own if entry.menu() for inner in entry.menu().actions()]  # type: ignore[attr-defined]


def writable(cluster: Lab, volume: str) -> bool:
    """What a client on node4, which has no bricks, can do: mount if need be, write, read back."""
    point, servers = f"{POINT}-{volume}", "backup-volfile-servers=node2:node3"
    script = (
        f"mkdir -p {point}; mountpoint -q {point} || "
        f"timeout 20 mount -t glusterfs -o {servers} node1:/{volume} {point} || exit 1; "
        f"echo $$ > {point}/probe && sync {point}/probe && cat {point}/probe"
    )
    return cluster.sh(4, f"timeout 25 sh -c '{script}' 2>/dev/null && echo fine || true").stdout.endswith("fine\n")


def cli(cluster: Lab, *words: str) -> tuple[int, str, str]:
    line = (sys.executable, "-m", "nasclustergui", "gluster", *words, "--cluster", str(cluster.profile_path))
    done = cluster.hub(*line, check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr


def test_replica_three_survives_one_and_is_lost_with_the_second_as_the_panel_says(
    app: App, cluster: Lab, output: Path
) -> None:
    section = panel(app, "three")
    assert {found.what: found.result.reach for found in section.outlook.losses} == {  # type: ignore[union-attr]
        f"node{n}": Reach.FULL for n in (1, 2, 3)
    }
    app.shot(output, "lab-quorum-held")
    assert writable(cluster, "three")
    cluster.poweroff(2)
    app.wait(lambda: loss(section, "node3").result.reach is Reach.NONE, "node3 to be the last that may not go")
    assert loss(section, "node2").gone
    app.shot(output, "lab-quorum-one-away")
    assert writable(cluster, "three")
    assert writable(cluster, "parity")
    cluster.poweroff(3)
    app.wait(lambda: section.client.badge.state == "critical", "the lost set")
    assert not writable(cluster, "three")
    app.shot(output, "lab-quorum-lost")
    cluster.poweron(2)
    cluster.poweron(3)
    app.wait_volume("three", lambda v: all(b.online for b in v.bricks), "all bricks again", 90)
    app.wait_volume("three", lambda v: v.heal_pending == 0, "nothing to heal", 120)


def test_the_first_brick_of_an_even_set_decides_once_quorum_is_automatic(app: App, cluster: Lab, output: Path) -> None:
    section = panel(app, "pair")
    assert {loss(section, f"node{n}").result.reach for n in (2, 3)} == {Reach.FULL}  # without quorum, by default
    choose(app, section.client.menu, "Automatic…")
    plan = app.plan()
    said = [meaning.title for meaning in plan.plan.meaning]
    assert "If node2 goes: stops (so far: goes on)" in said
    assert not any("node3" in title for title in said)
    app.shot(output, "lab-quorum-plan", plan)
    app.finish(app.agree(plan))
    app.wait(lambda: loss(section, "node2").result.reach is Reach.NONE, "the first brick to decide")
    assert loss(section, "node3").result.reach is Reach.FULL
    app.shot(output, "lab-quorum-first-brick")
    assert writable(cluster, "pair")
    cluster.poweroff(3)
    app.wait(lambda: loss(section, "node3").gone, "node3 away")
    assert writable(cluster, "pair")
    cluster.poweron(3)
    app.wait_volume("pair", lambda v: all(b.online for b in v.bricks) and v.heal_pending == 0, "healed", 120)
    cluster.poweroff(2)
    app.wait(lambda: section.client.badge.state == "critical", "the set to be lost")
    assert not writable(cluster, "pair")
    cluster.poweron(2)
    app.wait_volume("pair", lambda v: all(b.online for b in v.bricks) and v.heal_pending == 0, "healed", 120)


def test_server_quorum_counts_every_peer_and_stops_the_bricks(app: App, cluster: Lab, output: Path) -> None:
    section = panel(app, "judge")
    choose(app, section.server.menu, "Enforce for this volume…")
    app.finish(app.agree(app.plan()))
    app.wait(lambda: section.outlook is not None and section.outlook.server.enforced, "server quorum")
    assert section.outlook is not None
    assert (section.outlook.server.peers, section.outlook.server.needed) == (4, 3)
    assert loss(section, "node4").result.reach is Reach.FULL  # a peer without bricks is counted too
    cluster.poweroff(4)
    app.wait(lambda: section.server.badge.state == "warn", "no peer to spare")
    assert loss(section, "node3").result.server_quorum_lost  # the arbiter alone would not stop it
    app.shot(output, "lab-quorum-server")
    cluster.poweroff(3)
    app.wait(lambda: section.server.badge.state == "critical", "server quorum lost")
    app.wait(lambda: _bricks_of(cluster, "judge") == 0, "glusterd to stop the bricks")
    assert _bricks_of(cluster, "three") > 0
    code, _out, err = cli(cluster, "peer", "probe", "10.77.0.99", "--yes")
    assert code == 2, err
    cluster.poweron(3)
    cluster.poweron(4)
    app.wait_volume("judge", lambda v: all(b.online for b in v.bricks), "its bricks again", 120)
    code, _out, err = cli(cluster, "volume", "quorum", "judge", "server", "off", "--yes")
    assert code == 0, err
    app.wait(lambda: section.outlook is not None and not section.outlook.server.enforced, "no server quorum")


def _bricks_of(cluster: Lab, volume: str) -> int:
    return int(cluster.sh(1, f"ps -ww -C glusterfsd -o args= | grep -c -- '--volfile-id {volume}[.]' || true").stdout)


def test_weaker_rules_are_typed_and_senseless_ones_refused(app: App, cluster: Lab) -> None:
    section = panel(app, "three")
    choose(app, section.client.menu, "None…")
    dialog = app.plan()
    assert dialog.confirm_field is not None
    assert dialog.plan.meaning[0].title == "Split-brain becomes possible"
    dialog.reject()
    choose(app, section.client.menu, "At least 3 bricks…")
    dialog = app.plan()
    assert "If node1 goes: stops (so far: goes on)" in [meaning.title for meaning in dialog.plan.meaning]
    app.finish(app.agree(dialog))
    told = cluster.sh(1, f"{GLUSTER} volume info three").stdout
    assert "cluster.quorum-type: fixed" in told
    assert "cluster.quorum-count: 3" in told
    app.wait(lambda: loss(section, "node1").result.reach is Reach.NONE, "every brick to be needed")
    assert writable(cluster, "three")
    code, out, _err = cli(cluster, "volume", "quorum", "three", "--json")
    assert code == 0
    assert {one["what"]: one["reach"] for one in json.loads(out)["losses"]} == {f"node{n}": "none" for n in (1, 2, 3)}
    for words, why in (
        (("three", "fixed", "9"), "must be 1 to 3"),
        (("parity", "auto"), "data bricks decides"),
        (("three", "ratio", "101"), "1 to 100"),
        (("three", "sometimes"), "no rule of quorum"),
    ):
        code, _out, err = cli(cluster, "volume", "quorum", *words, "--yes")
        assert (code, why in err) == (2, True), err
    code, _out, err = cli(cluster, "volume", "quorum", "three", "default", "--yes")
    assert code == 0, err
    assert "quorum" not in cluster.sh(1, f"{GLUSTER} volume info three").stdout
