"""Keeps a copy of what loses: in a directory beside the bricks on the loser's own node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from nasclustergui.core.command import Command
from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.commands.answer import Answer, failed, unexpected
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.features.split_brain.model import Copy, FileType
from nasclustergui.subsystems.gluster.parallel import gather

FOLDER = "/var/lib/nasclustergui/split-brain"
RESERVE = 0.05  # of the file system stays free

# Everything or nothing: what could not be kept must not be overwritten afterwards. Files are taken by their gfid, so
# that a rename in between doesn't matter; the gfid tells files of one name apart, and LIST which path each had.
SAVE_SCRIPT = """brick=$1 folder=$2; shift 2
umask 077
mkdir -p -- "$folder" || exit 3
number=0
while [ $# -gt 1 ]; do
  gfid=$1 path=$2; shift 2
  rest=${gfid#??}
  source=$brick/.glusterfs/${gfid%"$rest"}/${rest%"${rest#??}"}/$gfid
  [ ! -d "$source" ] || source=$brick$path
  mkdir -p -- "$folder/$gfid" &&
    cp -aT --sparse=always -- "$source" "$folder/$gfid/${path##*/}" &&
    printf '%s %s\\n' "$gfid" "$path" >> "$folder/LIST" || exit 5
  number=$((number + 1))
done
sync -f "$folder" || exit 6
echo "$number kept in $folder\""""

ROOM_SCRIPT = """folder=$1
while [ ! -d "$folder" ]; do folder=$(dirname -- "$folder"); done
df -P -k -- "$folder" | tail -n 1"""


@dataclass(frozen=True)
class Room:
    """Space where copies would be kept on a node: bytes. `mount`: its file system's mount point."""

    size: int
    free: int
    mount: str


def need(copies: Sequence[Copy]) -> int:
    """Bytes that the files among these copies take. What lies in directories isn't known and not counted."""
    return sum(copy.size for copy in copies if copy.type is FileType.FILE)


def enough(room: Room | None, copies: Sequence[Copy]) -> bool:
    """True if the copies surely fit and leave the file system its reserve. Directories are taken to fit."""
    return room is not None and need(copies) <= room.free - int(room.size * RESERVE)


def read_room(pool: Pool, nodes: Sequence[str], job: Job) -> Mapping[str, Room | None]:
    """Node → space for kept copies, None where it can't be told. Raises Cancelled."""

    def ask(node: str) -> Room:
        command = Command(("sh", "-c", ROOM_SCRIPT, "sh", FOLDER), timeout=10.0)
        return parse_room(Answer(command, pool.on_node(node, command, job), node))

    answers = gather({node: partial(ask, node) for node in nodes})
    return {node: None if isinstance(answer, NasError) else answer for node, answer in answers.items()}


def parse_room(answer: Answer) -> Room:
    """A line of `df -P -k`. Raises CommandFailed, UnexpectedOutput."""
    if answer.result.status:
        raise failed(answer)
    fields = answer.result.stdout.split()
    try:
        return Room(int(fields[1]) * 1024, int(fields[3]) * 1024, fields[5])
    except (ValueError, IndexError) as error:
        raise unexpected(answer, _("it is not what df prints")) from error


def save_command(brick: str, folder: str, copies: Sequence[Copy]) -> Command:
    """Keep these copies of a brick. `brick`: its path on the node.

    A file is kept as `folder`/GFID/NAME; `folder`/LIST names the paths. It keeps all of them or fails.
    """
    words = [word for copy in copies for word in (copy.gfid, copy.path or f"/{copy.gfid}")]
    return Command(("sh", "-c", SAVE_SCRIPT, "sh", brick, folder, *words), timeout=None)
