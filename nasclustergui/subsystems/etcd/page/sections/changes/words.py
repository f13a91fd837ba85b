"""What the views of the section say: words, sentences and rows made of plain data. No widgets."""

from __future__ import annotations

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import clock, count, size
from nasclustergui.remote.etcd_types import WatchKind, printable
from nasclustergui.subsystems.etcd.features.changes.diff import short
from nasclustergui.subsystems.etcd.features.changes.feed import KEPT, KEPT_BYTES, Change, Counts, Standing, What
from nasclustergui.subsystems.etcd.features.changes.model import Difference, Turn, Version
from nasclustergui.ui.cell import Cell, Row

# Icons, not states: nothing of this is good or bad by itself.
WHAT_ICON = {What.CREATED: "plus", What.CHANGED: "pencil", What.DELETED: "trash-2"}
TURN_ICON = {Turn.ADDED: "plus", Turn.CHANGED: "pencil", Turn.REMOVED: "trash-2"}


def what_word(what: What) -> str:
    """Of a badge."""
    words = {
        What.CREATED: _("Created"),
        What.CHANGED: _("Changed"),
        What.DELETED: _("Deleted"),
        What.GAP: _("Not known"),
    }
    return words[what]


def turn_word(turn: Turn) -> str:
    """Of a badge."""
    return {Turn.ADDED: _("Added"), Turn.CHANGED: _("Changed"), Turn.REMOVED: _("Removed")}[turn]


def version_what(version: Version) -> What:
    """What happened with it."""
    if version.deleted:
        return What.DELETED
    return What.CREATED if version.number == 1 else What.CHANGED


def what_cell(what: What, sub: str = "") -> Cell:
    """Icon and word; a gap is a state."""
    if what is What.GAP:
        return Cell(what_word(what), "state", state="unknown")
    return Cell(what_word(what), "name", WHAT_ICON[what], sub)


def where(endpoint: str) -> str:
    """An endpoint without its scheme."""
    return endpoint.partition("://")[2] or endpoint


def standing_words(standing: Standing) -> tuple[str, str, str]:
    """(state, word of the badge, sentence) about the watch."""
    since, why = clock(standing.since), standing.error.rstrip(".")
    if standing.ended:
        return "warn", _("Interrupted"), _("Since {time}. It begins again where it ended.").format(time=since)
    if standing.kind is None:
        return "busy", _("Connecting"), _("Waits for etcd.")
    if standing.kind is WatchKind.LOST:
        if standing.began is None:
            return "warn", _("No connection"), _("{why}. It is tried again and again.").format(why=why)
        text = _("{time}: {why}. It resumes without a gap at revision {n}.")
        return "warn", _("Connection lost"), text.format(time=since, why=why, n=standing.revision)
    text = _("Watching since {time} at {endpoint}")
    said = [text.format(time=clock(standing.began), endpoint=where(standing.endpoint))]
    if standing.losses:
        lost = ngettext(
            "the connection was lost once and resumed without a gap",
            "the connection was lost {n} times and resumed without a gap",
            standing.losses,
        )
        said.append(lost.format(n=count(standing.losses)))
    return "ok", _("Live"), "; ".join(said) + "."


def counts_words(counts: Counts) -> str:
    """The line below the list: everything that is not in it, and its limit."""
    n = counts.listed
    said = [ngettext("{n} change", "{n} changes", n).format(n=count(n))]
    if counts.folded:
        beats = ngettext("{n} heartbeat", "{n} heartbeats", counts.folded).format(n=count(counts.folded))
        keys = len(counts.heartbeats)
        nodes = ngettext("{n} node", "{n} nodes", keys).format(n=count(keys))
        said.append(_("{heartbeats} of {nodes}").format(heartbeats=beats, nodes=nodes))
    if counts.dropped:
        text = ngettext("{n} older one fell out", "{n} older ones fell out", counts.dropped)
        said.append(text.format(n=count(counts.dropped)))
    limit = _("the newest {n} changes are kept, at most {size} of values")
    return " · ".join([*said, limit.format(n=count(KEPT), size=size(KEPT_BYTES))])


def gap_words(change: Change) -> str:
    """What nobody can tell any more."""
    text = _("History was compacted: changes between revision {first} and {last} cannot be shown.")
    return text.format(first=change.since, last=change.revision)


def change_values(change: Change, room: int = 120) -> str:
    """ "old → new" in one line."""
    old = short(change.old, change.old_known, change.sizes[0], room)
    new = short(change.new, full=change.sizes[1], room=room)
    if change.what is What.CREATED:
        return new
    return f"{old} → {new}"


def change_row(change: Change) -> Row:
    """Time, what, key, values, revision."""
    if change.what is What.GAP:
        values = gap_words(change)
        key = Cell(_("Changes that cannot be shown"), role="text2")
    else:
        values, key = change_values(change), Cell(change.name, "mono")
    cells = (
        Cell(clock(change.at), role="text2"),
        what_cell(change.what),
        key,
        Cell(values, "text" if change.what is What.GAP else "mono", role="text2"),
        Cell(str(change.revision), "num", role="text2"),
    )
    return Row(str(change.number), cells, sort=(change.at, None, None, None, change.revision), data=change)


def version_row(version: Version, current: bool) -> Row:
    """Revision, what, value, size."""
    value = version.value
    cells = (
        Cell(str(version.revision), "text", strong=current),
        what_cell(version_what(version), _("now") if current else ""),
        Cell(short(value, room=120) if value is not None else "—", "mono", role="text2"),
        Cell(size(len(value)) if value is not None else "—", "num", role="text2"),
    )
    return Row(str(version.revision), cells, sort=(version.revision,), data=version)


def difference_row(difference: Difference) -> Row:
    """What, key, value then, value later."""
    before, after = (kv.value if kv else None for kv in (difference.before, difference.after))
    turn = difference.turn
    cells = (
        Cell(turn_word(turn), "name", TURN_ICON[turn]),
        Cell(difference.name, "mono"),
        Cell(short(before, room=80), "mono", role="text2"),
        Cell(short(after, room=80), "mono", role="text2"),
    )
    return Row(printable(difference.key), cells, data=difference)
