"""The cluster's operation lock as everybody sees it: who holds it, or why nobody can."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nasclustergui.core.i18n import _
from nasclustergui.core.units import clock


@dataclass(frozen=True)
class Holder:
    """Whose change runs.

    Attributes:
        who: "anna@desk-3". instance: id of the running program, new at each start.
        title, lane, plan: of the plan that runs the longest; `plan` is its id in the audit log.
        started: Unix time by the holder's clock, 0.0 if it didn't say.
        more: how many other plans of the same program run.
        create_revision: of the lock's key in etcd: tells one hold from the next.
    """

    who: str
    instance: str
    title: str = ""
    lane: str = ""
    plan: str = ""
    started: float = 0.0
    more: int = 0
    create_revision: int = 0

    @property
    def sentence(self) -> str:
        """ "anna@desk-3 runs “Heal volume data” since 14:02:11." """
        since = clock(self.started or None)
        return _("{who} runs “{title}” since {time}.").format(who=self.who, title=self.title, time=since)


class LockState(StrEnum):
    """Where the lock stands, seen from this program."""

    UNKNOWN = "unknown"  # not read yet
    FREE = "free"
    OURS = "ours"
    TAKEN = "taken"  # by somebody else
    MISSING = "missing"  # there is no lock to be had: no etcd, no answer, no permission


@dataclass(frozen=True)
class LockView:
    """The lock now. `holder` where it is OURS or TAKEN; `why` (a sentence) where it is MISSING."""

    state: LockState = LockState.UNKNOWN
    holder: Holder | None = None
    why: str = ""
