"""Runs everything CI runs, in order, each part as a process of its own: `./run test [PART…]`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")


def offscreen() -> dict[str, str]:
    """The environment for tests that need no X server."""
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen"}


def x11(*command: str) -> tuple[str, ...]:
    """The command under a virtual X server of its own."""
    return ("xvfb-run", "-a", "-s", "-screen 0 1600x1000x24", *command)


PARTS: dict[str, tuple[tuple[str, ...], Callable[[], dict[str, str]]]] = {
    "lint": ((str(BIN / "ruff"), "check", "."), offscreen),
    "format": ((str(BIN / "ruff"), "format", "--check", "-q", "."), offscreen),
    "types": ((str(BIN / "mypy"),), offscreen),
    "contracts": ((str(BIN / "lint-imports"),), offscreen),
    "unit": ((*PYTEST, "tests/unit"), offscreen),
    "gui": ((*PYTEST, "tests/gui", "-m", "not x11"), offscreen),
    "x11": (x11(*PYTEST, "tests/gui", "-m", "x11"), lambda: {**os.environ, "QT_QPA_PLATFORM": "xcb"}),
    "lab": (x11(*PYTEST, "tests/lab"), lambda: {**os.environ, "QT_QPA_PLATFORM": "xcb"}),
}


def main(wanted: list[str]) -> int:
    """Run the parts; a failed one doesn't stop the next, so that one run tells everything."""
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        print(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    failed = []
    for name in wanted or PARTS:
        command, environment = PARTS[name]
        print(f"── {name}", flush=True)
        began = time.monotonic()
        code = subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode
        print(f"── {name}: {'ok' if code == 0 else f'FAILED ({code})'}, {time.monotonic() - began:.0f} s", flush=True)
        if code:
            failed.append(name)
    print(f"Failed: {', '.join(failed)}" if failed else "All parts passed.", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
