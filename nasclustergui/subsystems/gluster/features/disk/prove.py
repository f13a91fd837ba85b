"""Proves that a brick is whole: nothing waits for a heal, and it has what the others of its set have."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial

from nasclustergui.core.command import Command
from nasclustergui.core.errors import NasError, NoAnswer, UnexpectedOutput
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.core.units import count
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.commands.answer import Answer, not_utf8
from nasclustergui.subsystems.gluster.commands.heal import HealBrick, parse_heal_info
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.model import Brick
from nasclustergui.subsystems.gluster.parallel import gather

PAUSE = 3.0  # seconds between looks
PATIENCE = 60.0  # seconds without any growth after which missing files count as missing
COUNTING = 3600.0  # seconds that counting the entries of one brick may take
# Names that gluster makes for itself lie at the top only.
COUNT = 'find "$1" -mindepth 1 -path "$1/.glusterfs*" -prune -o -print0 | tr -dc \'\\000\' | wc -c'


def count_command(path: str) -> Command:
    """How many files and directories a brick holds, gluster's own left out. Read by `parse_count`."""
    return Command(("sh", "-c", COUNT, "sh", path.rstrip("/")), timeout=COUNTING)


def parse_count(node: str, path: str, stdout: str, status: int) -> int:
    """Raises UnexpectedOutput unless it is a plain number."""
    text = stdout.strip()
    if status or not (text.isascii() and text.isdigit()):
        raise UnexpectedOutput(
            _("The files in {path} on {node} could not be counted.").format(path=path, node=node),
            details=f"exit status {status}\n{stdout[:500]}",
        )
    return int(text)


def verify(pool: Pool, step: Step, job: Job) -> None:
    """Until heal info is empty and the counts agree. Raises NasError if they don't. Args: volume, brick."""
    volume, name = step.args["volume"], step.args["brick"]
    best, grown_at = -1, time.monotonic()
    while True:
        state = pool.read(job)
        found = state.volume(volume)
        group = next((g for g in found.sets if any(b.name == name for b in g)), ()) if found else ()
        if not group:
            raise NasError(_("{brick} is no longer a brick of {volume}.").format(brick=name, volume=volume))
        waiting = _waiting(pool, volume, group, job)
        counts = _counts(pool, group, job)
        if not waiting and _agree(counts, name, job):
            return
        mine = counts.get(name) or 0
        if mine > best or waiting:
            best, grown_at = max(best, mine), time.monotonic() if mine > best else grown_at
        if time.monotonic() - grown_at > PATIENCE:
            raise _not_whole(name, counts, waiting)
        job.report(_said(name, counts, waiting))
        job.sleep(PAUSE)


def _waiting(pool: Pool, volume: str, group: tuple[Brick, ...], job: Job) -> str:
    """Why the set isn't healed, one clause; "" if every brick says that nothing waits."""
    names = {brick.name for brick in group}
    info = pool.ask(commands.volume_heal_info(volume, "summary"), _or_none, job)
    if info is None:
        return ""  # a file name that isn't UTF-8 makes the summary empty: the counts and the backlog have to do
    away = [one.brick for one in info if one.brick in names and not one.connected]
    if away:
        return _("not connected: {bricks}").format(bricks=", ".join(away))
    pending = max((one.entries or 0 for one in info if one.brick in names), default=0)
    if not pending:
        return ""
    return ngettext("{n} entry waits for a heal", "{n} entries wait for a heal", pending).format(n=count(pending))


def _or_none(answer: Answer) -> tuple[HealBrick, ...] | None:
    return None if not_utf8(answer) else parse_heal_info(answer)


def _counts(pool: Pool, group: tuple[Brick, ...], job: Job) -> Mapping[str, int | None]:
    """Brick → entries, all bricks at once; None where nobody can count."""
    known = {brick.name: brick for brick in group if brick.node}
    found = gather({name: partial(_count, pool, brick, job) for name, brick in known.items()})
    counts: dict[str, int | None] = {brick.name: None for brick in group}
    for name, answer in found.items():
        if isinstance(answer, NoAnswer):
            job.write(known[name].node, _("The files in {path} could not be counted.").format(path=known[name].path))
        counts[name] = answer if isinstance(answer, int) else None
    return counts


def _count(pool: Pool, brick: Brick, job: Job) -> int:
    result = pool.on_node(brick.node, count_command(brick.path), job)
    return parse_count(brick.node, brick.path, result.stdout, result.status)


def _agree(counts: Mapping[str, int | None], name: str, job: Job) -> bool:
    """Clients that write make the counts differ a little, as they aren't made in one moment: between is enough."""
    mine = counts.get(name)
    others = [n for brick, n in counts.items() if brick != name and n is not None]
    if mine is None or not others:
        job.write("", _("Nothing waits for a heal. The files could not be compared: not every brick could be counted."))
        return True
    if not min(others) <= mine <= max(others):
        return False
    text = _("{brick} is whole: {n} files and directories, as on the other bricks of its set.")
    job.write("", text.format(brick=name, n=count(mine)))
    return True


def _said(name: str, counts: Mapping[str, int | None], waiting: str) -> str:
    shown = ", ".join(f"{brick} {count(n)}" for brick, n in counts.items())
    text = _("Verify {brick}: files and directories: {counts}").format(brick=name, counts=shown)
    return f"{text}; {waiting}" if waiting else text


def _not_whole(name: str, counts: Mapping[str, int | None], waiting: str) -> NasError:
    return NasError(
        _("{brick} is not whole: {why}.").format(
            brick=name, why=waiting or _("it has another number of files than the other bricks of its set")
        ),
        hint=_(
            "Heal in full once more. If clients write all the time, the counts may differ although all is well: verify "
            "again in a quiet moment."
        ),
        details="\n".join(f"{brick}: {count(n)}" for brick, n in counts.items()),
    )
