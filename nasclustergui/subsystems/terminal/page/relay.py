"""Brings "something is new" from the threads of terminals to their tabs.

One object that lives as long as the program: a signal of a widget must not be emitted from a thread while the widget is
being deleted, and no lock can keep Qt from deleting it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import count

from PySide6.QtCore import QObject, Qt, Signal, Slot


class Relay(QObject):
    """`join` and `leave` in the GUI thread, `stir` in any."""

    _stirred = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._listeners: dict[int, Callable[[], None]] = {}
        self._numbers = count(1)
        self._under_way: set[int] = set()
        self._stirred.connect(self._on_stirred, Qt.ConnectionType.QueuedConnection)

    def join(self, listener: Callable[[], None]) -> int:
        """Call `listener` in the GUI thread after each `stir` of the number that is returned."""
        number = next(self._numbers)
        self._listeners[number] = listener
        return number

    def leave(self, number: int) -> None:
        """Call it no more."""
        self._listeners.pop(number, None)

    def stir(self, number: int) -> None:
        """Something is new; one call is under way at a time, however often this is called."""
        if number not in self._under_way:
            self._under_way.add(number)
            self._stirred.emit(number)

    @Slot(int)
    def _on_stirred(self, number: int) -> None:
        self._under_way.discard(number)
        listener = self._listeners.get(number)
        if listener is not None:
            listener()


@lru_cache(maxsize=1)
def relay() -> Relay:
    """The one there is; made in the GUI thread."""
    return Relay()
