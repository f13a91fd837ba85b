"""One thread that looks after all links: retries, signs of life, and waking up in another network."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence

from nasclustergui.remote.link import Link

TICK = 1.0
SLEPT = 5.0  # a jump of the clock, or a tick so late, means that the machine slept
AFTER_SLEEP = 3.0  # how long a connection may take to show that it survived


class Keeper:
    """Ticks once a second as long as it runs; starts with the first connection."""

    def __init__(self, links: Sequence[Link]) -> None:
        self._links = links
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._peer: tuple[str, int] | None = None
        self._mono, self._wall = time.monotonic(), time.time()
        self._here: str | None = None

    def start(self) -> None:
        """Begin, unless it has."""
        with self._lock:
            if self._thread is None and not self._stop.is_set():
                self._thread = threading.Thread(target=self._run, name="ssh-keeper", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End soon, without waiting for it."""
        self._stop.set()

    def note_peer(self, address: tuple[str, int]) -> None:
        """An address that is reached over the network: the way to it tells when the network changes."""
        if self._peer is None and address[1]:
            self._peer = address

    def _run(self) -> None:
        self._mono, self._wall = time.monotonic(), time.time()
        while not self._stop.wait(TICK):
            self.look(time.monotonic(), time.time(), own_address(self._peer))

    def look(self, mono: float, wall: float, here: str | None) -> None:
        """One tick, at these times of the two clocks; `here` is our address, "" if offline, None while unknown."""
        gone_mono, gone_wall = mono - self._mono, wall - self._wall
        # Linux's monotonic clock stands still while the machine sleeps, other systems' goes on.
        slept = gone_mono > SLEPT or gone_wall - gone_mono > SLEPT
        moved = bool(here) and self._here is not None and here != self._here
        self._mono, self._wall = mono, wall
        self._here = here
        for link in self._links:
            if not (slept or moved):
                link.tick(mono)
            elif link.current() is not None:
                link.probe(AFTER_SLEEP)
            else:
                link.hurry()


def own_address(peer: tuple[str, int] | None) -> str | None:
    """Our address on the way to a peer, "" if there is no way, None without a peer. Sends nothing."""
    if peer is None:
        return None
    family = socket.AF_INET6 if ":" in peer[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(peer[:2])
            return str(probe.getsockname()[0])
        except OSError:
            return ""
