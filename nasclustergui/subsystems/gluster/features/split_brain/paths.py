"""Finds the path of a file or directory inside its volume from its gfid, on the node of a brick."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from nasclustergui.core.command import Command
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.commands.answer import Answer, failed, unexpected
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.model import Brick, Volume

GFID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SEARCH_SECONDS = 20  # for all files of one command whose path is written nowhere and must be searched
COMMAND_SECONDS = 60.0
AT_ONCE = 500  # gfids of one command

# Functions for scripts that have the brick's directory in $brick. Names may hold any byte, so nothing is read by
# lines, and every $(…) ends with an x that is cut off again: the shell would drop newlines at the end of a name.
PATH_FUNCTIONS = """
until=$(($(date +%s) + SEARCH))
handle() {
  rest=${1#??}
  handle=$brick/.glusterfs/${1%"$rest"}/${rest%"${rest#??}"}/$1
}
directory_path() {
  found= gfid=$1 levels=0
  while [ "$gfid" != 00000000-0000-0000-0000-000000000001 ]; do
    handle "$gfid"
    link=$(readlink -n -- "$handle"; printf x)
    link=${link%x} levels=$((levels + 1))
    case $link in ../../??/??/*/*) ;; *) return 1 ;; esac
    [ $levels -le 500 ] || return 1
    link=${link#../../??/??/}
    gfid=${link%%/*} found=/${link#*/}$found
  done
  [ -n "$found" ] || found=/
}
is_file() {
  [ "$(stat -c %d:%i -- "$1" 2>/dev/null)" = "$(stat -c %d:%i -- "$2" 2>/dev/null)" ]
}
file_path() {
  file=$1
  for attribute in $(getfattr -h --absolute-names -m '^trusted[.]gfid2path[.]' -- "$file" 2>/dev/null |
      grep '^trusted'); do
    value=$(getfattr -h --absolute-names --only-values -n "$attribute" -- "$file" 2>/dev/null; printf x)
    value=${value%x}
    directory_path "${value%%/*}" || continue
    found=${found%/}/${value#*/}
    is_file "$brick$found" "$file" && return 0
  done
  left=$((until - $(date +%s)))
  [ $left -gt 0 ] || return 1
  found=$(cd "$brick" &&
    timeout $left find . -xdev -path ./.glusterfs -prune -o -samefile "$file" -printf /%P -quit; printf x)
  found=${found%x}
  [ -n "$found" ]
}
path_of() {
  handle "$1"
  if [ "$1" = 00000000-0000-0000-0000-000000000001 ]; then
    found=/
  elif [ -L "$handle" ] && [ "$(stat -c %h -- "$handle")" = 1 ]; then
    directory_path "$1" && [ -d "$brick$found" ]
  elif [ -L "$handle" ] || [ -e "$handle" ]; then
    file_path "$handle"
  else
    false
  fi || found=
}
""".replace("SEARCH", str(SEARCH_SECONDS))

RESOLVE_SCRIPT = f"""brick=$1; shift
[ -d "$brick/.glusterfs" ] || {{ echo "there is no brick at $brick" >&2; exit 2; }}
{PATH_FUNCTIONS}
for wanted do
  path_of "$wanted"
  printf '%s\\0%s\\0' "$wanted" "$found"
done
exit 0"""


def resolve(pool: Pool, volume: Volume, brick: str, gfids: Sequence[str], job: Job) -> Mapping[str, str | None]:
    """gfid → path inside the volume ("/d/file", "/" for its root), None where this brick doesn't know one.

    `brick`: its name ("node1:/bricks/d1/data"). Names may be any bytes, kept by surrogateescape. Directories are
    found by the chain of links below `BRICK/.glusterfs`, files by their attribute `trusted.gfid2path` or, where
    that is missing, by a search of the brick for the other name of the hard link, which ends after
    `SEARCH_SECONDS`. Runs on the brick's node, changes nothing. Where the profile doesn't know the node,
    nothing is found. Raises CommandFailed when the brick's directory isn't there, a NodeError, Cancelled.
    """
    found: dict[str, str | None] = dict.fromkeys(gfids)
    place = brick_of(volume, brick)
    wanted = [gfid for gfid in found if GFID.fullmatch(gfid)]
    if place is None or not place.node:
        return found
    for start in range(0, len(wanted), AT_ONCE):
        command = resolve_command(place.path, wanted[start : start + AT_ONCE])
        answer = Answer(command, pool.on_node(place.node, command, job), place.node)
        found.update(parse_resolve(answer, wanted[start : start + AT_ONCE]))
    return found


def brick_of(volume: Volume, name: str) -> Brick | None:
    """The volume's brick of that name."""
    return next((brick for brick in volume.bricks if brick.name == name), None)


def resolve_command(path: str, gfids: Sequence[str]) -> Command:
    """`path`: of the brick on its node. Read by `parse_resolve`."""
    return Command(("sh", "-c", RESOLVE_SCRIPT, "sh", path, *gfids), timeout=COMMAND_SECONDS)


def parse_resolve(answer: Answer, gfids: Sequence[str]) -> Mapping[str, str | None]:
    """gfid → path or None. Raises CommandFailed, UnexpectedOutput unless every gfid was answered in order."""
    if answer.result.status:
        raise failed(answer)
    pairs = tuple(records(answer, 2))
    if [gfid for gfid, __ in pairs] != list(gfids):
        raise unexpected(answer, _("it does not answer what was asked"))
    return {gfid: path or None for gfid, path in pairs}


def records(answer: Answer, fields: int) -> Iterator[tuple[str, ...]]:
    """The output of a script that ends every field with a NUL byte, `fields` at a time."""
    text = answer.result.stdout
    values = text.split("\0")
    if values.pop() or len(values) % fields:
        raise unexpected(answer, _("it is cut off"))
    return (tuple(values[i : i + fields]) for i in range(0, len(values), fields))
