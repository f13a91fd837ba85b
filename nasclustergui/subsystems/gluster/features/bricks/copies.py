"""Which bricks hold the only good copy of something: those must not be taken away unless somebody insists.

A brick that lists an entry in its index has seen a write that another brick missed: it is a source of the heal. What a
brick lists is known from `heal info`, else from its index on its own disk. That alone doesn't tell whom it blames, so
another brick counts as a source of the same entry only where a third one, whose list is known, doesn't list it: that is
the one to be healed. Where every brick lists it they blame each other, or nobody can tell.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import count
from nasclustergui.subsystems.gluster.features.bricks.pending import Pending, read_pending
from nasclustergui.subsystems.gluster.model import Brick, Volume, VolumeType

__all__ = ["OnlyCopy", "only_good_copies", "read_pending"]


@dataclass(frozen=True)
class OnlyCopy:
    """A brick that may not go: `entries` so many have no other good copy, None if nobody can tell how many.

    Attributes:
        brick: "node1:/bricks/d1/data". set_number: from 1. why: one sentence for a person.
    """

    volume: str
    brick: str
    set_number: int
    entries: int | None
    why: str


def only_good_copies(volume: Volume, victims: Sequence[str], pending: Mapping[str, int | None]) -> tuple[OnlyCopy, ...]:
    """Those of the victims (brick names) without which files, or the newest state of files, would be lost.

    `volume` must tell which bricks are up; `pending` is what `read_pending` gives. Bricks that are down, and bricks
    of which nobody knows, are no good copies.
    """
    found: list[OnlyCopy] = []
    for number, group in enumerate(volume.sets, 1):
        going = [brick for brick in group if brick.name in victims and not brick.arbiter]
        if going:
            judge = _Set(volume, number, group, frozenset(victims), pending)
            found.extend(only for brick in going if (only := judge.look(brick)) is not None)
    return tuple(found)


@dataclass(frozen=True)
class _Set:
    """One set without the victims."""

    volume: Volume
    number: int
    group: Sequence[Brick]
    victims: Collection[str]
    pending: Mapping[str, int | None]

    def look(self, brick: Brick) -> OnlyCopy | None:
        if self.volume.type is VolumeType.DISTRIBUTE:
            return self._only(
                brick, None, _("{brick} holds the only copy of its files: the volume keeps no second one.")
            )
        if self.volume.type is VolumeType.DISPERSE:
            return self._look_dispersed(brick)
        return self._look_replicated(brick)

    def _look_replicated(self, brick: Brick) -> OnlyCopy | None:
        listed = self.pending.get(brick.name)
        if not self._staying:
            return self._only(brick, None, _("No other copy of the files on {brick} would stay and is up."))
        if listed == 0:
            return None
        if listed is None:
            return None if self._others_agree() else self._unknown(brick)
        lost = self._without_source(brick)
        if not lost:
            return None
        text = ngettext(
            "{n} entry waits for a heal and has no good copy but the one on {brick}.",
            "{n} entries wait for a heal and have no good copy but the one on {brick}.",
            lost,
        )
        return self._only(brick, lost, text.format(n=count(lost), brick=brick.name))

    def _look_dispersed(self, brick: Brick) -> OnlyCopy | None:
        """Every good part of an entry lists it, so those that stay tell by themselves whether enough are left."""
        needed = self.volume.disperse - self.volume.redundancy
        up = self._staying
        if len(up) < needed:
            text = _("Without {brick} fewer than {n} parts of its files would be up: they could not be read.")
            return self._only(brick, None, text.format(brick=brick.name, n=needed))
        if any(self.pending.get(other.name) is None for other in up):
            return self._unknown(brick)
        if self._entries() is not None:
            short = sum(sum(self._lists(o, e) for o in up) < needed for e in self._entries() or ())
        else:
            counts = sorted((self.pending[other.name] or 0 for other in up), reverse=True)
            most = max(self.pending.get(one.name) or 0 for one in self.group)
            short = most - counts[needed - 1]
        if not short:
            return None
        text = ngettext(
            "{n} entry waits for a heal and has too few good parts without {brick}.",
            "{n} entries wait for a heal and have too few good parts without {brick}.",
            short,
        )
        return self._only(brick, short, text.format(n=count(short), brick=brick.name))

    @property
    def _staying(self) -> list[Brick]:
        """Bricks with data that are up and stay."""
        return [b for b in self.group if b.online is True and not b.arbiter and b.name not in self.victims]

    def _without_source(self, brick: Brick) -> int:
        """How many of the entries that the brick lists have no other source."""
        listed = self.pending[brick.name] or 0
        mine = self._of(brick)
        if not self._votes:
            return listed
        if isinstance(mine, frozenset) and self._entries() is not None:
            return sum(not self._has_source(entry) for entry in mine)
        counts = [self.pending.get(one.name) for one in self.group]
        plain = 0 in counts and set(counts) <= {0, listed}  # one story only: the same entries everywhere, one behind
        return 0 if plain and any(self.pending.get(b.name) == listed for b in self._staying) else listed

    def _has_source(self, entry: str) -> bool:
        behind = any(isinstance(self._of(b), frozenset) and not self._lists(b, entry) for b in self.group)
        split = isinstance(self.pending, Pending) and entry in self.pending.split
        return behind and not split and any(self._lists(b, entry) for b in self._staying)

    def _others_agree(self) -> bool:
        """True if the bricks that stay prove that they miss nothing, whatever the unknown one has.

        Whatever was acknowledged is on more than half of the bricks; had one that stays missed it, another one that
        stays would list it and this one wouldn't.
        """
        rest = [b for b in self.group if b.name not in self.victims]
        if not self._votes or len(rest) * 2 <= len(self.group) or len(rest) < 2:
            return False
        if any(b.online is not True for b in rest) or any(b.split_brain for b in rest):
            return False
        lists = [self._of(b) for b in rest]
        first = lists[0]
        split = self.pending.split if isinstance(self.pending, Pending) else frozenset()
        return isinstance(first, frozenset) and not first & split and all(found == first for found in lists)

    @property
    def _votes(self) -> bool:
        """True if clients write only while most of a set is up: then copies can't go separate ways."""
        return self.volume.replica > 2 and self.volume.options.get("cluster.quorum-type", "auto") == "auto"

    def _of(self, brick: Brick) -> frozenset[str] | int | None:
        lists = self.pending.lists if isinstance(self.pending, Pending) else self.pending
        found = lists.get(brick.name)
        return frozenset() if found == 0 else found

    def _lists(self, brick: Brick, entry: str) -> bool:
        found = self._of(brick)
        return isinstance(found, frozenset) and entry in found

    def _entries(self) -> frozenset[str] | None:
        """All entries of the set, None if some brick that is up only gave a number."""
        lists = [self._of(b) for b in self.group if b.online]
        if not all(isinstance(found, frozenset) for found in lists):
            return None
        return frozenset().union(*(found for found in lists if isinstance(found, frozenset)))

    def _unknown(self, brick: Brick) -> OnlyCopy:
        text = _(
            "Nobody can tell whether {brick} holds the only good copy of something: what waits for a heal is not known."
        )
        return self._only(brick, None, text)

    def _only(self, brick: Brick, entries: int | None, why: str) -> OnlyCopy:
        return OnlyCopy(self.volume.name, brick.name, self.number, entries, why.replace("{brick}", brick.name))
