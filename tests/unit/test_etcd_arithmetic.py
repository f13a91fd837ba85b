"""Raft's arithmetic before and after each change."""

from __future__ import annotations

import pytest

from nasclustergui.core.errors import PlanOutdated
from nasclustergui.core.events import Severity
from nasclustergui.subsystems.etcd.features.members.arithmetic import (
    Arithmetic,
    add_verdict,
    arithmetic,
    loss_verdict,
    promote_verdict,
    remove_verdict,
)
from nasclustergui.subsystems.etcd.features.members.joining import initial_cluster
from nasclustergui.subsystems.etcd.model import Member


def members(healthy: int, silent: int = 0, learners: int = 0) -> tuple[Member, ...]:
    voters = [Member(n + 1, f"m{n}", healthy=n < healthy) for n in range(healthy + silent)]
    return (*voters, *(Member(100 + n, f"l{n}", healthy=True, learner=True) for n in range(learners)))


@pytest.mark.parametrize(
    ("voters", "majority", "tolerance"), [(1, 1, 0), (2, 2, 0), (3, 2, 1), (4, 3, 1), (5, 3, 2), (6, 4, 2), (7, 4, 3)]
)
def test_majority_and_tolerance(voters: int, majority: int, tolerance: int) -> None:
    votes = arithmetic(members(voters))
    assert (votes.majority, votes.tolerance, votes.spare, votes.quorate) == (majority, tolerance, tolerance, True)


def test_learners_have_no_vote() -> None:
    votes = arithmetic(members(2, 1, learners=2))
    assert votes == Arithmetic(3, 2, 2)
    assert (votes.members, votes.spare) == (5, 0)
    assert not arithmetic(()).quorate


def test_a_fourth_voter_brings_nothing() -> None:
    verdict = add_verdict(members(3), learner=True)
    assert (verdict.severity, verdict.refused, verdict.typed) == (Severity.OK, False, False)
    assert verdict.after == Arithmetic(3, 3, 1)
    assert "3 voters tolerate 1 loss; with 4 it stays 1: add one more after that, or none." in verdict.reason


def test_a_fifth_voter_brings_one() -> None:
    four = (*members(4), Member(9, "l", healthy=True, learner=True))
    verdict = promote_verdict(four, four[-1])
    assert verdict.reason == "4 voters tolerate 1 loss; 5 voters tolerate 2 losses."
    assert (verdict.after, verdict.severity) == (Arithmetic(5, 5, 0), Severity.OK)


def test_a_voter_that_is_not_started_may_stop_everything() -> None:
    verdict = add_verdict(members(1), learner=False)
    assert (verdict.typed, verdict.severity) == (True, Severity.CRITICAL)
    assert not verdict.after.quorate
    assert add_verdict(members(3), learner=False).severity is Severity.WARN
    assert not add_verdict(members(3), learner=False).typed


def test_a_silent_learner_gets_no_vote() -> None:
    learner = Member(9, "l", learner=True)
    assert promote_verdict((*members(3), learner), learner).refused


def test_removals() -> None:
    three = members(3)
    verdict = remove_verdict(three, three[0])
    assert (verdict.typed, verdict.refused) == (True, False)
    assert verdict.reason == "Afterwards 2 voters tolerate no loss: the next one stops all changes."
    one_down = members(2, 1)
    assert remove_verdict(one_down, one_down[0]).refused  # a healthy one while another is away
    dead = remove_verdict(one_down, one_down[2])
    assert (dead.refused, dead.typed, dead.severity) == (False, False, Severity.OK)
    assert remove_verdict(members(1), members(1)[0]).refused
    five = members(5)
    assert (remove_verdict(five, five[0]).typed, remove_verdict(five, five[0]).refused) == (False, False)
    learner = members(3, 0, 1)
    assert remove_verdict(learner, learner[-1]).severity is Severity.OK


def test_nothing_is_changed_without_a_majority() -> None:
    broken = members(1, 2)
    for verdict in (add_verdict(broken, learner=True), remove_verdict(broken, broken[2])):
        assert verdict.refused
        assert verdict.reason.startswith("1 of 3 members with a vote answer, 2 are needed")


def test_losses() -> None:
    assert loss_verdict(members(3), members(3)[0]).severity is Severity.WARN
    assert loss_verdict(members(2, 1), members(2, 1)[0]).refused
    assert loss_verdict(members(2, 1), members(2, 1)[2]).severity is Severity.OK
    assert loss_verdict(members(5), members(5)[0]).severity is Severity.OK


def test_what_a_new_member_is_told() -> None:
    known = (Member(1, "m0", peer_urls=("https://a:2380",)), Member(2, "m1", peer_urls=("https://b:1", "https://b:2")))
    wanted = "m0=https://a:2380,m1=https://b:1,m1=https://b:2,m2=https://c:2380"
    assert initial_cluster(known, "m2", ["https://c:2380"]) == wanted
    added = (*known, Member(3, "", peer_urls=("https://c:2380",)))
    assert initial_cluster(added, "m2", ["https://c:2380"]) == wanted
    with pytest.raises(PlanOutdated, match="never started"):
        initial_cluster(added, "m3", ["https://d:2380"])
