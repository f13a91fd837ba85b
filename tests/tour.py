"""A guided tour through the real window on a real cluster of four nodes: `./run tour [--docs]`.

It starts a lab of its own and a virtual display, walks through the app as a person would, prints a line per station
and leaves a picture of each in tests/output/tour. With --docs it also renews the pictures of the documentation.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import time
from pathlib import Path

from tests.demo import ROOT, demo, without_agent
from tests.lab.cluster import Lab
from tests.lab.for_tests import obstacle
from tests.lab.netns import enter_hub
from tests.lab.paths import LabError
from tests.screen import NoScreen, virtual_screen

FOLDER = ROOT / "tests" / "output" / "tour"
IMAGES = ROOT / "docs" / "images"
DISK_MB = 700
SKIPPED = 77  # exit status for "cannot run here"
DOCS = (  # stations that the documentation shows
    *("overview", "create-volume", "plan", "nodes", "rebalance", "brick-down", "storage-degraded", "healing"),
    *("overview-dark", "storage", "delete"),
)


def main(words: list[str]) -> int:
    """Start lab and display, let a second process walk, clean up whatever happens."""
    options = _arguments(words)
    if options.guided:
        return _walk(options.guided, options.profile)
    reason = obstacle()
    if reason and options.where_possible and not os.environ.get("CI"):
        print(f"No tour: {reason}")
        return SKIPPED
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        code = _on_a_lab()
    except (LabError, NoScreen) as error:
        print(f"The tour can't start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; the cluster is gone.", file=sys.stderr)
        return 128 + signal.SIGINT
    if code == 0 and options.docs:
        _renew_images()
    return code if code >= 0 else 128 - code  # a signal, as shells say it


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run tour", description=__doc__)
    parser.add_argument("--docs", action="store_true", help="also renew docs/images")
    parser.add_argument("--where-possible", action="store_true", help=f"exit with {SKIPPED} where no lab can run")
    parser.add_argument("--guided", default="", help=argparse.SUPPRESS)  # the second process, and its lab
    parser.add_argument("--profile", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(words)


def _on_a_lab() -> int:
    shutil.rmtree(FOLDER, ignore_errors=True)
    began = time.monotonic()
    print("A tour through NAS Cluster GUI. Starting a cluster of 4 nodes …", flush=True)
    with demo("tour", DISK_MB) as cluster, virtual_screen(environment=without_agent()) as environment:
        print(f"{time.monotonic() - began:4.0f} s  The cluster is up: GlusterFS on 4 nodes, etcd on 3.", flush=True)
        walk = ["-m", "tests.tour", "--guided", cluster.lab.name, "--profile", str(cluster.profile)]
        code = cluster.run([sys.executable, *walk], {**environment, "LANGUAGE": "en"})
    print(f"{time.monotonic() - began:4.0f} s  The cluster is gone again.")
    if code == 0:
        print(f"Screenshots: {FOLDER}", flush=True)
    return code


def _walk(name: str, profile: Path) -> int:
    """The second process: move to the workstation before any thread starts, then show the window."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # inside Qt's loop nothing else ends it at once
    enter_hub(name)
    from tests.lab.app import App
    from tests.tour_guide import Guide
    from tests.tour_stations import walk

    app = App(profile)
    guide = Guide(app, Lab.open(name), FOLDER)
    try:
        walk(guide)
    except Exception as error:  # whatever it is: say it and show the window as it was
        guide.failed(error)
        if not isinstance(error, AssertionError):
            raise
        return 1
    finally:
        app.close()
    return 0


def _renew_images() -> None:
    """Copy the documentation's stations to docs/images, without their numbers."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for path in sorted(FOLDER.glob("*.png")):
        name = path.stem.partition("-")[2]
        if name in DOCS:
            shutil.copyfile(path, IMAGES / f"{name}.png")
    print(f"Renewed: {IMAGES}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
