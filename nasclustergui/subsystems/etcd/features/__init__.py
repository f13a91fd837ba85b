"""What can be done with etcd, a package for each subject: model, commands, reading, plans, checks. No Qt.

A feature's module `driver` has `RUNS` (the words after "etcdctl" → what runs them), and `CHECKS` and `FOLLOWS` (the
names of `Step.check` and `Step.follow`); each may be empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from nasclustergui.subsystems.etcd.features.store import Check, Follow, Run, Store

WITH_DRIVER: tuple[str, ...] = ("keys", "changes", "members", "registration", "roles", "coordination", "access")

__all__ = ["Check", "Follow", "Run", "Store", "checks", "follows", "runs"]


@cache
def runs() -> Mapping[tuple[str, ...], Run]:
    """Words after "etcdctl" ("member", "add") → what runs such a command."""
    return {words: run for module in WITH_DRIVER for words, run in _driver(module).RUNS.items()}


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
