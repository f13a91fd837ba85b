"""Conditions of bit rot's steps, and the watch over a heal until the rebuilt copies equal the good ones."""

from __future__ import annotations

import time

from nasclustergui.core.errors import NasError, OutcomeUnknown
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.subsystems.gluster.commands import volume_status
from nasclustergui.subsystems.gluster.commands.status import parse_status
from nasclustergui.subsystems.gluster.features.bitrot.copies import read_copies, why_not_healed
from nasclustergui.subsystems.gluster.features.bitrot.model import FileCopy, Worth
from nasclustergui.subsystems.gluster.features.bitrot.read import enabled
from nasclustergui.subsystems.gluster.features.pool import Check, Follow, Pool
from nasclustergui.subsystems.gluster.model import Volume

SCRUBBER = "Scrubber Daemon"
PAUSE = 2.0  # seconds between looks
PATIENCE = 900.0  # seconds without any copy getting further


def _on(pool: Pool, step: Step, job: Job) -> str:
    volume = pool.now(job).volume(step.args["volume"])
    if volume is not None and enabled(volume):
        return ""
    return _("Bit rot detection of {volume} is off by now.").format(volume=step.args["volume"])


def _off(pool: Pool, step: Step, job: Job) -> str:
    volume = pool.now(job).volume(step.args["volume"])
    if volume is None or not enabled(volume):
        return ""
    return _("Bit rot detection of {volume} is on by now.").format(volume=step.args["volume"])


def _scrubbers_run(pool: Pool, step: Step, job: Job) -> str:
    """Gluster leaves out, without a word, a node whose scrubber it has no connection to (seen with 10.3)."""
    reports = pool.ask(volume_status(step.args["volume"]), parse_status, job)
    needed = {brick.host_uuid for report in reports for brick in report.bricks}  # the others have nothing to look at
    daemons = [d for report in reports for d in report.daemons if d.kind == SCRUBBER and d.host_uuid in needed]
    missing = [one.host for one in daemons if not one.online]
    if daemons and not missing:
        return ""
    if not daemons:
        return _("No scrubber of {volume} runs.").format(volume=step.args["volume"])
    return _(
        "The scrubber does not run on {nodes}: gluster would leave that out without a word. Right after a change it "
        "takes some seconds; else `gluster volume start {volume} force` starts it."
    ).format(nodes=", ".join(missing), volume=step.args["volume"])


def _good_copies(pool: Pool, step: Step, job: Job) -> str:
    """All copies are read again, right before one is removed."""
    volume = pool.now(job).volume(step.args["volume"])
    if volume is None:
        return _("Volume {volume} does not exist any more.").format(volume=step.args["volume"])
    brick = step.args["brick"]
    return why_not_healed(volume, brick, read_copies(pool, volume, brick, step.args["gfid"], job))


def healed(pool: Pool, step: Step, job: Job) -> None:
    """Until every removed copy is there again and equals the others. Raises OutcomeUnknown where nothing moves."""
    waiting = [line.partition("@")[::2] for line in step.args["files"].splitlines()]
    total, left = len(waiting), PATIENCE
    while waiting:
        job.report(_("Rebuilding copies"), 1 - len(waiting) / total)
        volume = pool.now(job).volume(step.args["volume"])
        began = time.monotonic()
        still = [one for one in waiting if volume is None or not _equal(pool, volume, one[1], one[0], job)]
        pause = max(PAUSE, 3 * (time.monotonic() - began))  # large files take long to read
        left = PATIENCE if len(still) < len(waiting) else left - pause
        waiting = still
        if waiting and left <= 0:
            raise OutcomeUnknown(
                _("Copies are not rebuilt yet: {files}").format(files=", ".join(b for _g, b in waiting)),
                hint=_("See whether the volume heals. The good copies are untouched."),
            )
        if waiting:
            job.sleep(pause)
    job.report(_("All copies are the same"), 1.0)


def _equal(pool: Pool, volume: Volume, brick: str, gfid: str, job: Job) -> bool:
    try:
        copies = read_copies(pool, volume, brick, gfid, job)
    except NasError:
        return False
    mine = next((copy for copy in copies if copy.brick == brick), None)
    if mine is None or mine.worth not in (Worth.PROVEN, Worth.UNSIGNED):
        return False
    if volume.disperse:
        return _as_large(mine, copies)
    return all(copy.checksum == mine.checksum for copy in copies if copy.worth in (Worth.PROVEN, Worth.UNSIGNED))


def _as_large(mine: FileCopy, copies: tuple[FileCopy, ...]) -> bool:
    """Fragments differ by nature; those of one file have one size."""
    return all(copy.size == mine.size for copy in copies if copy.worth is Worth.PROVEN)


CHECKS: dict[str, Check] = {
    "bitrot_on": _on,
    "bitrot_off": _off,
    "bitrot_scrubbers_run": _scrubbers_run,
    "bitrot_good_copies": _good_copies,
}
FOLLOWS: dict[str, Follow] = {"bitrot_healed": healed}
