"""What is asked on the bricks' nodes about copies of entries: constant scripts, values as arguments or input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nasclustergui.core.command import Command
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.commands.answer import Answer, failed, unexpected
from nasclustergui.subsystems.gluster.features.split_brain.paths import GFID, PATH_FUNCTIONS, records

INSPECT_SECONDS = 120.0
INDEX_LIMIT = 10_000  # entries that wait for a heal whose attributes are looked at
NAMES_LIMIT = 2000  # names of a directory that are compared

_BRICK = """brick=$1; shift
[ -d "$brick/.glusterfs" ] || { echo "there is no brick at $brick" >&2; exit 2; }
command -v getfattr >/dev/null || { echo "getfattr is not installed (package attr)" >&2; exit 2; }
"""
# an item is "gfid:…" or a path inside the volume: $path in the volume, $target on the node
_ITEM = """
find_item() {
  case $1 in
  gfid:*)
    path_of "${1#gfid:}"
    path=$found
    if [ -n "$path" ]; then target=$brick$path; else handle "${1#gfid:}"; target=$handle; fi ;;
  *) path=$1 target=$brick$1 ;;
  esac
}
"""

INSPECT_SCRIPT = f"""{_BRICK}{PATH_FUNCTIONS}{_ITEM}
for item do
  find_item "$item"
  facts= link=x attributes=
  if [ -e "$target" ] || [ -L "$target" ]; then
    facts=$(stat --printf '%f %s %u %g %h %.9Y %.9Z %.9X\\n%U\\n%G' -- "$target")
    [ ! -L "$target" ] || link=$(readlink -n -- "$target"; printf x)
    attributes=$(getfattr -h --absolute-names -d -m '^trusted[.](gfid$|afr[.]|glusterfs[.]mdata)' -e hex -- \\
      "$target" | grep '^trusted')
  fi
  printf '%s\\0%s\\0%s\\0%s\\0%s\\0' "$item" "$path" "$facts" "${{link%x}}" "$attributes"
done
exit 0"""

NAMES_SCRIPT = f"""{_BRICK}{PATH_FUNCTIONS}{_ITEM}
for item do
  find_item "$item"
  changes=$brick/.glusterfs/indices/entry-changes/${{item#gfid:}}
  printf '%s\\0' "$item"
  if [ -d "$changes" ]; then
    printf 'changes\\0'
    find "$changes" -mindepth 1 -maxdepth 1 -printf '/%P\\0'
  else
    printf 'all\\0'
    [ ! -d "$target/" ] || find "$target/" -mindepth 1 -maxdepth 1 ! -name '.glusterfs*' -printf '/%P\\0' |
      head -z -n {NAMES_LIMIT + 1}
  fi
  printf '\\0'
done
exit 0"""

IDS_SCRIPT = """for file in /var/lib/glusterd/vols/"$1"/bricks/*; do
  printf 'brick\\n'
  grep -E '^(hostname|path|brick-id)=' "$file"
done
exit 0"""

# Names below .glusterfs are gfids: they hold no blanks. Directories stand there as links, so links are followed.
INDEX_SCRIPT = f"""cd "$1/.glusterfs" || exit 2
command -v getfattr >/dev/null || {{ echo "getfattr is not installed (package attr)" >&2; exit 2; }}
[ -d indices/xattrop ] || exit 0
ls -f indices/xattrop | grep -E '^[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$' | head -n {INDEX_LIMIT} |
  sed 's|^\\(..\\)\\(..\\)|\\1/\\2/&|' | xargs -r getfattr -d -m '^trusted[.]afr[.].*-client-' -e hex 2>/dev/null
exit 0"""


def inspect(brick: str, items: Sequence[str]) -> Command:
    """Facts about the copies of these items on a brick. `brick`: its path. Read by `parse_inspect`."""
    return _with_input(INSPECT_SCRIPT, brick, items)


def parse_inspect(answer: Answer, items: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """(item, path, facts, link target, attributes) of each item in order. Raises CommandFailed, UnexpectedOutput."""
    _accept(answer)
    found = tuple(records(answer, 5))
    if [row[0] for row in found] != list(items):
        raise unexpected(answer, _("it does not answer what was asked"))
    return found


def names(brick: str, items: Sequence[str]) -> Command:
    """Names in directories: those that gluster noted as changed, else up to `NAMES_LIMIT`. Read by `parse_names`."""
    return _with_input(NAMES_SCRIPT, brick, items)


def parse_names(answer: Answer, items: Sequence[str]) -> Mapping[str, tuple[bool, frozenset[str]]]:
    """item → (only those that were noted as changed, names). Raises CommandFailed, UnexpectedOutput."""
    _accept(answer)
    fields = iter(answer.result.stdout.split("\0"))
    found: dict[str, tuple[bool, frozenset[str]]] = {}
    for item in items:
        if next(fields, "") != item:
            raise unexpected(answer, _("it does not answer what was asked"))
        kind = next(fields, "")
        if kind not in ("changes", "all"):
            raise unexpected(answer, _("it is cut off"))
        found[item] = (kind == "changes", frozenset(_until_empty(fields, answer)))
    if list(fields) != [""]:
        raise unexpected(answer, _("it is cut off"))
    return found


def brick_ids(volume: str) -> Command:
    """What glusterd calls the bricks in the attributes of its copies. Read by `parse_brick_ids`."""
    return Command(("sh", "-c", IDS_SCRIPT, "sh", volume), timeout=10.0)


def parse_brick_ids(answer: Answer) -> Mapping[str, str]:
    """ "data-client-0" → "node1:/bricks/d1/data"; empty where this glusterd doesn't keep them."""
    if answer.result.status:
        raise failed(answer)
    found = {}
    for block in answer.result.stdout.split("brick\n")[1:]:
        values = dict(line.partition("=")[::2] for line in block.splitlines())
        if values.get("brick-id"):
            found[values["brick-id"]] = f"{values.get('hostname', '')}:{values.get('path', '')}"
    return found


def index(brick: str) -> Command:
    """What waits for a heal by the brick's own index, with whom it blames. Read by `parse_index`."""
    return Command(("sh", "-c", INDEX_SCRIPT, "sh", brick), timeout=60.0)


def parse_index(answer: Answer) -> Mapping[str, Mapping[str, bytes]]:
    """gfid → blamed brick in glusterd's words ("data-client-1") → changelog.

    Raises CommandFailed, UnexpectedOutput.
    """
    _accept(answer)
    found: dict[str, dict[str, bytes]] = {}
    for block in answer.result.stdout.split("# file: ")[1:]:
        name, *lines = block.splitlines()
        gfid = name.rsplit("/", 1)[-1]
        if not GFID.fullmatch(gfid):
            raise unexpected(answer, _("it does not answer what was asked"))
        pairs = (line.partition("=0x") for line in lines if line)
        try:
            found[gfid] = {key.removeprefix("trusted.afr."): bytes.fromhex(value) for key, _sign, value in pairs}
        except ValueError as error:
            raise unexpected(answer, str(error)) from error
    return found


def resolve(volume: str, brick: str, item: str) -> Command:
    """Make this brick's copy the one that all others get. Read by `heal.parse_resolution`.

    gluster's own policies aren't used: its "latest-mtime" makes the times equal before it compares them.
    """
    words = ("volume", "heal", volume, "split-brain", "source-brick", brick, item)
    return commands.gluster(*words, timeout=commands.HEAL_INFO_TIMEOUT, xml=False)


def _with_input(script: str, brick: str, items: Sequence[str]) -> Command:
    data = b"".join(item.encode("utf-8", "surrogateescape") + b"\0" for item in items)
    argv = ("xargs", "-0", "-r", "-n", "1000", "sh", "-c", script, "sh", brick)
    return Command(argv, timeout=INSPECT_SECONDS, stdin=data)


def _accept(answer: Answer) -> None:
    if answer.result.status:
        raise failed(answer)


def _until_empty(fields: Iterator[str], answer: Answer) -> Iterator[str]:
    for value in fields:
        if not value:
            return
        yield value.removeprefix("/")
    raise unexpected(answer, _("it is cut off"))
