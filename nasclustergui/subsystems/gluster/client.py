"""One cluster's gluster CLI: picks a node that answers, takes turns at the lock, tries again when it is busy."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from nasclustergui.core.command import Command, Result, checked
from nasclustergui.core.errors import LockBusy, NasError, NodeError, OutcomeUnknown, ServiceDown
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.remote.node import Nodes
from nasclustergui.subsystems.gluster.commands.answer import TIMED_OUT, Answer
from nasclustergui.subsystems.gluster.commands.understand import understand

T = TypeVar("T")

REST = 20.0  # seconds in which a node that failed us is asked last
TURN = 0.1  # seconds between looks at the job while another command of ours holds the lock
READ_TRIES = 4
CHANGE_TRIES = 6


@dataclass(frozen=True)
class Fault:
    """Why a node could not be asked. `at` is Unix time; `lost`: the node itself couldn't be reached."""

    at: float
    sentence: str
    hint: str = ""
    lost: bool = False


class GlusterClient:
    """Asks the cluster, whichever node answers. Thread-safe.

    Attributes:
        faults: node → why it could not be asked when it was tried last; a good answer takes it away.
        outside: nodes of the profile that are in no pool, or in another one: they are asked last, and never change
            anything in place of another node.
    """

    outside: frozenset[str] = frozenset()

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self._lock = threading.Lock()
        self._faults: dict[str, Fault] = {}
        self._last_good = ""

    @property
    def faults(self) -> Mapping[str, Fault]:
        """A copy, safe to keep."""
        return dict(self._faults)

    def candidates(self, first: str = "") -> tuple[str, ...]:
        """All nodes, the most promising first: `first`, the one that answered last, the connected, the resting."""
        names = dict.fromkeys((first, self._last_good, *self._nodes.answering(), *self._nodes))
        known = [name for name in names if name in set(self._nodes)]
        return tuple(sorted(known, key=lambda name: (name in self.outside and name != first, self._resting(name))))

    def prefer(self, name: str) -> None:
        """Ask this node first from now on."""
        self._last_good = name

    def ask(
        self, command: Command, parse: Callable[[Answer], T], job: Job | None = None, *, first: str = ""
    ) -> tuple[T, str]:
        """The answer and the node that gave it. Only for commands that change nothing: nodes are tried in turn.

        Raises CommandFailed when gluster refused, LockBusy when it stayed locked, ServiceDown, UnexpectedOutput,
        a NodeError when no node could be used, Cancelled.
        """
        errors: dict[str, NasError] = {}
        for name in self.candidates(first):
            try:
                found = self._patiently(name, command, parse, job, READ_TRIES)
            except (NodeError, ServiceDown) as error:
                if job is not None:
                    job.check()
                if command.lock and timed_out(error):
                    raise  # it waits for another node: the next one would wait as long
                self._blame(name, error)
                errors[name] = error
            else:
                self._last_good = name
                return found, name
        raise self._nobody(errors)

    def ask_node(self, name: str, command: Command, parse: Callable[[Answer], T], job: Job | None = None) -> T:
        """The answer of this very node. Raises as `ask` does."""
        try:
            return self._patiently(name, command, parse, job, READ_TRIES)
        except (NodeError, ServiceDown) as error:
            self._blame(name, error)
            raise

    def change(self, name: str, command: Command, job: Job) -> Result:
        """Run a change on the node, or on another one if it is certain that nothing was sent to that one.

        Raises CommandFailed when gluster refused (whatever the exit status), OutcomeUnknown when no answer came.
        """
        errors: dict[str, NasError] = {}
        for node in self.candidates(name):
            if node != name and node in self.outside:
                continue
            if node != name:
                job.write(node, _("{node} cannot be asked, {other} is.").format(node=name, other=node))
            try:
                return self._patiently(node, command, _accepted, job, CHANGE_TRIES)
            except (NodeError, ServiceDown) as error:
                if timed_out(error):
                    raise OutcomeUnknown(str(error), hint=error.hint, details=error.details) from error
                self._blame(node, error)
                if isinstance(error, NodeError) and error.sent:
                    raise
                errors[node] = error
        raise self._nobody(errors)

    def change_here(self, name: str, command: Command, job: Job) -> Result:
        """Run a change that is not gluster's (a directory, a unit file) on this very node.

        Raises CommandFailed by its exit status, OutcomeUnknown when it was sent and no answer came, a NodeError.
        """
        try:
            return checked(name, command, self._nodes[name].run(command, job))
        except NodeError as error:
            if timed_out(error):
                raise OutcomeUnknown(str(error), hint=error.hint, details=error.details) from error
            raise

    def _patiently(self, name: str, command: Command, parse: Callable[[Answer], T], job: Job | None, tries: int) -> T:
        """Ask one node, again after a growing, random pause while another client holds the lock."""
        for attempt in range(tries):
            try:
                return self._once(name, command, parse, job)
            except LockBusy:
                if attempt == tries - 1:
                    raise
            _pause(job, 0.25 * 2**attempt * random.uniform(0.5, 1.5))
        raise AssertionError("unreachable")

    def _once(self, name: str, command: Command, parse: Callable[[Answer], T], job: Job | None) -> T:
        if command.lock:
            with self._turn(job):
                result = self._nodes[name].run(command, job)
        else:
            result = self._nodes[name].run(command, job)
        found = parse(Answer(command, result, name))
        self._faults.pop(name, None)
        return found

    @contextmanager
    def _turn(self, job: Job | None) -> Iterator[None]:
        while not self._lock.acquire(timeout=TURN):
            if job is not None:
                job.check()
        try:
            yield
        finally:
            self._lock.release()

    def _blame(self, name: str, error: NasError) -> None:
        self._faults[name] = Fault(time.time(), str(error), error.hint, isinstance(error, NodeError))

    def _resting(self, name: str) -> bool:
        fault = self._faults.get(name)
        return fault is not None and time.time() - fault.at < REST

    def _nobody(self, errors: Mapping[str, NasError]) -> NasError:
        """One error for all nodes: that of a single one, else a sentence with every node's own in the details."""
        if len(errors) == 1:
            return next(iter(errors.values()))
        hints = [error.hint for error in errors.values() if error.hint]
        ordered = {name: errors[name] for name in self._nodes if name in errors}
        return ServiceDown(
            _("No node of the cluster can be asked about GlusterFS ({reasons})").format(reasons=_reasons(ordered)),
            hint=hints[0] if hints else _("Check that the nodes are powered on and that glusterd runs there."),
            details="\n".join(str(error) for error in errors.values()),
        )


def _reasons(errors: Mapping[str, NasError]) -> str:
    """ "node1, node2: glusterd does not run; node3: no connection"."""
    nodes: dict[str, list[str]] = {}
    for name, error in errors.items():
        nodes.setdefault(str(error).removeprefix(f"{name}: "), []).append(name)
    return "; ".join(f"{', '.join(names)}: {reason}" for reason, names in nodes.items())


def timed_out(error: NasError) -> bool:
    """True if glusterd took the command and gave no answer in time: it may wait for another node."""
    return isinstance(error, ServiceDown) and bool(TIMED_OUT.search(error.details))


def _accepted(answer: Answer) -> Result:
    understand(answer)
    return answer.result


def _pause(job: Job | None, seconds: float) -> None:
    if job is not None:
        job.sleep(seconds)
    else:
        time.sleep(seconds)
