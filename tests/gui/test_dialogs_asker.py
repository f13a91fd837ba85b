"""Questions of worker threads: shown one at a time, asked once, never in the way of the exit."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from nasclustergui.core.command import Secret
from nasclustergui.core.profile import Environment, NodeProfile, Profile
from nasclustergui.core.questions import Answer, Question, QuestionKind
from nasclustergui.remote.secrets import SecretStore, StoredCredentials
from nasclustergui.ui import theme
from nasclustergui.window.asker import Asker
from nasclustergui.window.question_dialog import QuestionDialog

PROFILE = Profile("fra-storage", tuple(NodeProfile(f"node{n}", f"10.0.0.{n}") for n in (1, 2, 3)))
LOGIN = Question(QuestionKind.PASSWORD, "Password of admin on 10.0.0.1", "admin@10.0.0.1", can_remember=True)
SUDO = Question(QuestionKind.SUDO_PASSWORD, "Password of admin for sudo on 10.0.0.1", "admin@10.0.0.1")


@pytest.fixture(autouse=True)
def _light(qapp: QApplication) -> None:
    theme.setup(qapp)
    theme.use("light")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


@pytest.fixture
def asker(window: QWidget) -> Asker:
    return Asker(window)


class Worker:
    """Asks in a thread of its own."""

    def __init__(self, ask: Callable[[], Answer | Secret | None]) -> None:
        self.answer: Answer | Secret | None = None
        self.ended = threading.Event()
        self._ask = ask
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        self.answer = self._ask()
        self.ended.set()


def shown(qtbot: QtBot, asker: Asker, text: str = "") -> QuestionDialog:
    """The dialog that is open, once it asks `text`."""
    qtbot.waitUntil(lambda: asker.dialog is not None and text in asker.dialog.question.text)
    assert asker.dialog is not None
    return asker.dialog


def wait(qtbot: QtBot, *workers: Worker) -> None:
    qtbot.waitUntil(lambda: all(worker.ended.is_set() for worker in workers))


def said(worker: Worker) -> str:
    assert isinstance(worker.answer, Answer)
    return worker.answer.secret.reveal()


def test_an_answer_reaches_the_thread_that_asked(qtbot: QtBot, asker: Asker) -> None:
    asks = asker.for_cluster(PROFILE)
    worker = Worker(lambda: asks(LOGIN))
    dialog = shown(qtbot, asker)
    assert "fra-storage" in dialog.windowTitle()
    assert not dialog.ok_button.isEnabled()
    assert dialog.field.echoMode() == QLineEdit.EchoMode.Password
    qtbot.keyClicks(dialog.field, "geheim")
    dialog.remember.click()
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    wait(qtbot, worker)
    assert worker.answer == Answer(Secret("geheim"), remember=True)
    assert asker.dialog is None
    assert "geheim" not in repr(worker.answer)


def test_escape_is_no_answer(qtbot: QtBot, asker: Asker) -> None:
    asks = asker.for_cluster(PROFILE)
    worker = Worker(lambda: asks(LOGIN))
    dialog = shown(qtbot, asker)
    qtbot.keyClicks(dialog.field, "half")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Escape)
    wait(qtbot, worker)
    assert worker.answer is None


def test_questions_come_one_after_the_other(qtbot: QtBot, asker: Asker) -> None:
    asks = asker.for_cluster(PROFILE)
    login = Worker(lambda: asks(LOGIN))
    first = shown(qtbot, asker, "Password of admin on")
    sudo = Worker(lambda: asks(SUDO))
    qtbot.waitUntil(lambda: len(asker._waiting) == 1)
    assert asker.dialog is first
    qtbot.keyClicks(first.field, "one")
    first.ok_button.click()
    second = shown(qtbot, asker, "sudo")
    qtbot.keyClicks(second.field, "two")
    second.ok_button.click()
    wait(qtbot, login, sudo)
    assert (said(login), said(sudo)) == ("one", "two")


def test_the_same_question_is_asked_once(qtbot: QtBot, asker: Asker) -> None:
    asks = asker.for_cluster(PROFILE)
    workers = [Worker(lambda: asks(LOGIN)) for _ in range(3)]
    dialog = shown(qtbot, asker)
    qtbot.keyClicks(dialog.field, "x")
    dialog.ok_button.click()
    wait(qtbot, *workers)
    assert [said(worker) for worker in workers] == ["x", "x", "x"]
    assert asker.dialog is None


def test_one_answer_for_all_nodes_until_one_refuses_it(qtbot: QtBot, asker: Asker) -> None:
    asks = asker.for_cluster(PROFILE)
    other = Question(LOGIN.kind, "Password of admin on 10.0.0.2", "admin@10.0.0.2")
    first = Worker(lambda: asks(LOGIN))
    dialog = shown(qtbot, asker)
    assert dialog.share.isVisible()
    dialog.share.click()
    qtbot.keyClicks(dialog.field, "same")
    dialog.ok_button.click()
    second = Worker(lambda: asks(other))
    wait(qtbot, first, second)
    assert said(second) == "same"
    assert asker.dialog is None
    refused = Question(LOGIN.kind, LOGIN.text, LOGIN.subject, again=True)
    third = Worker(lambda: asks(refused))
    dialog = shown(qtbot, asker)
    fourth = Worker(lambda: asks(other))
    dialog.reject()
    shown(qtbot, asker, "10.0.0.2").reject()
    wait(qtbot, third, fourth)
    assert (third.answer, fourth.answer) == (None, None)


def test_closing_releases_everybody(qtbot: QtBot, asker: Asker) -> None:
    asks = asker.for_cluster(PROFILE)
    workers = [Worker(lambda: asks(LOGIN)), Worker(lambda: asks(SUDO))]
    shown(qtbot, asker)
    qtbot.waitUntil(lambda: len(asker._waiting) == 1)
    asker.close()
    wait(qtbot, *workers)
    late = Worker(lambda: asks(LOGIN))
    wait(qtbot, late)
    assert [worker.answer for worker in (*workers, late)] == [None, None, None]
    assert asker.dialog is None


def test_dropping_a_cluster_ends_only_its_questions(qtbot: QtBot, asker: Asker) -> None:
    asks = asker.for_cluster(PROFILE)
    of_others = asker.for_cluster(Profile("other", PROFILE.nodes, Environment.LAB))
    of_this = Worker(lambda: asks(LOGIN))
    shown(qtbot, asker)
    of_other = Worker(lambda: of_others(LOGIN))
    qtbot.waitUntil(lambda: len(asker._waiting) == 1)
    asks.close()
    wait(qtbot, of_this)
    dialog = shown(qtbot, asker)
    assert "other" in dialog.windowTitle()
    assert not of_other.ended.is_set()
    dialog.reject()
    wait(qtbot, of_other)


def test_the_gui_thread_may_not_wait_for_itself(asker: Asker) -> None:
    with pytest.raises(RuntimeError, match="GUI thread"):
        asker.for_cluster(PROFILE)(LOGIN)


def test_without_a_keyring_the_box_says_why(qtbot: QtBot, asker: Asker) -> None:
    credentials = StoredCredentials(SecretStore(lambda: None), asker.for_cluster(PROFILE))
    worker = Worker(lambda: credentials.password("admin", "10.0.0.1"))
    dialog = shown(qtbot, asker)
    assert not dialog.remember.isEnabled()
    assert "no keyring" in dialog.remember.toolTip()
    qtbot.keyClicks(dialog.field, "x")
    dialog.ok_button.click()
    wait(qtbot, worker)
    assert credentials.password("admin", "10.0.0.1") == "x"  # remembered for the session: nobody is asked


def test_what_is_typed_can_be_shown(qtbot: QtBot) -> None:
    dialog = QuestionDialog(LOGIN, PROFILE)
    qtbot.addWidget(dialog)
    dialog.reveal.click()
    assert dialog.field.echoMode() == QLineEdit.EchoMode.Normal
    dialog.reveal.click()
    assert dialog.field.echoMode() == QLineEdit.EchoMode.Password


@pytest.mark.parametrize(("name", "scale"), [("light", 1.0), ("dark", 1.0), ("light", 1.5)])
def test_looks(qtbot: QtBot, output: Path, name: str, scale: float) -> None:
    theme.use(name, scale)
    again = Question(
        QuestionKind.SUDO_PASSWORD,
        "Password of admin for sudo on 10.0.0.1",
        "admin@10.0.0.1",
        again=True,
        no_memory="This system has no keyring: passwords are kept only while the program runs.",
    )
    for what, question in (("question", LOGIN), ("question-again", again)):
        dialog = QuestionDialog(question, PROFILE, can_share=True)
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.keyClicks(dialog.field, "geheim")
        size = "" if scale == 1.0 else f"-{scale:.0%}".rstrip("%")
        assert dialog.grab().save(str(output / f"dialog-{what}-{name}{size}.png"))
