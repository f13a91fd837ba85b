"""Plans that replace a brick, reset it on a new disk, take it back as it is, or finish a heal and prove it."""

from __future__ import annotations

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.core.units import size
from nasclustergui.subsystems.gluster.features.bricks.copies import OnlyCopy
from nasclustergui.subsystems.gluster.features.disk import commands
from nasclustergui.subsystems.gluster.features.disk.model import Diagnosis, Ground, Trouble
from nasclustergui.subsystems.gluster.features.disk.rules import (
    Accepted,
    aside_for,
    check_apart,
    check_ground,
    check_only,
    check_size,
    check_volume,
    found_in,
    needed,
    risk_of,
)
from nasclustergui.subsystems.gluster.features.disk.steps import healing_steps, prepare_step
from nasclustergui.subsystems.gluster.layout import BrickSpec, check_bricks
from nasclustergui.subsystems.gluster.model import Brick, GlusterState, Volume, VolumeType
from nasclustergui.subsystems.gluster.plans.steps import ACCEPTED, DRIVER, chosen_node, lane


def plan_reset(
    diagnosis: Diagnosis,
    state: GlusterState,
    cluster: str,
    *,
    only: OnlyCopy | None = None,
    accepted: Accepted | None = None,
    at: float | None = None,
    part: str = "",
) -> Plan:
    """An empty directory at the same path, on the disk that is mounted there now, then a full heal and the proof.

    `part`: "start" only takes the brick out of service, whatever its disk is like; "commit" leaves that out.
    """
    accepted = accepted or Accepted()
    volume, brick = found_in(state, diagnosis)
    check_volume(volume)
    if part == "start":
        return _only_start(volume, brick, chosen_node(state), cluster, only, accepted)
    if part == "commit" and brick.online:
        raise InvalidInput(
            _("Brick {brick} still runs.").format(brick=brick.name), hint=_("Take it out of service first: start.")
        )
    if diagnosis.same_place:
        raise InvalidInput(diagnosis.sentence, hint=diagnosis.same_place)
    check_only(only, accepted)
    check_size(volume, brick, diagnosis.ground, accepted)
    aside = aside_for(diagnosis.ground, accepted, at)
    node = chosen_node(state)
    risk = risk_of(only)
    steps = (
        *(() if part == "commit" else (_reset_start(volume, brick, node, risk, bool(only)),)),
        prepare_step(brick.node or node, diagnosis.ground, aside),
        _reset_commit(volume, brick, node, diagnosis.ground, risk),
        *_afterwards(volume, node, brick.name),
    )
    return _plan(
        _("Reset brick {brick}").format(brick=brick.name),
        volume,
        cluster,
        steps,
        (*_lost(only), *_meaning(volume, brick, brick.name), *_aside_meaning(aside)),
        undo=_undo(aside),
        cancel=_(
            "Before the heal the brick stays down; the others of its set go on. Open “Replace failed disk…” again: it "
            "goes on from there. During the heal only the watching ends."
        ),
    )


def _only_start(
    volume: Volume, brick: Brick, node: str, cluster: str, only: OnlyCopy | None, accepted: Accepted
) -> Plan:
    check_only(only, accepted)
    number = next(n for n, group in enumerate(volume.sets, 1) if brick in group)
    text = _("It stays down until it is reset, or started with force.")
    title = _("Set {set} goes on without {brick}").format(set=number, brick=brick.name)
    return _plan(
        _("Take brick {brick} out of service").format(brick=brick.name),
        volume,
        cluster,
        (_reset_start(volume, brick, node, risk_of(only), bool(only)),),
        (*_lost(only), Meaning(Severity.WARN, title, text)),
        undo=_("Start the volume with force: the brick goes on with its old disk, if that is there."),
        cancel=_("The brick may be down. Start the volume with force to take it back."),
    )


def plan_replace(
    diagnosis: Diagnosis,
    target: BrickSpec,
    ground: Ground,
    state: GlusterState,
    cluster: str,
    *,
    only: OnlyCopy | None = None,
    accepted: Accepted | None = None,
    at: float | None = None,
) -> Plan:
    """Another directory in the brick's place; `ground`: what lies at the target. Then a full heal and the proof."""
    accepted = accepted or Accepted()
    volume, brick = found_in(state, diagnosis)
    check_volume(volume)
    if volume.type is VolumeType.DISTRIBUTE:
        raise InvalidInput(
            _("Volume {volume} keeps every file once: gluster replaces no brick of it.").format(volume=volume.name),
            hint=_(
                "Add a brick on the new disk, then remove this one: while its disk can still be read, its files move. "
                "If it can't be read any more, its files must come from a backup."
            ),
        )
    check_bricks(volume.name, [target], state)
    check_ground(ground)
    check_only(only, accepted)
    others = [b for b in volume.sets[diagnosis.set_number - 1] if b.name != brick.name]
    check_apart(target, others, diagnosis.set_number, accepted)
    check_size(volume, brick, ground, accepted)
    aside = aside_for(ground, accepted, at)
    node = chosen_node(state)
    steps = (
        prepare_step(target.node or node, ground, aside),
        _replace(volume, brick, target, node, ground, risk_of(only), bool(only)),
        *_afterwards(volume, node, target.name),
    )
    return _plan(
        _("Replace brick {brick}").format(brick=brick.name),
        volume,
        cluster,
        steps,
        (*_lost(only), *_meaning(volume, brick, target.name), *_old_stays(brick), *_aside_meaning(aside)),
        undo=_("Replace the new brick again, once nothing waits for a heal. ") + _undo(aside),
        cancel=_(
            "Before the brick is replaced nothing but an empty directory is made. Afterwards the heal goes on by "
            "itself in the cluster; open “Replace failed disk…” again to follow and verify it."
        ),
    )


def plan_take_back(diagnosis: Diagnosis, state: GlusterState, cluster: str) -> Plan:
    """The old disk is there and well: start the brick, heal what it missed, prove it."""
    volume, brick = found_in(state, diagnosis)
    check_volume(volume)
    if diagnosis.trouble not in (Trouble.PROCESS, Trouble.NONE):
        raise InvalidInput(diagnosis.sentence, hint=diagnosis.advice)
    node = chosen_node(state)
    steps = _afterwards(volume, node, brick.name, full=False)
    said = Meaning(Severity.INFO, _("The brick starts with what it has and gets what it missed"), _going_on())
    return _plan(
        _("Start brick {brick} again").format(brick=brick.name),
        volume,
        cluster,
        steps,
        (said,),
        undo=_("There is nothing to take back: healing only makes copies equal."),
        cancel=_("The brick runs; healing goes on by itself in the cluster."),
    )


def plan_finish(volume: Volume, brick: str, state: GlusterState, cluster: str) -> Plan:
    """A replacement got as far as the heal: heal in full, follow, prove."""
    check_volume(volume)
    if volume.type is VolumeType.DISTRIBUTE:
        raise InvalidInput(
            _("Volume {volume} keeps every file once: there is nothing to heal from.").format(volume=volume.name)
        )
    text = _("This reads the whole volume; the bricks are busier meanwhile.")
    return _plan(
        _("Heal and verify {brick}").format(brick=brick),
        volume,
        cluster,
        healing_steps(volume, chosen_node(state), brick),
        (Meaning(Severity.BUSY, _("Every file is compared and copied where it is missing"), text),),
        undo=_("There is nothing to take back: healing only makes copies equal."),
        cancel=_("Healing goes on by itself in the cluster; only the watching ends."),
    )


def _gluster_args(volume: Volume, old: str, new: str, ground: Ground) -> dict[str, str]:
    assert ground.mount is not None
    return {
        "volume": volume.name,
        "id": volume.uuid,
        "old": old,
        "bricks": new,
        "node": ground.node,
        "path": ground.path,
        "mount": ground.mount.point,
        "device": ground.mount.device,
    }


def _reset_start(volume: Volume, brick: Brick, node: str, risk: Risk, lose: bool) -> Step:
    return Step(
        title=_("Stop {brick}").format(brick=brick.name),
        node=node,
        command=commands.reset_brick_start(volume.name, brick.name),
        driver=DRIVER,
        risk=risk,
        undo_text=_("Undo: start it again"),
        check="volume_started same_volume no_task" + ("" if lose else " disk_not_only_copy"),
        args={"volume": volume.name, "id": volume.uuid, "old": brick.name},
        expect=ACCEPTED,
    )


def _reset_commit(volume: Volume, brick: Brick, node: str, ground: Ground, risk: Risk) -> Step:
    return Step(
        title=_("Commit {brick}, empty").format(brick=brick.name),
        node=node,
        command=commands.reset_brick_commit(volume.name, brick.name),
        driver=DRIVER,
        risk=risk,
        undo_text=_("No undo"),
        check="volume_started same_volume no_task disk_ready",
        args=_gluster_args(volume, brick.name, brick.name, ground),
        expect=ACCEPTED,
    )


def _replace(
    volume: Volume, brick: Brick, target: BrickSpec, node: str, ground: Ground, risk: Risk, lose: bool
) -> Step:
    return Step(
        title=_("Replace {brick} by {new}").format(brick=brick.name, new=target.name),
        node=node,
        command=commands.replace_brick(volume.name, brick.name, target.name),
        driver=DRIVER,
        risk=risk,
        undo_text=_("No undo"),
        check="volume_started same_volume no_task bricks_unused disk_ready" + ("" if lose else " disk_not_only_copy"),
        args=_gluster_args(volume, brick.name, target.name, ground),
        expect=ACCEPTED,
    )


def _afterwards(volume: Volume, node: str, brick: str, *, full: bool = True) -> tuple[Step, ...]:
    """A volume without copies only gets its bricks started: there is nothing to heal from."""
    steps = healing_steps(volume, node, brick, full=full)
    return steps[:1] if volume.type is VolumeType.DISTRIBUTE else steps


def _lost(only: OnlyCopy | None) -> tuple[Meaning, ...]:
    if only is None:
        return ()
    return (Meaning(Severity.CRITICAL, _("What only this brick holds is lost for good"), only.why),)


def _meaning(volume: Volume, brick: Brick, new: str) -> tuple[Meaning, ...]:
    number = next(n for n, group in enumerate(volume.sets, 1) if brick in group)
    said = []
    if brick.online:
        text = _("The brick still runs. Until the new one is healed the set has one good copy less.")
        said.append(Meaning(Severity.WARN, _("Set {set} has one loss less to spare").format(set=number), text))
    if volume.type is not VolumeType.DISTRIBUTE:
        need = needed(volume, brick)
        text = _("About {size} at most.").format(size=size(need)) if need is not None else ""
        title = _("All files of set {set} are copied to {brick}").format(set=number, brick=new)
        said.append(Meaning(Severity.BUSY, title, f"{text} {_going_on()}".strip()))
    else:
        said.append(Meaning(Severity.WARN, _("The brick begins empty: its files must come from a backup")))
    return tuple(said)


def _going_on() -> str:
    return _("Clients go on meanwhile; bricks and network are busier.")


def _old_stays(brick: Brick) -> tuple[Meaning, ...]:
    text = _("Nothing on it is deleted; it uses its space until somebody removes it.")
    title = _("The directory {brick} stays where it is").format(brick=brick.name)
    return (Meaning(Severity.INFO, title, text),)


def _aside_meaning(aside: str) -> tuple[Meaning, ...]:
    if not aside:
        return ()
    text = _("It goes on using space as {name} until somebody removes it.").format(name=aside)
    return (Meaning(Severity.INFO, _("What lies in the directory is renamed, nothing is deleted"), text),)


def _undo(aside: str) -> str:
    kept = _("What lay there is kept as {name}.").format(name=aside) if aside else ""
    return " ".join(part for part in (_("A brick that was emptied gets its files from the heal only."), kept) if part)


def _plan(
    title: str,
    volume: Volume,
    cluster: str,
    steps: tuple[Step, ...],
    meaning: tuple[Meaning, ...],
    *,
    undo: str,
    cancel: str,
) -> Plan:
    return Plan(
        title=title,
        cluster=cluster,
        steps=steps,
        meaning=meaning,
        undo=undo,
        confirm=volume.name,
        lane=lane(volume.name, "disk"),
        cancel_effect=cancel,
        icon="hard-drive",
    )
