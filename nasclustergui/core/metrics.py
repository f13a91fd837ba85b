"""One sample of a node's CPU, memory, disks and network: plain data with units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileSystem:
    """A line of `df -B1 -P -T`. Sizes in bytes; `free` is what users other than root can have."""

    device: str
    type: str
    mount: str
    size: int
    free: int

    @property
    def used_percent(self) -> float:
        """0 … 100."""
        return 100.0 * (self.size - self.free) / self.size if self.size else 0.0


@dataclass(frozen=True, slots=True)
class Sample:
    """What a node reported at one moment; rates are averages since the sample before.

    Attributes:
        at: Unix time of the workstation when it arrived.
        uptime: seconds. load: 1 minute average.
        cpu_percent: 0 … 100 over all cores; NaN in the first sample (there is nothing to compare with).
        memory_total, memory_available: bytes. swap_total, swap_free: bytes.
        read_rate, write_rate: bytes per second over all physical disks; receive_rate, send_rate: over all
            interfaces but lo. NaN in the first sample.
        filesystems: of the last `df`, at most 30 s old; network, tmpfs and overlay mounts are left out.
    """

    at: float
    uptime: float
    load: float
    cpu_percent: float
    memory_total: int
    memory_available: int
    swap_total: int
    swap_free: int
    read_rate: float
    write_rate: float
    receive_rate: float
    send_rate: float
    filesystems: tuple[FileSystem, ...] = ()

    @property
    def memory_percent(self) -> float:
        """Used share, 0 … 100."""
        used = self.memory_total - self.memory_available
        return 100.0 * used / self.memory_total if self.memory_total else float("nan")

    @property
    def disk_percent(self) -> float:
        """Share of all file systems' bytes in use, 0 … 100; NaN without any."""
        size = sum(f.size for f in self.filesystems)
        return 100.0 * sum(f.size - f.free for f in self.filesystems) / size if size else float("nan")
