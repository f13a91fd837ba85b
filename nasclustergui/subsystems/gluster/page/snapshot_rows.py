"""The rows of the snapshots: volumes with their schedules and snapshots below them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nasclustergui.core.i18n import _
from nasclustergui.core.units import DASH, clock
from nasclustergui.subsystems.gluster.features.snapshots.model import BrickGround, Known, Snapshot, possible
from nasclustergui.subsystems.gluster.features.snapshots.schedule import Period, Standing
from nasclustergui.subsystems.gluster.features.snapshots.scheduling import day_names
from nasclustergui.subsystems.gluster.model import GlusterState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.page.words import Said
from nasclustergui.ui.cell import Cell, Row
from nasclustergui.ui.states import SEVERITY
from nasclustergui.ui.tree import Tree

LAST = 99  # rank of what needs no eye: stays in its natural order


@dataclass(frozen=True)
class Ground:
    """What was read from the nodes, more slowly than the snapshots themselves.

    Attributes:
        grounds: volume → what its bricks lie on. standings: the schedules.
    """

    grounds: Mapping[str, tuple[BrickGround, ...]] = field(default_factory=dict)
    standings: tuple[Standing, ...] = ()

    def of(self, volume: str) -> tuple[Standing, ...]:
        """The volume's schedules."""
        return tuple(standing for standing in self.standings if standing.volume == volume)


def snapshot_tree() -> Tree:
    """The table, still empty."""
    return Tree(
        [
            (_("Volume, schedule, snapshot"), -1),
            (_("State"), 150),
            (_("Taken"), 116),
            (_("Number"), 108),
            (_("About"), 290),
        ],
        right=(3,),
        drop={4: 900, 3: 700},
        name=_("Volumes and their snapshots"),
    )


def snapshot_rows(state: GlusterState, known: Known, ground: Ground, stale: bool = False) -> list[Row]:
    """A row per volume; snapshots of volumes that are gone stand below their name, too."""
    names = {volume.name for volume in state.volumes}
    lost = sorted({snapshot.volume for snapshot in known.snapshots} - names)
    rows = [_volume(volume.name, volume, known, ground, stale) for volume in state.volumes]
    return rows + [_volume(name, None, known, ground, stale) for name in lost]


def volume_said(volume: Volume | None, name: str, known: Known, ground: Ground) -> Said:
    """Whether a snapshot could be taken now."""
    if volume is None:
        return Said("unknown", _("Volume gone"))
    if any(standing_said(standing).state == "critical" for standing in ground.of(name)):
        return Said("critical", _("Schedule failed"))
    can = possible(ground.grounds.get(name, ()))
    if can is False:
        return Said("stopped", _("Not possible"))
    if len(known.of(name)) >= known.config.limit(name):
        return Said("warn", _("Limit reached"))
    if volume.status is not VolumeStatus.STARTED:
        return Said("stopped", _("Stopped"))
    if can is None:
        return Said("unknown", _("Not known"))
    return Said("ok", _("Possible"))


def standing_said(standing: Standing) -> Said:
    """How a schedule stands, worst first."""
    last = standing.last
    if any(node.running for node in standing.on):
        return Said("busy", _("Taking"))
    if last is not None and last.outcome == "failed":
        return Said("critical", _("Failed"))
    if not standing.active:
        return Said("warn", _("Off"))
    if not standing.same:
        return Said("warn", _("Nodes differ"))
    if last is None:
        return Said("stopped", _("Not run yet"))
    return Said("ok", _("Taken"))


def standing_name(standing: Standing) -> str:
    """ "Daily at 02:00"."""
    schedule = standing.schedule
    if schedule is None:
        names = {Period.HOURLY: _("Hourly"), Period.DAILY: _("Daily"), Period.WEEKLY: _("Weekly")}
        return names[standing.period]
    at = f"{schedule.hour:02}:{schedule.minute:02}"
    match schedule.period:
        case Period.HOURLY:
            return _("Hourly at minute {minute}").format(minute=schedule.minute)
        case Period.DAILY:
            return _("Daily at {time}").format(time=at)
        case Period.WEEKLY:
            return _("{day} at {time}").format(day=day_names()[schedule.day], time=at)


def standing_about(standing: Standing) -> str:
    """What the last run said, or when the next one is."""
    last = standing.last
    if last is not None and last.outcome == "failed":
        return f"{last.node}: {last.text}"
    parts = []
    if standing.next_at is not None:
        parts.append(_("next {time}").format(time=clock(standing.next_at)))
    if last is not None and last.outcome == "taken":
        parts.append(_("taken by {node}").format(node=last.node))
    if standing.without or standing.unread:
        absent = ", ".join([*standing.without, *(node for node, _why in standing.unread)])
        parts.append(_("not on {nodes}").format(nodes=absent))
    return " · ".join(parts)


def _volume(name: str, volume: Volume | None, known: Known, ground: Ground, stale: bool) -> Row:
    said = volume_said(volume, name, known, ground)
    mine = known.of(name)
    newest = next((s.created for s in mine if s.created is not None), None)
    number = _("{n} of {limit}").format(n=len(mine), limit=known.config.limit(name))
    cells = (
        Cell(name, "name", "database", strong=True),
        Cell(said.word, "state", state=said.state),
        Cell(clock(newest) if newest is not None else DASH, stale=stale),
        Cell(number, "num", stale=stale),
        Cell(
            _why(ground.grounds.get(name, ())) if said.state == "stopped" and volume is not None else "", role="text2"
        ),
    )
    children = tuple(_standing(s, known) for s in ground.of(name)) + tuple(_snapshot(s, stale) for s in mine)
    worst = min([SEVERITY[said.state], *(row.rank for row in children if row.rank is not None)])
    sort = (None, None, newest, float(len(mine)))
    return Row(f"v/{name}", cells, children, sort=sort, data=volume or name, open=bool(children), rank=worst)


def _why(grounds: Sequence[BrickGround]) -> str:
    """The first brick that stands in the way."""
    return next((f"{g.brick}: {g.why}" for g in grounds if g.thin is False), "")


def _standing(standing: Standing, known: Known) -> Row:
    said, last, schedule = standing_said(standing), standing.last, standing.schedule
    at = last.last_at if last is not None else None
    prefix = schedule.prefix if schedule is not None else ""
    n = sum(snapshot.name.startswith(prefix) for snapshot in known.of(standing.volume)) if prefix else 0
    cells = (
        Cell(standing_name(standing), "name", "history"),
        Cell(said.word, "state", state=said.state),
        Cell(clock(at) if at is not None else DASH),
        Cell(_("{n}, keeps {keep}").format(n=n, keep=schedule.keep) if schedule is not None else DASH, "num"),
        Cell(standing_about(standing), role="text2"),
    )
    rank = SEVERITY[said.state]
    key = f"t/{standing.volume}/{standing.period.value}"
    return Row(key, cells, data=standing, rank=min(rank, SEVERITY["ok"]), sort=(None, None, at))


def snapshot_said(snapshot: Snapshot) -> Said:
    """Active or not; neither is wrong."""
    return Said("ok", _("Active")) if snapshot.active else Said("stopped", _("Inactive"))


def _snapshot(snapshot: Snapshot, stale: bool) -> Row:
    said = snapshot_said(snapshot)
    name = snapshot.name or _("(without a name)")
    cells = (
        Cell(name, "name", "camera"),
        Cell(said.word, "state", state=said.state, stale=stale),
        Cell(clock(snapshot.created) if snapshot.created is not None else DASH),
        Cell(),
        Cell(snapshot.description, role="text2"),
    )
    return Row(f"s/{snapshot.uuid}", cells, data=snapshot, rank=LAST, sort=(None, None, snapshot.created))
