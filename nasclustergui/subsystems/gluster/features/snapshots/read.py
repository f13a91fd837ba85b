"""Reads the snapshots and the limits; for worker threads."""

from __future__ import annotations

from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.features.snapshots import commands
from nasclustergui.subsystems.gluster.features.snapshots.model import Known, SnapBrick


def read_known(pool: Pool, job: Job) -> Known:
    """All snapshots and the limits. Takes no lock. Raises as `Pool.ask`."""
    return Known(
        pool.ask(commands.info(), commands.parse_info, job), pool.ask(commands.config(), commands.parse_config, job)
    )


def read_bricks(pool: Pool, snapshot: str, job: Job) -> tuple[SnapBrick, ...]:
    """The bricks of a snapshot, under the lock. Raises as `Pool.ask`."""
    return pool.ask(commands.status(snapshot), commands.parse_status, job)
