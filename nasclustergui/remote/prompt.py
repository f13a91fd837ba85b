"""A question that a command asks on stderr, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class AskedTwice(Exception):
    """The command asked again: the first answer was wrong. Never leaves `remote/`."""


@dataclass(frozen=True)
class Prompt:
    """Attributes:
    mark: the question's text, cut out of the output together with all before it.
    answer: what to send when the question was seen, with its newline. Never shown.
    """

    mark: bytes
    answer: Callable[[], bytes]
