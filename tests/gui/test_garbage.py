"""The garbage collector runs where and when it may."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from nasclustergui.ui import garbage
from nasclustergui.ui.garbage import Garbage


class Knot(QObject):
    """Refers to itself: only the collector gets rid of it."""

    def __init__(self) -> None:
        super().__init__()
        self.me = self


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[Garbage]:
    collector = Garbage()
    collector.start()
    yield collector
    collector.stop()
    gc.unfreeze()
    assert gc.isenabled()


def knot() -> weakref.ref[Knot]:
    return weakref.ref(Knot())


def test_workers_collect_nothing(collector: Garbage) -> None:
    gone = knot()

    def allocate() -> None:
        keep = [[i] for i in range(200_000)]
        del keep

    thread = threading.Thread(target=allocate)
    thread.start()
    thread.join()
    assert gone() is not None


def test_timer_collects_what_is_young(collector: Garbage, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = knot()
    monkeypatch.setattr(garbage, "_YOUNG", 0)
    collector._on_timer()
    assert gone() is None


def test_few_new_objects_are_not_worth_a_pass(collector: Garbage) -> None:
    gc.collect()
    gone = knot()
    collector._on_timer()
    assert gone() is not None


def test_full_pass_comes_in_the_end(collector: Garbage) -> None:
    survivor = Knot()
    gone = weakref.ref(survivor)
    gc.collect(0)
    gc.collect(1)  # it is old now
    del survivor
    collector._full_at -= 1000
    collector._on_timer()
    assert gone() is None


def test_freeze_empties_the_generations(collector: Garbage) -> None:
    collector.freeze()
    assert gc.get_freeze_count() > 1000
    assert len(gc.get_objects()) < 1000
