"""A cluster to look at: four nodes that are there while somebody looks, for `./run` and the tour."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab.cluster import Lab, take_down
from tests.stale import process_lab_name, take_down_stale

ROOT = Path(__file__).resolve().parent.parent
NAME = "demo"  # of the cluster, as the app shows it; the lab's own name holds a process number
ENDING = 10.0  # seconds a stopped program gets


@dataclass(frozen=True)
class Demo:
    """The running cluster.

    Attributes:
        profile: names it "demo". home: environment entries that keep the user's own profiles, audit log and
            keyring out of it.
    """

    lab: Lab
    profile: Path
    home: dict[str, str]

    def run(self, command: Sequence[str], environment: dict[str, str]) -> int:
        """Run a program with that environment until it ends, or until this one is told to end; its exit status."""
        process = subprocess.Popen(command, env={**environment, **self.home}, cwd=ROOT)
        try:
            return process.wait()
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(ENDING)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


@contextmanager
def demo(what: str, disk_mb: int) -> Iterator[Demo]:
    """Four nodes with three disks each. What a killed run left is taken down first, this one at the end."""
    take_down_stale()
    name = process_lab_name(what)
    try:
        with (
            Lab.up(nodes=4, name=name, disks=3, disk_mb=disk_mb) as lab,
            tempfile.TemporaryDirectory(prefix="nasclustergui-demo-") as home,
        ):
            yield Demo(lab, _renamed(lab.profile_path, Path(home)), _own_home(Path(home)))
    finally:
        take_down(name)


def _renamed(profile: Path, folder: Path) -> Path:
    """A copy of the lab's profile under the name that people shall see."""
    text = re.sub(r'^name = ".*"$', f'name = "{NAME}"', profile.read_text(), count=1, flags=re.MULTILINE)
    copy = folder / f"{NAME}.toml"
    copy.write_text(text)
    copy.chmod(0o600)
    return copy


def _own_home(home: Path) -> dict[str, str]:
    folders = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
    return {**folders, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}


def without_agent() -> dict[str, str]:
    """This process's environment without the user's SSH keys."""
    return {name: value for name, value in os.environ.items() if name != "SSH_AUTH_SOCK"}
