"""Plans that start, stop and delete volumes."""

from __future__ import annotations

from dataclasses import replace

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.core.units import size
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.audience import Audience, audience_meaning
from nasclustergui.subsystems.gluster.model import (
    GlusterState,
    PeerState,
    Volume,
    VolumeStatus,
)
from nasclustergui.subsystems.gluster.plans.steps import (
    ACCEPTED,
    ASKED_DELETE,
    DRIVER,
    chosen_node,
    end_rebalance,
    lane,
    loses_access,
    refuse_removal,
    start_step,
    stop_step,
)


def plan_start(volume: Volume, state: GlusterState, cluster: str, force: bool = False) -> Plan:
    """Start a volume; with `force` also the missing bricks and daemons of a started one."""
    if volume.status is VolumeStatus.STARTED and not force:
        raise InvalidInput(_("Volume {volume} is started already.").format(volume=volume.name))
    if not force:
        step = start_step(volume.name, chosen_node(state), "volume_not_started", undo=commands.volume_stop(volume.name))
        meaning = [Meaning(Severity.OK, _("Clients can use volume {volume} again").format(volume=volume.name))]
    else:
        step = start_step(volume.name, chosen_node(state), "volume_exists", force=True)
        meaning = [
            Meaning(Severity.OK, _("Missing bricks and self-heal daemons are started; those that run go on")),
            Meaning(
                Severity.INFO,
                _("Healing starts by itself"),
                _("gluster reports success even when a brick directory is missing: the bricks are checked afterwards."),
            ),
        ]
    title = _("Start missing bricks of {volume}") if force else _("Start volume {volume}")
    return Plan(
        title=title.format(volume=volume.name),
        cluster=cluster,
        steps=(step,),
        meaning=tuple(meaning),
        undo="" if force else _("Stop the volume again."),
        confirm=volume.name,
        lane=lane(volume.name),
        seconds=4.0,
        cancel_effect=_("Bricks that were started keep running.") if force else _("The volume is stopped again."),
        icon="play",
    )


def plan_stop(volume: Volume, state: GlusterState, cluster: str, audience: Audience | None = None) -> Plan:
    """Stop a volume, and a rebalance of it before: gluster refuses otherwise.

    `audience`: who uses it now, None where nobody looked.
    """
    if volume.status is not VolumeStatus.STARTED:
        raise InvalidInput(_("Volume {volume} is not started.").format(volume=volume.name))
    refuse_removal(volume)
    return Plan(
        title=_("Stop volume {volume}").format(volume=volume.name),
        cluster=cluster,
        steps=(*end_rebalance(volume, chosen_node(state)), stop_step(volume, chosen_node(state))),
        meaning=_stop_meaning(volume, audience),
        undo=_("Start the volume again."),
        confirm=volume.name,
        lane=lane(volume.name),
        seconds=5.0,
        cancel_effect=_("The volume is started again."),
        icon="circle-stop",
    )


def _stop_meaning(volume: Volume, audience: Audience | None) -> tuple[Meaning, ...]:
    said = [loses_access(volume), *audience_meaning(volume.name, audience)]
    said.append(Meaning(Severity.OK, _("All files stay on the bricks")))
    return tuple(sorted(said, key=lambda meaning: -meaning.severity))


def plan_delete(volume: Volume, state: GlusterState, cluster: str, audience: Audience | None = None) -> Plan:
    """Stop the volume if it runs, then delete it. Peers that are down make gluster refuse: then nothing is begun.

    `audience`: who uses it now, None where nobody looked.
    """
    if volume.snapshot_count:
        raise InvalidInput(
            ngettext(
                "Volume {volume} has {n} snapshot.", "Volume {volume} has {n} snapshots.", volume.snapshot_count
            ).format(volume=volume.name, n=volume.snapshot_count),
            hint=_("Delete its snapshots first."),
        )
    absent = [peer.node or peer.hostnames[0] for peer in state.peers if peer.state is PeerState.DISCONNECTED]
    if absent:
        raise InvalidInput(
            _("Volume {volume} cannot be deleted while peers are down: {nodes}.").format(
                volume=volume.name, nodes=", ".join(absent)
            ),
            hint=_("Bring them back first; gluster refuses it otherwise."),
        )
    node = chosen_node(state)
    started = volume.status is VolumeStatus.STARTED
    if started:
        refuse_removal(volume)
    before = (*end_rebalance(volume, node), stop_step(volume, node, "peers_connected")) if started else ()
    return Plan(
        title=_("Delete volume {volume}").format(volume=volume.name),
        cluster=cluster,
        steps=(*before, _delete_step(volume, node)),
        meaning=_delete_meaning(volume, audience),
        undo=_("A deleted volume cannot be brought back as it was: create one anew from the same bricks with “force”."),
        confirm=volume.name,
        lane=lane(volume.name),
        seconds=6.0 if started else 2.0,
        cancel_effect=_("Before the last step the volume is only stopped; it is started again."),
        icon="trash-2",
        rollback=True,
    )


def _delete_step(volume: Volume, node: str) -> Step:
    return Step(
        title=_("Delete volume {volume}").format(volume=volume.name),
        node=node,
        command=commands.volume_delete(volume.name),
        driver=DRIVER,
        risk=Risk.DESTRUCTIVE,
        undo_text=_("No undo"),
        check="volume_not_started peers_connected same_volume",
        prompts=(ASKED_DELETE,),
        args={"volume": volume.name, "id": volume.uuid},
        expect=ACCEPTED,
    )


def _delete_meaning(volume: Volume, audience: Audience | None) -> tuple[Meaning, ...]:
    said = [
        Meaning(
            Severity.CRITICAL,
            _("Volume {volume} is gone for good, with its options and quotas").format(volume=volume.name),
        )
    ]
    access = loses_access(volume)
    if volume.status is not VolumeStatus.STARTED:
        access = Meaning(Severity.CRITICAL, _("Clients can no longer reach its files"))
    if volume.usable is not None and volume.available is not None:
        used = max(0, volume.usable - volume.available)
        text = _("Up to {size} of files; other volumes on the same disks are counted in.").format(size=size(used))
        access = replace(access, text=text)
    said.append(access)
    if volume.status is VolumeStatus.STARTED:
        said += audience_meaning(volume.name, audience)
        said.sort(key=lambda meaning: -meaning.severity)
    bricks = ", ".join(brick.name for brick in volume.bricks[:6]) + (", …" if len(volume.bricks) > 6 else "")
    text = _("They keep using space until somebody removes them on the nodes: {bricks}").format(bricks=bricks)
    said.append(Meaning(Severity.INFO, _("The brick directories and the files in them stay"), text))
    return tuple(said)
