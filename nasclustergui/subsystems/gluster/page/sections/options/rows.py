"""Options as rows: grouped by the part of gluster they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import DASH, count
from nasclustergui.subsystems.gluster.features.options.model import Option
from nasclustergui.subsystems.gluster.page.sections.options.edits import Edit, Edits
from nasclustergui.ui.cell import Cell, Row
from nasclustergui.ui.tree import Tree

GROUP = "group:"  # begins the keys of groups


def option_tree() -> Tree:
    """The catalogue, still empty."""
    return Tree(
        [(_("Option"), -1), (_("Value"), 170), (_("Default"), 110), ("", 88)],
        drop={2: 620, 3: 500},
        name=_("Options"),
        severity_first=False,
    )


def change_tree() -> Tree:
    """The collected changes, still empty."""
    return Tree([(_("Option"), -1), (_("Change"), 168)], flat=True, name=_("Changes"), severity_first=False)


def group_words() -> Mapping[str, str]:
    """What the parts of gluster do, by the first word of their options."""
    return {
        "auth": _("who may connect"),
        "changelog": _("record of changes, for geo-replication"),
        "client": _("clients' connections"),
        "cluster": _("copies, healing, quorum, distribution"),
        "config": _("transport and threads"),
        "ctime": _("times of files"),
        "debug": _("gluster's own tests"),
        "delay-gen": _("gluster's own tests"),
        "dht": _("distribution"),
        "diagnostics": _("logs and measurements"),
        "disperse": _("dispersed volumes"),
        "features": _("sharding, trash, locks, snapshots"),
        "geo-replication": _("copies at another site"),
        "ganesha": _("NFS-Ganesha"),
        "glusterd": _("the management daemon"),
        "locks": _("locks on files"),
        "network": _("time-outs and buffers"),
        "nfs": _("gluster's own NFS server"),
        "performance": _("caches and threads"),
        "rebalance": _("distribution"),
        "server": _("bricks' connections"),
        "ssl": _("encryption"),
        "storage": _("bricks' file systems"),
        "transport": _("addresses"),
        "user": _("notes for other programs"),
    }


def matches(option: Option, text: str) -> bool:
    """True if every word stands in the name, the value or the help."""
    where = f"{option.name} {option.value} {option.description}".casefold()
    return all(word in where for word in text.casefold().split())


def option_rows(
    options: Iterable[Option], edits: Edits, text: str = "", only_set: bool = False, opened: bool = False
) -> list[Row]:
    """Groups with their options; those that don't match are left out. `opened`: groups are open at first."""
    groups: dict[str, list[Option]] = {}
    for option in options:
        if (not only_set or option.is_set or edits.get(option.name)) and matches(option, text):
            groups.setdefault(option.group, []).append(option)
    words = group_words()
    opened = opened or bool(text.strip()) or only_set
    return [
        _group_row(name, words.get(name, ""), sorted(members, key=lambda o: o.name), edits, opened)
        for name, members in sorted(groups.items())
    ]


def _group_row(name: str, words: str, members: list[Option], edits: Edits, opened: bool) -> Row:
    n = sum(1 for option in members if option.is_set)
    told = ngettext("{n} set", "{n} set", n).format(n=count(n)) if n else ""
    cells = (Cell(name, "name", sub=words, strong=True), Cell(told), Cell(), Cell())
    return Row(
        f"{GROUP}{name}", cells, tuple(_option_row(option, edits.get(option.name)) for option in members), open=opened
    )


def _option_row(option: Option, edit: Edit | None) -> Row:
    value = Cell(option.value or DASH, "mono", role="" if option.value else "text3")
    state = Cell(_("set"), role="text2") if option.is_set else Cell()
    if edit is not None:
        value = Cell(_("{old} → {new}").format(old=option.value or DASH, new=shown(edit.wanted)), "mono")
        state = Cell(_("edited"), role="accent_text")
    default = Cell(DASH if not option.default else option.default, "mono")
    name = Cell(option.name, "name", strong=option.is_set, tip=option.name)
    return Row(option.name, (name, value, default, state), data=option)


def change_rows(edits: Edits, overtaken: Iterable[Edit]) -> list[Row]:
    """What is to be changed. `overtaken`: somebody else changed these meanwhile."""
    theirs = {edit.name for edit in overtaken}
    return [_change_row(edit, edit.name in theirs) for edit in edits]


def _change_row(edit: Edit, theirs: bool) -> Row:
    text = _("{old} → {new}").format(old=shown(edit.before), new=shown(edit.wanted))
    name = Cell(edit.name, "name", "triangle-alert" if theirs else "", state="warn" if theirs else "", tip=edit.name)
    return Row(edit.name, (name, Cell(text, "mono", tip=text)))


def shown(value: str | None) -> str:
    """A value that is set, or the word for none."""
    return value if value is not None else _("default")
