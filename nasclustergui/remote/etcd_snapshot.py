"""A snapshot of etcd's database on this workstation: fetched whole or not at all, and proved to be intact.

Format: the bbolt database of one member, then the SHA-256 of all that (etcdserver/api/v3rpc/maintenance.go, Snapshot).
The first page holds bbolt's magic number 0xED0CDAED at offset 16 (bbolt/db.go, meta).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from nasclustergui.core.errors import InvalidInput, NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.units import size

_MAGIC, _MAGIC_AT = b"\xed\xda\x0c\xed", 16
_DIGEST = hashlib.sha256().digest_size
_PIECE = 1 << 20
_TOOLS = ("etcdutl", "etcdctl")
_TOOL_SECONDS = 120.0

OnPiece = Callable[[int, int], None]


@dataclass(frozen=True)
class SnapshotInfo:
    """A snapshot that is intact.

    Attributes:
        bytes: of the file. sha256: of the database in it, in hex.
        tool: what read it as well ("etcdutl"), "" where neither tool is installed; then revision and keys are None.
    """

    path: Path
    bytes: int
    sha256: str
    tool: str = ""
    revision: int | None = None
    keys: int | None = None


def refuse_target(path: Path) -> None:
    """Raise InvalidInput if the file can't be written there or is there already: nothing is ever overwritten."""
    if not path.is_absolute():
        raise InvalidInput(_("Name the file with its whole path."), field="path")
    if path.exists() or path.is_symlink():
        raise InvalidInput(
            _("{path} is there already and is not overwritten.").format(path=path),
            field="path",
            hint=_("Choose another name."),
        )
    if not path.parent.is_dir():
        raise InvalidInput(_("There is no folder {path}.").format(path=path.parent), field="path")


def write_snapshot(path: Path, blobs: Iterable[tuple[bytes, int]], on_piece: OnPiece) -> SnapshotInfo:
    """Write the pieces (bytes, how many remain) to `path`, which appears only once it is whole and checked.

    `on_piece` is told what was written and what remains, in bytes. Raises what `blobs` raises, InvalidInput, NasError;
    the unfinished file is gone then.
    """
    refuse_target(path)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        raise _not_written(path, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            written = 0
            for blob, remaining in blobs:
                file.write(blob)
                written += len(blob)
                on_piece(written, remaining)
            file.flush()
            os.fsync(file.fileno())
        info = _intact(Path(name))
        os.link(name, path)  # unlike a rename it never replaces a file that appeared meanwhile
        return SnapshotInfo(path, info.bytes, info.sha256)
    except FileExistsError as error:
        raise InvalidInput(_("{path} is there already and is not overwritten.").format(path=path)) from error
    except OSError as error:
        raise _not_written(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(name)


def verify_snapshot(path: Path) -> SnapshotInfo:
    """Read a snapshot back: its hash, its format, and what etcd's own tool says of it where that is installed.

    Raises NasError if it is damaged or can't be read.
    """
    try:
        info = _intact(path)
    except OSError as error:
        raise NasError(
            _("{path} cannot be read: {reason}").format(path=path, reason=error.strerror or error)
        ) from error
    return _asked_tool(info)


def _intact(path: Path) -> SnapshotInfo:
    total = path.stat().st_size
    digest, first = hashlib.sha256(), b""
    with path.open("rb") as file:
        left = total - _DIGEST
        while left > 0 and (piece := file.read(min(_PIECE, left))):
            first = first or piece[:64]
            digest.update(piece)
            left -= len(piece)
        stored = file.read(_DIGEST)
    if left != 0 or len(stored) != _DIGEST or stored != digest.digest():
        raise _damaged(_("its checksum does not fit"), total)
    if first[_MAGIC_AT : _MAGIC_AT + 4] != _MAGIC:
        raise _damaged(_("it is no database of etcd"), total)
    return SnapshotInfo(path, total, digest.hexdigest())


def _asked_tool(info: SnapshotInfo) -> SnapshotInfo:
    tool = next((name for name in _TOOLS if shutil.which(name)), "")
    if not tool:
        return info
    argv = (tool, "snapshot", "status", str(info.path), "-w", "json")
    environment = {**os.environ, "ETCDCTL_API": "3"}
    try:
        done = subprocess.run(argv, env=environment, capture_output=True, timeout=_TOOL_SECONDS, check=False)
        told = json.loads(done.stdout) if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return info
    if told is None:
        raise NasError(
            _("{tool} does not accept the snapshot {path}.").format(tool=tool, path=info.path),
            details=done.stderr.decode("utf-8", "replace"),
        )
    return SnapshotInfo(info.path, info.bytes, info.sha256, tool, told.get("revision"), told.get("totalKey"))


def _damaged(why: str, total: int) -> NasError:
    return NasError(
        _("The snapshot is damaged: {why} ({size}).").format(why=why, size=size(total)),
        hint=_("Save another one, from another member."),
    )


def _not_written(path: Path, error: OSError) -> NasError:
    return NasError(
        _("{path} cannot be written: {reason}").format(path=path, reason=error.strerror or error),
        hint=_("Check the room and the permissions of that folder."),
    )
