"""Reads `volume status`: which processes run, how full the bricks are, what gluster does by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from nasclustergui.subsystems.gluster.commands.answer import Answer, failed, read_xml, reading
from nasclustergui.subsystems.gluster.commands.values import each, integer, optional, optional_integer, text
from nasclustergui.subsystems.gluster.commands.work import task_state
from nasclustergui.subsystems.gluster.model import Brick, Task, TaskKind

SELF_HEAL = "Self-heal Daemon"


@dataclass(frozen=True)
class Daemon:
    """A process that serves a volume beside its bricks: `kind` is "Self-heal Daemon", "Quota Daemon" …

    `host` is its node's name, "localhost" or id; `online` is None where the answer doesn't tell.
    """

    kind: str
    host: str
    host_uuid: str
    online: bool | None


@dataclass(frozen=True)
class StatusReport:
    """`volume status` of one volume. Bricks and daemons of absent peers are missing from it."""

    volume: str
    bricks: tuple[Brick, ...] = ()
    daemons: tuple[Daemon, ...] = ()
    tasks: tuple[Task, ...] = ()


def parse_status(answer: Answer) -> tuple[StatusReport, ...]:
    """`volume status [V|all] [detail|tasks|shd|clients|mem|…]`: a report per started volume."""
    root = read_xml(answer)
    with reading(answer):
        return tuple(_report(element) for element in each(root, "volStatus/volumes/volume"))


def parse_brick_processes(answer: Answer) -> frozenset[str]:
    """`brick_processes`: paths of the bricks that run. `ps` exits with 1 where there are none."""
    if answer.result.status not in (0, 1) or answer.result.stderr.strip():
        raise failed(answer)
    return frozenset(re.findall(r" --brick-name (/\S*)", answer.result.stdout))


def _report(element: Element) -> StatusReport:
    nodes = element.findall("node")
    bricks = tuple(_brick(node) for node in nodes if text(node, "path").startswith("/"))
    daemons = tuple(_daemon(node) for node in nodes if not text(node, "path").startswith("/"))
    tasks = tuple(task for task in map(_task, element.findall("tasks/task")) if task)
    return StatusReport(text(element, "volName"), bricks, daemons, tasks)


def _brick(node: Element) -> Brick:
    return Brick(
        host=text(node, "hostname"),
        path=text(node, "path"),
        host_uuid=optional(node, "peerid"),
        online=integer(node, "status") == 1,
        port=optional_integer(node, "port"),
        pid=optional_integer(node, "pid"),
        size=optional_integer(node, "sizeTotal"),
        free=optional_integer(node, "sizeFree"),
        filesystem=optional(node, "fsName"),
        device=optional(node, "device"),
        inodes=optional_integer(node, "inodesTotal"),
        inodes_free=optional_integer(node, "inodesFree"),
    )


def _daemon(node: Element) -> Daemon:
    status = optional_integer(node, "status")
    online = None if status is None else status == 1
    return Daemon(text(node, "hostname"), text(node, "path"), optional(node, "peerid"), online)


def _task(element: Element) -> Task | None:
    """None for kinds of task that we don't know (tiering of old versions)."""
    kind = text(element, "type").casefold()
    state, fix_layout = task_state(integer(element, "status"), optional(element, "statusStr"))
    bricks = tuple((brick.text or "").strip() for brick in element.findall("params/brick"))
    if kind == "rebalance":
        return Task(TaskKind.FIX_LAYOUT if fix_layout else TaskKind.REBALANCE, state, optional(element, "id"))
    if kind == "remove brick":
        return Task(TaskKind.REMOVE_BRICK, state, optional(element, "id"), bricks=bricks)
    return None
