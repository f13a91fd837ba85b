"""Looks for split-brains where a backlog doesn't shrink: `heal info` is far too slow for every poll."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence

from nasclustergui.core.errors import Cancelled, NasError
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.client import GlusterClient
from nasclustergui.subsystems.gluster.commands.heal import parse_heal_info
from nasclustergui.subsystems.gluster.model import Volume, VolumeStatus, VolumeType

EVERY = 60.0  # seconds between two looks at the same volume
STUCK_AFTER = 10.0  # seconds in which a backlog must shrink, or we look
COPIES = frozenset({VolumeType.REPLICATE, VolumeType.ARBITER})


class SplitBrainWatch:
    """Counts of entries in split-brain per (volume, brick name). One volume is looked at at a time."""

    def __init__(self, client: GlusterClient, job: Job | None = None) -> None:
        self._client = client
        self._job = job or Job("heal info", quiet=True)
        self._lock = threading.Lock()
        self._counts: dict[str, dict[str, int]] = {}
        self._looked_at: dict[str, float] = {}
        self._backlogs: dict[str, tuple[int, float]] = {}
        self._busy = False

    @property
    def counts(self) -> Mapping[tuple[str, str], int]:
        """What is known, for `assemble.merge`."""
        with self._lock:
            return {(volume, brick): n for volume, bricks in self._counts.items() for brick, n in bricks.items()}

    def notice(self, volumes: Sequence[Volume], now: float | None = None) -> None:
        """Look into the first volume whose backlog is stuck. Returns at once."""
        at = time.monotonic() if now is None else now
        with self._lock:
            stuck = [v for v in volumes if self._is_stuck(v, at)]
            if self._busy or not stuck or self._job.cancelled:
                return
            self._busy = True
            self._looked_at[stuck[0].name] = at
        threading.Thread(target=self.look, args=(stuck[0].name,), daemon=True, name="gluster-split-brain").start()

    def look(self, volume: str) -> None:
        """Count the volume's split-brains; what can't be read stays unknown."""
        try:
            command = commands.volume_heal_info(volume, "summary")
            bricks, __ = self._client.ask(command, parse_heal_info, self._job)
            found = {brick.brick: brick.split_brain for brick in bricks if brick.split_brain is not None}
        except (NasError, Cancelled):
            found = None
        with self._lock:
            self._busy = False
            if found is None:
                self._counts.pop(volume, None)
            else:
                self._counts[volume] = found

    def close(self) -> None:
        """Stop what is under way."""
        self._job.cancel()

    def _is_stuck(self, volume: Volume, at: float) -> bool:
        pending = volume.heal_pending
        if not pending or volume.status is not VolumeStatus.STARTED or volume.type not in COPIES:
            self._counts.pop(volume.name, None)
            self._backlogs.pop(volume.name, None)
            return False
        before, since = self._backlogs.get(volume.name, (pending, at))
        if pending < before or volume.name not in self._backlogs:
            self._backlogs[volume.name] = (pending, at)
            return False
        looked = self._looked_at.get(volume.name)
        return at - since >= STUCK_AFTER and (looked is None or at - looked >= EVERY)
