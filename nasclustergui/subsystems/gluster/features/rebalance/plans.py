"""Plans about a rebalance that runs or was left behind: watch it, wait for a node, end its part, clear it by force."""

from __future__ import annotations

from collections.abc import Sequence

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.subsystems.gluster import commands as gluster
from nasclustergui.subsystems.gluster.features.rebalance import commands
from nasclustergui.subsystems.gluster.features.rebalance.model import under_way
from nasclustergui.subsystems.gluster.model import GlusterState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.plans.steps import (
    ACCEPTED,
    ASKED_STOP,
    DRIVER,
    chosen_node,
    lane,
    loses_access,
    rebalance_meaning,
    rebalance_step,
    refuse_tasks,
    start_step,
)
from nasclustergui.subsystems.gluster.quorum import Access, set_access

LEFT_OVER = "rebalance_left_over"


def plan_watch(volume: Volume, state: GlusterState, cluster: str) -> Plan:
    """Follow a rebalance that runs already, as a job: its only command reads."""
    task = under_way(volume)
    if task is None:
        raise InvalidInput(_("Volume {volume} has no running rebalance.").format(volume=volume.name))
    step = Step(
        title=_("Watch the rebalance of {volume}").format(volume=volume.name),
        node=chosen_node(state),
        command=gluster.volume_rebalance(volume.name, "status"),
        driver=DRIVER,
        undo_text=_("Only reads"),
        check="volume_started",
        follow="rebalance",
        args={"volume": volume.name},
        expect=ACCEPTED,
    )
    return Plan(
        title=step.title,
        cluster=cluster,
        steps=(step,),
        meaning=(Meaning(Severity.INFO, _("Nothing is changed; the job shows how far it is, and how it ends")),),
        undo=_("There is nothing to take back."),
        lane=lane(volume.name, "rebalance"),
        cancel_effect=_("Only the watching ends; the rebalance goes on."),
        icon="arrow-left-right",
    )


def plan_wait(volume: Volume, nodes: Sequence[str], state: GlusterState, cluster: str, again: bool = True) -> Plan:
    """Wait until the nodes have ended the parts that only they know of; then, with `again`, rebalance anew."""
    _check(volume, nodes, again)
    waits = tuple(_wait_step(volume, node) for node in nodes)
    last = (rebalance_step(volume.name, chosen_node(state), fix_layout=False),) if again else ()
    names = ", ".join(nodes)
    title = _("Wait for {nodes}, then rebalance {volume}") if again else _("Wait for the rebalance on {nodes}")
    return Plan(
        title=title.format(nodes=names, volume=volume.name),
        cluster=cluster,
        steps=(*waits, *last),
        meaning=(
            Meaning(
                Severity.BUSY,
                _("{nodes} moves its own part to the end first").format(nodes=names),
                _("How far it is nobody can tell. Files stay readable and writable all the time."),
            ),
            *((rebalance_meaning(),) if again else ()),
        ),
        undo=_("Stopping it leaves every file where it is at that moment; none is lost."),
        lane=lane(volume.name, "rebalance"),
        cancel_effect=_("Only the waiting ends; {nodes} goes on.").format(nodes=names),
        icon="hourglass",
    )


def plan_end(volume: Volume, nodes: Sequence[str], state: GlusterState, cluster: str, again: bool = True) -> Plan:
    """End the parts that only these nodes know of; then, with `again`, rebalance anew."""
    _check(volume, nodes, again)
    ends = tuple(_end_step(volume, node) for node in nodes)
    last = (rebalance_step(volume.name, chosen_node(state), fix_layout=False),) if again else ()
    names = ", ".join(nodes)
    title = _("End the rebalance left on {nodes} and start anew") if again else _("End the rebalance left on {nodes}")
    return Plan(
        title=title.format(nodes=names),
        cluster=cluster,
        steps=(*ends, *last),
        meaning=(
            Meaning(
                Severity.BUSY,
                ngettext(
                    "The process on {nodes} is ended; files that it moved stay at their new place",
                    "The processes on {nodes} are ended; files that they moved stay at their new place",
                    len(nodes),
                ).format(nodes=names),
                _("A file that is being copied stays whole where it was. Clients notice nothing."),
            ),
            *((rebalance_meaning(),) if again else ()),
        ),
        undo=_("Start the rebalance again: it begins anew and skips what is in place."),
        confirm=volume.name,
        lane=lane(volume.name, "rebalance"),
        cancel_effect=_("What was ended stays ended. A rebalance that was started is stopped."),
        icon="circle-stop",
    )


def plan_restart(volume: Volume, nodes: Sequence[str], state: GlusterState, cluster: str) -> Plan:
    """Restart glusterd where it holds on to a rebalance without a process; then rebalance anew."""
    _check(volume, nodes, again=True)
    names = ", ".join(nodes)
    steps = tuple(_restart_step(volume, node) for node in nodes)
    return Plan(
        title=_("Restart glusterd on {nodes}, then rebalance {volume}").format(nodes=names, volume=volume.name),
        cluster=cluster,
        steps=(*steps, rebalance_step(volume.name, chosen_node(state), fix_layout=False)),
        meaning=(*_brick_gaps(state, nodes), rebalance_meaning()),
        undo=_("glusterd starts its bricks again by itself; there is nothing to take back."),
        confirm=volume.name,
        lane=lane(volume.name, "rebalance"),
        cancel_effect=_("glusterd stays up. A rebalance that was started is stopped."),
        icon="rotate-cw",
    )


def _brick_gaps(state: GlusterState, nodes: Sequence[str]) -> tuple[Meaning, ...]:
    """What clients notice while the bricks of these nodes restart (Debian's unit takes them along)."""
    gone = [(v.name, lost_sets(v, nodes)) for v in state.volumes if v.status is VolumeStatus.STARTED]
    hurt = [name for name, lost in gone if lost]
    text = _("On Debian and Ubuntu the node's bricks restart with glusterd, one to three seconds each.")
    if not hurt:
        return (Meaning(Severity.INFO, _("Clients go on with the copies on other nodes"), text),)
    title = _("For some seconds clients cannot reach a part of the files of {volumes}").format(volumes=", ".join(hurt))
    return (Meaning(Severity.WARN, title, text),)


def lost_sets(volume: Volume, nodes: Sequence[str]) -> int:
    """Sets that clients cannot use while the bricks on these nodes are down."""
    return sum(
        set_access(volume, [brick.node not in nodes for brick in group]) is not Access.FULL for group in volume.sets
    )


def plan_clear_by_force(volume: Volume, state: GlusterState, cluster: str) -> Plan:
    """The last resort where gluster says “already started” and no process can be ended: stop and start the volume."""
    if volume.status is not VolumeStatus.STARTED:
        raise InvalidInput(_("Volume {volume} is not started.").format(volume=volume.name))
    if under_way(volume) is not None:
        raise InvalidInput(
            _("A rebalance of {volume} is running.").format(volume=volume.name),
            hint=_("Stop it; that needs no force."),
        )
    node = chosen_node(state)
    stop = Step(
        title=_("Stop volume {volume} by force").format(volume=volume.name),
        node=node,
        command=gluster.volume_stop(volume.name, force=True),
        driver=DRIVER,
        risk=Risk.CAUTION,
        undo_text=_("Undo: start the volume"),
        undo=gluster.volume_start(volume.name),
        check="volume_started same_volume no_task",
        prompts=(ASKED_STOP,),
        args={"volume": volume.name, "id": volume.uuid},
        expect=ACCEPTED,
    )
    text = _("For some seconds, until it is started again. It forgets the rebalance that hangs.")
    return Plan(
        title=_("Stop and start {volume} to clear its rebalance").format(volume=volume.name),
        cluster=cluster,
        steps=(stop, start_step(volume.name, node, "same_volume volume_not_started", force=False)),
        meaning=(loses_access(volume), Meaning(Severity.WARN, _("The volume is away between both steps"), text)),
        undo=_("If the start fails, start the volume again; its files are untouched."),
        confirm=volume.name,
        lane=lane(volume.name),
        seconds=5.0,
        cancel_effect=_("Cancelled after the stop, the volume is started again."),
        icon="rotate-cw",
        rollback=True,
    )


def _wait_step(volume: Volume, node: str) -> Step:
    return Step(
        title=_("Wait until {node} has moved its part of {volume}").format(node=node, volume=volume.name),
        node=node,
        command=commands.look(volume.name),
        driver=DRIVER,
        undo_text=_("Only reads"),
        check="volume_exists",
        follow=LEFT_OVER,
        args={"volume": volume.name, "node": node},
    )


def _end_step(volume: Volume, node: str) -> Step:
    return Step(
        title=_("End the rebalance of {volume} on {node}").format(node=node, volume=volume.name),
        node=node,
        command=commands.end_process(volume.name),
        driver=DRIVER,
        risk=Risk.CAUTION,
        undo_text=_("The rebalance can be started again"),
        check=f"same_volume no_task {LEFT_OVER}",
        args={"volume": volume.name, "id": volume.uuid, "node": node},
    )


def _restart_step(volume: Volume, node: str) -> Step:
    return Step(
        title=_("Restart glusterd on {node}").format(node=node),
        node=node,
        command=commands.restart_glusterd(),
        driver=DRIVER,
        risk=Risk.CAUTION,
        undo_text=_("Nothing to undo"),
        check="same_volume no_task no_rebalance_left_over",
        follow="bricks_up",
        args={"volume": volume.name, "id": volume.uuid},
    )


def _check(volume: Volume, nodes: Sequence[str], again: bool) -> None:
    if not nodes:
        raise InvalidInput(_("No node goes on with a rebalance of {volume} by itself.").format(volume=volume.name))
    if again and volume.status is VolumeStatus.STARTED:
        refuse_tasks(volume)
