"""The controller: merges readings, keeps what is old, tells what changed, runs plans in their lane."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nasclustergui.core.command import Command
from nasclustergui.core.errors import ServiceDown
from nasclustergui.core.events import Severity
from nasclustergui.core.job import Job, JobState
from nasclustergui.core.plan import Plan, Step
from nasclustergui.subsystems.etcd.model import EtcdState
from nasclustergui.subsystems.gluster.model import GlusterState
from nasclustergui.subsystems.nodes.model import Link, NodesState
from nasclustergui.ui.jobs import Jobs
from nasclustergui.window.controller import Controller
from tests.gui import cluster_scenes, storage_scenes


class FakeSession:
    """Answers with what the test put in; remembers what was asked of it."""

    def __init__(self) -> None:
        self.profile = cluster_scenes.PROFILE
        self.user = "mara"
        self.has_etcd = True
        self.on_etcd_change: Callable[[], None] = lambda: None
        self.pool: GlusterState | Exception = storage_scenes.pool(storage_scenes.healthy())
        self.store: EtcdState | Exception = cluster_scenes.etcd()
        self.machines_now: NodesState = cluster_scenes.healthy().nodes
        self.machines = SimpleNamespace(read=lambda: self.machines_now)
        self.gluster = SimpleNamespace(read=lambda _job: _answer(self.pool), expire=lambda: self.asked.append("expire"))
        self.nodes = SimpleNamespace(listen=self._listen, retry_now=lambda *names: self.asked.append(f"retry {names}"))
        self.executor = SimpleNamespace(run=self._run)
        self.asked: list[str] = []
        self.on_sample: Callable[[str, Any], None] = lambda _n, _s: None
        self.closed = False
        self.refuses: Exception | None = None

    def _listen(self, listener: Callable[[str, object], None]) -> Callable[[], None]:
        return lambda: self.asked.append("forgot")

    def _run(self, plan: Plan, job: Job, *, confirmed: str, wait_lock: float | None) -> tuple[str, ...]:
        waits = " waits" if wait_lock is None else ""
        self.asked.append(f"run {plan.title} by {plan.by} confirmed {confirmed!r}{waits}")
        if self.refuses is not None:
            raise self.refuses
        return ()

    def read_etcd(self, _job: Job) -> EtcdState:
        return _answer(self.store)

    def ask_etcd_again(self) -> None:
        self.asked.append("etcd again")

    def disks(self, _job: Job) -> tuple[Any, ...]:
        return storage_scenes.disks()

    def start(self, on_sample: Callable[[str, Any], None]) -> None:
        self.on_sample = on_sample

    def close(self) -> None:
        self.closed = True


def _answer(value: Any) -> Any:
    if isinstance(value, Exception):
        raise value
    return value


@pytest.fixture
def session() -> FakeSession:
    return FakeSession()


@pytest.fixture
def controller(qapp: QApplication, session: FakeSession) -> Iterator[Controller]:
    jobs = Jobs()
    found = Controller(session, jobs)  # type: ignore[arg-type]
    found.start()
    yield found
    found.stop()
    jobs.close()


def test_it_reads_everything_and_says_healthy(qtbot: QtBot, controller: Controller) -> None:
    qtbot.waitUntil(lambda: set(controller.state.read_at) == {"gluster", "etcd"} and bool(controller.disks))
    assert controller.verdict.severity is Severity.OK
    assert controller.state.leader == "node1"
    assert controller.events == ()


def test_a_failed_reading_keeps_the_old_one_and_becomes_a_problem(
    qtbot: QtBot, controller: Controller, session: FakeSession
) -> None:
    qtbot.waitUntil(lambda: "gluster" in controller.state.read_at)
    session.pool = ServiceDown("glusterd does not run on node1", hint="Start it.")
    controller.gluster.poke()
    qtbot.waitUntil(lambda: "gluster" in controller.state.errors)
    assert controller.state.gluster is not None
    problem = next(p for p in controller.found if p.key == "gluster/read")
    assert "glusterd does not run on node1" in problem.text
    assert "Values shown are from" in problem.text
    since = problem.since
    session.pool = storage_scenes.pool(storage_scenes.healthy())
    controller.gluster.poke()
    qtbot.waitUntil(lambda: "gluster" not in controller.state.errors)
    assert since is not None
    assert controller.verdict.severity is Severity.OK


def test_a_mistake_of_ours_is_shown_as_one(qtbot: QtBot, controller: Controller, session: FakeSession) -> None:
    session.pool = ZeroDivisionError("oops")
    controller.gluster.poke()
    qtbot.waitUntil(lambda: "gluster" in controller.state.errors)
    assert "This is a bug" in str(controller.state.errors["gluster"])


def test_what_happens_between_two_readings_becomes_events(
    qtbot: QtBot, controller: Controller, session: FakeSession
) -> None:
    qtbot.waitUntil(lambda: "gluster" in controller.state.read_at)
    session.pool = storage_scenes.pool(storage_scenes.data())
    controller.gluster.poke()
    qtbot.waitUntil(lambda: bool(controller.events))
    assert any("node3" in event.title or "node3" in event.text for event in controller.events)


def test_a_lost_node_leaves_a_gap_in_its_series(qtbot: QtBot, controller: Controller, session: FakeSession) -> None:
    now = time.time()
    session.on_sample("node1", cluster_scenes.sample("node1", now))
    qtbot.waitUntil(lambda: len(controller.book.series("node1", "cpu_percent")) > 0, timeout=5000)
    nodes = session.machines_now.nodes
    lost = tuple(replace(n, link=Link.LOST) if n.name == "node1" else n for n in nodes)
    session.machines_now = NodesState(lost, now)
    series = controller.book.series("node1", "cpu_percent")
    qtbot.waitUntil(lambda: series.last != series.last, timeout=5000)  # NaN
    assert any(event.title == "node1 stopped answering" for event in controller.events)


PLAN = Plan("Stop volume data", "fra-storage", (Step("Stop", "node1", Command(("true",)), "gluster"),), lane="gluster")


def test_a_plan_runs_as_a_job_with_its_author(qtbot: QtBot, controller: Controller, session: FakeSession) -> None:
    with qtbot.waitSignal(controller.plan_ended, timeout=5000) as ended:
        job = controller.run_plan(PLAN, "data")
    assert session.asked[0] == "run Stop volume data by mara confirmed 'data'"
    assert ended.args is not None
    assert ended.args[2] is None
    assert job.state is JobState.DONE
    assert [event.title for event in controller.events[:2]] == ["Done: Stop volume data", "Started: Stop volume data"]
    assert "expire" in session.asked


def test_a_refused_plan_is_an_event_and_an_error(qtbot: QtBot, controller: Controller, session: FakeSession) -> None:
    session.refuses = ServiceDown("glusterd does not run")
    with qtbot.waitSignal(controller.plan_ended, timeout=5000) as ended:
        controller.run_plan(PLAN, "")
    assert ended.args is not None
    assert str(ended.args[2]) == "glusterd does not run"
    assert controller.events[0].title == "Failed: Stop volume data"


def test_reading_now_also_tries_nodes_that_wait(controller: Controller, session: FakeSession) -> None:
    controller.read_now()
    controller.reconnect("node2")
    assert session.asked == ["retry ()", "etcd again", "expire", "retry ('node2',)"]


def test_stop_closes_the_session(qtbot: QtBot, qapp: QApplication, session: FakeSession) -> None:
    jobs = Jobs()
    controller = Controller(session, jobs)  # type: ignore[arg-type]
    controller.start()
    controller.stop()
    assert session.closed
    assert "forgot" in session.asked
    jobs.close()
