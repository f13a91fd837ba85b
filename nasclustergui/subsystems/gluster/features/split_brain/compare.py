"""The copies of an entry side by side, in words."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import DASH, count, size
from nasclustergui.subsystems.gluster.features.split_brain.decode import NANO
from nasclustergui.subsystems.gluster.features.split_brain.model import (
    Copy,
    Entry,
    FileType,
    Kind,
    Pending,
    SplitBrains,
    printable,
)


class Line(NamedTuple):
    """One property of all copies.

    Attributes:
        key: "size", "mtime" …. values: one per copy, "—" where there is none. differs: not all copies have the same.
    """

    key: str
    label: str
    values: tuple[str, ...]
    differs: bool


def kind_words(kind: Kind) -> str:
    """What differs, short."""
    return {
        Kind.DATA: _("Content"),
        Kind.METADATA: _("Owner, permissions"),
        Kind.BOTH: _("Content and owner"),
        Kind.NAMES: _("Names in it"),
        Kind.NAMES_METADATA: _("Names and owner"),
        Kind.GFID: _("Two different files"),
        Kind.TYPE: _("File and directory"),
        Kind.UNCLEAR: _("Not clear"),
    }[kind]


def kind_sentence(entry: Entry) -> str:
    """What happened, in a sentence."""
    if entry.kind in (Kind.NAMES, Kind.NAMES_METADATA):
        return _names_sentence(entry)
    return {
        Kind.DATA: _("Its content was changed on each copy while the others were away."),
        Kind.METADATA: _("Its owner, permissions or attributes were changed on each copy while the others were away."),
        Kind.BOTH: _("Content and owner or permissions were changed on each copy while the others were away."),
        Kind.GFID: _("Under this name a different file was made on each copy while the others were away."),
        Kind.TYPE: _("Under this name there is a file on one brick and a directory on another."),
        Kind.UNCLEAR: _(
            "gluster lists it, but its copies do not blame each other: it may have been resolved just now."
        ),
    }[entry.kind]


def lines(entry: Entry, sums: Mapping[str, str] | None = None) -> tuple[Line, ...]:
    """All properties worth comparing. `sums`: brick → checksum, or why there is none."""
    copies = entry.copies
    found = [
        _line("type", _("Type"), copies, lambda c: type_words(c.type)),
        _line("size", _("Size"), copies, _size),
        _line("mtime", _("Changed"), copies, lambda c: moment(c.mtime)),
        _line("ctime", _("Metadata changed"), copies, lambda c: moment(c.ctime)),
        _line("atime", _("Read"), copies, lambda c: moment(c.atime)),
        _line("mode", _("Permissions"), copies, lambda c: f"{permissions(c)}  {c.mode:04o}"),
        _line("owner", _("Owner"), copies, lambda c: f"{c.owner} ({c.uid})"),
        _line("group", _("Group"), copies, lambda c: f"{c.group} ({c.gid})"),
        _line("nlink", _("Hard links"), copies, lambda c: count(c.nlink)),
        _line("target", _("Points to"), copies, lambda c: printable(c.target) or DASH),
        _line("gfid", _("gfid"), copies, lambda c: c.gfid),
        _line("blames", _("Blames"), copies, blames),
    ]
    shown = [line for line in found if line.key != "target" or any(c.type is FileType.SYMLINK for c in copies)]
    if sums is not None:
        values = tuple(sums.get(copy.brick, DASH) for copy in copies)
        known = {value for value in values if value != DASH}
        shown.insert(2, Line("sha256", _("SHA-256"), values, len(known) > 1))
    return tuple(shown)


def differing(entry: Entry) -> tuple[str, ...]:
    """Labels of the properties that differ, the telling ones: for a column of the table."""
    telling = ("type", "size", "mtime", "mode", "owner", "group", "target")
    found = [line.label for line in lines(entry) if line.differs and line.key in telling]
    if entry.names or entry.conflicts:
        found.insert(0, _("Names"))
    return tuple(found)


def blames(copy: Copy) -> str:
    """ "node2: content 2, owner 1"."""
    parts = [f"{brick.partition(':')[0]}: {pending_words(pending)}" for brick, pending in copy.blames.items()]
    if copy.dirty:
        parts.append(_("unfinished: {what}").format(what=pending_words(copy.dirty)))
    return "; ".join(parts) or _("nobody")


def pending_words(pending: Pending) -> str:
    """ "content 2, owner 1": how many changes a copy lacks."""
    parts = (
        (_("content {n}"), pending.data),
        (_("owner or attributes {n}"), pending.metadata),
        (_("names {n}"), pending.entry),
    )
    return ", ".join(text.format(n=count(n)) for text, n in parts if n)


def type_words(kind: FileType | None) -> str:
    """What a copy is, "—" if there is none."""
    if kind is None:
        return DASH
    return {
        FileType.FILE: _("File"),
        FileType.DIRECTORY: _("Directory"),
        FileType.SYMLINK: _("Symbolic link"),
        FileType.OTHER: _("Device, socket or pipe"),
    }[kind]


def permissions(copy: Copy) -> str:
    """ "rwxr-xr-x"."""
    letters = "".join("rwx"[i % 3] if copy.mode & (0o400 >> i) else "-" for i in range(9))
    for bit, at, letter in ((0o4000, 2, "s"), (0o2000, 5, "s"), (0o1000, 8, "t")):
        if copy.mode & bit:
            letters = letters[:at] + (letter if letters[at] == "x" else letter.upper()) + letters[at + 1 :]
    return letters


def moment(nanoseconds: int) -> str:
    """Local time to the nanosecond: copies may differ by less than a second."""
    seconds, rest = divmod(nanoseconds, NANO)
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds)) + f".{rest:09d}"


def found_words(found: SplitBrains) -> str:
    """ "7 entries in split-brain"; honest about what was not seen."""
    n = found.total
    text = ngettext("{n} entry in split-brain", "{n} entries in split-brain", n).format(n=count(n))
    names = len(found.entries) - min(n, len(found.entries))  # gluster counts their directory
    if names:
        more = ngettext("{n} name in them stands", "{n} names in them stand", names).format(n=count(names))
        text = _("{entries}, {names} for different files").format(entries=text, names=more)
    return text if not found.unread else _("{text}, not all bricks could be read").format(text=text)


def _names_sentence(entry: Entry) -> str:
    parts = [_("Names were made, renamed or deleted in it on each copy while the others were away.")]
    if entry.conflicts:
        text = ngettext("{n} name stands for different files.", "{n} names stand for different files.", entry.conflicts)
        parts.append(text.format(n=count(entry.conflicts)))
    if entry.names:
        text = ngettext("{n} name is only on some copies: {names}", "{n} names are only on some copies: {names}", len(entry.names))  # fmt: skip # noqa: E501
        names = [printable(name) for name in entry.names]
        listed = ", ".join(names[:6]) + (", …" if len(names) > 6 else "")
        parts.append(text.format(n=count(len(names)), names=listed))
    if entry.names_cut:
        parts.append(_("It has too many names to compare them all."))
    return " ".join(parts)


def _line(key: str, label: str, copies: Sequence[Copy], show) -> Line:  # type: ignore[no-untyped-def]
    values = tuple(show(copy) if copy.there else DASH for copy in copies)
    known = [value for value, copy in zip(values, copies, strict=True) if copy.there and not _void(key, copy)]
    return Line(key, label, values, len(set(known)) > 1)


def _void(key: str, copy: Copy) -> bool:
    """An arbiter's copy is always empty, and directories' sizes mean nothing."""
    return key == "blames" or (key == "size" and (copy.arbiter or copy.type is FileType.DIRECTORY))


def _size(copy: Copy) -> str:
    if copy.arbiter:
        return _("none (arbiter)")
    if copy.type is FileType.DIRECTORY:
        return DASH
    exact = ngettext("{n} byte", "{n} bytes", copy.size).format(n=count(copy.size))
    return exact if copy.size < 1024 else f"{size(copy.size)} ({exact})"
