"""Feeding a terminal 10 MB: the emulator with its history against pyte's own Screen, which keeps none."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pyte

from nasclustergui.subsystems.terminal.emulator.terminal import SLICE, Terminal
from tests.bench.measure import Figure, fraction

COLUMNS, LINES = 120, 40
MEGABYTES = 10
PYTE_BYTES = 300_000  # pyte takes half a minute for 10 MB; its rate does not depend on how much there is

YES = b"y\r\n"
LOG = b"".join(
    b"Jun 12 03:02:%02d node1 kernel: [%d.123] XFS (sdb1): Mounting V5 Filesystem\r\n" % (n % 60, n) for n in range(97)
)
COLOURS = b"".join(
    b"\x1b[%d;%dm word%d \x1b[0m\x1b[38;5;%dmx %d\x1b[0m\r\n" % (n % 2, 30 + n % 8, n, n % 256, n) for n in range(97)
)
SCREENS = b"".join(b"\x1b[%d;%dH\x1b[3%dm|||\x1b[K" % (n % 40 + 1, n * 7 % 120 + 1, n % 8) for n in range(97))


def ours(data: bytes) -> None:
    """In slices, as a session does."""
    terminal = Terminal(COLUMNS, LINES, lambda _answer: None)
    view = memoryview(data)
    for at in range(0, len(data), SLICE):
        terminal.feed(view[at : at + SLICE])


def theirs(data: bytes) -> None:
    """pyte as it is."""
    stream = pyte.ByteStream(pyte.Screen(COLUMNS, LINES))
    for at in range(0, len(data), SLICE):
        stream.feed(data[at : at + SLICE])


def seconds(feed: Callable[[bytes], None], data: bytes) -> float:
    """CPU seconds of this thread per megabyte, the better of two runs."""
    best = float("inf")
    for _ in range(2):
        began = time.thread_time()
        feed(data)
        best = min(best, time.thread_time() - began)
    return best / (len(data) / 1e6)


def run() -> Iterator[Figure]:
    """What `yes`, a log, coloured output and a full-screen program print."""
    for title, piece, goal in (
        ("`yes`", YES, 20.0),
        ("a log", LOG, 5.0),
        ("coloured lines", COLOURS, 1.2),
        ("a full-screen program", SCREENS, 1.2),
    ):
        whole = piece * (MEGABYTES * 1_000_000 // len(piece))
        part = piece * (PYTE_BYTES // len(piece))
        mine, peer = seconds(ours, whole), seconds(theirs, part)
        detail = f"{1 / mine:.1f} MB/s / {1 / peer:.2f} MB/s of CPU, {len(whole) / 1e6:.0f} MB"
        yield fraction(f"10 MB of {title} / plain pyte", mine, peer, goal, detail)
