"""Lets the parts of a page read in the background: worker threads, and the handle that they may ask there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from nasclustergui.core.errors import NasError, ServiceDown
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.ui.jobs import Jobs
from nasclustergui.ui.poller import Poller

T = TypeVar("T")
H = TypeVar("H")


class Desk(QObject, Generic[H]):
    """One per page. Lives in the GUI thread.

    `H` is what a reading is given in its thread: a subsystem's client and all that belongs to it.

    Signals:
        changed: a plan ended: what was read may be old.
    """

    changed = Signal()

    def __init__(self, jobs: Jobs | None = None, handle: Callable[[], H] | None = None) -> None:
        """`handle` is called in the worker thread and may block. Without both every reading fails."""
        super().__init__()
        self._jobs, self._handle = jobs, handle

    @property
    def connected(self) -> bool:
        """True if there is somebody to ask."""
        return self._jobs is not None and self._handle is not None

    def read(
        self,
        owner: QObject,
        work: Callable[[H, Job], T],
        done: Callable[[T], object],
        failed: Callable[[NasError], object],
    ) -> Job:
        """Run `work` in a thread, then `done` or `failed` here, unless `owner` is gone. The job can be cancelled.

        What `work` raises must be NasErrors; anything else is our own mistake and goes to the excepthook.
        """
        job = Job("read", quiet=True)
        jobs, handle = self._jobs, self._handle
        if jobs is None or handle is None:
            failed(ServiceDown(_("There is no connection to the cluster.")))
            return job
        return jobs.submit(owner, job, lambda j: work(handle(), j), done, lambda error: failed(_expected(error)))

    def poller(self, owner: QObject, work: Callable[[H, Job], object], every_ms: int, name: str) -> Poller | None:
        """Reads again and again once started; its errors come by `lost`. None without a connection."""
        jobs, handle = self._jobs, self._handle
        if jobs is None or handle is None:
            return None
        return Poller(jobs, lambda job: work(handle(), job), every_ms, name=name, parent=owner)


def _expected(error: Exception) -> NasError:
    if not isinstance(error, NasError):
        raise error
    return error
