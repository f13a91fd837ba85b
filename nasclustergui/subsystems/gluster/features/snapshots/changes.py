"""Plans that activate, deactivate, clone and delete snapshots."""

from __future__ import annotations

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.subsystems.gluster.commands import volume_delete
from nasclustergui.subsystems.gluster.features.snapshots import commands
from nasclustergui.subsystems.gluster.features.snapshots.model import Known, Snapshot
from nasclustergui.subsystems.gluster.features.snapshots.rules import snapshot_args
from nasclustergui.subsystems.gluster.model import GlusterState
from nasclustergui.subsystems.gluster.names import check_volume_name
from nasclustergui.subsystems.gluster.plans.steps import ACCEPTED, DRIVER, chosen_node, lane

# The CLI's own questions, which --mode=script answers with yes
ASKED_DELETE = "Deleting snap will erase all the information about the snap. Do you still want to continue?"
ASKED_DELETE_ALL = "Volume ({volume}) contains {n} snapshot(s). Do you still want to continue and delete them?"
ASKED_DEACTIVATE = "Deactivating snap will make its data inaccessible. Do you want to continue?"


def plan_activate(snapshot: Snapshot, state: GlusterState, cluster: str) -> Plan:
    """Mount and serve the snapshot's bricks."""
    if snapshot.active:
        raise InvalidInput(_("Snapshot {snapshot} is active already.").format(snapshot=snapshot.name))
    title = _("Activate snapshot {snapshot}").format(snapshot=snapshot.name)
    mount = f"mount -t glusterfs NODE:/snaps/{snapshot.name}/{snapshot.volume} /mnt"
    meaning = (
        Meaning(Severity.OK, _("Clients can read it"), _("Mount it with: {command}").format(command=mount)),
        Meaning(Severity.INFO, _("A process per brick runs for it until it is deactivated")),
    )
    step = activate_step(snapshot, chosen_node(state))
    return _single(title, step, cluster, meaning, snapshot, _("Deactivate it again."), icon="play")


def activate_step(snapshot: Snapshot, node: str) -> Step:
    """The snapshot is inactive now."""
    return Step(
        title=_("Activate snapshot {snapshot}").format(snapshot=snapshot.name),
        node=node,
        command=commands.activate(snapshot.name),
        driver=DRIVER,
        undo_text=_("Undo: deactivate it"),
        undo=commands.deactivate(snapshot.name),
        check="same_snapshot snapshot_inactive peers_connected",
        args=snapshot_args(snapshot),
        expect=ACCEPTED,
    )


def plan_deactivate(snapshot: Snapshot, state: GlusterState, cluster: str) -> Plan:
    """Stop serving it."""
    if not snapshot.active:
        raise InvalidInput(_("Snapshot {snapshot} is not active.").format(snapshot=snapshot.name))
    title = _("Deactivate snapshot {snapshot}").format(snapshot=snapshot.name)
    step = Step(
        title=title,
        node=chosen_node(state),
        command=commands.deactivate(snapshot.name),
        driver=DRIVER,
        risk=Risk.CAUTION,
        undo_text=_("Undo: activate it"),
        undo=commands.activate(snapshot.name),
        check="same_snapshot snapshot_active",
        prompts=(ASKED_DEACTIVATE,),
        args=snapshot_args(snapshot),
        expect=ACCEPTED,
    )
    meaning = (
        Meaning(Severity.WARN, _("Who has the snapshot mounted loses access to it")),
        Meaning(Severity.OK, _("The snapshot and the volume stay as they are")),
    )
    return _single(title, step, cluster, meaning, snapshot, _("Activate it again."), icon="circle-stop")


def plan_clone(snapshot: Snapshot, volume: str, known: Known, state: GlusterState, cluster: str) -> Plan:
    """A new, writable volume from the snapshot; the snapshot is activated for it where it isn't active."""
    check_volume_name(volume)
    if state.volume(volume) is not None:
        raise InvalidInput(_("There is a volume {volume} already.").format(volume=volume), field="volume")
    node = chosen_node(state)
    before = () if snapshot.active else (activate_step(snapshot, node),)
    clone = Step(
        title=_("Make volume {volume} of snapshot {snapshot}").format(volume=volume, snapshot=snapshot.name),
        node=node,
        command=commands.clone(volume, snapshot.name),
        driver=DRIVER,
        undo_text=_("Undo: delete the volume"),
        undo=volume_delete(volume),
        check="volume_absent same_snapshot snapshot_running peers_connected",
        args=snapshot_args(snapshot) | {"volume": volume},
        expect=ACCEPTED,
    )
    meaning = (
        Meaning(
            Severity.OK,
            _("Volume {volume} has the files as they were when the snapshot was taken").format(volume=volume),
            _("It is not started yet. Writing to it changes neither the snapshot nor volume {origin}.").format(
                origin=snapshot.volume
            ),
        ),
        Meaning(Severity.INFO, _("It lies in the same thin pools as {origin}").format(origin=snapshot.volume)),
    )
    return Plan(
        title=_("Clone {snapshot} to volume {volume}").format(snapshot=snapshot.name, volume=volume),
        cluster=cluster,
        steps=(*before, clone),
        meaning=meaning,
        undo=_("Delete volume {volume} again.").format(volume=volume),
        confirm=volume,
        lane=lane(snapshot.volume),
        seconds=5.0,
        cancel_effect=_("The volume is deleted again."),
        icon="copy",
        rollback=True,
    )


def plan_delete(snapshot: Snapshot, state: GlusterState, cluster: str) -> Plan:
    """Delete one snapshot for good."""
    title = _("Delete snapshot {snapshot}").format(snapshot=snapshot.name)
    step = Step(
        title=title,
        node=chosen_node(state),
        command=commands.delete(snapshot.name),
        driver=DRIVER,
        risk=Risk.DESTRUCTIVE,
        undo_text=_("No undo"),
        check="same_snapshot",
        prompts=(ASKED_DELETE,),
        args=snapshot_args(snapshot),
        expect=ACCEPTED,
    )
    text = _("Files that were changed or deleted in {volume} since then cannot be got back from it any more.")
    meaning = (
        Meaning(Severity.CRITICAL, _("The snapshot is gone for good"), text.format(volume=snapshot.volume)),
        Meaning(Severity.OK, _("Volume {volume} itself is not touched").format(volume=snapshot.volume)),
    )
    undo = _("A deleted snapshot cannot be brought back.")
    return _single(title, step, cluster, meaning, snapshot, undo, icon="trash-2")


def plan_delete_all(volume: str, known: Known, state: GlusterState, cluster: str) -> Plan:
    """Delete all snapshots of a volume."""
    mine = known.of(volume)
    if not mine:
        raise InvalidInput(_("{volume} has no snapshots.").format(volume=volume))
    n = len(mine)
    title = ngettext("Delete {n} snapshot of {volume}", "Delete {n} snapshots of {volume}", n)
    step = Step(
        title=title.format(n=n, volume=volume),
        node=chosen_node(state),
        command=commands.delete_of(volume),
        driver=DRIVER,
        risk=Risk.DESTRUCTIVE,
        undo_text=_("No undo"),
        check="same_snapshots",
        prompts=(ASKED_DELETE_ALL.format(volume=volume, n=n),),
        args={"volume": volume, "snapshots": "\n".join(sorted(s.uuid for s in mine))},
        expect=ACCEPTED,
    )
    names = ", ".join(s.name for s in mine[:8]) + (", …" if n > 8 else "")
    return Plan(
        title=title.format(n=n, volume=volume),
        cluster=cluster,
        steps=(step,),
        meaning=(
            Meaning(Severity.CRITICAL, _("All snapshots of {volume} are gone for good").format(volume=volume), names),
            Meaning(Severity.OK, _("Volume {volume} itself is not touched").format(volume=volume)),
        ),
        undo=_("Deleted snapshots cannot be brought back."),
        confirm=volume,
        lane=lane(volume),
        seconds=1.0 * n,
        cancel_effect=_("Gluster deletes one after another; those that are deleted stay deleted."),
        icon="trash-2",
    )


def _single(
    title: str, step: Step, cluster: str, meaning: tuple[Meaning, ...], snapshot: Snapshot, undo: str, icon: str
) -> Plan:
    return Plan(
        title=title,
        cluster=cluster,
        steps=(step,),
        meaning=meaning,
        undo=undo,
        confirm=snapshot.name,
        lane=lane(snapshot.volume),
        seconds=3.0,
        cancel_effect=_("What was begun is finished by gluster."),
        icon=icon,
    )
