"""What is checked before an option is changed, and whether gluster really changed it."""

from __future__ import annotations

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.subsystems.gluster.features.options.model import POOL
from nasclustergui.subsystems.gluster.features.options.read import still_set
from nasclustergui.subsystems.gluster.features.pool import Check, Follow, Pool


def option_unchanged(pool: Pool, step: Step, job: Job) -> str:
    """The option is set as it was when the plan was made: nobody changed it meanwhile."""
    args = step.args
    now = still_set(pool, args["volume"], args["option"], job)
    before = args["old"] if args["was_set"] else None
    if now == before:
        return ""
    if now is None:
        text = _("{option} was reset by somebody else meanwhile.")
        return text.format(option=args["option"])
    text = _("{option} was changed to {value} by somebody else meanwhile.")
    return text.format(option=args["option"], value=now)


def option_applied(pool: Pool, step: Step, job: Job) -> None:
    """Gluster calls some changes successful that it doesn't make. Raises NasError then."""
    args = step.args
    now = still_set(pool, args["volume"], args["option"], job)
    wanted = args["new"] or None
    if now == wanted or (args["volume"] == POOL and now is None):  # the pool's default counts as not set
        return
    shown = now if now is not None else _("its default")
    raise NasError(
        _("gluster called the change of {option} successful, but it has {value}").format(
            option=args["option"], value=shown
        ),
        hint=_("Read the options again; another client may have changed it at the same moment."),
    )


CHECKS: dict[str, Check] = {"option_unchanged": option_unchanged}
FOLLOWS: dict[str, Follow] = {"option_applied": option_applied}
