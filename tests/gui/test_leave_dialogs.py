"""The dialogs that drain and remove nodes: what is in the way, where bricks go, old answers never go on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from nasclustergui.cluster.lifecycle.leave.actions import why_not_drained, why_not_removed, why_not_undrained
from nasclustergui.cluster.lifecycle.leave.dialogs import DrainDialog, RemoveDialog
from nasclustergui.cluster.lifecycle.leave.model import Draining
from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.errors import NasError, StoreError
from nasclustergui.core.plan import Plan
from nasclustergui.subsystems.etcd.features.drain.read import DrainKey
from nasclustergui.subsystems.etcd.model import Drain, EtcdState
from nasclustergui.subsystems.nodes.model import Link, NodeState
from nasclustergui.ui import theme
from tests.recorded.pools import state, volume
from tests.recorded.pools import with_bricks as changed
from tests.unit.leave_scenes import DATA, ETCD, PROFILE, disk, drained, leaving

BRICK = "node3:/bricks/d1/data0"


class Cluster:
    """Answers when the test says so."""

    def __init__(self) -> None:
        self.asked = 0
        self.answer: Callable[[object], object] = lambda _found: None
        self.fail: Callable[[NasError], object] = lambda _error: None

    def __call__(self, done: Callable[[object], object], failed: Callable[[NasError], object]) -> None:
        self.asked += 1
        self.answer, self.fail = done, failed


def removing(qtbot: Any) -> tuple[RemoveDialog, Cluster, list[Plan]]:
    cluster, plans = Cluster(), list[Plan]()
    dialog = RemoveDialog("node3", cluster, PROFILE)
    dialog.plan_ready.connect(plans.append)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: bool(cluster.asked))
    return dialog, cluster, plans


def draining(qtbot: Any) -> tuple[DrainDialog, Cluster, list[Plan]]:
    cluster, plans = Cluster(), list[Plan]()
    dialog = DrainDialog("node3", "anna@desk", cluster, PROFILE)
    dialog.plan_ready.connect(plans.append)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: bool(cluster.asked))
    return dialog, cluster, plans


def test_the_chosen_place_is_planned(qtbot: Any) -> None:
    dialog, cluster, plans = removing(qtbot)
    assert dialog.missing() == "Asking gluster, etcd and the nodes…"
    assert not dialog.go_button.isEnabled()
    cluster.answer(leaving())
    choice = dialog.bricks.choices[BRICK]
    assert [choice.itemText(n).partition(" · ")[0] for n in range(choice.count())] == [
        "node4: /bricks/d1/data",
        "node5: /bricks/d1/data",
    ]
    assert dialog.order.text().splitlines()[1] == "2. Replace 1 brick and heal the new one"
    choice.setCurrentIndex(1)
    dialog.again_button.click()
    cluster.answer(leaving())  # the choice is kept
    dialog.go_button.click()
    assert "node5:/bricks/d1/data" in plans[0].steps[2].command.argv
    assert not dialog.isVisible()


def test_what_forbids_it_is_shown_and_an_old_answer_does_not_go_on(qtbot: Any) -> None:
    dialog, cluster, plans = removing(qtbot)
    cluster.answer(leaving(only={BRICK: "3 entries have no good copy but the one here."}))
    assert dialog.missing() == "3 entries have no good copy but the one here."
    assert not dialog.go_button.isEnabled()
    dialog.accept()
    assert plans == []
    dialog.again_button.click()
    assert cluster.asked == 2
    assert dialog.found is None
    assert not dialog.bricks.isVisible()
    cluster.fail(StoreError("etcd does not answer."))
    assert dialog.missing() == "It could not be found out."
    dialog.again_button.click()
    cluster.answer(leaving(disks=()))
    assert dialog.bricks.choices[BRICK].currentText() == "No place"
    assert "No disk of another node can take node3" in dialog.missing()


def test_a_drain_takes_its_reason_along(qtbot: Any) -> None:
    dialog, cluster, plans = draining(qtbot)
    dialog.reason.setText("its fan rattles")
    assert not dialog.go_button.isEnabled()
    cluster.answer(Draining("node3", ETCD, gluster=state(DATA)))
    dialog.go_button.click()
    assert b"its fan rattles" in plans[0].steps[0].command.stdin
    dialog, cluster, _plans = draining(qtbot)
    cluster.answer(Draining("node3", drained("node3"), DrainKey(Drain("node3"), 7, ""), state(DATA)))
    assert dialog.missing() == "It cannot be drained now."


def test_the_menu_says_why_not() -> None:
    node = NodeState("node3", "10.0.0.3", link=Link.LOST)
    known = ClusterState(PROFILE, gluster=state(DATA), etcd=ETCD)
    assert why_not_drained(known, node) == ""
    assert why_not_undrained(known, node) == "node3 is not being drained."
    assert why_not_removed(known, node) == ""
    gone = ClusterState(PROFILE, gluster=state(DATA), etcd=drained("node3"))
    assert why_not_drained(gone, node) == "node3 is being drained already."
    assert why_not_undrained(gone, node) == ""
    assert why_not_drained(ClusterState(PROFILE, etcd=EtcdState()), node) == "etcd has no leader."
    assert why_not_removed(ClusterState(PROFILE), node) == "The volumes cannot be read."


def test_pictures(qtbot: Any, output: Path) -> None:
    """To look at: refusals in the dark, many bricks, a failed look."""
    theme.use("dark")
    try:
        dialog, cluster, _plans = removing(qtbot)
        more = [volume(name=f"volume-{n}") for n in range(4)]
        spread = changed(DATA, {"split_brain": 2})
        cluster.answer(leaving(spread, *more, disks=(disk("node4"), disk("node5"), disk("node5", "d2"))))
        qtbot.waitUntil(lambda: dialog.bricks.height() > 60)
        dialog.grab().save(str(output / "leave-remove-dark.png"))
        dialog.again_button.click()
        assert dialog.findings.showing() == "loading"
        cluster.fail(StoreError("etcd does not answer.", hint="Start it on the managers."))
        dialog.grab().save(str(output / "leave-remove-failed.png"))
    finally:
        theme.use("light")
