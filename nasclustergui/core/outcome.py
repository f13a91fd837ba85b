"""What became of each step of a plan, in data and in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from nasclustergui.core.i18n import _

KEPT = 4096  # characters kept of each end of an output


class StepState(StrEnum):
    """How far a step got."""

    NOT_RUN = "not run"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"  # it may have happened or not
    UNDONE = "undone"


@dataclass(frozen=True)
class StepOutcome:
    """One step of a plan that ran, or didn't.

    Attributes:
        number: from 1. exit_code: of the command, None where nothing came back.
        output: what the command printed, shortened in the middle, secrets as "***".
    """

    number: int
    title: str
    node: str
    state: StepState = StepState.NOT_RUN
    exit_code: int | None = None
    output: str = ""


def progress_text(outcomes: Sequence[StepOutcome]) -> str:
    """What was done and what wasn't, for a plan that ended early; "" where its only step says it all."""
    if all(o.state is StepState.NOT_RUN for o in outcomes):
        return _("Nothing was done.")
    if len(outcomes) == 1 and outcomes[0].state in (StepState.FAILED, StepState.UNKNOWN):
        return ""
    sentences = {
        StepState.DONE: _("Done: {steps}."),
        StepState.UNDONE: _("Taken back: {steps}."),
        StepState.FAILED: _("Failed: {steps}."),
        StepState.RUNNING: _("Begun: {steps}."),
        StepState.UNKNOWN: _("Not known: {steps}."),
        StepState.NOT_RUN: _("Not run: {steps}."),
    }
    said = []
    for state, sentence in sentences.items():
        steps = "; ".join(f"{o.number} {o.title}" for o in outcomes if o.state is state)
        if steps:
            said.append(sentence.format(steps=steps))
    return " ".join(said)


def shortened(text: str) -> str:
    """The text, with its middle left out where it is long."""
    left_out = len(text) - 2 * KEPT
    if left_out <= 0:
        return text
    mark = "\n" + _("[{n} characters left out]").format(n=left_out) + "\n"
    return text[:KEPT] + mark + text[-KEPT:]
