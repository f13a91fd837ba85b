"""The plan that takes snapshots."""

from __future__ import annotations

from collections.abc import Sequence

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan, Step
from nasclustergui.subsystems.gluster.features.snapshots import commands
from nasclustergui.subsystems.gluster.features.snapshots.model import Known
from nasclustergui.subsystems.gluster.features.snapshots.names import check_description, check_name
from nasclustergui.subsystems.gluster.features.snapshots.rules import check_free, check_room
from nasclustergui.subsystems.gluster.model import GlusterState, Volume
from nasclustergui.subsystems.gluster.plans.steps import ACCEPTED, DRIVER, chosen_node, lane


def plan_create(
    volumes: Sequence[Volume], name: str, known: Known, state: GlusterState, cluster: str, description: str = ""
) -> Plan:
    """Take a snapshot of one volume under that name, or of several with the volume's name behind it."""
    if not volumes:
        raise InvalidInput(_("Choose a volume."), field="volume")
    names = {v.name: name if len(volumes) == 1 else f"{name}-{v.name}" for v in volumes}
    for volume in volumes:
        check_name(names[volume.name])
        check_free(names[volume.name], known)
        check_room(volume, known, state)
    check_description(description)
    node = chosen_node(state)
    title = _("Snapshot {snapshot} of {volume}").format(snapshot=name, volume=", ".join(v.name for v in volumes))
    steps = tuple(create_step(v, names[v.name], node, description) for v in volumes)
    return Plan(
        title=title,
        cluster=cluster,
        steps=steps,
        meaning=_create_meaning(volumes, known),
        undo=_("Delete the snapshot again."),
        confirm=volumes[0].name,
        lane=lane(volumes[0].name),
        seconds=3.0 * len(steps),
        cancel_effect=_("Snapshots that were taken stay."),
        icon="camera",
    )


def create_step(volume: Volume, name: str, node: str, description: str = "", undo: bool = True) -> Step:
    """One snapshot; without `undo` a cancel or a rollback leaves it."""
    return Step(
        title=_("Take snapshot {snapshot} of {volume}").format(snapshot=name, volume=volume.name),
        node=node,
        command=commands.create(name, volume.name, description),
        driver=DRIVER,
        undo_text=_("Undo: delete the snapshot") if undo else _("Stays"),
        undo=commands.delete(name) if undo else None,
        check="volume_started same_volume peers_connected snapshot_absent snapshot_room",
        args={"volume": volume.name, "id": volume.uuid, "snapshot": name},
        expect=ACCEPTED,
    )


def _create_meaning(volumes: Sequence[Volume], known: Known) -> tuple[Meaning, ...]:
    said = [
        Meaning(
            Severity.INFO,
            _("Writes to the volume wait for a moment, nothing is interrupted"),
            _("All bricks are frozen at once and a copy-on-write image of each is made."),
        )
    ]
    if len(volumes) > 1:
        said.append(
            Meaning(
                Severity.INFO,
                _("The volumes are taken one after another, not at the same moment"),
                _("Gluster takes no snapshot of several volumes together."),
            )
        )
    config = known.config
    for volume in volumes:
        taken, limit = len(known.of(volume.name)) + 1, config.limit(volume.name)
        if taken > limit * config.soft_percent / 100 and config.auto_delete:
            title = _("Gluster deletes the oldest snapshot of {volume} for it").format(volume=volume.name)
            text = _("Auto-delete is on, and more than {percent} % of {limit} snapshots are taken.")
            said.insert(0, Meaning(Severity.WARN, title, text.format(percent=config.soft_percent, limit=limit)))
    said.append(Meaning(Severity.INFO, _("It lies in the same thin pools as the bricks, so it is no backup")))
    return tuple(said)
