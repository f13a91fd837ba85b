"""Steps of a removal, and the questions that gluster asks about it."""

from __future__ import annotations

from collections.abc import Sequence

from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Risk, Step
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.model import Volume
from nasclustergui.subsystems.gluster.plans.steps import ACCEPTED, DRIVER, lane

# The CLI's own questions, which --mode=script answers with yes
ASKED_MIGRATION = (
    "It is recommended that remove-brick be run with cluster.force-migration option disabled to prevent possible data "
    "corruption. Doing so will ensure that files that receive writes during migration will not be migrated and will "
    "need to be manually copied after the remove-brick commit operation. Please check the value of the option and "
    "update accordingly. Do you want to continue with your current cluster.force-migration settings?"
)
ASKED_FORCE = (
    "Remove-brick force will not migrate files from the removed bricks, so they will no longer be available on the "
    "volume. Do you want to continue?"
)


def removal_lane(volume: str) -> str:
    """One watches at a time; a stop doesn't wait for it."""
    return lane(volume, "removal")


def _args(volume: Volume, bricks: Sequence[str]) -> dict[str, str]:
    return {"volume": volume.name, "bricks": "\n".join(bricks), "shape": "\n".join(b.name for b in volume.bricks)}


def start_step(volume: Volume, bricks: Sequence[str], node: str) -> Step:
    """Begin to move the files away, and watch until they are."""
    return Step(
        title=_("Move the files away"),
        node=node,
        command=commands.volume_remove_brick(volume.name, bricks, "start"),
        driver=DRIVER,
        risk=Risk.CAUTION,
        undo_text=_("Can be stopped at any time"),
        undo=commands.volume_remove_brick(volume.name, bricks, "stop"),
        check="volume_started same_shape no_task no_removal",
        follow="removal",
        prompts=(ASKED_MIGRATION,),
        args=_args(volume, bricks),
        expect=ACCEPTED,
    )


def watch_step(volume: Volume, bricks: Sequence[str], node: str) -> Step:
    """Watch a removal that runs already; the command only looks."""
    return Step(
        title=_("Watch until all files are away"),
        node=node,
        command=commands.volume_remove_brick(volume.name, bricks, "status"),
        driver=DRIVER,
        undo_text=_("Can be stopped at any time"),
        undo=commands.volume_remove_brick(volume.name, bricks, "stop"),
        check="volume_started same_removal",
        follow="removal",
        args=_args(volume, bricks),
        expect=ACCEPTED,
    )


def stop_step(volume: Volume, bricks: Sequence[str], node: str) -> Step:
    """End a removal without a commit."""
    return Step(
        title=_("Stop the removal"),
        node=node,
        command=commands.volume_remove_brick(volume.name, bricks, "stop"),
        driver=DRIVER,
        undo_text=_("The removal can be started again"),
        check="same_removal",
        args=_args(volume, bricks),
        expect=ACCEPTED,
    )


def commit_step(volume: Volume, bricks: Sequence[str], node: str) -> Step:
    """Take the empty bricks out of the volume."""
    return Step(
        title=_("Take the bricks out"),
        node=node,
        command=commands.volume_remove_brick(volume.name, bricks, "commit"),
        driver=DRIVER,
        risk=Risk.CAUTION,
        undo_text=_("Undo: add the bricks again"),
        check="same_removal bricks_emptied",
        args=_args(volume, bricks),
        expect=ACCEPTED,
    )


def force_step(volume: Volume, bricks: Sequence[str], node: str, check: str, replica: int = 0) -> Step:
    """Take bricks out as they are."""
    return Step(
        title=_("Take the bricks out"),
        node=node,
        command=commands.volume_remove_brick(volume.name, bricks, "force", replica=replica),
        driver=DRIVER,
        risk=Risk.DESTRUCTIVE,
        undo_text=_("No undo"),
        check=check,
        prompts=(ASKED_FORCE,),
        args=_args(volume, bricks),
        expect=ACCEPTED,
    )
