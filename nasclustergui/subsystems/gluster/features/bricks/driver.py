"""What is checked right before bricks are taken away."""

from __future__ import annotations

from collections.abc import Mapping

from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.subsystems.gluster.features.bricks.copies import only_good_copies, read_pending
from nasclustergui.subsystems.gluster.features.pool import Check, Follow, Pool


def not_only_copy(pool: Pool, step: Step, job: Job) -> str:
    """None of the step's bricks holds the only good copy of something. Args: volume, bricks (one per line)."""
    name, bricks = step.args["volume"], step.args["bricks"].splitlines()
    state = pool.read(job)
    volume = state.volume(name)
    if volume is None:
        return _("Volume {volume} does not exist any more.").format(volume=name)
    if state.status_error:
        return _("Whether others hold what these bricks hold is not known: {reason}").format(reason=state.status_error)
    found = only_good_copies(volume, bricks, read_pending(pool, volume, job))
    return found[0].why if found else ""


CHECKS: Mapping[str, Check] = {"not_only_copy": not_only_copy}
FOLLOWS: Mapping[str, Follow] = {}
