"""Three versions of a text made one, line by line: what one side changed is taken, what both changed is a conflict.

The algorithm is diff3's (Khanna, Kunal, Pierce: A Formal Investigation of Diff3, 2007).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum


class Side(StrEnum):
    """Whose lines to take where both changed them."""

    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"  # mine, then theirs
    BASE = "base"


@dataclass(frozen=True)
class Chunk:
    """Lines (with their ends) that belong together in the three versions.

    Attributes:
        conflict: both sides changed them, each in another way.
    """

    base: tuple[str, ...]
    mine: tuple[str, ...]
    theirs: tuple[str, ...]

    @property
    def conflict(self) -> bool:
        """Both sides changed it, and not alike."""
        return self.mine != self.theirs and self.mine != self.base and self.theirs != self.base

    def lines(self, side: Side | None = None) -> tuple[str, ...]:
        """What the merged text has here; a conflict needs a side."""
        match side:
            case Side.MINE:
                return self.mine
            case Side.THEIRS:
                return self.theirs
            case Side.BOTH:
                mine = self.mine
                if mine and self.theirs and not mine[-1].endswith("\n"):
                    mine = (*mine[:-1], mine[-1] + "\n")
                return mine + self.theirs
            case Side.BASE:
                return self.base
        return self.mine if self.theirs == self.base else self.theirs


@dataclass(frozen=True)
class Merged:
    """The chunks in their order."""

    chunks: tuple[Chunk, ...]

    @property
    def conflicts(self) -> tuple[int, ...]:
        """Positions of the chunks that need a decision."""
        return tuple(n for n, chunk in enumerate(self.chunks) if chunk.conflict)

    def text(self, choices: Mapping[int, Side]) -> str:
        """The merged text; a conflict without a choice keeps the marks that everybody knows from version control."""
        return "".join(
            "".join(chunk.lines(choices.get(n)) if not chunk.conflict or n in choices else _marked(chunk))
            for n, chunk in enumerate(self.chunks)
        )


def _marked(chunk: Chunk) -> Iterator[str]:
    for mark, lines in (("<<<<<<< mine\n", chunk.mine), ("||||||| base\n", chunk.base), ("=======\n", chunk.theirs)):
        yield mark
        yield from (line if line.endswith("\n") else line + "\n" for line in lines)
    yield ">>>>>>> theirs\n"


def merge(base: str, mine: str, theirs: str) -> Merged:
    """Of the text both began with, and of what each made of it. Up to some seconds for ten thousand lines."""
    a, b, c = (tuple(text.splitlines(keepends=True)) for text in (base, mine, theirs))
    chunks: list[Chunk] = []
    at = (0, 0, 0)
    for start, in_b, in_c, size in (*_stable(a, b, c), (len(a), len(b), len(c), 0)):
        chunk = Chunk(a[at[0] : start], b[at[1] : in_b], c[at[2] : in_c])
        if chunk.base or chunk.mine or chunk.theirs:
            chunks.append(chunk)
        if size:
            same = a[start : start + size]
            chunks.append(Chunk(same, same, same))
        at = (start + size, in_b + size, in_c + size)
    return Merged(tuple(chunks))


def _stable(a: tuple[str, ...], b: tuple[str, ...], c: tuple[str, ...]) -> Iterator[tuple[int, int, int, int]]:
    """(place in a, in b, in c, how many) of lines that all three have in common, in order."""
    to_b, to_c = _places(a, b), _places(a, c)
    n = 0
    while n < len(a):
        if n not in to_b or n not in to_c:
            n += 1
            continue
        size = 1
        while n + size in to_b and n + size in to_c and to_b[n + size] == to_b[n] + size:
            if to_c[n + size] != to_c[n] + size:
                break
            size += 1
        yield n, to_b[n], to_c[n], size
        n += size


def _places(a: tuple[str, ...], b: tuple[str, ...]) -> dict[int, int]:
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    return {block.a + n: block.b + n for block in blocks for n in range(block.size)}
