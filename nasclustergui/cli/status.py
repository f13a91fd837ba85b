"""`status`: the whole cluster in one reading, as one JSON object or as text."""

from __future__ import annotations

import math
from typing import Any

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.terminal import say, say_json
from nasclustergui.cluster.state import ClusterState
from nasclustergui.cluster.verdict import problems, verdict
from nasclustergui.core.events import Problem, Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.units import DASH, clock, percent, size
from nasclustergui.subsystems.gluster.model import Brick, Peer, Volume
from nasclustergui.subsystems.nodes.model import NodeState

# The same in every language: scripts compare them.
_WORDS = {
    Severity.OK: "Healthy",
    Severity.INFO: "Healthy",
    Severity.BUSY: "Works by itself",
    Severity.UNKNOWN: "Not known",
    Severity.WARN: "Needs attention",
    Severity.CRITICAL: "Act now",
}


def status_data(state: ClusterState) -> dict[str, Any]:
    """The state as plain data. What could not be read is null, with the reason in `errors`; nothing is guessed."""
    found = problems(state)
    judged = verdict(state, found)
    gluster = state.gluster if "gluster" not in state.errors else None
    return {
        "cluster": state.profile.name,
        "environment": state.profile.environment.value,
        "verdict": _WORDS[judged.severity],
        "verdict_text": judged.title,
        "leader": state.leader or None,
        "read_at": max(state.read_at.values(), default=None),
        "nodes": [_node(state, node) for node in state.nodes.nodes],
        "peers": None if gluster is None else [_peer(peer) for peer in gluster.peers],
        "volumes": None if gluster is None else [volume_data(volume) for volume in gluster.volumes],
        "problems": [_problem(problem) for problem in found],
        "errors": {name: {"error": str(e), "hint": e.hint} for name, e in state.errors.items()} | _partial(state),
    }


def _partial(state: ClusterState) -> dict[str, Any]:
    """What gluster could tell only in part."""
    gluster = state.gluster
    if gluster is None or not gluster.status_error:
        return {}
    return {"gluster_status": {"error": gluster.status_error, "hint": gluster.status_hint}}


def _node(state: ClusterState, node: NodeState) -> dict[str, Any]:
    sample = node.sample if node.online else None
    data: dict[str, Any] = {
        "name": node.name,
        "address": node.host,
        "role": state.role(node.name) or None,
        "online": node.online,
        "cpu_percent": _rounded(sample.cpu_percent if sample else None),
        "memory_percent": _rounded(sample.memory_percent if sample else None),
        "disk_percent": _rounded(sample.disk_percent if sample else None),
        "etcd_role": state.etcd_role(node.name) or None,
    }
    if not node.online:
        data |= {"error": node.error or _("no answer so far"), "hint": node.hint}
    return data


def _rounded(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else round(value, 1)


def _peer(peer: Peer) -> dict[str, Any]:
    return {
        "node": peer.node or None,
        "hostnames": list(peer.hostnames),
        "uuid": peer.uuid,
        "connected": peer.connected,
        "state": peer.state.value,
    }


def volume_data(volume: Volume) -> dict[str, Any]:
    """A volume for JSON; sizes in bytes, null where not known."""
    return {
        "name": volume.name,
        "type": volume_type(volume),
        "status": volume.status.value,
        "bricks": [_brick(brick) for brick in volume.bricks],
        "heal_pending": volume.heal_pending,
        "replica": volume.replica,
        "arbiter": volume.arbiter,
        "disperse": volume.disperse,
        "redundancy": volume.redundancy,
        "size": volume.usable,
        "available": volume.available,
    }


def volume_type(volume: Volume) -> str:
    """ "replicate", "distributed-replicate" and so on, as gluster says it but in lower case."""
    many = len(volume.sets) > 1 and volume.set_size > 1
    return f"distributed-{volume.type.value}" if many else volume.type.value


def _brick(brick: Brick) -> dict[str, Any]:
    return {"node": brick.node or brick.host, "path": brick.path, "online": brick.online}


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "severity": problem.severity.name.lower(),
        "title": problem.title,
        "text": problem.text,
        "todo": list(problem.todo),
        "subject": problem.subject,
    }


def show_status(state: ClusterState, *, as_json: bool) -> Exit:
    """Print it. UNREACHABLE if nothing at all could be read."""
    if as_json:
        say_json(status_data(state))
    else:
        _show_text(state)
    read_something = (
        any(node.online for node in state.nodes.nodes) or state.gluster is not None or state.etcd is not None
    )
    return Exit.OK if read_something else Exit.UNREACHABLE


def _show_text(state: ClusterState) -> None:
    found = problems(state)
    judged = verdict(state, found)
    say(f"{state.profile.name}: {judged.word}. {judged.title}")
    for problem in found:
        say(f"  - {problem.title}" + (f": {problem.text}" if problem.text else ""))
        for todo in problem.todo:
            say(f"      {todo}")
    say(_("Leader: {node}").format(node=state.leader or DASH))
    say()
    columns = (_("Node"), _("Address"), _("Role"), _("State"), _("CPU"), _("Memory"), _("Disk"), "etcd")
    show_table([columns, *(_node_row(state, node) for node in state.nodes.nodes)])
    if state.gluster is None or "gluster" in state.errors:
        say()
        say(_("Volumes: not known. {error}").format(error=state.errors.get("gluster", "")))
        return
    say()
    header = (_("Volume"), _("Type"), _("State"), _("Bricks online"), _("To heal"), _("Size"), _("Free"))
    show_table([header, *(volume_row(volume) for volume in state.gluster.volumes)])
    if state.gluster.status_error:
        say(
            _("Bricks as of {time}: {error}").format(
                time=clock(state.gluster.status_at or None), error=state.gluster.status_error
            )
        )


def _node_row(state: ClusterState, node: NodeState) -> tuple[str, ...]:
    sample = node.sample if node.online else None
    return (
        node.name,
        node.host,
        state.role(node.name) or DASH,
        _("Online") if node.online else node.error or _("No answer"),
        percent(sample.cpu_percent if sample else None),
        percent(sample.memory_percent if sample else None),
        percent(sample.disk_percent if sample else None),
        state.etcd_role(node.name) or DASH,
    )


def volume_row(volume: Volume) -> tuple[str, ...]:
    """A volume as a line of the table: name, type, state, bricks online, to heal, size, free."""
    online = sum(brick.online is True for brick in volume.bricks)
    known = all(brick.online is not None for brick in volume.bricks)
    return (
        volume.name,
        volume_type(volume),
        volume.status.value,
        f"{online}/{len(volume.bricks)}" if known else DASH,
        DASH if volume.heal_pending is None else str(volume.heal_pending),
        size(volume.usable),
        size(volume.available),
    )


def show_table(rows: list[tuple[str, ...]]) -> None:
    """Columns as wide as their longest cell."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
