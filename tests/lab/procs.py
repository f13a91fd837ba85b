"""Processes, told apart from strangers that got the same number later."""

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Process:
    """One process: its number and the moment it began, in clock ticks since boot."""

    pid: int
    start: int

    @classmethod
    def of(cls, pid: int) -> "Process | None":
        """The process that has this number now, unless it has ended (a zombie counts as ended)."""
        fields = _stat(pid)
        if fields is None or fields[0] in ("Z", "X"):
            return None
        return cls(pid, int(fields[19]))

    def alive(self) -> bool:
        return Process.of(self.pid) == self

    def stopped(self) -> bool:
        """Whether SIGSTOP holds it."""
        fields = _stat(self.pid)
        return fields is not None and fields[0] == "T"

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal, if this is still the same process."""
        if self.alive():
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return

    def children(self) -> list["Process"]:
        try:
            pids = (PROC / f"{self.pid}/task/{self.pid}/children").read_text().split()
        except OSError:
            return []
        return [child for pid in pids if (child := Process.of(int(pid)))]


def _stat(pid: int) -> list[str] | None:
    try:
        # The name of the program stands in brackets and may hold anything, even brackets and blanks.
        return (PROC / f"{pid}/stat").read_text(errors="replace").rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None


def every() -> Iterator[Process]:
    """All processes that this one can see."""
    for entry in os.listdir(PROC):
        if entry.isdigit() and (process := Process.of(int(entry))):
            yield process


def marked(mark: str) -> list[Process]:
    """Processes that were started with the environment entry `mark`."""
    wanted = mark.encode()
    return [process for process in every() if wanted in _environment(process.pid)]


def _environment(pid: int) -> list[bytes]:
    try:
        return (PROC / f"{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


def in_network(namespace: Path) -> list[Process]:
    """Processes whose main thread is in the network namespace that `namespace` is the file of."""
    try:
        wanted = namespace.stat()
    except OSError:
        return []
    return [process for process in every() if same_namespace(process.pid, "net", wanted)]


def same_namespace(pid: int, kind: str, wanted: os.stat_result) -> bool:
    """Whether process `pid` is in the namespace of `kind` ("net", "pid" …) whose file has the status `wanted`."""
    try:
        return os.path.samestat(os.stat(f"/proc/{pid}/ns/{kind}"), wanted)
    except OSError:
        return False


def lineage() -> set[int]:
    """Numbers of this process and its ancestors: what must never be ended."""
    pids, pid = set(), os.getpid()
    while pid > 0:
        pids.add(pid)
        fields = _stat(pid)
        pid = int(fields[1]) if fields else 0
    return pids


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.01) -> bool:
    """Whether `condition` came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def wait_gone(processes: Iterable[Process], seconds: float = 10) -> bool:
    """Whether all of them ended in time."""
    left = list(processes)
    return wait_until(lambda: not any(process.alive() for process in left), seconds)
