#!/usr/bin/python3
"""Stands in for lvs, lvcreate, lvremove and lvchange without a device mapper: just what glusterd's snapshots ask.

A "thin volume" is a loop device on an image below /.lab, a snapshot of it a sparse copy of that image taken while its
file system is frozen. This is not LVM: nothing is shared between the two, and no pool can run full.
"""

import os
import subprocess
import sys
from pathlib import Path

LAB = "@LAB@"  # part of the images' names, so that the lab finds its loop devices again
IMAGES = Path("/.lab")
GROUP = Path("/dev/labvg")


def run(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


def image_of(device: str) -> Path | None:
    """The image behind a loop device, or behind a link to one."""
    name = os.path.basename(os.path.realpath(device))
    try:
        behind = Path(f"/sys/block/{name}/loop/backing_file").read_text().strip()
    except OSError:
        return None
    image = IMAGES / os.path.basename(behind)
    return image if image.exists() else None


def lvs(words: list[str]) -> int:
    device = next((word for word in words if word.startswith("/dev/")), "")
    image = image_of(device) if device else None
    if image is None:
        print(f"  Failed to find logical volume {device}", file=sys.stderr)
        return 5
    status = image.stat()
    known = {
        "pool_lv": "labpool",
        "vg_name": "labvg",
        "lv_size": f"{status.st_size / 2**30:.2f}g",
        "data_percent": f"{100 * status.st_blocks * 512 / status.st_size:.2f}",
    }
    between = words[words.index("--separator") + 1] if "--separator" in words else " "
    print("  " + between.join(known.get(column, "") for column in words[words.index("-o") + 1].split(",")))
    return 0


def lvcreate(words: list[str]) -> int:
    if "-s" not in words:
        print("  lvcreate ... [-k|--setactivationskip {y|n}]")
        return 0
    origin, name = words[words.index("-s") + 1], os.path.basename(words[words.index("--name") + 1])
    image, copy = image_of(origin), IMAGES / f"{LAB}.snap-{name}.img"
    if image is None:
        print(f"  Failed to find logical volume {origin}", file=sys.stderr)
        return 5
    mounts = (line.split() for line in Path("/proc/mounts").read_text().splitlines())
    mounted = next(point for device, point, *_rest in mounts if device == os.path.realpath(origin))
    run("fsfreeze", "-f", mounted)
    try:
        run("cp", "--reflink=auto", "--sparse=always", str(image), str(copy))
    finally:
        run("fsfreeze", "-u", mounted)
    GROUP.mkdir(exist_ok=True)
    (GROUP / name).symlink_to(run("losetup", "-f", "--show", str(copy)))
    print(f'  Logical volume "{name}" created.')
    return 0


def lvremove(words: list[str]) -> int:
    device = Path(words[-1])
    image = image_of(str(device))
    run("losetup", "-d", os.path.realpath(device))
    device.unlink()
    if image is not None and image.name.startswith(f"{LAB}.snap-"):
        image.unlink()
    print("  Logical volume successfully removed")
    return 0


def lvchange(words: list[str]) -> int:
    """Activation after a boot: the loop devices are there already."""
    return 0 if image_of(words[-1]) is not None else 5


PROGRAMS = {"lvs": lvs, "lvcreate": lvcreate, "lvremove": lvremove, "lvchange": lvchange}

if __name__ == "__main__":
    sys.exit(PROGRAMS[os.path.basename(sys.argv[0])](sys.argv[1:]))
