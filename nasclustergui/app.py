"""Starts the window: first something to see, then everything that takes time."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from nasclustergui.core.i18n import set_language
from nasclustergui.core.settings import Launch, Settings
from nasclustergui.remote.settings_store import load_settings
from nasclustergui.ui import theme
from nasclustergui.window.frame import APP, Frame

if TYPE_CHECKING:
    from nasclustergui.window.desk import Desk

SIZE = (1440, 900)
BREATH_MS = 20
SMOKE_SECONDS = float(os.environ.get("NAS_SMOKE_SECONDS", "30"))  # to wait for the first reading of the cluster


class Starter(QObject):
    """Loads the rest in a thread once the frame is on the screen, then hands over to the Desk.

    Attributes:
        desk: None until it is loaded.
    """

    _loaded = Signal()

    def __init__(self, frame: Frame, launch: Launch, settings: Settings) -> None:
        super().__init__(frame)
        self._frame, self._launch, self._settings = frame, launch, settings
        self.desk: Desk | None = None
        self._loaded.connect(self._on_loaded, Qt.ConnectionType.QueuedConnection)

    def begin_soon(self) -> None:
        """A moment after the first paint, so that the picture is on the screen before the work starts."""
        QTimer.singleShot(BREATH_MS, self.begin)

    def begin(self) -> None:
        """Import what is heavy, in a thread: the frame stays alive meanwhile."""
        threading.Thread(target=self._load, name="import", daemon=True).start()

    def _load(self) -> None:
        import nasclustergui.window.desk  # noqa: F401  # the import is the point

        self._loaded.emit()

    def _on_loaded(self) -> None:
        from nasclustergui.window.desk import Desk

        self.desk = Desk(self._frame, self._launch, self._settings)
        self.desk.start()
        if self._launch.smoke:
            Smoke(self, self._frame, self.desk, self._launch).start()


class Smoke(QObject):
    """Waits until something real is on the screen, takes its picture, ends: for tests of packages."""

    def __init__(self, parent: QObject, frame: Frame, desk: Desk, launch: Launch) -> None:
        super().__init__(parent)
        self._frame, self._desk, self._launch = frame, desk, launch
        self._end = time.monotonic() + SMOKE_SECONDS
        self._timer = QTimer(self)
        self._timer.setInterval(200)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """Look five times a second."""
        self._timer.start()

    def _look(self) -> None:
        space = self._desk.space
        shown = space is not None and space.controller.state.gluster is not None
        if shown or (not self._launch.cluster and self._desk.welcome is not None):
            self._finish(0)
        elif time.monotonic() > self._end:
            self._finish(1)

    def _finish(self, status: int) -> None:
        self._timer.stop()
        if self._launch.shot and not self._frame.grab().save(self._launch.shot):
            status = 1
        self._desk.close()
        QApplication.exit(status)


def main(launch: Launch) -> int:
    """Open the window and stay until it is closed; returns the exit status."""
    settings, _problem = load_settings()
    set_language(launch.language or settings.language or None)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("nasclustergui")
    app.setApplicationDisplayName(APP)
    app.setDesktopFileName("org.nasclustergui.NasClusterGui")
    theme.setup(app)
    theme.use(launch.theme or settings.theme, settings.text_scale / 100.0, settings.reduce_motion)
    frame = Frame()
    frame.resize(*SIZE)
    frame.restore(settings.geometry)
    starter = Starter(frame, launch, settings)
    frame.painted.connect(starter.begin_soon)
    frame.show()
    _close_on_signals(frame)
    return app.exec()


def _close_on_signals(frame: Frame) -> None:
    """Ctrl-C in the terminal and SIGTERM close the window as its button does, at the next tick of a timer."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: QTimer.singleShot(0, frame.close))
