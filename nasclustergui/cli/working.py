"""Runs a job while the main thread listens for Ctrl-C: a cancel, so that the step's undo still runs."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.terminal import note
from nasclustergui.core.errors import Cancelled
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.units import about, percent

T = TypeVar("T")
LOOK = 0.2  # seconds between looks at the job's progress


class Interrupted(Exception):
    """The job was cancelled by a signal. `code` is the exit status for it."""

    def __init__(self, code: Exit) -> None:
        super().__init__(code)
        self.code = code


class _Terminated(BaseException):
    """SIGTERM arrived."""


def work(job: Job, task: Callable[[Job], T]) -> T:
    """Run the task in a thread of its own and wait; raise what it raised.

    The first Ctrl-C or SIGTERM cancels the job and waits until it has ended (undo included), the second leaves at once.
    Raises Interrupted where the job ended because of it.
    """
    thread = _Worker(job, task)
    code = Exit.CANCELLED
    with _sigterm_raises():
        thread.start()
        try:
            thread.wait()
        except (KeyboardInterrupt, _Terminated) as signal_seen:
            code = Exit.INTERRUPTED if isinstance(signal_seen, KeyboardInterrupt) else Exit.TERMINATED
            job.cancel()
            note(_("Cancelling…"))
            try:
                thread.wait()
            except (KeyboardInterrupt, _Terminated):
                note(_("Left in the middle: read the cluster's state before you go on."))
                raise Interrupted(code) from None
    if isinstance(thread.error, Cancelled) and code is not Exit.CANCELLED:
        raise Interrupted(code) from thread.error
    if thread.error is not None:
        raise thread.error
    return thread.result  # type: ignore[return-value]  # set where there is no error


class _Worker(threading.Thread):
    def __init__(self, job: Job, task: Callable[[Job], object]) -> None:
        super().__init__(daemon=True, name="work")
        self._job, self._task = job, task
        self._ended = threading.Event()
        self.result: object = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.result = self._task(self._job)
        except BaseException as error:  # raised again in the main thread
            self.error = error
        finally:
            self._ended.set()

    def wait(self) -> None:
        """Until it ended, showing progress where a person watches."""
        progress = Progress(self._job)
        while not self._ended.wait(LOOK):
            progress.show()
        progress.show()
        progress.clear()


class Progress:
    """The job's steps on the error stream; on a terminal also a line that changes in place."""

    def __init__(self, job: Job) -> None:
        self._job, self._step = job, ""
        self._live = sys.stderr.isatty() and not job.quiet
        self._shown = ""

    def show(self) -> None:
        """Write what is new."""
        job = self._job
        if job.quiet or not job.step:
            return
        if job.step != self._step:
            self.clear()
            self._step = job.step
            if job.step_count:
                note(
                    _("Step {number} of {count}: {title}").format(
                        number=job.step_number, count=job.step_count, title=job.step
                    )
                )
            else:
                note(job.step)
        if self._live:
            parts = [percent(job.progress * 100)] if job.progress is not None else []
            parts += [about(*job.seconds_left)] if job.seconds_left else []
            self._write(" · ".join(parts))

    def clear(self) -> None:
        """Take the changing line away."""
        self._write("")

    def _write(self, text: str) -> None:
        if self._live and text != self._shown:
            sys.stderr.write("\r" + text.ljust(len(self._shown)) + ("\r" if not text else ""))
            sys.stderr.flush()
            self._shown = text


@contextmanager
def _sigterm_raises() -> Iterator[None]:
    """In the main thread, let SIGTERM arrive as an exception."""

    def on_signal(number: int, frame: FrameType | None) -> None:
        raise _Terminated

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, on_signal)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
