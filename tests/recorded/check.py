"""Run the parsers over a folder of recordings: `python -m tests.recorded.check gluster DIR`.

Prints a line per recording: its name, a tab, and `ok`, `error: CLASS: SENTENCE` (the service refused, or its answer
can't be trusted) or `CRASH: …` (a mistake of ours). The exit status is 1 if anything crashed, else 0.

`--record` also writes these lines to DIR/EXPECTED.tsv, which the tests compare with; read the difference before you
commit it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from nasclustergui.core.errors import NasError
from nasclustergui.subsystems.gluster.commands.answer import Answer
from nasclustergui.subsystems.gluster.commands.understand import understand
from tests.recorded.folder import Recording, recordings


def gluster(recording: Recording) -> object:
    """What the app makes of a recording of the gluster CLI."""
    return understand(Answer(recording.command, recording.result, recording.node))


EXPECTED = "EXPECTED.tsv"
SUBSYSTEMS: dict[str, Callable[[Recording], object]] = {"gluster": gluster}


def verdict(subsystem: str, recording: Recording) -> str:
    """`ok`, `error: …` or `CRASH: …`, in one line."""
    try:
        SUBSYSTEMS[subsystem](recording)
    except NasError as error:
        return _line(f"error: {type(error).__name__}: {error}")
    except Exception as error:  # a crash is what we are here to find
        return _line(f"CRASH: {type(error).__name__}: {error}")
    return "ok"


def check(subsystem: str, folder: Path) -> dict[str, str]:
    """Verdict per recording."""
    return {recording.name: verdict(subsystem, recording) for recording in recordings(folder)}


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.recorded.check", description=__doc__)
    parser.add_argument("subsystem", choices=sorted(SUBSYSTEMS))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--record", action="store_true", help=f"also write them to DIR/{EXPECTED}")
    wanted = parser.parse_args(arguments)
    if not wanted.folder.is_dir():
        parser.error(f"{wanted.folder} is no folder")
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    lines = [f"{name}\t{said}" for name, said in check(wanted.subsystem, wanted.folder).items()]
    print("\n".join(lines))
    if wanted.record:
        (wanted.folder / EXPECTED).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return int(any("\tCRASH" in line for line in lines))


def _line(text: str) -> str:
    return " ".join(text.encode("utf-8", "backslashreplace").decode().split())


if __name__ == "__main__":
    sys.exit(main())
