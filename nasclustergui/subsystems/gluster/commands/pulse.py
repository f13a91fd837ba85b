"""One look at a node without gluster's lock: which of its processes run, what its tasks' state is, how full bricks are.

While none of it changes, the last `volume status` still holds, and nobody has to take the lock for another one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nasclustergui.core.command import Command
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.commands.answer import Answer, failed, reading, unexpected

SCRIPT = """gluster --mode=script --timeout=3 pool list >/dev/null 2>&1 || { echo silent; exit 0; }
echo "glusterd $(pgrep -o -x glusterd)"
ps -ww -C glusterfsd,glusterfs -o pid=,args=
grep -H -e '^status=' -e '^rebalance_op=' -e '^rebalance-id=' /var/lib/glusterd/vols/*/node_state.info 2>/dev/null
for brick do echo "size $(stat -f -c '%s %b %f %c %d' "$brick" 2>/dev/null || echo none) $brick"; done
echo end"""
# The oldest glusterd: whatever it starts, hooks of each change for instance, bears its name for a moment too.
SERVED = re.compile(r"^\s*(\d+) .*? --volfile-id[ =](\S+)(?:.* --brick-name (\S+))?")
CLIENT = re.compile(r"--process-name fuse|--volfile-id[ =]/")
SIZE = re.compile(r"size (?:(\d+) (\d+) (\d+) (\d+) (\d+)|none) (/.*)")


@dataclass(frozen=True)
class Space:
    """A brick's file system: bytes and inodes."""

    size: int
    free: int
    inodes: int
    inodes_free: int


@dataclass(frozen=True)
class Pulse:
    """What one node shows. `signs`: equal as long as nothing started, ended or went on to another state there."""

    signs: tuple[str, ...] = ()
    spaces: Mapping[str, Space] = field(default_factory=dict)


def pulse(paths: Sequence[str]) -> Command:
    """`paths`: of the node's bricks. Read by `parse_pulse`."""
    return Command(("sh", "-c", SCRIPT, "sh", *paths), timeout=6.0)


def parse_pulse(answer: Answer) -> Pulse:
    """Raises UnexpectedOutput where glusterd doesn't answer or anything is missing."""
    result = answer.result
    lines = result.stdout.splitlines()
    if result.status:
        raise failed(answer)
    if not lines or lines[-1] != "end":
        raise unexpected(answer, _("it is not complete"))
    signs: list[str] = []
    spaces: dict[str, Space] = {}
    for line in lines[:-1]:
        if line.startswith("size "):
            match = SIZE.fullmatch(line)
            if match is None:
                raise unexpected(answer, _("a size is not readable"))
            with reading(answer):
                _note(match, spaces)
        elif served := SERVED.match(line):
            if not CLIENT.search(line):
                signs.append(" ".join(part for part in served.groups() if part))
        elif line.startswith(("glusterd ", "/")):
            signs.append(line)
    return Pulse(tuple(sorted(signs)), spaces)


def _note(match: re.Match[str], spaces: dict[str, Space]) -> None:
    if match[1] is None:
        return
    block, blocks, free, inodes, inodes_free = (int(match[n]) for n in range(1, 6))
    spaces[match[6]] = Space(block * blocks, block * free, inodes, inodes_free)
