"""Runs a command of the person's own on this workstation, with our terminal."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _

_LOOK = 0.2  # seconds


def run_here(argv: Sequence[str], environment: Mapping[str, str], lost: Callable[[], bool]) -> int:
    """Run it to its end; its exit status, 128 + n if signal n ended it.

    `environment` is added to ours. It gets SIGTERM once `lost()` says that what it relied on is gone, and when we get
    one. Ctrl-C reaches it by the terminal, so ours is ignored meanwhile. Only in the main thread. Raises InvalidInput
    if it can't be started.
    """
    try:
        process = subprocess.Popen(list(argv), env={**os.environ, **environment})
    except OSError as error:
        raise InvalidInput(
            _("“{command}” cannot be started: {reason}").format(command=argv[0], reason=error.strerror), field="command"
        ) from error
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: _end(process))
    try:
        return _wait(process, lost)
    finally:
        signal.signal(signal.SIGTERM, before)


def _wait(process: subprocess.Popen[bytes], lost: Callable[[], bool]) -> int:
    told = False
    while True:
        try:
            status = process.wait(_LOOK)
        except subprocess.TimeoutExpired:
            if not told and lost():
                told = True
                _end(process)
        except KeyboardInterrupt:
            continue
        else:
            return status if status >= 0 else 128 - status


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
