"""The rows of the Nodes table, from a ClusterState."""

from __future__ import annotations

import math

from nasclustergui.cluster.node_word import last_copies, node_word
from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.i18n import _
from nasclustergui.core.metrics import Sample
from nasclustergui.core.units import DASH, percent, rate, size_parts
from nasclustergui.subsystems.etcd.model import Member
from nasclustergui.subsystems.gluster.model import Brick, Volume, VolumeStatus
from nasclustergui.subsystems.nodes.model import NodeState
from nasclustergui.ui.cell import EMPTY, Cell, Row
from nasclustergui.ui.theme import SEVERITY

HIGH_PERCENT = 85.0  # from here on a meter carries the warning sign
_NONE = (EMPTY, EMPTY)


def role_title(role: str) -> str:
    """The role as a word of the table."""
    return {"manager": _("Manager"), "worker": _("Worker"), "edge": _("Edge")}.get(role, role)


def node_rows(state: ClusterState) -> list[Row]:
    """One row per node, in the profile's order; below it its etcd member and its bricks."""
    return [_row(state, node) for node in state.nodes.nodes]


def _row(state: ClusterState, node: NodeState) -> Row:
    word = node_word(state, node)
    stale = not node.online
    role = role_title(state.role(node.name))
    sample = node.sample
    lead = _("leader") if state.leader == node.name else ""
    cells = (
        Cell(node.name, "name", "server", lead, strong=True, stale=stale),
        Cell(node.host, "mono", stale=stale),
        Cell(role, stale=stale or state.role_is_old(node.name)),
        Cell(word.word, "state", sub=word.sub, state=word.state),
        _meter(_value(sample, "cpu_percent"), stale),
        _meter(_value(sample, "memory_percent"), stale),
        _meter(_value(sample, "disk_percent"), stale),
        Cell(rate(_network(sample)), "num", stale=stale),
    )
    carries = bool(state.bricks_of(node.name)) or bool(state.etcd_role(node.name))
    silent = word.state == "stale" and carries  # for the verdict that is an "Act now"
    rank = SEVERITY["critical" if silent else word.state]
    sort = (node.name, node.host, role, float(rank), *_measured_order(sample))
    return Row(node.name, cells, _children(state, node), sort, node.name, rank=rank)


def _measured_order(sample: Sample | None) -> tuple[float | None, ...]:
    metrics = (_value(sample, f"{name}_percent") for name in ("cpu", "memory", "disk"))
    return (*metrics, _network(sample))


def _value(sample: Sample | None, name: str) -> float | None:
    value = getattr(sample, name) if sample else None
    return None if value is None or math.isnan(value) else float(value)


def _network(sample: Sample | None) -> float | None:
    if sample is None or math.isnan(sample.receive_rate) or math.isnan(sample.send_rate):
        return None
    return sample.receive_rate + sample.send_rate


def _meter(value: float | None, stale: bool) -> Cell:
    if value is None:
        return Cell(DASH, role="text3")
    state = "warn" if value >= HIGH_PERCENT and not stale else "accent"
    return Cell(percent(value), "meter", state=state, value=value / 100.0, stale=stale)


def _children(state: ClusterState, node: NodeState) -> tuple[Row, ...]:
    members = state.etcd.members if state.etcd else ()
    rows = [_member_row(member, "etcd" in state.errors) for member in members if member.node == node.name]
    last = last_copies(state, node.name)
    stale = not node.online or "gluster" in state.errors
    rows += [_brick_row(node, v, v.bricks[i], stale, v.name in last) for v, i in state.bricks_of(node.name)]
    return tuple(rows)


def _member_row(member: Member, stale: bool) -> Row:
    if not member.healthy:
        shown = Cell(_("No answer"), "state", sub=member.error, state="stale")
    elif member.leader:
        shown = Cell(_("Leader"), "state", state="ok")
    else:
        shown = Cell(_("Learner") if member.learner else _("Member"), "state", state="ok")
    name = Cell(_("etcd member"), "name", "key-round", stale=stale or not member.healthy)
    return Row(f"etcd/{member.id}", (name, EMPTY, EMPTY, shown, *_NONE, *_NONE))


def _brick_row(node: NodeState, volume: Volume, brick: Brick, stale: bool, last: bool) -> Row:
    key = f"brick/{volume.name}/{brick.name}"
    name = Cell(brick.path, "name", "hard-drive", stale=stale, tip=f"{node.name}:{brick.path}")
    return Row(
        key, (name, EMPTY, Cell(volume.name), _brick_state(volume, brick, last), *_NONE, _used(brick, stale), EMPTY)
    )


def _brick_state(volume: Volume, brick: Brick, last: bool) -> Cell:
    if volume.status is not VolumeStatus.STARTED:
        return Cell(_("Stopped"), "state", state="stopped")
    if brick.online is None:
        return Cell(_("Unknown"), "state", state="unknown")
    if not brick.online:
        return Cell(_("Down"), "state", state="critical")
    if last:
        return Cell(_("Last copies"), "state", state="warn")
    if brick.heal_pending:
        return Cell(_("Healing"), "state", state="busy")
    return Cell(_("Online"), "state", state="ok")


def _used(brick: Brick, stale: bool) -> Cell:
    if brick.size is None or brick.free is None:
        return Cell(DASH, role="text3")
    used, total = size_parts(brick.size - brick.free, brick.size)
    return Cell(_("{used} of {size}").format(used=used, size=total), stale=stale)
