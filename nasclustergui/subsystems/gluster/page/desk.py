"""What the parts of the storage page share: the cluster's name, worker threads, and the pool they may ask there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from nasclustergui.core.disks import Disk
from nasclustergui.core.errors import NasError, ServiceDown
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.profile import Profile
from nasclustergui.subsystems.gluster.features import Pool
from nasclustergui.subsystems.gluster.features.heal.history import HealHistory
from nasclustergui.subsystems.gluster.features.rebalance.history import TaskHistory
from nasclustergui.ui.jobs import Jobs
from nasclustergui.ui.poller import Poller

T = TypeVar("T")
SELDOM_MS = 86_400_000  # for what holds a volume's lock: read when opened, after a change and when asked


class Desk(QObject):
    """Lets a widget read in the background. Lives in the GUI thread.

    Attributes:
        cluster: name of the profile, for plans. profile: names and colours the cluster in dialogs, None in tests.
        disks: places for bricks, newest reading. heals: how the backlogs went since the program started;
        works: likewise rebalances and removals.

    Signals:
        changed: a plan ended: what was read may be old.
    """

    changed = Signal()

    def __init__(
        self, cluster: str, profile: Profile | None = None, jobs: Jobs | None = None, pool: Pool | None = None
    ) -> None:
        """Without `jobs` and `pool` every reading fails with “no connection”."""
        super().__init__()
        self.cluster, self.profile = cluster, profile
        self.disks: tuple[Disk, ...] = ()
        self.heals = HealHistory()
        self.works = TaskHistory()
        self._jobs, self._pool = jobs, pool

    @property
    def connected(self) -> bool:
        """True if there is somebody to ask."""
        return self._jobs is not None and self._pool is not None

    def read(
        self,
        owner: QObject,
        work: Callable[[Pool, Job], T],
        done: Callable[[T], object],
        failed: Callable[[NasError], object],
    ) -> Job:
        """Run `work` in a thread, then `done` or `failed` here, unless `owner` is gone. The job can be cancelled.

        What `work` raises must be NasErrors; anything else is our own mistake and goes to the excepthook.
        """
        job = Job("read", quiet=True)
        jobs, pool = self._jobs, self._pool
        if jobs is None or pool is None:
            failed(ServiceDown(_("There is no connection to the cluster.")))
            return job
        return jobs.submit(owner, job, lambda j: work(pool, j), done, lambda error: failed(_expected(error)))

    def poller(self, owner: QObject, work: Callable[[Pool, Job], object], every_ms: int, name: str) -> Poller | None:
        """Reads again and again once started; its errors come by `lost`. None without a connection."""
        jobs, pool = self._jobs, self._pool
        if jobs is None or pool is None:
            return None
        return Poller(jobs, lambda job: work(pool, job), every_ms, name=name, parent=owner)


def _expected(error: Exception) -> NasError:
    if not isinstance(error, NasError):
        raise error
    return error
