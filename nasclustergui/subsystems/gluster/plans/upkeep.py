"""Plans that rebalance and heal volumes."""

from __future__ import annotations

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning, Plan, Step
from nasclustergui.core.units import count
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.model import (
    GlusterState,
    PeerState,
    Volume,
    VolumeStatus,
    VolumeType,
)
from nasclustergui.subsystems.gluster.plans.steps import (
    DRIVER,
    chosen_node,
    end_rebalance,
    lane,
    rebalance_meaning,
    rebalance_step,
    refuse_tasks,
    running,
    start_step,
)


def plan_rebalance(volume: Volume, state: GlusterState, cluster: str, fix_layout: bool = False) -> Plan:
    """Spread the files evenly over all sets, or only let new files use new sets (`fix_layout`)."""
    if volume.status is not VolumeStatus.STARTED:
        raise InvalidInput(_("Volume {volume} is not started.").format(volume=volume.name), hint=_("Start it first."))
    if len(volume.sets) < 2:
        raise InvalidInput(
            _("Volume {volume} has only one set of bricks: there is nothing to rebalance.").format(volume=volume.name),
            hint=_("Add a set of bricks first."),
        )
    refuse_tasks(volume)
    return Plan(
        title=(_("New layout for {volume}") if fix_layout else _("Rebalance {volume}")).format(volume=volume.name),
        cluster=cluster,
        steps=(rebalance_step(volume.name, chosen_node(state), fix_layout),),
        meaning=(
            Meaning(Severity.INFO, _("New files use all sets; existing files stay where they are"))
            if fix_layout
            else rebalance_meaning(),
            *_away(volume),
        ),
        undo=_("Stopping it leaves every file where it is at that moment; none is lost."),
        confirm=volume.name,
        lane=lane(volume.name, "rebalance"),
        cancel_effect=_("The rebalance is stopped. Files that were moved stay at their new place."),
        icon="arrow-left-right",
    )


def _away(volume: Volume) -> tuple[Meaning, ...]:
    down = [brick.name for brick in volume.bricks if brick.online is False]
    if not down:
        return ()
    text = _("Files on sets that can't be reached are not moved, and the rebalance may fail: {bricks}")
    return (Meaning(Severity.WARN, _("Bricks are down"), text.format(bricks=", ".join(down))),)


def plan_rebalance_stop(volume: Volume, state: GlusterState, cluster: str) -> Plan:
    """Stop a running rebalance."""
    if running(volume) is None:
        raise InvalidInput(_("Volume {volume} has no running rebalance.").format(volume=volume.name))
    return Plan(
        title=_("Stop the rebalance of {volume}").format(volume=volume.name),
        cluster=cluster,
        steps=end_rebalance(volume, chosen_node(state)),
        meaning=(Meaning(Severity.INFO, _("Files that were moved stay at their new place; none is lost")),),
        undo=_("Start the rebalance again: it begins anew and skips what is in place."),
        confirm=volume.name,
        lane=lane(volume.name),
        seconds=2.0,
        cancel_effect=_("The rebalance may have been stopped already."),
        icon="circle-stop",
    )


def plan_heal(volume: Volume, state: GlusterState, cluster: str, full: bool = False) -> Plan:
    """Heal what is known to differ, or with `full` compare everything. Missing bricks of living peers start first."""
    if volume.type is VolumeType.DISTRIBUTE:
        raise InvalidInput(
            _("Volume {volume} keeps every file once: there is nothing to heal from.").format(volume=volume.name)
        )
    if volume.status is not VolumeStatus.STARTED:
        raise InvalidInput(_("Volume {volume} is not started.").format(volume=volume.name), hint=_("Start it first."))
    node = chosen_node(state)
    absent = {peer.uuid for peer in state.peers if peer.state is PeerState.DISCONNECTED}
    down = [brick for brick in volume.bricks if brick.online is False]
    revive = [brick for brick in down if brick.host_uuid not in absent]
    heal = Step(
        title=(_("Heal all files of {volume}") if full else _("Heal {volume}")).format(volume=volume.name),
        node=node,
        command=commands.volume_heal(volume.name, full),
        driver=DRIVER,
        undo_text=_("Nothing to undo"),
        check="volume_started",
        follow="heal",
        args={"volume": volume.name, "full": "yes" if full else ""},
        expect="successful",
    )
    first = (start_step(volume.name, node, "volume_started", force=True),) if revive else ()
    return Plan(
        title=heal.title,
        cluster=cluster,
        steps=(*first, heal),
        meaning=_heal_meaning(volume, full, [brick.name for brick in down]),
        undo=_("Healing only makes copies equal; there is nothing to take back."),
        confirm=volume.name,
        lane=lane(volume.name, "heal"),
        cancel_effect=_("Healing goes on by itself in the cluster; only the watching ends."),
        icon="heart-pulse",
    )


def _heal_meaning(volume: Volume, full: bool, down: list[str]) -> tuple[Meaning, ...]:
    said = []
    if down:
        text = _("What they lack can only be healed once they are back: {bricks}").format(bricks=", ".join(down))
        said.append(Meaning(Severity.WARN, _("Bricks are down"), text))
    pending = volume.heal_pending
    if full:
        text = _("This reads the whole volume and takes long; the bricks are busier meanwhile.")
        said.append(Meaning(Severity.BUSY, _("Every file is compared, also those that nobody knows to differ"), text))
    elif pending:
        title = ngettext("{n} entry waits for a heal", "{n} entries wait for a heal", pending)
        said.append(Meaning(Severity.BUSY, title.format(n=count(pending)), _("Clients go on meanwhile.")))
    else:
        said.append(Meaning(Severity.INFO, _("As far as is known nothing waits for a heal")))
    return tuple(said)
