"""Plans that change how many copies of every file a volume keeps (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.core.units import count, size
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.features.bricks.copies import OnlyCopy, only_good_copies
from nasclustergui.subsystems.gluster.features.bricks.shapes import (
    Raised,
    check_places,
    check_raise,
    gluster_wants_force,
    lowered,
    lowered_kind,
    raised,
)
from nasclustergui.subsystems.gluster.features.bricks.steps import force_step
from nasclustergui.subsystems.gluster.layout import BrickSpec, check_bricks
from nasclustergui.subsystems.gluster.model import GlusterState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.plans.steps import (
    ACCEPTED,
    ASKED_REPLICA_2,
    DRIVER,
    chosen_node,
    lane,
    refuse_tasks,
)
from nasclustergui.subsystems.gluster.safety import Reach, survives


def plan_lower_copies(
    volume: Volume,
    bricks: Sequence[str],
    state: GlusterState,
    cluster: str,
    *,
    pending: Mapping[str, int | None] | None = None,
    insist: bool = False,
) -> Plan:
    """Take the same number of bricks out of every set: fewer copies, nothing is moved. Raises InvalidInput.

    `pending`: what each brick lists as waiting for a heal, by default what the state knows. A brick with the only good
    copy of something is refused unless `insist`.
    """
    after = lowered(volume, bricks)
    refuse_tasks(volume)
    bricks = tuple(b.name for b in volume.bricks if b.name in bricks)
    known = pending if pending is not None else {b.name: b.heal_pending for b in volume.bricks}
    only = only_good_copies(volume, bricks, known)
    if only and not insist:
        raise InvalidInput(
            only[0].why,
            field="bricks",
            hint=_("Choose another brick of the set, or heal first: then every copy is good."),
        )
    check = "volume_exists same_shape no_task no_removal"
    return Plan(
        title=_("Keep fewer copies in {volume}").format(volume=volume.name),
        cluster=cluster,
        steps=(
            force_step(
                volume,
                bricks,
                chosen_node(state),
                check if insist else f"{check} not_only_copy",
                replica=after.replica,
            ),
        ),
        meaning=_lower_meaning(volume, after, bricks, only),
        undo=_("Add bricks as copies again: every file is then copied anew, which takes long."),
        confirm=volume.name,
        lane=lane(volume.name),
        seconds=3.0,
        cancel_effect=_("The bricks may have left the volume already."),
        icon="circle-minus",
    )


def _lower_meaning(
    volume: Volume, after: Volume, bricks: Sequence[str], only: Sequence[OnlyCopy]
) -> tuple[Meaning, ...]:
    said = [Meaning(Severity.CRITICAL, one.why, _("It is lost, or an old state of it comes back.")) for one in only]
    before = lowered_kind(volume)
    said.append(
        Meaning(
            Severity.WARN,
            _("Every file is kept as {after} instead of {before}").format(after=lowered_kind(after), before=before),
            _("What bricks of {volume} hold is not moved; the other copies stay.").format(volume=volume.name),
        )
    )
    if survives(after, 1) is Reach.FULL:
        said.append(Meaning(Severity.OK, _("Survives the loss of any node")))
    else:
        said.append(Meaning(Severity.WARN, _("No longer survives the loss of every node")))
    if after.replica == 2:
        text = _("When the nodes lose touch, both copies can be written: then somebody has to choose one.")
        said.append(Meaning(Severity.WARN, _("Two copies without an arbiter can end in split-brain"), text))
    text = _("They hold old copies and gluster's marks: clean them before they become bricks again.")
    said.append(
        Meaning(Severity.INFO, _("The directories stay on the nodes: {bricks}").format(bricks=", ".join(bricks)), text)
    )
    return tuple(sorted(said, key=lambda m: -m.severity))


def plan_raise_copies(
    volume: Volume,
    wanted: Raised,
    bricks: Sequence[BrickSpec],
    state: GlusterState,
    cluster: str,
    *,
    force: bool = False,
) -> Plan:
    """Add bricks to every set: more copies, or an arbiter. Then everything is healed onto them. Raises InvalidInput.

    `bricks`: those of the first set first. `force` lets two bricks of a set be on one node; directories that hold
    something are never taken, although gluster is told “force” wherever it wants that.
    """
    check_raise(volume, wanted, len(bricks))
    refuse_tasks(volume)
    check_bricks(volume.name, bricks, state)
    check_places(volume, wanted, bricks, force)
    after, node = raised(volume, wanted, bricks), chosen_node(state)
    force = force or gluster_wants_force(volume, bricks)
    started = volume.status is VolumeStatus.STARTED
    steps = (_add_step(volume, wanted, bricks, node, force), *((_heal_step(volume, node),) if started else ()))
    return Plan(
        title=(_("Add an arbiter to {volume}") if wanted.arbiter else _("Keep more copies in {volume}")).format(
            volume=volume.name
        ),
        cluster=cluster,
        steps=steps,
        meaning=_raise_meaning(volume, after, wanted, bricks, started, force),
        undo=_("Keep fewer copies again: the new bricks are taken out, nothing else changes."),
        confirm=volume.name,
        lane=lane(volume.name, "heal" if started else ""),
        seconds=None if started else 2.0,
        cancel_effect=_("The bricks stay in the volume; healing onto them goes on by itself."),
        icon="plus",
    )


def _add_step(volume: Volume, wanted: Raised, bricks: Sequence[BrickSpec], node: str, force: bool) -> Step:
    names = [brick.name for brick in bricks]
    two = wanted.replica == 2
    return Step(
        title=ngettext("Add {n} brick to {volume}", "Add {n} bricks to {volume}", len(names)).format(
            n=len(names), volume=volume.name
        ),
        node=node,
        command=commands.volume_add_brick(
            volume.name, names, replica=wanted.replica, arbiter=wanted.arbiter, force=force
        ),
        driver=DRIVER,
        risk=Risk.CAUTION,
        undo_text=_("Undo: keep fewer copies again"),
        check="volume_exists same_shape no_task no_removal bricks_unused dirs_empty",
        prompts=(ASKED_REPLICA_2,) if two else (),
        args={
            "volume": volume.name,
            "bricks": "\n".join(names),
            "shape": "\n".join(b.name for b in volume.bricks),
            "sites": "\n".join(f"{b.place}:{b.path}" for b in bricks),
        },
        expect=ACCEPTED,
    )


def _heal_step(volume: Volume, node: str) -> Step:
    return Step(
        title=_("Copy all files of {volume} to the new bricks").format(volume=volume.name),
        node=node,
        command=commands.volume_heal(volume.name, full=True),
        driver=DRIVER,
        undo_text=_("Nothing to undo"),
        check="volume_started",
        follow="heal",
        args={"volume": volume.name, "full": "yes"},
        expect="successful",
    )


def _raise_meaning(
    volume: Volume, after: Volume, wanted: Raised, bricks: Sequence[BrickSpec], started: bool, force: bool
) -> tuple[Meaning, ...]:
    said = []
    if started:
        what = (
            _("Names only are copied to the arbiters")
            if wanted.arbiter
            else _("Every file is copied to the new bricks")
        )
        text = _("Until that is done the new copies don't count. Clients go on; the bricks are busier.")
        said.append(Meaning(Severity.BUSY, what, text))
    else:
        text = _("Run a full heal once the volume is started: until then the new copies are empty.")
        said.append(Meaning(Severity.WARN, _("Nothing is copied while the volume is stopped"), text))
    if survives(after, 2) is Reach.FULL:
        said.append(Meaning(Severity.OK, _("Afterwards it survives the loss of any 2 nodes of a set")))
    elif survives(after, 1) is Reach.FULL:
        said.append(Meaning(Severity.OK, _("Afterwards it survives the loss of any node")))
    else:
        said.append(Meaning(Severity.WARN, _("Clients still lose access when a certain node is lost")))
    if wanted.replica == 2:
        said.append(Meaning(Severity.WARN, _("Two copies without an arbiter can end in split-brain")))
    sizes = [b.free for b in bricks if b.free is not None]
    if sizes and volume.usable is not None and after.usable is not None and after.usable < volume.usable:
        title = _("{size} usable afterwards instead of {before}")
        said.append(Meaning(Severity.WARN, title.format(size=size(after.usable), before=size(volume.usable))))
    if force:
        text = _("gluster wants it for any second brick on a node. That the directories are empty is checked before.")
        said.append(Meaning(Severity.INFO, _("“force” is used"), text))
    nodes = sorted({brick.place for brick in bricks})
    title = ngettext("{n} brick directory on {nodes}", "{n} brick directories on {nodes}", len(bricks))
    said.append(Meaning(Severity.INFO, title.format(n=count(len(bricks)), nodes=", ".join(nodes))))
    return tuple(sorted(said, key=lambda m: -m.severity))
