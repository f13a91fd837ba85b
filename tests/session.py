"""Opens the app on a lab of its own: what `./run` does where there is a display."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.lab.cluster import Lab, take_down
from tests.lab.paths import LabError

NAME = "run"


def main() -> int:
    """Start a 4-node cluster, open the app on it as its workstation would, take the cluster down at the end."""
    try:
        take_down(NAME)  # what an interrupted run left
        print("Starting a cluster of 4 nodes …", flush=True)
        with Lab.up(nodes=4, name=NAME) as lab:
            print(f"It is up. Its profile: {lab.profile_path}", flush=True)
            command = [sys.executable, "-m", "tests.lab", "hub", "--name", NAME, sys.executable, "-m", "nasclustergui"]
            return subprocess.run(
                [*command, "--cluster", str(lab.profile_path)], check=False, env=os.environ
            ).returncode
    except LabError as error:
        print(f"The embedded cluster can't start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
