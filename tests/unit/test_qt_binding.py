"""PySide6 6.12.0 on CPython 3.10 and 3.11 drops references to None and True, and soon aborts the process."""

import sys

from PySide6.QtCore import QObject, Signal

CALLS = 50
SLACK = 5  # other code may take or give back a few meanwhile


class Emitter(QObject):
    """Has one signal without and one with an argument."""

    fired = Signal()
    sent = Signal(object)


def test_emit_keeps_the_reference_count_of_true() -> None:
    emitter, before = Emitter(), sys.getrefcount(True)
    for _ in range(CALLS):
        emitter.fired.emit()
    assert sys.getrefcount(True) >= before - SLACK


def test_calls_without_a_result_keep_the_reference_count_of_none() -> None:
    thing, before = QObject(), sys.getrefcount(None)
    for _ in range(CALLS):
        thing.setObjectName("x")
    assert sys.getrefcount(None) >= before - SLACK


def test_none_as_an_argument_keeps_its_reference_count() -> None:
    emitter, received = Emitter(), []
    emitter.sent.connect(received.append)
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        emitter.sent.emit(None)
    assert len(received) == CALLS
    received.clear()
    assert sys.getrefcount(None) >= before - SLACK
