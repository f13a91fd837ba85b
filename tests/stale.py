"""Labs that a crashed test run or tour left behind: their name tells which process made them."""

from __future__ import annotations

import os
import re

from tests.lab.cluster import take_down
from tests.lab.paths import BASE, NETNS_DIR
from tests.lab.procs import Process

_OF_A_PROCESS = re.compile(r"t(\d+)-[a-z0-9-]+")  # as tests.lab.for_tests.lab_name makes them


def process_lab_name(what: str) -> str:
    """A lab name that belongs to this process, as `for_tests.lab_name` gives tests."""
    return f"t{os.getpid()}-{what}"


def stale_labs() -> list[str]:
    """Names of labs whose process is gone, or is another one by now: younger than the lab."""
    return sorted(name for name in _names() if (match := _OF_A_PROCESS.fullmatch(name)) and _gone(int(match[1]), name))


def take_down_stale() -> list[str]:
    """Take them down; their names. Labs of other names, and of processes that still run, are left alone."""
    names = stale_labs()
    for name in names:
        take_down(name)
    return names


def _names() -> set[str]:
    found = {path.name for path in BASE.iterdir() if path.is_dir()} if BASE.is_dir() else set()
    if NETNS_DIR.is_dir():
        found |= {path.name.split(".")[1] for path in NETNS_DIR.glob("naslab.*.*")}
    return found


def _gone(pid: int, name: str) -> bool:
    process = Process.of(pid)
    if process is None:
        return True
    root = BASE / name
    return root.exists() and _started(process) > root.stat().st_mtime + 1.0


def _started(process: Process) -> float:
    """When it started, in Unix time."""
    with open("/proc/stat", encoding="ascii") as file:
        boot = next(int(line.split()[1]) for line in file if line.startswith("btime"))
    return boot + process.start / os.sysconf("SC_CLK_TCK")
