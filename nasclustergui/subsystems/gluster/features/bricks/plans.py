"""Plans that make a volume smaller by whole sets: files are moved away first, unless somebody insists (pure)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan
from nasclustergui.core.units import size
from nasclustergui.subsystems.gluster.features.bricks.meanings import (
    afterwards,
    force_meaning,
    not_moved,
    removal_meaning,
    where_it_stands,
)
from nasclustergui.subsystems.gluster.features.bricks.removal import Room, removal_of, room_for, set_numbers
from nasclustergui.subsystems.gluster.features.bricks.steps import (
    commit_step,
    force_step,
    removal_lane,
    start_step,
    stop_step,
    watch_step,
)
from nasclustergui.subsystems.gluster.model import GlusterState, PeerState, Task, TaskState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.plans.steps import chosen_node, lane, refuse_tasks
from nasclustergui.subsystems.gluster.quorum import Access, set_access


def plan_remove_sets(volume: Volume, bricks: Sequence[str], state: GlusterState, cluster: str) -> Plan:
    """Move the files of whole sets to the others, then take the sets out. Raises InvalidInput for what can't work."""
    numbers = _checked(volume, bricks, state)
    bricks, node = _in_order(volume, bricks), chosen_node(state)
    room = room_for(volume, numbers, state)
    refuse_lack_of_room(volume, room)
    return Plan(
        title=_("Remove bricks from {volume}").format(volume=volume.name),
        cluster=cluster,
        steps=(start_step(volume, bricks, node), commit_step(volume, bricks, node)),
        meaning=removal_meaning(volume, numbers, bricks, room),
        undo=_("Stop it before the last step, and the bricks stay. Afterwards: add them again, as new bricks."),
        confirm=volume.name,
        lane=removal_lane(volume.name),
        cancel_effect=_("The removal is stopped: the bricks stay in the volume, files that were moved stay moved."),
        icon="circle-minus",
    )


def plan_removal_start(volume: Volume, bricks: Sequence[str], state: GlusterState, cluster: str) -> Plan:
    """Only the first half, watched until the bricks are empty: nothing is committed."""
    whole = plan_remove_sets(volume, bricks, state, cluster)
    return _only(whole, _("Empty bricks of {volume}").format(volume=volume.name), 0)


def _only(plan: Plan, title: str, index: int) -> Plan:
    return Plan(
        title,
        plan.cluster,
        (plan.steps[index],),
        plan.meaning,
        plan.undo,
        plan.confirm,
        plan.lane,
        cancel_effect=plan.cancel_effect,
        icon=plan.icon,
    )


def plan_finish_removal(volume: Volume, state: GlusterState, cluster: str) -> Plan:
    """Watch the removal that is under way (started by anybody, before a restart of the program) and commit it."""
    task, node = _under_way(volume), chosen_node(state)
    if task.state is TaskState.FAILED or (task.state is TaskState.COMPLETED and not_moved(task)):
        raise InvalidInput(
            _("The removal has ended and left files on the bricks: it cannot be committed."),
            hint=_("Try the removal again once the cause is mended, or stop it and keep the bricks."),
        )
    bricks = _in_order(volume, task.bricks)
    return Plan(
        title=_("Finish removing bricks from {volume}").format(volume=volume.name),
        cluster=cluster,
        steps=(watch_step(volume, bricks, node), commit_step(volume, bricks, node)),
        meaning=(where_it_stands(task), *afterwards(volume, bricks)),
        undo=_("Stop it before the last step, and the bricks stay. Afterwards: add them again, as new bricks."),
        confirm=volume.name,
        lane=removal_lane(volume.name),
        cancel_effect=_("The removal is stopped: the bricks stay in the volume, files that were moved stay moved."),
        icon="circle-minus",
    )


def plan_removal_commit(volume: Volume, state: GlusterState, cluster: str) -> Plan:
    """Only the commit of a removal that has completed."""
    return _only(
        plan_finish_removal(volume, state, cluster),
        _("Commit the removal of bricks from {volume}").format(volume=volume.name),
        1,
    )


def plan_retry_removal(volume: Volume, state: GlusterState, cluster: str) -> Plan:
    """Stop a removal that left files behind, start it anew, commit it."""
    task, node = _under_way(volume), chosen_node(state)
    if task.state is TaskState.RUNNING:
        raise InvalidInput(_("The removal is under way: there is nothing to try again."), hint=_("Watch it instead."))
    bricks = _in_order(volume, task.bricks)
    numbers = _checked(volume, bricks, state, during=True)
    room = room_for(volume, numbers, state)
    refuse_lack_of_room(volume, room)
    steps = (stop_step(volume, bricks, node), start_step(volume, bricks, node), commit_step(volume, bricks, node))
    return Plan(
        title=_("Try removing bricks from {volume} again").format(volume=volume.name),
        cluster=cluster,
        steps=steps,
        meaning=(where_it_stands(task), *removal_meaning(volume, numbers, bricks, room)),
        undo=_("Stop it before the last step, and the bricks stay. Afterwards: add them again, as new bricks."),
        confirm=volume.name,
        lane=removal_lane(volume.name),
        cancel_effect=_("The removal is stopped: the bricks stay in the volume, files that were moved stay moved."),
        icon="circle-minus",
    )


def plan_stop_removal(volume: Volume, state: GlusterState, cluster: str) -> Plan:
    """End the removal; the bricks stay."""
    task = _under_way(volume)
    bricks = _in_order(volume, task.bricks)
    return Plan(
        title=_("Stop removing bricks from {volume}").format(volume=volume.name),
        cluster=cluster,
        steps=(stop_step(volume, bricks, chosen_node(state)),),
        meaning=(
            Meaning(Severity.OK, _("{bricks} stay in the volume; no file is lost").format(bricks=", ".join(bricks))),
            Meaning(
                Severity.INFO,
                _("Files that were moved stay at their new place"),
                _("New files avoid these bricks until a rebalance: run one afterwards."),
            ),
        ),
        undo=_("Remove the bricks anew: it begins from the start and skips what has moved."),
        confirm=volume.name,
        lane=lane(volume.name),
        seconds=3.0,
        cancel_effect=_("The removal may have been stopped already."),
        icon="circle-stop",
    )


def plan_force_removal(volume: Volume, bricks: Sequence[str], state: GlusterState, cluster: str) -> Plan:
    """Take whole sets out without moving their files: clients lose them. Also ends a removal of these bricks."""
    set_numbers(volume, bricks)
    under_way = removal_of(volume.tasks)
    if under_way is None or sorted(under_way.bricks) != sorted(bricks):
        refuse_tasks(volume)
        if under_way is not None:
            _under_way_refusal(volume)
    bricks, node = _in_order(volume, bricks), chosen_node(state)
    return Plan(
        title=_("Remove bricks from {volume} without their files").format(volume=volume.name),
        cluster=cluster,
        steps=(force_step(volume, bricks, node, "volume_exists same_shape"),),
        meaning=force_meaning(volume, bricks),
        undo=_(
            "There is no undo. The files stay in the brick directories on the nodes: mount the volume, "
            "copy them in through the mount."
        ),
        confirm=volume.name,
        lane=lane(volume.name),
        seconds=3.0,
        cancel_effect=_("The bricks may have left the volume already."),
        icon="trash-2",
    )


def refuse_lack_of_room(volume: Volume, room: Room) -> None:
    """Raise InvalidInput if the files can't fit. Where other volumes share the disks, what is needed is not known."""
    if room.fits is False and not room.shared:
        assert room.needed is not None
        assert room.free is not None
        raise InvalidInput(
            _("The other sets of {volume} have no room for the files: {needed} must move, {free} can be taken.").format(
                volume=volume.name, needed=size(room.needed), free=size(room.free)
            ),
            field="bricks",
            hint=_(
                "gluster fills no brick beyond cluster.min-free-disk (10 % free by default). "
                "Add bricks first, or delete files."
            ),
        )


def _checked(volume: Volume, bricks: Sequence[str], state: GlusterState, during: bool = False) -> tuple[int, ...]:
    """`during`: a removal of these bricks is under way and will be stopped first."""
    if volume.status is not VolumeStatus.STARTED:
        raise InvalidInput(_("Volume {volume} is not started.").format(volume=volume.name), hint=_("Start it first."))
    numbers = set_numbers(volume, bricks)
    if not during:
        refuse_tasks(volume)
        if removal_of(volume.tasks) is not None:
            _under_way_refusal(volume)
    _refuse_absent(volume, numbers, state)
    return numbers


def _under_way_refusal(volume: Volume) -> None:
    raise InvalidInput(
        _("A removal of bricks from {volume} is not committed yet.").format(volume=volume.name),
        hint=_("Commit or stop it first."),
    )


def _refuse_absent(volume: Volume, numbers: Collection[int], state: GlusterState) -> None:
    """gluster refuses a removal of bricks that are down, and gives up when a set that stays can't be reached."""
    absent = {peer.uuid for peer in state.peers if peer.state is PeerState.DISCONNECTED}
    for number, group in enumerate(volume.sets):
        down = [b for b in group if b.online is False]
        reachable = set_access(volume, [b.online is not False for b in group]) is Access.FULL
        if not down or (number not in numbers and reachable):
            continue
        away = any(b.host_uuid in absent for b in down)
        text = (
            _("{bricks} is down: its files cannot be moved away now.")
            if number in numbers
            else _("{bricks} is down: files cannot be moved to its set now.")
        )
        raise InvalidInput(
            text.format(bricks=", ".join(b.name for b in down)),
            field="bricks",
            hint=_("Bring the node back first.") if away else _("Start the missing bricks first."),
        )


def _under_way(volume: Volume) -> Task:
    found = removal_of(volume.tasks)
    if found is None:
        raise InvalidInput(_("No bricks are being removed from {volume}.").format(volume=volume.name))
    return found


def _in_order(volume: Volume, bricks: Sequence[str]) -> tuple[str, ...]:
    """As in the volume, whatever the order they were named in; names that it doesn't know stay at the end."""
    known = tuple(b.name for b in volume.bricks if b.name in bricks)
    return (*known, *(brick for brick in bricks if brick not in known))
