"""What the rows of keys say: cells, words, sentences for those who do not see them."""

from __future__ import annotations

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import DASH, count
from nasclustergui.subsystems.etcd.features.keys.schema import note
from nasclustergui.subsystems.etcd.page.sections.keys.nodes import Entry, Kind, Mark
from nasclustergui.ui.cell import Cell

NAME, KEYS, REVISION = range(3)
_STATES = {Mark.ADDED: "ok", Mark.CHANGED: "info", Mark.DELETED: "critical"}


def heads() -> tuple[str, str, str]:
    """Titles of the columns."""
    return _("Key"), _("Keys"), _("Revision")


def cell(entry: Entry, column: int, unsaved: bool = False) -> Cell:
    """What stands in a column of the row; `unsaved`: something was typed into the key."""
    if column == NAME:
        return _name(entry, unsaved)
    if column == KEYS:
        if not entry.folder:
            return Cell()
        return Cell(count(entry.keys) if entry.keys is not None else DASH, "num", role="text2")
    if entry.kind is Kind.KEY and entry.kv is not None:
        return Cell(count(entry.kv.mod_revision), "num", role="text3")
    return Cell()


def _name(entry: Entry, unsaved: bool = False) -> Cell:
    if entry.kind is Kind.MORE:
        return _more(entry)
    words = [mark_word(entry.mark)] if entry.mark is not Mark.NONE else []
    if entry.kind is Kind.KEY:
        words += [_("not saved")] if unsaved else []
        words += [word] if (word := _note(entry)) else []
        if not entry.name:
            return Cell(_("(named like its folder)"), "name", "key-round", " · ".join(words), role="text2")
    icon = ("folder-open" if entry.open else "folder") if entry.folder else "key-round"
    state = _STATES.get(entry.mark, "")
    gone = entry.mark is Mark.DELETED
    return Cell(entry.name, "name", icon, " · ".join(words), state, role="text3" if gone else "", stale=gone)


def _note(entry: Entry) -> str:
    """Why the key may go or change by itself, "" if it stays."""
    leased = entry.kv is not None and bool(entry.kv.lease)
    return note(entry.path) or (_("on a lease") if leased else "")


def _more(entry: Entry) -> Cell:
    folder = entry.parent
    if folder is not None and folder.error is not None:
        text = _("Not read: {why} Enter tries again.").format(why=folder.error)
        return Cell(text, "name", "octagon-x", state="critical")
    return Cell(_("Reading…"), "name", "loader", role="text3")


def mark_word(mark: Mark) -> str:
    """What was seen to happen, "" for nothing."""
    return {
        Mark.NONE: "",
        Mark.ADDED: _("added just now"),
        Mark.CHANGED: _("changed just now"),
        Mark.DELETED: _("deleted just now"),
    }[mark]


def sentence(entry: Entry) -> str:
    """The row for a screen reader."""
    shown = _name(entry)
    parts = [shown.text, shown.sub]
    if entry.folder:
        parts.append(_("folder, open") if entry.open else _("folder, closed"))
        if entry.keys is not None:
            parts.append(ngettext("{n} key", "{n} keys", entry.keys).format(n=count(entry.keys)))
    parts.append(_("level {n}").format(n=entry.depth + 1))
    return ", ".join(part for part in parts if part)
