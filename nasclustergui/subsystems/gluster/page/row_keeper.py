"""Keeps the rows of volumes that have not changed: a poll of a large pool then costs a comparison, not a tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from nasclustergui.subsystems.gluster.model import GlusterState, Volume
from nasclustergui.subsystems.gluster.page.volume_rows import Bar, Context, Space, shown_state, volume_row
from nasclustergui.subsystems.gluster.page.words import Said
from nasclustergui.ui.cell import Row


class _Basis(NamedTuple):
    """Everything a volume's rows are made of."""

    volume: Volume
    stale: str
    bars: tuple[Bar | None, ...]
    spaces: tuple[Space | None, ...]
    grades: Mapping[str, str]


class _Kept(NamedTuple):
    basis: _Basis
    row: Row
    said: Said


class RowKeeper:
    """Makes the rows of the volumes' tree, again only where something they show is different."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def rows(self, state: GlusterState, context: Context) -> list[Row]:
        """A row per volume, in alphabetical order; unchanged ones are the same objects as last time."""
        kept = {volume.name: self._keep(volume, context) for volume in state.volumes}
        self._kept = kept
        return [kept[name].row for name in sorted(kept, key=str.casefold)]

    def states(self) -> list[Said]:
        """The badges of the volumes whose rows were made last."""
        return [kept.said for kept in self._kept.values()]

    def forget(self) -> None:
        """The next rows are all new: the language or the theme's words changed."""
        self._kept.clear()

    def _keep(self, volume: Volume, context: Context) -> _Kept:
        basis = _basis(volume, context)
        old = self._kept.get(volume.name)
        if old is not None and old.basis == basis:
            return old
        return _Kept(basis, volume_row(volume, context), shown_state(volume, context.stale, context.grades))


def _basis(volume: Volume, context: Context) -> _Basis:
    busy = volume.tasks or volume.heal_pending
    bars = tuple(context.work(volume, brick) for brick in (None, *volume.bricks)) if busy else ()
    spaces = tuple(context.spaces.get(brick.name) for brick in volume.bricks if brick.size is None or not brick.online)
    prefix = f"gluster/{volume.name}"
    own = {key: grade for key, grade in context.grades.items() if key.startswith(prefix)}
    return _Basis(volume, context.stale, bars, spaces, own)
