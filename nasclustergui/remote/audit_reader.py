"""Reads the audit log: is it as it was written, and what are its newest entries?"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nasclustergui.core.errors import AuditFailed
from nasclustergui.core.i18n import _
from nasclustergui.remote.audit import GENESIS, Verification, digest, parsed


def verify(path: Path) -> Verification:
    """Walk the whole chain and stop at the first line that isn't as it was written. Raises AuditFailed."""
    chain = _Chain()
    for line in _lines(path):
        if reason := chain.add(line):
            return Verification(chain.entries, chain.repaired, chain.broken_line, reason)
    if chain.garbage:
        return Verification(chain.entries, chain.repaired, chain.garbage_line, _("The last line is incomplete."))
    return Verification(chain.entries, chain.repaired)


def newest(path: Path, count: int, cluster: str = "") -> tuple[dict[str, Any], ...]:
    """The last `count` entries (of the cluster, if it is named), oldest first. Raises AuditFailed.

    Lines that can't be read are left out: `verify` is for them.
    """
    entries: deque[dict[str, Any]] = deque(maxlen=count)
    for line in _lines(path):
        entry = parsed(line)
        if entry is not None and cluster in ("", entry.get("cluster")):
            entries.append(entry)
    return tuple(entries)


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            yield from file
    except FileNotFoundError:
        return
    except OSError as error:
        raise AuditFailed(
            _("The record of changes {file} cannot be read: {reason}.").format(
                file=path, reason=error.strerror or str(error)
            ),
            details=repr(error),
        ) from error


class _Chain:
    """Follows the hashes line by line."""

    def __init__(self) -> None:
        self.entries = self.repaired = self.number = 0
        self.broken_line = self.garbage_line = 0
        self.garbage = b""
        self._prev = GENESIS

    def add(self, line: bytes) -> str:
        """Take one more line; why the chain is broken, "" while it isn't."""
        self.number += 1
        entry = parsed(line)
        if entry is None:
            self.garbage_line = self.garbage_line if self.garbage else self.number
            self.garbage = (self.garbage + line).lstrip(b"\n")  # empty lines say nothing
            return ""
        if reason := self._judge(entry):
            return reason
        self.entries += 1
        self._prev = entry["hash"]
        return ""

    def _judge(self, entry: dict[str, Any]) -> str:
        self.broken_line = self.number
        body = {key: value for key, value in entry.items() if key != "hash"}
        if entry.get("hash") != digest(str(entry.get("prev")), body):
            return _("The line was changed after it was written.")
        if entry.get("prev") != self._prev:
            return _("Lines before it are missing, added or in another order.")
        if self.garbage or entry.get("kind") == "segment":
            if entry.get("cut") != hashlib.sha256(self.garbage.strip(b"\n")).hexdigest():
                self.broken_line = self.garbage_line or self.number
                return _("The line is incomplete, and not as the program found it after a crash.")
            self.repaired += 1
            self.garbage = b""
        return ""
