"""`gluster volume rebalance NAME status|mend`: how far each node is and how long it takes, what was left behind."""

from __future__ import annotations

import time
from argparse import Namespace
from typing import Any

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as, volume_named
from nasclustergui.cli.status import show_table
from nasclustergui.cli.terminal import say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.units import DASH, about, count, duration, percent, size
from nasclustergui.subsystems.gluster.estimate import Estimate
from nasclustergui.subsystems.gluster.features.rebalance.findings import Finding, findings, node_name
from nasclustergui.subsystems.gluster.features.rebalance.model import (
    Look,
    last_kind,
    last_nodes,
    last_state,
    left_over,
    under_way,
)
from nasclustergui.subsystems.gluster.features.rebalance.plans import plan_end, plan_restart, plan_wait, plan_watch
from nasclustergui.subsystems.gluster.features.rebalance.read import look_closely
from nasclustergui.subsystems.gluster.model import GlusterState, NodeProgress, Task, TaskKind, Volume
from nasclustergui.subsystems.gluster.rebalance_meter import meter_for, node_key

Estimates = dict[str, Estimate]


def run(session: Session, options: Namespace) -> Exit:
    """Look (`status`, with `--watch` until it has ended) or mend what a node's death left behind (`mend`)."""
    session.nodes.connect_all()
    state, found = _look(session, options.name)
    volume = volume_named(state, options.name)
    if options.what == "mend":
        return carry_out_as(session, _mend(volume, state, found, session.profile.name, options.wait), options)
    if options.watch and under_way(volume) is not None:
        step = plan_watch(volume, state, session.profile.name).steps[0]
        watching = Job(step.title, quiet=options.json)
        work(watching, lambda job: session.gluster.follow(step, job))  # raises what it ended badly with
        state, found = _look(session, options.name)
        volume = volume_named(state, options.name)
    return _tell(volume, state, found, options.json)


def _mend(volume: Volume, state: GlusterState, found: Look, cluster: str, wait: bool) -> Plan:
    """The gentlest thing that helps. Raises InvalidInput where there is nothing to mend."""
    lost = left_over(volume, found)
    if not lost and found.held:
        return plan_restart(volume, found.held, state, cluster)
    return (plan_wait if wait else plan_end)(volume, lost, state, cluster)


def _look(session: Session, name: str) -> tuple[GlusterState, Look]:
    def read(job: Job) -> tuple[GlusterState, Look]:
        state = session.gluster.pool.read(job)
        volume = volume_named(state, name)
        return state, Look() if under_way(volume) is not None else look_closely(session.gluster.pool, volume, job)

    return work(Job(_("Read the cluster"), quiet=True), read)


def _tell(volume: Volume, state: GlusterState, found: Look, as_json: bool) -> Exit:
    task = under_way(volume)
    estimate, by_node = _estimate(volume, task) if task is not None else (Estimate(), {})
    told = findings(volume, state, None, found, time.time())
    nodes = task.nodes if task is not None else last_nodes(found)
    kind = task.kind if task is not None else last_kind(found)
    if as_json:
        say_json(_data(volume, state, found, told, (task, estimate, by_node)))
        return Exit.OK
    if task is not None:
        say(f"{task.kind.value}: {task.state.value}" + _left(estimate))
    if nodes:
        _table(nodes, state, kind, by_node)
    for finding in told:
        say(f"{finding.title}. {finding.text}".strip() if finding.text else finding.title)
        for line in finding.todo:
            say(f"  {line}")
    if left_over(volume, found) or found.held:
        say(f"  nasclustergui gluster volume rebalance {volume.name} mend [--wait]")
    return Exit.OK


def _estimate(volume: Volume, task: Task) -> tuple[Estimate, Estimates]:
    """One reading is enough: gluster tells for how long it has been running."""
    meter = meter_for(volume, task)
    estimate = meter.add(time.monotonic(), task)
    return estimate, dict(meter.by_node)


def _left(estimate: Estimate) -> str:
    parts = []
    if estimate.progress is not None:
        parts.append(percent(int(100 * estimate.progress)))
    parts.append(about(*estimate.seconds_left) if estimate.seconds_left else _("no estimate yet"))
    return ", " + ", ".join(parts)


def _table(nodes: tuple[NodeProgress, ...], state: GlusterState, kind: TaskKind | None, by_node: Estimates) -> None:
    head = (_("Node"), _("State"), _("Done"), _("Moved"), _("Size"), _("Looked at"), _("Failed"), _("Skipped"))
    rows: list[tuple[str, ...]] = [(*head, _("Run time"), _("Time left"))]
    for node in sorted(nodes, key=lambda n: node_name(n, state)):
        estimate = by_node.get(node_key(node), Estimate())
        counted = kind is not TaskKind.FIX_LAYOUT
        numbers = (node.files, node.lookups, node.failures, node.skipped)
        files, looked, failed, skipped = (count(n) if counted else DASH for n in numbers)
        done = percent(int(100 * estimate.progress)) if estimate.progress is not None else DASH
        left = about(*estimate.seconds_left) if estimate.seconds_left and estimate.progress != 1.0 else DASH
        moved = size(node.bytes) if counted else DASH
        name = node_name(node, state)
        rows.append((name, node.state.value, done, files, moved, looked, failed, skipped, duration(node.seconds), left))
    show_table(rows)


def _data(
    volume: Volume,
    state: GlusterState,
    found: Look,
    told: tuple[Finding, ...],
    running: tuple[Task | None, Estimate, Estimates],
) -> dict[str, Any]:
    """`running`: the task under way with its estimates; `last` is None while one runs."""
    task, estimate, by_node = running
    last = last_state(found)
    return {
        "volume": volume.name,
        "task": None
        if task is None
        else {
            "kind": task.kind.value,
            "state": task.state.value,
            "id": task.id,
            **_estimate_data(estimate),
            "nodes": [_node_data(n, state) | _estimate_data(by_node.get(node_key(n), Estimate())) for n in task.nodes],
        },
        "last": None
        if task is not None or last is None
        else {"state": last.value, "nodes": [_node_data(node, state) for node in last_nodes(found)]},
        "left_over": list(left_over(volume, found)),
        "held": list(found.held),
        "findings": [{"severity": f.severity.name.lower(), "title": f.title, "text": f.text} for f in told],
    }


def _estimate_data(estimate: Estimate) -> dict[str, Any]:
    """Seconds left as low, likely, high; null while unknown."""
    left = [round(seconds, 1) for seconds in estimate.seconds_left] if estimate.seconds_left else None
    return {"progress": estimate.progress, "seconds_left": left, "files_per_second": estimate.rate}


def _node_data(node: NodeProgress, state: GlusterState) -> dict[str, Any]:
    return {
        "node": node_name(node, state),
        "state": node.state.value,
        "files": node.files,
        "bytes": node.bytes,
        "lookups": node.lookups,
        "failures": node.failures,
        "skipped": node.skipped,
        "seconds": node.seconds,
    }
