"""Plans: what a change would do, as data that can be shown, run, stored, printed and resumed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from nasclustergui.core.command import Command
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _


class Risk(StrEnum):
    """What a step or a plan puts at risk. Compare with `Risk.worst`."""

    SAFE = "safe"  # read-only or undone at once
    CAUTION = "caution"  # a service is interrupted, can be undone
    DESTRUCTIVE = "destructive"  # data or redundancy is lost, no undo

    @staticmethod
    def worst(*risks: Risk) -> Risk:
        """The gravest of them, SAFE if there is none."""
        order = list(Risk)
        return max(risks, key=order.index, default=Risk.SAFE)


@dataclass(frozen=True)
class Meaning:
    """One line of "What it means": an icon's severity, a sentence, a smaller one."""

    severity: Severity
    title: str
    text: str = ""


@dataclass(frozen=True)
class Step:
    """One command of a plan.

    Attributes:
        title: "Stop volume scratch".
        node: name of the node in the profile; a driver may choose another one that answers and says so in the output.
            "" where the program itself asks a service of the cluster from this workstation (etcd).
        command: what runs, exactly.
        driver: the subsystem that checks, runs and follows it ("gluster").
        risk, undo_text: shown beside it ("Can be undone", "No undo").
        undo: what takes it back when the job is cancelled in this step or, where the plan says `rollback`, later on.
        check: name of a condition that the driver verifies against fresh state right before the step, with `args`.
        follow: name of the work that the command starts and the driver watches until it ended, with `args`.
        prompts: the questions that script mode answers with yes.
        args: plain data for `check` and `follow`.
        expect: text that the output must contain to count as done, for tools that say no with exit status 0;
            the exported shell script looks for it (a driver reads the output itself).
    """

    title: str
    node: str
    command: Command
    driver: str
    risk: Risk = Risk.SAFE
    undo_text: str = ""
    undo: Command | None = None
    check: str = ""
    follow: str = ""
    prompts: tuple[str, ...] = ()
    args: Mapping[str, str] = field(default_factory=dict)
    expect: str = ""

    @property
    def place(self) -> str:
        """Where it runs, for people."""
        return place(self.node)

    @property
    def line(self) -> str:
        """The command for people; a transaction of etcd, or a file to be written, with its text, as a shell takes both.

        No other input is shown: it may be a password. A file's is shown where `args` say so ("input": "shown").
        """
        transaction = not self.node and self.command.argv[-1:] == ("txn",)
        if not transaction and self.args.get("input") != "shown":
            return str(self.command)
        secret = f"{self.command.secret}\n" if self.command.secret else ""
        return f"{self.command} <<'END'\n{self.command.stdin.decode('utf-8', 'backslashreplace')}{secret}END"


def place(node: str) -> str:
    """A step's node, or how to call the workstation where it has none."""
    return node or _("this workstation")


@dataclass(frozen=True)
class Plan:
    """A change: steps in order, with everything a person must know before it runs.

    Attributes:
        title: "Delete volume scratch"; also the label of the button that runs it.
        cluster: name of the profile it was made for; it runs on no other.
        steps: in order; the first failure ends the plan.
        meaning: what it means, worst first.
        undo: how to get back, in sentences.
        confirm: the name to type where the risk is destructive ("scratch").
        lane: plans of one lane run one after another ("gluster").
        seconds: about how long it runs, None if nobody can say.
        cancel_effect: what a cancel in the middle leaves behind.
        icon: name of the icon in the list of jobs.
        created, by: when and by whom.
        rollback: after a failure or a cancel the steps already done are undone too, newest first. Without it they stay.
        guarded: it takes the cluster's operation lock. False for what makes only keys of its own (a lock of etcd that
            may be waited for long) and for what ends that very lock.
    """

    title: str
    cluster: str
    steps: tuple[Step, ...]
    meaning: tuple[Meaning, ...] = ()
    undo: str = ""
    confirm: str = ""
    lane: str = ""
    seconds: float | None = None
    cancel_effect: str = ""
    icon: str = "list-checks"
    created: float = field(default_factory=time.time)
    by: str = ""
    rollback: bool = False
    guarded: bool = True

    @property
    def risk(self) -> Risk:
        """The gravest risk of its steps."""
        return Risk.worst(*(step.risk for step in self.steps))

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes it runs on, each once, in order."""
        return tuple(dict.fromkeys(step.node for step in self.steps if step.node))

    @property
    def prompts(self) -> tuple[str, ...]:
        """All questions that script mode answers, each once."""
        return tuple(dict.fromkeys(prompt for step in self.steps for prompt in step.prompts))

    def with_author(self, by: str) -> Plan:
        """The same plan with its author's name."""
        return replace(self, by=by)
