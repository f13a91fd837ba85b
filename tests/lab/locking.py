"""One ``up`` or ``down`` of a lab at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.paths import BASE, LabError, LabPaths
from tests.lab.procs import wait_until

WAIT_SECONDS = 120.0


@contextmanager
def locked(paths: LabPaths, seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the lab's lock, which the kernel takes back when this process is killed."""
    BASE.mkdir(parents=True, exist_ok=True)
    held: list[int] = []
    if not wait_until(lambda: _try(paths, held), seconds, pause=0.05):
        raise LabError(f"another command has been busy with lab “{paths.name}” for {seconds:g} s")
    try:
        yield
    finally:
        if not paths.root.exists():
            paths.lock.unlink(missing_ok=True)
        os.close(held[0])
        _remove_base()


def _try(paths: LabPaths, held: list[int]) -> bool:
    try:
        handle = os.open(paths.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except FileNotFoundError:  # another lab's `down` just removed the directory
        BASE.mkdir(parents=True, exist_ok=True)
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever held it before may have removed the file: then this lock guards nothing.
        if os.path.samestat(os.fstat(handle), paths.lock.stat()):
            held.append(handle)
            return True
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(handle)
    return False


def _remove_base() -> None:
    try:
        BASE.rmdir()
    except OSError:
        return  # other labs are there
