"""Plans that make volumes and make them larger."""

from __future__ import annotations

from collections.abc import Sequence

from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.core.units import count, size
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.layout import (
    BrickSpec,
    VolumeSpec,
    check_bricks,
    check_spec,
    check_whole_sets,
    findings,
    normalised,
    preview,
)
from nasclustergui.subsystems.gluster.model import (
    GlusterState,
    Volume,
    VolumeStatus,
    VolumeType,
)
from nasclustergui.subsystems.gluster.plans.steps import (
    ACCEPTED,
    ASKED_REPLICA_2,
    DRIVER,
    chosen_node,
    lane,
    rebalance_meaning,
    rebalance_step,
    refuse_tasks,
    start_step,
)
from nasclustergui.subsystems.gluster.safety import Reach, survives


def plan_create_volume(spec: VolumeSpec, state: GlusterState, cluster: str) -> Plan:
    """Create the volume and, if the spec says so, start it. Raises InvalidInput for what gluster would refuse."""
    spec = normalised(spec)
    check_spec(spec, state)
    node = chosen_node(state)
    steps = [_create_step(spec, node)]
    if spec.start:
        steps.append(start_step(spec.name, node, "volume_not_started", undo=commands.volume_stop(spec.name)))
    return Plan(
        title=_("Create volume {volume}").format(volume=spec.name),
        cluster=cluster,
        steps=tuple(steps),
        meaning=_create_meaning(spec),
        undo=_(
            "Delete the volume. Its brick directories stay on the nodes, marked as part of it; to use them again, "
            "clean them or create with “force”."
        ),
        confirm=spec.name,
        lane=lane(spec.name),
        seconds=4.0,
        cancel_effect=_("The volume is deleted again. Its empty brick directories stay, marked with its id."),
        icon="plus",
        rollback=True,
    )


def _create_step(spec: VolumeSpec, node: str) -> Step:
    two_copies = spec.type is VolumeType.REPLICATE and spec.set_size == 2
    return Step(
        title=_("Create volume {volume}").format(volume=spec.name),
        node=node,
        command=commands.volume_create(
            spec.name,
            [brick.name for brick in spec.bricks],
            replica=spec.replica,
            arbiter=spec.arbiter,
            disperse=spec.disperse,
            redundancy=spec.redundancy,
            transport=spec.transport,
            force=spec.force,
        ),
        driver=DRIVER,
        risk=Risk.CAUTION if spec.force else Risk.SAFE,
        undo_text=_("Undo: delete the volume"),
        undo=commands.volume_delete(spec.name),
        check="volume_absent bricks_unused",
        prompts=(ASKED_REPLICA_2,) if two_copies else (),
        args={"volume": spec.name, "bricks": "\n".join(brick.name for brick in spec.bricks)},
        expect=ACCEPTED,
    )


def _create_meaning(spec: VolumeSpec) -> tuple[Meaning, ...]:
    volume = preview(spec)
    said = [Meaning(finding.severity, finding.text) for finding in findings(spec)]
    if spec.force:
        text = _("Brick directories are taken over whatever they hold; files that lie in them may be damaged.")
        said.append(Meaning(Severity.WARN, _("“force” is used"), text))
    said.append(_survival(volume))
    if volume.usable is not None:
        said.append(Meaning(Severity.INFO, _("{size} usable").format(size=size(volume.usable))))
    nodes = {brick.place for brick in spec.bricks}
    title = ngettext("{n} brick directory on {nodes}", "{n} brick directories on {nodes}", len(spec.bricks))
    said.append(Meaning(Severity.INFO, title.format(n=count(len(spec.bricks)), nodes=", ".join(sorted(nodes)))))
    return tuple(said)


def _survival(volume: Volume) -> Meaning:
    if survives(volume, 2) is Reach.FULL:
        return Meaning(Severity.OK, _("Survives the loss of any 2 nodes of a set"))
    match survives(volume, 1):
        case Reach.FULL:
            return Meaning(Severity.OK, _("Survives the loss of any node"))
        case Reach.PARTIAL:
            return Meaning(Severity.WARN, _("A lost node takes part of the files out of reach"))
    return Meaning(Severity.WARN, _("Clients lose access when a certain node is lost"))


def plan_add_brick(
    volume: Volume,
    bricks: Sequence[BrickSpec],
    state: GlusterState,
    cluster: str,
    *,
    rebalance: bool = True,
    force: bool = False,
) -> Plan:
    """Add whole sets of bricks and, if wanted, spread the files over them afterwards."""
    check_whole_sets(len(bricks), volume.set_size)
    check_bricks(volume.name, bricks, state)
    refuse_tasks(volume)
    node = chosen_node(state)
    names = [brick.name for brick in bricks]
    add = Step(
        title=ngettext("Add {n} brick to {volume}", "Add {n} bricks to {volume}", len(names)).format(
            n=len(names), volume=volume.name
        ),
        node=node,
        command=commands.volume_add_brick(volume.name, names, force=force),
        driver=DRIVER,
        risk=Risk.CAUTION,
        undo_text=_("Undo: remove the bricks again, which moves their files back"),
        check="volume_exists no_task bricks_unused",
        args={"volume": volume.name, "bricks": "\n".join(names)},
        expect=ACCEPTED,
    )
    wanted = rebalance and volume.status is VolumeStatus.STARTED
    return Plan(
        title=_("Add bricks to volume {volume}").format(volume=volume.name),
        cluster=cluster,
        steps=(add, rebalance_step(volume.name, node, False)) if wanted else (add,),
        meaning=_add_meaning(volume, bricks, wanted),
        undo=_("Remove the bricks again: their files are moved to the others first."),
        confirm=volume.name,
        lane=lane(volume.name, "rebalance" if wanted else ""),
        seconds=None if wanted else 2.0,
        cancel_effect=_("The bricks stay in the volume; a running rebalance is stopped."),
        icon="plus",
    )


def _add_meaning(volume: Volume, bricks: Sequence[BrickSpec], rebalance: bool) -> tuple[Meaning, ...]:
    sizes = [brick.size for brick in bricks]
    known = [s for s in sizes if s is not None]
    said = []
    if known and len(known) == len(sizes):
        data = volume.disperse - volume.redundancy if volume.disperse else 1
        extra = min(known) * data * (len(bricks) // volume.set_size)
        said.append(Meaning(Severity.OK, _("About {size} more usable space").format(size=size(extra))))
    for number in range(0, len(bricks), volume.set_size):
        places = [brick.place for brick in bricks[number : number + volume.set_size]]
        if len(set(places)) < len(places):
            text = _("A new set has several bricks on one node: losing that node takes them all.")
            said.append(Meaning(Severity.WARN, text))
    if rebalance:
        said.append(rebalance_meaning())
    else:
        said.append(Meaning(Severity.INFO, _("Existing files stay where they are until a rebalance")))
    return tuple(said)
