"""Looks at the places of bricks on their nodes: mounted, read-only, broken, there, marked, full. Changes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from nasclustergui.core.command import Command, Result
from nasclustergui.core.disks import mount_of
from nasclustergui.core.errors import NasError, UnexpectedOutput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.features.disk.model import Directory, Ground, Mount
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.parallel import gather

# A line per directory, fields between tabs: what it is, the error, the mark in hex, names in it, block size, blocks,
# free blocks, inodes, free inodes; names are counted up to a thousand. Then the kernel's mounts, fstab and the kernel's
# last words about disks, closed by "end".
# A disk that died lets these commands fail at once; one that hangs makes the whole command run into its time limit.
SCRIPT = """export LC_ALL=C
for path do
  id= entries=0 error= below=$path
  if said=$(stat -c %F -- "$path" 2>&1); then
    case $said in directory) state=present ;; *) state=file ;; esac
  else
    state=absent
    case $said in
      *'No such file'*) said=$(ls -d -- "$(dirname -- "$path")" 2>&1) || case $said in
        *'No such file'*) ;; *) state=unreadable error=${said##*: } ;; esac ;;
      *) state=unreadable error=${said##*: } ;;
    esac
  fi
  if [ "$state" = present ]; then
    names=$(ls -f -- "$path" 2>&1 | head -n 1000)
    case $names in
      'ls: '*) state=unreadable error=${names##*: } ;;
      *) entries=$(printf '%s\\n' "$names" | grep -vcx -e .glusterfs -e . -e .. -e '')
        id=$(getfattr --absolute-names --only-values -n trusted.glusterfs.volume-id -e hex -- "$path" 2>/dev/null |
          od -An -v -tx1 | tr -d ' \\n') ;;
    esac
  fi
  space=
  while [ ! -e "$below" ] && [ "$below" != / ] && [ "$below" != . ]; do below=$(dirname -- "$below"); done
  [ "$state" = unreadable ] || space=$(stat -f -c '%S\t%b\t%a\t%c\t%d' -- "$below" 2>/dev/null)
  space=${space:-'-\t-\t-\t-\t-'}
  printf "$state\\t%s\\t${id:--}\\t$entries\\t$space\\n" "${error:--}"
done
echo mounts
cat /proc/self/mounts
echo fstab
cat /etc/fstab 2>/dev/null
echo kernel
dmesg 2>/dev/null | grep -iE 'I/O error|shutting down|shutdown|remounting|medium error|offlined' | tail -n 40
echo end"""
OWN_MOUNTS = frozenset({"/", "/boot", "/usr", "/var", "/home", "/tmp", "/opt", "/srv"})  # the system's own
LINES = 3  # messages of the kernel that are kept per brick


def look_command(paths: Sequence[str]) -> Command:
    """Read by `parse`."""
    return Command(("sh", "-c", SCRIPT, "sh", *paths), timeout=20.0)


def look(pool: Pool, wanted: Mapping[str, Sequence[str]], job: Job) -> Mapping[tuple[str, str], Ground]:
    """(node, path) → its ground; of nodes that can't be asked, why. Raises Cancelled."""
    known = {node: paths for node, paths in wanted.items() if node in set(pool.nodes)}
    answers = gather({node: partial(_on, pool, node, tuple(paths), job) for node, paths in known.items()})
    found: dict[tuple[str, str], Ground] = {}
    for node, paths in wanted.items():
        answer = answers.get(node, NasError(_("The profile does not know this node.")))
        for n, path in enumerate(paths):
            if isinstance(answer, NasError):
                found[node, path] = Ground(node, path, why_unknown=str(answer))
            else:
                found[node, path] = answer[n]
    return found


def look_at(pool: Pool, node: str, path: str, job: Job) -> Ground:
    """One place. Raises a NasError if the node can't be asked, Cancelled."""
    return _on(pool, node, (path,), job)[0]


def _on(pool: Pool, node: str, paths: tuple[str, ...], job: Job) -> tuple[Ground, ...]:
    return parse(node, paths, pool.on_node(node, look_command(paths), job))


def parse(node: str, paths: Sequence[str], result: Result) -> tuple[Ground, ...]:
    """A ground per path. Raises UnexpectedOutput for anything but a whole answer."""
    lines = result.stdout.splitlines()
    try:
        marks = [lines.index(word) for word in ("mounts", "fstab", "kernel")]
        if marks[0] != len(paths) or lines[-1] != "end" or result.status:
            raise ValueError(marks)
        mounts = _mounts(lines[marks[0] + 1 : marks[1]])
        fstab = _fstab(lines[marks[1] + 1 : marks[2]])
        said = lines[marks[2] + 1 : -1]
        return tuple(_ground(node, path, lines[n].split("\t"), mounts, fstab, said) for n, path in enumerate(paths))
    except (ValueError, IndexError) as error:
        raise UnexpectedOutput(
            _("{node} gave an answer about its disks that this program can't read.").format(node=node),
            hint=_("Nothing was concluded from it."),
            details=f"exit status {result.status}\n{result.stderr}\n{result.stdout[:2000]}",
        ) from error


def _ground(
    node: str,
    path: str,
    fields: Sequence[str],
    mounts: Mapping[str, Mount],
    fstab: Sequence[str],
    said: Sequence[str],
) -> Ground:
    state, error, mark, entries, block, blocks, avail, inodes, inodes_free = fields
    mount = mounts.get(mount_of(path, mounts) or "")
    wanted = mount_of(path, [point for point in fstab if point not in OWN_MOUNTS]) or ""
    device = mount.device.rsplit("/", 1)[-1] if mount and mount.device.startswith("/dev/") else ""
    named = [line for line in said if device and re.search(rf"\b{re.escape(device)}\b", line)]
    return Ground(
        node,
        path,
        Directory(state),
        "" if error == "-" else error,
        mount,
        wanted,
        "" if mark == "-" else str(UUID(hex=mark)),
        int(entries),
        *_space(block, blocks, avail),
        _number(inodes),
        _number(inodes_free),
        kernel=tuple(named[-LINES:]),
    )


def _space(block: str, blocks: str, avail: str) -> tuple[int | None, int | None]:
    size = _number(block)
    total, free = _number(blocks), _number(avail)
    return (
        size * total if size is not None and total is not None else None,
        size * free if size is not None and free is not None else None,
    )


def _number(text: str) -> int | None:
    return None if text == "-" else int(text)


def _mounts(lines: Sequence[str]) -> dict[str, Mount]:
    """The last one of a mount point counts: it hides the others."""
    found = {}
    for line in lines:
        device, point, filesystem, options, *_rest = line.split(" ")
        found[_plain(point)] = Mount(_plain(device), _plain(point), filesystem, frozenset(options.split(",")))
    return found


def _fstab(lines: Sequence[str]) -> tuple[str, ...]:
    rows = [line.split() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return tuple(_plain(row[1]) for row in rows if len(row) > 2 and row[1].startswith("/"))


def _plain(text: str) -> str:
    r"""The kernel writes blanks as \040."""
    return re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), text)
