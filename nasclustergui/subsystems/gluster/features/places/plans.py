"""Steps that set an old directory aside before a brick is made in its place."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from nasclustergui.core.command import Command
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.subsystems.gluster.features.places.model import Site
from nasclustergui.subsystems.gluster.plans.steps import DRIVER

# Never onto something else: without -T mv would move into a directory of that name.
MOVE = 'test ! -e "$2" && mv -T -- "$1" "$2"'
# What gluster leaves of a volume that was deleted again: a directory with nothing but its own in it.
MOVE_BACK = """if [ -d "$1" ]; then
  if [ -n "$(ls -A -- "$1" | grep -vxF .glusterfs)" ]; then echo "$1 is not empty" >&2; exit 1; fi
  rm -rf -- "$1/.glusterfs" && rmdir -- "$1" || exit 1
fi
test ! -e "$1" && mv -T -- "$2" "$1\""""


def set_aside(plan: Plan, places: Sequence[Site], at: float | None = None) -> Plan:
    """The plan with steps before it that rename these directories; `at`: Unix time for their new names."""
    if not places:
        return plan
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(at if at is not None else time.time()))
    steps = tuple(_step(place, f"{place.path}.before-{stamp}") for place in places)
    undo = _("The old directories are still there as “{name}”.").format(name=f"….before-{stamp}")
    said = (*plan.meaning, _meaning(places, stamp))
    return replace(plan, steps=(*steps, *plan.steps), meaning=said, undo=f"{plan.undo} {undo}")


def _step(place: Site, aside: str) -> Step:
    return Step(
        title=_("Set {path} on {node} aside").format(path=place.path, node=place.node),
        node=place.node,
        command=Command(("sh", "-c", MOVE, "sh", place.path, aside)),
        driver=DRIVER,
        risk=Risk.CAUTION,
        undo_text=_("Undo: give it its name back"),
        undo=Command(("sh", "-c", MOVE_BACK, "sh", place.path, aside)),
        check="places_as_seen",
        args={
            "node": place.node,
            "path": place.path,
            "state": place.state.value,
            "volume_id": place.volume_id,
            "bricks": f"{place.node}:{place.path}",
        },
    )


def _meaning(places: Sequence[Site], stamp: str) -> Meaning:
    title = ngettext(
        "{n} old directory is renamed, nothing in it is deleted",
        "{n} old directories are renamed, nothing in them is deleted",
        len(places),
    ).format(n=len(places))
    text = _("They go on using space until somebody removes them: {names}").format(
        names=", ".join(f"{place.node}:{place.path}.before-{stamp}" for place in places)
    )
    return Meaning(Severity.INFO, title, text)
