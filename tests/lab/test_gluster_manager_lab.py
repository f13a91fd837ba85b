"""The gluster manager against real glusterds: changes as plans, dead bricks, hung and lost nodes, taken locks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from nasclustergui.core.errors import Cancelled, CommandFailed, NasError, OutcomeUnknown, PlanOutdated
from nasclustergui.core.job import Job
from nasclustergui.core.outcome import StepState
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Environment, NodeProfile, Profile, SshDefaults
from nasclustergui.remote.audit import Entry
from nasclustergui.remote.executor import Executor
from nasclustergui.remote.ssh_nodes import SshNodes
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.health import problems
from nasclustergui.subsystems.gluster.layout import BrickSpec, VolumeSpec
from nasclustergui.subsystems.gluster.manager import GlusterManager
from nasclustergui.subsystems.gluster.model import GlusterState, TaskState, Volume, VolumeStatus, VolumeType
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub

pytestmark = pytest.mark.lab
WAIT = 60.0
DIST, REPL, ARBITER, DISP = VolumeType.DISTRIBUTE, VolumeType.REPLICATE, VolumeType.ARBITER, VolumeType.DISPERSE


class Watched(Job):
    """Remembers the progress that was reported, and tells every step."""

    def __init__(self, title: str, at_step: Callable[[str], None] = lambda _step: None) -> None:
        super().__init__(title)
        self.seen: list[float] = []
        self.at_step = at_step

    def report(self, step: str, progress: float | None = None) -> None:
        super().report(step, progress)
        if progress is not None:
            self.seen.append(progress)
        self.at_step(step)


@dataclass
class App:
    """The program without its window. `written`: what went to the audit log."""

    lab: Lab
    manager: GlusterManager
    profile: Profile
    written: list[Entry] = field(default_factory=list)

    def write(self, entry: Entry) -> None:
        self.written.append(entry)

    def read(self, patience: float = 20.0) -> GlusterState:
        return self.manager.read(Job("poll", quiet=True), patience)

    def volume(self, name: str) -> Volume:
        found = self.read().volume(name)
        assert found is not None, f"no volume {name}"
        return found

    def run(self, plan: Plan, job: Job | None = None) -> None:
        executor = Executor({"gluster": self.manager}, self, self.profile)
        outcomes = executor.run(plan, job or Job(plan.title), confirmed=plan.confirm)
        assert {outcome.state for outcome in outcomes} == {StepState.DONE}

    def create(
        self, name: str, kind: VolumeType, nodes: tuple[int, ...], size: int = 1, disk: int = 1, redundancy: int = 0
    ) -> None:
        bricks = tuple(self.brick(n, name, disk) for n in nodes)
        spec = VolumeSpec(name, kind, bricks, size, redundancy)
        self.run(self.manager.plan_create_volume(spec, self.read()))

    def delete(self, name: str) -> None:
        self.run(self.manager.plan_delete(name, self.read()))

    def brick(self, n: int, directory: str, disk: int = 1) -> BrickSpec:
        mount = f"/bricks/d{disk}"
        return BrickSpec(f"node{n}", f"{mount}/{directory}", f"node{n}", mount=mount)

    def write_files(self, volume: str, count: int, node: int = 1) -> None:
        """As many new files, in eight directories, through a mount on the node that is gone afterwards."""
        script = (
            f"mkdir -p /mnt/{volume} && mount -t glusterfs node{node}:/{volume} /mnt/{volume} && cd /mnt/{volume} && "
            f"mkdir -p 0 1 2 3 4 5 6 7 && for i in $(seq {count}); do echo $i > $((i % 8))/f$i-$RANDOM; done; "
            f"cd / && umount /mnt/{volume}"
        )
        self.lab.sh(node, script, timeout=120)

    def until(self, true: Callable[[GlusterState], object], what: str, seconds: float = WAIT) -> GlusterState:
        end = time.monotonic() + seconds
        while True:
            state = self.read(2.5)
            if true(state):
                return state
            assert time.monotonic() < end, f"{what} did not happen: {state.status_error} {problems(state)}"
            time.sleep(0.3)

    def until_whole(self, seconds: float = WAIT) -> GlusterState:
        def whole(state: GlusterState) -> bool:
            quiet = not state.status_error and not state.node_errors
            return quiet and all(peer.connected for peer in state.peers) and not problems(state)

        return self.until(whole, "the recovery", seconds)


def online(state: GlusterState, volume: str) -> list[bool | None]:
    found = state.volume(volume)
    assert found is not None
    return [brick.online for brick in found.bricks]


@pytest.fixture(scope="module")
def four() -> Iterator[Lab]:
    require_lab()
    name = lab_name("gluster")
    try:
        yield Lab.up(nodes=4, name=name, disks=3, disk_mb=500, etcd=False)
    finally:
        take_down(name)


@pytest.fixture
def app(four: Lab) -> Iterator[App]:
    """Connected, on the lab's workstation; the lab is whole afterwards."""
    known = str(four.paths.known_hosts)
    ssh = SshDefaults("root", identity_files=(str(four.ssh_key),), known_hosts=known, config="", agent=False)
    nodes_of = tuple(NodeProfile(f"node{n}", four.address(n)) for n in four.spec.numbers)
    profile = Profile("lab", nodes_of, Environment.LAB, ssh=ssh)
    with on_hub(four.name):
        nodes = SshNodes(profile)
        nodes.connect_all(wait=30)
        manager = GlusterManager(nodes, {}, profile.name)
        yield App(four, manager, profile)
        manager.close()
        nodes.close()
    for status in four.status():
        if not status.on:
            four.poweron(status.n)
        if not status.plugged:
            four.plug(status.n)
        four.sh(status.n, "pkill -CONT -x glusterd || true")


@pytest.mark.parametrize(
    ("name", "kind", "nodes", "size", "redundancy"),
    [
        ("dist", DIST, (1, 2), 1, 0),
        ("rep", REPL, (1, 2, 3), 3, 0),
        ("two", REPL, (1, 2, 3, 4), 2, 0),
        ("arb", ARBITER, (1, 2, 3), 3, 0),
        ("disp", DISP, (1, 2, 3, 4), 4, 1),
    ],
)
def test_volumes_are_created_stopped_started_and_deleted(
    app: App, name: str, kind: VolumeType, nodes: tuple[int, ...], size: int, redundancy: int
) -> None:
    app.create(name, kind, nodes, size, redundancy=redundancy)
    made = app.volume(name)
    assert (made.type, made.set_size, made.status) == (kind, size, VolumeStatus.STARTED)
    assert all(brick.online and brick.size for brick in made.bricks)
    assert [brick.node for brick in made.bricks] == [f"node{n}" for n in nodes]
    assert made.heal_pending == (None if kind is DIST else 0)
    app.run(app.manager.plan_stop(name, app.read()))
    assert app.volume(name).status is VolumeStatus.STOPPED
    app.run(app.manager.plan_start(name, app.read()))
    app.delete(name)
    assert app.read().volume(name) is None
    assert any("volume delete" in entry.command and entry.outcome == "done" for entry in app.written)


def test_a_left_over_brick_is_explained_and_taken_with_force(app: App) -> None:
    app.create("left", DIST, (1, 2))
    app.delete("left")
    bricks = (app.brick(1, "left"), app.brick(2, "left"))
    with pytest.raises(CommandFailed, match="already part of a volume"):
        app.run(app.manager.plan_create_volume(VolumeSpec("left", DIST, bricks), app.read()))
    app.run(app.manager.plan_create_volume(VolumeSpec("left", DIST, bricks, force=True), app.read()))
    app.delete("left")


def test_a_cancel_between_create_and_start_leaves_no_volume(app: App) -> None:
    plan = app.manager.plan_create_volume(VolumeSpec("half", DIST, (app.brick(1, "half"),)), app.read())
    job = Watched(plan.title)
    job.at_step = lambda step: job.cancel() if step.startswith("Start") else None
    with pytest.raises(Cancelled):
        app.run(plan, job)
    assert app.read().volume("half") is None


def test_a_plan_made_too_early_is_outdated(app: App) -> None:
    plan = app.manager.plan_create_volume(VolumeSpec("late", DIST, (app.brick(1, "late"),)), app.read())
    app.run(plan)
    with pytest.raises(PlanOutdated, match="There is a volume late by now"):
        app.run(plan)
    app.delete("late")


def test_odd_paths_that_we_accept_work_from_end_to_end(app: App) -> None:
    """What `names` lets through must be what gluster can take: created, started, alive, deleted."""
    odd = app.brick(2, "a-b_c.d+e=f@g,h~é")
    app.run(app.manager.plan_create_volume(VolumeSpec("odd", DIST, (odd,)), app.read()))
    (brick,) = app.volume("odd").bricks
    assert (brick.path, brick.online) == (odd.path, True)
    app.delete("odd")


def test_a_start_that_leaves_a_brick_dead_is_no_success(app: App) -> None:
    app.create("gone", REPL, (1, 2, 3), 3)
    app.run(app.manager.plan_stop("gone", app.read()))
    app.lab.sh(2, "mv /bricks/d1/gone /bricks/d1/elsewhere")
    with pytest.raises(NasError, match="brick directory"):
        app.run(app.manager.plan_start("gone", app.read()))
    app.lab.sh(2, "mv /bricks/d1/elsewhere /bricks/d1/gone")
    app.run(app.manager.plan_start("gone", app.read()))
    app.delete("gone")


@pytest.mark.parametrize(
    ("name", "kind", "nodes", "redundancy"), [("healrep", REPL, (1, 2, 3), 0), ("healdisp", DISP, (1, 2, 3, 4), 1)]
)
def test_a_dead_brick_is_seen_and_its_backlog_healed(
    app: App, name: str, kind: VolumeType, nodes: tuple[int, ...], redundancy: int
) -> None:
    app.create(name, kind, nodes, len(nodes), disk=2, redundancy=redundancy)
    app.lab.sh(2, f"kill -9 {app.volume(name).bricks[1].pid}")
    app.until(lambda state: online(state, name)[1] is False, "the dead brick")
    app.write_files(name, 100)
    state = app.until(lambda s: any((v.heal_pending or 0) >= 100 for v in s.volumes if v.name == name), "the backlog")
    assert any(name in problem.title for problem in problems(state))
    job = Watched("heal")
    app.run(app.manager.plan_heal(name, state), job)
    assert app.volume(name).heal_pending == 0
    assert all(online(app.read(), name))
    assert job.seen == sorted(job.seen)
    app.delete(name)


def test_bricks_are_added_files_spread_over_them_and_a_cancel_stops_that(app: App) -> None:
    app.create("grow", DIST, (1,), disk=3)
    app.write_files("grow", 400)
    job = Watched("add")
    app.run(app.manager.plan_add_brick("grow", [app.brick(2, "grow", 3)], app.read()), job)
    assert job.seen == sorted(job.seen)
    assert job.seen[-1] == 1.0
    assert len({round(value, 2) for value in job.seen}) > 2
    assert [task.state for task in app.volume("grow").tasks] == [TaskState.COMPLETED]
    count = "find /bricks/d3/grow -path '*/.glusterfs' -prune -o -type f -size +0 -print | wc -l"
    assert int(app.lab.sh(2, count).stdout) > 50
    again = Watched("rebalance")
    again.at_step = lambda step: again.cancel() if "looked at" in step else None
    app.write_files("grow", 300)
    with pytest.raises(Cancelled):
        app.run(app.manager.plan_add_brick("grow", [app.brick(3, "grow", 3)], app.read()), again)
    assert TaskState.RUNNING not in {task.state for task in app.volume("grow").tasks}
    app.delete("grow")


def test_locks_taken_by_others_are_waited_for(app: App) -> None:
    app.create("busy", REPL, (1, 2, 3), 3, disk=2)
    noise = "for i in $(seq 60); do gluster --mode=script volume status busy > /dev/null; done"
    for n in (2, 3, 4):
        app.lab.sh(n, f"({noise}) > /dev/null 2>&1 < /dev/null &")
    for _ in range(3):
        app.manager.expire()
        state = app.read()
        assert (state.status_error, online(state, "busy")) == ("", [True, True, True])
    app.delete("busy")


def test_nodes_without_power(app: App) -> None:
    app.create("power", REPL, (1, 2, 3), 3, disk=2)
    app.lab.poweroff(3)
    state = app.until(lambda s: online(s, "power") == [True, True, False], "the lost brick")
    assert any(problem.subject == "node3" for problem in problems(state))
    with pytest.raises(NasError, match="node3"):
        app.manager.plan_delete("power", state)
    app.lab.poweron(3)
    first = app.until_whole().asked
    app.lab.poweroff(int(first[-1]))  # now the one that we ask
    state = app.until(lambda s: s.asked != first, "another node's answer")
    assert first in state.node_errors
    assert state.volume("power")
    app.lab.poweron(int(first[-1]))
    app.until_whole()
    app.delete("power")


def test_hung_glusterds_are_named_and_never_read_as_no_volumes(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    app.create("hang", REPL, (1, 2, 3), 3, disk=2)
    monkeypatch.setattr(commands, "CHANGE_TIMEOUT", 5)
    plan = app.manager.plan_start("hang", app.read(), force=True)
    app.lab.sh(3, "pkill -STOP -x glusterd")
    with pytest.raises(OutcomeUnknown) as caught:
        app.run(plan)
    assert "glusterd on node3 does not answer" in f"{caught.value} {caught.value.hint}"
    state = app.until(lambda s: "node3" in s.status_error, "the name of the hung node")
    assert state.volume("hang")
    assert state.read_at - state.status_at > 5
    app.lab.sh(3, "pkill -CONT -x glusterd")
    first = app.until_whole().asked
    app.lab.sh(int(first[-1]), "pkill -STOP -x glusterd")  # now the one that we ask
    state = app.read()
    assert state.asked != first
    assert state.volume("hang")
    assert "does not answer" in state.node_errors[first]
    app.lab.sh(int(first[-1]), "pkill -CONT -x glusterd")
    app.until_whole()
    app.delete("hang")


def test_a_pulled_cable_blocks_gluster_but_not_us(app: App) -> None:
    app.create("cable", REPL, (1, 2, 3), 3, disk=2)
    app.read()
    app.lab.unplug(4)
    state = app.until(lambda s: "node4 cannot be reached" in s.status_error, "the name of the lost node")
    assert state.volume("cable")
    app.lab.plug(4)
    app.until_whole(240)  # glusterd's own lock has to run out
    app.delete("cable")
