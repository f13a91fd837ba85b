"""Takes apart what the scripts print: sections by name, JSON that may be broken, numbers that may be missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from nasclustergui.core.command import Result
from nasclustergui.core.errors import UnexpectedOutput
from nasclustergui.core.i18n import _

MARK = "@@"
Row = Mapping[str, Any]


def sections(node: str, result: Result) -> list[tuple[str, str]]:
    """(name, text) in order, without the closing "end". Raises UnexpectedOutput for anything that is cut off."""
    found: list[tuple[str, list[str]]] = []
    for line in result.stdout.splitlines():
        if line.startswith(MARK):
            found.append((line[len(MARK) :], []))
        elif found:
            found[-1][1].append(line)
    if not found or found[-1][0] != "end":
        raise UnexpectedOutput(
            _("{node} answered something that this program can't read.").format(node=node),
            hint=_("What is shown of this node stays as it was until it answers as expected."),
            details=f"exit status {result.status}\n{result.stderr[:2000]}\n{result.stdout[-2000:]}",
        )
    return [(name, "\n".join(lines).strip("\n")) for name, lines in found[:-1]]


def json_rows(text: str, key: str = "") -> list[Row]:
    """The objects of a JSON list, or of the list below `key`. Raises ValueError."""
    try:
        data = json.loads(text)
    except RecursionError as error:
        raise ValueError(text[:80]) from error
    if key:
        data = data.get(key) if isinstance(data, dict) else None
    if not isinstance(data, list):
        raise ValueError(text[:80])
    return [row for row in data if isinstance(row, dict)]


def pairs(text: str) -> dict[str, str]:
    """NAME=VALUE lines."""
    rows = (line.partition("=") for line in text.splitlines())
    return {name.strip(): value.strip() for name, equals, value in rows if equals}


def number(value: object) -> int | None:
    """A whole number, also written as text; None for anything else, also for negative ones ("-", -1, null)."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        found = int(value)
    except ValueError:
        return None
    return found if found >= 0 else None


def text_of(row: Row, key: str) -> str:
    """The text there, "" for anything else."""
    value = row.get(key)
    return value.strip() if isinstance(value, str) else ""
