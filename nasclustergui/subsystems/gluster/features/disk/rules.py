"""What gluster refuses, or would take although one would regret it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Risk
from nasclustergui.core.units import size
from nasclustergui.subsystems.gluster.features.bricks.copies import OnlyCopy
from nasclustergui.subsystems.gluster.features.disk.judge import mount_missing, system_disk
from nasclustergui.subsystems.gluster.features.disk.model import Diagnosis, Directory, Ground
from nasclustergui.subsystems.gluster.features.disk.steps import aside_name
from nasclustergui.subsystems.gluster.layout import BrickSpec
from nasclustergui.subsystems.gluster.model import Brick, GlusterState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.plans.steps import refuse_tasks


@dataclass(frozen=True)
class Accepted:
    """What a person takes on: each is refused otherwise.

    Attributes:
        aside: rename what lies at the place. unwise: a second brick of the set on one node, or a disk that may be too
            small. lose: the only good copy of something goes (destructive, the volume's name is typed).
    """

    aside: bool = False
    unwise: bool = False
    lose: bool = False


def check_ground(ground: Ground) -> None:
    """Raise InvalidInput unless a directory can be made there, on a disk of its own."""
    where = {"path": ground.path, "node": ground.node}
    if ground.why_unknown:
        raise InvalidInput(_("What lies at {path} on {node} is not known.").format(**where), hint=ground.why_unknown)
    if ground.directory is Directory.UNREADABLE:
        raise InvalidInput(
            _("The disk at {path} on {node} answers with errors: {error}.").format(error=ground.error, **where),
            hint=_("Choose another disk."),
        )
    if system_disk(ground) or ground.mount is None or mount_missing(ground):
        raise InvalidInput(
            _("No disk of its own is mounted for {path} on {node}: the brick would fill the system disk.").format(
                **where
            ),
            hint=_("Mount a disk there first, or choose a directory on a disk that is mounted."),
        )
    if ground.mount.point == ground.path:
        raise InvalidInput(
            _("{path} on {node} is itself a mount point.").format(**where),
            hint=_("Use a directory below it: were the disk not mounted, files would land on the system disk."),
        )
    if ground.read_only:
        raise InvalidInput(_("The disk at {path} on {node} is mounted read-only.").format(**where))


def needed(volume: Volume, brick: Brick) -> int | None:
    """Bytes that the brick must take, at most: what the fullest other brick of its set uses; None if unknown."""
    group = next((g for g in volume.sets if any(b.name == brick.name for b in g)), ())
    used = [b.size - b.free for b in group if b.name != brick.name and not b.arbiter and b.size and b.free is not None]
    return max(used) if used and not brick.arbiter else None


def found_in(state: GlusterState, diagnosis: Diagnosis) -> tuple[Volume, Brick]:
    volume = state.volume(diagnosis.volume)
    brick = next((b for b in volume.bricks if b.name == diagnosis.brick), None) if volume else None
    if volume is None or brick is None:
        raise InvalidInput(
            _("{brick} is no brick of volume {volume}.").format(brick=diagnosis.brick, volume=diagnosis.volume),
            field="brick",
            hint=_("It may have been replaced meanwhile. Look again."),
        )
    return volume, brick


def check_volume(volume: Volume) -> None:
    if volume.status is not VolumeStatus.STARTED:
        raise InvalidInput(_("Volume {volume} is not started.").format(volume=volume.name), hint=_("Start it first."))
    refuse_tasks(volume)


def check_only(only: OnlyCopy | None, accepted: Accepted) -> None:
    if only is not None and not accepted.lose:
        raise InvalidInput(
            only.why,
            hint=_("Bring this brick up and let it heal first. If its data are lost anyway, say so expressly."),
        )


def check_apart(target: BrickSpec, others: Sequence[Brick], number: int, accepted: Accepted) -> None:
    if not accepted.unwise and target.place in {b.node or b.host for b in others}:
        raise InvalidInput(
            _("Set {set} would have two bricks on {node}: losing that node takes both.").format(
                set=number, node=target.place
            ),
            hint=_("Choose a disk of another node, or accept it expressly."),
        )


def check_size(volume: Volume, brick: Brick, ground: Ground, accepted: Accepted) -> None:
    need = needed(volume, brick)
    if accepted.unwise or need is None or ground.free is None or ground.free >= need:
        return
    raise InvalidInput(
        _("The disk at {path} on {node} has {free} free, the other bricks of the set use {need}.").format(
            path=ground.path, node=ground.node, free=size(ground.free), need=size(need)
        ),
        hint=_("Take a larger disk. If other volumes use that much of those disks, accept it expressly."),
    )


def aside_for(ground: Ground, accepted: Accepted, at: float | None) -> str:
    if not ground.occupied:
        return ""
    if not accepted.aside:
        raise InvalidInput(
            _("{path} on {node} is not empty.").format(path=ground.path, node=ground.node),
            hint=_("Have it set aside under another name, or choose another directory. Nothing in it is deleted."),
        )
    return aside_name(ground.path, at)


def risk_of(only: OnlyCopy | None) -> Risk:
    return Risk.DESTRUCTIVE if only is not None else Risk.CAUTION
