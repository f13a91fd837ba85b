"""Runs everything CI runs, in order, each part as a process of its own: `./run test [PART…]`.

The last line is the sum over all parts: "N passed, N failed, N skipped". A part that is no test run (a linter) counts
as one test. Reports for CI lie in tests/output/junit.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.screen import NoScreen, virtual_screen

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
REPORTS = ROOT / "tests" / "output" / "junit"
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
SKIPPED = 77  # exit status of a part that cannot run here
GRACE = 60.0  # seconds for a part that is stopped to take its labs down


@dataclass(frozen=True)
class Part:
    """One process. `tests`: it is a pytest run, counted by its report; `limit` in seconds, far above what it takes."""

    name: str
    command: tuple[str, ...]
    tests: bool = False
    x11: bool = False
    limit: float = 1500.0


@dataclass(frozen=True)
class Count:
    """What a part found."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def parts() -> Iterator[Part]:
    """All of them. Each lab test file has its own process: gRPC's threads stay in the network they started in."""
    yield Part("lint", (str(BIN / "ruff"), "check", "."))
    yield Part("format", (str(BIN / "ruff"), "format", "--check", "-q", "nasclustergui", "tests"))
    yield Part("types", (str(BIN / "mypy"),))
    yield Part("contracts", (str(BIN / "lint-imports"),))
    yield Part("unit", (*PYTEST, "tests/unit"), tests=True)
    yield Part("gui", (*PYTEST, "tests/gui", "-m", "not x11"), tests=True)
    yield Part("x11", (*PYTEST, "tests/gui", "-m", "x11"), tests=True, x11=True)
    for path in sorted((ROOT / "tests" / "lab").glob("test_*.py")):
        name = path.stem.removeprefix("test_")
        command = (*PYTEST, f"tests/lab/{path.name}")
        yield Part(f"lab/{name}", command, tests=True, x11=name.startswith("window"))
    yield Part("tour", (sys.executable, "-m", "tests.tour", "--where-possible"))


def chosen(words: list[str]) -> list[Part]:
    """The parts of these names; "lab" stands for all that begin with "lab/". ValueError names an unknown one."""
    every = list(parts())
    for word in words:
        if not any(_named(part, word) for part in every):
            raise ValueError(f"there is no part “{word}”; there are {', '.join(part.name for part in every)}")
    return [part for part in every if not words or any(_named(part, word) for word in words)]


def _named(part: Part, word: str) -> bool:
    return part.name == word or part.name.startswith(f"{word}/")


def run(part: Part) -> Count:
    """Run it to its end and say how long it took."""
    print(f"── {part.name}", flush=True)
    began = time.monotonic()
    report = REPORTS / f"{part.name.replace('/', '-')}.xml"
    report.unlink(missing_ok=True)
    words = (f"--junit-xml={report}", "-o", f"junit_suite_name={part.name}") if part.tests else ()
    with ExitStack() as stack:
        environment = stack.enter_context(virtual_screen()) if part.x11 else _offscreen()
        code = _wait((*part.command, *words), environment, part.limit)
    count = counted(report, code) if part.tests else judged(code)
    for name in clean_up():
        print(f"   The part left the lab {name} behind; it is gone now.")
    print(f"── {part.name}: {count}, {time.monotonic() - began:.0f} s", flush=True)
    return count


def _offscreen() -> dict[str, str]:
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen"}


def run_patiently(part: Part) -> Count:
    """As `run`. A lab on a busy machine may miss a time-out: a part of it that fails gets one more try, and says so."""
    count = run(part)
    if count.failed and part.name.startswith("lab/"):
        print(f"── {part.name} failed and is run once more; its first run is not counted", flush=True)
        count = run(part)
    return count


def _wait(command: Iterable[str], environment: dict[str, str], limit: float) -> int:
    """The exit status. After the limit, and on Ctrl-C, the part is asked to stop, then made to."""
    process = subprocess.Popen(tuple(command), cwd=ROOT, env=environment, start_new_session=True)
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        print(f"   It takes longer than {limit:.0f} s and is stopped.", flush=True)
        return 1
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End what is left of it, labs included: pytest's fixtures take them down when they are interrupted."""
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def judged(code: int) -> Count:
    """A part that is no test run."""
    return Count(passed=int(code == 0), failed=int(code not in (0, SKIPPED)), skipped=int(code == SKIPPED))


def counted(report: Path, code: int) -> Count:
    """The sums of pytest's own report. A run that fell over without one, or without a failed test, counts as one."""
    if not report.exists():
        return Count(failed=1)
    suites = ElementTree.parse(report).getroot().iter("testsuite")
    total = Count()
    for suite in suites:
        tests, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        total += Count(tests - failed - skipped, failed, skipped)
    return total + Count(failed=int(code != 0 and total.failed == 0))


def clean_up() -> list[str]:
    """Take down labs of test processes that are gone."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return []
    from tests.stale import take_down_stale  # the lab's modules are for Linux only

    return take_down_stale()


def main(words: list[str]) -> int:
    """Run the parts; a failed one doesn't stop the next, so that one run tells everything."""
    try:
        wanted = chosen(words)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    REPORTS.mkdir(parents=True, exist_ok=True)
    began, counts = time.monotonic(), dict[str, Count]()
    try:
        for part in wanted:
            try:
                counts[part.name] = run_patiently(part)
            except NoScreen as error:
                print(f"── {part.name}: {error}", flush=True)
                counts[part.name] = Count(failed=1)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    failed = [name for name, count in counts.items() if count.failed]
    total = sum(counts.values(), Count())
    print(f"{len(counts)} parts, {time.monotonic() - began:.0f} s. Failed: {', '.join(failed) or 'none'}.")
    print(total, flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
