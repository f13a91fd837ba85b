"""The plan that puts a snapshot in its volume's place."""

from __future__ import annotations

from dataclasses import replace

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.core.units import clock
from nasclustergui.subsystems.gluster.features.snapshots import commands
from nasclustergui.subsystems.gluster.features.snapshots.changes import activate_step
from nasclustergui.subsystems.gluster.features.snapshots.create import create_step
from nasclustergui.subsystems.gluster.features.snapshots.model import Known, Snapshot
from nasclustergui.subsystems.gluster.features.snapshots.names import check_name
from nasclustergui.subsystems.gluster.features.snapshots.rules import check_free, check_room, snapshot_args
from nasclustergui.subsystems.gluster.model import GlusterState, PeerState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.plans.steps import (
    ACCEPTED,
    DRIVER,
    chosen_node,
    lane,
    loses_access,
    refuse_tasks,
    start_step,
    stop_step,
)

ASKED_RESTORE = (
    "Restore operation will replace the original volume with the snapshotted volume. Do you still want to continue?"
)


def plan_restore(snapshot: Snapshot, known: Known, state: GlusterState, cluster: str, keep: str = "") -> Plan:
    """Activate, stop, restore, start. With `keep` the present state is first taken as a snapshot of that name.

    The snapshot must be active: tried without, gluster 10.3 failed in the middle, listed the volume twice from then
    on, could not start it any more, and `snapshot info` failed for the whole pool.
    """
    volume = state.volume(snapshot.volume)
    if volume is None:
        raise InvalidInput(
            _("There is no volume {volume} any more.").format(volume=snapshot.volume),
            hint=_("Clone the snapshot to a new volume instead."),
        )
    _check(volume, state)
    node = chosen_node(state)
    started = volume.status is VolumeStatus.STARTED
    if keep:
        check_name(keep)
        check_free(keep, known)
        check_room(volume, known, state)
    steps: list[Step] = []
    if keep:
        text = _("State before {snapshot} was restored").format(snapshot=snapshot.name)
        steps.append(create_step(volume, keep, node, text, undo=False))
    if not snapshot.active:
        steps.append(activate_step(snapshot, node))
    if started:
        stop = stop_step(volume, node, "peers_connected same_snapshot snapshot_running")
        steps.append(replace(stop, args=dict(stop.args) | snapshot_args(snapshot)))
    steps.append(_restore_step(snapshot, volume, node))
    if started:
        steps.append(start_step(volume.name, node, "volume_not_started"))
    return Plan(
        title=_("Restore {volume} from snapshot {snapshot}").format(volume=volume.name, snapshot=snapshot.name),
        cluster=cluster,
        steps=tuple(steps),
        meaning=_meaning(snapshot, volume, keep),
        undo=_("Restore snapshot {keep}, which is taken first.").format(keep=keep)
        if keep
        else _("What is in the volume now cannot be brought back."),
        confirm=volume.name,
        lane=lane(volume.name),
        seconds=15.0,
        cancel_effect=_("Before the restore itself the volume is started again; after it the volume stays stopped."),
        icon="undo-2",
        rollback=True,
    )


def _check(volume: Volume, state: GlusterState) -> None:
    refuse_tasks(volume)
    away = [p.node or p.hostnames[0] for p in state.peers if p.state is PeerState.DISCONNECTED]
    if away:
        raise InvalidInput(
            _("Peers are not connected: {nodes}.").format(nodes=", ".join(away)),
            hint=_("A restore while a node is away would leave its bricks behind. Bring it back first."),
        )


def _restore_step(snapshot: Snapshot, volume: Volume, node: str) -> Step:
    return Step(
        title=_("Put snapshot {snapshot} in the place of {volume}").format(snapshot=snapshot.name, volume=volume.name),
        node=node,
        command=commands.restore(snapshot.name),
        driver=DRIVER,
        risk=Risk.DESTRUCTIVE,
        undo_text=_("No undo"),
        check="volume_not_started same_volume peers_connected same_snapshot snapshot_running",
        prompts=(ASKED_RESTORE,),
        args=snapshot_args(snapshot) | {"id": volume.uuid},
        expect=ACCEPTED,
    )


def _meaning(snapshot: Snapshot, volume: Volume, keep: str) -> tuple[Meaning, ...]:
    since = clock(snapshot.created) if snapshot.created is not None else _("the snapshot")
    lost = _("Everything written to {volume} since {time} is gone").format(volume=volume.name, time=since)
    kept = _("It can be read in snapshot {keep}, as far as it was written before this plan.").format(keep=keep)
    said = [Meaning(Severity.CRITICAL, lost, kept if keep else _("No snapshot of the present state is taken first."))]
    if volume.status is VolumeStatus.STARTED:
        said.append(loses_access(volume))
    said.append(
        Meaning(
            Severity.WARN,
            _("Snapshot {snapshot} itself becomes the volume and leaves the list").format(snapshot=snapshot.name),
            _("Other snapshots of the volume stay."),
        )
    )
    said.append(
        Meaning(
            Severity.INFO,
            _("The bricks lie below /run/gluster/snaps from then on"),
            _("The old brick directories keep their files and their space until somebody removes them."),
        )
    )
    return tuple(said)
