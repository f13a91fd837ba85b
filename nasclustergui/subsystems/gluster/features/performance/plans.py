"""Plans that start and stop profiling, and that forget what `top` has counted. Pure."""

from __future__ import annotations

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan, Step
from nasclustergui.subsystems.gluster.features.performance import commands
from nasclustergui.subsystems.gluster.features.performance.model import is_profiled
from nasclustergui.subsystems.gluster.model import GlusterState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.plans.steps import ACCEPTED, DRIVER, chosen_node, lane


def plan_profile(volume: Volume, on: bool, state: GlusterState, cluster: str) -> Plan:
    """Start or stop timing every operation of the volume's bricks."""
    if on:
        _check_started(volume)
    if on == is_profiled(volume):
        text = _("{volume} is profiled already.") if on else _("{volume} is not profiled.")
        raise InvalidInput(text.format(volume=volume.name))
    title = (_("Start profiling {volume}") if on else _("Stop profiling {volume}")).format(volume=volume.name)
    step = Step(
        title=title,
        node=chosen_node(state),
        command=commands.profile(volume.name, "start" if on else "stop"),
        driver=DRIVER,
        undo_text=_("Undo: stop it") if on else _("Can be started again"),
        undo=commands.profile(volume.name, "stop") if on else None,
        check="volume_started same_volume" if on else "same_volume",
        args={"volume": volume.name, "id": volume.uuid},
        expect=ACCEPTED,
    )
    if on:
        text = _("That costs some speed, most where there are many small operations. Stop it afterwards.")
        meaning = (
            Meaning(Severity.INFO, _("Every operation on the bricks is counted and timed"), text),
            Meaning(Severity.OK, _("Clients go on; no file is touched")),
        )
    else:
        meaning = (
            Meaning(Severity.INFO, _("The numbers counted so far are forgotten")),
            Meaning(Severity.OK, _("The bricks time nothing any more")),
        )
    return _plan(title, volume, step, meaning, cluster, _("Stop it again.") if on else _("Start it again."))


def plan_top_clear(volume: Volume, state: GlusterState, cluster: str) -> Plan:
    """Forget how often files were used."""
    _check_started(volume)
    title = _("Count the busiest files of {volume} anew").format(volume=volume.name)
    step = Step(
        title=title,
        node=chosen_node(state),
        command=commands.top_clear(volume.name),
        driver=DRIVER,
        undo_text=_("No undo"),
        check="volume_started same_volume",
        args={"volume": volume.name, "id": volume.uuid},
        expect="Cleared stats",
    )
    meaning = (Meaning(Severity.INFO, _("The counts so far are forgotten on every brick; files are not touched")),)
    return _plan(title, volume, step, meaning, cluster, _("The old counts cannot be brought back."))


def _plan(title: str, volume: Volume, step: Step, meaning: tuple[Meaning, ...], cluster: str, undo: str) -> Plan:
    return Plan(
        title=title,
        cluster=cluster,
        steps=(step,),
        meaning=meaning,
        undo=undo,
        confirm=volume.name,
        lane=lane(volume.name),
        seconds=2.0,
        cancel_effect=_("It may have been done already."),
        icon="activity",
    )


def _check_started(volume: Volume) -> None:
    if volume.status is not VolumeStatus.STARTED:
        raise InvalidInput(_("Volume {volume} is not started.").format(volume=volume.name), hint=_("Start it first."))
