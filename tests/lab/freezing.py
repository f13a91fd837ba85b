"""Freezing a node: all its processes stop where they are, as on a machine that hangs.

Its kernel goes on answering pings and accepting connections, as a real one may. The control group of version 2 does it
as a whole; where the host has none, every process gets SIGSTOP, which a parent inside can notice.
"""

import os
import signal
from pathlib import Path

from tests.lab import cgroups, procs
from tests.lab.paths import LabError, LabPaths, node_name
from tests.lab.procs import Process, wait_until


def _switch(paths: LabPaths, n: int) -> Path | None:
    files = (root / paths.cgroup / f"n{n}" / "cgroup.freeze" for root in cgroups.hierarchies())
    return next((file for file in files if file.exists()), None)


def freeze(paths: LabPaths, n: int, init: Process) -> None:
    """Stop every process of node `n`, whose PID 1 is `init`."""
    switch = _switch(paths, n)
    if switch is None:
        # Twice, for a process may have been starting another one during the first round.
        for process in _inside(init) + _inside(init):
            process.kill(signal.SIGSTOP)
        if not wait_until(init.stopped, 10):  # a signal takes effect once the process gets the processor
            thaw(paths, n, init)
            raise _not_frozen(n)
        return
    switch.write_text("1")
    if not wait_until(lambda: "frozen 1" in (switch.parent / "cgroup.events").read_text(), 10):
        switch.write_text("0")
        raise _not_frozen(n)


def _not_frozen(n: int) -> LabError:
    return LabError(f"{node_name(n)} did not freeze within 10 s")


def thaw(paths: LabPaths, n: int, init: Process | None) -> None:
    """Let the processes of node `n` go on; of a node that is off, only the control group is left to thaw."""
    switch = _switch(paths, n)
    if switch:
        switch.write_text("0")
    elif init:
        for process in _inside(init):
            process.kill(signal.SIGCONT)


def is_frozen(paths: LabPaths, n: int, init: Process) -> bool:
    """Whether node `n` is frozen."""
    switch = _switch(paths, n)
    return switch.read_text().strip() == "1" if switch else init.stopped()


def _inside(init: Process) -> list[Process]:
    """Every process in the PID namespace of `init`."""
    try:
        wanted = os.stat(f"/proc/{init.pid}/ns/pid")
    except OSError:
        return []
    return [process for process in procs.every() if procs.same_namespace(process.pid, "pid", wanted)]
