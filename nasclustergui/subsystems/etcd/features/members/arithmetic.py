"""Raft's arithmetic: how many members must agree, how many may be lost, now and after a change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.subsystems.etcd.model import Member


@dataclass(frozen=True)
class Arithmetic:
    """The votes.

    Attributes:
        voters: members with a vote, whether they run or not. answering: those of them that answer.
        learners: members without a vote.
    """

    voters: int
    answering: int
    learners: int = 0

    @property
    def members(self) -> int:
        """All, with or without a vote."""
        return self.voters + self.learners

    @property
    def majority(self) -> int:
        """Voters that must agree: more than half."""
        return self.voters // 2 + 1

    @property
    def tolerance(self) -> int:
        """Voters that may be lost while all others run."""
        return max(0, self.voters - self.majority)

    @property
    def spare(self) -> int:
        """How many more may be lost as things are now; negative: that many are missing for a decision."""
        return self.answering - self.majority

    @property
    def quorate(self) -> bool:
        """A majority answers: settings can be changed."""
        return self.voters > 0 and self.spare >= 0

    def learner_added(self) -> Arithmetic:
        """With one learner more."""
        return replace(self, learners=self.learners + 1)

    def voter_added(self) -> Arithmetic:
        """With one voter more, which is not started yet."""
        return replace(self, voters=self.voters + 1)

    def promoted(self, member: Member) -> Arithmetic:
        """With that learner's vote."""
        more = int(member.healthy)
        return Arithmetic(self.voters + 1, self.answering + more, max(0, self.learners - 1))

    def removed(self, member: Member) -> Arithmetic:
        """Without that member."""
        if member.learner:
            return replace(self, learners=max(0, self.learners - 1))
        return replace(self, voters=self.voters - 1, answering=self.answering - int(member.healthy))

    def lost(self, member: Member) -> Arithmetic:
        """When that member stops, still a member."""
        gone = member.healthy and not member.learner
        return replace(self, answering=self.answering - int(gone))

    def tells(self) -> str:
        """ "3 voters tolerate 1 loss"."""
        voters = ngettext("{n} voter", "{n} voters", self.voters).format(n=self.voters)
        if not self.tolerance:
            return ngettext("{voters} tolerates no loss", "{voters} tolerate no loss", self.voters).format(
                voters=voters
            )
        losses = ngettext("{n} loss", "{n} losses", self.tolerance).format(n=self.tolerance)
        return _("{voters} tolerate {losses}").format(voters=voters, losses=losses)


@dataclass(frozen=True)
class Verdict:
    """What a change does to the votes.

    Attributes:
        before, after: the arithmetic. severity: how bad it is. reason: one or two sentences.
        refused: it would end all decisions; etcd itself would refuse it too.
        typed: allowed only after a name was typed: the next loss would end all decisions.
    """

    before: Arithmetic
    after: Arithmetic
    severity: Severity
    reason: str
    refused: bool = False
    typed: bool = False


def arithmetic(members: Iterable[Member]) -> Arithmetic:
    """Of a member list."""
    known = tuple(members)
    voters = [m for m in known if not m.learner]
    return Arithmetic(len(voters), sum(m.healthy for m in voters), len(known) - len(voters))


def add_verdict(members: Iterable[Member], *, learner: bool) -> Verdict:
    """What the announcement of one more member does, before that one has started."""
    before = arithmetic(members)
    if not before.quorate:
        return _leaderless(before)
    if learner:
        after = before.learner_added()
        text = _("A learner has no vote, so nothing changes for the majority until it is promoted.")
        return Verdict(before, after, Severity.OK, f"{text} {_next_step(before)}")
    after = before.voter_added()
    if not after.quorate:
        text = _("It has a vote before it has started, and until it has, etcd decides nothing. Add it as a learner.")
        return Verdict(before, after, Severity.CRITICAL, text, typed=True)
    if after.spare < before.spare:
        text = _("It has a vote before it has started: until then one loss less is tolerated.")
        return Verdict(before, after, Severity.WARN, f"{text} {_next_step(before)}")
    return Verdict(before, after, Severity.INFO, _next_step(before))


def promote_verdict(members: Iterable[Member], member: Member) -> Verdict:
    """What the vote of a learner does."""
    before = arithmetic(members)
    if not before.quorate:
        return _leaderless(before)
    after = before.promoted(member)
    if not member.healthy:
        text = _("{member} does not answer. With a vote it would count as lost.").format(member=member.label)
        return Verdict(before, after, Severity.CRITICAL, text, refused=True)
    severity = Severity.OK if after.tolerance > before.tolerance else Severity.INFO
    return Verdict(before, after, severity, _next_step(before))


def remove_verdict(members: Iterable[Member], member: Member) -> Verdict:
    """What the removal of a member does."""
    before = arithmetic(members)
    if not before.quorate:
        return _leaderless(before)
    if member.learner:
        text = _("A learner has no vote: the majority is not affected.")
        return Verdict(before, before.removed(member), Severity.OK, text)
    after = before.removed(member)
    if not after.voters:
        text = _("It is the only member with a vote. Without it there is no etcd.")
        return Verdict(before, after, Severity.CRITICAL, text, refused=True)
    if not after.quorate:
        text = _(
            "{healthy} of the {voters} members left would answer and {majority} must agree: all changes would stop."
        )
        told = text.format(healthy=after.answering, voters=after.voters, majority=after.majority)
        return Verdict(
            before, after, Severity.CRITICAL, f"{told} {_('Bring back the lost member first.')}", refused=True
        )
    if after.spare < before.spare and after.spare == 0:
        text = _("Afterwards {tells}: the next one stops all changes.").format(tells=_now(after))
        return Verdict(before, after, Severity.WARN, text, typed=True)
    return Verdict(before, after, Severity.OK if after.spare >= before.spare else Severity.INFO, _after(before, after))


def loss_verdict(members: Iterable[Member], member: Member) -> Verdict:
    """What it means if that member stops, by intent (maintenance) or not."""
    before = arithmetic(members)
    after = before.lost(member)
    if before.quorate and not after.quorate:
        text = _("{answering} of {voters} members would answer and {majority} must agree: all changes would stop.")
        told = text.format(answering=after.answering, voters=after.voters, majority=after.majority)
        return Verdict(before, after, Severity.CRITICAL, told, refused=True)
    if after.spare < before.spare and after.spare == 0:
        text = _("While it is away, the loss of one more member stops all changes.")
        return Verdict(before, after, Severity.WARN, text)
    return Verdict(before, after, Severity.OK, _("Changes of settings go on without it."))


def _leaderless(before: Arithmetic) -> Verdict:
    text = ngettext(
        "{answering} of {voters} members with a vote answer, {majority} is needed: etcd decides nothing now.",
        "{answering} of {voters} members with a vote answer, {majority} are needed: etcd decides nothing now.",
        before.majority,
    ).format(answering=before.answering, voters=before.voters, majority=before.majority)
    return Verdict(before, before, Severity.CRITICAL, text, refused=True)


def _next_step(before: Arithmetic) -> str:
    """What one voter more brings: "3 voters tolerate 1 loss; with 4 it stays 1, add a fifth or none"."""
    more = Arithmetic(before.voters + 1, before.answering + 1)
    if more.tolerance > before.tolerance:
        return _("{before}; {after}.").format(before=before.tells(), after=more.tells())
    return _("{before}; with {voters} it stays {tolerance}: add one more after that, or none.").format(
        before=before.tells(), voters=more.voters, tolerance=more.tolerance
    )


def _after(before: Arithmetic, after: Arithmetic) -> str:
    return _("Now {before}; afterwards {after}.").format(before=before.tells(), after=after.tells())


def _now(after: Arithmetic) -> str:
    """The tolerance as it really is then: members that are away already count."""
    if after.answering == after.voters:
        return after.tells()
    return _("{answering} of {voters} members answer and none may be lost").format(
        answering=after.answering, voters=after.voters
    )
