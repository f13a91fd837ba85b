"""What the bricks lie on: gluster takes snapshots only where every brick is a thin logical volume."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import NasError, UnexpectedOutput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.features.snapshots.model import BrickGround
from nasclustergui.subsystems.gluster.model import Brick, Volume
from nasclustergui.subsystems.gluster.parallel import gather

# The question is glusterd's own (`lvs -o pool_lv DEVICE`): a pool's name means a thin volume. A line per brick:
# found|nopath|nolvs TAB device TAB file system TAB pool
SCRIPT = """for path do
  if ! line=$(findmnt -n -o SOURCE,FSTYPE -T "$path" 2>/dev/null) || [ ! -d "$path" ]; then
    printf 'nopath\\t\\t\\t\\n'
    continue
  fi
  device=${line%%[[ ]*} type=${line##* }
  if ! command -v lvs >/dev/null; then
    printf 'nolvs\\t%s\\t%s\\t\\n' "$device" "$type"
    continue
  fi
  pool=$(lvs --noheadings -o pool_lv "$device" 2>/dev/null | tr -d '[:space:]')
  printf 'found\\t%s\\t%s\\t%s\\n' "$device" "$type" "$pool"
done"""


def look(paths: Sequence[str]) -> Command:
    """What the bricks with these paths lie on, asked on their node. Read by `parse_grounds`."""
    return Command(("sh", "-c", SCRIPT, "sh", *paths), timeout=15.0)


def parse_grounds(node: str, bricks: Sequence[Brick], result: Result) -> tuple[BrickGround, ...]:
    """One for each brick, in their order. Raises UnexpectedOutput where lines are missing."""
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    if result.status or len(rows) != len(bricks) or any(len(row) != 4 for row in rows):
        raise UnexpectedOutput(
            _("{node}: what the bricks lie on cannot be read").format(node=node), details=result.stdout + result.stderr
        )
    return tuple(_ground(brick, *row) for brick, row in zip(bricks, rows, strict=True))


def _ground(brick: Brick, found: str, device: str, filesystem: str, pool: str) -> BrickGround:
    if found == "nopath":
        return BrickGround(brick.name, None, why=_("its directory is not there"))
    if pool:
        return BrickGround(brick.name, True, device, filesystem, pool)
    why = _("{device} is not a thin logical volume").format(device=device or filesystem)
    if found == "nolvs":
        why = _("{device}: LVM is not installed on this node").format(device=device or filesystem)
    return BrickGround(brick.name, False, device, filesystem, why=why)


def read_grounds(pool: Pool, volumes: Sequence[Volume], job: Job) -> Mapping[str, tuple[BrickGround, ...]]:
    """Volume → what each of its bricks lies on, in the order of its bricks. One command per node, all at once."""
    at: dict[str, list[Brick]] = {}
    for volume in volumes:
        for brick in volume.bricks:
            at.setdefault(brick.node, []).append(brick)
    answers = gather({node: partial(_of_node, pool, node, bricks, job) for node, bricks in at.items() if node})
    known: dict[tuple[str, str], BrickGround] = {}
    for node, bricks in at.items():
        answer = answers.get(node, ())
        if isinstance(answer, NasError):
            known |= {(b.host, b.path): BrickGround(b.name, None, why=str(answer)) for b in bricks}
        else:
            known |= {(b.host, b.path): ground for b, ground in zip(bricks, answer, strict=False)}
    stranger = _("its node is not in the profile")
    return {
        volume.name: tuple(
            known.get((b.host, b.path)) or BrickGround(b.name, None, why=stranger) for b in volume.bricks
        )
        for volume in volumes
    }


def _of_node(pool: Pool, node: str, bricks: Sequence[Brick], job: Job) -> tuple[BrickGround, ...]:
    return parse_grounds(node, bricks, pool.on_node(node, look([brick.path for brick in bricks]), job))
