"""Reads disks, file systems and arrays: `lsblk`, `df`, /proc/self/mounts, /proc/mdstat, `zpool list`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nasclustergui.subsystems.nodes.features.machine.model import Array, Device, Mounted
from nasclustergui.subsystems.nodes.features.machine.sections import Row, json_rows, number, text_of

_PSEUDO = re.compile(r"/dev/(loop|ram|zram|nbd|rbd|drbd|sr|fd|zd)\d")
_ARRAY = re.compile(r"^(md\S+) : (active|inactive)( \([\w-]+\))?(?: (\w+))? ?(.*)$")
_MEMBERS = re.compile(r"\[(\d+)/(\d+)\] \[([U_]+)\]")
_WORK = re.compile(r"(recovery|resync|reshape|check) *= *([\d.]+%)(?:.*finish=(\S+))?")
_ESCAPED = re.compile(r"\\([0-7]{3})")


def parse_devices(text: str) -> tuple[Device, ...]:
    """`lsblk -J -b`: the whole disks. Raises ValueError."""
    rows = json_rows(text, "blockdevices")
    disks = [row for row in rows if text_of(row, "type") == "disk" and not _PSEUDO.match(text_of(row, "path"))]
    return tuple(_device(row) for row in disks)


def _device(row: Row) -> Device:
    below = list(_below(row, 0))
    mounts = [mount for each in (row, *below) for mount in _mounts(each)]
    rotating = row.get("rota")
    return Device(
        text_of(row, "path"),
        number(row.get("size")),
        text_of(row, "model"),
        text_of(row, "serial"),
        text_of(row, "tran"),
        None if rotating is None else rotating in (True, "1", 1),
        row.get("ro") in (True, "1", 1),
        text_of(row, "state"),
        tuple(dict.fromkeys(mounts)),
        tuple(dict.fromkeys(text_of(each, "type") for each in below)),
    )


def _below(row: Row, depth: int) -> Iterator[Row]:
    children = row.get("children")
    for child in children if isinstance(children, list) and depth < 20 else ():
        if isinstance(child, dict):
            yield child
            yield from _below(child, depth + 1)


def _mounts(row: Row) -> list[str]:
    several = row.get("mountpoints")
    found = several if isinstance(several, list) else [row.get("mountpoint")]
    return [mount for mount in found if isinstance(mount, str) and mount]


def parse_mounted(text: str, mounts: str) -> tuple[Mounted, ...]:
    """`df` with the columns of the script, and "MOUNT OPTIONS" lines. Raises ValueError."""
    lines = text.splitlines()
    if not lines or "Mounted on" not in lines[0]:
        raise ValueError(text[:80])
    options = dict(_options(line) for line in mounts.splitlines())
    found: dict[str, Mounted] = {}
    for line in lines[1:]:
        words = line.split(None, 7)
        if len(words) == 8:
            source, kind, *counts, mount = words
            size, used, free, inodes, inodes_used = (number(each) for each in counts)
            found[mount] = Mounted(
                source, kind, mount, size, used, free, inodes or None, inodes_used, _read_only(options.get(mount))
            )
    return tuple(found[mount] for mount in sorted(found))


def _options(line: str) -> tuple[str, str]:
    mount, _blank, options = line.partition(" ")
    return _ESCAPED.sub(lambda m: chr(int(m.group(1), 8)), mount), options


def _read_only(options: str | None) -> bool | None:
    return None if options is None else "ro" in options.split(",")


def parse_mdstat(text: str) -> tuple[Array, ...]:
    """/proc/mdstat; what it does not know of an array stays None."""
    found: list[Array] = []
    blocks = re.split(r"\n(?=md\S+ : )", "\n" + text)
    for block in blocks:
        lines = block.strip().splitlines()
        head = _ARRAY.match(lines[0]) if lines else None
        if head is None:
            continue
        name, state, mark, level, members = head.groups()
        counted, work = _MEMBERS.search(block), _WORK.search(block)
        lacks = counted.group(3).count("_") if counted else None
        progress = " ".join(part for part in (work.groups() if work else ()) if part)
        names = tuple(word.split("[")[0] + (" (F)" if "(F)" in word else "") for word in members.split())
        found.append(Array(name, level or "", state + (mark or ""), names, lacks, progress))
    return tuple(found)


def parse_pools(text: str) -> tuple[Array, ...]:
    """`zpool list -H -o name,health`."""
    rows = (line.split("\t") for line in text.splitlines())
    return tuple(Array(row[0], "zfs", row[1]) for row in rows if len(row) == 2)
