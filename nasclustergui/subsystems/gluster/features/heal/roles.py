"""Which bricks of a set keep what others lack, and which are behind (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from nasclustergui.subsystems.gluster.features.heal.model import BrickFacts
from nasclustergui.subsystems.gluster.model import Brick, Volume


class Role(StrEnum):
    """What a brick is to the heal of its set."""

    IN_STEP = "in step"  # nothing waits in its set
    SOURCE = "source"  # it lists what others lack
    BEHIND = "behind"  # others list what it lacks
    BOTH = "both"  # it keeps some newer copies and lacks others: bricks were down in turns
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class BrickRole:
    """`number` of its set, from 1. `lacks`: entries of its set that it lacks, about; None if unknown.

    `blamed_by`: bricks whose entries say that this one lacks something, where that was looked at.
    """

    brick: Brick
    number: int
    role: Role
    lacks: int | None = None
    blamed_by: tuple[str, ...] = ()


def roles(volume: Volume, facts: Mapping[str, BrickFacts] | None = None) -> tuple[BrickRole, ...]:
    """Of every brick, in order.

    A good brick's index lists what others lack; who that is, the marks on the entries say (`facts`). Without them a
    brick that lists nothing while others do is taken to be behind.
    """
    known = facts or {}
    found: list[BrickRole] = []
    for number, group in enumerate(volume.sets, 1):
        counts = {brick.name: brick.heal_pending for brick in group}
        most = max((n for n in counts.values() if n is not None), default=None)
        for brick in group:
            blamed_by = tuple(
                other.name for other in group if other is not brick and _blames(known.get(other.name), brick.name)
            )
            found.append(BrickRole(brick, number, _role(brick, most, blamed_by), _lacks(brick, most), blamed_by))
    return tuple(found)


def _blames(facts: BrickFacts | None, name: str) -> bool:
    return facts is not None and facts.blames.get(name, 0) > 0


def _role(brick: Brick, most: int | None, blamed_by: tuple[str, ...]) -> Role:
    if most is None:
        return Role.UNKNOWN
    if most == 0:
        return Role.IN_STEP if brick.heal_pending == 0 else Role.UNKNOWN
    if brick.heal_pending:
        return Role.BOTH if blamed_by else Role.SOURCE
    return Role.BEHIND


def _lacks(brick: Brick, most: int | None) -> int | None:
    """What the others list beyond its own list, at the least."""
    if most is None:
        return None
    return max(0, most - (brick.heal_pending or 0))
