"""Answers `gluster snapshot …`: changes."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Sequence

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as, volume_named
from nasclustergui.cli.gluster_features.snapshot_show import (
    show_info,
    show_list,
    show_schedules,
    show_status,
)
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.features.snapshots import plans
from nasclustergui.subsystems.gluster.features.snapshots.grounds import read_grounds
from nasclustergui.subsystems.gluster.features.snapshots.model import Known, Snapshot
from nasclustergui.subsystems.gluster.features.snapshots.read import read_known
from nasclustergui.subsystems.gluster.features.snapshots.rules import check_grounds
from nasclustergui.subsystems.gluster.features.snapshots.schedule import DAYS, Period, Schedule
from nasclustergui.subsystems.gluster.features.snapshots.schedules import read_schedules
from nasclustergui.subsystems.gluster.features.snapshots.scheduling import carriers
from nasclustergui.subsystems.gluster.model import GlusterState, Volume

__all__ = [
    "activate",
    "clone",
    "config",
    "create",
    "deactivate",
    "delete",
    "restore",
    "schedule",
    "show_info",
    "show_list",
    "show_schedules",
    "show_status",
]
USUAL = {Period.HOURLY: 24, Period.DAILY: 7, Period.WEEKLY: 4}
SWITCH = {"on": True, "enable": True, "off": False, "disable": False}


def _read(session: Session) -> tuple[GlusterState, Known]:
    def read(job: Job) -> tuple[GlusterState, Known]:
        session.nodes.connect_all()
        return session.gluster.pool.read(job), read_known(session.gluster.pool, job)

    return work(Job(_("Read the snapshots"), quiet=True), read)


def _check_possible(session: Session, volumes: Sequence[Volume]) -> None:
    """Raise InvalidInput where the bricks of one are not on thin LVM: told before gluster refuses."""
    job = Job(_("Look at the bricks"), quiet=True)
    grounds = work(job, lambda j: read_grounds(session.gluster.pool, volumes, j))
    for volume in volumes:
        check_grounds(volume.name, grounds.get(volume.name, ()))


def _named(known: Known, name: str) -> Snapshot:
    found = known.named(name)
    if found is None:
        raise InvalidInput(
            _("There is no snapshot “{name}”.").format(name=name),
            field="snapshot",
            hint=_("See: gluster snapshot list"),
        )
    return found


def create(session: Session, options: Namespace) -> Exit:
    """`create NAME VOLUME [VOLUME …] [no-timestamp] [description TEXT]`."""
    state, known = _read(session)
    others, description = create_words(options.rest)
    volumes = [volume_named(state, name) for name in (options.volume, *others)]
    _check_possible(session, volumes)
    plan = plans.plan_create(volumes, options.snapshot, known, state, session.profile.name, description)
    return carry_out_as(session, plan, options)


def create_words(rest: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """(further volumes, description) of the words after the first volume. Raises InvalidInput."""
    words = list(rest)
    description = ""
    if "description" in words:
        at = words.index("description")
        words, said = words[:at], words[at + 1 :]
        if len(said) != 1:
            raise InvalidInput(_('Say the description as one word: description "Before the upgrade".'))
        description = said[0]
    return tuple(word for word in words if word != "no-timestamp"), description


def activate(session: Session, options: Namespace) -> Exit:
    """`activate NAME`."""
    state, known = _read(session)
    plan = plans.plan_activate(_named(known, options.snapshot), state, session.profile.name)
    return carry_out_as(session, plan, options)


def deactivate(session: Session, options: Namespace) -> Exit:
    """`deactivate NAME`."""
    state, known = _read(session)
    plan = plans.plan_deactivate(_named(known, options.snapshot), state, session.profile.name)
    return carry_out_as(session, plan, options)


def clone(session: Session, options: Namespace) -> Exit:
    """`clone VOLUME NAME`."""
    state, known = _read(session)
    snapshot = _named(known, options.snapshot)
    return carry_out_as(
        session, plans.plan_clone(snapshot, options.volume, known, state, session.profile.name), options
    )


def restore(session: Session, options: Namespace) -> Exit:
    """`restore NAME [--keep NAME]`."""
    state, known = _read(session)
    snapshot = _named(known, options.snapshot)
    plan = plans.plan_restore(snapshot, known, state, session.profile.name, options.keep)
    return carry_out_as(session, plan, options)


def delete(session: Session, options: Namespace) -> Exit:
    """`delete NAME`, `delete volume VOLUME`."""
    state, known = _read(session)
    match options.words:
        case ["volume", volume]:
            plan = plans.plan_delete_all(volume, known, state, session.profile.name)
        case [name] if name != "all":
            plan = plans.plan_delete(_named(known, name), state, session.profile.name)
        case _:
            raise InvalidInput(
                _("Say which: delete NAME, or delete volume VOLUME."),
                hint=_("There is no “delete all”: it would empty every volume of the pool at once."),
            )
    return carry_out_as(session, plan, options)


def config(session: Session, options: Namespace) -> Exit:
    """`config [VOLUME] OPTION VALUE …`."""
    state, known = _read(session)
    volume, wish = config_words(options.words)
    if volume:
        volume_named(state, volume)
    return carry_out_as(session, plans.plan_config(volume, wish, known, state, session.profile.name), options)


def config_words(words: Sequence[str]) -> tuple[str, plans.Wish]:
    """(volume or "", what is wanted). Raises InvalidInput."""
    volume = words[0] if len(words) % 2 else ""
    pairs = list(words[1:] if volume else words)
    wanted: dict[str, str] = dict(zip(pairs[::2], pairs[1::2], strict=True))
    try:
        wish = plans.Wish(
            _number(wanted.pop("snap-max-hard-limit", None)),
            _number((wanted.pop("snap-max-soft-limit", "") or "").removesuffix("%") or None),
            _flag(wanted.pop("auto-delete", None)),
            _flag(wanted.pop("activate-on-create", None)),
        )
    except (ValueError, KeyError) as error:
        raise InvalidInput(_("“{value}” is no value of this option.").format(value=error.args[0])) from error
    if wanted:
        text = _("There is no option {names} of snapshots.").format(names=", ".join(wanted))
        known = "snap-max-hard-limit, snap-max-soft-limit, auto-delete, activate-on-create"
        raise InvalidInput(text, hint=_("There are: {names}.").format(names=known))
    return volume, wish


def _number(word: str | None) -> int | None:
    return None if word is None else int(word)


def _flag(word: str | None) -> bool | None:
    return None if word is None else SWITCH[word]


def schedule(session: Session, options: Namespace) -> Exit:
    """`schedule VOLUME hourly|daily|weekly [--at HH:MM] [--day MON] [--keep N]`, `schedule VOLUME PERIOD remove`."""
    state, known = _read(session)
    nodes = [peer.node for peer in carriers(state)]
    job = Job(_("Read the schedules"), quiet=True)
    standings = work(job, lambda j: read_schedules(session.gluster.pool, nodes, j))
    period = Period(options.period)
    standing = next((s for s in standings if (s.volume, s.period) == (options.volume, period)), None)
    if options.what == "remove":
        if standing is None:
            text = _("{volume} has no {period} schedule.").format(volume=options.volume, period=period.value)
            raise InvalidInput(text)
        return carry_out_as(session, plans.plan_unschedule(standing, session.profile.name), options)
    volume = volume_named(state, options.volume)
    _check_possible(session, [volume])
    wanted = schedule_words(options, standing.schedule if standing is not None else None)
    plan = plans.plan_schedule(wanted, volume, standing, known, state, session.profile.name)
    return carry_out_as(session, plan, options)


def schedule_words(options: Namespace, now: Schedule | None) -> Schedule:
    """What is wanted; what is not said stays as it is now. Raises InvalidInput."""
    period = Period(options.period)
    base = now or Schedule(options.volume, period, USUAL[period], hour=0 if period is Period.HOURLY else 2)
    hour, minute, day = base.hour, base.minute, base.day
    if options.at:
        match = re.fullmatch(r"(?:(\d{1,2})?:)?(\d{2})", options.at)
        if match is None:
            raise InvalidInput(_("“{time}” is no time of day.").format(time=options.at), field="at", hint="--at 02:30")
        hour, minute = int(match[1] or 0), int(match[2])
    if options.day:
        names = [name.casefold() for name in DAYS]
        if options.day[:3].casefold() not in names:
            raise InvalidInput(_("“{day}” is no day.").format(day=options.day), field="day", hint=", ".join(DAYS))
        day = names.index(options.day[:3].casefold())
    if period is Period.HOURLY:
        hour = 0
    keep = options.keep if options.keep is not None else base.keep
    return Schedule(options.volume, period, keep, minute, hour, day if period is Period.WEEKLY else 0)
