"""Reads counters and lists; for worker threads."""

from __future__ import annotations

from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.features import Pool
from nasclustergui.subsystems.gluster.features.performance import commands
from nasclustergui.subsystems.gluster.features.performance.model import BrickProfile, Metric, TopBrick


def profile(pool: Pool, volume: str, job: Job) -> tuple[BrickProfile, ...]:
    """The counters now. Raises CommandFailed when profiling is off."""
    return pool.ask(commands.profile_info(volume), commands.parse_profile, job)


def top(
    pool: Pool, volume: str, metric: Metric, listed: int, job: Job, *, block: int = 0, times: int = 0
) -> tuple[TopBrick, ...]:
    """The files that are used most, per brick."""
    command = commands.top(volume, metric, listed, block=block, times=times)
    return pool.ask(command, commands.parse_top, job)
