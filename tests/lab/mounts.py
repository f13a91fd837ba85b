"""Mounts and loop devices that lie below a directory."""

import os
import re
from pathlib import Path

from tests.lab.shell import run

BLOCK = Path("/sys/block")


def below(directory: Path) -> list[Path]:
    """Mount points in this mount namespace at or below `directory`, innermost first."""
    points = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        point = Path(_unescape(line.split()[4]))
        if point == directory or directory in point.parents:
            points.append(point)
    return points[::-1]


def _unescape(field: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), field)


def unmount_below(directory: Path) -> None:
    """Unmount everything at or below `directory`."""
    for point in below(directory):
        run("umount", "-l", str(point), check=False)


def loops_of(directory: Path) -> list[Path]:
    """Loop devices whose image lies below `directory`."""
    devices = []
    for entry in BLOCK.glob("loop*"):
        try:
            image = (entry / "loop/backing_file").read_text().strip()
        except OSError:
            continue
        # An image that was deleted already is shown as "… (deleted)"; one that a node opened by a path of its own
        # (snapshots of the stand-in for LVM) is known by its name only.
        if image.startswith((f"{directory}{os.sep}", f"/{directory.name}.snap-", f"/.lab/{directory.name}.snap-")):
            devices.append(Path("/dev") / entry.name)
    return devices


def detach_loops(directory: Path) -> None:
    """Detach every loop device whose image lies below `directory`."""
    for device in loops_of(directory):
        run("losetup", "-d", str(device), check=False)
