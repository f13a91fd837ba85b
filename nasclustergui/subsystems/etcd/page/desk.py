"""What the sections of the configuration page share: the cluster, worker threads, and the store to ask there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal

from nasclustergui.core.oplock import LockView
from nasclustergui.core.profile import Profile
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.ui import desk
from nasclustergui.ui.jobs import Jobs


class Desk(desk.Desk[Store]):
    """Lets a section read in the background. `cluster` is the plans' cluster, `profile` None in some tests.

    Attributes:
        lock: the cluster's operation lock, as the window knows it.

    Signals:
        lock_changed: it is another one.
    """

    lock_changed = Signal()

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
        self.lock = LockView()

    def set_lock(self, view: LockView) -> None:
        """The window looked again."""
        self.lock = view
        self.lock_changed.emit()
