"""Opens the app on a cluster of its own: what `./run` does where there is a display."""

from __future__ import annotations

import signal
import sys

from tests.demo import demo, without_agent
from tests.lab.paths import LabError

DISK_MB = 1024


def main() -> int:
    """Start a 4-node cluster, open the app on it as its workstation would, take the cluster down at the end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    print("Starting a cluster of 4 nodes …", flush=True)
    try:
        with demo("run", DISK_MB) as cluster:
            name = cluster.lab.name
            print(
                f"It is up, and goes when the window is closed. Do something to it: ./run lab poweroff --name {name} 3"
            )
            sys.stdout.flush()
            hub = [sys.executable, "-m", "tests.lab", "hub", "--name", name]
            app = [sys.executable, "-m", "nasclustergui", "--cluster", str(cluster.profile)]
            return cluster.run([*hub, *app], without_agent())
    except LabError as error:
        print(f"The embedded cluster can't start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
