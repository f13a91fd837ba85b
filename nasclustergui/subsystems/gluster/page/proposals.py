"""From a click to a plan: directly, or through the dialogs in which disks are put into sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from nasclustergui.core.disks import Disk
from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Plan
from nasclustergui.subsystems.gluster import plans
from nasclustergui.subsystems.gluster.audience import Audience
from nasclustergui.subsystems.gluster.dialogs.add_bricks import AddBricksDialog, Wish
from nasclustergui.subsystems.gluster.dialogs.create_volume import CreateVolumeDialog, Wanted
from nasclustergui.subsystems.gluster.dialogs.ground import Found
from nasclustergui.subsystems.gluster.features.places.plans import set_aside
from nasclustergui.subsystems.gluster.features.places.read import look
from nasclustergui.subsystems.gluster.layout import BrickSpec, VolumeSpec
from nasclustergui.subsystems.gluster.model import GlusterState, Peer, PeerState, Volume
from nasclustergui.subsystems.gluster.page.asking import ClientsFirst
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.offers import Action
from nasclustergui.subsystems.gluster.placement import brick_on

Failed = Callable[[NasError], object]


class Proposals(QObject):
    """Makes plans of what is asked; keeps what was arranged in a dialog until its volume exists.

    Signals:
        proposed: core.plan.Plan. refused: NasError.
    """

    proposed = Signal(object)
    refused = Signal(object)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._cluster, self._profile = desk, desk.cluster, desk.profile
        self._state = GlusterState()
        self._disks: tuple[Disk, ...] = ()
        self.creating: CreateVolumeDialog | None = None
        self.adding: AddBricksDialog | None = None
        self.clients = ClientsFirst(desk, self)

    def set_state(self, state: GlusterState) -> None:
        """Plans are made from this state."""
        self._state = state
        if self.creating is not None and self.creating.isHidden() and self._was_created(self.creating):
            self._forget_creating()
        if self.adding is not None and self.adding.isHidden() and self._was_added(self.adding):
            self._forget_adding()
        self._feed()

    def set_disks(self, disks: tuple[Disk, ...]) -> None:
        """Places for bricks."""
        self._disks = disks
        self._feed()

    def _feed(self) -> None:
        names = [volume.name for volume in self._state.volumes]
        bricks = [f"{b.node or b.host}:{b.path}" for volume in self._state.volumes for b in volume.bricks]
        disks = offered(self._disks, self._state)
        if self.creating is not None:
            self.creating.set_names(names)
        for dialog in (self.creating, self.adding):
            if dialog is not None:
                dialog.ground.set_volumes(self._state.volumes)
                dialog.set_bricks(bricks)
                dialog.set_disks(disks)

    # ---- without a dialog

    def propose(self, action: Action, volume: Volume, window: QWidget) -> None:
        """Emit the plan of an action, or open its dialog, or emit why there is none."""
        if action is Action.ADD_BRICKS:
            self.add_bricks(volume, window)
            return
        plan = self._try(action, volume)
        if plan is not None and action in (Action.STOP, Action.DELETE):
            self.clients.ask(volume, lambda found: self._tell(self._try(action, volume, found)))
        else:
            self._tell(plan)

    def _tell(self, plan: Plan | None) -> None:
        if plan is not None:
            self.proposed.emit(plan)

    def _try(self, action: Action, volume: Volume, found: Audience | None = None) -> Plan | None:
        """The plan, None where something forbids it, which is told. `found`: who uses the volume."""
        try:
            return self._plan(action, volume, found)
        except NasError as error:
            self.refused.emit(error)
            return None

    def _plan(self, action: Action, volume: Volume, found: Audience | None = None) -> Plan:
        state, cluster = self._state, self._cluster
        match action:
            case Action.START:
                return plans.plan_start(volume, state, cluster)
            case Action.RESTART_BRICKS:
                return plans.plan_start(volume, state, cluster, force=True)
            case Action.STOP:
                return plans.plan_stop(volume, state, cluster, found)
            case Action.DELETE:
                return plans.plan_delete(volume, state, cluster, found)
            case Action.REBALANCE:
                return plans.plan_rebalance(volume, state, cluster)
            case Action.FIX_LAYOUT:
                return plans.plan_rebalance(volume, state, cluster, fix_layout=True)
            case Action.REBALANCE_STOP:
                return plans.plan_rebalance_stop(volume, state, cluster)
            case Action.HEAL:
                return plans.plan_heal(volume, state, cluster)
            case Action.HEAL_FULL:
                return plans.plan_heal(volume, state, cluster, full=True)
        raise ValueError(action)

    # ---- with a dialog

    def create_volume(self, window: QWidget) -> CreateVolumeDialog:
        """Open the dialog; what was arranged before and not created yet is still there."""
        if self.creating is None:
            self.creating = CreateVolumeDialog(self._plan_create, self._profile, window)
            self.creating.plan_ready.connect(self.proposed)
            self.creating.discarded.connect(self._forget_creating)
            if self._desk.connected:
                self.creating.ground.set_look(self._look)
        self.creating.ground.forget()
        self._feed()
        self.creating.open()
        return self.creating

    def add_bricks(self, volume: Volume, window: QWidget) -> AddBricksDialog:
        """Open the dialog for that volume."""
        if self.adding is not None and self.adding.volume.uuid != volume.uuid:
            self._forget_adding()
        if self.adding is None:
            self.adding = AddBricksDialog(volume, self._plan_add, self._profile, window)
            self.adding.plan_ready.connect(self.proposed)
            self.adding.discarded.connect(self._forget_adding)
            if self._desk.connected:
                self.adding.ground.set_look(self._look)
        self.adding.ground.forget()
        self._feed()
        self.adding.open()
        return self.adding

    def _plan_create(self, wanted: Wanted) -> Plan:
        shape = wanted.shape
        spec = VolumeSpec(
            wanted.name,
            shape.type,
            self._bricks(wanted.name, wanted.bricks),
            set_size=shape.size,
            redundancy=shape.redundancy,
            force=wanted.force,
        )
        return set_aside(plans.plan_create_volume(spec, self._state, self._cluster), wanted.aside)

    def _look(self, wanted: Mapping[str, Sequence[str]], done: Callable[[Found], object], failed: Failed) -> None:
        self._desk.read(self, lambda pool, job: look(pool, wanted, job), done, failed)

    def _plan_add(self, wish: Wish) -> Plan:
        now = self._state.volume(wish.volume.name) or wish.volume
        bricks = self._bricks(now.name, wish.bricks)
        state, cluster = self._state, self._cluster
        plan = plans.plan_add_brick(now, bricks, state, cluster, rebalance=wish.rebalance, force=wish.force)
        return set_aside(plan, wish.aside)

    def _bricks(self, volume: str, chosen: tuple[tuple[Disk, str], ...]) -> tuple[BrickSpec, ...]:
        return tuple(replace(brick_on(disk, volume, self._state), path=path) for disk, path in chosen)

    def _was_created(self, dialog: CreateVolumeDialog) -> bool:
        return self._state.volume(dialog.form.volume_name()) is not None

    def _was_added(self, dialog: AddBricksDialog) -> bool:
        now = self._state.volume(dialog.volume.name)
        return now is None or len(now.bricks) != len(dialog.volume.bricks)

    def _forget_creating(self) -> None:
        if self.creating is not None:
            self.creating.deleteLater()
            self.creating = None

    def _forget_adding(self) -> None:
        if self.adding is not None:
            self.adding.deleteLater()
            self.adding = None


def offered(disks: tuple[Disk, ...], state: GlusterState) -> tuple[Disk, ...]:
    """The disks; those on nodes that can't take a brick now say why."""
    peers = {peer.node: peer for peer in state.peers if peer.node}
    return tuple(_offered(disk, peers.get(disk.node)) for disk in disks)


def _offered(disk: Disk, peer: Peer | None) -> Disk:
    if disk.problem:
        return disk
    if peer is None:
        return replace(disk, problem=_("its node is not in the pool"))
    if peer.state is not PeerState.CONNECTED:
        return replace(disk, problem=_("its peer is not connected"))
    return disk
