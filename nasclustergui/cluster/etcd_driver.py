"""Hands the steps of plans to etcd's manager, which is made only when something is asked of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nasclustergui.core.command import Command, Result
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step

if TYPE_CHECKING:
    from nasclustergui.subsystems.etcd.manager import EtcdManager


class EtcdDriver:
    """See `remote.driver.Driver` and `EtcdManager`. `manager` may block: it asks for a password once."""

    asks_from_here = True

    def __init__(self, manager: Callable[[], EtcdManager]) -> None:
        self._manager = manager

    def check(self, step: Step, job: Job) -> None:
        """Raise PlanOutdated when the step's condition does not hold any more."""
        self._manager().check(step, job)

    def run(self, node: str, command: Command, job: Job) -> Result:
        """Do what the command says."""
        return self._manager().run(node, command, job)

    def follow(self, step: Step, job: Job) -> None:
        """Watch what the step started until it ended."""
        self._manager().follow(step, job)
