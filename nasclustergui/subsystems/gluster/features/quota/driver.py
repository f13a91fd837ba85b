"""What is checked before a quota is changed."""

from __future__ import annotations

from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.subsystems.gluster.features.pool import Check, Follow, Pool
from nasclustergui.subsystems.gluster.features.quota.commands import NoSuchDirectory
from nasclustergui.subsystems.gluster.features.quota.model import is_enabled
from nasclustergui.subsystems.gluster.features.quota.read import read_limit


def quota_on(pool: Pool, step: Step, job: Job) -> str:
    """Quotas are on."""
    text = _("Quotas of {volume} are off by now.").format(volume=step.args["volume"])
    return "" if _enabled(pool, step, job) else text


def quota_off(pool: Pool, step: Step, job: Job) -> str:
    """Quotas are off."""
    text = _("Quotas of {volume} are on by now.").format(volume=step.args["volume"])
    return text if _enabled(pool, step, job) else ""


def limit_unchanged(pool: Pool, step: Step, job: Job) -> str:
    """The directory's limit is what it was when the plan was made. "?": it wasn't known, anything goes."""
    args = step.args
    if args["old"] == "?":
        return ""
    try:
        limit = read_limit(pool, args["volume"], args["path"], bool(args["objects"]), job)
    except NoSuchDirectory:
        return _("There is no directory {path} on {volume}.").format(path=args["path"], volume=args["volume"])
    now = f"{limit.hard} {limit.percent}" if limit is not None else ""
    if now == args["old"]:
        return ""
    return _("The limit of {path} was changed by somebody else meanwhile.").format(path=args["path"])


def _enabled(pool: Pool, step: Step, job: Job) -> bool:
    volume = pool.now(job).volume(step.args["volume"])
    return volume is not None and is_enabled(volume.options)


CHECKS: dict[str, Check] = {"quota_on": quota_on, "quota_off": quota_off, "limit_unchanged": limit_unchanged}
FOLLOWS: dict[str, Follow] = {}
