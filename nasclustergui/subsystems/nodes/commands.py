"""What we ask a node about its disks, and how we read the answers."""

from __future__ import annotations

import json
from typing import Any

from nasclustergui.core.command import Command, Query, Result
from nasclustergui.core.disks import Disk
from nasclustergui.core.errors import UnexpectedOutput
from nasclustergui.core.i18n import _
from nasclustergui.core.units import size

BRICK_FILESYSTEMS = frozenset({"xfs", "ext4", "btrfs", "zfs"})  # those with the extended attributes gluster needs
SYSTEM_MOUNTS = frozenset({"/", "/boot", "/boot/efi", "/usr", "/var", "/home", "/tmp", "/opt", "/srv"})
SMALLEST = 256 << 20  # bytes; a brick file system below this is a mistake

FINDMNT = Command(
    ("findmnt", "--json", "--bytes", "--real", "--list", "-o", "TARGET,SOURCE,FSTYPE,SIZE,AVAIL,OPTIONS"), timeout=15
)
LSBLK = Command(("lsblk", "--json", "--bytes", "-o", "PATH,TYPE,SIZE,FSTYPE,MOUNTPOINT,RO,ROTA,PKNAME"), timeout=15)


def filesystems(node: str, rack: str = "") -> Query[tuple[Disk, ...]]:
    """The mounted file systems of a node that could hold bricks, and why others can't."""
    return Query(FINDMNT, lambda result: parse_filesystems(result, node, rack))


def block_devices(node: str, rack: str = "") -> Query[tuple[Disk, ...]]:
    """Bare disks without a file system: shown, but a brick needs a directory."""
    return Query(LSBLK, lambda result: parse_block_devices(result, node, rack))


def parse_filesystems(result: Result, node: str, rack: str = "") -> tuple[Disk, ...]:
    """Read `findmnt --json --bytes --list`. Raises UnexpectedOutput."""
    if result.status == 1 and not result.stdout.strip():
        return ()  # findmnt found nothing
    rows = _rows(result, "filesystems", node, "findmnt")
    disks: dict[str, Disk] = {}
    for row in rows:
        filesystem = _text(row, "fstype")
        if filesystem not in BRICK_FILESYSTEMS | {"vfat", "ext2", "ext3", "exfat", "ntfs"}:
            continue  # network, fuse and container mounts are no disks
        mount = _text(row, "target")
        total, free = _number(row, "size"), _number(row, "avail")
        options = _text(row, "options").split(",")
        disks[mount] = Disk(
            node,
            _text(row, "source").split("[")[0],  # btrfs and bind mounts: "/dev/sda1[/sub]"
            mount,
            filesystem,
            total,
            free,
            rack,
            problem=_problem(mount, filesystem, total, options),
            warning=_("it holds the operating system") if mount in SYSTEM_MOUNTS else "",
        )
    return tuple(disks[mount] for mount in sorted(disks))


def _problem(mount: str, filesystem: str, total: int, options: list[str]) -> str:
    if mount.startswith("/boot"):
        return _("it holds the boot loader")
    if filesystem not in BRICK_FILESYSTEMS:
        return _("{filesystem} lacks the extended attributes that gluster needs").format(filesystem=filesystem)
    if "ro" in options:
        return _("it is mounted read-only")
    if total < SMALLEST:
        return _("it is smaller than {size}").format(size=size(SMALLEST))
    return ""


def parse_block_devices(result: Result, node: str, rack: str = "") -> tuple[Disk, ...]:
    """Read `lsblk --json --bytes`: whole disks without file system or partitions. Raises UnexpectedOutput."""
    rows = _flat(_rows(result, "blockdevices", node, "lsblk"))
    parents = {_text(row, "pkname").removeprefix("/dev/") for row in rows}
    disks = []
    for row in rows:
        path = _text(row, "path")
        bare = not _text(row, "fstype") and not _text(row, "mountpoint")
        in_use = path.removeprefix("/dev/") in parents
        if _text(row, "type") != "disk" or not bare or in_use or _number(row, "size") < SMALLEST:
            continue
        kind = "HDD" if row.get("rota") in (True, "1", 1) else "SSD"
        total = _number(row, "size")
        disks.append(Disk(node, path, "", "", total, total, rack, kind, problem=_("no file system on it is mounted")))
    return tuple(sorted(disks, key=lambda disk: disk.device))


def _rows(result: Result, key: str, node: str, tool: str) -> list[dict[str, Any]]:
    try:
        rows = json.loads(result.stdout)[key]
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise TypeError(key)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnexpectedOutput(
            _("{node}: {tool} gave an answer that this program can't read.").format(node=node, tool=tool),
            hint=_("The disks of this node are not shown until it answers as expected."),
            details=f"exit status {result.status}\n{result.stderr}\n{result.stdout[:2000]}",
        ) from error
    return rows


def _flat(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    flat: list[dict[str, Any]] = []
    waiting = list(reversed(rows))
    while waiting:
        row = waiting.pop()
        flat.append(row)
        children = row.get("children")
        if isinstance(children, list):
            waiting.extend(child | {"pkname": _text(row, "path")} for child in children if isinstance(child, dict))
    return flat


def _text(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def _number(row: dict[str, Any], key: str) -> int:
    """Older util-linux writes numbers as texts."""
    try:
        return int(row.get(key) or 0)
    except (TypeError, ValueError, OverflowError):
        return 0
