"""Entering a network namespace from Python 3.11, which has no ``os.setns`` yet."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab.paths import LabError, LabPaths, default_name

CLONE_NEWNET = 0x40000000


def setns(namespace: Path) -> None:
    """Move the calling thread (no other) into the network namespace that `namespace` is the file of."""
    libc = ctypes.CDLL(None, use_errno=True)
    handle = os.open(namespace, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if libc.setns(handle, CLONE_NEWNET):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(namespace))
    finally:
        os.close(handle)


def _hub_file(name: str | None) -> Path:
    path = LabPaths(name or default_name()).hub_netns_file
    if not path.exists():
        raise LabError(f"{path} is missing: the lab is not up")
    return path


def enter_hub(name: str | None = None) -> None:
    """Move this whole process, and all it starts later, onto the lab's workstation.

    Call it before the first thread starts: threads that run already would stay behind, so that raises LabError.
    """
    threads = len(os.listdir("/proc/self/task"))
    if threads > 1:
        raise LabError(f"enter_hub() comes too late, {threads} threads are running")
    setns(_hub_file(name))


@contextmanager
def on_hub(name: str | None = None) -> Iterator[None]:
    """Within the block, the calling thread and the threads and processes it starts are on the workstation.

    A socket stays in the network where it was made, so a connection opened inside may be used afterwards.
    """
    handle = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        setns(_hub_file(name))
        try:
            yield
        finally:
            setns(Path(f"/proc/self/fd/{handle}"))
    finally:
        os.close(handle)
