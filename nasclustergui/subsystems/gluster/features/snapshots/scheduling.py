"""Plans that lay a schedule on the nodes, and take it away again."""

from __future__ import annotations

from nasclustergui.core.command import Command
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.subsystems.gluster.features.snapshots import taker
from nasclustergui.subsystems.gluster.features.snapshots.model import Known
from nasclustergui.subsystems.gluster.features.snapshots.schedule import Period, Schedule, Standing
from nasclustergui.subsystems.gluster.model import GlusterState, Peer, PeerState, Volume
from nasclustergui.subsystems.gluster.plans.steps import DRIVER, lane


def carriers(state: GlusterState) -> tuple[Peer, ...]:
    """The connected peers that the profile knows, in the order in which they take over from each other."""
    known = [p for p in state.peers if p.node and p.state is PeerState.CONNECTED]
    return tuple(sorted(known, key=lambda peer: peer.uuid))


def plan_schedule(
    schedule: Schedule, volume: Volume, standing: Standing | None, known: Known, state: GlusterState, cluster: str
) -> Plan:
    """Lay a schedule, or change it: the same files are written on all nodes. `standing`: how it stands now."""
    schedule.check()
    on = carriers(state)
    if not on:
        raise InvalidInput(_("No node of the profile is a connected member of the pool."))
    limit = known.config.limit(volume.name)
    if schedule.keep + 1 > limit:
        raise InvalidInput(
            _("{volume} may have {limit} snapshots; a schedule that keeps {keep} needs one more for a moment.").format(
                volume=volume.name, limit=limit, keep=schedule.keep
            ),
            field="keep",
            hint=_("Keep fewer, or raise the limit."),
        )
    ids = tuple(peer.uuid for peer in on)
    fewer = standing is not None and standing.schedule is not None and schedule.keep < standing.schedule.keep
    steps = tuple(_install_step(schedule, peer, ids, fresh=standing is None, fewer=fewer) for peer in on)
    words = _("Snapshots of {volume}: {when}").format(volume=volume.name, when=when_words(schedule))
    return Plan(
        title=words,
        cluster=cluster,
        steps=steps,
        meaning=_meaning(schedule, on, known, state, fewer),
        undo=_("Remove the schedule, or set the old one again."),
        confirm=volume.name,
        lane=lane(volume.name),
        seconds=1.5 * len(steps),
        cancel_effect=_("Nodes that have the schedule already go on with it alone."),
        icon="history",
    )


def _install_step(schedule: Schedule, peer: Peer, ids: tuple[str, ...], fresh: bool, fewer: bool) -> Step:
    words = (taker.SCRIPT, taker.service_file(schedule, ids), taker.timer_file(schedule))
    return Step(
        title=_("Lay the schedule on {node}").format(node=peer.node),
        node=peer.node,
        command=Command(("sh", "-c", taker.INSTALL, "sh", schedule.unit, *words)),
        driver=DRIVER,
        risk=Risk.CAUTION if fewer else Risk.SAFE,
        undo_text=_("Undo: remove it from the node"),
        undo=remove(schedule.unit) if fresh else None,
        check="volume_exists",
        args={"volume": schedule.volume},
    )


def remove(unit: str) -> Command:
    """Take a schedule's files off a node; none there is no error."""
    return Command(("sh", "-c", taker.REMOVE, "sh", unit))


def plan_unschedule(standing: Standing, cluster: str) -> Plan:
    """Remove a schedule from all nodes that carry it."""
    if not standing.on:
        raise InvalidInput(_("No node carries this schedule."))
    unit = Schedule(standing.volume, standing.period, 1).unit
    steps = tuple(
        Step(
            title=_("Remove the schedule from {node}").format(node=carrier.node),
            node=carrier.node,
            command=remove(unit),
            driver=DRIVER,
            undo_text=_("It can be laid again"),
            args={"volume": standing.volume},
        )
        for carrier in standing.on
    )
    said = [
        Meaning(Severity.WARN, _("No further snapshots are taken by it")),
        Meaning(
            Severity.INFO,
            _("Snapshots that it took stay, and nothing deletes them any more"),
            _("They count for the volume's limit."),
        ),
    ]
    if standing.unread:
        nodes = ", ".join(node for node, _why in standing.unread)
        said.insert(0, _not_there(nodes, _("If they carry it they take snapshots again once they are back.")))
    words = {Period.HOURLY: _("hourly"), Period.DAILY: _("daily"), Period.WEEKLY: _("weekly")}[standing.period]
    return Plan(
        title=_("Remove the {period} snapshots of {volume}").format(period=words, volume=standing.volume),
        cluster=cluster,
        steps=steps,
        meaning=tuple(said),
        undo=_("Lay the schedule again."),
        confirm=standing.volume,
        lane=lane(standing.volume),
        seconds=1.0 * len(steps),
        cancel_effect=_("Nodes that still have the schedule go on with it."),
        icon="trash-2",
    )


def when_words(schedule: Schedule) -> str:
    """ "daily at 02:00, the newest 7 kept"."""
    kept = ngettext("the newest {n} kept", "the newest {n} kept", schedule.keep).format(n=schedule.keep)
    at = f"{schedule.hour:02}:{schedule.minute:02}"
    match schedule.period:
        case Period.HOURLY:
            when = _("hourly at minute {minute}").format(minute=schedule.minute)
        case Period.DAILY:
            when = _("daily at {time}").format(time=at)
        case Period.WEEKLY:
            when = _("weekly on {day} at {time}").format(day=day_names()[schedule.day], time=at)
    return f"{when}, {kept}"


def day_names() -> tuple[str, ...]:
    """Monday first."""
    return (
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    )


def _meaning(
    schedule: Schedule, on: tuple[Peer, ...], known: Known, state: GlusterState, fewer: bool
) -> tuple[Meaning, ...]:
    said: list[Meaning] = []
    if fewer:
        title = ngettext(
            "After its next run only {n} snapshot of this schedule is left",
            "After its next run only {n} snapshots of this schedule are left",
            schedule.keep,
        )
        said.append(Meaning(Severity.WARN, title.format(n=schedule.keep), _("The older ones are deleted for good.")))
    carrying = {peer.uuid for peer in on}
    absent = [p.node or p.hostnames[0] for p in state.peers if p.uuid not in carrying]
    if absent:
        text = _("Save the schedule again once they are there, so that they take over when others fail.")
        said.append(_not_there(", ".join(absent), text))
    said.append(
        Meaning(
            Severity.OK,
            _("One node takes each snapshot, the first that is connected; the next takes over after a minute"),
            _("A systemd timer and a small shell script on {nodes}. They work without this program.").format(
                nodes=", ".join(peer.node for peer in on)
            ),
        )
    )
    text = _("Named {prefix}…; others are never touched, and nothing is deleted when a new one fails.")
    said.append(
        Meaning(
            Severity.INFO,
            _("Only snapshots of this schedule are deleted, the oldest first"),
            text.format(prefix=schedule.prefix),
        )
    )
    if known.config.auto_delete:
        text = _("Gluster then also deletes the oldest snapshot by itself, whoever took it.")
        said.insert(0, Meaning(Severity.WARN, _("Auto-delete is on in the pool"), text))
    return tuple(said)


def _not_there(nodes: str, text: str) -> Meaning:
    return Meaning(Severity.WARN, _("Not reached now: {nodes}").format(nodes=nodes), text)
