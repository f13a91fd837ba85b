"""Answers `gluster volume heal NAME info [summary]` and `… doctor`."""

from __future__ import annotations

import time
from argparse import Namespace
from functools import partial
from typing import Any

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import volume_named
from nasclustergui.cli.status import show_table
from nasclustergui.cli.terminal import note, say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.units import DASH, count, duration, size
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.commands.heal import HealBrick, parse_heal_info
from nasclustergui.subsystems.gluster.features.heal.doctor import converging, diagnose
from nasclustergui.subsystems.gluster.features.heal.findings import Cause, Finding
from nasclustergui.subsystems.gluster.features.heal.history import HealHistory
from nasclustergui.subsystems.gluster.features.heal.model import Entry, EntryList, Probe, heals
from nasclustergui.subsystems.gluster.features.heal.read import read_entries, read_probe
from nasclustergui.subsystems.gluster.features.heal.roles import roles
from nasclustergui.subsystems.gluster.model import GlusterState, Volume

PAUSE = 2.0  # seconds between readings while the backlog is watched
UNSEEN = frozenset({Cause.HEALING, Cause.UNREAD})  # what one look can't tell apart


def run(session: Session, options: Namespace) -> Exit:
    """Look as the words say; the exit status."""
    session.nodes.connect_all()
    state = work(Job(_("Read the cluster"), quiet=True), session.gluster.pool.read)
    volume = volume_named(state, options.name)
    if options.look == "doctor":
        return _doctor(session, volume, state, options)
    if not heals(volume):
        raise InvalidInput(
            _("Volume {volume} keeps every file once: there is nothing to heal from.").format(volume=volume.name)
        )
    if options.look == "summary":
        return _summary(session, volume, options)
    return _entries(session, volume, options)


def _entries(session: Session, volume: Volume, options: Namespace) -> Exit:
    pool = session.gluster.pool
    listed = work(Job(_("List what waits"), quiet=True), partial(read_entries, pool, volume))
    if options.json:
        say_json(_list_data(volume, listed))
        return Exit.OK
    for entry in listed.entries:
        mark = "" if entry.state.value == "waits" else f"  [{entry.state.value}]"
        say(f"{_shown(entry.name)}{mark}  {entry.kind.value}  {', '.join(entry.bricks)}")
    for brick, n in listed.counts.items():
        if n is None:
            note(_("{brick} told nothing: {why}").format(brick=brick, why=listed.reasons.get(brick, "") or DASH))
    note(_("{n} entries, listed in {time}").format(n=count(len(listed.entries)), time=duration(listed.seconds)))
    return Exit.OK


def _list_data(volume: Volume, listed: EntryList) -> dict[str, Any]:
    return {
        "volume": volume.name,
        "read_at": listed.at,
        "seconds": round(listed.seconds, 2),
        "marked": listed.marked,
        "bricks": [
            {"brick": name, "entries": n, "error": listed.reasons.get(name) or None}
            for name, n in listed.counts.items()
        ],
        "entries": [_entry_data(entry) for entry in listed.entries],
    }


def _entry_data(entry: Entry) -> dict[str, Any]:
    """`path` is null where only the gfid is known; bytes that aren't UTF-8 stand as \\udc80 … \\udcff in it."""
    return {
        "path": entry.name if entry.path_known else None,
        "gfid": entry.gfid or None,
        "set": entry.number,
        "state": entry.state.value,
        "kind": entry.kind.value,
        "size": entry.size,
        "bricks": list(entry.bricks),
    }


def _shown(name: str) -> str:
    """One line, whatever the name holds."""
    return "".join(
        c if c.isprintable() or "\udc80" <= c <= "\udcff" else c.encode("unicode_escape").decode() for c in name
    )


def _summary(session: Session, volume: Volume, options: Namespace) -> Exit:
    command = commands.volume_heal_info(volume.name, "summary")
    pool = session.gluster.pool
    bricks = work(Job(_("Count what waits"), quiet=True), lambda job: pool.ask(command, parse_heal_info, job))
    if options.json:
        say_json({"volume": volume.name, "bricks": [_brick_data(brick) for brick in bricks]})
        return Exit.OK
    columns = (_("Brick"), _("Connected"), _("Entries"), _("Waiting"), _("Split-brain"), _("Healing"))
    show_table([columns, *(_brick_row(brick) for brick in bricks)])
    return Exit.OK


def _brick_data(brick: HealBrick) -> dict[str, Any]:
    return {
        "brick": brick.brick,
        "connected": brick.connected,
        "entries": brick.entries,
        "pending": brick.pending,
        "split_brain": brick.split_brain,
        "healing": brick.healing,
    }


def _brick_row(brick: HealBrick) -> tuple[str, ...]:
    numbers = (brick.entries, brick.pending, brick.split_brain, brick.healing)
    return (brick.brick, _("yes") if brick.connected else _("no"), *(count(n) for n in numbers))


def _doctor(session: Session, volume: Volume, state: GlusterState, options: Namespace) -> Exit:
    """Exit status 0 where the backlog is empty or gets smaller, else 1."""
    history = HealHistory()
    history.note(state)
    pool = session.gluster.pool
    probe = work(Job("probe", quiet=True), partial(read_probe, pool, volume)) if heals(volume) else None
    found = diagnose(volume, state, history.of(volume), probe=probe)
    if volume.heal_pending and options.watch > 0 and {finding.cause for finding in found} <= UNSEEN:
        note(
            _("No cause is seen at once; watching the backlog for {time} …").format(time=duration(round(options.watch)))
        )
        state = work(Job("watch", quiet=True), lambda job: _watch(session, history, options.watch, job))
        volume = volume_named(state, options.name)
        earlier, probe = probe, work(Job("probe", quiet=True), partial(read_probe, pool, volume))
        found = diagnose(volume, state, history.of(volume), probe=probe, earlier=earlier)
    if options.json:
        say_json(_doctor_data(volume, found, probe))
    else:
        _say_findings(volume, found, probe)
    return Exit.OK if converging(found) else Exit.FAILED


def _watch(session: Session, history: HealHistory, seconds: float, job: Job) -> GlusterState:
    end = time.monotonic() + seconds
    while True:
        job.sleep(PAUSE)
        state = session.gluster.pool.read(job)
        history.note(state)
        if time.monotonic() >= end:
            return state


def _doctor_data(volume: Volume, found: tuple[Finding, ...], probe: Probe | None) -> dict[str, Any]:
    return {
        "volume": volume.name,
        "heal_pending": volume.heal_pending,
        "converging": converging(found),
        "findings": [
            {
                "cause": finding.cause.value,
                "severity": finding.severity.name.lower(),
                "title": finding.title,
                "text": finding.text,
                "todo": list(finding.todo),
            }
            for finding in found
        ],
        "bricks": [
            {
                "brick": role.brick.name,
                "online": role.brick.online,
                "role": role.role.value,
                "entries": role.brick.heal_pending,
                "lacks": role.lacks,
                "blamed_by": list(role.blamed_by),
            }
            for role in roles(volume, probe.bricks if probe else None)
        ],
        "unread_nodes": dict(probe.failed) if probe else {},
    }


def _say_findings(volume: Volume, found: tuple[Finding, ...], probe: Probe | None) -> None:
    for finding in found:
        say(f"{finding.severity.name.lower()}: {finding.title}")
        if finding.text:
            say(f"  {finding.text}")
        for line in finding.todo:
            say(f"  - {line}")
    if heals(volume):
        say()
        columns = (_("Brick"), _("Role"), _("Lists"), _("Free"))
        rows = [
            (role.brick.name, role.role.value, count(role.brick.heal_pending), size(role.brick.free))
            for role in roles(volume, probe.bricks if probe else None)
        ]
        show_table([columns, *rows])
    for node, why in (probe.failed if probe else {}).items():
        note(_("{node} could not be asked: {why}").format(node=node, why=why))
