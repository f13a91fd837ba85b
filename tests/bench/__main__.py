"""`python -m tests.bench [NAME…]`: runs bench_NAME modules, each in a process of its own, one after the other."""

from __future__ import annotations

import importlib
import os
import pkgutil
import subprocess
import sys
import traceback

import tests.bench

PREFIX = "bench_"
LONGEST = 300  # seconds


def names() -> list[str]:
    """Every benchmark there is: a module bench_NAME with `run() -> Iterable[Figure]`."""
    found = (module.name for module in pkgutil.iter_modules(tests.bench.__path__))
    return sorted(name.removeprefix(PREFIX) for name in found if name.startswith(PREFIX))


def run_here(name: str) -> None:
    """Run one benchmark in this process. What it can't measure is a line, not a failure."""
    print(f"── {name}", flush=True)
    try:
        for figure in importlib.import_module(f"tests.bench.{PREFIX}{name}").run():
            print(f"   {figure.line()}", flush=True)
    except Exception as error:
        print(f"   not measured: {error!r}", flush=True)
        traceback.print_exc()


def run_apart(name: str) -> None:
    """Run one benchmark in a fresh process, so that none inherits another's memory or threads."""
    try:
        subprocess.run([sys.executable, "-m", "tests.bench", "--here", name], check=False, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        print(f"   {name}: stopped after {LONGEST} s", flush=True)


def main(words: list[str]) -> int:
    """0 unless a name is unknown: figures are read by people, they break no build."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if words[:1] == ["--here"]:
        run_here(words[1])
        sys.stdout.flush()
        os._exit(0)  # the figures are out; nothing that still hangs may hold them up
    there = names()
    unknown = [word for word in words if word not in there]
    if unknown:
        print(f"No such benchmark: {', '.join(unknown)}. There are: {', '.join(there)}.", file=sys.stderr)
        return 2
    for name in words or there:
        run_apart(name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
