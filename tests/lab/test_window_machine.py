"""The tabs of a node's detail on real nodes: what they show is what the nodes say, and old values say from when."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nasclustergui.cluster.nodes.machine.tabs import MachineTabs
from nasclustergui.core.events import Severity
from nasclustergui.ui.cell import Row, cell_text
from nasclustergui.ui.tree import Tree
from tests.lab import etcd_login
from tests.lab.app import App, pause
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub

pytestmark = pytest.mark.lab
SMART = Path(__file__).parents[1] / "recorded" / "machine" / "smart"
DISKS = """{"blockdevices": [{"path": "/dev/sda", "type": "disk", "size": 4000787030016, "model": "ST4000DM000-1F2168",
 "rota": true, "tran": "sata", "ro": false, "mountpoint": null, "children": [
 {"path": "/dev/sda1", "type": "part", "mountpoints": ["/bricks/d1"]}]}]}"""


class Hands(App):
    """The window, and what its tabs say."""

    @property
    def tabs(self) -> MachineTabs:
        return self.space.nodes.detail.tabs

    def look(self, node: str, tab: str) -> None:
        """Choose node and tab; wait until it was read after that, by the button if it stood there already."""
        watch = self.space.machines
        self.page("nodes")
        self.wait(lambda: not watch.busy(node), f"{node} to be read")
        since = time.time()
        self.wait(lambda: self.space.nodes.tree.select_key(node), f"a row of {node}")
        self.tabs.open(tab)
        pause(50)
        if not watch.busy(node):
            self.wait(self.tabs.again.isEnabled, "the button Read again")
            self.click(self.tabs.again)

        def read() -> bool:
            reading = self.controller.state.machines.get(node)
            at = (reading.smart_at if tab == "disks" else reading.clock_at) if reading is not None else None
            return at is not None and at > since and not (tab == "disks" and watch.busy(node))

        self.wait(read, f"{node} to be read anew")
        pause(50)

    def row(self, tree: Tree, key: str) -> Row:
        """The row of that key."""
        found = tree.rows.row(tree.rows.find(key))
        assert found is not None, f"no row {key}"
        return found

    def problems(self) -> dict[str, tuple[Severity, str, str, str]]:
        """Key → severity, title, text, action of the alerts."""
        return {p.key: (p.severity, p.title, p.text, p.action) for p in self.controller.found}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("machine")
    try:
        lab = Lab.up(nodes=2, name=name, disks=1, disk_mb=300, etcd_auth=True)
        bricks = [f"node{n}:/bricks/d1/data" for n in (1, 2)]
        lab.exec(1, "gluster", "--mode=script", "volume", "create", "data", "replica", "2", *bricks, "force")
        lab.exec(1, "gluster", "--mode=script", "volume", "start", "data")
        yield lab
    finally:
        take_down(name)


@pytest.fixture(scope="module")
def app(cluster: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    with on_hub(cluster.name):
        hands = Hands(etcd_login.by_certificate(cluster, tmp_path_factory.mktemp("profile")))
        try:
            hands.wait(lambda: hands.volume("data"), "the volume")
            yield hands
        finally:
            hands.close()


@pytest.fixture(scope="module")
def profile(cluster: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return etcd_login.by_certificate(cluster, tmp_path_factory.mktemp("profile"))


def cli(lab: Lab, profile: Path, *words: str) -> tuple[int, str, str]:
    done = etcd_login.cli(lab, profile, "node", *words)
    return done.returncode, done.stdout, done.stderr


def place(lab: Lab, n: int, path: str, text: str) -> None:
    """Lay an executable file on a node."""
    lab.exec(n, "sh", "-c", f"cat > {path} <<'EOF'\n{text}\nEOF\nchmod 755 {path}")


def test_tabs_show_what_the_node_says(app: Hands, cluster: Lab, output: Path) -> None:
    app.look("node1", "hardware")
    processor = app.tabs.hardware.processor.shown()
    model = cluster.sh(1, "sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1").stdout.strip()
    assert processor["Processor"] == (model or "—")
    app.look("node1", "disks")
    assert "smartctl is not installed" in app.tabs.disks.note.text()
    brick = app.row(app.tabs.disks.tree, "mount//bricks/d1")
    source = cluster.sh(1, "findmnt -no SOURCE /bricks/d1").stdout.strip()
    assert cell_text(brick.cells[0]) == f"/bricks/d1 xfs · {source}"
    assert brick.cells[1].text == "Writable"
    app.look("node1", "network")
    eth0 = app.row(app.tabs.network.tree, "interface/eth0")
    mac = cluster.sh(1, "cat /sys/class/net/eth0/address").stdout.strip()
    assert [cell.text for cell in eth0.cells[3:6]] == ["1500", "10.77.0.11/24", mac]
    app.look("node1", "software")
    app.wait(lambda: "2 of 2" in app.tabs.software._told.text(), "both nodes to be read")
    gluster = app.row(app.tabs.software.tree, "version/glusterfs-server")
    version = cluster.sh(1, "dpkg-query -W -f '${Version}' glusterfs-server").stdout
    assert [cell.text for cell in gluster.cells[1:3]] == [version, "Same on all 2"]
    card = app.tabs.software.card.shown()
    assert card["Kernel"] == cluster.sh(1, "uname -r").stdout.strip()
    assert card["Failed units"] == "None"
    assert "±" in card["Clock"]
    app.wait(lambda: app.tabs.software.card.shown()["Updates"] != "—", "apt's answer", 90)
    app.shot(output, "lab-machine-software")


def test_read_only_brick_failed_unit_and_mtu_that_differs_are_pointed_out(app: Hands, cluster: Lab) -> None:
    cluster.sh(2, "ip link set eth0 mtu 1400; systemd-run --unit broken-thing false; mount -o remount,ro /bricks/d1")
    try:
        app.look("node2", "network")
        app.wait(lambda: "1400: node2 eth0; 1500: node1 eth0" in app.tabs.network.note.text(), "the MTUs")
        app.look("node2", "software")
        app.wait(lambda: "broken-thing" in app.tabs.software.card.shown()["Failed units"], "the failed unit")
        app.look("node2", "disks")
        assert app.row(app.tabs.disks.tree, "mount//bricks/d1").cells[1].text == "Read-only"
    finally:
        cluster.sh(2, "ip link set eth0 mtu 1500; systemctl reset-failed; mount -o remount,rw /bricks/d1")


def test_failing_disk_as_a_fake_smartctl_tells_it_becomes_an_alert_with_its_brick_and_the_wizard(
    app: Hands, cluster: Lab, output: Path, profile: Path
) -> None:
    """The lab has no real disks: smartctl and lsblk of node2 are scripts that print recorded JSON."""
    answer = (SMART / "sata-failed.json").read_text()
    place(cluster, 2, "/usr/local/sbin/smartctl", f"#!/bin/sh\n[ \"$1\" = --scan ] || cat <<'E'\n{answer}E")
    listing = (
        f"case \"$*\" in *NAME,TYPE*) echo '/dev/sda disk' ;; *help*) echo MOUNTPOINTS ;; *) cat <<'E'\n{DISKS}\nE"
    )
    place(cluster, 2, "/usr/local/sbin/lsblk", f"#!/bin/sh\n{listing}\n;; esac")
    try:
        app.look("node2", "disks")
        disk = app.row(app.tabs.disks.tree, "disk//dev/sda")
        assert (disk.cells[1].text, disk.cells[1].state) == ("Failing", "critical")
        assert [cell.text for cell in disk.cells[5:8]] == ["63,560", "1,320", "1,320"]
        assert "bricks of data" in disk.cells[0].sub
        app.shot(output, "lab-machine-disks")
        app.wait(lambda: "nodes/node2/smart//dev/sda" in app.problems(), "the alert")
        severity, title, text, action = app.problems()["nodes/node2/smart//dev/sda"]
        assert (severity, title) == (Severity.CRITICAL, "Disk sda in node2 is failing")
        assert "/bricks/d1/data (data)" in text
        assert action == "gluster.replace-brick:data"
        app.space.run_action(action)
        wizard = app.space.storage.disk_flow.dialog
        assert wizard is not None
        app.wait(wizard.isVisible, "the wizard")
        app.shot(output, "lab-machine-wizard", wizard)
        wizard.reject()
        code, out, err = cli(cluster, profile, "show", "node2", "--json")
        assert code == 1, err  # a disk fails
        told = json.loads(out)["smart"][0]
        assert (told["health"], told["pending"], told["device"]) == ("failing", 1320, "/dev/sda")
    finally:
        cluster.sh(2, "rm -f /usr/local/sbin/smartctl /usr/local/sbin/lsblk")
    app.look("node2", "disks")
    app.wait(lambda: "nodes/node2/smart//dev/sda" not in app.problems(), "the alert to be over")


def test_disk_that_never_answers_a_fake_smartctl_does_not_stop_the_rest(app: Hands, cluster: Lab) -> None:
    """The fake one ignores its end and holds its output, as a process that waits for a dead disk does."""
    place(
        cluster, 2, "/usr/local/sbin/smartctl", "#!/bin/sh\n[ \"$1\" = --scan ] && exit\ntrap '' TERM\nsleep 40 & wait"
    )
    place(cluster, 2, "/usr/local/sbin/lsblk", "#!/bin/sh\ncase \"$*\" in *NAME,TYPE*) echo '/dev/sda disk' ;; esac")
    try:
        app.look("node2", "disks")
        app.wait(lambda: "nodes/node2/smart//dev/sda" in app.problems(), "the alert")
        assert "does not answer" in app.problems()["nodes/node2/smart//dev/sda"][1]
    finally:
        cluster.sh(2, "rm -f /usr/local/sbin/smartctl /usr/local/sbin/lsblk")
    app.look("node2", "disks")


def test_clock_that_is_ahead_as_a_fake_date_tells_it_is_an_alert(app: Hands, cluster: Lab, profile: Path) -> None:
    """All nodes of the lab share one clock: the command date of node2 lies."""
    place(cluster, 2, "/usr/local/bin/date", '#!/bin/sh\nexec /bin/date -d "+30 seconds" "$@"')
    try:
        app.look("node2", "hardware")
        app.wait(lambda: "nodes/node2/clock" in app.problems(), "the alert")
        severity, title, _text, action = app.problems()["nodes/node2/clock"]
        assert severity is Severity.WARN
        assert "The clock of node2 is 30" in title or "The clock of node2 is 29" in title
        assert "±" in title
        assert action == "nodes.software:node2"
        code, out, err = cli(cluster, profile, "clock")
        assert code == 1, err
        assert [line.split()[0] for line in out.splitlines() if line.endswith("wrong")] == ["node2"]
    finally:
        cluster.sh(2, "rm -f /usr/local/bin/date")
    app.look("node2", "hardware")
    app.wait(lambda: "nodes/node2/clock" not in app.problems(), "the alert to be over")


def test_commands_show_versions_and_clocks(cluster: Lab, profile: Path) -> None:
    code, out, err = cli(cluster, profile, "show", "node1")
    assert code == 0, err
    assert "/bricks/d1" in out
    assert "10.77.0.11/24" in out
    code, out, err = cli(cluster, profile, "versions", "--json")
    assert code == 0, err
    found = {row["program"]: row for row in json.loads(out)["versions"]}
    assert list(found["etcd-server"]["versions"].values()) == [["node1", "node2"]]
    code, out, _err = cli(cluster, profile, "clock", "--json")
    assert code == 0
    assert set(json.loads(out)["against_workstation"]) == {"node1", "node2"}
    code, _out, err = cli(cluster, profile, "show", "node9")
    assert code != 0
    assert "node9" in err


def test_node_powered_off_in_sight_keeps_its_values_grey_and_says_from_when(
    app: Hands, cluster: Lab, output: Path, profile: Path
) -> None:
    app.look("node2", "network")
    read = app.tabs.freshness()
    assert read.startswith("Read ")
    cluster.poweroff(2)
    app.wait(lambda: "No answer" in app.tabs.freshness(), "the loss to be noticed")
    assert read in app.tabs.freshness()
    eth0 = app.row(app.tabs.network.tree, "interface/eth0")
    assert all(cell.stale for cell in eth0.cells if cell.kind != "state")
    assert eth0.cells[1].state == "stale"
    assert not app.tabs.again.isEnabled()
    app.shot(output, "lab-machine-off")
    code, _out, err = cli(cluster, profile, "versions")
    assert code == 1
    assert "node2" in err
    cluster.poweron(2)
    app.space.nodes.reconnect.emit("node2")
    app.wait(lambda: "No answer" not in app.tabs.freshness() and app.tabs.freshness() != read, "newer values")
    assert not app.row(app.tabs.network.tree, "interface/eth0").cells[0].stale
