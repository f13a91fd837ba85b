"""The rows of the section's two tables; no Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nasclustergui.core.i18n import _
from nasclustergui.core.units import DASH, count, size
from nasclustergui.subsystems.gluster.features.split_brain import save
from nasclustergui.subsystems.gluster.features.split_brain.compare import Line, differing, kind_words, lines
from nasclustergui.subsystems.gluster.features.split_brain.model import Copy, Entry, FileType, Kind
from nasclustergui.subsystems.gluster.features.split_brain.policy import Decision
from nasclustergui.ui.cell import Cell, Row

ICONS = {FileType.FILE: "scroll-text", FileType.DIRECTORY: "layers", FileType.SYMLINK: "link"}
SHORT_SUM = 16  # letters of a checksum that a column shows


def entry_rows(entries: Sequence[Entry], decisions: Mapping[str, Decision], sets: bool) -> list[Row]:
    """A row per entry, with what the chosen policy means for it. `sets`: the volume has more than one."""
    return [_entry_row(entry, decisions.get(entry.item), sets) for entry in entries]


def _entry_row(entry: Entry, decision: Decision | None, sets: bool) -> Row:
    where = _("set {n}").format(n=count(entry.set_number)) if sets else ""
    return Row(
        entry.item,
        (
            Cell(entry.shown, "name", ICONS.get(entry.type or FileType.OTHER, "circle-question-mark"), where),
            Cell(kind_words(entry.kind), "state", state="unknown" if entry.kind is Kind.UNCLEAR else "critical"),
            Cell(", ".join(differing(entry)) or DASH),
            decision_cell(decision),
        ),
        sort=(entry.path,),
        data=entry,
        rank=0,
    )


def decision_cell(decision: Decision | None) -> Cell:
    """Who wins and what is lost, or why nobody does."""
    if decision is None:
        return Cell(DASH, role="text3")
    if decision.winner is None:
        return Cell(_("Stays"), "state", state="warn", sub=decision.why_not, tip=decision.why_not)
    if decision.merges:
        return Cell(_("All names are kept"), "state", state="info")
    winner = decision.winner.node or decision.winner.brick
    text = _("{node} wins").format(node=winner)
    return Cell(text, "state", state="info", sub=_losses(decision), tip=_losses(decision) or text)


def _losses(decision: Decision) -> str:
    if not decision.loses_content:
        return _("with its owner and permissions")
    losers = [copy for copy in decision.losers if not copy.arbiter]
    if any(copy.type is FileType.DIRECTORY for copy in losers):
        return _("overwrites a directory with its files")
    return _("overwrites {size}").format(size=size(save.need(losers)))


def copy_rows(entry: Entry, sums: Mapping[str, str] | None) -> list[Row]:
    """A row per property, what differs first marked."""
    return [_copy_row(line) for line in lines(entry, sums)]


def _copy_row(line: Line) -> Row:
    mark = Cell(_("differs"), "state", state="warn") if line.differs else Cell()
    values = tuple(_value(line, value) for value in line.values)
    return Row(line.key, (Cell(line.label, role="" if line.differs else "text3"), *values, mark), rank=0)


def _value(line: Line, value: str) -> Cell:
    role = "" if line.differs or line.key == "blames" else "text2"
    if line.key == "sha256" and len(value) == 64:
        return Cell(value[:SHORT_SUM] + "…", "mono", role=role, tip=value)
    return Cell(value, "mono" if line.key in ("gfid", "mode") else "text", role=role)


def copy_head(copy: Copy) -> str:
    """ "node1 /bricks/d1/data": the head of a column."""
    return f"{copy.node or copy.brick.partition(':')[0]} {copy.brick.partition(':')[2]}"
