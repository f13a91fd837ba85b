"""The audit log: every change, one JSON object a line, each holding the hash of the one before.

Format of a line: an object with the fields of `Entry` plus `at` (UTC), `local` (local time with offset), `who`
(user and host of this workstation, login on the node), `prev` and `hash`. Keys are sorted, no blanks, ASCII only.
`hash` is the SHA-256 (hexadecimal) of `prev` followed by the same line without `hash`; the first line's `prev`
is 64 zeros. So no line can be changed, removed or moved without breaking the chain after it; only cutting off
the end leaves no trace in the file itself.

A line that a crash cut short stays where it is. The next entry is then preceded by one of kind "segment" that holds
the SHA-256 of what was found instead of a line.
"""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import json
import os
import platform
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nasclustergui.core.errors import AuditFailed
from nasclustergui.core.i18n import _
from nasclustergui.remote.files import LOCK_SECONDS, exclusive, make_private_dir

GENESIS = "0" * 64
_BLOCK = 65536


@dataclass(frozen=True)
class Entry:
    """One thing worth recording.

    Attributes:
        kind: "start" and "end" of a plan, "begin" and "result" of a step, "segment".
        cluster, plan, title: profile name, id and title of the plan.
        step, steps: number of the step from 1, 0 for the plan as a whole; how many there are.
        node, login: where, and as whom there ("" if ~/.ssh/config decides).
        command: exactly what ran, secrets as "***".
        exit_code: None where nothing came back.
        output: what it printed, shortened in the middle.
        outcome: of a result or an end: "done", "failed", "unknown", "cancelled", "not run", "left running".
        confirmed: the name that was typed.
        dry_run: nothing ran. undo: it took a step back.
    """

    kind: str
    cluster: str
    plan: str = ""
    title: str = ""
    step: int = 0
    steps: int = 0
    node: str = ""
    login: str = ""
    command: str = ""
    exit_code: int | None = None
    output: str = ""
    outcome: str = ""
    confirmed: str = ""
    dry_run: bool = False
    undo: bool = False


@dataclass(frozen=True)
class Verification:
    """What `verify` found.

    Attributes:
        entries: lines in order. repaired: crashes in the middle of a line, noted at the next start.
        broken_line: number of the first line that isn't as it was written (from 1), None if all are.
        reason: why, a sentence.
    """

    entries: int
    repaired: int = 0
    broken_line: int | None = None
    reason: str = ""

    @property
    def intact(self) -> bool:
        """True if every line is as it was written."""
        return self.broken_line is None


class AuditLog:
    """Appends to one file; threads and several running programs may do so at once.

    `lock_seconds`: how long to wait for another program that writes.
    """

    def __init__(self, path: Path, lock_seconds: float = LOCK_SECONDS) -> None:
        self.path = path
        self._lock_seconds = lock_seconds
        self._lock = threading.Lock()
        self._who = {"user": _user(), "host": platform.node()}

    def write(self, entry: Entry) -> None:
        """Append the entry and wait until it is on the disk. Raises AuditFailed: then nothing was added."""
        try:
            with self._lock:
                make_private_dir(self.path.parent)
                with exclusive(self.path.with_name(self.path.name + ".lock"), self._lock_seconds):
                    self._append(entry)
        except OSError as error:
            raise AuditFailed(
                _("The record of changes {file} cannot be written: {reason}.").format(
                    file=self.path, reason=error.strerror or str(error)
                ),
                hint=_(
                    "Nothing is changed without a record. Make room or mend the file's permissions, then try again."
                ),
                details=repr(error),
            ) from error

    def _append(self, entry: Entry) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        handle = os.open(self.path, flags, 0o600)
        try:
            if hasattr(os, "fchmod") and os.fstat(handle).st_mode & 0o077:
                os.fchmod(handle, 0o600)
            size = os.fstat(handle).st_size
            try:
                _write_all(handle, self._lines(handle, entry))
                os.fsync(handle)
            except OSError:
                with contextlib.suppress(OSError):  # a half-written line would count as a crash
                    os.ftruncate(handle, size)
                raise
        finally:
            os.close(handle)

    def _lines(self, handle: int, entry: Entry) -> bytes:
        """What to append: the entry, and before it whatever mends the end of the file."""
        prev, garbage, complete = _end(handle)
        text = b"" if complete else b"\n"
        if garbage:
            segment = asdict(Entry("segment", entry.cluster)) | {"cut": hashlib.sha256(garbage).hexdigest()}
            line, prev = self._sealed(segment, prev)
            text += line
        return text + self._sealed(asdict(entry), prev)[0]

    def _sealed(self, fields: dict[str, Any], prev: str) -> tuple[bytes, str]:
        now = datetime.now(UTC)
        stamps = {"at": now.isoformat(timespec="milliseconds"), "local": now.astimezone().isoformat(timespec="seconds")}
        who = {**self._who, "login": fields.pop("login", "")}
        body = {**fields, **stamps, "who": who, "prev": prev}
        seal = digest(prev, body)
        return _canonical({**body, "hash": seal}) + b"\n", seal


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user in the system's list
        return str(os.getuid()) if hasattr(os, "getuid") else ""


def _canonical(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()


def digest(prev: str, body: dict[str, Any]) -> str:
    """The hash of a line: `body` is the line without its hash."""
    return hashlib.sha256(prev.encode(errors="replace") + _canonical(body)).hexdigest()


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def _end(handle: int) -> tuple[str, bytes, bool]:
    """(hash of the last line, what follows it instead of a line, the file ends with a newline)."""
    tail, start = b"", os.lseek(handle, 0, os.SEEK_END)
    while True:
        for line_start in _line_starts(tail, whole=start == 0):
            line, _newline, rest = tail[line_start:].partition(b"\n")
            if (entry := parsed(line)) is not None:
                return str(entry.get("hash", "")), rest.strip(b"\n"), tail.endswith(b"\n")
        if start == 0:
            return GENESIS, tail.strip(b"\n"), not tail or tail.endswith(b"\n")
        size = min(_BLOCK, start)
        start = os.lseek(handle, start - size, os.SEEK_SET)
        tail = _read(handle, size) + tail


def _line_starts(tail: bytes, *, whole: bool) -> Iterator[int]:
    """Positions in `tail` where a line begins, last first."""
    at = len(tail)
    while (at := tail.rfind(b"\n", 0, at)) >= 0:
        yield at + 1
    if whole:
        yield 0


def _read(handle: int, size: int) -> bytes:
    data = b""
    while len(data) < size and (part := os.read(handle, size - len(data))):
        data += part
    return data


def parsed(line: bytes) -> dict[str, Any] | None:
    """The object in a line of the log, None if it holds none."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None
