"""One start of the app or of a bare window, up to its first paint: `python -m tests.bench.startup_child app|bare`."""

# Nothing is imported here that the bare window wouldn't need either.
from __future__ import annotations

import os
import sys
import time

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QWidget

SIZE = (1440, 900)


class FirstPaint(QObject):
    """Waits until a window has been painted and the event loop runs on, then reports."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget) and watched.isWindow():
            QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
            QTimer.singleShot(0, report)
        return False


def report() -> None:
    """Print CPU seconds and resident bytes of this process, and end it."""
    cpu = time.process_time()
    import psutil

    print(f'{{"cpu": {cpu}, "rss": {psutil.Process().memory_info().rss}}}', flush=True)
    os._exit(0)


def main(kind: str) -> None:
    """Start; `report` ends the process."""
    app = QApplication(sys.argv[:1])
    watch = FirstPaint()
    app.installEventFilter(watch)
    if kind == "app":
        from nasclustergui.app import main as start
        from nasclustergui.core.settings import Launch

        start(Launch())
    else:
        window = QMainWindow()
        window.setCentralWidget(QLabel("NAS"))
        window.resize(*SIZE)
        window.show()
        app.exec()


if __name__ == "__main__":
    main(sys.argv[1])
