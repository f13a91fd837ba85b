"""A fifth machine is added, joined, promoted, demoted, drained and removed again by the app alone; the only good copy
stays; a dead node is removed from the survivors. With TLS and etcd's users on.

The removal is cut in the middle of the heal: the node loses its power, the job is cancelled, the window is closed.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nasclustergui.cluster.lifecycle.join.dialogs.join_node import JoinDialog
from nasclustergui.cluster.lifecycle.leave.dialogs import DrainDialog, RemoveDialog
from nasclustergui.cluster.lifecycle.roles.dialog import DemoteDialog, PromoteDialog
from nasclustergui.cluster.node_word import node_word
from nasclustergui.core.job import JobState
from nasclustergui.remote.audit_reader import verify
from nasclustergui.remote.paths import audit_file
from nasclustergui.ui.jobs import is_over
from nasclustergui.window.host_key_dialog import HostKeyDialog
from tests.lab.cluster import Lab, take_down
from tests.lab.etcd_login import by_certificate, cli
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub
from tests.lab.opened import Opened
from tests.lab.services import etcd
from tests.lab.shell import Completed
from tests.lab.test_window_join import (
    action,
    agree,
    checked,
    describe,
    finished,
    keys,
    looked_again,
    open_add,
    peers,
    plan_of,
    titles,
)
from tests.lab.watched import seen_texts

pytestmark = pytest.mark.lab

GLUSTER = "gluster --mode=script volume"
DRAIN = "/cluster/nodes/node5/drain"
FILES = 400


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    """Four nodes that are a cluster, and a fifth that nobody knows."""
    require_lab()
    name = lab_name("leave")
    try:
        yield Lab.up(nodes=5, joined=4, agent=False, name=name, disks=1, disk_mb=400, etcd_auth=True)
    finally:
        take_down(name)


@pytest.fixture(scope="module")
def profile(cluster: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lab's profile with the certificate of etcd's root; plans change it."""
    return by_certificate(cluster, tmp_path_factory.mktemp("profile"), "root")


@contextmanager
def opened(cluster: Lab, profile: Path) -> Iterator[Opened]:
    with on_hub(cluster.name):
        window = Opened(profile)
        try:
            window.wait(lambda: window.desk.space is not None, "the cluster to be opened")
            window.wait(lambda: window.controller.state.etcd is not None, "etcd to be read")
            window.wait(lambda: window.controller.state.gluster is not None, "the volumes to be read")
            yield window
        finally:
            window.close()


# ---- hands


def removing(window: Opened, node: str) -> RemoveDialog:
    action(window, f"node.remove:{node}")
    dialog = window.dialog(RemoveDialog)
    wait_found(window, dialog)
    return dialog


def wait_found(window: Opened, dialog: RemoveDialog | DrainDialog) -> None:
    window.wait(lambda: dialog.findings.showing() == "content", "what was found out", 90)


def review(window: Opened, dialog: RemoveDialog | DrainDialog | PromoteDialog | DemoteDialog) -> list[str]:
    """Go on to the plan; the titles of its steps."""
    assert dialog.go_button.isEnabled(), dialog.missing()
    window.click(dialog.go_button)
    return titles(plan_of(window).plan)


def run(window: Opened) -> None:
    finished(window, agree(window, plan_of(window)))


def change_role(window: Opened, words: str, kind: type[PromoteDialog] | type[DemoteDialog]) -> None:
    action(window, words)
    dialog = window.dialog(kind)
    window.wait(lambda: dialog.found is not None and dialog.findings.showing() == "content", "what was found out", 90)
    review(window, dialog)
    run(window)


# ---- the truth


def sums(cluster: Lab, volume: str, node: int = 1) -> str:
    """The checksum of all files, as a client has them."""
    mount = (
        f"mkdir -p /mnt/{volume}; mountpoint -q /mnt/{volume} || mount -t glusterfs localhost:/{volume} /mnt/{volume}"
    )
    return cluster.sh(node, f"{mount}; cd /mnt/{volume}; find . -type f -exec md5sum {{}} + | sort | md5sum").stdout


def bricks(cluster: Lab, volume: str) -> list[str]:
    lines = cluster.sh(1, f"{GLUSTER} info {volume}").stdout.splitlines()
    return [line.partition(": ")[2] for line in lines if line.startswith("Brick") and ":/" in line]


def members(cluster: Lab) -> list[str]:
    listed = json.loads(etcd.etcdctl(cluster.spec, "member", "list", "-w", "json").stdout)["members"]
    return sorted(member.get("name", "") for member in listed)


def status(window: Opened, node: str = "node5") -> tuple[str, str]:
    """The node's word on the Nodes page."""
    state = window.controller.state
    found = next(each for each in state.nodes.nodes if each.name == node)
    word = node_word(state, found)
    return word.word, word.sub


def until(window: Opened, what: str, so: Callable[[], object]) -> None:
    window.wait(so, what)


def node(cluster: Lab, profile: Path, *words: str) -> Completed:
    return cli(cluster, profile, "node", *words)


# ---- the story


def test_a_fifth_node_comes_and_goes_by_the_app_alone(cluster: Lab, profile: Path, output: Path) -> None:
    with opened(cluster, profile) as window:
        join(window)
        assert all("node5" in peers(cluster, n) for n in (1, 2, 3, 4))
        change_role(window, "roles.promote:node5", PromoteDialog)
        assert members(cluster) == ["node1", "node2", "node3", "node5"]
        change_role(window, "roles.demote:node5", DemoteDialog)
        assert members(cluster) == ["node1", "node2", "node3"]
        fill(cluster)
        before = sums(cluster, "data")
        drain(window, cluster, profile, output)
        cut_removal(window, cluster, output)
    resume_removal(cluster, profile, output)
    assert sums(cluster, "data") == before
    assert sums(cluster, "data", 4) == before
    assert verify(audit_file()).intact


def join(window: Opened) -> None:
    dialog = open_add(window)
    describe(window, dialog, "10.77.0.15", "node5")
    window.click(dialog.check_button)
    checked(window, dialog)
    again = looked_again(dialog)
    window.click(dialog.key_button)
    window.click(window.dialog(HostKeyDialog).accept_button)
    window.wait(again, "the look after the host key was accepted")
    window.click(dialog.add_button)
    joining = window.dialog(JoinDialog)
    window.wait(lambda: joining.verdict is not None, "the look at the node of the profile")
    window.type(joining.login.user, "nasadmin")
    window.type(joining.login.password, "lab-nasadmin")
    window.click(joining.go_button)
    run(window)
    window.wait_online()


def fill(cluster: Lab) -> None:
    """A volume with a brick on the new node."""
    places = " ".join(f"node{n}:/bricks/d1/data" for n in (1, 2, 5))
    cluster.sh(1, f"{GLUSTER} create data replica 3 {places} && {GLUSTER} start data")
    cluster.sh(1, f"{GLUSTER} set data network.ping-timeout 5")  # by default a client waits 42 s for a dead node
    sums(cluster, "data")
    cluster.sh(
        1, f"cd /mnt/data && for i in $(seq {FILES}); do echo $i-$i > f$i; done; head -c 8000000 /dev/urandom > big"
    )


def drain(window: Opened, cluster: Lab, profile: Path, output: Path) -> None:
    until(window, "the volume in the window", lambda: window.controller.state.bricks_of("node5"))
    action(window, "node.drain:node5")
    dialog = window.dialog(DrainDialog)
    wait_found(window, dialog)
    window.type(dialog.reason, "its fan rattles")
    window.shot(output, "lab-leave-drain", dialog)
    assert "Its bricks stay and serve files: data" in seen_texts(dialog)
    review(window, dialog)
    run(window)
    noted = json.loads(keys(cluster)["drain"])
    assert (noted["why"], set(noted)) == ("its fan rattles", {"who", "when", "why"})
    until(window, "the word on the Nodes page", lambda: status(window)[0] == "Draining")
    assert status(window)[1].startswith("since ")
    assert status(window)[1].endswith(f", {noted['who']}")
    until(window, "its disks to be withheld", lambda: disk_problem(window) == "its node is being drained")
    assert "its fan rattles" in window.wait_alert("node5 is being drained")
    window.frame.show_page("nodes")
    window.shot(output, "lab-leave-nodes")
    done = cli(cluster, profile, "gluster", "volume", "create", "more", "node5:/bricks/d1/more", "--yes")
    assert done.returncode == 2, done.stdout
    assert "node5 is being drained: nothing new is placed on it." in done.stderr
    again = node(cluster, profile, "drain", "node5", "--yes")
    assert (again.returncode, "drained already" in again.stderr) == (2, True), again.stderr


def disk_problem(window: Opened) -> str:
    return next((disk.problem for disk in window.controller.disks if disk.node == "node5" and disk.mount), "")


def cut_removal(window: Opened, cluster: Lab, output: Path) -> None:
    """In the middle of the heal its power goes, then the job is cancelled."""
    dialog = removing(window, "node5")
    choice = dialog.bricks.choices["node5:/bricks/d1/data"]
    offers = [choice.itemText(n) for n in range(choice.count())]
    assert [offer.partition(":")[0] for offer in offers] == ["node3", "node4"]
    choice.setCurrentIndex(1)
    window.shot(output, "lab-leave-remove", dialog)
    steps = review(window, dialog)
    assert steps[:5] == [
        "Prepare /bricks/d1/data on node4",
        "Replace node5:/bricks/d1/data by node4:/bricks/d1/data",
        "Start what is missing of data",
        "Heal all files of data",
        "Verify node4:/bricks/d1/data",
    ]
    assert "Remove node5 from the pool" in steps
    assert steps[-2:] == ["Delete the keys of node5 in etcd", "Take node5 out of the profile"]
    window.shot(output, "lab-leave-plan", plan_of(window))
    until(window, "its heartbeat to tell", lambda: keys(cluster).get("status") == "draining")
    job = agree(window, plan_of(window))
    window.wait(lambda: job.step.startswith("Heal") or is_over(job), "the heal")
    assert not is_over(job), job.error
    cluster.poweroff(5)
    job.cancel()
    window.wait(lambda: is_over(job), "the end of the cancelled plan")
    assert job.state is JobState.CANCELLED
    assert bricks(cluster, "data") == [f"node{n}:/bricks/d1/data" for n in (1, 2, 4)]
    assert "node5" in peers(cluster, 1)


def resume_removal(cluster: Lab, profile: Path, output: Path) -> None:
    """The program starts anew: only the rest is planned, first as for a dead node, then as for one that is back."""
    with opened(cluster, profile) as window:
        window.wait(lambda: status(window)[0] == "No answer", "node5 to be missed")
        window.wait(lambda: peers(cluster, 1)["node5"] == "Disconnected", "gluster to miss it")
        dead = removing(window, "node5")
        assert "Out of the pool, by force" in dead.order.text()
        dead.reject()
        cluster.poweron(5)
        window.wait_online()
        window.wait(lambda: peers(cluster, 1)["node5"] == "Connected", "gluster to have it back")
        dialog = removing(window, "node5")
        if not dialog.go_button.isEnabled():  # glusterd on some node hears of it a moment later
            window.wait(lambda: peers(cluster, 2)["node5"] == "Connected", "the others to have it back")
            window.click(dialog.again_button)
            wait_found(window, dialog)
        steps = review(window, dialog)
        assert not any("Replace" in step or "drained" in step for step in steps), steps
        assert "Remove node5 from the pool" in steps
        run(window)
        window.wait(lambda: window.desk.space and "node5" not in window.desk.space.session.nodes, "the cluster anew")
    assert all("node5" not in peers(cluster, n) for n in (1, 2, 3, 4))
    assert keys(cluster) == {}
    assert "node5" not in profile.read_text()
    left = "ls -d /etc/nascluster /etc/systemd/system/nascluster-heartbeat.service; grep -c nascluster /etc/hosts"
    assert cluster.sh(5, left, check=False).stdout.strip() == "0"


# ---- what is refused


def test_the_node_with_the_only_good_copy_stays(cluster: Lab, profile: Path, output: Path) -> None:
    volume = "precious"
    places = " ".join(f"node{n}:/bricks/d1/{volume}" for n in (3, 4))
    cluster.sh(1, f"{GLUSTER} create {volume} replica 2 {places} force")
    for option in ("cluster.quorum-type none", "cluster.self-heal-daemon off"):
        cluster.sh(1, f"{GLUSTER} set {volume} {option}")
    cluster.sh(1, f"{GLUSTER} start {volume}")
    sums(cluster, volume)
    cluster.sh(3, f"kill -9 $(cat /var/run/gluster/vols/{volume}/node3-*.pid)")
    cluster.sh(1, f"cd /mnt/{volume} && echo only here > letter")
    cluster.sh(1, f"{GLUSTER} start {volume} force")
    reason = "no good copy but the one on node4:/bricks/d1/precious"
    with opened(cluster, profile) as window:
        window.wait_online()
        dialog = removing(window, "node4")
        assert not dialog.go_button.isEnabled()
        assert reason in seen_texts(dialog)
        assert reason in dialog.missing()
        window.shot(output, "lab-leave-refused", dialog)
        told = node(cluster, profile, "remove", "node4", "--yes", "--confirm", "node4")
        assert (told.returncode, reason in told.stderr) == (2, True), told.stdout + told.stderr
        assert len(bricks(cluster, volume)) == 2
        cluster.sh(1, f"{GLUSTER} set {volume} cluster.self-heal-daemon on; {GLUSTER} heal {volume} full")
        info = f"{GLUSTER} heal {volume} info summary"
        window.wait(lambda: "entries: 0" in quiet(cluster.sh(1, info).stdout), "the heal")
        window.click(dialog.again_button)
        wait_found(window, dialog)
        assert reason not in seen_texts(dialog)
        dialog.reject()
    told = node(cluster, profile, "remove", "node1", "--dry-run")  # a manager: etcd first loses it, then the pool
    order = [
        "Replace node1:/bricks/d1/data",
        "Take node1 out of etcd",
        "Remove node1 from the pool",
        "out of the profile",
    ]
    found = [told.stdout.find(words) for words in order]
    assert -1 not in found, told.stdout + told.stderr
    assert found == sorted(found)


def quiet(summary: str) -> str:
    """ "entries: 0" if no brick lists any."""
    lines = [line for line in summary.splitlines() if line.startswith("Total Number of entries:")]
    return f"entries: {sum(int(line.rpartition(' ')[2]) for line in lines)}" if len(lines) == 2 else ""


def test_a_dead_node_is_removed_from_the_survivors(cluster: Lab, profile: Path) -> None:
    before = sums(cluster, "data")
    cluster.sh(1, f"umount /mnt/precious; {GLUSTER} remove-brick precious replica 1 node4:/bricks/d1/precious force")
    cluster.poweroff(4)
    with opened(cluster, profile) as window:
        window.wait(lambda: peers(cluster, 1)["node4"] == "Disconnected", "gluster to miss it")
        dialog = removing(window, "node4")
        steps = review(window, dialog)
        assert "Remove node4 from the pool by force" in steps
        shown = plan_of(window)
        assert shown.confirm_field is not None
        run(window)
    assert all("node4" not in peers(cluster, n) for n in (1, 2, 3))
    assert bricks(cluster, "data") == [f"node{n}:/bricks/d1/data" for n in (1, 2, 3)]
    assert sums(cluster, "data") == before
