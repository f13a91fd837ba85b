"""Reads the schedules from the nodes that carry them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import NasError, UnexpectedOutput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.features.snapshots.schedule import (
    OnNode,
    Period,
    Schedule,
    Standing,
    parse_calendar,
    unit_parts,
)
from nasclustergui.subsystems.gluster.features.snapshots.taker import LIST, SCRIPT_PATH
from nasclustergui.subsystems.gluster.parallel import gather

OUTCOMES = ("taken", "left", "failed")


def list_schedules() -> Command:
    """The schedules of one node. Read by `parse_schedules`."""
    return Command(("sh", "-c", LIST), timeout=15.0)


def parse_schedules(node: str, result: Result) -> tuple[OnNode, ...]:
    """Raises UnexpectedOutput where the list was cut off."""
    lines = result.stdout.splitlines()
    if result.status or not lines or not lines[-1].startswith("end "):
        raise UnexpectedOutput(
            _("{node}: its snapshot schedules cannot be read").format(node=node), details=result.stdout + result.stderr
        )
    blocks: list[list[str]] = []
    for line in lines[:-1]:
        if line.startswith("unit "):
            blocks.append([])
        if blocks:
            blocks[-1].append(line)
    found = (_on_node(node, block) for block in blocks)
    return tuple(entry for entry in found if entry is not None)


def _on_node(node: str, block: Sequence[str]) -> OnNode | None:
    parts = unit_parts(block[0].removeprefix("unit "))
    if parts is None:
        return None
    volume, period = parts
    known = _properties(block)
    words = known.get("exec", "").split()
    last = [line.removeprefix("last ") for line in block if line.startswith("last ")]
    good = len(last) >= 3 and last[0].isdigit() and last[1] in OUTCOMES
    return OnNode(
        node,
        volume,
        period,
        _schedule(volume, period, words, known.get("calendar", "")),
        tuple(words[4:]),
        active=known.get("timer ActiveState") == "active" and known.get("timer UnitFileState") == "enabled",
        next_at=_time(known.get("timer NextElapseUSecRealtime", "")),
        last_at=float(last[0]) if good else None,
        running=known.get("service ActiveState") == "activating",
        outcome=last[1] if good else "",
        text=last[2] if good else "",
    )


def _properties(block: Sequence[str]) -> Mapping[str, str]:
    """ "timer ActiveState" → "active", "exec" → the command line …"""
    found: dict[str, str] = {}
    for line in block:
        kind, _blank, rest = line.partition(" ")
        if kind in ("timer", "service"):
            name, _equals, value = rest.partition("=")
            found[f"{kind} {name}"] = value
        elif kind in ("exec", "calendar"):
            found[kind] = rest
    return found


def _schedule(volume: str, period: Period, words: Sequence[str], calendar: str) -> Schedule | None:
    when = parse_calendar(calendar)
    ours = len(words) > 4 and words[:3] == [SCRIPT_PATH, volume, period.value] and words[3].isdigit()
    if when is None or not ours:
        return None
    minute, hour, day = when
    return Schedule(volume, period, int(words[3]), minute, hour, day)


def _time(said: str) -> float | None:
    """systemd's "Tue 2026-11-24 02:00:00 UTC"."""
    try:
        return datetime.strptime(said, "%a %Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def read_schedules(pool: Pool, nodes: Sequence[str], job: Job) -> tuple[Standing, ...]:
    """All schedules on these nodes, the pool's members; nodes that can't be asked are named. At once."""
    answers = gather({node: partial(_of_node, pool, node, job) for node in nodes})
    unread = tuple((node, str(answer)) for node, answer in answers.items() if isinstance(answer, NasError))
    read = {node: answer for node, answer in answers.items() if not isinstance(answer, NasError)}
    keys = dict.fromkeys((entry.volume, entry.period) for entries in read.values() for entry in entries)
    out = []
    for volume, period in sorted(keys, key=lambda key: (key[0], list(Period).index(key[1]))):
        on = tuple(e for entries in read.values() for e in entries if (e.volume, e.period) == (volume, period))
        carrying = {entry.node for entry in on}
        out.append(Standing(volume, period, on, tuple(node for node in read if node not in carrying), unread))
    return tuple(out)


def _of_node(pool: Pool, node: str, job: Job) -> tuple[OnNode, ...]:
    return parse_schedules(node, pool.on_node(node, list_schedules(), job))
