"""The dialog that adds a peer: what it found belongs to the host that is typed, and to no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nasclustergui.core.errors import NasError
from nasclustergui.core.events import Severity
from nasclustergui.core.plan import Plan
from nasclustergui.subsystems.gluster.dialogs.add_peer import AddPeerDialog
from nasclustergui.subsystems.gluster.features.peers.model import Finding, Preflight
from tests.recorded import pools


def never(_found: Preflight) -> Plan:
    raise AssertionError("no plan was asked for")


class Nodes:
    """Answers when the test says so."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: Callable[[Preflight], None] = lambda _found: None

    def __call__(self, host: str, done: Callable[[Preflight], None], _failed: Callable[[NasError], None]) -> None:
        self.asked.append(host)
        self.answer = done


def opened(qtbot: Any) -> tuple[AddPeerDialog, Nodes]:
    nodes = Nodes()
    dialog = AddPeerDialog(("node4",), nodes, never)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog, nodes


def test_what_was_found_of_another_host_goes_with_its_name(qtbot: Any) -> None:
    dialog, nodes = opened(qtbot)
    dialog.choose("node4")
    nodes.answer(Preflight("node4", "node4", (Finding(Severity.OK, "Every node reaches it"),)))
    assert dialog._findings.showing() == "content"
    assert dialog.go_button.isEnabled()
    dialog.host.setText("10.77.0.99")
    assert dialog._findings.showing() == "loading"
    assert dialog.missing() == "Asking the nodes…"
    assert not dialog.go_button.isEnabled()
    dialog.host.setText("")
    assert dialog._findings.showing() == "empty"


def test_a_member_is_not_added_by_the_name_that_it_has(qtbot: Any) -> None:
    dialog, nodes = opened(qtbot)
    dialog.choose("node2")
    nodes.answer(Preflight("node2", "node2", (), member=pools.peer(2)))
    assert "in the pool already" in dialog.missing()
    assert not dialog.go_button.isEnabled()
    dialog.choose("storage2")
    nodes.answer(Preflight("storage2", "node2", (), member=pools.peer(2)))
    assert dialog.go_button.isEnabled()  # a further name
