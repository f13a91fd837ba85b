"""A question that a login puts to a person, and the answer: for a dialog, or a terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from nasclustergui.core.command import Secret


class QuestionKind(StrEnum):
    """What is asked for."""

    PASSPHRASE = "passphrase"  # of a private key file
    PASSWORD = "password"  # of the login
    SUDO_PASSWORD = "sudo_password"
    ETCD_PASSWORD = "etcd_password"
    ANSWER = "answer"  # a one-time code or whatever the server wants to know


@dataclass(frozen=True)
class Question:
    """What to ask.

    Attributes:
        text: the whole question, a sentence.
        subject: "admin@10.0.0.1", the key's path, or etcd's user and cluster.
        again: the answer given before was wrong.
        can_remember: the answer may be kept in the system's keyring; `no_memory` says why not.
    """

    kind: QuestionKind
    text: str
    subject: str
    again: bool = False
    can_remember: bool = False
    no_memory: str = ""


@dataclass(frozen=True)
class Answer:
    """What the person typed, and whether to keep it in the system's keyring."""

    secret: Secret
    remember: bool = False


Ask = Callable[[Question], Answer | None]
"""Puts a question to a person, from any thread but the GUI's, and waits; None: no answer."""
