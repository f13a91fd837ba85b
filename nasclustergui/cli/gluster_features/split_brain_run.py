"""Answers `gluster volume split-brain …`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as, volume_named
from nasclustergui.cli.status import show_table
from nasclustergui.cli.terminal import note, say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.features.split_brain import save
from nasclustergui.subsystems.gluster.features.split_brain.compare import (
    differing,
    found_words,
    kind_sentence,
    kind_words,
    lines,
)
from nasclustergui.subsystems.gluster.features.split_brain.contents import sums
from nasclustergui.subsystems.gluster.features.split_brain.model import Copy, Entry, SplitBrains
from nasclustergui.subsystems.gluster.features.split_brain.plans import plan_resolve
from nasclustergui.subsystems.gluster.features.split_brain.policy import Decision, Policy, decide_all
from nasclustergui.subsystems.gluster.features.split_brain.read import COPIES, can_split, read
from nasclustergui.subsystems.gluster.model import GlusterState, Volume


def run(session: Session, options: Namespace) -> Exit:
    """List, show or resolve, as `options.what` says."""
    if options.what == "list" and options.paths:
        raise InvalidInput(_("“list” takes no paths: it names all entries."), hint=_("To look at some say “show”."))
    state, volume, found = work(Job(_("Read the split-brains"), quiet=True), lambda job: _read(session, options, job))
    _warn(found)
    if options.what == "list":
        return _list(found, options)
    if options.what == "show":
        return _show(session, volume, found, options)
    decisions = decide(volume, found, options)
    keep = not options.no_keep
    if keep:
        _ensure_room(session, decisions)
    return carry_out_as(session, plan_resolve(volume, decisions, state, session.profile.name, keep=keep), options)


def decide(volume: Volume, found: SplitBrains, options: Namespace) -> tuple[Decision, ...]:
    """What the options mean for the entries. Raises InvalidInput."""
    if not options.policy:
        text = _("Say which copy wins: --policy bigger-file, latest-mtime, or source-brick with --brick.")
        raise InvalidInput(text, field="policy")
    policy = Policy(options.policy)
    if (policy is Policy.BRICK) != bool(options.brick):
        raise InvalidInput(_("--brick belongs to --policy source-brick, and that needs it."), field="brick")
    names = [brick.name for brick in volume.bricks]
    if options.brick and options.brick not in names:
        text = _("{brick} is no brick of {volume}.").format(brick=options.brick, volume=volume.name)
        raise InvalidInput(text, field="brick", hint=_("There are: {names}.").format(names=", ".join(names)))
    if options.all == bool(options.paths):
        raise InvalidInput(_("Name the entries to resolve, or say --all."), field="paths")
    entries = found.entries if options.all else entries_named(found, options.paths)
    decisions = decide_all(entries, policy, options.brick)
    for decision in decisions:
        if decision.why_not:
            note(_("{path} stays: {reason}").format(path=decision.entry.shown, reason=decision.why_not))
    return decisions


def entry_named(found: SplitBrains, path: str) -> Entry:
    """By path, as it is or as it is shown, or by gfid. Raises InvalidInput."""
    wanted = (path, "/" + path.lstrip("/"))
    for entry in found.entries:
        if entry.path in wanted or entry.shown in wanted or entry.item == path:
            return entry
    raise InvalidInput(
        _("{path} is not in split-brain.").format(path=path), field="paths", hint=_("“list” names what is.")
    )


def entries_named(found: SplitBrains, paths: Sequence[str]) -> list[Entry]:
    """Each once, however often and by whatever name it is called. Raises InvalidInput."""
    return list({entry.item: entry for entry in (entry_named(found, path) for path in paths)}.values())


def _read(session: Session, options: Namespace, job: Job) -> tuple[GlusterState, Volume, SplitBrains]:
    session.nodes.connect_all()
    state = session.gluster.pool.read(job)
    volume = volume_named(state, options.name)
    if volume.type in COPIES and not can_split(volume):  # that is not "none"
        raise InvalidInput(
            _("Volume {name} is not started: whether copies disagree can be seen once it runs.").format(
                name=volume.name
            ),
            hint=_("Start it first."),
        )
    return state, volume, read(session.gluster.pool, volume, job)


def _warn(found: SplitBrains) -> None:
    for brick, why in found.unread.items():
        note(_("{brick} was not read: {why}").format(brick=brick, why=why))
    if found.total > len(found.entries):
        note(_("Only the first {n} are read in full.").format(n=len(found.entries)))


def _list(found: SplitBrains, options: Namespace) -> Exit:
    if options.json:
        say_json(_data(found))
        return Exit.OK
    say(found_words(found))
    if found.entries:
        rows: list[tuple[str, ...]] = [(_("Path"), _("Split-brain"), _("Differs in"), _("Set"))]
        rows += [(e.shown, kind_words(e.kind), ", ".join(differing(e)), str(e.set_number)) for e in found.entries]
        show_table(rows)
    return Exit.OK


def _show(session: Session, volume: Volume, found: SplitBrains, options: Namespace) -> Exit:
    if not options.paths:
        raise InvalidInput(_("Name the entries to show."), field="paths")
    entries = entries_named(found, options.paths)
    checks = {entry.item: _sums(session, volume, entry) if options.checksums else None for entry in entries}
    if options.json:
        say_json([_entry_data(entry) | {"sha256": checks[entry.item]} for entry in entries])
        return Exit.OK
    for entry in entries:
        _show_entry(entry, checks[entry.item])
    return Exit.OK


def _sums(session: Session, volume: Volume, entry: Entry) -> Mapping[str, str]:
    return work(Job(_("Read the copies"), quiet=True), partial(sums, session.gluster.pool, volume, entry))


def _show_entry(entry: Entry, checked: Mapping[str, str] | None) -> None:
    say(entry.shown)
    say("  " + kind_sentence(entry))
    head = ("", *(copy.brick for copy in entry.copies), "")
    differs = _("differs")
    rows = [(line.label, *line.values, differs if line.differs else "") for line in lines(entry, checked)]
    show_table([head, *rows])
    for copy in entry.copies:
        if copy.problem:
            say("  " + f"{copy.brick}: {copy.problem}")


def _ensure_room(session: Session, decisions: Sequence[Decision]) -> None:
    losing: dict[str, list[Copy]] = {}
    for decision in decisions:
        if decision.loses_content:
            for copy in decision.losers:
                losing.setdefault(copy.node, []).append(copy)
    rooms = work(
        Job(_("Look for room"), quiet=True), lambda job: save.read_room(session.gluster.pool, tuple(losing), job)
    )
    for node, copies in losing.items():
        if not save.enough(rooms[node], copies):
            raise InvalidInput(
                _("There is not enough room on {node} to keep the losing copies.").format(node=node),
                hint=_("Make room below {folder}, or give them up with --no-keep.").format(folder=save.FOLDER),
            )


def _data(found: SplitBrains) -> dict[str, Any]:
    return {
        "volume": found.volume,
        "total": found.total,
        "unread": dict(found.unread),
        "estimated": found.estimated,
        "entries": [_entry_data(entry) for entry in found.entries],
    }


def _entry_data(entry: Entry) -> dict[str, Any]:
    return {
        "path": entry.path,
        "shown": entry.shown,
        "item": entry.item,
        "kind": entry.kind.value,
        "set": entry.set_number,
        "names": {name: list(bricks) for name, bricks in entry.names.items()},
        "copies": [_copy_data(copy) for copy in entry.copies],
    }


def _copy_data(copy: Copy) -> dict[str, Any]:
    if not copy.there:
        return {"brick": copy.brick, "there": False, "problem": copy.problem}
    return {
        "brick": copy.brick,
        "there": True,
        "gfid": copy.gfid,
        "type": copy.type.value if copy.type else "",
        "size": None if copy.arbiter else copy.size,
        "mode": f"{copy.mode:04o}",
        "owner": copy.owner,
        "group": copy.group,
        "mtime_ns": copy.mtime,
        "ctime_ns": copy.ctime,
        "atime_ns": copy.atime,
        "blames": {brick: [p.data, p.metadata, p.entry] for brick, p in copy.blames.items()},
    }
