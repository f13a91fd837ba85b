"""Control groups of a lab: each node's systemd gets its own, by which a node can also be frozen."""

import os
import time
from pathlib import Path

from tests.lab.paths import CGROUP_ROOT, LabError, LabPaths

# systemd's own two hierarchies where the host mixes version 1 and 2.
HYBRID = ("systemd", "unified")


def is_v2(root: Path = CGROUP_ROOT) -> bool:
    """Whether the host has the unified hierarchy only."""
    return (root / "cgroup.controllers").exists()


def hierarchies(root: Path = CGROUP_ROOT) -> tuple[Path, ...]:
    """Mount points of the hierarchies the lab uses."""
    if is_v2(root):
        return (root,)
    return tuple(root / name for name in HYBRID if (root / name / "cgroup.procs").exists())


def kinds(root: Path = CGROUP_ROOT) -> str:
    """What a node mounts, in the words of init2.sh."""
    return "v2" if is_v2(root) else " ".join(path.name for path in hierarchies(root))


def make(paths: LabPaths, n: int) -> tuple[str, str]:
    """Make the groups of node `n` and of its supervisor; return the files to join each, separated by blanks."""
    node: list[str] = []
    supervisor: list[str] = []
    for root in hierarchies():
        for name, files in ((f"n{n}", node), ("sup", supervisor)):
            group = root / paths.cgroup / name
            group.mkdir(parents=True, exist_ok=True)
            files.append(str(group / "cgroup.procs"))
    return " ".join(node), " ".join(supervisor)


def remove(paths: LabPaths, seconds: float = 5) -> None:
    """Remove every group of the lab; the processes in them must have ended."""
    for root in hierarchies():
        top = root / paths.cgroup
        deadline = time.monotonic() + seconds
        while not _remove_tree(top):
            if time.monotonic() > deadline:
                raise LabError(f"{top} cannot be removed, processes are left in it")
            time.sleep(0.02)  # a process that just ended may keep its group a moment longer


def _remove_tree(top: Path) -> bool:
    for directory, _, _ in os.walk(top, topdown=False):
        try:
            os.rmdir(directory)
        except FileNotFoundError:
            continue
        except OSError:
            return False
    return True


def processes(paths: LabPaths) -> list[int]:
    """Numbers of all processes in the lab's groups."""
    found: set[int] = set()
    for root in hierarchies():
        for file in (root / paths.cgroup).rglob("cgroup.procs"):
            try:
                found.update(int(line) for line in file.read_text().split())
            except OSError:
                continue
    return sorted(found)
