"""Looks into copies, only when somebody asks for it: checksums, and where two copies begin to differ."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from nasclustergui.core.command import Command
from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.commands.answer import Answer, failed, unexpected
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.features.split_brain.model import Copy, Entry, FileType
from nasclustergui.subsystems.gluster.features.split_brain.paths import PATH_FUNCTIONS
from nasclustergui.subsystems.gluster.model import Volume
from nasclustergui.subsystems.gluster.parallel import gather

SUM_LIMIT = 64 << 20  # bytes up to which a checksum is made without asking
PREVIEW = 256 << 10  # bytes that are compared and shown
SHOWN_LINES = 400

_FIND = f"""brick=$1 item=$2
{PATH_FUNCTIONS}
case $item in
gfid:*) handle "${{item#gfid:}}"; target=$handle ;;
*) target=$brick$item ;;
esac
[ -f "$target" ] && [ ! -L "$target" ] || {{ echo "no file: $target" >&2; exit 4; }}
"""
SUM_SCRIPT = _FIND + 'exec nice sha256sum < "$target"'
HEAD_SCRIPT = _FIND + f'exec head -c {PREVIEW} -- "$target"'


@dataclass(frozen=True)
class Preview:
    """Where copies differ.

    Attributes:
        first: offset of the first differing byte, None if what was read (`PREVIEW` bytes) is the same.
        whole: the copies were read to their end.
        lines: of a unified diff for texts, empty for anything else.
    """

    first: int | None
    whole: bool
    lines: tuple[str, ...] = ()


def sums(pool: Pool, volume: Volume, entry: Entry, job: Job) -> Mapping[str, str]:
    """Brick → SHA-256 of its copy, or a sentence why there is none. Reads the files whole; cancel the job to stop."""
    answers = _ask(pool, volume, entry, SUM_SCRIPT, None, job, parse_sum)
    return {brick: str(answer) for brick, answer in answers.items()}


def parse_sum(answer: Answer) -> str:
    """What `sha256sum` printed. Raises CommandFailed, UnexpectedOutput."""
    if answer.result.status:
        raise failed(answer)
    match = re.match(r"[0-9a-f]{64}(?= )", answer.result.stdout)
    if match is None:
        raise unexpected(answer, _("it is no checksum"))
    return match[0]


def preview(pool: Pool, volume: Volume, entry: Entry, bricks: tuple[str, str], job: Job) -> Preview:
    """Compares the beginnings of two copies. Raises a NasError when one can't be read, Cancelled."""
    answers = _ask(pool, volume, entry, HEAD_SCRIPT, 30.0, job, _content)
    found = [answers.get(brick, "") for brick in bricks]
    for answer in found:
        if isinstance(answer, NasError):
            raise answer
    copies = [entry.copy_on(brick) for brick in bricks]
    whole = all(copy is not None and copy.size <= PREVIEW for copy in copies)
    return compare(str(found[0]), str(found[1]), whole, bricks)


def compare(one: str, two: str, whole: bool, names: tuple[str, str]) -> Preview:
    """The first difference in bytes; a diff by lines if both are text. Contents as surrogateescaped UTF-8."""
    a, b = (text.encode("utf-8", "surrogateescape") for text in (one, two))
    first = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), None)
    if first is None and len(a) != len(b):
        first = min(len(a), len(b))
    if first is None or not (_is_text(a) and _is_text(b)):
        return Preview(first, whole)
    lines = difflib.unified_diff(one.splitlines(), two.splitlines(), *names, lineterm="", n=2)
    return Preview(first, whole, tuple(line for line, _n in zip(lines, range(SHOWN_LINES), strict=False)))


def comparable(entry: Entry) -> tuple[Copy, ...]:
    """The copies whose content can be read: files, not an arbiter's."""
    return tuple(copy for copy in entry.copies if copy.type is FileType.FILE and not copy.arbiter and copy.node)


def _ask(
    pool: Pool,
    volume: Volume,
    entry: Entry,
    script: str,
    timeout: float | None,
    job: Job,
    parse: Callable[[Answer], str],
) -> Mapping[str, str | NasError]:
    paths = {brick.name: brick.path for brick in volume.bricks}

    def ask(copy: Copy) -> str:
        item = f"gfid:{copy.gfid}"
        command = Command(("sh", "-c", script, "sh", paths[copy.brick], item), timeout=timeout)
        return parse(Answer(command, pool.on_node(copy.node, command, job), copy.node))

    return gather({copy.brick: partial(ask, copy) for copy in comparable(entry)})


def _content(answer: Answer) -> str:
    if answer.result.status:
        raise failed(answer)
    return answer.result.stdout


def _is_text(data: bytes) -> bool:
    if b"\0" in data:
        return False
    try:
        data[: len(data) - 4].decode()  # a character may be cut at the end
    except UnicodeDecodeError:
        return False
    return True


def sums_differ(found: Mapping[str, str], bricks: Sequence[str]) -> bool:
    """True if not all of these copies have the same checksum."""
    return len({found.get(brick) for brick in bricks}) > 1
