"""What is wrong with the machines, and what changed between two readings."""

from __future__ import annotations

from nasclustergui.core.events import Event, Problem, Severity
from nasclustergui.core.i18n import _, sentences
from nasclustergui.core.units import NB, clock, percent, size
from nasclustergui.subsystems.nodes.model import Link, NodesState, NodeState

FULL_PERCENT = 90.0
MEMORY_PERCENT = 95.0


def problems(state: NodesState) -> tuple[Problem, ...]:
    """Everything about the machines that needs an eye, in the profile's order."""
    found: list[Problem] = []
    for node in state.nodes:
        found.extend(_link(node))
        if node.online:
            found.extend(_disks(node))
            found.extend(_memory(node))
    return tuple(found)


def _link(node: NodeState) -> list[Problem]:
    key = f"nodes/{node.name}/link"
    if node.link is Link.REFUSED:
        return [
            Problem(
                key,
                Severity.WARN,
                _("{node} does not let us in").format(node=node.name),
                sentences(_upper_first(node.error.removeprefix(f"{node.name}: "))),
                (node.hint,) if node.hint else (),
                f"nodes.connect:{node.name}",
                node.name,
                urgency=1,
            )
        ]
    if node.link is not Link.LOST:
        return []
    seen = _("Last seen {time}.").format(time=clock(node.seen_at)) if node.seen_at else _("Not seen in this session.")
    return [
        Problem(
            key,
            Severity.CRITICAL,
            _("{node} does not answer").format(node=node.name),
            sentences(_upper_first(node.error.removeprefix(f"{node.name}: ")), seen),
            (
                _("Do not restart other nodes until {node} is back.").format(node=node.name),
                node.hint or _("Check its power and its network cable."),
            ),
            f"nodes.retry:{node.name}",
            node.name,
            node.seen_at,
            urgency=1,
        )
    ]


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _disks(node: NodeState) -> list[Problem]:
    return [
        Problem(
            f"nodes/{node.name}/disk/{fs.mount}",
            Severity.WARN,
            _("{mount} on {node} is {percent} full").format(
                mount=fs.mount, node=node.name, percent=percent(fs.used_percent)
            ),
            _("{free} are free.").format(free=size(fs.free)),
            (_("Free space or add bricks before writes fail."),),
            "",
            node.name,
        )
        for fs in node.filesystems
        if fs.size and fs.used_percent >= FULL_PERCENT
    ]


def _memory(node: NodeState) -> list[Problem]:
    sample = node.sample
    if sample is None or not sample.memory_total or sample.memory_percent < MEMORY_PERCENT:
        return []
    return [
        Problem(
            f"nodes/{node.name}/memory",
            Severity.WARN,
            _("{node} has {free} of memory left").format(node=node.name, free=size(sample.memory_available)),
            _("Below {percent} free the kernel may end services.").format(percent=f"5{NB}%"),
            (_("See which process grows before it is too late."),),
            "",
            node.name,
        )
    ]


def changes(old: NodesState, new: NodesState) -> tuple[Event, ...]:
    """Nodes that went away, came back, or were restarted in between."""
    events: list[Event] = []
    for node in new.nodes:
        before = old.node(node.name)
        if before is not None:
            events.extend(_node_changes(before, node, new.read_at))
    return tuple(events)


def _node_changes(before: NodeState, node: NodeState, at: float) -> list[Event]:
    name = node.name
    if before.online and node.link is Link.LOST:
        return [Event(at, Severity.CRITICAL, _("{node} stopped answering").format(node=name), node.error, name)]
    if before.link is Link.LOST and node.online:
        return [Event(at, Severity.OK, _("{node} answers again").format(node=name), "", name)]
    if before.sample and node.sample and node.sample.uptime + 1 < before.sample.uptime:
        return [Event(at, Severity.INFO, _("{node} was restarted").format(node=name), "", name)]
    return []
