"""The dialogs that change a role: what they found belongs to the certificates that are chosen; what forbids it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nasclustergui.cluster.lifecycle.roles.certificates import Choice, Source
from nasclustergui.cluster.lifecycle.roles.demote import Leaver, plan_demote
from nasclustergui.cluster.lifecycle.roles.dialog import DemoteDialog, PromoteDialog
from nasclustergui.cluster.lifecycle.roles.model import Candidate, Finding, Look, Stage
from nasclustergui.cluster.lifecycle.roles.promote import plan_promote
from nasclustergui.cluster.lifecycle.roles.read import vote_of
from nasclustergui.cluster.lifecycle.roles.settings import Pair
from nasclustergui.core.errors import NasError, StoreError
from nasclustergui.core.events import Severity
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import EtcdProfile, NodeProfile, Profile
from nasclustergui.subsystems.etcd.model import EtcdState, Member
from nasclustergui.ui import theme

PROFILE = Profile(
    "lab",
    tuple(NodeProfile(f"node{n}", f"10.0.0.{n}") for n in range(1, 5)),
    etcd=EtcdProfile(("https://10.0.0.1:2379",)),
)
MEMBERS = tuple(Member(n, f"node{n}", f"node{n}", healthy=True, leader=n == 1) for n in (1, 2, 3))
STATE = EtcdState(MEMBERS)
LOOK = Look("3.4.23", loaded="loaded", data_dir="/var/lib/etcd/default")
FOUND = Candidate(
    "node4",
    STATE,
    look=LOOK,
    host="10.0.0.4",
    settings={"ETCD_DATA_DIR": "/d", "ETCD_INITIAL_ADVERTISE_PEER_URLS": "https://10.0.0.4:2380"},
    peer_url="https://10.0.0.4:2380",
    client_url="https://10.0.0.4:2379",
    pairs=(Pair("both", "/a.crt", "/a.key"),),
    findings=(
        Finding(Severity.WARN, "There is old data of etcd in /d.", "The plan renames the directory."),
        Finding(Severity.OK, "etcd 3.4.23 is installed"),
    ),
    verdict=vote_of(STATE, "node4", None),
)
MISSING = Finding(Severity.CRITICAL, "node4 has no file /a.crt.", "Name certificate and key.", "certificates")


class Nodes:
    """Answers when the test says so."""

    def __init__(self) -> None:
        self.asked: list[Choice] = []
        self.answer: Callable[[object], object] = lambda _found: None
        self.fail: Callable[[NasError], object] = lambda _error: None

    def __call__(self, choice: Choice, done: Callable[[object], object], failed: Callable[[NasError], object]) -> None:
        self.asked.append(choice)
        self.answer, self.fail = done, failed


def promoting(qtbot: Any) -> tuple[PromoteDialog, Nodes, list[Plan]]:
    nodes, plans = Nodes(), list[Plan]()
    dialog = PromoteDialog("node4", nodes, lambda found: plan_promote(found, "worker", PROFILE), PROFILE)
    dialog.plan_ready.connect(plans.append)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: bool(nodes.asked))
    return dialog, nodes, plans


def test_votes_and_findings_then_the_plan(qtbot: Any) -> None:
    dialog, nodes, plans = promoting(qtbot)
    assert not dialog.go_button.isEnabled()
    assert dialog.missing() == "Asking etcd and the nodes…"
    nodes.answer(FOUND)
    assert dialog.go_button.isEnabled()
    assert "Members with a vote 3 → 4; Must agree (majority) 2 → 3; Tolerated losses 1 → 1" in (
        dialog.votes.accessibleName()
    )
    assert not dialog.back_button.isVisible()
    dialog.go_button.click()
    assert [plan.title for plan in plans] == ["Promote node4 to manager"]


def test_what_forbids_it_keeps_the_button_grey(qtbot: Any) -> None:
    dialog, nodes, plans = promoting(qtbot)
    nodes.answer(replace(FOUND, findings=(MISSING, *FOUND.findings)))
    assert not dialog.go_button.isEnabled()
    assert dialog.missing() == MISSING.text
    dialog.accept()
    assert plans == []


def test_what_was_found_goes_with_the_certificates_it_was_found_for(qtbot: Any) -> None:
    dialog, nodes, _plans = promoting(qtbot)
    nodes.answer(FOUND)
    late = nodes.answer
    dialog.form.options[Source.ISSUE].click()
    assert not dialog.go_button.isEnabled()
    assert dialog.findings.showing() == "loading"
    late(FOUND)  # about the choice before
    assert not dialog.go_button.isEnabled()
    dialog.form.ca.edit.setText("/pki/ca.crt")
    dialog.form.ca_key.edit.setText("/pki/ca.key")
    qtbot.waitUntil(lambda: len(nodes.asked) == 2)
    assert nodes.asked[-1] == Choice(Source.ISSUE, ca="/pki/ca.crt", ca_key="/pki/ca.key")
    wrong = Finding(Severity.CRITICAL, "/pki/ca.key cannot be read: no such file.", "", "ca_key")
    nodes.answer(replace(FOUND, findings=(wrong,)))
    assert dialog.form.ca_key.reason == wrong.text


def test_a_half_done_promotion_goes_on_or_back(qtbot: Any) -> None:
    dialog, nodes, _plans = promoting(qtbot)
    own = Member(4, "node4", "node4", learner=True)
    state = replace(STATE, members=(*MEMBERS, own))
    nodes.answer(replace(FOUND, state=state, member=own, stage=Stage.LEARNER))
    assert dialog.back_button.isVisible()
    with qtbot.waitSignal(dialog.take_back):
        dialog.back_button.click()
    assert not dialog.isVisible()


def test_etcd_that_does_not_answer_is_told_and_asked_again(qtbot: Any) -> None:
    dialog, nodes, _plans = promoting(qtbot)
    nodes.fail(StoreError("etcd has no leader."))
    assert dialog.findings.showing() == "failed"
    assert not dialog.go_button.isEnabled()
    dialog.again_button.click()
    assert len(nodes.asked) == 2
    nodes.answer(FOUND)
    assert dialog.go_button.isEnabled()


def demoting(qtbot: Any, found: Leaver) -> DemoteDialog:
    dialog = DemoteDialog("node1", lambda done, _failed: done(found), lambda it: plan_demote(it, PROFILE), PROFILE)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.found is not None)
    return dialog


def test_a_demotion_that_would_end_all_decisions_can_not_go_on(qtbot: Any) -> None:
    state = EtcdState((*MEMBERS[:2], replace(MEMBERS[2], healthy=False)))
    dialog = demoting(qtbot, Leaver("node1", state, MEMBERS[0], LOOK))
    assert not dialog.go_button.isEnabled()
    assert "all changes would stop" in dialog.missing()
    fine = demoting(qtbot, Leaver("node1", STATE, MEMBERS[0], LOOK))
    assert fine.go_button.isEnabled()


def test_nothing_is_left_of_etcd(qtbot: Any) -> None:
    dialog = demoting(qtbot, Leaver("node1", STATE, None, LOOK))
    assert not dialog.go_button.isEnabled()
    assert demoting(qtbot, Leaver("node1", STATE, None, replace(LOOK, data=("member",)))).go_button.isEnabled()


@pytest.mark.parametrize("name", ["light", "dark"])
def test_pictures(qtbot: Any, output: Path, name: str) -> None:
    theme.use(name)
    try:
        dialog, nodes, _plans = promoting(qtbot)
        dialog.form.options[Source.FILES].click()
        qtbot.waitUntil(lambda: len(nodes.asked) == 2)
        nodes.answer(replace(FOUND, findings=(MISSING, *FOUND.findings)))
        qtbot.wait(50)
        assert dialog.grab().save(str(output / f"roles-promote-{name}.png"))
        nodes.fail(StoreError("etcd has no leader: nothing can be read for certain.", hint="Start the others."))
        dialog.look()
        nodes.fail(StoreError("etcd has no leader: nothing can be read for certain.", hint="Start the others."))
        qtbot.wait(50)
        assert dialog.grab().save(str(output / f"roles-failed-{name}.png"))
    finally:
        theme.use("light")
