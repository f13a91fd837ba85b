"""Answers `gluster volume quota NAME …`."""

from __future__ import annotations

from argparse import Namespace
from functools import partial
from typing import Any

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as, volume_named
from nasclustergui.cli.status import show_table
from nasclustergui.cli.terminal import say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.units import DASH, count, percent, size
from nasclustergui.subsystems.gluster.features.quota import plans
from nasclustergui.subsystems.gluster.features.quota.model import SETTINGS, DirectoryQuota, Limit, Quota, Standing
from nasclustergui.subsystems.gluster.features.quota.read import read_quota
from nasclustergui.subsystems.gluster.model import GlusterState, Volume

USAGE = "gluster volume quota NAME limit-usage /PATH SIZE [PERCENT]"


def run(session: Session, options: Namespace) -> Exit:
    """Look at the limits, or change them."""
    known = work(Job(_("Read the quotas"), quiet=True), partial(_known, session, options.name))
    state, volume, quota = known
    if options.words == ["list"]:
        return _list(volume, quota, options)
    plan = _plan(plans.Target(volume, quota, state, session.profile.name), options.words)
    return carry_out_as(session, plan, options)


def _known(session: Session, name: str, job: Job) -> tuple[GlusterState, Volume, Quota]:
    session.nodes.connect_all()
    pool = session.gluster.pool
    state = pool.now(job)
    volume = volume_named(state, name)
    return state, volume, read_quota(pool, volume, job)


def _plan(target: plans.Target, words: list[str]) -> Plan:
    match words:
        case ["enable"]:
            return plans.plan_enable(target)
        case ["disable"]:
            return plans.plan_disable(target)
        case ["limit-usage" | "limit-objects" as word, path, amount, *soft] if len(soft) <= 1:
            return plans.plan_limit(target, path, amount, "".join(soft), word == "limit-objects")
        case ["remove" | "remove-objects" as word, path]:
            return plans.plan_remove(target, path, word == "remove-objects")
        case [setting, value] if setting in SETTINGS:
            return plans.plan_setting(target, setting, value)
    raise InvalidInput(_("These words are no command about quotas."), field="words", hint=USAGE)


def _list(volume: Volume, quota: Quota, options: Namespace) -> Exit:
    if options.json:
        say_json(
            {"enabled": quota.enabled, "settings": dict(quota.settings), "limits": [_data(one) for one in quota.limits]}
        )
        return Exit.OK
    if not quota.enabled:
        say(_("Quotas of {volume} are off.").format(volume=volume.name))
    elif not quota.read_at or not quota.daemons:
        say(_("Volume {volume} is not started: gluster tells no limits.").format(volume=volume.name))
    elif not quota.limits:
        say(_("No limits are set on {volume}.").format(volume=volume.name))
    else:
        heads = (_("Directory"), _("Used"), _("Holds"), _("Limit"), _("Free"), _("Soft"), _("Files"), _("State"))
        show_table([heads, *(_row(one) for one in quota.limits)])
    return Exit.OK


def _row(one: DirectoryQuota) -> tuple[str, ...]:
    words = {Standing.FULL: _("full"), Standing.SOFT: _("nearly full"), Standing.BELOW: _("below limit")}
    path = "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in one.path)
    files = f"{count(one.objects.used)} / {count(one.objects.hard)}" if one.objects is not None else DASH
    return (path, *_sizes(one.size), files, words[one.standing])


def _sizes(limit: Limit | None) -> tuple[str, ...]:
    if limit is None:
        return (DASH,) * 5
    return (
        percent(100 * limit.share),
        size(limit.used),
        size(limit.hard),
        size(limit.available),
        percent(limit.percent),
    )


def _data(one: DirectoryQuota) -> dict[str, Any]:
    path = one.path.encode("utf-8", "backslashreplace").decode()
    return {"path": path, "state": one.standing.value, "size": _limit(one.size), "objects": _limit(one.objects)}


def _limit(limit: Limit | None) -> dict[str, Any] | None:
    if limit is None:
        return None
    return {
        "hard": limit.hard,
        "soft": limit.soft,
        "soft_percent": limit.percent,
        "used": limit.used,
        "available": limit.available,
        "rounded": limit.rough,
    }
