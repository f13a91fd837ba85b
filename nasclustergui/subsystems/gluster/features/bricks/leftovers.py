"""What still lies on bricks that were emptied: gluster commits once it counts no failure, so we look ourselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from nasclustergui.core.command import Command
from nasclustergui.core.errors import NasError, UnexpectedOutput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.commands.answer import Answer, failed, unexpected
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.model import Brick
from nasclustergui.subsystems.gluster.parallel import gather

SHOWN = 5  # names that are told per brick
LONGEST = 600.0  # seconds that a walk over an emptied brick's directories may take

# Whatever is no directory, but not gluster's own pointers to files elsewhere: empty, mode ---------T.
# Per brick a line with the number, then up to $1 names, each with a tab before it.
SCRIPT = """export LC_ALL=C
shown=$1; shift
for brick do
  if [ ! -d "$brick/.glusterfs" ]; then echo -; continue; fi
  find "$brick" -path "$brick/.glusterfs" -prune -o ! -type d ! '(' -type f -perm 1000 -size 0 ')' -printf '%P\\n' |
    awk -v shown="$shown" '{ n++; if (n <= shown) names = names "\\n\\t" $0 } END { print n + 0 names }'
done"""


@dataclass(frozen=True)
class Left:
    """Files on one brick: how many, and the names of some; `files` is None if the brick's directory isn't there."""

    files: int | None
    names: tuple[str, ...] = ()


def files_left(paths: Sequence[str]) -> Command:
    """For the node that the bricks are on. Read by `parse_left`."""
    return Command(("sh", "-c", SCRIPT, "sh", str(SHOWN), *paths), timeout=LONGEST)


def parse_left(answer: Answer, count: int) -> tuple[Left, ...]:
    """`files_left` of `count` bricks."""
    if answer.result.status:
        raise failed(answer)
    found: list[Left] = []
    for line in answer.result.stdout.split("\n"):
        if line.startswith("\t") and found:
            found[-1] = Left(found[-1].files, (*found[-1].names, line[1:]))
        elif line == "-":
            found.append(Left(None))
        elif line.isascii() and line.isdigit():
            found.append(Left(int(line)))
        elif line:
            raise unexpected(answer, _("a number was expected"))
    if len(found) != count:
        raise unexpected(answer, _("{n} lines were expected").format(n=count))
    return tuple(found)


def read_left(pool: Pool, bricks: Sequence[Brick], job: Job) -> Mapping[str, Left]:
    """What lies on the bricks, by name. Raises a NasError where a brick can't be looked at."""
    by_node: dict[str, list[Brick]] = {}
    for brick in bricks:
        if not brick.node:
            raise UnexpectedOutput(
                _("Whether files are left on {brick} is not known: its node is not in the profile.").format(
                    brick=brick.name
                ),
                hint=_("Add the node to the profile, or commit with gluster itself after looking there."),
            )
        by_node.setdefault(brick.node, []).append(brick)
    answers = gather({node: partial(_ask, pool, node, group, job) for node, group in by_node.items()})
    found: dict[str, Left] = {}
    for node, answer in answers.items():
        if isinstance(answer, NasError):
            raise answer
        found.update({brick.name: left for brick, left in zip(by_node[node], answer, strict=True)})
    return found


def _ask(pool: Pool, node: str, bricks: Sequence[Brick], job: Job) -> tuple[Left, ...]:
    paths = [brick.path for brick in bricks]
    return pool.client.ask_node(node, files_left(paths), lambda answer: parse_left(answer, len(paths)), job)
