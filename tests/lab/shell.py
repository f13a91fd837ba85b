"""Runs the host's programs for the lab."""

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence

from tests.lab.paths import MARK_VARIABLE, LabError

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

Completed = subprocess.CompletedProcess[str]


def clean_environment(mark: str = "") -> dict[str, str]:
    """A small environment, so that nothing of the person's own shell reaches the nodes.

    With `mark`, the name of a lab, processes can be found again as that lab's.
    """
    env = {"PATH": PATH, "HOME": "/root", "LC_ALL": "C.UTF-8", "TERM": os.environ.get("TERM", "dumb")}
    if mark:
        env[MARK_VARIABLE] = mark
    return env


def run(
    *argv: str, text: str | None = None, check: bool = True, env: Mapping[str, str] | None = None, timeout: float = 60
) -> Completed:
    """Run one program with `text` as its input; raise LabError with all it said when it fails and `check` is set."""
    source: dict[str, object] = {"stdin": subprocess.DEVNULL} if text is None else {"input": text}
    try:
        done: Completed = subprocess.run(  # type: ignore[call-overload]
            argv, capture_output=True, text=True, errors="replace", env=env, timeout=timeout, check=False, **source
        )
    except FileNotFoundError:
        raise LabError(f"{argv[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise LabError(f"no answer within {timeout:g} s from: {shlex.join(argv)}") from None
    if check and done.returncode:
        raise failure(argv, done)
    return done


def failure(argv: Sequence[str], done: Completed) -> LabError:
    """The error for a program that ended badly."""
    said = (done.stderr + done.stdout).strip()
    return LabError(f"exit code {done.returncode} from: {shlex.join(argv)}" + (f"\n{said}" if said else ""))
