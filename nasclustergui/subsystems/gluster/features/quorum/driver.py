"""What is checked right before a rule of quorum is changed."""

from __future__ import annotations

from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.subsystems.gluster.features.pool import Check, Follow, Pool

PREFIX = "before "


def _unchanged(pool: Pool, step: Step, job: Job) -> str:
    """The consequences were worked out from the rule as it was."""
    volume = pool.now(job).volume(step.args["volume"])
    planned = {name.removeprefix(PREFIX): v for name, v in step.args.items() if name.startswith(PREFIX)}
    options = volume.options if volume is not None else {}
    if any(options.get(name, "") != value for name, value in planned.items()):
        return _("Somebody changed the quorum of {volume} meanwhile.").format(volume=step.args["volume"])
    return ""


CHECKS: dict[str, Check] = {"quorum_unchanged": _unchanged}
FOLLOWS: dict[str, Follow] = {}
