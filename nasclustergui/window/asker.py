"""Brings the questions of worker threads to the person: one dialog at a time, the same question only once."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from functools import partial

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from nasclustergui.core.profile import Profile
from nasclustergui.core.questions import Answer, Question, QuestionKind
from nasclustergui.window.question_dialog import QuestionDialog

_OF_NODES = (QuestionKind.PASSWORD, QuestionKind.SUDO_PASSWORD)
SharedKey = tuple[QuestionKind, str]


class _Asked:
    """A question that threads wait for."""

    def __init__(self, question: Question, asks: ClusterAsk) -> None:
        self.question, self.asks = question, asks
        self.answered = threading.Event()
        self.answer: Answer | None = None

    def settle(self, answer: Answer | None) -> None:
        self.answer = answer
        self.answered.set()


class ClusterAsk:
    """Fits `core.questions.Ask`: the questions of one cluster's logins, from any thread but the GUI's."""

    def __init__(self, asker: Asker, profile: Profile) -> None:
        self._asker, self.profile = asker, profile
        self.shared: dict[SharedKey, Answer] = {}
        self.is_over = False

    def __call__(self, question: Question) -> Answer | None:
        """What the person answers; None: nothing, or it is over."""
        return self._asker.ask(question, self)

    def close(self) -> None:
        """From any thread: who waits gets no answer, shared answers are forgotten, nothing is asked any more."""
        self._asker.drop(self)


class Asker(QObject):
    """`StoredCredentials(store, asker.for_cluster(profile))`. Lives in the GUI thread.

    A question blocks the worker thread that asks until the person answers or cancels, or until `close`.
    The threads that wait are daemons, so they never hold the exit.

    Attributes:
        dialog: what is shown now, None for nothing.
    """

    _posted = Signal()  # these two cross threads
    _dropped = Signal()

    def __init__(self, window: QWidget | None = None) -> None:
        super().__init__(window)
        self._window = window
        self._home = threading.get_ident()
        self._lock = threading.Lock()
        self._waiting: deque[_Asked] = deque()
        self._shown: _Asked | None = None
        self._closed = False
        self.dialog: QuestionDialog | None = None
        self._posted.connect(self._show_next, Qt.ConnectionType.QueuedConnection)
        self._dropped.connect(self._on_dropped)
        app = QCoreApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(self.close)

    def for_cluster(self, profile: Profile) -> ClusterAsk:
        """For the logins of one cluster: its dialogs carry the cluster's name and band. Close it with the cluster."""
        return ClusterAsk(self, profile)

    def ask(self, question: Question, asks: ClusterAsk) -> Answer | None:
        """See `ClusterAsk`."""
        if threading.get_ident() == self._home:
            raise RuntimeError("a question from the GUI thread would wait for itself")
        with self._lock:
            if self._closed or asks.is_over:
                return None
            known = _known(question, asks)
            if known is not None:
                return known
            asked = self._find(question, asks)
            if asked is None:
                asked = _Asked(question, asks)
                self._waiting.append(asked)
        try:
            self._posted.emit()
        except RuntimeError:  # the application ended, and we with it
            return None
        asked.answered.wait()
        return asked.answer

    def _find(self, question: Question, asks: ClusterAsk) -> _Asked | None:
        every = (asked for asked in (self._shown, *self._waiting) if asked is not None)
        return next((asked for asked in every if asked.question == question and asked.asks is asks), None)

    @Slot()
    def _show_next(self) -> None:
        while self.dialog is None:
            with self._lock:
                if not self._waiting or self._closed:
                    return
                asked = self._waiting.popleft()
                known = _known(asked.question, asked.asks)
                self._shown = asked if known is None else None
            if known is not None:  # answered for all nodes while this one waited
                asked.settle(known)
                continue
            profile = asked.asks.profile
            can_share = _shared_key(asked.question) is not None and len(profile.nodes) > 1
            self.dialog = QuestionDialog(asked.question, profile, can_share, self._window)
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
            key = _shared_key(asked.question)
            if answer is not None and shared and key is not None and not asked.asks.is_over:
                asked.asks.shared[key] = answer
        asked.settle(answer)

    def drop(self, asks: ClusterAsk) -> None:
        """See `ClusterAsk.close`."""
        with self._lock:
            asks.is_over = True
            asks.shared.clear()
            gone = [asked for asked in self._waiting if asked.asks is asks]
            for asked in gone:
                self._waiting.remove(asked)
        for asked in gone:
            asked.settle(None)
        with contextlib.suppress(RuntimeError):  # the application ended
            self._dropped.emit()

    @Slot()
    def _on_dropped(self) -> None:
        if self.dialog is not None and self._shown is not None and self._shown.asks.is_over:
            self.dialog.reject()

    @Slot()
    def close(self) -> None:
        """Release everybody who waits, with no answer; nothing is asked any more."""
        with self._lock:
            self._closed = True
            waiting = list(self._waiting)
            self._waiting.clear()
        for asked in waiting:
            asked.settle(None)
        if self.dialog is not None:
            with contextlib.suppress(RuntimeError):  # Qt deleted it with its window
                self.dialog.reject()
        self._settle(None, False)


def _known(question: Question, asks: ClusterAsk) -> Answer | None:
    """With the lock held: an answer given for all nodes; one that was refused is given to nobody any more."""
    key = _shared_key(question)
    if key is None:
        return None
    if question.again:
        asks.shared.pop(key, None)
    return asks.shared.get(key)


def _shared_key(question: Question) -> SharedKey | None:
    """What the same answer may be good for: the same user on every node of the cluster."""
    user, at, _host = question.subject.rpartition("@")
    return (question.kind, user) if question.kind in _OF_NODES and at else None
