"""Everything beyond the volumes themselves, a package each: its model, commands, parsers, plans, checks. No Qt.

A feature that needs conditions or long work of its own has a module `driver` with `CHECKS` and `FOLLOWS`: the names
are those of `Step.check` and `Step.follow`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from nasclustergui.subsystems.gluster.features.pool import Check, Follow, Pool

WITH_DRIVER: tuple[str, ...] = (
    "bitrot",
    "bricks",
    "disk",
    "geo_replication",
    "options",
    "peers",
    "places",
    "quorum",
    "quota",
    "rebalance",
    "snapshots",
    "split_brain",
)

__all__ = ["Check", "Follow", "Pool", "checks", "follows"]


@cache
def checks() -> Mapping[str, Check]:
    """The conditions of all features by name."""
    return {name: check for module in WITH_DRIVER for name, check in _driver(module).CHECKS.items()}


@cache
def follows() -> Mapping[str, Follow]:
    """The long works of all features by name."""
    return {name: follow for module in WITH_DRIVER for name, follow in _driver(module).FOLLOWS.items()}


def _driver(feature: str):  # type: ignore[no-untyped-def]  # a module
    return import_module(f"{__name__}.{feature}.driver")
