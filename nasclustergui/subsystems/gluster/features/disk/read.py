"""Finds the bricks of a volume that failed, and how far a replacement got."""

from __future__ import annotations

from dataclasses import dataclass

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.commands.volumes import split_brick
from nasclustergui.subsystems.gluster.features.bricks.copies import OnlyCopy, only_good_copies, read_pending
from nasclustergui.subsystems.gluster.features.disk.judge import diagnose
from nasclustergui.subsystems.gluster.features.disk.look import look, look_at
from nasclustergui.subsystems.gluster.features.disk.model import Diagnosis, Ground, Trouble
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.layout import BrickSpec
from nasclustergui.subsystems.gluster.model import GlusterState, Volume
from nasclustergui.subsystems.gluster.names import check_brick_path, check_host


@dataclass(frozen=True)
class Findings:
    """All bricks of a volume, in its order.

    Attributes:
        state: the pool when it was looked at.
        asked: the bricks of which it was found out whether they may go: those that failed, and the one asked about.
        only: brick → why it must not go: nobody else has what it holds.
    """

    state: GlusterState
    volume: Volume
    bricks: tuple[Diagnosis, ...]
    only: dict[str, OnlyCopy]
    asked: frozenset[str] = frozenset()

    @property
    def failed(self) -> tuple[Diagnosis, ...]:
        """The bricks that need something, the worst first."""
        order = list(Trouble)
        bad = [one for one in self.bricks if one.failed or one.online is False]
        return tuple(sorted(bad, key=lambda one: -order.index(one.trouble)))

    def of(self, brick: str) -> Diagnosis | None:
        """The diagnosis of that brick."""
        return next((one for one in self.bricks if one.brick == brick), None)

    @property
    def healing(self) -> bool:
        """True if every brick runs and something waits for a heal: the replacement is done, the heal isn't."""
        up = all(brick.online for brick in self.volume.bricks)
        return up and not self.failed and bool(self.volume.heal_pending)


def find(pool: Pool, volume: str, job: Job, about: str = "") -> Findings:
    """Look at all bricks of the volume. `about`: a brick that may be replaced although it is well.

    Raises InvalidInput if there is no such volume, a NasError if gluster can't be asked. Nodes that can't be asked
    are in the diagnoses.
    """
    job.report(_("Asking gluster and the nodes about the bricks of {volume}").format(volume=volume))
    state = pool.read(job)
    found = state.volume(volume)
    if found is None:
        raise InvalidInput(_("There is no volume {volume}.").format(volume=volume), field="volume")
    wanted: dict[str, list[str]] = {}
    for brick in found.bricks:
        wanted.setdefault(brick.node or brick.host, []).append(brick.path)
    grounds = look(pool, wanted, job)
    seen = [
        diagnose(state, found, brick, grounds.get((brick.node or brick.host, brick.path), Ground("", brick.path)))
        for brick in found.bricks
    ]
    victims = [one.brick for one in seen if one.failed or one.online is False or one.brick == about]
    return Findings(state, found, tuple(seen), _only(pool, found, victims, job), frozenset(victims))


def _only(pool: Pool, volume: Volume, victims: list[str], job: Job) -> dict[str, OnlyCopy]:
    """Each brick is judged alone: one is replaced at a time."""
    if not victims:
        return {}
    pending = read_pending(pool, volume, job)
    found = (only_good_copies(volume, [victim], pending) for victim in victims)
    return {only[0].brick: only[0] for only in found if only}


def look_at_place(pool: Pool, state: GlusterState, brick: str, job: Job) -> tuple[BrickSpec, Ground]:
    """A brick to be ("node4:/bricks/d2/data") and what lies there.

    Raises InvalidInput for what is no brick or lies on a node that the profile doesn't know, a NasError if that node
    can't be asked.
    """
    try:
        host, path = split_brick(brick)
    except ValueError as error:
        raise InvalidInput(f"{error}.", field="brick", hint=_("Write bricks as NODE:/PATH.")) from error
    check_host(host)
    check_brick_path(path)
    node = next((peer.node for peer in state.peers if host in peer.hostnames), "")
    if not node:
        raise InvalidInput(
            _("{host} is no node of this profile that belongs to the pool.").format(host=host),
            field="host",
            hint=_("Its disk has to be looked at first, so it must be a node that this program can log in to."),
        )
    ground = look_at(pool, node, path, job)
    mount = ground.mount.point if ground.mount else ""
    return BrickSpec(host, path, node, mount=mount, size=ground.size, free=ground.free), ground
