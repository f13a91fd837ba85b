"""What is checked right before a copy loses, and what must be so afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.core.units import count
from nasclustergui.subsystems.gluster.commands import volume_heal_info, volume_status
from nasclustergui.subsystems.gluster.commands.answer import not_utf8
from nasclustergui.subsystems.gluster.commands.heal import parse_heal_info
from nasclustergui.subsystems.gluster.commands.status import parse_status
from nasclustergui.subsystems.gluster.conditions import broken
from nasclustergui.subsystems.gluster.features.pool import Check, Follow, Pool
from nasclustergui.subsystems.gluster.features.split_brain import decode, read
from nasclustergui.subsystems.gluster.features.split_brain.contents import SUM_LIMIT, sums
from nasclustergui.subsystems.gluster.features.split_brain.model import Copy, Entry, FileType, Kind
from nasclustergui.subsystems.gluster.features.split_brain.plans import fingerprint, read_entries
from nasclustergui.subsystems.gluster.model import Brick, Volume

PAUSE = 1.0  # seconds between looks
RESOLVED_WITHIN = 20.0  # seconds for the copies of one entry to agree
STUCK = 300.0  # seconds without any entry becoming equal before the comparison is given up

Shown = Mapping[str, Any]


def unchanged(pool: Pool, step: Step, job: Job) -> str:
    """The step's entries are still in split-brain, their copies as they were shown, and their bricks run.

    Args: volume, id, entries (see `plans`).
    """
    state = pool.now(job)
    why = broken("same_volume volume_started", step.args, state)
    volume = state.volume(step.args["volume"])
    if why or volume is None:
        return why
    away = {brick.name for brick in _down(pool, volume, job)}
    for group, part in _by_set(volume, read_entries(step.args)):
        down = [brick.name for brick in group if brick.name in away]
        if down:
            return _("{brick} does not run: its copies cannot be replaced now.").format(brick=down[0])
        copies = _copies(pool, volume, group, part, job)
        for shown in part:
            why = _difference(shown, copies[shown["item"]])
            if why:
                return why
    return ""


def resolved(pool: Pool, step: Step, job: Job) -> None:
    """Until the copies of the step's entries agree which of them is right. Raises NasError when they don't."""
    end = time.monotonic() + RESOLVED_WITHIN
    while True:
        left = [shown for shown, copies in _read(pool, step, job) if not _agrees(copies)]
        if not left:
            return
        if time.monotonic() > end:
            raise NasError(
                _("{path} is still in split-brain, although gluster says that it is resolved.").format(
                    path=left[0]["shown"]
                ),
                hint=_("Read the list again: another brick may have failed meanwhile."),
            )
        job.sleep(PAUSE)


def equal(pool: Pool, step: Step, job: Job) -> None:
    """Until all copies of the step's entries are the same, and gluster lists none of them. Raises NasError if not."""
    entries = read_entries(step.args)
    fewest, since = len(entries) + 1, time.monotonic()
    while True:
        left = [shown for shown, copies in _read(pool, step, job) if not same(copies)]
        job.report(_("Compare the copies"), 1 - len(left) / max(1, len(entries)))
        if not left:
            break
        if len(left) < fewest:
            fewest, since = len(left), time.monotonic()
        if time.monotonic() - since > STUCK:
            raise _unequal(left)
        job.sleep(PAUSE)
    _compare_contents(pool, step, job)
    _ensure_not_listed(pool, step, job)


def same(copies: Sequence[Copy]) -> bool:
    """True if all bricks have the same thing and none blames another."""
    if not all(copy.there for copy in copies) or any(copy.blames for copy in copies):
        return False
    full = [copy for copy in copies if not copy.arbiter]
    sizes = {copy.size for copy in full if copy.type is FileType.FILE}
    facts = {(c.gfid, c.type, c.mode, c.uid, c.gid, c.target) for c in copies}
    return len(facts) == 1 and len(sizes) <= 1


def _difference(shown: Shown, copies: Sequence[Copy]) -> str:
    path = shown["shown"]
    for copy in copies:
        if copy.problem:
            return _("The copy of {path} on {brick} cannot be seen: {reason}").format(
                path=path, brick=copy.brick, reason=copy.problem
            )
        if fingerprint(copy) != shown["copies"].get(copy.brick, ""):
            return _("The copy of {path} on {brick} changed since it was shown.").format(path=path, brick=copy.brick)
    if not _still(Kind(shown["kind"]), copies):
        return _("{path} is not in split-brain any more.").format(path=path)
    return ""


def _still(kind: Kind, copies: Sequence[Copy]) -> bool:
    if kind in (Kind.GFID, Kind.TYPE):
        return decode.conflict_of(copies) is kind
    now = decode.kind_of(copies)
    return now is kind or (kind is Kind.NAMES_METADATA and now is Kind.METADATA)  # its names merged meanwhile


def _agrees(copies: Sequence[Copy]) -> bool:
    if any(copy.problem for copy in copies):
        return False
    return decode.conflict_of(copies) is None and decode.kind_of(copies) is Kind.UNCLEAR


def _unequal(left: Sequence[Shown]) -> NasError:
    text = ngettext(
        "The copies of {n} entry are not the same yet: {paths}.",
        "The copies of {n} entries are not the same yet: {paths}.",
        len(left),
    )
    paths = ", ".join(shown["shown"] for shown in left[:3]) + (", …" if len(left) > 3 else "")
    return NasError(
        text.format(n=count(len(left)), paths=paths),
        hint=_("The split-brain is resolved; a heal must still copy the content. Look at the volume's healing."),
    )


def _compare_contents(pool: Pool, step: Step, job: Job) -> None:
    """Files up to `SUM_LIMIT` must have the same checksum on all bricks."""
    volume = _volume(pool, step, job)
    if volume is None:
        return
    for shown, copies in _read(pool, step, job):
        if copies[0].type is not FileType.FILE or max(copy.size for copy in copies) > SUM_LIMIT:
            continue
        found = sums(pool, volume, Entry(shown["item"], "", 0, Kind.UNCLEAR, tuple(copies)), job)
        if len(set(found.values())) > 1:
            raise _unequal([shown])


def _ensure_not_listed(pool: Pool, step: Step, job: Job) -> None:
    command = volume_heal_info(step.args["volume"], "split-brain")
    bricks = pool.ask(command, lambda answer: () if not_utf8(answer) else parse_heal_info(answer), job)
    listed = {f"gfid:{gfid}" for brick in bricks for gfid, _path in brick.files}
    for shown in read_entries(step.args):
        if shown["item"] in listed:
            raise NasError(
                _("gluster still lists {path} as in split-brain.").format(path=shown["shown"]),
                hint=_("Read the list again and look at its copies."),
            )


def _read(pool: Pool, step: Step, job: Job) -> Iterator[tuple[Shown, Sequence[Copy]]]:
    """The step's entries with their copies as they are now."""
    volume = _volume(pool, step, job)
    if volume is None:
        raise NasError(_("Volume {volume} does not exist any more.").format(volume=step.args["volume"]))
    for group, part in _by_set(volume, read_entries(step.args)):
        copies = _copies(pool, volume, group, part, job)
        yield from ((shown, copies[shown["item"]]) for shown in part)


def _copies(
    pool: Pool, volume: Volume, group: Sequence[Brick], part: Sequence[Shown], job: Job
) -> dict[str, list[Copy]]:
    ids = read.brick_ids(pool, volume, job)
    return read.copies_of(pool, tuple(group), [shown["item"] for shown in part], ids, job)


def _by_set(volume: Volume, entries: Sequence[Shown]) -> Iterator[tuple[tuple[Brick, ...], list[Shown]]]:
    for group in volume.sets:
        names = {brick.name for brick in group}
        part = [shown for shown in entries if names & set(shown["copies"])]
        if part:
            yield group, part


def _volume(pool: Pool, step: Step, job: Job) -> Volume | None:
    return pool.now(job).volume(step.args["volume"])


def _down(pool: Pool, volume: Volume, job: Job) -> list[Brick]:
    """Bricks that don't run. One that `volume status` leaves out belongs to a peer that is away."""
    reports = pool.ask(volume_status(volume.name), parse_status, job)
    up = {(b.host_uuid, b.path) for report in reports for b in report.bricks if b.online}
    up |= {(b.host, b.path) for report in reports for b in report.bricks if b.online}
    return [b for b in volume.bricks if (b.host_uuid, b.path) not in up and (b.host, b.path) not in up]


CHECKS: Mapping[str, Check] = {"split_brain_unchanged": unchanged}
FOLLOWS: Mapping[str, Follow] = {"split_brain_resolved": resolved, "split_brain_equal": equal}
