"""Brings a watch's changes from its thread to the window, a handful at a time, and says when they stop coming."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.remote.etcd_ranges import watch_range
from nasclustergui.remote.etcd_types import WatchEvent, WatchKind, WatchState
from nasclustergui.remote.etcd_watch import Watch
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.subsystems.etcd.features.keys.model import Span
from nasclustergui.subsystems.etcd.page.desk import Desk

_AT_ONCE = 200  # events handed over before the event loop gets its turn
_AGAIN_MS = 3000  # after a watch that could not even be started

_From = tuple[int, int]  # round of `start`, number of the span
_Parcel = tuple[_From, "tuple[WatchEvent, ...] | WatchState"]


class Feed(QObject):
    """Watches the spans between `start` and `stop`; started again it goes on where it stopped, so nothing is missed.

    Attributes:
        heard_at: Unix time at which etcd last said something.
        broken_since: the same, as long as the watch is broken; 0.0 while it is not. why: in a few words.
        live: it listens.

    Signals:
        events: a tuple of WatchEvents in their order, each once.
        missed: revision up to which changes are gone for good: read again what is shown.
        state_changed: broken or live again.
    """

    events = Signal(object)
    missed = Signal(object)  # a revision outgrows Qt's int
    state_changed = Signal()
    _arrived = Signal()

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._spans: tuple[Span, ...] = ()
        self._next: list[int] = []
        self._watches: list[Watch] = []
        self._round = 0  # of `start`: what an ended round still says is not listened to
        self._parcels: deque[_Parcel] = deque()
        self._partial = False  # a part of the first parcel was handed over already
        self._listening: set[int] = set()
        self._silent: dict[int, str] = {}
        self.heard_at, self.broken_since, self.why = 0.0, 0.0, ""
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)

    def aim(self, spans: Sequence[Span], revision: int) -> None:
        """What to watch, from the revision after this one on. Takes effect at the next `start`."""
        self.stop()
        self._spans, self._next = tuple(spans), [revision + 1] * len(spans)
        self._parcels.clear()
        self.heard_at = time.time()

    @property
    def live(self) -> bool:
        """Changes arrive."""
        return len(self._listening) == len(self._spans) > 0 and not self._silent

    def look(self) -> None:
        """Start anew what ended by itself: the connection was closed to log in again."""
        if any(not watch.alive for watch in self._watches):
            self._say_broken(_("the connection was closed"))
            self.start()

    def start(self) -> None:
        """Watch from where it was left."""
        self.stop()
        if self._spans:
            self._round += 1
            work = partial(_begin, self, self._round, self._spans, tuple(self._next))
            self._desk.read(self, work, partial(self._on_begun, self._round), partial(self._on_failed, self._round))

    def stop(self) -> None:
        """End the streams; must not wait. What they told but nobody was handed comes again after the next `start`."""
        if self._partial:  # a parcel counts as handed over only as a whole
            self._hand_over(len(self._parcels[0][1]))  # type: ignore[arg-type]  # never a state
        self._round += 1
        self._silent.clear()
        self._listening.clear()
        self._parcels.clear()
        for watch in self._watches:
            watch.stop()
        self._watches = []

    def _on_begun(self, number: int, watches: list[Watch]) -> None:
        if number != self._round:
            for watch in watches:
                watch.stop()
            return
        self._watches = watches

    def _on_failed(self, number: int, error: NasError) -> None:
        if number == self._round:
            self._say_broken(str(error))
            QTimer.singleShot(_AGAIN_MS, self, lambda: self.start() if number == self._round else None)

    def post(self, origin: _From, parcel: tuple[WatchEvent, ...] | WatchState) -> None:
        """From a watch's thread."""
        self._parcels.append((origin, parcel))
        with contextlib.suppress(RuntimeError):  # the section is gone, and we with it
            self._arrived.emit()

    def _on_arrived(self) -> None:
        left = _AT_ONCE
        while self._parcels and left > 0:
            (number, place), parcel = self._parcels[0]
            if number != self._round:
                self._parcels.popleft()
                continue
            self.heard_at = time.time() if not _is_lost(parcel) else self.heard_at
            if isinstance(parcel, WatchState):
                self._parcels.popleft()
                self._take_state(place, parcel)
            else:
                left -= self._hand_over(left)
        if self._parcels:
            self._arrived.emit()

    def _hand_over(self, most: int) -> int:
        """Some events of the first parcel; a deleted folder can be one parcel of 100,000."""
        (number, place), parcel = self._parcels.popleft()
        assert not isinstance(parcel, WatchState)
        now, later = parcel[:most], parcel[most:]
        self._partial = bool(later)
        if later:
            self._parcels.appendleft(((number, place), later))
        else:
            self._next[place] = now[-1].kv.mod_revision + 1
        self.events.emit(now)
        return len(now)

    def _take_state(self, place: int, state: WatchState) -> None:
        if state.kind is WatchKind.LOST:
            self._silent[place] = state.error
            self._say_broken(state.error)
            return
        if state.kind is WatchKind.COMPACTED:
            self._next[place] = state.revision + 1
            self.missed.emit(state.revision)
            return
        self._listening.add(place)
        self._silent.pop(place, None)
        if self.live:
            self.broken_since, self.why = 0.0, ""
            self.state_changed.emit()

    def _say_broken(self, why: str) -> None:
        self.why = why
        if not self.broken_since:
            self.broken_since = self.heard_at or time.time()
        self.state_changed.emit()


def _is_lost(parcel: tuple[WatchEvent, ...] | WatchState) -> bool:
    return isinstance(parcel, WatchState) and parcel.kind is WatchKind.LOST


def _begin(
    feed: Feed, number: int, spans: Sequence[Span], starts: Sequence[int], store: Store, _job: Job
) -> list[Watch]:
    made = []
    for place, (span, start) in enumerate(zip(spans, starts, strict=True)):
        post = partial(feed.post, (number, place))
        made.append(watch_range(store.client, span.start, span.end, post, post, start))
    return made
