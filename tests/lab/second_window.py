"""A second administrator: another window in a process of its own, told what to do by words on its standard input."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication

from nasclustergui.core.command import Command
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan, Step
from nasclustergui.ui.jobs import is_over
from tests.lab.app import App

MARKS = "/var/lib/marks"  # on node1: who began and ended which step
GATE = "/var/lib/gate"  # on node1: what a gated plan waits for


class SecondWindow:
    """`with SecondWindow(profile, "bert") as second:` its window is open; call it where the lab's network is."""

    def __init__(self, profile: Path, user: str) -> None:
        command = (sys.executable, "-m", "tests.lab.second_window", str(profile))
        settings = {**os.environ, "LOGNAME": user}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=settings)

    def __enter__(self) -> "SecondWindow":
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.kill()
        self.process.communicate()

    def say(self, words: str) -> None:
        """Tell it something."""
        assert self.process.stdin is not None
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        """Its next line."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


def slow_plan(title: str, cluster: str, steps: int, seconds: float, **more: Any) -> Plan:
    """A plan that does nothing but take its time on node1 and leave marks there."""
    short = title.split()[0]
    script = f"echo {short} begin >> {MARKS}; sleep {seconds}; echo {short} end >> {MARKS}"
    step = Step(f"Take {seconds} s", "node1", Command(("sh", "-c", script), timeout=60.0), "nodes")
    return Plan(title, cluster, (step,) * steps, lane="test", **more)


def gated_plan(title: str, cluster: str, gates: int, **more: Any) -> Plan:
    """A plan of one step for each gate: step k runs until there is no file GATE-k on node1."""
    short = title.split()[0]

    def script(k: int) -> str:
        return (
            f"echo {short} begin >> {MARKS}; while [ -e {GATE}-{k} ]; do sleep 0.1; done; echo {short} end >> {MARKS}"
        )

    steps = (
        Step(f"Gate {k}", "node1", Command(("sh", "-c", script(k)), timeout=60.0), "nodes") for k in range(1, gates + 1)
    )
    return Plan(title, cluster, tuple(steps), lane="test", **more)


class _Second:
    """The window's side: "run TITLE|STEPS|SECONDS", "state"; answers with one line each."""

    def __init__(self, profile: Path) -> None:
        self.app = App(profile)
        self.app.wait_ready()
        self._say("open")
        notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self.app.frame)
        notifier.activated.connect(lambda *_: self._on_word())

    def _say(self, text: str) -> None:
        print(text, flush=True)

    def _on_word(self) -> None:
        verb, _blank, rest = sys.stdin.readline().strip().partition(" ")
        if verb == "run":
            title, steps, seconds = rest.split("|")
            plan = slow_plan(title, self.app.session.profile.name, int(steps), float(seconds))
            job = self.app.agree(self.app.space.propose(plan))
            self._when(lambda: job.step_number > 0 or is_over(job), lambda: self._say("runs"))
            self._when(lambda: is_over(job), lambda: self._say(_ended(job)))
        elif not verb:
            QApplication.quit()

    def _when(self, true: Callable[[], object], act: Callable[[], None]) -> None:
        """Do it once that is so."""
        self.app.wait(true, "the job")
        act()


def _ended(job: Job) -> str:
    return f"{job.state.value}: {job.error or ''} {' '.join(job.remarks)}".strip()


def main() -> None:
    """Run it with the profile in argv[1]."""
    second = _Second(Path(sys.argv[1]))
    QApplication.exec()
    second.app.close()


if __name__ == "__main__":
    main()
