"""Entries of the journal, as `journalctl -o json` writes them (systemd.io/JOURNAL_EXPORT_FORMATS)."""

from __future__ import annotations

import json
from typing import Any

from nasclustergui.subsystems.logs.model import JOURNAL, Entry, Place, Severity

_BY_PRIORITY = (
    Severity.CRITICAL,  # emerg
    Severity.CRITICAL,  # alert
    Severity.CRITICAL,
    Severity.ERROR,
    Severity.WARNING,
    Severity.NOTICE,
    Severity.INFO,
    Severity.DEBUG,
)


def field_text(value: Any) -> str:
    """A field: a string, a list of byte values where it isn't UTF-8, a list of those where it occurs often, null
    where it was too large to be told."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        if value and all(isinstance(n, int) and 0 <= n < 256 for n in value):
            return bytes(value).decode("utf-8", "backslashreplace")
        return "\n".join(field_text(item) for item in value)
    return "" if value is None else str(value)


def parse_journal(node: str, line: str) -> Entry | None:
    """One line, None if it is none of the journal."""
    try:
        fields = json.loads(line)
    except ValueError:
        return None
    if not isinstance(fields, dict):
        return None
    try:
        at = int(fields["__REALTIME_TIMESTAMP"])
    except (KeyError, TypeError, ValueError):
        return None
    priority = fields.get("PRIORITY")
    known = isinstance(priority, str) and priority in "01234567" and len(priority) == 1
    severity = _BY_PRIORITY[int(priority)] if known and isinstance(priority, str) else Severity.INFO
    # systemd's own entries about a unit carry the unit in UNIT; _SYSTEMD_UNIT is then init.scope
    unit = field_text(fields.get("UNIT") or fields.get("_SYSTEMD_UNIT") or fields.get("SYSLOG_IDENTIFIER"))
    cursor = field_text(fields.get("__CURSOR"))
    text = field_text(fields.get("MESSAGE")).rstrip("\n")
    return Entry(node, JOURNAL, at, severity, unit, text, Place(cursor), field_text(fields.get("_PID")))


def all_fields(line: str) -> tuple[tuple[str, str], ...]:
    """Every field of an entry, message first, those of the journal itself last. Empty if it can't be read."""
    try:
        fields = json.loads(line)
    except ValueError:
        return ()
    if not isinstance(fields, dict):
        return ()
    names = sorted(fields, key=lambda name: (name != "MESSAGE", name.startswith("__"), name.startswith("_"), name))
    return tuple((name, field_text(fields[name])) for name in names)
