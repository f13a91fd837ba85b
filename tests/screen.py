"""A virtual X display for programs that need one: `python -m tests.screen CMD…`, or `with virtual_screen() as env`.

xvfb-run would do, but it loses its Xvfb on Ctrl-C and two of them at once may pick the same number.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

SIZE = "1920x1200x24"
OPTIONS = ("-nolisten", "tcp", "-noreset")
PATIENCE = 30.0  # seconds for the server to start, and to end


class NoScreen(Exception):
    """The X server does not start; the text says why."""


@contextmanager
def virtual_screen(size: str = SIZE, environment: Mapping[str, str] = os.environ) -> Iterator[dict[str, str]]:
    """The environment for programs that shall use a display of their own, which is there within the block.

    `environment` is what it is made from. The server picks a free number itself and ends with this process, however
    that ends.
    """
    reading, writing = os.pipe()
    # a session of its own, so that Ctrl-C ends the program first and its display afterwards
    server = subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", "Xvfb", "-displayfd", str(writing), "-screen", "0", size, *OPTIONS],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(writing,),
        start_new_session=True,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()  # nothing when the server ended
        if not number:
            raise NoScreen("Xvfb does not start: is the package xvfb installed and /tmp writable?")
        yield {**_without_users_display(environment), "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
    finally:
        server.terminate()
        try:
            server.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _without_users_display(environment: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in environment.items() if key not in ("WAYLAND_DISPLAY", "XAUTHORITY")}


def main(command: list[str]) -> int:
    """Run the command on a display of its own; its exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with virtual_screen() as environment:
            code = subprocess.run(command, env=environment, check=False).returncode
            return code if code >= 0 else 128 - code  # a signal, as shells say it
    except NoScreen as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
