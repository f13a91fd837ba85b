"""What a brick needs, and the plan for it: one way for the window and for the command line. Pure."""

from __future__ import annotations

from enum import StrEnum

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Plan
from nasclustergui.subsystems.gluster.features.disk.model import Diagnosis, Ground, Trouble
from nasclustergui.subsystems.gluster.features.disk.plans import (
    plan_finish,
    plan_replace,
    plan_reset,
    plan_take_back,
)
from nasclustergui.subsystems.gluster.features.disk.read import Findings
from nasclustergui.subsystems.gluster.features.disk.rules import Accepted
from nasclustergui.subsystems.gluster.layout import BrickSpec


class Way(StrEnum):
    """What can be done with a brick."""

    TAKE_BACK = "take back"  # start it with what it has
    SAME_PLACE = "same place"
    ELSEWHERE = "elsewhere"
    FINISH = "finish"  # heal and prove
    NOTHING = "nothing"


def advised(found: Findings, one: Diagnosis) -> Way:
    """The way that a careful person takes."""
    if one.trouble is Trouble.PROCESS or (one.trouble is Trouble.FULL and one.online is False):
        return Way.TAKE_BACK
    if one.trouble in (Trouble.NONE, Trouble.FULL):
        return Way.FINISH if found.volume.heal_pending else Way.NOTHING
    return Way.ELSEWHERE if one.same_place else Way.SAME_PLACE


def words(way: Way) -> str:
    """What the way is, for a person."""
    return {
        Way.TAKE_BACK: _("Start the brick with what it has"),
        Way.SAME_PLACE: _("A new disk at the same place"),
        Way.ELSEWHERE: _("A disk elsewhere"),
        Way.FINISH: _("Heal in full and verify"),
        Way.NOTHING: _("Nothing to do"),
    }[way]


def make_plan(
    found: Findings,
    one: Diagnosis,
    way: Way,
    cluster: str,
    *,
    place: tuple[BrickSpec, Ground] | None = None,
    accepted: Accepted | None = None,
) -> Plan:
    """The plan for the way. Raises InvalidInput for what can't or must not be done. `place`: for `ELSEWHERE`."""
    only = found.only.get(one.brick)
    match way:
        case Way.TAKE_BACK:
            return plan_take_back(one, found.state, cluster)
        case Way.SAME_PLACE:
            return plan_reset(one, found.state, cluster, only=only, accepted=accepted)
        case Way.ELSEWHERE if place is not None:
            target, ground = place
            return plan_replace(one, target, ground, found.state, cluster, only=only, accepted=accepted)
        case Way.FINISH:
            return plan_finish(found.volume, one.brick, found.state, cluster)
    raise InvalidInput(_("Nothing needs to be done about {brick}.").format(brick=one.brick), hint=one.advice)
