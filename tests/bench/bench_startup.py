"""The first thing to see: CPU and memory up to the first paint, the app against a bare QMainWindow.

Each start is a process of its own, app and bare window by turns. Without a profile, so that no network is involved.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from tests.bench.measure import Figure, multiple

ROUNDS = 9
LONGEST = 60


def start(kind: str, home: str) -> dict[str, float]:
    """One start in a fresh process. Raises RuntimeError with what it said if it never painted."""
    folders = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "PYTHONPYCACHEPREFIX"), home)
    # byte code as an installed app has it, whatever this environment says; the checkout stays clean
    inherited = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.startup_child", kind],
        env={**inherited, **folders},
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    lines = done.stdout.strip().splitlines()
    if not lines:
        raise RuntimeError(done.stderr.strip()[-500:] or f"ended with {done.returncode}")
    found: dict[str, float] = json.loads(lines[-1])
    return found


def median(values: list[dict[str, float]], key: str) -> float:
    return statistics.median(value[key] for value in values)


def run() -> Iterator[Figure]:
    """CPU as a multiple, memory as a difference."""
    with tempfile.TemporaryDirectory() as home:
        for kind in ("bare", "app"):  # once for the file cache and the byte code
            start(kind, home)
        pairs = [(start("bare", home), start("app", home)) for _ in range(ROUNDS)]
    bare, ours = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    cpu, peer = 1000 * median(ours, "cpu"), 1000 * median(bare, "cpu")
    yield multiple("first paint: CPU / bare QMainWindow", cpu, peer, 1.5, f"{cpu:.0f} ms / {peer:.0f} ms")
    memory, base = median(ours, "rss") / 1e6, median(bare, "rss") / 1e6
    yield Figure(
        "first paint: memory above bare QMainWindow",
        f"{memory - base:+.1f} MB",
        "≤ +10 MB",
        memory - base <= 10,
        f"{memory:.1f} MB / {base:.1f} MB resident",
    )
