"""Reading from and writing to the person's terminal."""

from __future__ import annotations

import getpass
import json
import sys
import threading
from typing import Any

from nasclustergui.core.command import Secret
from nasclustergui.core.errors import NasError
from nasclustergui.core.questions import Answer, Question

_asking = threading.Lock()


def prepare() -> None:
    """Names need not be UTF-8 and terminals need not know every letter: show what can't be shown as \\x…."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def interactive() -> bool:
    """True if a person can be asked: both ends are a terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def say(text: str = "") -> None:
    """A line of the result."""
    print(text, flush=True)


def note(text: str) -> None:
    """A line for the person that isn't the result."""
    print(text, file=sys.stderr, flush=True)


def say_json(data: Any) -> None:
    """One JSON object; ASCII only, so that it survives any encoding."""
    print(json.dumps(data, indent=2), flush=True)


def tell(error: NasError) -> None:
    """The error's sentence, what to do and the evidence, on the error stream."""
    note(str(error))
    if error.hint:
        note(f"  {error.hint}")
    for line in error.details.splitlines():
        note(f"  | {line}")


def error_data(error: NasError) -> dict[str, str]:
    """The error for JSON."""
    return {"error": str(error), "hint": error.hint, "details": error.details}


def ask_line(question: str) -> str:
    """A line that the person types; "" at the end of input."""
    print(question, end="", file=sys.stderr, flush=True)
    try:
        return input()
    except EOFError:
        return ""


def ask_secret(question: Question) -> Answer | None:
    """Put a login's question to the person at the terminal; None where there is none. Nothing is remembered."""
    if not interactive():
        return None
    with _asking:
        try:
            typed = getpass.getpass(f"{question.text}: ")
        except EOFError:
            return None
    return Answer(Secret(typed)) if typed else None
