"""Peers added, named, removed and mended through the real window and the command line, against real glusterds."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nasclustergui.remote.audit_reader import verify
from nasclustergui.remote.paths import audit_file
from nasclustergui.subsystems.gluster.model import PeerState
from nasclustergui.subsystems.gluster.page.sections.peers import PeersSection
from tests.lab.app import App
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub

pytestmark = pytest.mark.lab

GLUSTER = "gluster --mode=script"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    """Four nodes, three of them in the pool, with a volume on these."""
    require_lab()
    name = lab_name("peers")
    try:
        lab = Lab.up(nodes=4, name=name, disks=2, disk_mb=300, etcd=False, peer=False)
        lab.sh(1, f"{GLUSTER} peer probe node2 && {GLUSTER} peer probe node3")
        bricks = " ".join(f"node{n}:/bricks/d1/data" for n in (1, 2, 3))
        create = f"{GLUSTER} volume create data replica 3 {bricks} force"  # an attempt before may have marked them
        lab.sh(1, f"for i in $(seq 40); do {create} && break; sleep 0.5; done; {GLUSTER} volume start data")
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


def peers_tab(app: App) -> PeersSection:
    app.page("gluster")
    app.space.storage.run_action("gluster.peers")
    section = app.space.storage.findChild(PeersSection)
    assert section is not None
    app.wait(lambda: section.survey.views, "the nodes' own views")
    return section


def choose(app: App, section: PeersSection, name: str) -> None:
    def there() -> bool:
        section.select(name)
        chosen = section.tree.current_row()
        return chosen is not None and chosen.cells[0].text == name

    app.wait(there, f"a row of {name}")


def state_word(section: PeersSection, name: str) -> str:
    return next((row.cells[4].text for row in section._rows() if row.cells[0].text == name), "")


def members(cluster: Lab, node: int) -> dict[str, str]:
    """Name → state as this very node sees it, itself left out."""
    lines = cluster.sh(node, f"{GLUSTER} pool list").stdout.splitlines()[1:]
    return {line.split()[1]: line.split()[2] for line in lines if line.split()[1] != "localhost"}


def cli(cluster: Lab, *words: str) -> tuple[int, str, str]:
    profile = str(cluster.profile_path)
    done = cluster.hub(
        sys.executable, "-m", "nasclustergui", "gluster", *words, "--cluster", profile, check=False, timeout=120
    )
    return done.returncode, done.stdout, done.stderr


def press(app: App, section: PeersSection, what: str) -> None:
    """A button of the card, also when it is folded away."""
    button = getattr(section.card, what)
    app.wait(lambda: button in section.card.offered and button.isEnabled(), f"the button {what}: {button.toolTip()}")
    button.click()


def add(app: App, section: PeersSection, host: str, output: Path | None = None, shot: str = "") -> None:
    """By typing, from the button to the end of the job."""
    app.click(section.add_button)
    dialog = section.dialog
    assert dialog is not None
    app.wait(dialog.isVisible, "the dialog", 10)
    app.type(dialog.host, host)
    app.wait(dialog.go_button.isEnabled, f"{host} to be found fit; {dialog.missing()}", 30)
    if output is not None:
        app.shot(output, shot, dialog)
    app.click(dialog.go_button)
    app.finish(app.agree(app.plan()))


def test_a_node_of_the_profile_joins_and_is_really_connected_when_the_job_ends(
    app: App, cluster: Lab, output: Path
) -> None:
    section = peers_tab(app)
    app.wait(lambda: state_word(section, "node4") == "Not in the pool", "node4 outside")
    choose(app, section, "node4")
    app.shot(output, "lab-peers-outside")
    press(app, section, "add")
    dialog = section.dialog
    assert dialog is not None
    app.wait(dialog.go_button.isEnabled, f"node4 to be found fit; {dialog.missing()}", 30)
    app.shot(output, "lab-peers-add", dialog)
    app.click(dialog.go_button)
    app.finish(app.agree(app.plan()))
    seen = {n: members(cluster, n) for n in (1, 2, 3, 4)}  # at once: the probe itself returns too early
    assert all(set(view.values()) == {"Connected"} and len(view) == 3 for view in seen.values()), seen
    # the window reads brick states once after its own change, under the lock: a command that meets it is given again
    for words in ("create other node4:/bricks/d2/o", "delete other"):
        one = f"{GLUSTER} volume {words}"
        assert "success" in cluster.sh(2, f"for i in $(seq 40); do {one} && break; sleep 0.5; done").stdout
    app.wait(lambda: state_word(section, "node4") == "Connected", "node4 connected")
    app.shot(output, "lab-peers")
    entries = [json.loads(line) for line in audit_file().read_text().splitlines()]
    assert verify(audit_file()).intact
    assert any("peer probe node4" in str(entry.get("command", "")) for entry in entries)
    code, out, _err = cli(cluster, "peer", "status", "--json")
    told = {peer["node"]: peer for peer in json.loads(out)}
    assert code == 0
    assert told["node4"]["state"] == "connected"
    assert told["node4"]["does_not_see"] == []


def test_a_peer_with_bricks_stays_and_one_without_is_removed(app: App, cluster: Lab) -> None:
    section = peers_tab(app)
    choose(app, section, "node2")
    assert not section.card.detach.isEnabled()
    assert "still has 1 brick" in section.card.detach.toolTip()
    code, _out, err = cli(cluster, "peer", "detach", "node2", "--yes")
    assert code == 2
    assert "still has 1 brick of data" in err
    choose(app, section, "node4")
    press(app, section, "detach")
    dialog = app.plan()
    assert any("remounted" in prompt for prompt in dialog.plan.prompts)
    app.finish(app.agree(dialog))
    assert "node4" not in members(cluster, 1)
    assert members(cluster, 4) == {}
    app.wait(lambda: state_word(section, "node4") == "Not in the pool", "node4 outside again")


def test_the_node_that_answers_is_removed_by_another_one(cluster: Lab) -> None:
    with on_hub(cluster.name):
        cluster.sh(1, f"{GLUSTER} peer probe node4; sleep 1")
        code, out, err = cli(cluster, "peer", "detach", "node1", "--dry-run")
        assert (code, "still has 1 brick" in err) == (2, True)
        code, out, err = cli(cluster, "peer", "detach", "node4", "--dry-run")
        assert code == 0, err
        assert "peer detach node4" in out
        assert "(node4)" not in out
        code, out, err = cli(cluster, "peer", "detach", "node4", "--yes")
        assert code == 0, err
        assert members(cluster, 4) == {}


def test_hosts_that_cannot_join_are_told_before_anything_is_asked_of_gluster(
    app: App, cluster: Lab, output: Path
) -> None:
    section = peers_tab(app)
    app.click(section.add_button)
    dialog = section.dialog
    assert dialog is not None
    for host, why in (
        ("no-such-host", "has no address on"),
        ("10.77.0.99", "cannot be reached from"),
        ("node2", "in the pool already"),
    ):
        app.type(dialog.host, host)
        app.wait(lambda: dialog.found is not None, f"what is known about {host}", 30)
        assert dialog.found is not None
        if host == "node2":
            assert dialog.found.member is not None
            continue
        assert why in dialog.missing()
        assert not dialog.go_button.isEnabled()
    app.type(dialog.host, "-rf")
    app.wait(lambda: "no host name" in dialog.field.reason, "the refusal of a senseless name", 30)
    cluster.sh(4, f"{GLUSTER} volume create own node4:/bricks/d2/own")
    app.type(dialog.host, "node4")
    app.wait(lambda: "volumes of its own: own" in dialog.missing(), "the volume of its own", 30)
    app.shot(output, "lab-peers-refused", dialog)
    code, _out, err = cli(cluster, "peer", "probe", "node4", "--yes")
    assert (code, "has volumes of its own: own" in err) == (2, True)
    cluster.sh(4, f"for i in $(seq 40); do {GLUSTER} volume delete own && break; sleep 0.5; done")
    cluster.sh(4, "systemctl stop glusterd")
    app.type(dialog.host, "node4 ")
    app.wait(lambda: "cannot be reached from node1, node2, node3" in dialog.missing(), "the closed port", 30)
    cluster.sh(4, "systemctl start glusterd")
    dialog.reject()
    assert "node4" not in members(cluster, 1)


def test_a_peer_known_by_its_address_learns_its_name(app: App, cluster: Lab) -> None:
    section = peers_tab(app)
    add(app, section, cluster.address(4))
    app.wait(lambda: "only by its address" in _meaning(section, "node4"), "the advice to give it a name")
    choose(app, section, "node4")
    press(app, section, "name")
    dialog = section.dialog
    assert dialog is not None
    assert dialog.host.text() == "node4"
    app.wait(dialog.go_button.isEnabled, f"node4 to be found; {dialog.missing()}", 30)
    app.click(dialog.go_button)
    plan = app.plan()
    assert plan.plan.title == "Teach the pool the name node4"
    app.finish(app.agree(plan))
    assert "node4" in cluster.sh(2, f"{GLUSTER} peer status").stdout
    app.wait(lambda: "only by its address" not in _meaning(section, "node4"), "the advice to go")


def _meaning(section: PeersSection, name: str) -> str:
    return next((row.cells[5].text for row in section._rows() if row.cells[0].text == name), "")


def test_a_peer_that_is_gone_for_good_is_removed_by_force_only(app: App, cluster: Lab, output: Path) -> None:
    section = peers_tab(app)
    choose(app, section, "node4")
    cluster.poweroff(4)
    app.wait(lambda: state_word(section, "node4") == "Disconnected", "node4 away")
    choose(app, section, "node4")
    app.wait(lambda: section.card.force in section.card.offered, "the way by force")
    assert "not connected" in section.card.detach.toolTip()
    app.shot(output, "lab-peers-away")
    press(app, section, "force")
    dialog = app.plan()
    assert dialog.confirm_field is not None
    app.finish(app.agree(dialog))
    assert set(members(cluster, 1)) == {"node2", "node3"}
    cluster.poweron(4)
    # it still believes to be a member, as the plan said; cleaned, it is free again
    cluster.sh(
        4, "systemctl stop glusterd; rm -rf /var/lib/glusterd/peers /var/lib/glusterd/vols; systemctl start glusterd"
    )


def reject(cluster: Lab, node: int) -> None:
    """Its configuration of data gets another checksum at the same version, as after two changes in a split pool."""
    cluster.sh(1, f"{GLUSTER} volume set data performance.cache-size 64MB")
    info = "/var/lib/glusterd/vols/data/info"
    cluster.sh(
        node,
        "systemctl stop glusterd;"
        f"sed -i 's/^performance.cache-size=.*/performance.cache-size=48MB/' {info};"
        "systemctl reset-failed glusterd; systemctl start glusterd",
    )


def test_a_rejected_peer_is_diagnosed_and_mended(app: App, cluster: Lab, output: Path) -> None:
    reject(cluster, 3)
    section = peers_tab(app)
    app.wait(lambda: section.found.rejected == ("node3",), "node3 to be rejected")
    app.wait(lambda: state_word(section, "node3") == "Rejected", "its row to say so")
    assert section.found.majority
    (volume,) = section.found.volumes
    assert (volume.volume, volume.nodes) == ("data", ("node3",))
    assert {line.key: dict(line.values) for line in volume.lines} == {
        "performance.cache-size": {"64MB": ("node1", "node2"), "48MB": ("node3",)}
    }
    choose(app, section, "node3")
    app.shot(output, "lab-peers-rejected")
    code, out, _err = cli(cluster, "peer", "doctor", "--json")
    told = json.loads(out)
    assert (code, told["rejected"], told["majority"]) == (1, ["node3"], True)
    assert "password" not in out
    press(app, section, "mend")
    dialog = app.plan()
    app.shot(output, "lab-peers-mend-plan", dialog)
    app.finish(app.agree(dialog))
    views = {n: members(cluster, n) for n in (1, 2, 3)}
    assert all(len(view) == 2 and set(view.values()) == {"Connected"} for view in views.values()), views
    sums = {cluster.sh(n, "cat /var/lib/glusterd/vols/data/cksum").stdout for n in (1, 2, 3)}
    assert len(sums) == 1
    assert "performance.cache-size=64MB" in cluster.sh(3, "cat /var/lib/glusterd/vols/data/info").stdout
    copies = cluster.sh(3, "ls -d /var/lib/glusterd.before-mend-*").stdout.split()
    assert len(copies) == 1
    assert "48MB" in cluster.sh(3, f"cat {copies[0]}/vols/data/info").stdout
    app.wait(lambda: not section.found.rejected and not section.found.differing, "the doctor to be content")
    app.wait_volume("data", lambda v: all(b.online for b in v.bricks), "all bricks online")


def test_without_a_majority_nothing_is_mended(app: App, cluster: Lab) -> None:
    """One node is off and one differs: two against one of three known, but only one of the two can be asked."""
    reject(cluster, 3)
    cluster.poweroff(2)
    section = peers_tab(app)
    app.wait(lambda: "node2" in section.survey.unread, "node2 away", 60)
    app.wait(lambda: section.found.differing and not section.found.majority, "no majority")
    app.wait(section.banner.isVisible, "the banner")
    code, _out, err = cli(cluster, "peer", "mend", "node3", "--yes", "--confirm", "node3")
    assert (code, "No majority" in err) == (2, True), err
    cluster.poweron(2)
    app.wait(lambda: section.found.rejected == ("node3",) and section.found.majority, "a majority again", 90)
    code, out, err = cli(cluster, "peer", "mend", "node3", "--yes", "--confirm", "node3")
    assert code == 0, out + err
    assert set(members(cluster, 3).values()) == {"Connected"}
    gluster = app.controller.state.gluster
    assert gluster is not None
    app.wait(lambda: _all_connected(app), "the app to see all connected")


def _all_connected(app: App) -> bool:
    gluster = app.controller.state.gluster
    return gluster is not None and all(peer.state is PeerState.CONNECTED for peer in gluster.peers)
