"""Plans about the self-heal daemon; heals themselves are in `gluster.plans`."""

from __future__ import annotations

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan, Step
from nasclustergui.subsystems.gluster.features.heal.commands import heal_switch
from nasclustergui.subsystems.gluster.features.heal.model import daemon_off, daemon_option, heals
from nasclustergui.subsystems.gluster.model import GlusterState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.plans.steps import DRIVER, chosen_node, lane


def plan_enable(volume: Volume, state: GlusterState, cluster: str) -> Plan:
    """Switch the self-heal daemon on. Raises InvalidInput where it is on, or there is nothing to heal."""
    if not heals(volume):
        raise InvalidInput(
            _("Volume {volume} keeps every file once: there is nothing to heal from.").format(volume=volume.name)
        )
    if volume.status is not VolumeStatus.STARTED:
        raise InvalidInput(_("Volume {volume} is not started.").format(volume=volume.name), hint=_("Start it first."))
    if not daemon_off(volume):
        raise InvalidInput(_("The self-heal daemon is on for {volume} already.").format(volume=volume.name))
    before = volume.options[daemon_option(volume)]
    title = _("Switch self-healing of {volume} on").format(volume=volume.name)
    return Plan(
        title=title,
        cluster=cluster,
        steps=(
            Step(
                title=title,
                node=chosen_node(state),
                command=heal_switch(volume.name, True),
                driver=DRIVER,
                undo_text=_("Undo: switch it off"),
                undo=heal_switch(volume.name, False),
                check="volume_started same_volume",
                args={"volume": volume.name, "id": volume.uuid},
                expect="successful",
            ),
        ),
        meaning=(
            Meaning(
                Severity.BUSY,
                _("What waits for a heal is healed by itself again"),
                _("The bricks are busier until that is done. Clients go on meanwhile."),
            ),
            Meaning(
                Severity.INFO,
                _("Sets {option} from “{before}” to “enable”").format(option=daemon_option(volume), before=before),
                _("If somebody switched it off on purpose (for maintenance), ask first."),
            ),
        ),
        undo=_("Switch it off again: gluster volume heal {volume} disable.").format(volume=volume.name),
        confirm=volume.name,
        lane=lane(volume.name),
        seconds=2.0,
        cancel_effect=_("It may have been switched on already."),
        icon="heart-pulse",
    )
