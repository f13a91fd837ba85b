"""Looks at the directories of bricks to be, on their nodes, one command per node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from nasclustergui.core.command import Command
from nasclustergui.core.errors import NasError, UnexpectedOutput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.features.places.model import Site, SiteState
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.parallel import gather

MARK = "trusted.glusterfs.volume-id"

# A line per directory: state, volume id in hex or "-", number of names in it, closed by "end".
SCRIPT = """mark() {
  getfattr --absolute-names --only-values -n trusted.glusterfs.volume-id -e hex -- "$1" 2>/dev/null |
    od -An -v -tx1 | tr -d ' \\n'
}
for path do
  entries=0 id=
  above=$(dirname -- "$path")
  if [ -d "$path" ]; then
    entries=$(ls -A -- "$path" | grep -vcxF .glusterfs)
    id=$(mark "$path")
    if [ -n "$id" ] || [ -d "$path/.glusterfs" ]; then state=leftover
    elif [ "$(stat -c %d -- "$path")" != "$(stat -c %d -- "$above")" ]; then state=mount
    elif [ "$entries" -gt 0 ]; then state=files
    else state=empty
    fi
  elif [ -e "$path" ] || [ -L "$path" ]; then state=no-directory
  elif [ ! -d "$above" ]; then state=no-parent
  else state=absent
  fi
  while [ "$state" != leftover ] && [ "$above" != / ] && [ "$above" != . ]; do
    id=$(mark "$above")
    if [ -n "$id" ]; then state=inside; break; fi
    above=$(dirname -- "$above")
  done
  echo "$state ${id:--} $entries"
done
echo end"""


def look_command(paths: Sequence[str]) -> Command:
    """Read by `parse`. `getfattr` comes with GlusterFS: Debian's package depends on `attr`."""
    return Command(("sh", "-c", SCRIPT, "sh", *paths), timeout=15.0)


def parse(node: str, paths: Sequence[str], stdout: str) -> tuple[Site, ...]:
    """A place per path. Raises UnexpectedOutput for anything but whole answers."""
    lines = stdout.splitlines()
    try:
        if len(lines) != len(paths) + 1 or lines[-1] != "end":
            raise ValueError(stdout)
        return tuple(_place(node, path, line) for path, line in zip(paths, lines, strict=False))
    except ValueError as error:
        raise UnexpectedOutput(
            _("{node} gave an answer about its directories that this program can't read.").format(node=node),
            details=stdout[:2000],
        ) from error


def _place(node: str, path: str, line: str) -> Site:
    state, mark, entries = line.split(" ")
    volume_id = "" if mark == "-" else str(UUID(hex=mark))
    return Site(node, path, SiteState(state), volume_id, int(entries))


def look(pool: Pool, wanted: Mapping[str, Sequence[str]], job: Job) -> Mapping[str, tuple[Site, ...] | NasError]:
    """Node → what lies at each of its paths, or why it can't be told. Raises Cancelled."""
    tasks = {node: partial(_look_at, pool, node, tuple(paths), job) for node, paths in wanted.items()}
    return gather(tasks)


def _look_at(pool: Pool, node: str, paths: tuple[str, ...], job: Job) -> tuple[Site, ...]:
    return parse(node, paths, pool.on_node(node, look_command(paths), job).stdout)
