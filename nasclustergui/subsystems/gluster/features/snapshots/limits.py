"""The plan that changes how many snapshots there may be, and what happens then."""

from __future__ import annotations

from dataclasses import dataclass

from nasclustergui.core.command import Command
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.subsystems.gluster.features.snapshots import commands
from nasclustergui.subsystems.gluster.features.snapshots.model import MOST, Known
from nasclustergui.subsystems.gluster.model import GlusterState
from nasclustergui.subsystems.gluster.plans.steps import ACCEPTED, DRIVER, chosen_node, lane

ASKED_HARD = (
    "Changing snapshot-max-hard-limit will limit the creation of new snapshots if they exceed the new limit. "
    "Do you want to continue?"
)
ASKED_SOFT = (
    "If Auto-delete is enabled, snap-max-soft-limit will trigger deletion of oldest snapshot, on the creation of new "
    "snapshot, when the snap-max-soft-limit is reached. Do you want to change the snap-max-soft-limit?"
)


@dataclass(frozen=True)
class Wish:
    """New values; None leaves one as it is. For a volume only `hard_limit` may be given."""

    hard_limit: int | None = None
    soft_percent: int | None = None
    auto_delete: bool | None = None
    activate_on_create: bool | None = None


def plan_config(volume: str, wish: Wish, known: Known, state: GlusterState, cluster: str) -> Plan:
    """Change the limits of a volume, or of the whole pool where `volume` is "". Only what differs is sent."""
    _check(volume, wish)
    config = known.config
    now = config.volumes[volume].hard if volume in config.volumes else config.hard_limit
    steps: list[Step] = []
    node = chosen_node(state)
    if wish.hard_limit not in (None, now):
        words, old = ("snap-max-hard-limit", str(wish.hard_limit)), ("snap-max-hard-limit", str(now))
        steps.append(_step(volume, node, words, old, (ASKED_HARD,)))
    if wish.soft_percent not in (None, config.soft_percent):
        old = ("snap-max-soft-limit", str(config.soft_percent))
        steps.append(_step("", node, ("snap-max-soft-limit", str(wish.soft_percent)), old, (ASKED_SOFT,)))
    for word, wanted, present in (
        ("auto-delete", wish.auto_delete, config.auto_delete),
        ("activate-on-create", wish.activate_on_create, config.activate_on_create),
    ):
        if wanted is not None and wanted != present:
            steps.append(_step("", node, (word, _switch(wanted)), (word, _switch(present)), ()))
    if not steps:
        raise InvalidInput(_("Nothing would change."))
    title = _("Snapshot limits of {volume}").format(volume=volume) if volume else _("Snapshot limits of the pool")
    return Plan(
        title=title,
        cluster=cluster,
        steps=tuple(steps),
        meaning=_meaning(volume, wish, known) or (Meaning(Severity.OK, _("No snapshot is touched")),),
        undo=_("Set the old values again."),
        confirm=volume or cluster,
        lane=lane(volume or "snapshots"),
        seconds=1.0,
        cancel_effect=_("Values that were set stay."),
        icon="sliders-horizontal",
    )


def _check(volume: str, wish: Wish) -> None:
    if volume and (wish.soft_percent, wish.auto_delete, wish.activate_on_create) != (None, None, None):
        raise InvalidInput(_("Only the hard limit can be set for a single volume; the rest is the whole pool's."))
    if wish.hard_limit is not None and not 1 <= wish.hard_limit <= MOST:
        raise InvalidInput(_("The hard limit lies between 1 and {most}.").format(most=MOST), field="hard_limit")
    if wish.soft_percent is not None and not 1 <= wish.soft_percent <= 100:
        raise InvalidInput(_("The soft limit lies between 1 and 100 %."), field="soft_percent")


def _step(volume: str, node: str, words: tuple[str, str], old: tuple[str, str], asked: tuple[str, ...]) -> Step:
    undo: Command = commands.set_config(volume, *old)
    deletes = words == ("auto-delete", "enable")
    return Step(
        title=_("Set {option} to {value}").format(option=words[0], value=words[1]),
        node=node,
        command=commands.set_config(volume, *words),
        driver=DRIVER,
        risk=Risk.CAUTION if deletes else Risk.SAFE,
        undo_text=_("Undo: set {value} again").format(value=old[1]),
        undo=undo,
        check="volume_exists" if volume else "",
        prompts=asked,
        args={"volume": volume},
        expect=ACCEPTED,
    )


def _switch(on: bool) -> str:
    return "enable" if on else "disable"


def _meaning(volume: str, wish: Wish, known: Known) -> tuple[Meaning, ...]:
    said: list[Meaning] = []
    if wish.auto_delete and not known.config.auto_delete:
        text = _("Whenever a new one is taken above the soft limit, also one that somebody took by hand.")
        said.append(Meaning(Severity.WARN, _("From now on gluster deletes the oldest snapshot by itself"), text))
    if wish.hard_limit is not None:
        names = [volume] if volume else sorted({snapshot.volume for snapshot in known.snapshots})
        full = [name for name in names if len(known.of(name)) >= wish.hard_limit]
        if full:
            text = _("They have as many already: {volumes}. Nothing is deleted for it.").format(volumes=", ".join(full))
            said.append(Meaning(Severity.WARN, _("No further snapshots can be taken"), text))
    if wish.activate_on_create and not known.config.activate_on_create:
        title = _("New snapshots are served to clients at once")
        said.append(Meaning(Severity.INFO, title, _("A process per brick runs for each of them.")))
    return tuple(said)
