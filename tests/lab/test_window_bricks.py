"""Bricks that leave a volume or join it, through the real window and the command line, against real glusterds.

Every file is counted and compared through a mount afterwards.
"""

import json
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox

from nasclustergui.core.job import Job, JobState
from nasclustergui.core.plan import Risk
from nasclustergui.remote.audit_reader import verify
from nasclustergui.remote.paths import audit_file
from nasclustergui.subsystems.gluster.dialogs.more_copies import MoreCopiesDialog
from nasclustergui.subsystems.gluster.dialogs.remove_bricks import RemoveBricksDialog
from nasclustergui.subsystems.gluster.features.bricks.shapes import Raised
from nasclustergui.subsystems.gluster.model import TaskState
from nasclustergui.subsystems.gluster.page.offers import Action
from nasclustergui.ui.jobs import is_over
from tests.lab.app import App
from tests.lab.cluster import Completed, Lab, take_down
from tests.lab.files import POINT, Mount
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub

pytestmark = pytest.mark.lab

GLUSTER = "gluster --mode=script"
REAL_FILES = "find {brick} -path '{brick}/.glusterfs' -prune -o ! -type d ! '(' -perm 1000 -size 0 ')' -print | wc -l"
# Another administrator: every one of these takes the volume's lock
OTHERS = f"for i in $(seq 25); do {GLUSTER} volume status wide >/dev/null && echo took || echo refused; sleep 0.2; done"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("bricks")
    try:
        yield Lab.up(nodes=4, name=name, disks=8, disk_mb=400, etcd=False)
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


def brick(node: int, disk: int, volume: str) -> str:
    return f"node{node}:/bricks/d{disk}/{volume}"


def made(cluster: Lab, app: App, name: str, disk: int, nodes: Sequence[int] = (1, 2, 3, 4), kind: str = "") -> None:
    """A started volume with one brick on each of the nodes."""
    bricks = " ".join(brick(n, disk, name) for n in nodes)
    cluster.sh(1, f"{GLUSTER} volume create {name} {kind} {bricks} force && {GLUSTER} volume start {name}")
    app.wait_volume(name, lambda v: len(v.bricks) == len(nodes) and all(b.online and b.size for b in v.bricks), "up")


def gone(cluster: Lab, name: str) -> None:
    cluster.sh(1, f"{GLUSTER} volume stop {name} force; {GLUSTER} volume delete {name}", check=False)


def write(cluster: Lab, number: int, size: int, prefix: str = "f") -> None:
    """Files through the mount, each with a content of its own."""
    script = f"for i in $(seq {number}); do printf '%0{size}d' $i > {POINT}/{prefix}$i || exit 1; done"
    cluster.sh(1, script, timeout=120)


def contents(cluster: Lab) -> set[str]:
    """The names and checksums of all files that a client sees."""
    return set(cluster.sh(1, f"cd {POINT} && find . -type f | sort -u | xargs md5sum", timeout=120).stdout.splitlines())


def left_on(cluster: Lab, node: int, disk: int, volume: str) -> int:
    """Files with data on a brick, gluster's own pointers left out."""
    return int(cluster.sh(node, REAL_FILES.format(brick=f"/bricks/d{disk}/{volume}")).stdout)


def tasks(cluster: Lab, volume: str) -> str:
    return cluster.sh(1, f"{GLUSTER} volume status {volume} tasks").stdout


def bricks_of(cluster: Lab, volume: str) -> list[str]:
    lines = cluster.sh(1, f"{GLUSTER} volume info {volume}").stdout.splitlines()
    return [line.split(": ", 1)[1].split()[0] for line in lines if line.startswith("Brick") and ":/" in line]


def open_removal(app: App, volume: str) -> RemoveBricksDialog:
    app.choose_volume(volume)
    app.trigger(Action.REMOVE_BRICKS)
    dialog = app.space.storage.brick_flow.removing
    assert dialog is not None
    app.wait(dialog.isVisible, "the dialog", 10)
    return dialog


def check(app: App, dialog: RemoveBricksDialog, *names: str) -> None:
    """Click the boxes of these bricks' sets, or of the bricks themselves."""
    for one in dialog.choice.rows:
        boxes: list[QCheckBox] = [one.whole] if one.whole is not None and set(names) & set(one._names) else []
        for box in [*boxes, *(b for name, b in one.bricks.items() if name in names)]:
            box.click()
    app.qt.processEvents()


def go(app: App, dialog: RemoveBricksDialog) -> Job:
    app.wait(dialog.go_button.isEnabled, f"a choice that works: {dialog.hint()}", 20)
    app.click(dialog.go_button)
    return app.agree(app.plan())


def removed(app: App, volume: str, *names: str) -> Job:
    """Choose, agree: the job that runs."""
    dialog = open_removal(app, volume)
    check(app, dialog, *names)
    return go(app, dialog)


@contextmanager
def held(cluster: Lab, app: App, name: str) -> Iterator[None]:
    """In the block, files that leave this brick stop on their way as soon as some are away.

    Else some hundred of them are gone in three seconds, sooner than a page that looks every three must see it.
    """
    volume, path = name.partition(":")[2].rsplit("/", 1)[1], name.partition(":")[2]
    found = next(
        b for b in app.wait_volume(volume, lambda v: all(b.pid for b in v.bricks), "up").bricks if b.name == name
    )
    node = int(found.host.removeprefix("node"))
    count = REAL_FILES.format(brick=path)
    enough = int(cluster.sh(node, count).stdout) - 20  # gluster counts a file only when it has done with it
    script = f"until [ $({count}) -le {enough} ]; do :; done; kill -STOP {found.pid}"
    holder = threading.Thread(
        target=lambda: cluster.exec(node, "timeout", "60", "sh", "-c", script, check=False, timeout=90)
    )
    holder.start()
    try:
        yield
    finally:
        app.wait(lambda: not holder.is_alive(), "the brick to be held", 90)
        cluster.sh(node, f"kill -CONT {found.pid}", check=False)


def moving(app: App, job: Job, volume: str) -> None:
    """Wait until files are on their way."""

    def begun() -> bool:
        found = app.volume(volume)
        return bool(found and any(sum(n.files for n in t.nodes) for t in found.tasks)) or is_over(job)

    app.wait(begun, "the first files to move", 60)
    assert not is_over(job), (job.state, job.error, job.output)


def failed(app: App, job: Job, seconds: float = 120) -> str:
    app.wait(lambda: is_over(job), f"the end of {job.title}", seconds)
    assert job.state is JobState.FAILED, (job.state, job.output)
    return f"{job.error} {getattr(job.error, 'hint', '')}"


def entries(title: str) -> list[dict[str, object]]:
    """What the audit log says of the newest plan of that title."""
    assert verify(audit_file()).intact
    found = [json.loads(line) for line in audit_file().read_text().splitlines()]
    mine = [entry for entry in found if entry.get("title") == title]
    return [entry for entry in mine if entry["plan"] == mine[-1]["plan"]] if mine else []


def cli(cluster: Lab, *words: str) -> Completed:
    argv = (sys.executable, "-m", "nasclustergui", "--cluster", str(cluster.profile_path), "gluster", "volume", *words)
    return cluster.hub(*argv, check=False, timeout=120)


def test_a_brick_is_emptied_and_taken_out_and_every_file_is_still_there(app: App, cluster: Lab, output: Path) -> None:
    made(cluster, app, "wide", 1)
    with Mount(cluster, "wide") as mount:
        write(cluster, 500, 1024)
        before = contents(cluster)
        dialog = open_removal(app, "wide")
        assert not dialog.go_button.isEnabled()
        check(app, dialog, brick(4, 1, "wide"))
        app.shot(output, "lab-remove-bricks", dialog)
        with held(cluster, app, brick(4, 1, "wide")):
            job = go(app, dialog)
            moving(app, job, "wide")
            app.space.storage.tree.expand_key("wide")
            app.shot(output, "lab-remove-bricks-progress")
            assert any(b.name in t.bricks for t in app.volume("wide").tasks for b in app.volume("wide").bricks)  # type: ignore[union-attr]
            assert "Leaving" in app.space.storage.detail.picture.sentence()
        app.finish(job)
        volume = app.wait_volume("wide", lambda v: len(v.bricks) == 3 and not v.tasks, "three bricks, no task")
        assert all(b.online for b in volume.bricks)
        assert mount.count() == 500
        assert contents(cluster) == before
        assert left_on(cluster, 4, 1, "wide") == 0
    assert bricks_of(cluster, "wide") == [brick(n, 1, "wide") for n in (1, 2, 3)]
    commands = [str(e.get("command", "")) for e in entries("Remove bricks from wide")]
    assert any("remove-brick wide node4:/bricks/d1/wide start" in c for c in commands)
    assert any("remove-brick wide node4:/bricks/d1/wide commit" in c for c in commands)


def test_a_removal_that_is_cancelled_is_stopped_and_the_brick_stays(app: App, cluster: Lab) -> None:
    with Mount(cluster, "wide") as mount:
        write(cluster, 800, 512, "more")  # so that it takes some seconds
        before = contents(cluster)
        job = removed(app, "wide", brick(3, 1, "wide"))
        moving(app, job, "wide")
        job.cancel()
        app.wait(lambda: is_over(job), "the cancel", 60)
        assert job.state is JobState.CANCELLED
        assert "no active volume tasks" in tasks(cluster, "wide")
        assert len(bricks_of(cluster, "wide")) == 3
        assert contents(cluster) == before
        assert mount.count() >= 1300


def test_a_removal_found_running_is_watched_and_committed_after_a_restart(app: App, cluster: Lab, output: Path) -> None:
    """It was started elsewhere, or by a window that is gone: only the volume's tasks tell of it."""
    name = brick(3, 1, "wide")
    with Mount(cluster, "wide"):
        before = contents(cluster)
        cluster.sh(1, f"{GLUSTER} volume remove-brick wide {name} start")
        app.wait_volume("wide", lambda v: any(t.bricks == (name,) for t in v.tasks), "the removal")
        app.choose_volume("wide")
        shown = cli(cluster, "remove-brick", "wide", "status", "--json")
        assert json.loads(shown.stdout)["bricks"] == [name]
        dialog = app.ask(Action.REMOVAL_FINISH, "wide")
        app.shot(output, "lab-remove-bricks-finish", dialog)
        app.finish(app.agree(dialog))
        assert contents(cluster) == before
    assert bricks_of(cluster, "wide") == [brick(n, 1, "wide") for n in (1, 2)]
    assert left_on(cluster, 3, 1, "wide") == 0
    gone(cluster, "wide")


def test_a_set_of_copies_goes_while_another_client_takes_the_lock(app: App, cluster: Lab) -> None:
    made(cluster, app, "wide", 2, kind="replica 2")
    with Mount(cluster, "wide") as mount:
        write(cluster, 200, 1024)
        before = contents(cluster)
        said: list[str] = []
        with held(cluster, app, brick(3, 2, "wide")):
            job = removed(app, "wide", brick(3, 2, "wide"))
            moving(app, job, "wide")  # gluster itself holds the lock for the 5 seconds of the start
        other = threading.Thread(target=lambda: said.append(cluster.sh(2, OTHERS, timeout=300).stdout))
        other.start()
        app.finish(job)
        assert bricks_of(cluster, "wide") == [brick(1, 2, "wide"), brick(2, 2, "wide")]
        assert mount.count() == 200
        assert contents(cluster) == before
    assert left_on(cluster, 3, 2, "wide") == left_on(cluster, 4, 2, "wide") == 0
    app.wait(lambda: not other.is_alive(), "the other client", 120)
    assert said[0].split().count("took") >= 20, said  # the others met one of our own looks: gluster refuses at once
    gone(cluster, "wide")


def test_copies_are_added_and_healed_then_taken_out_again(app: App, cluster: Lab, output: Path) -> None:
    made(cluster, app, "pairs", 3, kind="replica 2")
    with Mount(cluster, "pairs"):
        write(cluster, 120, 1024)
        before = contents(cluster)
        app.choose_volume("pairs")
        app.trigger(Action.MORE_COPIES)
        dialog = app.space.storage.brick_flow.copying
        assert isinstance(dialog, MoreCopiesDialog)
        app.wait(dialog.isVisible, "the dialog", 10)
        assert dialog.wanted() == Raised(3)
        app.assign(dialog, ["node3:/bricks/d4", "node1:/bricks/d4"])
        app.wait(dialog.go_button.isEnabled, dialog.missing(), 20)
        app.shot(output, "lab-more-copies", dialog)
        app.finish(app.agree(app.review(dialog)), 180)
        app.wait_volume("pairs", lambda v: v.replica == 3 and v.heal_pending == 0, "three healed copies")
        sets = [[brick(1, 3, "pairs"), brick(2, 3, "pairs"), brick(3, 4, "pairs")]]
        sets.append([brick(3, 3, "pairs"), brick(4, 3, "pairs"), brick(1, 4, "pairs")])
        assert bricks_of(cluster, "pairs") == [name for group in sets for name in group]
        assert left_on(cluster, 3, 4, "pairs") == left_on(cluster, 1, 3, "pairs") > 0
        assert left_on(cluster, 1, 4, "pairs") == left_on(cluster, 4, 3, "pairs") > 0
        fewer = open_removal(app, "pairs")
        app.click(fewer.copies)
        app.wait(lambda: not fewer._comparing, "the comparison", 30)
        app.click(fewer.suggest)
        app.shot(output, "lab-fewer-copies", fewer)
        assert sorted(fewer.choice.chosen()) == sorted([brick(3, 4, "pairs"), brick(1, 4, "pairs")])
        app.click(fewer.go_button)
        plan = app.plan()
        assert plan.plan.risk is Risk.DESTRUCTIVE
        assert plan.confirm_field is not None
        app.finish(app.agree(plan))
        app.wait_volume("pairs", lambda v: v.replica == 2, "two copies")
        assert contents(cluster) == before
    assert bricks_of(cluster, "pairs") == [name for group in sets for name in group[:2]]


def test_the_only_good_copy_is_not_taken_out(app: App, cluster: Lab, output: Path) -> None:
    """Brick 2 dies, clients go on writing: what brick 1 and 3 … hold then is nowhere else."""
    volume = app.wait_volume("pairs", lambda v: all(b.pid for b in v.bricks), "brick processes")
    good, behind = volume.bricks[0], volume.bricks[1]
    with Mount(cluster, "pairs"):
        cluster.exec(2, "kill", "-9", str(behind.pid))
        app.wait_volume("pairs", lambda v: v.bricks[1].online is False, "its dead brick")
        write(cluster, 40, 2048, "g")
        app.wait_volume("pairs", lambda v: (v.bricks[0].heal_pending or 0) > 0, "a backlog")
        dialog = open_removal(app, "pairs")
        app.click(dialog.copies)
        app.wait(lambda: not dialog._comparing, "the comparison", 30)
        check(app, dialog, good.name, volume.bricks[2].name)
        assert not dialog.go_button.isEnabled()
        assert good.name in dialog.refusal
        assert dialog.force.isVisibleTo(dialog)
        app.shot(output, "lab-only-copy", dialog)
        dialog.choice.choose([behind.name, volume.bricks[2].name])  # the one that is behind may go
        app.wait(dialog.go_button.isEnabled, dialog.hint(), 10)
        dialog.reject()
        words = ("remove-brick", "pairs", "replica", "1", good.name, volume.bricks[2].name, "force")
        refused = cli(cluster, *words, "--yes", "--confirm", "pairs")
        assert refused.returncode != 0
        assert good.name in refused.stderr
        insisted = cli(cluster, *words, "--lose-only-copy", "--dry-run", "--json")
        assert "not_only_copy" not in insisted.stdout
        assert json.loads(insisted.stdout)["plan"]["steps"][0]["risk"] == "destructive"
        assert len(bricks_of(cluster, "pairs")) == 4
    gone(cluster, "pairs")


def take_out_half_moved(cluster: Lab, job: Job, before: set[str]) -> None:
    """The power was cut in the middle of a file: no retry moves it, nothing is committed. Do what the hint says."""
    assert "left on node3:/bricks/d5/deep" in str(job.error), job.error
    assert "copy each one through a mounted client" in str(job.error)
    assert len(bricks_of(cluster, "deep")) == 3
    assert contents(cluster) == before
    names = cluster.sh(3, REAL_FILES.format(brick="/bricks/d5/deep").replace("| wc -l", "")).stdout.split()
    files = " ".join(name.rsplit("/", 1)[1] for name in names)
    cluster.sh(1, f"mkdir /root/saved && cd {POINT} && cp {files} /root/saved")
    done = cli(cluster, "remove-brick", "deep", brick(3, 5, "deep"), "force", "--yes", "--confirm", "deep")
    assert done.returncode == 0, done.stderr
    copy = f"for f in {files}; do cmp -s /root/saved/$f {POINT}/$f || cp /root/saved/$f {POINT}/$f || exit 1; done"
    cluster.sh(1, copy)


def test_a_node_is_powered_off_during_a_removal(app: App, cluster: Lab, output: Path) -> None:
    """Nothing is lost, nothing claimed; gluster goes on by itself once the node is back, and so do we."""
    made(cluster, app, "deep", 5, (1, 2, 3))
    with Mount(cluster, "deep"):
        write(cluster, 1400, 512)
        before = contents(cluster)
        job = removed(app, "deep", brick(3, 5, "deep"))
        moving(app, job, "deep")
        cluster.poweroff(3)
        app.wait(lambda: "rests" in job.step or is_over(job), "the job to see it", 60)
        assert not is_over(job), (job.error, job.output)
        assert len(bricks_of(cluster, "deep")) == 3
        assert job.progress is None or job.progress < 1
        app.shot(output, "lab-remove-bricks-node-off")
        cluster.poweron(3)
        cluster.wait_healthy()
        app.wait(lambda: is_over(job), "the end", 180)
        if job.state is JobState.FAILED:  # files were left: then it is not committed, and a retry empties the brick
            assert len(bricks_of(cluster, "deep")) == 3
            app.wait_volume("deep", lambda v: all(b.online for b in v.bricks) and bool(v.tasks), "all bricks")
            ended = lambda v: all(task.state is not TaskState.RUNNING for task in v.tasks)  # noqa: E731
            app.wait_volume("deep", ended, "what gluster began again by itself to end", 180)
            job = app.agree(app.ask(Action.REMOVAL_RETRY, "deep"))
            app.wait(lambda: is_over(job), "the end of the retry", 180)
        if job.state is JobState.FAILED:
            take_out_half_moved(cluster, job, before)
        else:
            assert left_on(cluster, 3, 5, "deep") == 0
        assert bricks_of(cluster, "deep") == [brick(1, 5, "deep"), brick(2, 5, "deep")]
        assert contents(cluster) == before
    gone(cluster, "deep")


def test_files_without_room_keep_the_removal_from_its_commit_until_there_is_room(
    app: App, cluster: Lab, output: Path
) -> None:
    made(cluster, app, "full", 6, (1, 2))
    fill = "fallocate -l $(($(df --output=avail -k {d} | tail -1) - 6000))K {d}/fill"
    with Mount(cluster, "full"):
        write(cluster, 300, 4096)
        before = contents(cluster)
        name = brick(2, 6, "full")
        job = removed(app, "full", name)
        cluster.sh(1, fill.format(d="/bricks/d6"))
        said = failed(app, job)
        assert "could not be moved away" in said
        assert "not committed" in said
        assert len(bricks_of(cluster, "full")) == 2
        assert contents(cluster) == before
        ended = TaskState.COMPLETED
        app.wait_volume(
            "full", lambda v: any(n.failures for t in v.tasks for n in t.nodes if t.state is ended), "its end"
        )
        assert app.space.storage.detail.picture.sentence().count("Leaving") == 1
        app.shot(output, "lab-remove-bricks-failures")
        commit = cli(cluster, "remove-brick", "full", "commit", "--yes", "--confirm", "full")
        assert commit.returncode != 0
        assert "cannot be committed" in commit.stderr
        stop = cli(cluster, "remove-brick", "full", "stop", "--yes")
        assert stop.returncode == 0, stop.stderr
        app.wait_volume("full", lambda v: not v.tasks and (v.bricks[0].free or 1) < 40e6, "stopped, and the full disk")
        dialog = open_removal(app, "full")
        check(app, dialog, name)
        assert "no room" in dialog.refusal
        assert not dialog.go_button.isEnabled()
        app.shot(output, "lab-remove-bricks-no-room", dialog)
        dialog.reject()
        cluster.exec(1, "rm", "/bricks/d6/fill")
        done = cli(cluster, "remove-brick", "full", name, "--yes")
        assert done.returncode == 0, done.stderr
        assert bricks_of(cluster, "full") == [brick(1, 6, "full")]
        assert contents(cluster) == before
    gone(cluster, "full")


def test_force_leaves_the_files_behind_and_must_be_typed(app: App, cluster: Lab) -> None:
    made(cluster, app, "leave", 7, (1, 2))
    with Mount(cluster, "leave") as mount:
        write(cluster, 60, 512)
        dialog = open_removal(app, "leave")
        check(app, dialog, brick(2, 7, "leave"))
        app.click(dialog.force)
        app.click(dialog.go_button)
        plan = app.plan()
        assert plan.plan.risk is Risk.DESTRUCTIVE
        assert "is lost from the volume" in plan.plan.meaning[0].title
        assert any("will not migrate files" in prompt for prompt in plan.plan.prompts)
        stays = left_on(cluster, 2, 7, "leave")
        app.finish(app.agree(plan))
        assert bricks_of(cluster, "leave") == [brick(1, 7, "leave")]
        assert mount.count() == 60 - stays
        assert left_on(cluster, 2, 7, "leave") == stays > 0
    refused = cli(cluster, "add-brick", "leave", "replica", "2", brick(2, 7, "leave"), "force", "--yes")
    assert refused.returncode != 0
    assert "names are left in it" in refused.stderr
    added = cli(cluster, "add-brick", "leave", "replica", "3", brick(2, 8, "leave"), brick(3, 8, "leave"), "--yes")
    assert added.returncode == 0, added.stderr
    assert left_on(cluster, 3, 8, "leave") == 60 - stays
    gone(cluster, "leave")


def test_tasks_are_forgotten_once_all_is_done(app: App, cluster: Lab) -> None:
    found = [t.state for v in app.controller.state.gluster.volumes for t in v.tasks]  # type: ignore[union-attr]
    assert TaskState.RUNNING not in found
