"""Runs everything CI runs, each part as a process of its own, two at a time: `./run test [PART…]`.

What a part prints stays together and is shown when it has ended; that of a single part is shown while it runs. The
last line is the sum over all parts: "N passed, N failed, N skipped". A part that is no test run (a linter) counts as
one test. Reports for CI lie in tests/output/junit.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.screen import NoScreen, virtual_screen

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
REPORTS = ROOT / "tests" / "output" / "junit"
PRINTED = ROOT / "tests" / "output" / "printed"
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
SKIPPED = 77  # exit status of a part that cannot run here
GRACE = 60.0  # seconds for a part that is stopped to take its labs down
AT_ONCE = min(2, os.cpu_count() or 1)  # parts mostly wait for what clusters do, and each has labs of its own
LOOK = 0.1  # seconds between looks at what runs


@dataclass(frozen=True)
class Part:
    """One process.

    Attributes:
        tests: it is a pytest run, counted by its report. x11: it needs a display.
        alone: nothing else runs beside it. limit: in seconds, far above what it takes.
    """

    name: str
    command: tuple[str, ...]
    tests: bool = False
    x11: bool = False
    alone: bool = False
    limit: float = 1500.0

    @property
    def report(self) -> Path:
        """Where pytest writes its sums."""
        return REPORTS / f"{self.name.replace('/', '-')}.xml"


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
    yield Part("unit", (*PYTEST, "tests/unit"), tests=True, alone=True)
    yield Part("gui", (*PYTEST, "tests/gui", "-m", "not x11"), tests=True, alone=True)
    yield Part("x11", (*PYTEST, "tests/gui", "-m", "x11"), tests=True, x11=True)
    for path in sorted((ROOT / "tests" / "lab").glob("test_*.py")):
        name = path.stem.removeprefix("test_")
        command = (*PYTEST, f"tests/lab/{path.name}")
        yield Part(f"lab/{name}", command, tests=True, x11=name.startswith("window"))
    yield Part("tour", (sys.executable, "-m", "tests.tour", "--where-possible"), alone=True)


def chosen(words: list[str]) -> list[Part]:
    """The parts of these names; "lab" stands for all that begin with "lab/". ValueError names an unknown one."""
    every = list(parts())
    for word in words:
        if not any(_named(part, word) for part in every):
            raise ValueError(f"there is no part “{word}”; there are {', '.join(part.name for part in every)}")
    return [part for part in every if not words or any(_named(part, word) for word in words)]


def _named(part: Part, word: str) -> bool:
    return part.name == word or part.name.startswith(f"{word}/")


class Running:
    """A part that runs. Raises NoScreen where it needs a display and there is none."""

    def __init__(self, part: Part, *, shown: bool) -> None:
        """`shown`: what it prints is seen at once, else at its end."""
        self.part, self._began = part, time.monotonic()
        self._stack = ExitStack()
        part.report.unlink(missing_ok=True)
        words = (f"--junit-xml={part.report}", "-o", f"junit_suite_name={part.name}") if part.tests else ()
        with ExitStack() as stack:
            environment = stack.enter_context(virtual_screen()) if part.x11 else _offscreen()
            self._printed = None if shown else PRINTED / f"{part.report.stem}.txt"
            out = None if self._printed is None else stack.enter_context(self._printed.open("wb"))
            print(f"── {part.name}" if shown else f"   {part.name} begins", flush=True)
            self._process = subprocess.Popen(
                (*part.command, *words), cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True
            )
            self._stack = stack.pop_all()

    @property
    def late(self) -> bool:
        """It takes too long."""
        return time.monotonic() - self._began > self.part.limit

    @property
    def over(self) -> bool:
        """It ended by itself or is to be ended."""
        return self._process.poll() is not None or self.late

    def stop(self) -> None:
        """End what is left of it, labs included: pytest's fixtures take them down when they are interrupted."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGINT)
            try:
                self._process.wait(GRACE)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._stack.close()

    def finish(self) -> Count:
        """Show what it printed and say how long it took."""
        part, late = self.part, self._process.poll() is None
        self.stop()
        if self._printed is not None:
            print(f"── {part.name}", flush=True)
            sys.stdout.buffer.write(self._printed.read_bytes())
        if late:
            print(f"   It takes longer than {part.limit:.0f} s and is stopped.")
        code = 1 if late else self._process.returncode
        count = counted(part.report, code) if part.tests else judged(code)
        for name in clean_up():
            print(f"   The part left the lab {name} behind; it is gone now.")
        print(f"── {part.name}: {count}, {time.monotonic() - self._began:.0f} s", flush=True)
        return count


def _offscreen() -> dict[str, str]:
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen"}


def run(part: Part) -> Count:
    """Run it to its end, nothing beside it."""
    return run_all([part], at_once=1)[part.name]


def run_all(wanted: Sequence[Part], at_once: int = AT_ONCE) -> dict[str, Count]:
    """Run them to their ends, so many at once, begun in their order. A failed one doesn't stop the others."""
    waiting, running, counts = list(wanted), list[Running](), dict[str, Count]()
    try:
        while waiting or running:
            if waiting and _may_begin(waiting[0], [one.part for one in running], at_once):
                part = waiting.pop(0)
                try:
                    running.append(Running(part, shown=at_once == 1 or len(wanted) == 1))
                except NoScreen as error:
                    print(f"── {part.name}: {error}", flush=True)
                    counts[part.name] = Count(failed=1)
                continue
            time.sleep(LOOK)
            for one in [one for one in running if one.over]:
                running.remove(one)
                counts[one.part.name] = one.finish()
    finally:
        for one in running:
            one.stop()
    return counts


def _may_begin(part: Part, running: Sequence[Part], at_once: int) -> bool:
    if part.alone or any(other.alone for other in running):
        return not running
    return len(running) < at_once


def run_patiently(wanted: Sequence[Part]) -> dict[str, Count]:
    """As `run_all`. A lab on a busy machine may miss a time-out: its parts that fail get one more try, each alone."""
    counts = run_all(wanted)
    for part in wanted:
        if counts[part.name].failed and part.name.startswith("lab/"):
            print(f"── {part.name} failed and is run once more; its first run is not counted", flush=True)
            counts[part.name] = run(part)
    return counts


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


def _terminated(*_: object) -> None:
    """Once is enough: a second one must not keep what runs from being ended."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(128 + signal.SIGTERM)


def main(words: list[str]) -> int:
    """Run the parts; one run tells everything."""
    try:
        wanted = chosen(words)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _terminated)
    for folder in (REPORTS, PRINTED):
        folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    try:
        counts = run_patiently(wanted)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    failed = [name for name, count in counts.items() if count.failed]
    total = sum(counts.values(), Count())
    print(f"{len(counts)} parts, {time.monotonic() - began:.0f} s. Failed: {', '.join(failed) or 'none'}.")
    print(total, flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
