"""The executor: what it refuses, runs, records, takes back, and says afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from nasclustergui.core.command import Command, Result, Secret
from nasclustergui.core.errors import (
    AuditFailed,
    Cancelled,
    CommandFailed,
    InvalidInput,
    LockHeld,
    LockLost,
    LoginRefused,
    NasError,
    NoAnswer,
    NotConfirmed,
    OutcomeUnknown,
    PlanOutdated,
    ReadOnly,
    UnexpectedOutput,
    Unreachable,
)
from nasclustergui.core.job import Job
from nasclustergui.core.outcome import StepOutcome, StepState
from nasclustergui.core.plan import Plan, Risk, Step
from nasclustergui.core.profile import Environment, NodeProfile, Profile, SshDefaults
from nasclustergui.remote.audit import Entry
from nasclustergui.remote.executor import Executor

NODES = tuple(NodeProfile(f"node{n}", f"10.0.0.{n}") for n in (1, 2, 3))
PROFILE = Profile("lab", NODES, environment=Environment.LAB, ssh=SshDefaults(user="admin"))


@dataclass
class FakeDriver:
    """Answers "ok" to everything and remembers it; `on` holds what happens instead, by "check/run/follow WORD"."""

    seen: list[str] = field(default_factory=list)
    on: dict[str, Callable[[], Result | None]] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)

    def _do(self, what: str, job: Job) -> Result | None:
        self.seen.append(what)
        self.jobs.append(job)
        return self.on[what]() if what in self.on else None

    def check(self, step: Step, job: Job) -> None:
        self._do(f"check {step.command.argv[1]}", job)

    def run(self, node: str, command: Command, job: Job) -> Result:
        return self._do(f"run {command.argv[1]}", job) or Result(0, "ok\n")

    def follow(self, step: Step, job: Job) -> None:
        self._do(f"follow {step.command.argv[1]}", job)


@dataclass
class FakeAudit:
    """Keeps entries; refuses everything once `full_after` of them are in."""

    entries: list[Entry] = field(default_factory=list)
    full_after: int = 1000

    def write(self, entry: Entry) -> None:
        if len(self.entries) >= self.full_after:
            raise AuditFailed("disk full")
        self.entries.append(entry)

    @property
    def story(self) -> list[str]:
        return [
            " ".join(filter(None, ["undo" if e.undo else "", e.kind, e.command.partition(" ")[2], e.outcome]))
            for e in self.entries
        ]


@pytest.fixture
def driver() -> FakeDriver:
    return FakeDriver()


@pytest.fixture
def audit() -> FakeAudit:
    return FakeAudit()


@pytest.fixture
def executor(driver: FakeDriver, audit: FakeAudit) -> Executor:
    return Executor({"gluster": driver}, audit, PROFILE)


def step(word: str, node: str = "node1", **more: object) -> Step:
    return Step(f"Do {word}", node, Command(("gluster", word)), "gluster", **more)  # type: ignore[arg-type]


def plan(*steps: Step, **more: object) -> Plan:
    return Plan("Change it", "lab", steps, **more)  # type: ignore[arg-type]


def undoable(word: str, **more: object) -> Step:
    return step(word, undo=Command(("gluster", f"un{word}")), **more)


def fails(error: BaseException) -> Callable[[], Result | None]:
    def fail() -> Result | None:
        raise error

    return fail


def states(outcomes: list[StepOutcome]) -> list[StepState]:
    return [o.state for o in outcomes]


def refused(word: str = "b") -> CommandFailed:
    return CommandFailed("node1", f"gluster {word}", 1, "volume: failed: no quorum\n")


THREE = (step("a"), step("b", follow="work"), step("c", node="node2"))


def test_steps_run_in_order_checked_recorded_and_followed(
    executor: Executor, driver: FakeDriver, audit: FakeAudit
) -> None:
    job = Job("x")
    outcomes = executor.run(plan(*THREE), job)
    assert driver.seen == ["check a", "run a", "check b", "run b", "follow b", "check c", "run c"]
    assert audit.story == [
        "start", "begin a", "result a done", "begin b", "result b done", "begin c", "result c done", "end done",
    ]  # fmt: skip
    assert [(o.number, o.node, o.state, o.exit_code, o.output) for o in outcomes] == [
        (1, "node1", StepState.DONE, 0, "ok"),
        (2, "node1", StepState.DONE, 0, "ok"),
        (3, "node2", StepState.DONE, 0, "ok"),
    ]
    assert (job.step, job.step_number, job.step_count) == ("Do c", 3, 3)
    assert [(node, line) for _at, node, line in job.output][-2:] == [("node2", "$ gluster c"), ("node2", "ok")]


def test_the_record_says_where_as_whom_and_what(executor: Executor, audit: FakeAudit) -> None:
    executor.run(plan(step("a b;c"), confirm="x"), Job("x"), confirmed=" x ")
    start, begin, result, _end = audit.entries
    assert (start.title, start.confirmed, len(start.plan)) == ("Change it", "x", 12)
    assert (begin.node, begin.login, begin.command, begin.step, begin.steps) == (
        "node1",
        "admin",
        "gluster 'a b;c'",
        1,
        1,
    )
    assert (result.exit_code, result.output, result.plan) == (0, "ok", start.plan)


def test_read_only_profiles_are_never_changed(driver: FakeDriver, audit: FakeAudit) -> None:
    executor = Executor({"gluster": driver}, audit, replace(PROFILE, read_only=True))
    with pytest.raises(ReadOnly, match="nothing was done"):
        executor.run(plan(step("a", risk=Risk.SAFE)), Job("x"))
    assert (driver.seen, audit.entries) == ([], [])


@pytest.mark.parametrize(
    ("bad", "start_at", "said"),
    [
        (Plan("Change it", "other", (step("a"),)), 0, "made for other, not for lab"),
        (plan(), 0, "no step to run"),
        (plan(step("a")), 1, "no step to run"),
        (plan(step("a")), -1, "no step to run"),
        (plan(step("a", node="node9")), 0, "no node “node9”"),
        (plan(replace(step("a"), driver="ceph")), 0, "“ceph”"),
    ],
)
def test_plans_that_do_not_fit_are_refused(
    executor: Executor, driver: FakeDriver, audit: FakeAudit, bad: Plan, start_at: int, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        executor.run(bad, Job("x"), start_at=start_at)
    assert (driver.seen, audit.entries) == ([], [])


def test_destructive_plans_need_the_typed_name(executor: Executor, driver: FakeDriver, audit: FakeAudit) -> None:
    delete = plan(step("a", risk=Risk.DESTRUCTIVE), confirm="scratch")
    for typed in ("", "yes", "Scratch"):
        with pytest.raises(NotConfirmed, match="nothing was done"):
            executor.run(delete, Job("x"), confirmed=typed)
    assert (driver.seen, audit.entries) == ([], [])
    executor.run(delete, Job("x"), confirmed="scratch")
    assert driver.seen == ["check a", "run a"]


def test_prod_asks_for_the_name_before_an_interruption_too(driver: FakeDriver, audit: FakeAudit) -> None:
    executor = Executor({"gluster": driver}, audit, replace(PROFILE, environment=Environment.PROD))
    stop = plan(step("a", risk=Risk.CAUTION))
    with pytest.raises(NotConfirmed, match="not confirmed"):
        executor.run(stop, Job("x"))
    executor.run(stop, Job("x"), confirmed="lab")
    executor.run(plan(step("a")), Job("x"))


def test_an_outdated_plan_stops_before_the_step(executor: Executor, driver: FakeDriver, audit: FakeAudit) -> None:
    driver.on["check b"] = fails(PlanOutdated("The volume was stopped meanwhile.", hint="Make the plan again."))
    outcomes: list[StepOutcome] = []
    with pytest.raises(PlanOutdated) as error:
        executor.run(plan(*THREE), Job("x"), outcomes=outcomes)
    assert driver.seen == ["check a", "run a", "check b"]
    assert states(outcomes) == [StepState.DONE, StepState.NOT_RUN, StepState.NOT_RUN]
    assert error.value.hint == "Done: 1 Do a. Not run: 2 Do b; 3 Do c. Make the plan again."
    assert audit.story[-1] == "end failed"


def test_an_outdated_plan_says_that_nothing_was_done(executor: Executor, driver: FakeDriver) -> None:
    driver.on["check a"] = fails(PlanOutdated("The volume is gone."))
    with pytest.raises(PlanOutdated) as error:
        executor.run(plan(*THREE), Job("x"))
    assert error.value.hint == "Nothing was done."


def test_a_failure_says_what_was_done_and_what_was_not(
    executor: Executor, driver: FakeDriver, audit: FakeAudit
) -> None:
    driver.on["run b"] = fails(refused())
    outcomes: list[StepOutcome] = []
    with pytest.raises(CommandFailed, match="no quorum") as error:
        executor.run(plan(undoable("a"), *THREE[1:]), Job("x"), outcomes=outcomes)
    assert error.value.hint == "Done: 1 Do a. Failed: 2 Do b. Not run: 3 Do c."
    assert states(outcomes) == [StepState.DONE, StepState.FAILED, StepState.NOT_RUN]
    assert driver.seen[-1] == "run b"  # nothing is undone unless the plan says so
    result = audit.entries[-2]
    assert (result.outcome, result.exit_code) == ("failed", 1)
    assert "no quorum" in result.output


def test_where_the_plan_says_so_a_failure_takes_back_what_was_done(
    executor: Executor, driver: FakeDriver, audit: FakeAudit
) -> None:
    driver.on["run c"] = fails(refused("c"))
    steps = (undoable("a"), step("x"), undoable("b"), undoable("c"))
    with pytest.raises(CommandFailed) as error:
        executor.run(plan(*steps, rollback=True), Job("x"))
    assert driver.seen[-3:] == ["run c", "run unb", "run una"]  # a refused step has nothing to take back
    assert error.value.hint == "Done: 2 Do x. Taken back: 1 Do a; 3 Do b. Failed: 4 Do c."
    assert audit.story[-5:] == [
        "undo begin unb",
        "undo result unb done",
        "undo begin una",
        "undo result una done",
        "end failed",
    ]


def test_a_failure_while_taking_back_is_told_beside_the_first(executor: Executor, driver: FakeDriver) -> None:
    driver.on["run b"] = fails(refused())
    driver.on["run una"] = fails(CommandFailed("node1", "gluster una", 1, "still busy"))
    with pytest.raises(CommandFailed, match="no quorum") as error:
        executor.run(plan(undoable("a"), step("b"), rollback=True), Job("x"))
    assert "still busy" in error.value.details
    assert error.value.hint == "Failed: 2 Do b. Not known: 1 Do a."


def test_a_cancel_while_a_command_runs_takes_the_step_back(
    executor: Executor, driver: FakeDriver, audit: FakeAudit
) -> None:
    job = Job("x")

    def interrupted() -> Result | None:
        job.cancel()
        raise Cancelled

    driver.on["run b"] = interrupted
    outcomes: list[StepOutcome] = []
    with pytest.raises(Cancelled):
        executor.run(plan(undoable("a"), undoable("b"), step("c")), job, outcomes=outcomes)
    assert driver.seen[-2:] == ["run b", "run unb"]
    assert not driver.jobs[-1].cancelled  # the undo runs under a job that nobody cancelled
    assert states(outcomes) == [StepState.DONE, StepState.UNDONE, StepState.NOT_RUN]
    assert audit.story[-4:] == ["result b cancelled", "undo begin unb", "undo result unb done", "end cancelled"]
    assert ("node1", "$ gluster unb") in [(node, line) for _at, node, line in job.output]


def test_a_cancel_while_work_is_followed_takes_the_step_back(executor: Executor, driver: FakeDriver) -> None:
    job = Job("x")
    driver.on["follow a"] = lambda: (job.cancel(), job.check())[1]
    with pytest.raises(Cancelled):
        executor.run(plan(undoable("a", follow="work")), job)
    assert driver.seen[-2:] == ["follow a", "run una"]


def test_a_cancel_between_steps_undoes_nothing(executor: Executor, driver: FakeDriver, audit: FakeAudit) -> None:
    job = Job("x")
    driver.on["check b"] = lambda: (job.cancel(), None)[1]
    with pytest.raises(Cancelled):
        executor.run(plan(undoable("a"), undoable("b")), job)
    assert driver.seen == ["check a", "run a", "check b"]
    assert audit.story[-1] == "end cancelled"


def test_a_cancel_rolls_back_where_the_plan_says_so(executor: Executor, driver: FakeDriver) -> None:
    job = Job("x")
    driver.on["check c"] = lambda: (job.cancel(), None)[1]
    with pytest.raises(Cancelled):
        executor.run(plan(undoable("a"), undoable("b"), step("c"), rollback=True), job)
    assert driver.seen[-2:] == ["run unb", "run una"]


def test_a_cancel_that_comes_too_late_is_no_failure(executor: Executor, driver: FakeDriver) -> None:
    job = Job("x")
    driver.on["run a"] = lambda: (job.cancel(), None)[1]
    assert states(list(executor.run(plan(undoable("a")), job))) == [StepState.DONE]


def test_a_cancelled_step_without_undo_is_called_unknown(executor: Executor, driver: FakeDriver) -> None:
    job, outcomes = Job("x"), list[StepOutcome]()
    driver.on["run a"] = fails(Cancelled())
    with pytest.raises(Cancelled):
        executor.run(plan(step("a")), job, outcomes=outcomes)
    assert states(outcomes) == [StepState.UNKNOWN]
    assert "not known" in job.output[-1][2]


@pytest.mark.parametrize("error", [CommandFailed("node1", "una", 1, "not started"), Unreachable("node1")])
def test_a_cancel_that_cannot_be_taken_back_is_shown(
    executor: Executor, driver: FakeDriver, audit: FakeAudit, error: NasError
) -> None:
    driver.on["run a"] = fails(Cancelled())
    driver.on["run una"] = fails(error)
    outcomes: list[StepOutcome] = []
    with pytest.raises(OutcomeUnknown, match="cancelled, but could not be taken back: node1"):
        executor.run(plan(undoable("a")), Job("x"), outcomes=outcomes)
    assert states(outcomes) == [StepState.UNKNOWN]
    assert audit.story[-2:] == ["undo result una failed", "end cancelled"]


def test_closing_the_program_leaves_the_work_running(executor: Executor, driver: FakeDriver, audit: FakeAudit) -> None:
    driver.on["follow a"] = fails(Cancelled())
    executor.leave()
    with pytest.raises(Cancelled):
        executor.run(plan(undoable("a", follow="work")), Job("x"))
    assert driver.seen[-1] == "follow a"
    assert audit.story[-1] == "end left running"


def test_an_undo_never_waits_for_ever(executor: Executor, driver: FakeDriver, audit: FakeAudit) -> None:
    seen: list[float | None] = []
    run = driver.run
    driver.run = lambda node, command, job: (seen.append(command.timeout), run(node, command, job))[1]  # type: ignore[method-assign]
    driver.on["run a"] = fails(Cancelled())
    with pytest.raises(Cancelled):
        executor.run(plan(step("a", undo=Command(("gluster", "una"), timeout=None))), Job("x"))
    assert seen == [30.0, 120.0]


@pytest.mark.parametrize(
    "error", [Unreachable("node1", "the connection broke"), NoAnswer("node1", "no answer in 30 s")]
)
def test_a_dropped_connection_is_neither_success_nor_failure(
    executor: Executor, driver: FakeDriver, audit: FakeAudit, error: NasError
) -> None:
    driver.on["run b"] = fails(error)
    outcomes: list[StepOutcome] = []
    with pytest.raises(OutcomeUnknown, match="nobody knows whether it took effect") as raised:
        executor.run(plan(undoable("a"), *THREE[1:], rollback=True), Job("x"), outcomes=outcomes)
    assert states(outcomes) == [StepState.DONE, StepState.UNKNOWN, StepState.NOT_RUN]
    assert driver.seen[-1] == "run b"  # nothing is taken back on a guess
    assert raised.value.hint.startswith("Done: 1 Do a. Not known: 2 Do b. Not run: 3 Do c. Read the cluster's state")
    assert str(error) in raised.value.details
    assert audit.story[-2:] == ["result b unknown", "end unknown"]


def test_a_connection_that_drops_while_following(executor: Executor, driver: FakeDriver) -> None:
    driver.on["follow a"] = fails(Unreachable("node1"))
    with pytest.raises(OutcomeUnknown, match="was started on node1, then the connection broke") as error:
        executor.run(plan(step("a", follow="work")), Job("x"))
    assert "may go on by itself" in error.value.hint


def test_an_unreadable_answer_is_unknown_too(executor: Executor, driver: FakeDriver) -> None:
    driver.on["run a"] = fails(UnexpectedOutput("No XML."))
    with pytest.raises(OutcomeUnknown, match="cannot be read"):
        executor.run(plan(step("a")), Job("x"))


def test_a_command_that_was_never_sent_is_not_run(executor: Executor, driver: FakeDriver) -> None:
    never_sent = Unreachable("node1")
    never_sent.sent = False
    for error in (never_sent, LoginRefused("node1", "the password was not accepted")):
        outcomes: list[StepOutcome] = []
        driver.on["run a"] = fails(error)
        with pytest.raises(type(error)) as raised:
            executor.run(plan(step("a")), Job("x"), outcomes=outcomes)
        assert states(outcomes) == [StepState.NOT_RUN]
        assert raised.value.hint.startswith("Nothing was done.")


def test_work_that_failed_after_its_start_is_a_failure(
    executor: Executor, driver: FakeDriver, audit: FakeAudit
) -> None:
    driver.on["follow a"] = fails(NasError("The rebalance failed on node2."))
    with pytest.raises(NasError, match="rebalance failed"):
        executor.run(plan(undoable("a", follow="work")), Job("x"))
    assert driver.seen[-1] == "follow a"
    assert (audit.entries[-2].outcome, audit.entries[-2].exit_code) == ("failed", 0)


def test_a_rollback_takes_back_the_step_whose_work_failed_too(executor: Executor, driver: FakeDriver) -> None:
    driver.on["follow b"] = fails(NasError("A brick does not start."))
    with pytest.raises(NasError) as error:
        executor.run(plan(undoable("a"), undoable("b", follow="work"), rollback=True), Job("x"))
    assert driver.seen[-3:] == ["follow b", "run unb", "run una"]
    assert error.value.hint == "Taken back: 1 Do a; 2 Do b."


def test_a_bug_in_a_driver_is_recorded_and_not_hidden(executor: Executor, driver: FakeDriver, audit: FakeAudit) -> None:
    driver.on["run a"] = fails(ZeroDivisionError("bug"))
    with pytest.raises(ZeroDivisionError):
        executor.run(plan(step("a")), Job("x"))
    assert audit.story[-2:] == ["result a unknown", "end failed"]


def test_nothing_runs_unrecorded(executor: Executor, driver: FakeDriver, audit: FakeAudit) -> None:
    audit.full_after = 0
    with pytest.raises(AuditFailed):
        executor.run(plan(*THREE), Job("x"))
    assert driver.seen == []
    audit.full_after = 1
    with pytest.raises(AuditFailed) as error:
        executor.run(plan(*THREE), Job("x"))
    assert driver.seen == ["check a"]
    assert error.value.hint == "Nothing was done."


def test_a_result_that_cannot_be_recorded_ends_the_plan(
    executor: Executor, driver: FakeDriver, audit: FakeAudit
) -> None:
    audit.full_after = 2
    with pytest.raises(AuditFailed) as error:
        executor.run(plan(*THREE), Job("x"))
    assert driver.seen == ["check a", "run a"]
    assert error.value.hint == "Done: 1 Do a. Not run: 2 Do b; 3 Do c."


def test_a_failed_step_is_told_even_if_it_cannot_be_recorded(
    executor: Executor, driver: FakeDriver, audit: FakeAudit
) -> None:
    audit.full_after = 2
    driver.on["run a"] = fails(refused("a"))
    job = Job("x")
    with pytest.raises(CommandFailed, match="no quorum"):
        executor.run(plan(*THREE), job)
    assert "disk full" in [line for _at, _node, line in job.output]


def test_a_plan_can_be_resumed(executor: Executor, driver: FakeDriver, audit: FakeAudit) -> None:
    driver.on["run c"] = fails(refused("c"))
    outcomes: list[StepOutcome] = []
    with pytest.raises(CommandFailed):
        executor.run(
            plan(undoable("a"), undoable("b"), step("c"), rollback=True), Job("x"), start_at=1, outcomes=outcomes
        )
    assert driver.seen == ["check b", "run b", "check c", "run c", "run unb"]  # step a was not this run's
    assert states(outcomes) == [StepState.DONE, StepState.UNDONE, StepState.FAILED]
    assert audit.entries[0].step == 2


def test_a_dry_run_sends_nothing(driver: FakeDriver, audit: FakeAudit) -> None:
    executor = Executor({"gluster": driver}, audit, replace(PROFILE, read_only=True))
    job = Job("x")
    outcomes = executor.dry_run(plan(step("a", risk=Risk.DESTRUCTIVE), step("b", node="node2")), job)
    assert driver.seen == []
    assert states(list(outcomes)) == [StepState.NOT_RUN, StepState.NOT_RUN]
    assert [(node, line) for _at, node, line in job.output] == [("node1", "$ gluster a"), ("node2", "$ gluster b")]
    assert all(e.dry_run for e in audit.entries)
    audit.full_after = 0
    executor.dry_run(plan(step("a")), job)
    assert job.output[-1][2] == "disk full"


def test_secrets_appear_nowhere(executor: Executor, driver: FakeDriver, audit: FakeAudit) -> None:
    secret = Secret("hunter2")
    command = Command(("gluster", "a", secret))
    job = Job("x")
    driver.on["run a"] = lambda: Result(0, "password hunter2 accepted\n", "hunter2")
    executor.run(plan(Step("Log in", "node1", command, "gluster")), job)
    driver.on["run a"] = fails(CommandFailed("node1", str(command), 1, "hunter2 is wrong"))
    with pytest.raises(CommandFailed) as error:
        executor.run(plan(Step("Log in", "node1", command, "gluster")), job)
    everything = f"{audit.entries} {job.output} {error.value} {error.value.details} {error.value.hint}"
    assert "hunter2" not in everything
    assert "password *** accepted" in everything


def test_long_output_is_shortened_in_the_middle(executor: Executor, driver: FakeDriver, audit: FakeAudit) -> None:
    driver.on["run a"] = lambda: Result(0, "begin " + "x" * 100_000 + " end")
    (outcome,) = executor.run(plan(step("a")), Job("x"))
    assert len(outcome.output) < 9000
    assert outcome.output.startswith("begin")
    assert outcome.output.endswith("end")
    assert "characters left out" in audit.entries[-2].output


# ------------------------------------------------------------ the operation lock


@dataclass
class FakeGuard:
    """Remembers what the executor does with the lock; `lost_before` is the step before which it is lost."""

    driver: FakeDriver
    taken: NasError | None = None
    lost_before: str = ""
    remark: str = ""

    def hold(self, plan: Plan, job: Job, wait: float | None) -> FakeGuard:
        self.driver.seen.append(f"hold {wait}")
        if self.remark:
            job.remark(self.remark)
        if self.taken is not None:
            raise self.taken
        return self

    def check(self, _job: Job) -> None:
        self.driver.seen.append("still ours?")
        if self.lost_before and self.driver.seen.count("still ours?") == int(self.lost_before):
            raise LockLost("Somebody broke the cluster's lock while this plan ran.", hint="Look.")

    def release(self) -> None:
        self.driver.seen.append("release")


def test_the_lock_is_held_from_before_the_first_step_to_the_end(driver: FakeDriver, audit: FakeAudit) -> None:
    guarded = Executor({"gluster": driver}, audit, PROFILE, FakeGuard(driver))
    guarded.run(plan(step("a"), step("b")), Job("x"), wait_lock=None)
    assert driver.seen == ["hold None", "check a", "run a", "still ours?", "check b", "run b", "release"]


def test_a_lock_that_somebody_else_holds_refuses_the_plan(driver: FakeDriver, audit: FakeAudit) -> None:
    guarded = Executor({"gluster": driver}, audit, PROFILE, FakeGuard(driver, LockHeld("anna runs it.")))
    with pytest.raises(LockHeld):
        guarded.run(plan(step("a")), Job("x"))
    assert (driver.seen, audit.entries) == (["hold 0.0"], [])


def test_a_lock_lost_between_steps_stops_the_plan_and_undoes_nothing(driver: FakeDriver, audit: FakeAudit) -> None:
    guarded = Executor({"gluster": driver}, audit, PROFILE, FakeGuard(driver, lost_before="1"))
    with pytest.raises(LockLost) as caught:
        guarded.run(plan(undoable("a"), step("b"), rollback=True), Job("x"))
    assert driver.seen[-2:] == ["still ours?", "release"]
    assert caught.value.hint.startswith("Done: 1 Do a. Not run: 2 Do b.")
    assert audit.story[-1] == "end failed"


def test_the_lock_is_given_back_whatever_happens(driver: FakeDriver, audit: FakeAudit) -> None:
    driver.on["run a"] = fails(refused("a"))
    guarded = Executor({"gluster": driver}, audit, PROFILE, FakeGuard(driver))
    with pytest.raises(CommandFailed):
        guarded.run(plan(step("a")), Job("x"))
    assert driver.seen[-1] == "release"


def test_a_missing_guard_is_recorded(driver: FakeDriver, audit: FakeAudit) -> None:
    guarded = Executor({"gluster": driver}, audit, PROFILE, FakeGuard(driver, remark="Not guarded."))
    guarded.run(plan(step("a")), Job("x"))
    assert (audit.entries[0].kind, audit.entries[0].output) == ("start", "Not guarded.")


def test_plans_that_take_no_lock(driver: FakeDriver, audit: FakeAudit) -> None:
    guarded = Executor({"gluster": driver}, audit, PROFILE, FakeGuard(driver, LockHeld("anna runs it.")))
    guarded.run(plan(step("a"), guarded=False), Job("x"))
    assert driver.seen == ["check a", "run a"]
