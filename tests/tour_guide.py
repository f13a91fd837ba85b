"""The guide of the tour: says each station in a line and takes its picture."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from nasclustergui.subsystems.gluster.model import Volume
from nasclustergui.ui import theme
from tests.lab.app import App, pause
from tests.lab.cluster import Lab

SETTLE_MS = 350  # until hover, expansion and the last repaint are over


class Guide:
    """Walks through one window.

    Attributes:
        app, lab: what is shown. folder: where pictures go. shown: their names, in order.
    """

    def __init__(self, app: App, lab: Lab, folder: Path) -> None:
        self.app, self.lab, self.folder = app, lab, folder
        self.shown: list[str] = []
        self._began = time.monotonic()

    def station(self, name: str, sentence: str, widget: QWidget | None = None) -> None:
        """Picture of the window (or of that dialog) as it is now, and what is to be seen."""
        pause(SETTLE_MS)
        picture = f"{len(self.shown) + 1:02}-{name}"
        path = self.app.shot(self.folder, picture, widget)
        self.shown.append(picture)
        print(f"{time.monotonic() - self._began:4.0f} s  {sentence}  → {path.name}", flush=True)

    def say(self, sentence: str) -> None:
        """A line without a picture."""
        print(f"{time.monotonic() - self._began:4.0f} s  {sentence}", flush=True)

    def live(self, seconds: float) -> None:
        """Let the window live so long, for charts to grow."""
        pause(int(seconds * 1000))

    def until(self, name: str, like: Callable[[Volume], object], what: str, seconds: float = 90) -> Volume:
        """Wait until the window knows the volume like that."""
        return self.app.wait_volume(name, like, what, seconds)

    def jobs_open(self, opened: bool) -> None:
        """Show or hide the dock below the page."""
        if self.app.space.dock.isVisible() != opened:
            self.app.space.toggle_jobs()

    def without_toasts(self) -> None:
        """Close what has been read."""
        for toast in self.app.frame.toasts.shown():
            toast.close_toast()

    def look(self, colours: str, size: tuple[int, int]) -> None:
        """Theme and size of the window."""
        theme.use(colours)
        self.app.frame.resize(*size)
        pause(SETTLE_MS)

    def failed(self, error: BaseException) -> None:
        """Say where the tour ended, with a last picture."""
        self.app.shot(self.folder, "failed")
        print(
            f"The tour ended early: {error}\nThe window as it was then: {self.folder / 'failed.png'}", file=sys.stderr
        )
