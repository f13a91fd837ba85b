"""The real program as a process of its own, to see how fast it is gone once its window is closed."""

import runpy
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication

from nasclustergui.app import Starter
from nasclustergui.window.frame import Frame

GONE_WITHIN = 4.0  # seconds from closing the window to the end of the process
PATIENCE = 90.0


class WindowProcess:
    """`with WindowProcess(profile) as program:` the window is open; call it where the lab's network is."""

    def __init__(self, profile: Path) -> None:
        command = (sys.executable, "-m", "tests.lab.window_process", str(profile))
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> "WindowProcess":
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.kill()
        self._process.communicate()

    def wait_open(self) -> None:
        """Until it has read the cluster."""
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "open\n"

    def close(self) -> float:
        """Close the window; the seconds until the process ended, which it must do by itself with status 0."""
        assert self._process.stdin is not None
        began = time.monotonic()
        self._process.stdin.write("close\n")
        self._process.stdin.flush()
        status = self._process.wait(PATIENCE)
        took = time.monotonic() - began
        assert status == 0
        return took


def _frame() -> Frame | None:
    return next((widget for widget in QApplication.topLevelWidgets() if isinstance(widget, Frame)), None)


def _is_open() -> bool:
    frame = _frame()
    starter = frame.findChild(Starter) if frame is not None else None
    desk = starter.desk if starter is not None else None
    return desk is not None and desk.space is not None and desk.space.controller.state.gluster is not None


def _tell_once(timer: QTimer, is_true: Callable[[], bool], text: str) -> None:
    if is_true():
        timer.stop()
        print(text, flush=True)


def _on_word() -> None:
    frame = _frame()
    if sys.stdin.readline() and frame is not None:
        frame.close()


def main() -> None:
    """Run the program with the profile in argv[1]: says "open", closes its window when a line comes in."""
    app = QApplication([])
    words = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, app)
    words.activated.connect(lambda *_: _on_word())
    timer = QTimer(app)
    timer.timeout.connect(lambda: _tell_once(timer, _is_open, "open"))
    timer.start(100)
    sys.argv = ["nasclustergui", "--cluster", sys.argv[1]]
    runpy.run_module("nasclustergui", run_name="__main__")


if __name__ == "__main__":
    main()
