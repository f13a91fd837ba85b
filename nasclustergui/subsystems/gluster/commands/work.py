"""Reads `rebalance … status|stop` and `remove-brick … status|stop`: what has been moved on each node."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.commands.answer import Answer, read_xml, reading
from nasclustergui.subsystems.gluster.commands.values import each, integer, number_or, optional, text
from nasclustergui.subsystems.gluster.model import NodeProgress, Task, TaskKind, TaskState

# glusterd's gf_defrag_status: 5 to 8 are the same for fix-layout
STATES = (TaskState.NOT_STARTED, TaskState.RUNNING, TaskState.STOPPED, TaskState.COMPLETED, TaskState.FAILED)
FIX_LAYOUT_STATES = (TaskState.RUNNING, TaskState.STOPPED, TaskState.COMPLETED, TaskState.FAILED)
NOT_RUNNING = re.compile(r"(?:Rebalance|remove-brick) not started for volume|needs to be started to perform rebalance")


def task_state(code: int, said: str = "") -> tuple[TaskState, bool]:
    """The state for a status number, and whether it is a fix-layout. Raises ValueError for an unknown one."""
    if 0 <= code < 5:
        return STATES[code], False
    if 5 <= code < 9:
        return FIX_LAYOUT_STATES[code - 5], True
    raise ValueError(_("the status of the work is {code} “{said}”").format(code=code, said=said))


def parse_rebalance(answer: Answer) -> Task:
    """`rebalance V status`, or the last counters of `rebalance V stop`."""
    root = read_xml(answer)
    with reading(answer):
        return _task(root, "volRebalance", TaskKind.REBALANCE)


def parse_remove_brick(answer: Answer) -> Task:
    """`remove-brick V BRICK… status|stop`. The bricks are not in the answer."""
    root = read_xml(answer)
    with reading(answer):
        return _task(root, "volRemoveBrick", TaskKind.REMOVE_BRICK)


def not_running(answer: Answer) -> bool:
    """True if a status or stop was refused because nothing runs: after a stop, or once a node came back (facts)."""
    return bool(NOT_RUNNING.search(answer.result.stdout))


def _task(root: Element, where: str, kind: TaskKind) -> Task:
    found = next(each(root, where))
    nodes = tuple(_progress(node) for node in found.findall("node"))
    state, fix_layout = _overall(found, nodes)
    return Task(TaskKind.FIX_LAYOUT if fix_layout else kind, state, optional(found, "task-id"), nodes)


def _overall(found: Element, nodes: tuple[NodeProgress, ...]) -> tuple[TaskState, bool]:
    """The aggregate's state; but never better than the worst node's: a node may fail while others go on."""
    aggregate = found.find("aggregate")
    if aggregate is None:
        raise ValueError(_("<{parent}> has no <{name}>").format(parent=found.tag, name="aggregate"))
    state, fix_layout = task_state(integer(aggregate, "status"), optional(aggregate, "statusStr"))
    states = {node.state for node in nodes}
    if state is TaskState.COMPLETED and TaskState.RUNNING in states:
        state = TaskState.RUNNING
    elif state is TaskState.COMPLETED and TaskState.FAILED in states:
        state = TaskState.FAILED
    return state, fix_layout


def _progress(node: Element) -> NodeProgress:
    return NodeProgress(
        node=text(node, "nodeName"),
        host_uuid=optional(node, "id"),
        files=number_or(node, "files", 0),
        bytes=number_or(node, "size", 0),
        lookups=number_or(node, "lookups", 0),
        failures=number_or(node, "failures", 0),
        skipped=number_or(node, "skipped", 0),
        state=task_state(integer(node, "status"), optional(node, "statusStr"))[0],
        seconds=float(optional(node, "runtime", "0") or "0"),
    )
