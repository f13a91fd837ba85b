"""What benchmarks share: the figure, CPU time per round, lateness of the event loop."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication


@dataclass(frozen=True)
class Figure:
    """One line of the report.

    Attributes:
        title: what was compared. value: the ratio or pair. goal: in the same terms, "" if there is none.
        met: whether it was; None without a goal or if nothing could be measured.
        detail: the absolute numbers behind the value.
    """

    title: str
    value: str
    goal: str = ""
    met: bool | None = None
    detail: str = ""

    def line(self) -> str:
        """As printed."""
        verdict = {True: "met", False: "MISSED", None: ""}[self.met]
        goal = f"goal {self.goal}" if self.goal else ""
        return "  ".join(part for part in (f"{self.title:58}", f"{self.value:24}", f"{goal:34}", verdict) if part) + (
            f"\n{'':6}{self.detail}" if self.detail else ""
        )


def fraction(title: str, ours: float, peer: float, at_most: float, detail: str = "") -> Figure:
    """`ours` as a part of `peer`, in the same unit; the goal is at most 1/`at_most` of it."""
    share = peer / ours if ours else float("inf")
    return Figure(title, f"1/{share:.1f}", f"≤ 1/{at_most:g}", ours * at_most <= peer, detail)


def multiple(title: str, ours: float, peer: float, at_most: float, detail: str = "") -> Figure:
    """`ours` as a multiple of `peer`."""
    times = ours / peer if peer else float("inf")
    return Figure(title, f"{times:.2f} ×", f"≤ {at_most:g} ×", times <= at_most, detail)


def application() -> QApplication:
    """The process's QApplication in the app's theme."""
    from nasclustergui.ui import theme

    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication([])
        theme.setup(app)
    return app


def cpu_ms(step: Callable[[], object], rounds: int, warm_up: int = 2) -> float:
    """Median CPU time of this thread for `step` and the painting that follows, in milliseconds."""
    app = application()
    times = []
    for i in range(rounds + warm_up):
        began = time.thread_time()
        step()
        app.processEvents()
        if i >= warm_up:
            times.append(time.thread_time() - began)
    return 1000 * statistics.median(times)


@dataclass(frozen=True)
class Lateness:
    """How late a timer of 1 ms fired, in milliseconds.

    `own` is the CPU time of the whole process during the longest wait: if it is much less, the machine was busy
    with something else.
    """

    p50: float
    p99: float
    max: float
    own: float

    def __str__(self) -> str:
        return f"p50 {self.p50:.2f}, p99 {self.p99:.2f}, max {self.max:.1f} ms ({self.own:.1f} ms of it our own CPU)"


def lateness(seconds: float) -> Lateness:
    """Run the event loop that long and watch it."""
    late: list[tuple[float, float]] = []
    last, last_cpu = time.perf_counter(), time.process_time()

    def tick() -> None:
        nonlocal last, last_cpu
        now, cpu = time.perf_counter(), time.process_time()
        late.append((max(0.0, 1000 * (now - last) - 1.0), 1000 * (cpu - last_cpu)))
        last, last_cpu = now, cpu

    probe, loop = QTimer(), QEventLoop()
    probe.setTimerType(Qt.TimerType.PreciseTimer)
    probe.timeout.connect(tick)
    probe.start(1)
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()
    probe.stop()
    late.sort()
    longest, own = late[-1]
    return Lateness(late[len(late) // 2][0], late[int(len(late) * 0.99)][0], longest, own)
