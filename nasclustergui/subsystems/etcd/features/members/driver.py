"""Runs `etcdctl member …` and what keeps etcd's databases in order, as etcd's own user root where it has users."""

from __future__ import annotations

from nasclustergui.subsystems.etcd.features.members import membership, upkeep
from nasclustergui.subsystems.etcd.features.store import Check, Follow, Run

RUNS: dict[tuple[str, ...], Run] = {**membership.RUNS, **upkeep.RUNS}
CHECKS: dict[str, Check] = {**membership.CHECKS, **upkeep.CHECKS}
FOLLOWS: dict[str, Follow] = {**membership.FOLLOWS, **upkeep.FOLLOWS}
