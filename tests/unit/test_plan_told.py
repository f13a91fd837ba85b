"""A job's output holds words, the audit log what was printed."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from nasclustergui.core.command import Command, Result, Secret
from nasclustergui.core.errors import CommandFailed
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan, Step
from nasclustergui.core.profile import NodeProfile, Profile
from nasclustergui.remote.audit import Entry
from nasclustergui.remote.executor import Executor

PROFILE = Profile("lab", (NodeProfile("node1", "10.0.0.1"),))
XML = "<cliOutput><opRet>0</opRet></cliOutput>"


@dataclass
class WordyDriver:
    """Accepts everything but "refuse", answers XML, and can say it in words."""

    said: tuple[str, ...] = ("done",)

    def check(self, step: Step, job: Job) -> None:
        return

    def run(self, node: str, command: Command, job: Job) -> Result:
        if "refuse" in command.argv:
            raise CommandFailed(node, str(command), 0, "", message="no quorum", stdout="<opRet>-1</opRet>")
        return Result(0, XML)

    def follow(self, step: Step, job: Job) -> None:
        return

    def told(self, command: Command, result: Result) -> tuple[str, ...]:
        return self.said


@dataclass
class Kept:
    """An audit log in memory."""

    entries: list[Entry] = field(default_factory=list)

    def write(self, entry: Entry) -> None:
        self.entries.append(entry)


def run(driver: WordyDriver, *words: str, undo: bool = False) -> tuple[list[str], list[str]]:
    """Lines of the job, outputs of the audit log."""
    take_back = Command(("gluster", "undo")) if undo else None
    steps = [Step(w, "node1", Command(("gluster", w)), "gluster", undo=take_back) for w in words]
    audit, job = Kept(), Job("Change")
    executor = Executor({"gluster": driver}, audit, PROFILE)
    plan = Plan("Change", "lab", tuple(steps), rollback=undo)
    if "refuse" in words:
        with pytest.raises(CommandFailed):
            executor.run(plan, job)
    else:
        executor.run(plan, job)
    return [line for _at, _node, line in job.output], [e.output for e in audit.entries if e.kind == "result"]


def test_the_output_says_it_in_words_and_the_audit_log_keeps_the_answer() -> None:
    lines, kept = run(WordyDriver(), "create")
    assert lines == ["$ gluster create", "done"]
    assert kept == [XML]


def test_a_refusal_is_its_sentence() -> None:
    lines, kept = run(WordyDriver(), "refuse")
    assert lines == ["$ gluster refuse", "node1: no quorum"]
    assert "<opRet>-1</opRet>" in kept[0]


def test_an_undo_is_told_in_words_too() -> None:
    lines, kept = run(WordyDriver(), "create", "refuse", undo=True)
    assert lines[-2:] == ["$ gluster undo", "done"]
    assert XML in kept


def test_words_hide_secrets() -> None:
    step = Step("set", "node1", Command(("gluster", Secret("swordfish"))), "gluster")
    audit, job = Kept(), Job("Change")
    Executor({"gluster": WordyDriver(("set to swordfish",))}, audit, PROFILE).run(Plan("Change", "lab", (step,)), job)
    assert [line for _at, _node, line in job.output] == ["$ gluster '***'", "set to ***"]
