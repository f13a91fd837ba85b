"""What can be done with the machines themselves, a package for each subject: model, commands, reading, plans. No Qt.

A feature that needs conditions or long work of its own has a module `driver` with `CHECKS` and `FOLLOWS`: the names
are those of `Step.check` and `Step.follow`. Its steps have the driver "nodes" and run on their very node.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.remote.node import Nodes

WITH_DRIVER: tuple[str, ...] = ()

Check = Callable[[Nodes, Step, Job], str]
"""Why a condition of the step doesn't hold now, one sentence; "" if it holds. Raises NasError if nobody can tell."""

Follow = Callable[[Nodes, Step, Job], None]
"""Watches what the step started until it ended well. Raises NasError when it failed."""


@cache
def checks() -> Mapping[str, Check]:
    """The conditions of all features by name."""
    return {name: check for module in WITH_DRIVER for name, check in _driver(module).CHECKS.items()}


@cache
def follows() -> Mapping[str, Follow]:
    """The long works of all features by name."""
    return {name: follow for module in WITH_DRIVER for name, follow in _driver(module).FOLLOWS.items()}


def _driver(feature: str) -> Any:
    return import_module(f"{__name__}.{feature}.driver")
