"""What the sections of the configuration page share: the cluster, worker threads, and the store to ask there."""

from __future__ import annotations

from collections.abc import Callable

from nasclustergui.core.profile import Profile
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.ui import desk
from nasclustergui.ui.jobs import Jobs


class Desk(desk.Desk[Store]):
    """Lets a section read in the background. `cluster` is the plans' cluster, `profile` None in some tests."""

    def __init__(
        self,
        cluster: str,
        profile: Profile | None = None,
        jobs: Jobs | None = None,
        store: Callable[[], Store] | None = None,
    ) -> None:
        """`store` may ask for etcd's password and is called in worker threads only."""
        super().__init__(jobs, store)
        self.cluster, self.profile = cluster, profile
