"""The four tiles of the Overview: nodes, storage, volumes, leader."""

from __future__ import annotations

from dataclasses import dataclass

from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import DASH, clock, percent, size_parts
from nasclustergui.subsystems.gluster.model import VolumeStatus
from nasclustergui.ui import theme
from nasclustergui.ui.parts import ElidedLabel, Icon, Label, Meter, Panel, col, label, row


@dataclass(frozen=True)
class TileText:
    """What a tile says: a number with its unit, a line below with its state, perhaps a level (0 … 1)."""

    value: str
    unit: str
    foot: str
    state: str = ""
    level: float | None = None
    stale: bool = False


class Tile(Panel):
    """A number that matters, with one line about it."""

    def __init__(self, icon: str, title: str) -> None:
        super().__init__()
        self._title = title
        self._value: Label = label("", "display")
        self._unit = ElidedLabel("", "body", "text2")
        self._meter = Meter()
        self._percent: Label = label("", "caption", "text2")
        self._icon = Icon("circle-check", "ok", 14)
        self._foot = ElidedLabel("", "caption", "text2")
        head = row(Icon(icon, "text3"), label(title, "label", "text2"), None, gap=8)
        meter = row((self._meter, 1), self._percent, gap=8)
        foot = row(self._icon, self._foot, None, gap=6)
        number = row(self._value, self._unit, None, gap=6)
        self.setLayout(col(head, number, meter, foot, None, gap=4, margins=(16, 12, 16, 12)))
        self.setMinimumHeight(theme.px(94))

    def show_text(self, text: TileText) -> None:
        """Show other values; widgets stay."""
        self._value.set_text(text.value)
        self._value.set_role("text3" if text.stale else "text")
        self._unit.set_text(text.unit)
        self._foot.set_text(text.foot)
        self._foot.setVisible(bool(text.foot))
        self._icon.setVisible(bool(text.state and text.foot))
        if text.state:
            self._icon.set_icon(*theme.STATES[text.state])
        has_level = text.level is not None
        self._meter.setVisible(has_level)
        self._percent.setVisible(has_level)
        if text.level is not None:
            role = "warn" if text.level >= 0.85 else "accent"
            self._meter.set_value(text.level, "unknown" if text.stale else role, text.stale)
            self._percent.set_text(percent(100 * text.level))
        self.setAccessibleName(f"{self._title}: {text.value} {text.unit}. {text.foot}")


def nodes_tile(state: ClusterState) -> TileText:
    """How many of the profile's nodes answer, and who doesn't."""
    nodes = state.nodes.nodes
    silent = [n for n in nodes if not n.online]
    if not silent:
        foot, mark = _("all answer"), "ok"
    else:
        first = silent[0]
        seen = clock(first.seen_at) if first.seen_at else ""
        foot = (
            _("{node} last seen {time}").format(node=first.name, time=seen)
            if seen
            else _("{node} not reached so far").format(node=first.name)
        )
        if len(silent) > 1:
            foot = ", ".join(n.name for n in silent)
        mark = "stale"
    answer = len(nodes) - len(silent)
    return TileText(
        str(answer), _("of {total} answer").format(total=len(nodes)), foot if nodes else "", mark if nodes else ""
    )


def storage_tile(state: ClusterState) -> TileText:
    """Used of usable bytes over all started volumes; parts that were not read are named."""
    gluster = state.gluster
    if gluster is None:
        return TileText(DASH, "", _("not read yet"), "unknown")
    running = [v for v in gluster.volumes if v.status is VolumeStatus.STARTED]  # others tell no sizes
    sizes = [(v.usable, v.available) for v in running]
    known = [(usable, free) for usable, free in sizes if usable is not None and free is not None]
    stale = "gluster" in state.errors or bool(gluster.status_error)
    missing = len(sizes) - len(known)
    if not gluster.volumes:
        return TileText(DASH, "", _("no volume yet"), "")
    if not running:
        return TileText(DASH, "", _("no volume runs"), "")
    if not known:
        return TileText(DASH, "", _("sizes not read"), "unknown")
    total, free = sum(u for u, _f in known), sum(f for _u, f in known)
    used, of = size_parts(total - free, total)
    foot = ngettext("{n} volume not read", "{n} volumes not read", missing).format(n=missing) if missing else ""
    if stale:
        foot = _("read {time}").format(time=clock(gluster.status_at or gluster.read_at))
    return TileText(
        used,
        _("of {size}").format(size=of),
        foot,
        "stale" if foot else "",
        (total - free) / total if total else 0.0,
        stale,
    )


def volumes_tile(state: ClusterState) -> TileText:
    """How many volumes run, and how many of them have all bricks."""
    gluster = state.gluster
    if gluster is None:
        return TileText(DASH, "", _("not read yet"), "unknown")
    started = [v for v in gluster.volumes if v.status is VolumeStatus.STARTED]
    stale = "gluster" in state.errors
    unit = _("of {total} run").format(total=len(gluster.volumes)) if gluster.volumes else ""
    if stale:
        return TileText(
            str(len(started)), unit, _("read {time}").format(time=clock(gluster.read_at)), "stale", stale=True
        )
    if not gluster.volumes:
        return TileText("0", "", _("none created yet"), "")
    if gluster.status_error:
        foot = _("bricks read {time}").format(time=clock(gluster.status_at)) if gluster.status_at else ""
        return TileText(str(len(started)), unit, foot or _("brick states not read"), "stale")
    lacking = [v.name for v in started if any(b.online is False for b in v.bricks)]
    if lacking:
        return TileText(
            str(len(started)), unit, _("bricks missing: {volumes}").format(volumes=", ".join(lacking)), "warn"
        )
    if any(b.online is None for v in started for b in v.bricks):
        return TileText(str(len(started)), unit, _("brick states not read"), "unknown")
    return TileText(str(len(started)), unit, _("all bricks up") if started else "", "ok")


def leader_tile(state: ClusterState) -> TileText:
    """Who leads etcd, and how many members answer."""
    if not state.profile.etcd.endpoints:
        return TileText(DASH, "", _("this profile has no etcd"), "")
    etcd = state.etcd
    if etcd is None:
        return TileText(DASH, "", _("not read yet"), "unknown")
    foot = _("{healthy} of {members} members answer").format(healthy=etcd.healthy, members=len(etcd.members))
    stale = "etcd" in state.errors
    if stale:
        foot = _("read {time}").format(time=clock(etcd.read_at))
    if etcd.leader is None:
        return TileText(_("none"), "", foot, "stale" if stale else "critical", stale=stale)
    name = etcd.leader.node or etcd.leader.name
    term = _("etcd term {n}").format(n=etcd.leader.raft_term) if etcd.leader.raft_term is not None else ""
    mark = "stale" if stale else "ok" if etcd.healthy == len(etcd.members) else "warn"
    return TileText(name, term, foot, mark, stale=stale)
