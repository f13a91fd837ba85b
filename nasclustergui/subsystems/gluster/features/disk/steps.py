"""The steps from an empty disk to a brick that is proved to be whole."""

from __future__ import annotations

import time

from nasclustergui.core.command import Command
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Risk, Step
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.features.disk.model import Ground
from nasclustergui.subsystems.gluster.model import Volume
from nasclustergui.subsystems.gluster.plans.steps import ACCEPTED, DRIVER

# $1 path, $2 where a disk must be mounted, $3 new name for what lies there or "". Never on the system disk: a mount
# that is missing must not be filled. The directory is looked at again afterwards: it lies on that very disk, empty.
PREPARE = """export LC_ALL=C
no() { echo "$1" >&2; exit 1; }
[ "$2" != / ] && [ "$(stat -c %m -- "$2/.")" = "$2" ] || no "no disk is mounted at $2: nothing was made"
if [ -n "$3" ]; then
  [ ! -e "$3" ] || no "$3 exists already"
  mv -T -- "$1" "$3" || exit 1
fi
mkdir -p -- "$1" || exit 1
[ "$(stat -c %m -- "$1/.")" = "$2" ] || no "$1 does not lie on the disk that is mounted at $2"
[ -z "$(ls -A -- "$1")" ] || no "$1 is not empty\""""
# $1 path, $2 its old name or "": only an empty directory is taken away.
UNPREPARE = 'rmdir -- "$1" && { [ -z "$2" ] || mv -T -- "$2" "$1"; }'


def aside_name(path: str, at: float | None = None) -> str:
    """Where what lies at the path is put: beside it, on the same disk, with the time in its name."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(at if at is not None else time.time()))
    return f"{path}.before-{stamp}"


def prepare_step(node: str, ground: Ground, aside: str) -> Step:
    """Make an empty directory at the place that was looked at; `aside`: the new name of what lies there, or ""."""
    assert ground.mount is not None
    title = _("Set the old directory aside, prepare {path} on {node}") if aside else _("Prepare {path} on {node}")
    words = (ground.path, ground.mount.point, aside)
    return Step(
        title=title.format(path=ground.path, node=node),
        node=node,
        command=Command(("sh", "-c", PREPARE, "sh", *words)),
        driver=DRIVER,
        risk=Risk.CAUTION if aside else Risk.SAFE,
        undo_text=_("Undo: its old name") if aside else _("Undo: remove it"),
        undo=Command(("sh", "-c", UNPREPARE, "sh", ground.path, aside)),
        check="disk_as_seen",
        args={
            "node": node,
            "path": ground.path,
            "mount": ground.mount.point,
            "device": ground.mount.device,
            "directory": ground.directory.value,
            "volume_id": ground.volume_id,
            "occupied": "yes" if ground.occupied else "",
        },
    )


def healing_steps(volume: Volume, node: str, brick: str, *, full: bool = True) -> tuple[Step, ...]:
    """Daemons and bricks started, a heal followed, the result proved. `brick` as it is called by then."""
    args = {"volume": volume.name, "brick": brick, "full": "yes" if full else ""}
    title = _("Heal all files of {volume}") if full else _("Heal {volume}")
    heal = Step(
        title=title.format(volume=volume.name),
        node=node,
        command=commands.volume_heal(volume.name, full),
        driver=DRIVER,
        undo_text=_("Nothing to undo"),
        check="volume_started",
        follow="disk_heal",
        args=args,
        expect="successful",
    )
    return (_start_step(volume, node, brick), heal, verify_step(volume, node, brick))


def _start_step(volume: Volume, node: str, brick: str) -> Step:
    """Waits for this brick only: another one may have failed too. It also starts self-heal daemons, which GlusterFS
    10.3 sometimes leaves down after a change of bricks."""
    return Step(
        title=_("Start what is missing of {volume}").format(volume=volume.name),
        node=node,
        command=commands.volume_start(volume.name, force=True),
        driver=DRIVER,
        undo_text=_("Nothing to undo"),
        check="volume_started",
        follow="disk_up",
        args={"volume": volume.name, "brick": brick},
        expect=ACCEPTED,
    )


def verify_step(volume: Volume, node: str, brick: str) -> Step:
    """Proves that nothing waits for a heal and that the brick has as many entries as the others of its set."""
    return Step(
        title=_("Verify {brick}").format(brick=brick),
        node=node,
        command=commands.volume_heal_info(volume.name, "summary"),
        driver=DRIVER,
        undo_text=_("Only looks"),
        check="volume_started",
        follow="disk_verify",
        args={"volume": volume.name, "brick": brick},
    )
