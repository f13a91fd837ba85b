"""Answers `etcd watch|history|compare|restore`."""

from __future__ import annotations

import json
import queue
import time
from argparse import Namespace
from functools import partial
from typing import Any

from nasclustergui.cli.etcd_features.values import value_data
from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as
from nasclustergui.cli.status import show_table
from nasclustergui.cli.terminal import note, say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput, StoreError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.units import clock, size
from nasclustergui.remote.etcd_types import WatchEvent, WatchKind, WatchState, printable
from nasclustergui.subsystems.etcd.features.changes.diff import short
from nasclustergui.subsystems.etcd.features.changes.feed import Change, Feed, What
from nasclustergui.subsystems.etcd.features.changes.model import Comparison, Difference, History, Turn, Version
from nasclustergui.subsystems.etcd.features.changes.read import VERSIONS, read_comparison, read_history
from nasclustergui.subsystems.etcd.features.changes.restore import plan_restore

_LOOK = 0.2  # seconds


def watch(session: Session, options: Namespace) -> Exit:
    """`watch PREFIX`: a line a change, until --count, --seconds or Ctrl-C."""
    if options.count < 0 or options.seconds < 0:
        raise InvalidInput(_("A number below 0 makes no sense here."))
    work(Job(_("Watch"), quiet=True), partial(_watch, session, options))
    return Exit.OK


def _watch(session: Session, options: Namespace, job: Job) -> None:
    feed, news = Feed(kept=1), queue.SimpleQueue[WatchState | tuple[WatchEvent, ...]]()
    client = session.store().client
    client.count(options.prefix, job=job)  # a watch that is refused would try for ever
    running = client.watch_prefix(options.prefix, news.put, news.put, options.from_revision or None, prev=True)
    end = time.monotonic() + options.seconds if options.seconds else None
    shown = 0
    try:
        while end is None or time.monotonic() < end:
            job.check()
            for change in _next(feed, news, options):
                _show_change(change, options.json)
                shown += 1
                if options.count and shown >= options.count:
                    return
    finally:
        running.stop()
        if feed.counts().folded and not options.heartbeats:
            note(_("{n} heartbeats were left out.").format(n=feed.counts().folded))


def _next(feed: Feed, news: queue.SimpleQueue[WatchState | tuple[WatchEvent, ...]], options: Namespace) -> list[Change]:
    """The changes that are to be shown of what comes next."""
    try:
        item = news.get(timeout=_LOOK)
    except queue.Empty:
        return []
    found: list[Change] = []
    if isinstance(item, WatchState):
        before = feed.number
        feed.on_state(item)
        _tell_state(item)
        return [change for change in feed.changes() if change.number > before]
    for event in item:
        before = feed.number
        feed.on_events((event,))
        found += [change for change in feed.changes(options.heartbeats) if change.number > before]
    return found


def _tell_state(state: WatchState) -> None:
    if state.kind is WatchKind.CONNECTED:
        note(_("Watching from revision {n} on, at {endpoint}.").format(n=state.revision, endpoint=state.endpoint))
    elif state.kind is WatchKind.LOST:
        text = _("Connection lost {time}: {why}. It resumes without a gap.")
        note(text.format(time=clock(time.time()), why=state.error.rstrip(".")))


def _show_change(change: Change, as_json: bool) -> None:
    if as_json:
        say(json.dumps(_change_data(change)))
        return
    if change.what is What.GAP:
        text = _("History was compacted: changes between revision {first} and {last} cannot be shown.")
        say(text.format(first=change.since, last=change.revision))
        return
    old = short(change.old, change.old_known, change.sizes[0])
    values = short(change.new, full=change.sizes[1])
    if change.what is What.CHANGED:
        values = f"{old} → {values}"
    elif change.what is What.DELETED:
        values = f"{old} →"
    say("  ".join((clock(change.at), str(change.revision), change.what.value, change.name, values)))


def _change_data(change: Change) -> dict[str, Any]:
    if change.what is What.GAP:
        return {"at": change.at, "what": "gap", "from_revision": change.since, "to_revision": change.revision}
    data: dict[str, Any] = {"at": change.at, "what": change.what.value, "revision": change.revision}
    data |= value_data("key", change.key)
    if change.new is not None:
        data |= value_data("value", change.new)
    if change.old is not None:
        data |= value_data("old", change.old)
    return data | {"old_known": change.old_known, "lease": f"{change.lease:x}"}


def history(session: Session, options: Namespace) -> Exit:
    """`history KEY`: newest first."""
    found = _history(session, options.key, max(1, min(options.number, 10_000)))
    if options.json:
        say_json(_history_data(found))
        return Exit.OK
    if not found.versions:
        say(_("etcd knows nothing of {key}: it was never there, or its history was compacted.").format(key=found.name))
        return Exit.OK
    show_table([(_("Revision"), _("What"), _("Size"), _("Value")), *map(_version_row, found.versions)])
    if found.compacted:
        say(_("Older versions were compacted: nothing is known before revision {n}.").format(n=found.compacted))
    elif found.more:
        say(_("There are older ones: -n {n} shows more.").format(n=2 * len(found.versions)))
    return Exit.OK


def _history(session: Session, key: str, wanted: int) -> History:
    def read(job: Job) -> History:
        return read_history(session.store(), key, job, wanted)

    return work(Job(_("Read the history"), quiet=True), read)


def what_happened(version: Version) -> str:
    """In a word."""
    if version.deleted:
        return _("deleted")
    return _("created") if version.number == 1 else _("changed")


def _version_row(version: Version) -> tuple[str, ...]:
    value = version.value
    return (
        str(version.revision),
        what_happened(version),
        size(len(value)) if value is not None else "",
        short(value) if value is not None else "",
    )


def _history_data(found: History) -> dict[str, Any]:
    versions = []
    for version in found.versions:
        data: dict[str, Any] = {"revision": version.revision, "deleted": version.deleted, "life": version.life}
        if version.value is not None:
            data |= {**value_data("value", version.value), "version": version.number, "lease": f"{version.lease:x}"}
        versions.append(data)
    head = {**value_data("key", found.key), "exists": found.exists, "revision": found.revision}
    return head | {"compacted": found.compacted, "more": found.more, "versions": versions}


def compare(session: Session, options: Namespace) -> Exit:
    """`compare PREFIX --from-revision N [--to-revision N]`."""

    def read(job: Job) -> Comparison:
        return read_comparison(session.store(), options.prefix, options.from_revision, options.to_revision, job)

    found = work(Job(_("Compare"), quiet=True), read)
    if options.json:
        differences = [_difference_data(difference) for difference in found.differences]
        say_json({"from": found.first, "to": found.last, "same": found.same, "differences": differences})
        return Exit.OK
    if found.differences:
        show_table([(_("What"), _("Key"), _("Then"), _("Later")), *map(_difference_row, found.differences)])
    text = _("{n} differ, {same} are the same, between revision {first} and {last}.")
    say(text.format(n=len(found.differences), same=found.same, first=found.first, last=found.last))
    return Exit.OK


def turn_word(turn: Turn) -> str:
    """What became of a key."""
    return {Turn.ADDED: _("added"), Turn.CHANGED: _("changed"), Turn.REMOVED: _("removed")}[turn]


def _difference_row(difference: Difference) -> tuple[str, ...]:
    before, after = (kv.value if kv else None for kv in (difference.before, difference.after))
    return turn_word(difference.turn), difference.name, short(before), short(after)


def _difference_data(difference: Difference) -> dict[str, Any]:
    data: dict[str, Any] = {"what": difference.turn.value, **value_data("key", difference.key)}
    if difference.before is not None:
        data |= value_data("before", difference.before.value)
    if difference.after is not None:
        data |= value_data("after", difference.after.value)
    return data


def restore(session: Session, options: Namespace) -> Exit:
    """`restore KEY --revision N`."""
    found = _history(session, options.key, VERSIONS * 10)
    wanted = found.at(options.revision)
    if options.revision > found.revision:
        raise InvalidInput(
            _("etcd is at revision {now}: it has not reached {n} yet.").format(now=found.revision, n=options.revision),
            field="revision",
        )
    if wanted is None:
        hint = _("Look at: nasclustergui etcd history {key}").format(key=printable(found.key))
        if found.compacted:
            text = _("The history before revision {n} was compacted.").format(n=found.compacted)
            raise StoreError(text, hint=hint, refused=True)
        text = _("{key} was not there at revision {n}.").format(key=found.name, n=options.revision)
        raise InvalidInput(text, field="revision", hint=hint)
    return carry_out_as(session, plan_restore(found, wanted, session.profile.name), options)
