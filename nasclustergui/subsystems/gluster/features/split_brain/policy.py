"""Which copy wins: decided here from the copies that were shown, so that nothing else happens than the preview says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.subsystems.gluster.features.split_brain.model import Copy, Entry, FileType, Kind

CONTENT = frozenset({Kind.DATA, Kind.BOTH, Kind.GFID})  # the losing copies' content is lost
ONLY_METADATA = frozenset({Kind.METADATA, Kind.NAMES_METADATA})


class Policy(StrEnum):
    """Which copy wins, in gluster's words."""

    BIGGER = "bigger-file"
    LATEST = "latest-mtime"
    BRICK = "source-brick"


@dataclass(frozen=True)
class Decision:
    """What a policy means for one entry.

    Attributes:
        winner: the copy that all others get, None if the policy doesn't decide: then `why_not` is a sentence.
        losers: the copies that are replaced. merges: a directory's names of all copies are kept, no copy loses.
    """

    entry: Entry
    winner: Copy | None = None
    losers: tuple[Copy, ...] = ()
    merges: bool = False
    why_not: str = ""

    @property
    def loses_content(self) -> bool:
        """True if content is gone for good."""
        return self.winner is not None and not self.merges and self.entry.kind in CONTENT


def decide(entry: Entry, policy: Policy, brick: str = "") -> Decision:
    """The winner by this policy; `brick` names the source with `Policy.BRICK`."""
    why_not = _blocked(entry)
    if why_not:
        return Decision(entry, why_not=why_not)
    if entry.kind is Kind.NAMES:
        return _merged(entry)
    if policy is Policy.BRICK:
        return _by_brick(entry, brick)
    if entry.kind in ONLY_METADATA:
        return Decision(entry, why_not=_("Only owner, permissions or attributes differ: choose a source brick."))
    candidates = [copy for copy in entry.copies if copy.there and not copy.arbiter]
    if policy is Policy.BIGGER:
        if entry.type is not FileType.FILE:
            return Decision(entry, why_not=_("Only files have a size to compare: choose a source brick."))
        return _largest(entry, candidates, lambda c: c.size, _("The copies are equally large."))
    return _largest(entry, candidates, lambda c: c.mtime, _("The copies were changed at the same time."))


def decide_all(entries: Sequence[Entry], policy: Policy, brick: str = "") -> tuple[Decision, ...]:
    """As `decide`, for what is resolved together: a directory can be merged once its names are decided too."""
    decisions = [decide(entry, policy, brick) for entry in entries]
    decided = Counter(_parent(d.entry.path) for d in decisions if d.winner and d.entry.kind is Kind.GFID)
    return tuple(_with_names(d, decided[d.entry.path]) for d in decisions)


def _with_names(decision: Decision, decided: int) -> Decision:
    """Refused while a name in the directory stands for different files: gluster would say "not permitted"."""
    left = decision.entry.conflicts - decided
    if decision.winner is None or decision.entry.kind not in (Kind.NAMES, Kind.NAMES_METADATA) or left <= 0:
        return decision
    text = ngettext(
        "{n} name in it stands for different files: resolve that first.",
        "{n} names in it stand for different files: resolve those first.",
        left,
    )
    return Decision(decision.entry, why_not=text.format(n=left))


def _parent(path: str) -> str:
    return path.rsplit("/", 1)[0] or "/"


def _blocked(entry: Entry) -> str:
    unread = [copy for copy in entry.copies if copy.problem]
    if unread:
        text = _("The copy on {brick} cannot be seen: {reason}")
        return text.format(brick=unread[0].brick, reason=unread[0].problem)
    down = next((copy.brick for copy in entry.copies if copy.down), "")
    if down:
        return _("{brick} does not run: its copies cannot be replaced now.").format(brick=down)
    if entry.kind is Kind.TYPE:
        return _("The copies are of different types: gluster has no command for it, one of them must be moved by hand.")
    if entry.kind is Kind.UNCLEAR:
        return _("The copies do not blame each other (any more): read the list again.")
    if entry.kind is not Kind.GFID and any(not copy.there for copy in entry.copies):
        return _("A brick has no copy of it: a heal may still be under way.")
    return ""


def _merged(entry: Entry) -> Decision:
    there = [copy for copy in entry.copies if copy.there]
    return Decision(entry, there[0], tuple(there[1:]), merges=True)


def _by_brick(entry: Entry, brick: str) -> Decision:
    winner = entry.copy_on(brick)
    if not brick:
        return Decision(entry, why_not=_("Choose the brick whose copy wins."))
    if winner is None:
        return Decision(entry, why_not=_("{brick} is not in the set of this entry.").format(brick=brick))
    if not winner.there:
        return Decision(entry, why_not=_("{brick} has no copy of it.").format(brick=brick))
    if winner.arbiter and entry.kind in CONTENT:
        return Decision(entry, why_not=_("{brick} is an arbiter: it holds no content.").format(brick=brick))
    return _won(entry, winner)


def _largest(entry: Entry, copies: Sequence[Copy], key: Callable[[Copy], int], tie: str) -> Decision:
    ordered = sorted(copies, key=key, reverse=True)
    if not ordered:
        return Decision(entry, why_not=_("No brick has a copy with content."))
    if len(ordered) > 1 and key(ordered[0]) == key(ordered[1]):
        return Decision(entry, why_not=_("{reason} Choose a source brick.").format(reason=tie))
    return _won(entry, ordered[0])


def _won(entry: Entry, winner: Copy) -> Decision:
    return Decision(entry, winner, tuple(copy for copy in entry.copies if copy is not winner and copy.there))
