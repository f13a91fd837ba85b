"""The card of the chosen volume, schedule or snapshot."""

from __future__ import annotations

from nasclustergui.core.i18n import _
from nasclustergui.core.units import clock
from nasclustergui.subsystems.gluster.features.snapshots.model import Known, Snapshot, possible
from nasclustergui.subsystems.gluster.features.snapshots.schedule import OnNode, Standing
from nasclustergui.subsystems.gluster.model import GlusterState, Volume
from nasclustergui.subsystems.gluster.page.snapshot_rows import (
    Ground,
    snapshot_said,
    standing_name,
    standing_said,
    volume_said,
)
from nasclustergui.subsystems.gluster.page.subject_card import Offer, SubjectCard

SHOWN = 4  # bricks that are named before "and N more"


def _offers() -> tuple[Offer, ...]:
    return (
        Offer("schedule", _("Schedule…"), "history"),
        Offer("limits", _("Limits…"), "sliders-horizontal"),
        Offer("activate", _("Activate…"), "play"),
        Offer("deactivate", _("Deactivate…"), "circle-stop", "caution"),
        Offer("clone", _("Clone…"), "copy"),
        Offer("restore", _("Restore…"), "undo-2", "danger-quiet"),
        Offer("delete", _("Delete…"), "trash-2", "danger-quiet"),
        Offer("delete-all", _("Delete all…"), "trash-2", "danger-quiet"),
        Offer("unschedule", _("Remove schedule…"), "trash-2", "danger-quiet"),
    )


class SnapshotCard(SubjectCard):
    """What it says depends on the row; `asked` carries "take", "schedule", "activate" …"""

    def __init__(self) -> None:
        super().__init__(_offers())
        self._deleting = ""

    def deleting(self) -> str:
        """What the key Del asks for."""
        return self._deleting

    def show_row(self, data: object, state: GlusterState, known: Known, ground: Ground, why: str, no_take: str) -> None:
        """`why`: why nothing can be changed; `no_take`: why no snapshot can be taken of the volume."""
        if isinstance(data, Snapshot):
            self._snapshot(data, state, why)
        elif isinstance(data, Standing):
            self._standing(data, why)
        else:
            name = data.name if isinstance(data, Volume) else str(data)
            self._volume(name, state.volume(name), known, ground, why, no_take)

    def _volume(self, name: str, volume: Volume | None, known: Known, ground: Ground, why: str, no_take: str) -> None:
        said = volume_said(volume, name, known, ground)
        mine = known.of(name)
        facts = [_("{n} of {limit} snapshots").format(n=len(mine), limit=known.config.limit(name))]
        if known.config.auto_delete:
            facts.append(_("the oldest is deleted above {percent} %").format(percent=known.config.soft_percent))
        cannot = possible(ground.grounds.get(name, ())) is False
        no_schedule = why or (no_take if cannot else "")
        offers = {"schedule": no_schedule, "limits": why}
        if mine:
            offers["delete-all"] = why
        self._deleting = "delete-all" if mine else ""
        note = no_take
        if volume is None:
            offers = {"delete-all": why}
            note = _("The volume does not exist any more. Its snapshots can be cloned to new volumes.")
        elif cannot:
            note = _grounds_note(name, ground)
        self.show_subject(name, said, " · ".join(facts), note, offers)

    def _standing(self, standing: Standing, why: str) -> None:
        self._deleting = "unschedule"
        facts = []
        if standing.next_at is not None:
            facts.append(_("next {time}").format(time=clock(standing.next_at)))
        if standing.schedule is not None:
            facts.append(_("keeps the newest {n}").format(n=standing.schedule.keep))
        lines = [_node_line(node) for node in standing.on]
        lines += [_("{node}: does not have this schedule").format(node=node) for node in standing.without]
        lines += [_("{node}: not known ({why})").format(node=node, why=reason) for node, reason in standing.unread]
        if not standing.same:
            lines.append(_("The nodes do not have the same schedule: change it here to make them so."))
        elif standing.without:
            lines.append(_("Save it again to lay it on all nodes."))
        name = f"{standing.volume}: {standing_name(standing)}"
        offers = {"schedule": why, "unschedule": why}
        self.show_subject(name, standing_said(standing), " · ".join(facts), "\n".join(lines), offers)

    def _snapshot(self, snapshot: Snapshot, state: GlusterState, why: str) -> None:
        self._deleting = "delete"
        taken = clock(snapshot.created) if snapshot.created is not None else _("at an unknown time")
        facts = _("{volume} as it was {time}").format(volume=snapshot.volume, time=taken)
        gone = _("The volume does not exist any more.") if state.volume(snapshot.volume) is None else ""
        offers = {"deactivate" if snapshot.active else "activate": why, "clone": why}
        offers |= {"restore": why or gone, "delete": why}
        mount = ""
        if snapshot.active:
            node = next((peer.node for peer in state.peers if peer.node and peer.connected), "NODE")
            mount = f"mount -t glusterfs {node}:/snaps/{snapshot.name}/{snapshot.volume} /mnt"
        self.show_subject(
            snapshot.name or _("(without a name)"), snapshot_said(snapshot), facts, snapshot.description, offers, mount
        )


def _node_line(node: OnNode) -> str:
    if not node.active:
        return _("{node}: the timer is off").format(node=node.node)
    if node.last_at is None:
        return _("{node}: has not run yet").format(node=node.node)
    words = {"taken": _("took"), "left": _("left it:"), "failed": _("failed:")}
    return _("{node}, {time}: {did} {text}").format(
        node=node.node, time=clock(node.last_at), did=words[node.outcome], text=node.text
    )


def _grounds_note(name: str, ground: Ground) -> str:
    bad = [g for g in ground.grounds.get(name, ()) if g.thin is False]
    lines = [f"{g.brick}: {g.why}" for g in bad[:SHOWN]]
    if len(bad) > SHOWN:
        lines.append(_("and {n} more").format(n=len(bad) - SHOWN))
    head = _(
        "Snapshots are not possible: every brick must lie on a thin logical volume of its own (LVM). "
        "Bricks can be moved to such disks one by one with Replace brick."
    )
    return "\n".join([head, *lines])
