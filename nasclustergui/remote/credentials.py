"""What a login may have to ask a person, and the answers, kept in memory only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from nasclustergui.core.command import Secret

Question = tuple[str, ...]


class Credentials(Protocol):
    """Answers a login's questions, from the keyring or by a dialog. None: the user has no answer.

    Called from worker threads, one question at a time, each once until its answer proves wrong.
    Jump hosts ask the same questions, with their own user and host.
    """

    def passphrase(self, key_path: str) -> Secret | None:
        """The passphrase of a private key file."""

    def password(self, user: str, host: str) -> Secret | None:
        """The login password."""

    def sudo_password(self, user: str, host: str) -> Secret | None:
        """The password that sudo asks for."""

    def answer(self, user: str, host: str, prompt: str) -> Secret | None:
        """Another question of the server, for instance a one-time code."""

    def wrong(self, kind: str, *who: str) -> None:
        """An answer was refused: forget it. `kind` is the method's name, `who` its arguments."""


class NoCredentials:
    """Knows nothing: only keys without passphrase and the SSH agent log in."""

    def passphrase(self, key_path: str) -> Secret | None:
        """None."""
        return None

    def password(self, user: str, host: str) -> Secret | None:
        """None."""
        return None

    def sudo_password(self, user: str, host: str) -> Secret | None:
        """None."""
        return None

    def answer(self, user: str, host: str, prompt: str) -> Secret | None:
        """None."""
        return None

    def wrong(self, kind: str, *who: str) -> None:
        """Nothing to forget."""


class Answers:
    """Asks every question once, one after the other, and remembers the answers as long as it lives."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._known: dict[Question, Secret | None] = {}
        self._asking = threading.Lock()

    def _ask(self, question: Question, ask: Callable[[], Secret | None]) -> Secret | None:
        with self._asking:
            if question not in self._known:
                self._known[question] = ask()
            return self._known[question]

    def passphrase(self, key_path: str) -> Secret | None:
        """See `Credentials`."""
        return self._ask(("passphrase", key_path), lambda: self._credentials.passphrase(key_path))

    def password(self, user: str, host: str) -> Secret | None:
        """See `Credentials`."""
        return self._ask(("password", user, host), lambda: self._credentials.password(user, host))

    def sudo_password(self, user: str, host: str) -> Secret | None:
        """See `Credentials`."""
        return self._ask(("sudo_password", user, host), lambda: self._credentials.sudo_password(user, host))

    def one_time(self, user: str, host: str, prompt: str) -> Secret | None:
        """The answer to a question of the server; asked anew every time."""
        with self._asking:
            return self._credentials.answer(user, host, prompt)

    def wrong(self, kind: str, *who: str) -> None:
        """That answer was refused."""
        self._known.pop((kind, *who), None)
        self._credentials.wrong(kind, *who)

    def ask_again(self) -> None:
        """Forget which questions the user left unanswered."""
        for question in [q for q, answer in self._known.items() if answer is None]:
            self._known.pop(question, None)
