"""Closing the app with jobs that are stuck: from the request to the end of the process."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

from tests.bench.measure import Figure

ROUNDS = 5
STUCK = 20
LONGEST = 60
_CHILD = f"from tests.bench.bench_exit import child; child({STUCK})"


def child(stuck: int) -> None:
    """In the child: jobs that heed no cancel (a lock never released, a read from nobody), then close and leave."""
    import os
    import threading

    from PySide6.QtCore import QCoreApplication, QTimer

    from nasclustergui.core.job import Job
    from nasclustergui.ui.jobs import Jobs

    app = QCoreApplication([])
    jobs = Jobs(app)
    never, nobody = threading.Event(), os.pipe()[0]

    def leave() -> None:
        print("closing", flush=True)
        jobs.close()
        app.quit()

    for i in range(stuck):
        jobs.submit(app, Job(f"stuck {i}"), lambda job, i=i: never.wait() if i % 2 else os.read(nobody, 1))
    QTimer.singleShot(100, leave)
    app.exec()


def run() -> Iterator[Figure]:
    """The slowest of a few exits."""
    slowest = 0.0
    for _ in range(ROUNDS):
        process = subprocess.Popen([sys.executable, "-c", _CHILD], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        process.stdout.readline()
        began = time.perf_counter()
        try:
            code = process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        slowest = max(slowest, time.perf_counter() - began)
        process.stdout.close()
        if code:
            yield Figure(f"exit with {STUCK} stuck jobs", f"ended with {code}", "a clean end", False)
            return
    yield Figure(f"exit with {STUCK} stuck jobs", f"{slowest:.2f} s", "≤ 2 s", slowest <= 2.0)
