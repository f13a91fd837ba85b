"""An entry as a line of text and as JSON."""

from __future__ import annotations

import time
from typing import Any

from nasclustergui.subsystems.logs.model import Entry


def line(entry: Entry) -> str:
    """An entry as text for terminals, files and the clipboard; further lines are indented."""
    seconds, rest = divmod(entry.at, 1_000_000)
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(seconds)) + f".{rest:06}"
    at += time.strftime("%z", time.localtime(seconds))
    who = f"{entry.unit}[{entry.pid}]" if entry.pid else entry.unit
    text = "\n    ".join(map(_harmless, entry.text.split("\n")))
    return f"{at} {entry.node} {entry.severity.name.lower()} {_harmless(entry.source)} {_harmless(who)}: {text}"


def _harmless(text: str) -> str:
    """What a terminal would obey as escapes: anybody who reaches a service can have something written to its log."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\t" else c.encode("unicode_escape").decode() for c in text)


def entry_data(entry: Entry) -> dict[str, Any]:
    """For JSON; `at` is seconds since 1970 by the node's clock."""
    data = {
        "at": entry.at / 1e6,
        "node": entry.node,
        "source": entry.source,
        "severity": entry.severity.name.lower(),
        "unit": entry.unit,
        "pid": entry.pid,
        "message_id": entry.message_id,
        "origin": entry.origin,
        "text": entry.text,
    }
    return {name: value for name, value in data.items() if value != ""}
