"""What the sampling loop on a node answers, and what it means.

A reply is: the first line of /proc/uptime, /proc/loadavg and /proc/stat, then /proc/net/dev,
/proc/diskstats and /proc/meminfo in full, then, where asked for, "@df" and the output of df. Formats:
proc(5), the kernel's Documentation/admin-guide/iostats.rst, POSIX df -P. Positions are found with
`find` and lines by one expression, because 200 nodes a second go through here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import nan

from nasclustergui.core.errors import UnexpectedOutput
from nasclustergui.core.i18n import _
from nasclustergui.core.metrics import FileSystem, Sample

SECTOR = 512  # bytes, in /proc/diskstats whatever the disk's own sectors are

# Lines of /proc/diskstats of whole disks that hold data themselves. Left out: partitions (counted with their disk),
# loop, ram, zram, and what lies on other disks (dm-N, mdN, drbdN, bcacheN): a byte written would count twice.
_DISK = re.compile(
    rb"\n *\d+ +\d+ ([shv]d[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+|dasd[a-z]+|pmem\d+|ubd[a-z]+)"
    rb" \d+ \d+ (\d+) \d+ \d+ \d+ (\d+) "
)
# Lines of /proc/net/dev; a number may touch the colon.
_INTERFACE = re.compile(rb"\n *([^:\s|]+): *(\d+)(?: +\d+){7} +(\d+) ")
_REMOTE_TYPES = frozenset({"nfs", "nfs4", "cifs", "smb3", "ceph", "9p", "afs"})
_UNREAL_TYPES = frozenset({"tmpfs", "devtmpfs", "overlay", "squashfs", "ramfs", "efivarfs", "iso9660", "rootfs"})
_DF_LINE = re.compile(r"(.+?)\s+(?:([a-z]\S*)\s+)?(\d+)\s+(\d+)\s+(-?\d+)\s+(?:\d+%|-)\s+(/.*)")
_DF_BLOCKS = re.compile(r"(\d+)(B|K|M|G)?-blocks")
_UNITS = {None: 1, "B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


@dataclass(frozen=True, slots=True)
class Reading:
    """The counters of one reply.

    Attributes:
        uptime: seconds. load: 1 minute average.
        cpu_total, cpu_idle: clock ticks over all cores since the start; waiting for disks counts as idle.
        memory_…, swap_…: bytes.
        disks: bytes read and written since the start, by physical disk.
        interfaces: bytes received and sent since the start, by interface, without lo.
        filesystems: None if df wasn't asked for or didn't answer.
    """

    uptime: float
    load: float
    cpu_total: int
    cpu_idle: int
    memory_total: int
    memory_available: int
    swap_total: int
    swap_free: int
    disks: dict[bytes, tuple[int, int]]
    interfaces: dict[bytes, tuple[int, int]]
    filesystems: tuple[FileSystem, ...] | None


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What doesn't change while a node runs: "Debian GNU/Linux 12 (bookworm)", kernel release, number of CPUs."""

    system: str = ""
    kernel: str = ""
    cores: int = 0


def parse_reading(data: bytes) -> Reading:
    """Raises UnexpectedOutput."""
    try:
        return _reading(data)
    except (ValueError, IndexError) as error:
        raise UnexpectedOutput(
            _("the node's metrics can't be understood"), details=data[:2000].decode("utf-8", "replace")
        ) from error


def _reading(data: bytes) -> Reading:
    first = data.index(b"\n")
    second = data.index(b"\n", first + 1)
    third = data.index(b"\n", second + 1)
    cpu = [int(word) for word in data[second + 1 : third].split()[1:9]]
    if not data.startswith(b"cpu", second + 1) or len(cpu) < 4:
        raise ValueError("no cpu line")
    memory = data.index(b"MemTotal:", third)
    df = data.find(b"\n@df\n", memory)
    interfaces = _INTERFACE.findall(data, third, memory)
    disks = _DISK.findall(data, third, memory)
    return Reading(
        uptime=float(data[:first].split()[0]),
        load=float(data[first:second].split()[0]),
        cpu_total=sum(cpu),  # guest time (fields 9 and 10) is inside user time already
        cpu_idle=cpu[3] + (cpu[4] if len(cpu) > 4 else 0),
        memory_total=_kib(data, b"MemTotal:", memory),
        memory_available=_available(data, memory),
        swap_total=_kib(data, b"SwapTotal:", memory),
        swap_free=_kib(data, b"SwapFree:", memory),
        disks={name: (int(read) * SECTOR, int(written) * SECTOR) for name, read, written in disks},
        interfaces={name: (int(received), int(sent)) for name, received, sent in interfaces if name != b"lo"},
        filesystems=None if df < 0 else parse_df(data[df + 5 :].decode("utf-8", "surrogateescape")),
    )


def _kib(data: bytes, name: bytes, start: int) -> int:
    """Bytes of a line of /proc/meminfo; 0 if the kernel has no such line."""
    at = data.find(name, start)
    if at < 0:
        return 0
    at += len(name)
    return int(data[at : data.index(b"kB", at)]) * 1024


def _available(data: bytes, start: int) -> int:
    if data.find(b"MemAvailable:", start) >= 0:
        return _kib(data, b"MemAvailable:", start)
    return sum(_kib(data, name, start) for name in (b"MemFree:", b"\nBuffers:", b"\nCached:"))  # before Linux 3.14


def parse_df(text: str) -> tuple[FileSystem, ...]:
    """Local file systems that hold data, from `df -P`, with or without -T, in blocks of any size."""
    lines = text.splitlines()
    blocks = _DF_BLOCKS.search(lines[0]) if lines else None
    if blocks is None:
        return ()
    size = int(blocks[1]) * _UNITS[blocks[2]]
    found = []
    for line in lines[1:]:
        match = _DF_LINE.fullmatch(line)
        if match is None:
            continue
        device, kind, total, _used, free, mount = match.groups()
        kind = kind or ""
        remote = kind in _REMOTE_TYPES or kind.startswith("fuse.") or ":" in device
        if not remote and kind not in _UNREAL_TYPES and (kind or device.startswith("/")) and int(total):
            found.append(FileSystem(device, kind, mount, int(total) * size, max(0, int(free)) * size))
    return tuple(found)


def parse_facts(data: bytes) -> NodeFacts:
    """From the loop's first reply: /etc/os-release, "@kernel", `uname -r`, "@cores", a number."""
    text = data.decode("utf-8", "surrogateescape")
    release, _mark, rest = text.partition("@kernel\n")
    kernel, _mark, cores = rest.partition("@cores\n")
    pretty = re.search(r"^PRETTY_NAME=[\"']?(.*?)[\"']?$", release, re.MULTILINE)
    count = cores.strip()
    return NodeFacts(pretty[1] if pretty else "", kernel.strip(), int(count) if count.isdecimal() else 0)


def to_sample(now: Reading, before: Reading | None, at: float, filesystems: tuple[FileSystem, ...] = ()) -> Sample:
    """Rates since the reading before; NaN without one, or if the node was started anew since.

    `at` is Unix time; `filesystems` are the last ones known, for a reading without.
    """
    seconds = now.uptime - before.uptime if before is not None else 0.0
    if before is None or seconds <= 0:
        cpu = read = written = received = sent = nan
    else:
        cpu = _cpu_percent(now, before)
        read, written = _rates(now.disks, before.disks, seconds)
        received, sent = _rates(now.interfaces, before.interfaces, seconds)
    return Sample(
        at=at,
        uptime=now.uptime,
        load=now.load,
        cpu_percent=cpu,
        memory_total=now.memory_total,
        memory_available=now.memory_available,
        swap_total=now.swap_total,
        swap_free=now.swap_free,
        read_rate=read,
        write_rate=written,
        receive_rate=received,
        send_rate=sent,
        filesystems=filesystems if now.filesystems is None else now.filesystems,
    )


def _cpu_percent(now: Reading, before: Reading) -> float:
    total = now.cpu_total - before.cpu_total
    # The kernel may count waiting for disks backwards a little.
    idle = max(0, now.cpu_idle - before.cpu_idle)
    return min(100.0, max(0.0, 100.0 * (1 - idle / total))) if total > 0 else nan


def _rates(
    now: dict[bytes, tuple[int, int]], before: dict[bytes, tuple[int, int]], seconds: float
) -> tuple[float, float]:
    """Bytes per second, in and out, over the devices that both readings have; a counter that fell started anew."""
    total_in = total_out = 0
    for name, (bytes_in, bytes_out) in now.items():
        old = before.get(name)
        if old is not None and bytes_in >= old[0] and bytes_out >= old[1]:
            total_in += bytes_in - old[0]
            total_out += bytes_out - old[1]
    return total_in / seconds, total_out / seconds
