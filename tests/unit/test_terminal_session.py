"""A session with a shell that is told what to print: reading, typing, ends, losses, coming back, the record."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from nasclustergui.core.errors import AuditFailed, LoginRefused, Unreachable
from nasclustergui.subsystems.terminal import manager
from nasclustergui.subsystems.terminal.manager import TerminalSession
from nasclustergui.subsystems.terminal.model import Phase
from tests.gui.terminal_scenes import FakeShell, FakeShells
from tests.unit.ssh_server import wait_for


class Held:
    """A session, its shells, and what was recorded."""

    def __init__(self) -> None:
        self.shells = FakeShells()
        self.recorded: list[tuple[str, str, str, int | None]] = []
        self.stirred = 0
        self.session = TerminalSession("node1", self.shells, self._stir, (40, 8), self._record)  # type: ignore[arg-type]
        self.refusal: Exception | None = None

    def _stir(self) -> None:
        self.stirred += 1

    def _record(self, what: str, node: str, user: str, status: int | None) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.recorded.append((what, node, user, status))

    def open(self) -> FakeShell:
        self.session.start()
        self.phase(Phase.OPEN)
        return self.shells.made[-1]

    def phase(self, phase: Phase) -> None:
        wait_for(lambda: self.session.status.phase is phase)

    def text(self) -> list[str]:
        return [line.text for line in self.session.terminal.frame().lines if line.text.strip()]

    def sees(self, text: str) -> None:
        wait_for(lambda: any(text in line for line in self.text()))


@pytest.fixture
def held() -> Iterator[Held]:
    made = Held()
    yield made
    made.session.close()
    made.session.join(5)


def test_it_reads_types_answers_and_tells_sizes(held: Held) -> None:
    shell = held.open()
    shell.print("hello\r\n\x1b[6n")
    held.sees("hello")
    wait_for(lambda: shell.typed == b"\x1b[2;1R")
    assert held.session.send(b"ls\r")
    wait_for(lambda: shell.typed.endswith(b"ls\r"))
    held.session.resize(50, 9)
    wait_for(lambda: shell.sizes == [(40, 8), (50, 9)])
    assert held.session.user == "root"
    assert held.session.status.shells == 1


def test_a_flood_is_taken_whole_while_others_look(held: Held) -> None:
    shell = held.open()
    looks: list[float] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            began = time.monotonic()
            held.session.terminal.frame()
            looks.append(time.monotonic() - began)
            time.sleep(0.005)

    watcher = threading.Thread(target=look)
    watcher.start()
    shell.print("".join(f"\x1b[3{n % 8}mline {n}\x1b[0m\r\n" for n in range(60_000)) + "done")
    held.sees("done")
    done.set()
    watcher.join()
    assert len(looks) > 20  # the lock was never held for long
    assert len(held.session.terminal.lines()[1]) == 10_008


def test_a_flood_of_questions_gets_few_answers_and_too_much_typing_none(held: Held) -> None:
    held.open()
    shell = held.shells.made[0]
    shell.write = lambda data: 0  # type: ignore[method-assign]  # the node takes nothing
    shell.print("\x1b[6n" * 50_000)
    wait_for(lambda: not shell._out)
    assert len(held.session._outbox) <= manager.MOST_ANSWERED + 20
    assert not held.session.send(b"x" * (manager.MOST_TYPED + 1))


def test_an_end_is_said_with_its_status_and_somebody_must_ask_for_more(held: Held) -> None:
    shell = held.open()
    shell.print("last words")
    shell.end(3)
    held.phase(Phase.ENDED)
    assert held.session.status.exit == 3
    held.sees("last words")
    time.sleep(0.1)
    assert len(held.shells.made) == 1
    held.session.connect_again()
    wait_for(lambda: held.session.status.shells == 2)
    held.sees("last words")
    held.sees("new shell")
    assert held.recorded == [
        ("opened", "node1", "root", None),
        ("closed", "node1", "root", 3),
        ("opened", "node1", "root", None),
    ]


def test_a_lost_shell_is_followed_by_a_new_one_when_the_node_is_back(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = held.open()
    held.shells.online = False
    shell.end(None, lost=True)
    held.phase(Phase.LOST)
    held.session.send(b"typed in vain\r")
    time.sleep(1.2)
    assert held.session.status.shells == 1
    held.shells.come(True)
    wait_for(lambda: held.session.status.shells == 2)
    assert held.shells.made[1].typed == b""  # what was typed was not meant for this one


def test_a_silent_node_is_said_and_given_up_once_it_is_back_without_us(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manager, "QUIET", 0.1)
    monkeypatch.setattr(manager, "PATIENCE", 0.1)
    monkeypatch.setattr(manager, "BACK", 0.6)
    shell = held.open()
    held.shells.online = False
    shell.quiet_since = time.monotonic() - 1.0
    held.session._bell.set()
    held.phase(Phase.SILENT)
    assert held.session.alive
    shell.quiet_since = 0.0
    held.phase(Phase.OPEN)  # it answered again: the same shell
    shell.quiet_since = time.monotonic() - 1.0
    held.phase(Phase.SILENT)
    time.sleep(0.8)
    assert len(held.shells.made) == 1  # the node is away as a whole: no reason to give up
    held.shells.come(True)
    wait_for(lambda: held.session.status.shells == 2)


def test_a_refused_login_is_said_and_not_tried_again_by_itself(held: Held) -> None:
    held.shells.refusal = LoginRefused("node1", "the password of root was not accepted")
    held.session.start()
    held.phase(Phase.FAILED)
    assert "password" in str(held.session.status.error)
    held.shells.come(True)
    time.sleep(0.2)
    assert held.shells.made == []
    held.shells.refusal = None
    held.session.connect_again()
    held.phase(Phase.OPEN)


def test_without_a_record_there_is_no_shell(held: Held) -> None:
    held.refusal = AuditFailed("The record of changes cannot be written.")
    held.session.start()
    held.phase(Phase.FAILED)
    assert held.shells.made[0].closed
    assert isinstance(held.session.status.error, AuditFailed)


def test_a_bug_in_connecting_keeps_the_text(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    held.shells.refusal = Unreachable("node1")
    monkeypatch.setattr(held.shells, "open", _raise(ZeroDivisionError()))
    held.session.start()
    held.phase(Phase.FAILED)
    assert held.session.status.error is not None


def _raise(error: Exception) -> Callable[..., object]:
    def fail(*_words: object) -> object:
        raise error

    return fail


def test_what_runs_is_asked_for(held: Held) -> None:
    shell = held.open()
    wait_for(lambda: held.session.facts is not None)
    assert held.session.facts is not None
    assert held.session.facts.busy == ()
    shell.facts = "s 10 20\np 20 vi\nd /bricks/d1\n"
    wait_for(lambda: held.session.facts is not None and held.session.facts.program == "vi")
    shell.facts = ""  # a node that cannot tell
    wait_for(lambda: held.session.facts is None)


def test_closing_ends_the_thread(held: Held) -> None:
    shell = held.open()
    held.session.close()
    held.session.join(5)
    assert held.session.status.phase is Phase.CLOSED
    assert shell.closed
    assert held.recorded[-1][0] == "closed"
