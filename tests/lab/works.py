"""Real rebalances and heals on a lab, watched as the program watches them: for the bench and for recordings."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import NasError
from nasclustergui.core.job import Job
from nasclustergui.remote import inventory
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.commands.heal import parse_indices
from nasclustergui.subsystems.gluster.commands.work import parse_rebalance
from nasclustergui.subsystems.gluster.model import Task, TaskState, Volume
from tests.lab.cluster import Lab
from tests.lab.files import POINT, Mount
from tests.recorded.progress import Sample, Series

EVERY = 1.0  # seconds between readings
LONGEST = 240.0  # seconds that a work may take


@dataclass(frozen=True)
class Files:
    """What is written: `count` files each of `size` bytes in each of `folders` directories (0: at the top)."""

    count: int
    size: int = 4096
    folders: int = 0

    def write(self, lab: Lab, n: int = 1) -> None:
        """Through the mount on node `n`."""
        names = " ".join(f"d{k}/" for k in range(self.folders)) or "''"
        script = (
            f"cd {POINT}; for d in {names}; do [ -z $d ] || mkdir -p $d; i=0; "
            f"while [ $i -lt {self.count} ]; do head -c {self.size} /dev/urandom > ${{d}}f$i || exit 1; "
            "i=$((i+1)); done; done"
        )
        lab.sh(n, script, timeout=400)


@dataclass(frozen=True)
class Growth:
    """A volume that gets more sets and is rebalanced. `words`: of the create command, e.g. ("replica", "2")."""

    name: str
    words: tuple[str, ...]
    bricks: tuple[str, ...]
    added: tuple[str, ...]
    files: tuple[Files, ...]
    fix_layout: bool = False
    options: dict[str, str] = field(default_factory=dict)


class Watcher:
    """A session on the lab, without a window. Use it in a thread that is on the lab's hub."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.session = Session(inventory.load(lab.profile_path))
        self.session.nodes.connect_all()
        self._job = Job("watch", quiet=True)

    def close(self) -> None:
        """End the session."""
        self.session.close()

    def gluster(self, *words: str) -> str:
        """A command on node 1."""
        return self.lab.exec(1, "gluster", "--mode=script", *words).stdout

    def volume(self, name: str) -> Volume:
        """With fresh sizes and inodes."""
        self.session.gluster.expire()
        found = self.session.gluster.pool.read(self._job).volume(name)
        assert found is not None
        return found

    def remove(self, name: str) -> None:
        """Stop and delete the volume, and empty its bricks."""
        self.gluster("volume", "stop", name, "force")
        self.gluster("volume", "delete", name)
        for n in self.lab.spec.numbers:
            self.lab.sh(n, f"rm -rf /bricks/*/{name}")

    def grow(self, growth: Growth) -> Series:
        """Make the volume, fill it, add bricks, rebalance and watch."""
        name = growth.name
        self.gluster("volume", "create", name, *growth.words, *growth.bricks, "force")
        for option, value in growth.options.items():
            self.gluster("volume", "set", name, option, value)
        self.gluster("volume", "start", name)
        with Mount(self.lab, name):
            for files in growth.files:
                files.write(self.lab)
        self.gluster("volume", "add-brick", name, *growth.added, "force")
        volume = self.volume(name)
        self.gluster("volume", "rebalance", name, *(("fix-layout",) if growth.fix_layout else ()), "start")
        samples = self._watch(lambda at: Sample(at, self._task(name)), _task_over)
        return Series("rebalance", _words(growth), volume, tuple(samples), samples[-1].at)

    def _task(self, name: str) -> Task:
        pool = self.session.gluster.pool
        return pool.ask(commands.volume_rebalance(name, "status"), parse_rebalance, self._job)

    def heal(self, name: str, words: tuple[str, ...], bricks: tuple[str, ...], lost: int, files: Files) -> Series:
        """Make a volume, kill the brick of that number (from 0), write, start the brick again and watch the backlog."""
        self.gluster("volume", "create", name, *words, *bricks, "force")
        self.gluster("volume", "start", name)
        volume = self.volume(name)
        with Mount(self.lab, name):
            node, pid = lost_brick(volume, lost)
            self.lab.exec(node, "kill", "-9", str(pid))
            files.write(self.lab)
        self.gluster("volume", "start", name, "force")
        samples = self._watch(lambda at: Sample(at, None, self._pending(volume)), lambda s: s.pending == 0)
        what = f"heal: {' '.join(words)}, {files.count} files of {files.size} bytes × {files.folders or 1} folders"
        return Series("heal", what, volume, tuple(samples), samples[-1].at)

    def _pending(self, volume: Volume) -> int:
        """The largest backlog of all bricks, as the program counts it for a single set."""
        found = []
        for brick in volume.bricks:
            command = commands.heal_indices((brick.path,))
            client = self.session.gluster.pool.client
            found.append(client.ask_node(brick.node, command, lambda a: parse_indices(a, 1), self._job)[0] or 0)
        return max(found)

    def _watch(self, look: Callable[[float], Sample], over: Callable[[Sample], bool]) -> list[Sample]:
        began = time.monotonic()
        samples: list[Sample] = []
        while not samples or not over(samples[-1]):
            now = time.monotonic() - began
            if now > LONGEST:
                raise TimeoutError(f"not over after {LONGEST:.0f} s")
            with suppress(NasError):  # a process that just ended cannot be asked: the next reading knows it
                samples.append(look(now))
            time.sleep(EVERY)
        return samples


def lost_brick(volume: Volume, number: int) -> tuple[int, int]:
    """(node, process) of a brick."""
    brick = volume.bricks[number]
    assert brick.pid is not None
    return int(brick.host.removeprefix("node")), brick.pid


def _task_over(sample: Sample) -> bool:
    return sample.task is not None and sample.task.state is not TaskState.RUNNING


def _words(growth: Growth) -> str:
    kind = " ".join(growth.words) or "distribute"
    files = " and ".join(f"{f.count} files of {f.size} bytes in each of {f.folders or 1} folders" for f in growth.files)
    verb = "fix-layout" if growth.fix_layout else "rebalance"
    return f"{verb}: {kind}, {len(growth.bricks)} + {len(growth.added)} bricks, {files}"
