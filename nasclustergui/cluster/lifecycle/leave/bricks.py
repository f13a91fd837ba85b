"""How the bricks of a node that leaves go: replaced one after the other, or emptied where there is no copy. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from nasclustergui.cluster.lifecycle.leave.model import Held, Leaving, Part, Place, Targets
from nasclustergui.cluster.lifecycle.leave.places import must_have_place, no_place
from nasclustergui.cluster.lifecycle.roles.model import Finding
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning, Plan, Step
from nasclustergui.core.units import count
from nasclustergui.subsystems.gluster import plans
from nasclustergui.subsystems.gluster.features.bricks.plans import (
    plan_finish_removal,
    plan_remove_sets,
    plan_retry_removal,
)
from nasclustergui.subsystems.gluster.features.bricks.removal import removal_of
from nasclustergui.subsystems.gluster.features.disk.plans import plan_replace
from nasclustergui.subsystems.gluster.features.disk.steps import prepare_step
from nasclustergui.subsystems.gluster.model import (
    Brick,
    GlusterState,
    TaskState,
    Volume,
    VolumeStatus,
    VolumeType,
)
from nasclustergui.subsystems.gluster.quorum import Access, set_access


def critical(text: str, more: str = "", field: str = "") -> Finding:
    """What forbids the removal."""
    return Finding(Severity.CRITICAL, text, more, field)


def refusal(error: InvalidInput, field: str = "") -> Finding:
    """The same from a plan that can't be made."""
    return critical(str(error), error.hint, field)


def healing_parts(found: Leaving, cluster: str) -> Iterator[Part]:
    """What waits for a heal is healed first: it may come from a removal that was interrupted."""
    for volume in found.state.volumes:
        heals = volume.type is not VolumeType.DISTRIBUTE and volume.status is VolumeStatus.STARTED
        waits = bool(volume.heal_pending) and not any(b.split_brain for b in volume.bricks)
        if not heals or not waits or not all(brick.online for brick in volume.bricks):
            continue
        if any(held.only is not None and held.volume.name == volume.name for held in found.held):
            continue  # refused for it
        n = volume.heal_pending or 0
        text = ngettext("{n} entry waits.", "{n} entries wait.", n).format(n=count(n))
        said = Meaning(Severity.BUSY, _("{volume} is healed first").format(volume=volume.name), text)
        yield Part(plans.plan_heal(volume, found.state, cluster).steps, (said,))


def brick_parts(found: Leaving, chosen: Targets, cluster: str) -> Iterator[Part]:
    """A part for each brick; for distributed volumes one for all of its bricks."""
    for name, group in groupby(found.held, key=lambda held: held.volume.name):
        bricks = tuple(group)
        volume = bricks[0].volume
        problem = _volume_problem(found, volume)
        if problem is not None:
            yield Part(findings=(problem,))
        elif volume.type is VolumeType.DISTRIBUTE:
            yield _emptied(found, volume, bricks, chosen, cluster)
        else:
            yield from (_replaced(found, held, chosen.get(held.brick.name), cluster) for held in bricks)
        assert name == volume.name


def crowded(found: Leaving, chosen: Targets) -> Iterator[Meaning]:
    """Disks that take several bricks, each of which was looked at alone."""
    disks: dict[str, list[str]] = {}
    for held in found.held:
        place = chosen.get(held.brick.name)
        if place is not None:
            disks.setdefault(f"{place.spec.place}:{place.spec.mount}", []).append(held.volume.name)
    for disk, volumes in disks.items():
        if len(volumes) > 1:
            title = _("{disk} takes {n} bricks: {volumes}").format(
                disk=disk, n=count(len(volumes)), volumes=", ".join(volumes)
            )
            yield Meaning(Severity.WARN, title, _("Room was looked for each of them alone. It may not do for all."))


def _volume_problem(found: Leaving, volume: Volume) -> Finding | None:
    if volume.status is not VolumeStatus.STARTED:
        text = _("Volume {volume} is not started: its brick cannot be moved.").format(volume=volume.name)
        return critical(text, _("Start it first."))
    if volume.snapshot_count:
        text = _("Volume {volume} has snapshots, and a part of each lies on {node}.")
        more = _("Delete its snapshots first: gluster lets no node go that holds a part of one.")
        return critical(text.format(volume=volume.name, node=found.node), more)
    return None


# ---- volumes with copies


def _replaced(found: Leaving, held: Held, place: Place | None, cluster: str) -> Part:
    name = held.brick.name
    if (problem := _copy_problem(found, held)) is not None:
        return Part(findings=(problem,))
    if place is None:
        return Part(findings=(critical(*no_place(held, found), field=name),))
    try:
        plan = plan_replace(held.diagnosis, place.spec, place.ground, found.state, cluster)
    except InvalidInput as error:
        return Part(findings=(refusal(error, name),))
    return _part(plan)


def _copy_problem(found: Leaving, held: Held) -> Finding | None:
    name, volume = held.brick.name, held.volume
    group = next(g for g in volume.sets if held.brick in g)
    split = max((brick.split_brain or 0 for brick in group), default=0)
    if split:
        text = ngettext(
            "{n} file of {volume} is in split-brain.", "{n} files of {volume} are in split-brain.", split
        ).format(n=count(split), volume=volume.name)
        return critical(text, _("Decide which copy is right first: Split-brain, on the storage page."), name)
    if held.only is not None:
        return critical(held.only.why, _only_hint(found, held), name)
    others = [brick for brick in group if brick is not held.brick]
    down = [brick.name for brick in others if brick.online is False]
    without = [brick.online is True and brick is not held.brick for brick in group]
    if held.brick.online and down and set_access(volume, without) is not Access.FULL:
        text = _("{bricks} is down: without {brick} clients could not use {volume}.")
        said = text.format(bricks=", ".join(down), brick=name, volume=volume.name)
        return critical(said, _("Bring it back and let it heal first."), name)
    return None


def _only_hint(found: Leaving, held: Held) -> str:
    group = next(g for g in held.volume.sets if held.brick in g)
    if len(group) > 1 and all(brick.online for brick in group):
        return _("Let {volume} heal first (Heal, on the storage page), then look again.").format(
            volume=held.volume.name
        )
    if held.brick.online:
        return _("Bring the other bricks of its set back, let them heal, then remove {node}.").format(node=found.node)
    return _(
        "Bring {node} back and let it heal first. If its data are lost anyway, “Replace failed disk…” of {volume} lets "
        "you say so."
    ).format(node=found.node, volume=held.volume.name)


# ---- volumes that keep every file once


def _emptied(found: Leaving, volume: Volume, bricks: Sequence[Held], chosen: Targets, cluster: str) -> Part:
    """New bricks where they were chosen, then the files move, then the old ones are taken out."""
    names = [held.brick.name for held in bricks]
    gone = [held.brick.name for held in bricks if not held.brick.online]
    if gone:
        return Part(findings=(_lost(found, volume, gone),))
    try:
        if removal_of(volume.tasks) is not None:
            return _under_way(found, volume, names, cluster)
        places = [place for name in names if (place := chosen.get(name)) is not None]
        if not places and must_have_place(bricks[0], found):
            return Part(findings=(critical(*no_place(bricks[0], found), field=names[0]),))
        added, grown, state = _added(found.state, volume, places, cluster)
        removal = plan_remove_sets(grown, names, state, cluster)
    except InvalidInput as error:
        return Part(findings=(refusal(error, names[0]),))
    return Part((*added, *_named(volume, removal.steps)), removal.meaning)


def _lost(found: Leaving, volume: Volume, gone: Sequence[str]) -> Finding:
    text = _("{bricks} is down, and {volume} keeps no second copy of its files.")
    if found.dead:
        more = _(
            "Bring {node} back. If it is gone for good its files are lost: then remove this brick from {volume} "
            "without its files, with “Remove bricks…” on the storage page (add another brick before, if it is the only "
            "one), and restore them from a backup."
        )
    else:
        more = _("Start the missing bricks of {volume} first.")
    return critical(
        text.format(bricks=", ".join(gone), volume=volume.name),
        more.format(node=found.node, volume=volume.name),
        gone[0],
    )


def _under_way(found: Leaving, volume: Volume, names: Sequence[str], cluster: str) -> Part:
    """An interrupted removal goes on, if it is the one of this node's bricks."""
    task = removal_of(volume.tasks)
    assert task is not None
    if sorted(task.bricks) != sorted(names):
        text = _("Other bricks of {volume} are being removed: {bricks}.")
        said = text.format(volume=volume.name, bricks=", ".join(task.bricks))
        return Part(findings=(critical(said, _("Commit or stop that removal first."), names[0]),))
    again = task.state in (TaskState.FAILED, TaskState.STOPPED)
    plan = (plan_retry_removal if again else plan_finish_removal)(volume, found.state, cluster)
    return Part(_named(volume, plan.steps), plan.meaning)


def _named(volume: Volume, steps: Sequence[Step]) -> tuple[Step, ...]:
    """Several volumes in one plan: each step says which one it is about."""
    text = _("{volume}: {title}")
    return tuple(replace(step, title=text.format(volume=volume.name, title=step.title)) for step in steps)


def _added(
    state: GlusterState, volume: Volume, places: Sequence[Place], cluster: str
) -> tuple[tuple[Step, ...], Volume, GlusterState]:
    """The steps that make the new bricks, and volume and pool as they will be then."""
    if not places:
        return (), volume, state
    specs = [place.spec for place in places]
    plan = plans.plan_add_brick(volume, specs, state, cluster, rebalance=False)
    steps = (*(prepare_step(p.spec.node, p.ground, "") for p in places), *plan.steps)
    new = tuple(Brick(s.host, s.path, node=s.node, online=True, size=s.size, free=s.free) for s in specs)
    grown = replace(volume, bricks=(*volume.bricks, *new))
    volumes = tuple(grown if each.name == volume.name else each for each in state.volumes)
    return steps, grown, replace(state, volumes=volumes)


def _part(plan: Plan) -> Part:
    return Part(plan.steps, plan.meaning)
