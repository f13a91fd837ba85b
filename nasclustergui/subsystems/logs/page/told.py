"""Sentences about how the nodes stand: the state line and what is wrong; no Qt."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import clock, count
from nasclustergui.subsystems.logs.features.read.told import clock_text
from nasclustergui.subsystems.logs.manager import NodeStatus, Phase

SILENT = 6.0  # seconds without an answer of a follower, which answers every second


class Told(NamedTuple):
    """The state line: a key of `states.STATES`, its text, and further problems, a sentence each."""

    state: str
    text: str
    problems: tuple[str, ...] = ()


def lost_since(status: NodeStatus, heard: float, now: float) -> float | None:
    """Unix time since when nothing new comes from a node, None if it does or nothing is awaited."""
    if status.phase is Phase.LOST:
        return status.since
    return heard if status.phase is Phase.LIVE and now - heard > SILENT else None


def tell(
    statuses: Sequence[NodeStatus], heard: dict[str, float], *, live: bool, paused: float | None, read_at: float | None
) -> Told:
    """How things stand. `paused`: Unix time since when nothing is taken; `read_at`: when it was read, if not live."""
    now = time.time()
    lost = {s.node: at for s in statuses if (at := lost_since(s, heard.get(s.node, 0.0), now)) is not None}
    reading = [s.node for s in statuses if s.phase is Phase.READING]
    parts = [_lost_text(node, at) for node, at in lost.items()]
    parts += [text for s in statuses if s.logs is not None and (text := clock_text(s.logs))]
    left_out = sum(s.left_out for s in statuses)
    if left_out:
        parts.append(ngettext("{n} line left out", "{n} lines left out", left_out).format(n=count(left_out)))
    good = len(statuses) - len(lost) - len(reading)
    nodes = ngettext("{good} of {n} node", "{good} of {n} nodes", len(statuses)).format(good=good, n=len(statuses))
    state = "warn" if lost else "ok"
    if reading:
        state, word = "busy", _("Reading from {names}").format(names=", ".join(reading))
    elif paused is not None:
        state, word = "stopped", _("Paused since {time}").format(time=clock(paused))
    elif live and not good:
        state, word = "stale", _("Not live")
    elif live:
        word = _("Live")
    else:
        state, word = "stale", _("Read at {time}, not followed").format(time=clock(read_at))
    return Told(state, " · ".join([word, nodes, *parts]), tuple(_problems(statuses)))


def _lost_text(node: str, at: float) -> str:
    if not at:
        return _("{node}: no connection").format(node=node)
    return _("{node}: no connection since {time}").format(node=node, time=clock(at))


def _problems(statuses: Iterable[NodeStatus]) -> Iterable[str]:
    for status in statuses:
        if status.error is not None and status.phase is Phase.LOST and status.logs is None:
            yield str(status.error)
        yield from (str(error) for error in status.errors.values())
        if status.logs is not None and not status.logs.root:
            yield _("{node}: read as the login user, who may see less than root.").format(node=status.node)


def hidden_text(floor: int | None, full: bool, more: bool, most: int) -> str:
    """What stands above the first row."""
    if full:
        return _("{n} entries are kept in memory. For older ones choose a time range or fewer sources.").format(
            n=count(most)
        )
    if floor is not None:
        at = clock(floor / 1e6)
        return _("Everything since {time} is shown. There are older entries.").format(time=at)
    return _("There are older entries.") if more else _("Nothing older can be read.")
