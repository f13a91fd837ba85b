"""Looks up who uses a volume before a plan takes it away."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.audience import Audience
from nasclustergui.subsystems.gluster.features.clients.read import audience
from nasclustergui.subsystems.gluster.model import Volume, VolumeStatus
from nasclustergui.subsystems.gluster.page.desk import Desk

SLOW_MS = 600  # after which a person is told what is waited for


class ClientsFirst(QObject):
    """One question at a time; a new one takes the place of the old.

    Signals:
        slow: a sentence; it takes long enough to say so.
    """

    slow = Signal(str)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._job: Job | None = None
        self._then: Callable[[Audience], object] | None = None
        self._text = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SLOW_MS)
        self._timer.timeout.connect(lambda: self.slow.emit(self._text))

    def ask(self, volume: Volume, then: Callable[[Audience], object]) -> None:
        """Call `then` with the volume's clients, after a few seconds at most with "not known"."""
        if self._job is not None:
            self._job.cancel()
        self._then = then
        if volume.status is not VolumeStatus.STARTED:
            self._tell(then, Audience())
            return
        self._text = _("Looking up who uses {volume}…").format(volume=volume.name)
        self._timer.start()
        self._job = self._desk.read(
            self,
            lambda pool, job: audience(pool, volume, job),
            lambda found: self._tell(then, found),
            lambda error: self._tell(then, Audience(unknown=_why(error))),
        )

    def _tell(self, then: Callable[[Audience], object], found: Audience) -> None:
        if then is self._then:
            self._timer.stop()
            self._then = self._job = None
            then(found)


def _why(error: NasError) -> str:
    return str(error)
