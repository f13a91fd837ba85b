"""Python's garbage collector, held to the GUI thread and to short pauses."""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QObject, QTimer, Slot

_EVERY_MS = 1000
_YOUNG = 2000  # new objects since the last pass that are worth one
_MIDDLE = 20  # young passes until a middle one
_FULL_SECONDS = 300.0


class Garbage(QObject):
    """Collects from a timer instead of anywhere and at any time.

    Left to itself the collector may run in a worker thread, and what it finds there may be widgets, which only
    the GUI thread may delete. And a full pass over everything that was ever imported stops all threads for
    40 ms and more; what is there at the start never becomes garbage, so `freeze()` takes it out of all passes.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._young = 0
        self._full_at = time.monotonic()
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self._on_timer)

    def start(self) -> None:
        """Take over from the automatic collector."""
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Give back to the automatic collector."""
        self._timer.stop()
        gc.enable()

    def freeze(self) -> None:
        """Call once when everything is loaded: what lives now is not looked at again."""
        gc.collect()
        gc.freeze()
        self._full_at = time.monotonic()

    @Slot()
    def _on_timer(self) -> None:
        if time.monotonic() - self._full_at >= _FULL_SECONDS:
            self._full_at = time.monotonic()
            gc.collect(2)
        elif gc.get_count()[0] >= _YOUNG:
            self._young += 1
            gc.collect(0 if self._young % _MIDDLE else 1)
