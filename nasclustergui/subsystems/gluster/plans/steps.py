"""Steps and conditions that several plans share."""

from __future__ import annotations

from nasclustergui.core.command import Command
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Risk, Step
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.model import GlusterState, PeerState, Task, TaskKind, TaskState, Volume

DRIVER = "gluster"
ACCEPTED = "<opRet>0</opRet>"  # what the exported script looks for: a refusal exits with 0 too

# The CLI's own questions, which --mode=script answers with yes
ASKED_REPLICA_2 = (
    "Replica 2 volumes are prone to split-brain. Use Arbiter or Replica 3 to avoid this. Do you still want to continue?"
)
ASKED_STOP = "Stopping volume will make its data inaccessible. Do you want to continue?"
ASKED_DELETE = "Deleting volume will erase all information about the volume. Do you want to continue?"


def lane(volume: str, work: str = "") -> str:
    """Plans of one volume wait for each other; long `work` ("rebalance", "heal") has a lane of its own beside them."""
    return f"{DRIVER}/{volume}/{work}" if work else f"{DRIVER}/{volume}"


def start_step(volume: str, node: str, check: str, *, force: bool = False, undo: Command | None = None) -> Step:
    title = _("Start missing bricks of {volume}") if force else _("Start volume {volume}")
    return Step(
        title=title.format(volume=volume),
        node=node,
        command=commands.volume_start(volume, force),
        driver=DRIVER,
        undo_text=_("Undo: stop the volume") if undo else _("Nothing to undo"),
        undo=undo,
        check=check,
        follow="bricks_up",
        args={"volume": volume},
        expect=ACCEPTED,
    )


def stop_step(volume: Volume, node: str, also: str = "") -> Step:
    return Step(
        title=_("Stop volume {volume}").format(volume=volume.name),
        node=node,
        command=commands.volume_stop(volume.name),
        driver=DRIVER,
        risk=Risk.CAUTION,
        undo_text=_("Undo: start the volume"),
        undo=commands.volume_start(volume.name),
        check=f"volume_started same_volume {also}".strip(),
        prompts=(ASKED_STOP,),
        args={"volume": volume.name, "id": volume.uuid},
        expect=ACCEPTED,
    )


def end_rebalance(volume: Volume, node: str) -> tuple[Step, ...]:
    task = running(volume)
    if task is None:
        return ()
    return (
        Step(
            title=_("Stop the rebalance of {volume}").format(volume=volume.name),
            node=node,
            command=commands.volume_rebalance(volume.name, "stop"),
            driver=DRIVER,
            undo_text=_("The rebalance can be started again"),
            check="rebalance_running",
            args={"volume": volume.name},
            expect=ACCEPTED,
        ),
    )


def rebalance_step(volume: str, node: str, fix_layout: bool) -> Step:
    title = _("New layout for {volume}") if fix_layout else _("Rebalance {volume}")
    return Step(
        title=title.format(volume=volume),
        node=node,
        command=commands.volume_rebalance(volume, "start", fix_layout),
        driver=DRIVER,
        undo_text=_("Can be stopped at any time"),
        undo=commands.volume_rebalance(volume, "stop"),
        check="volume_started no_task no_rebalance_left_over",
        follow="rebalance",
        args={"volume": volume},
        expect=ACCEPTED,
    )


def rebalance_meaning() -> Meaning:
    text = _("Files stay readable and writable. Bricks and network are busier until it is done.")
    return Meaning(Severity.BUSY, _("Files are moved until all sets are filled evenly"), text)


def loses_access(volume: Volume) -> Meaning:
    title = _("Clients lose access to all files of {volume}").format(volume=volume.name)
    return Meaning(Severity.CRITICAL, title, _("Programs that have files open there get errors."))


def running(volume: Volume) -> Task | None:
    kinds = (TaskKind.REBALANCE, TaskKind.FIX_LAYOUT)
    return next((t for t in volume.tasks if t.state is TaskState.RUNNING and t.kind in kinds), None)


def refuse_tasks(volume: Volume) -> None:
    if running(volume):
        raise InvalidInput(
            _("A rebalance of {volume} is running.").format(volume=volume.name),
            hint=_("Wait until it has finished, or stop it."),
        )
    refuse_removal(volume)


def refuse_removal(volume: Volume) -> None:
    # whatever its state: "not started" is one whose nodes are away; gluster forgets it once it is stopped or committed
    if any(task.kind is TaskKind.REMOVE_BRICK for task in volume.tasks):
        raise InvalidInput(
            _("Bricks of {volume} are being removed.").format(volume=volume.name),
            hint=_("Commit or stop the removal first."),
        )


def chosen_node(state: GlusterState) -> str:
    """Where the commands run: the node that answered last, else any connected one of the profile."""
    connected = [peer.node for peer in state.peers if peer.node and peer.state is PeerState.CONNECTED]
    node = state.asked or next(iter(connected), "")
    if not node:
        raise InvalidInput(
            _("No node of the profile is a connected member of the pool."), hint=_("Connect to the cluster first.")
        )
    return node
