"""What the parts of the storage page share: the cluster's name, worker threads, and the pool they may ask there."""

from __future__ import annotations

from nasclustergui.core.disks import Disk
from nasclustergui.core.profile import Profile
from nasclustergui.subsystems.gluster.features import Pool
from nasclustergui.subsystems.gluster.features.heal.history import HealHistory
from nasclustergui.subsystems.gluster.features.rebalance.history import TaskHistory
from nasclustergui.ui import desk
from nasclustergui.ui.jobs import Jobs

SELDOM_MS = 86_400_000  # for what holds a volume's lock: read when opened, after a change and when asked


class Desk(desk.Desk[Pool]):
    """Lets a widget read in the background. Lives in the GUI thread.

    Attributes:
        cluster: name of the profile, for plans. profile: names and colours the cluster in dialogs, None in tests.
        disks: places for bricks, newest reading. heals: how the backlogs went since the program started;
        works: likewise rebalances and removals.
    """

    def __init__(
        self, cluster: str, profile: Profile | None = None, jobs: Jobs | None = None, pool: Pool | None = None
    ) -> None:
        """Without `jobs` and `pool` every reading fails with “no connection”."""
        super().__init__(jobs, None if pool is None else lambda: pool)
        self.cluster, self.profile = cluster, profile
        self.disks: tuple[Disk, ...] = ()
        self.heals = HealHistory()
        self.works = TaskHistory()
