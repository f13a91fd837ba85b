"""Two values line by line: JSON is put in order first, so that only what differs looks different. Pure."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from enum import StrEnum

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import count, size
from nasclustergui.remote.etcd_types import visible

LINES = 4_000  # of a side; a longer value is cut, and says so
_THOROUGH = 250_000  # lines times lines that are compared each with each: about 50 ms
_BYTES_A_LINE = 16


class Mark(StrEnum):
    """What became of a line."""

    SAME = " "
    REMOVED = "-"
    ADDED = "+"
    CHANGED = "~"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two lines beside each other; None where a side has none."""

    mark: Mark
    left: str | None
    right: str | None


def shown(value: bytes | None) -> list[str]:
    """The value as lines: JSON formatted, other text as it is, anything else as hexadecimal bytes."""
    if value is None:
        return []
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return _limited(_hexadecimal(value))
    if "\0" in text:
        return _limited(_hexadecimal(value))
    return _limited(_formatted(text).split("\n"))


def _formatted(text: str) -> str:
    stripped = text.strip()
    if not stripped.startswith(("{", "[")):
        return text
    try:
        return json.dumps(json.loads(stripped), indent=2, ensure_ascii=False, sort_keys=True)
    except (ValueError, RecursionError):
        return text


def is_text(value: bytes) -> bool:
    """True if it can be shown and typed as text."""
    try:
        return "\0" not in value.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _hexadecimal(value: bytes) -> list[str]:
    rows = range(0, min(len(value), LINES * _BYTES_A_LINE + 1), _BYTES_A_LINE)
    return [_hex_row(at, value[at : at + _BYTES_A_LINE]) for at in rows]


def _hex_row(at: int, part: bytes) -> str:
    text = "".join(chr(b) if 0x20 <= b < 0x7F else "." for b in part)
    return f"{at:08x}  {part.hex(' '):<47}  {text}"


def _limited(lines: list[str]) -> list[str]:
    if len(lines) <= LINES:
        return lines
    more = len(lines) - LINES
    return [*lines[:LINES], ngettext("… {n} more line", "… {n} more lines", more).format(n=count(more))]


def compare(left: bytes | None, right: bytes | None) -> tuple[Pair, ...]:
    """Both values side by side."""
    a, b = shown(left), shown(right)
    first = _common(a, b)
    last = _common(a[first:][::-1], b[first:][::-1])
    middle_a, middle_b = a[first : len(a) - last], b[first : len(b) - last]
    alike = [Pair(Mark.SAME, x, x) for x in a]
    return (*alike[:first], *_middle(middle_a, middle_b), *alike[len(a) - last :])


def _common(a: list[str], b: list[str]) -> int:
    """How many lines both begin with."""
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _middle(a: list[str], b: list[str]) -> list[Pair]:
    if len(a) * len(b) > _THOROUGH:
        return _apart(a, b)
    pairs: list[Pair] = []
    for tag, a1, a2, b1, b2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs += [Pair(Mark.SAME, x, y) for x, y in zip(a[a1:a2], b[b1:b2], strict=True)]
        else:
            pairs += _apart(a[a1:a2], b[b1:b2])
    return pairs


def _apart(left: list[str], right: list[str]) -> list[Pair]:
    """Lines that differ: as many as there are on both sides stand beside each other."""
    out = [Pair(Mark.CHANGED, x, y) for x, y in zip(left, right, strict=False)]
    out += [Pair(Mark.REMOVED, x, None) for x in left[len(right) :]]
    return out + [Pair(Mark.ADDED, None, y) for y in right[len(left) :]]


def short(value: bytes | None, known: bool = True, full: int = 0, room: int = 80) -> str:
    """The value in one line: "—" for none, its size where it is binary. `full`: its whole size if it was cut."""
    if value is None:
        return "—" if known else _("not known")
    if not is_text(value[: room * 4]) and not is_text(value):
        return _("binary, {size}").format(size=size(max(full, len(value))))
    text = " ".join(value[: room * 8].decode("utf-8", "replace").split())
    if not text:
        return _("empty") if not value else _("blank")
    return visible(text if len(text) <= room else text[: room - 1] + "…")
