"""Brings the questions of worker threads to the person: one dialog at a time, the same question only once."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from functools import partial

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from nasclustergui.core.profile import Profile
from nasclustergui.core.questions import Answer, Ask, Question, QuestionKind
from nasclustergui.window.question_dialog import QuestionDialog

_OF_NODES = (QuestionKind.PASSWORD, QuestionKind.SUDO_PASSWORD)
Shared = tuple[str, QuestionKind, str]


class _Asked:
    """A question that threads wait for."""

    def __init__(self, question: Question, profile: Profile | None) -> None:
        self.question, self.profile = question, profile
        self.answered = threading.Event()
        self.answer: Answer | None = None

    def is_same(self, question: Question, profile: Profile | None) -> bool:
        return (self.question, _name(self.profile)) == (question, _name(profile))

    def settle(self, answer: Answer | None) -> None:
        self.answer = answer
        self.answered.set()


class Asker(QObject):
    """Fits `core.questions.Ask`: `StoredCredentials(store, asker.for_cluster(profile))`.

    Lives in the GUI thread; `ask` blocks the worker thread that calls it until the person answers or
    cancels, or until `close` or `drop`. The threads that wait are daemons, so they never hold the exit.

    Attributes:
        dialog: what is shown now, None for nothing.
    """

    _posted = Signal()  # the only one that crosses threads

    def __init__(self, window: QWidget | None = None) -> None:
        super().__init__(window)
        self._window = window
        self._home = threading.get_ident()
        self._lock = threading.Lock()
        self._waiting: deque[_Asked] = deque()
        self._shown: _Asked | None = None
        self._shared: dict[Shared, Answer] = {}
        self._closed = False
        self.dialog: QuestionDialog | None = None
        self._posted.connect(self._show_next, Qt.ConnectionType.QueuedConnection)
        app = QCoreApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(self.close)

    def for_cluster(self, profile: Profile) -> Ask:
        """`ask` for questions of one cluster: its dialogs carry the cluster's name and band."""
        return partial(self.ask, profile=profile)

    def ask(self, question: Question, profile: Profile | None = None) -> Answer | None:
        """From a worker thread: what the person answers, None for nothing."""
        if threading.get_ident() == self._home:
            raise RuntimeError("a question from the GUI thread would wait for itself")
        with self._lock:
            if self._closed:
                return None
            known = self._known(question, profile)
            if known is not None:
                return known
            asked = self._find(question, profile)
            if asked is None:
                asked = _Asked(question, profile)
                self._waiting.append(asked)
        try:
            self._posted.emit()
        except RuntimeError:  # the application ended, and we with it
            return None
        asked.answered.wait()
        return asked.answer

    def _known(self, question: Question, profile: Profile | None) -> Answer | None:
        """With the lock held: an answer given for all nodes; one that was refused is given to nobody any more."""
        key = _shared_key(question, profile)
        if key is None:
            return None
        if question.again:
            self._shared.pop(key, None)
        return self._shared.get(key)

    def _find(self, question: Question, profile: Profile | None) -> _Asked | None:
        all_ = [self._shown, *self._waiting]
        return next((asked for asked in all_ if asked is not None and asked.is_same(question, profile)), None)

    @Slot()
    def _show_next(self) -> None:
        while self.dialog is None:
            with self._lock:
                if not self._waiting or self._closed:
                    return
                asked = self._shown = self._waiting.popleft()
                known = self._known(asked.question, asked.profile)
            if known is not None:  # answered for all nodes while this one waited
                asked.settle(known)
                self._shown = None
                continue
            share = _shared_key(asked.question, asked.profile) is not None and _has_others(asked.profile)
            self.dialog = QuestionDialog(asked.question, asked.profile, share, self._window)
            self.dialog.finished.connect(partial(self._on_finished, self.dialog))
            self.dialog.open()

    def _on_finished(self, dialog: QuestionDialog, _result: int) -> None:
        answer = dialog.answer()
        shared = dialog.share.isChecked()
        dialog.field.clear()
        dialog.deleteLater()
        self.dialog = None
        self._settle(answer, shared)
        self._show_next()

    def _settle(self, answer: Answer | None, shared: bool) -> None:
        with self._lock:
            asked, self._shown = self._shown, None
            if asked is None:
                return
            key = _shared_key(asked.question, asked.profile)
            if answer is not None and shared and key is not None:
                self._shared[key] = answer
        asked.settle(answer)

    def drop(self, profile: Profile) -> None:
        """The cluster was closed: its questions are over, its shared answers forgotten."""
        with self._lock:
            gone = [asked for asked in self._waiting if _name(asked.profile) == profile.name]
            for asked in gone:
                self._waiting.remove(asked)
            self._shared = {key: answer for key, answer in self._shared.items() if key[0] != profile.name}
        for asked in gone:
            asked.settle(None)
        if self.dialog is not None and self._shown is not None and _name(self._shown.profile) == profile.name:
            self.dialog.reject()

    @Slot()
    def close(self) -> None:
        """Release everybody who waits, with no answer; nothing is asked any more."""
        with self._lock:
            self._closed = True
            waiting = list(self._waiting)
            self._waiting.clear()
            self._shared.clear()
        for asked in waiting:
            asked.settle(None)
        if self.dialog is not None:
            with contextlib.suppress(RuntimeError):  # Qt deleted it with its window
                self.dialog.reject()
        self._settle(None, False)


def _name(profile: Profile | None) -> str:
    return profile.name if profile is not None else ""


def _has_others(profile: Profile | None) -> bool:
    return profile is not None and len(profile.nodes) > 1


def _shared_key(question: Question, profile: Profile | None) -> Shared | None:
    """What the same answer may be good for: the same user on every node of the cluster."""
    user, at, _host = question.subject.rpartition("@")
    if profile is None or question.kind not in _OF_NODES or not at:
        return None
    return profile.name, question.kind, user
