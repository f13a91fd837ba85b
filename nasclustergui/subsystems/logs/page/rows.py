"""What a row of the table says about an entry, and an entry as text."""

from __future__ import annotations

import time

from nasclustergui.core.i18n import _
from nasclustergui.core.units import clock
from nasclustergui.subsystems.logs.model import JOURNAL, Entry, Severity, severity_word
from nasclustergui.ui.cell import Cell

# severity → (icon, state for its colour, role of the word)
LOOKS = {
    Severity.CRITICAL: ("octagon-x", "critical", "critical"),
    Severity.ERROR: ("circle-x", "critical", "critical"),
    Severity.WARNING: ("triangle-alert", "warn", "warn"),
    Severity.NOTICE: ("info", "info", "text2"),
    Severity.INFO: ("circle-dot", "", "text2"),
    Severity.DEBUG: ("bug", "", "text3"),
}
TIME, NODE, SEVERITY, SOURCE, UNIT, MESSAGE = range(6)


def heads() -> tuple[str, ...]:
    """Titles of the columns."""
    return (_("Time"), _("Node"), _("Severity"), _("Source"), _("Unit"), _("Message"))


def time_text(micros: int, now: float | None = None) -> str:
    """Local time with milliseconds: today "17:21:42.506", else "22 Nov 17:21:42.506"."""
    seconds, rest = divmod(micros, 1_000_000)
    exact = time.strftime("%H:%M:%S", time.localtime(seconds)) + f".{rest // 1000:03}"
    day = clock(seconds, now)
    if day.count(":") == 2:
        return exact
    return f"{day.rpartition(' ')[0] if ':' in day else day} {exact}"


def source_text(name: str) -> str:
    """ "glusterfs/bricks/data.log" → "bricks/data.log"."""
    return _("Journal") if name == JOURNAL else name.removeprefix("glusterfs/")


def cell(entry: Entry, column: int, order: int) -> Cell:
    """One cell. `order`: the time by which the entry is ordered."""
    if column == TIME:
        tip = (
            time_text(entry.at)
            if order == entry.at
            else _("{time} by the node's clock").format(time=time_text(entry.at))
        )
        return Cell(time_text(order), "mono", tip=tip)
    if column == NODE:
        return Cell(entry.node)
    if column == SEVERITY:
        icon, state, role = LOOKS[entry.severity]
        return Cell(severity_word(entry.severity), "name", icon, state=state, role=role)
    if column == SOURCE:
        return Cell(source_text(entry.source), role="text3")
    if column == UNIT:
        return Cell(entry.unit, role="text3")
    loud = entry.severity >= Severity.WARNING
    more = entry.text.count("\n")
    return Cell(entry.first_line[:2000], "name", sub=f"+{more}" if more else "", role="text" if loud else "text2")


def sentence(entry: Entry) -> str:
    """The row for a screen reader."""
    return f"{severity_word(entry.severity)}, {entry.node}, {time_text(entry.at)}, {entry.unit}: {entry.first_line}"
