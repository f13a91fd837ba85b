"""The tables of coordination. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from nasclustergui.core.i18n import _
from nasclustergui.core.units import DASH, count, duration
from nasclustergui.remote.etcd_leases import LeaseLife
from nasclustergui.remote.etcd_types import printable
from nasclustergui.subsystems.etcd.features.coordination.ages import Age
from nasclustergui.subsystems.etcd.features.coordination.held import Held, Kind
from nasclustergui.subsystems.etcd.features.coordination.model import NODES, Beat, Contender, Queue, Service, Survey
from nasclustergui.subsystems.etcd.features.coordination.model import queue_name as place_of
from nasclustergui.subsystems.etcd.features.oplock.model import KEY as OPERATION
from nasclustergui.ui.cell import Cell, Row

SKEW = 5.0  # seconds of difference between two clocks that are worth telling


class Place(NamedTuple):
    """What a row of locks stands for. `ours`: this window stands there."""

    queue: Queue
    contender: Contender
    ours: bool


# ---- locks and elections


def queue_rows(survey: Survey, held: Sequence[Held]) -> list[Row]:
    """A row for each lock and election, its contenders below; first what this window lost."""
    ours = {each.key for each in held if each.key}
    gone = [_lost_row(each) for each in lost(survey, held)]
    return [*gone, *(_queue_row(queue, ours) for queue in survey.queues if queue.contenders)]


def lost(survey: Survey, held: Sequence[Held]) -> list[Held]:
    """What this window believed to hold and doesn't: its lease ran out, or somebody deleted its key."""
    there = {contender.key for queue in survey.queues for contender in queue.contenders}
    leases = {life.id for life in survey.leases}
    known = survey.leases_error is None and not survey.more_leases

    def is_gone(each: Held) -> bool:
        if each.lost:
            return True
        missing = each.key not in there if each.key else each.lease not in leases
        return known and missing and not each.waits and each.since < survey.read_at

    return [each for each in held if is_gone(each)]


def _lost_row(held: Held) -> Row:
    icon = {Kind.ELECTION: "crown", Kind.LOCK: "lock", Kind.LEASE: "hourglass"}[held.kind]
    tip = _("The lease ran out or somebody took it away: this window doesn't hold it any more.")
    cells = (
        Cell(held.name, "name", icon, strong=True),
        _dash(),
        Cell(_("Lost"), "state", state="critical", tip=tip),
        _dash("num"),
        Cell(held.value or DASH),
        _dash("num"),
    )
    return Row(f"lost:{held.lease:x}", cells)


def _queue_row(queue: Queue, ours: set[bytes]) -> Row:
    owner = queue.contenders[0]
    waiting = len(queue.contenders) - 1
    name = Cell(queue.name, "name", "crown" if queue.election else "lock", strong=True)
    kind = Cell(_("Election") if queue.election else _("Lock"))
    cells = (
        name,
        kind,
        _queue_state(queue, owner.key in ours),
        Cell(count(waiting) if not queue.error else DASH, "num"),
        Cell(printable(owner.value) or DASH) if not queue.error else _dash(),
        _left(owner.left, owner.granted) if not queue.error else _dash("num"),
    )
    children = tuple(_contender_row(queue, n, each, ours) for n, each in enumerate(queue.contenders))
    place = Place(queue, owner, owner.key in ours)
    return Row(f"queue:{queue.name}", cells, children, data=None if queue.error else place)


def _queue_state(queue: Queue, ours: bool) -> Cell:
    if queue.error:
        return Cell(_("Not known"), "state", state="unknown", tip=queue.error)
    if queue.election:
        return Cell(_("Leads from here") if ours else _("Led"), "state", state="ok")
    return Cell(_("Held here") if ours else _("Held"), "state", state="ok")


def _contender_row(queue: Queue, n: int, contender: Contender, ours: set[bytes]) -> Row:
    own = contender.key in ours
    name = Cell(f"{contender.lease:x}", "name", "user", _("this window") if own else "")
    if queue.error:
        state = Cell(_("Not known"), "state", state="unknown", tip=queue.error)
    elif n:
        state = Cell(_("Waits"), "state", state="wait")
    else:
        state = Cell(_("Leads") if queue.election else _("Owner"), "state", state="ok")
    left = _left(contender.left, contender.granted)
    cells = (name, Cell(""), state, Cell(""), Cell(printable(contender.value)), left)
    place = None if queue.error else Place(queue, contender, own)
    return Row(f"place:{printable(contender.key)}", cells, data=place, sort=(f"{n:06}",))


# ---- leases


def lease_rows(survey: Survey, held: Sequence[Held]) -> list[Row]:
    """A row for each lease, its keys below."""
    ours = {each.lease for each in held if not each.lost}
    return [_lease_row(life, life.id in ours) for life in survey.leases]


def _lease_row(life: LeaseLife, kept: bool) -> Row:
    state = Cell(_("Kept alive here"), "state", state="ok") if kept else Cell(_("By its owner"), role="text2")
    cells = (
        Cell(f"{life.id:x}", "name", "hourglass", strong=True),
        state,
        _left(life.left, life.granted),
        Cell(count(len(life.keys)), "num"),
        Cell(purpose(life) or DASH),
    )
    keys = tuple(_key_row(life, key) for key in life.keys)
    return Row(f"lease:{life.id:x}", cells, keys, sort=(None, None, float(life.left)), data=life)


def _key_row(life: LeaseLife, key: bytes) -> Row:
    text = printable(key)
    return Row(f"key:{life.id:x}:{text}", (Cell(text, "name", "key-round"), Cell(""), Cell(""), Cell(""), Cell("")))


def purpose(life: LeaseLife) -> str:
    """What a lease is for, by its keys."""
    nodes = sorted({printable(k.removeprefix(NODES)).partition("/")[0] for k in life.keys if k.startswith(NODES)})
    if nodes:
        return _("Heartbeat of {node}").format(node=", ".join(nodes))
    if OPERATION.encode() in life.keys:
        return _("The cluster's operation lock")
    places = [place_of(key, life.id) for key in life.keys]
    named = ", ".join(printable(name) for name in places if name)
    if named:
        return _("Place in {name}").format(name=named)
    return "" if life.keys else _("Nothing hangs on it")


# ---- heartbeats


def beat_rows(
    survey: Survey, ages: Callable[[Beat], Age], expected: Sequence[str], *, stale: bool = False
) -> list[Row]:
    """A row for each node: those that registered, and those of the profile that didn't."""
    found = {beat.node: beat for beat in survey.beats}
    rows = [_beat_row(beat, ages(beat), stale) for beat in survey.beats]
    uses = any(beat.lease for beat in survey.beats)
    return rows + [_silent_row(name, uses) for name in expected if name not in found]


def _beat_row(beat: Beat, age: Age, stale: bool) -> Row:
    shown = age.shown
    number = Cell(duration(int(shown)) if shown is not None else DASH, "num", stale=stale, tip=_age_tip(beat, age))
    cells = (
        Cell(beat.node, "name", "server", beat.ip, strong=True, stale=stale),
        _beat_state(beat, age, stale),
        number,
        _left(beat.left, beat.granted, stale=stale),
        _clock(age.ahead, stale),
        Cell(beat.status or DASH, stale=stale),
        Cell(beat.role or DASH, stale=stale),
        Cell(beat.stamp or DASH, "mono", stale=stale),
    )
    return Row(f"node:{beat.node}", cells, sort=(beat.node, None, shown), data=beat)


def _beat_state(beat: Beat, age: Age, stale: bool) -> Cell:
    if stale:
        return Cell(_("Not read"), "state", state="stale")
    if not beat.lease:
        tip = _("Somebody wrote these keys without a lease: they stay when the node is gone, so they prove nothing.")
        return Cell(_("No lease"), "state", state="unknown", tip=tip)
    limit = beat.granted or 0
    if limit and age.unchanged > limit:
        tip = _("Its lease is renewed, but its heartbeat has not changed for {time}.").format(
            time=duration(age.unchanged)
        )
        return Cell(_("Late"), "state", state="warn", tip=tip)
    return Cell(_("Alive"), "state", state="ok")


def _age_tip(beat: Beat, age: Age) -> str:
    if age.seconds is not None:
        return _("Counted from when this window saw it change; the node's clock doesn't matter.")
    return _("By the node's own clock: this window has not seen it change yet.") if beat.stamp else ""


def _silent_row(name: str, uses: bool) -> Row:
    tip = _("Its lease ran out, or nothing on it registers it.") if uses else _("No node registers itself here.")
    state = Cell(_("Not registered"), "state", state="warn" if uses else "unknown", tip=tip)
    cells = (Cell(name, "name", "server", strong=True), state, *(_dash("num") for _n in range(3)))
    return Row(f"node:{name}", (*cells, _dash(), _dash(), _dash()))


def _clock(ahead: float | None, stale: bool) -> Cell:
    if ahead is None:
        tip = _("Measured when this window sees the heartbeat change.")
        return Cell(DASH, "num", role="text3", tip=tip, stale=stale)
    wrong = abs(ahead) > SKEW
    tip = _("The node's clock against this computer's. One of them is wrong.") if wrong else ""
    return Cell(skew_text(ahead), "num", role="warn" if wrong else "", tip=tip, stale=stale)


def skew_text(ahead: float | None) -> str:
    """A node's clock against ours: "fits", "+12 s", "−1 h 0 min"."""
    if ahead is None:
        return DASH
    if abs(ahead) <= SKEW:
        return _("fits")
    return f"{'+' if ahead > 0 else '−'}{duration(round(abs(ahead)))}"


# ---- services


def service_rows(services: Sequence[Service]) -> list[Row]:
    """A row for each service."""
    return [_service_row(service) for service in services]


def _service_row(service: Service) -> Row:
    more = ", ".join(f"{k} = {v}" for k, v in service.fields.items() if k and k not in ("replicas", "version"))
    cells = (
        Cell(service.name, "name", "boxes", strong=True),
        Cell(service.fields.get("replicas", DASH), "num"),
        Cell(service.fields.get("version", DASH)),
        Cell(_("While it runs") if service.leased else _("For good"), role="text2"),
        Cell(more or DASH),
    )
    return Row(f"service:{service.name}", cells, data=service)


def held_text(held: Sequence[Held]) -> str:
    """What ends with this window, a sentence; "" for nothing."""
    if not held:
        return ""
    words: Mapping[Kind, str] = {
        Kind.LOCK: _("lock {name}"),
        Kind.ELECTION: _("{name} led"),
        Kind.LEASE: _("lease {name}"),
    }
    names = ", ".join(words[each.kind].format(name=each.name) for each in held)
    text = _("Held by this window until it is closed: {names}.")
    return text.format(names=names)


def _left(left: int | None, granted: int | None, *, stale: bool = False) -> Cell:
    if left is None or granted is None:
        return _dash("num")
    text = _("{left} of {granted}").format(left=duration(max(0, left)), granted=duration(granted))
    return Cell(text, "num", stale=stale)


def _dash(kind: str = "text") -> Cell:
    return Cell(DASH, kind, role="text3")
