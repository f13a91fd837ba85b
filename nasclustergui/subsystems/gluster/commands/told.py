"""An accepted answer in words, for the output of a job: gluster's own sentence where it has one, else "done"."""

from __future__ import annotations

from collections.abc import Mapping

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.commands.answer import Answer
from nasclustergui.subsystems.gluster.commands.understand import understand

SAYS_NOTHING = frozenset({"", "success"})
SHOWN_LINES = 5  # of what other programs print


def told(command: Command, result: Result) -> tuple[str, ...]:
    """A line for a person, never XML. Never raises: an answer that can't be read is said to be so."""
    if command.argv[0] != "gluster":  # systemctl, cp …: most say nothing
        return tuple(result.stdout.strip().splitlines()[-SHOWN_LINES:]) or (_("done"),)
    try:
        found = understand(Answer(command, result))
    except NasError as error:
        return (str(error),)
    said = _sentence(found).strip().partition("\n")[0].strip()  # further lines only recommend other commands
    return (_("done") if said.lower() in SAYS_NOTHING else said,)


def _sentence(found: object) -> str:
    """What gluster wrote beside the numbers."""
    if isinstance(found, str):
        return found
    if isinstance(found, Mapping):
        texts = (found.get(name) for name in ("output", "opErrstr"))
        return next((text for text in texts if isinstance(text, str) and text), "")
    return ""
