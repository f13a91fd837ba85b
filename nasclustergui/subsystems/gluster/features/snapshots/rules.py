"""What must be so before a snapshot can be taken, and what the checks of its steps need."""

from __future__ import annotations

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.subsystems.gluster.features.snapshots.model import BrickGround, Known, Snapshot, possible
from nasclustergui.subsystems.gluster.model import GlusterState, PeerState, Volume, VolumeStatus


def check_room(volume: Volume, known: Known, state: GlusterState) -> None:
    """Raise InvalidInput unless gluster could take a snapshot of the volume now."""
    if volume.status is not VolumeStatus.STARTED:
        raise InvalidInput(
            _("Volume {volume} is not started.").format(volume=volume.name),
            hint=_("Gluster takes snapshots of running volumes only. Start it first."),
        )
    taken, limit = len(known.of(volume.name)), known.config.limit(volume.name)
    if taken >= limit:
        raise InvalidInput(
            ngettext(
                "{volume} has {n} snapshot, as many as it may have.",
                "{volume} has {n} snapshots, as many as it may have.",
                taken,
            ).format(volume=volume.name, n=taken),
            hint=_("Delete some, or raise the limit."),
        )
    down = [b.name for b in volume.bricks if b.online is False]
    if down:
        raise InvalidInput(
            _("Bricks of {volume} are down: {bricks}.").format(volume=volume.name, bricks=", ".join(down)),
            hint=_("Gluster takes a snapshot only while all bricks run."),
        )
    away = [p.node or p.hostnames[0] for p in state.peers if p.state is PeerState.DISCONNECTED]
    if away:
        raise InvalidInput(
            _("Peers are not connected: {nodes}.").format(nodes=", ".join(away)),
            hint=_("Gluster takes a snapshot only while all peers of the pool are there."),
        )


def check_free(name: str, known: Known) -> None:
    """Raise InvalidInput where a snapshot has that name."""
    if known.named(name):
        raise InvalidInput(
            _("There is a snapshot {snapshot} already.").format(snapshot=name),
            field="snapshot",
            hint=_("Names are unique in the whole pool."),
        )


def check_grounds(volume: str, grounds: tuple[BrickGround, ...]) -> None:
    """Raise InvalidInput where gluster can take no snapshot of the volume, and name the bricks."""
    if possible(grounds) is not False:
        return
    lines = [f"{ground.brick}: {ground.why}" for ground in grounds if ground.thin is False]
    raise InvalidInput(
        _("Snapshots of {volume} are not possible: its bricks are not on thin LVM.").format(volume=volume),
        hint=_(
            "Every brick must lie on a thin logical volume of its own ({bricks}). "
            "Move them with Replace brick to disks that were set up so."
        ).format(bricks="; ".join(lines)),
    )


def snapshot_args(snapshot: Snapshot) -> dict[str, str]:
    """What the checks of a step about this snapshot need."""
    return {"snapshot": snapshot.name, "snapshot_id": snapshot.uuid, "volume": snapshot.volume}
