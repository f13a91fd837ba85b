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
LOOK = 0.1  # seconds between looks at the job's progress and at signals
_CODES = {signal.SIGINT: Exit.INTERRUPTED, signal.SIGTERM: Exit.TERMINATED}


class Interrupted(Exception):
    """The job was cancelled by a signal. `code` is the exit status for it."""

    def __init__(self, code: Exit) -> None:
        super().__init__(code)
        self.code = code


def work(job: Job, task: Callable[[Job], T]) -> T:
    """Run the task in a thread of its own and wait; raise what it raised.

    The first Ctrl-C or SIGTERM cancels the job and waits until it has ended (undo included), the second leaves at once.
    Raises Interrupted where the job ended because of it.
    """
    thread = _Worker(job, task)
    progress = Progress(job)
    with _noted_signals() as signals:
        thread.start()
        while not thread.ended.wait(LOOK):
            progress.show()
            if signals and not job.cancelled:
                note(_("Cancelling…"))
                job.cancel()
            if len(signals) > 1:
                note(_("Left in the middle: read the cluster's state before you go on."))
                raise Interrupted(_CODES[signals[0]])
        progress.show()
        progress.clear()
    if isinstance(thread.error, Cancelled) and signals:
        raise Interrupted(_CODES[signals[0]]) from thread.error
    if thread.error is not None:
        raise thread.error
    return thread.result  # type: ignore[return-value]  # set where there is no error


class _Worker(threading.Thread):
    def __init__(self, job: Job, task: Callable[[Job], object]) -> None:
        super().__init__(daemon=True, name="work")
        self._job, self._task = job, task
        self.ended = threading.Event()
        self.result: object = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.result = self._task(self._job)
        except BaseException as error:  # raised again in the main thread
            self.error = error
        finally:
            self.ended.set()


class Progress:
    """The job's steps on the error stream; on a terminal also a line that changes in place."""

    def __init__(self, job: Job) -> None:
        self._job, self._step, self._remarks = job, "", 0
        self._live = sys.stderr.isatty() and not job.quiet
        self._shown = ""

    def show(self) -> None:
        """Write what is new."""
        job = self._job
        if job.quiet:
            return
        self._show_remarks()
        if not job.step:
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

    def _show_remarks(self) -> None:
        for remark in self._job.remarks[self._remarks :]:
            self.clear()
            note(remark)
            self._remarks += 1

    def clear(self) -> None:
        """Take the changing line away."""
        self._write("")

    def _write(self, text: str) -> None:
        if self._live and text != self._shown:
            sys.stderr.write("\r" + text.ljust(len(self._shown)) + ("\r" if not text else ""))
            sys.stderr.flush()
            self._shown = text


@contextmanager
def _noted_signals() -> Iterator[list[signal.Signals]]:
    """In the main thread: Ctrl-C and SIGTERM are only noted in the list, so that none hits between two lines."""
    seen: list[signal.Signals] = []
    if threading.current_thread() is not threading.main_thread():
        yield seen
        return

    def on_signal(number: int, frame: FrameType | None) -> None:
        seen.append(signal.Signals(number))

    before = {number: signal.signal(number, on_signal) for number in _CODES}
    try:
        yield seen
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
