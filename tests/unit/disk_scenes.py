"""A volume with a failed disk, for the tests of its replacement."""

from __future__ import annotations

from dataclasses import replace

from nasclustergui.subsystems.gluster.features.disk.judge import diagnose
from nasclustergui.subsystems.gluster.features.disk.model import Diagnosis, Directory, Ground, Mount
from nasclustergui.subsystems.gluster.model import GlusterState, Volume
from tests.recorded.pools import GIB, state, volume, with_bricks

OPTIONS = "gluster --mode=script --timeout=60 --xml "
ID = "439a56e0-fdf9-40df-b377-1b82db75676a"
OTHER_ID = "439a56e0-fdf9-40df-b377-1b82db75676b"
DATA = replace(volume(), uuid=ID)
DOWN = with_bricks(DATA, None, None, {"online": False})
BRICK = DATA.bricks[2]
DISK = Mount("/dev/sdd", "/bricks/d1", "xfs", frozenset({"rw"}))
ROOT = Mount("/dev/sda1", "/", "ext4", frozenset({"rw"}))
WELL = Ground(
    "node3", BRICK.path, Directory.PRESENT, mount=DISK, volume_id=ID, entries=7, size=100 * GIB, free=GIB * 50
)
EMPTY = replace(WELL, volume_id="", entries=0)
GONE = replace(EMPTY, directory=Directory.ABSENT)
LINE = "present\t-\t439a56e0fdf940dfb3771b82db75676a\t255\t4096\t137216\t128008\t307200\t305635"


def seen(ground: Ground = GONE, found: Volume = DOWN, pool: GlusterState | None = None) -> Diagnosis:
    brick = next(b for b in found.bricks if b.path == ground.path and b.node == ground.node)
    return diagnose(pool or state(found), found, brick, ground)
