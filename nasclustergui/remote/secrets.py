"""Passwords and passphrases: in the system's keyring if it has one, else in memory only; never in a file of ours.

The keyring may open a dialog of its own and wait for the person: never call this from the GUI's thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from nasclustergui.core.command import Secret
from nasclustergui.core.i18n import _
from nasclustergui.core.questions import Ask, Question, QuestionKind

SERVICE = "nasclustergui"


class Keyring(Protocol):
    """The part of a `keyring` backend that is used. Its methods raise whatever the system makes of it."""

    def get_password(self, service: str, username: str) -> str | None:
        """The stored text."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store it."""

    def delete_password(self, service: str, username: str) -> None:
        """Forget it."""


def system_keyring() -> Keyring | None:
    """The system's keyring; None where there is none, or only one that would write plain text."""
    import keyring  # slow, and only needed once somebody asks for a password

    backend = keyring.get_keyring()
    for candidate in getattr(backend, "backends", [backend]):
        kind = type(candidate)
        harmless = kind.__module__ not in ("keyring.backends.fail", "keyring.backends.null")
        if harmless and "Plaintext" not in kind.__name__:
            return candidate  # type: ignore[no-any-return]
    return None


class SecretStore:
    """Secrets by key ("ssh:admin@10.0.0.1"), remembered for the session, and beyond it if wanted and possible.

    Thread-safe. `load` finds the keyring at the first use.
    """

    def __init__(self, load: Callable[[], Keyring | None] = system_keyring) -> None:
        self._load = load
        self._known: dict[str, Secret] = {}
        self._lock = threading.RLock()
        self._keyring: Keyring | None = None
        self._loaded = False
        self._problem = ""

    @property
    def problem(self) -> str:
        """Why secrets last only as long as the program runs, a sentence; "" if the keyring works."""
        with self._lock:
            self._find()
            return self._problem

    def get(self, key: str) -> Secret | None:
        """The secret, None if nobody stored one."""
        with self._lock:
            if key in self._known:
                return self._known[key]
            keyring = self._find()
            if keyring is None:
                return None
            try:
                text = keyring.get_password(SERVICE, key)
            except Exception as error:  # backends raise all kinds: D-Bus, Win32, Keychain …
                self._failed(error)
                return None
            if text is None:
                return None
            self._known[key] = Secret(text)
            return self._known[key]

    def put(self, key: str, secret: Secret, *, remember: bool) -> bool:
        """Keep it for the session; with `remember` in the keyring too. False if that failed: see `problem`."""
        with self._lock:
            self._known[key] = secret
            if not remember:
                return True
            keyring = self._find()
            if keyring is None:
                return False
            try:
                keyring.set_password(SERVICE, key, secret.reveal())
            except Exception as error:
                self._failed(error)
                return False
            return True

    def forget(self, key: str) -> None:
        """It was wrong, or isn't wanted any more: out of memory and keyring."""
        with self._lock:
            self._known.pop(key, None)
            keyring = self._find()
            if keyring is None:
                return
            try:
                if keyring.get_password(SERVICE, key) is not None:
                    keyring.delete_password(SERVICE, key)
            except Exception as error:
                self._failed(error)

    def _find(self) -> Keyring | None:
        if not self._loaded:
            self._loaded = True
            try:
                self._keyring = self._load()
            except Exception as error:
                self._failed(error)
            if self._keyring is None and not self._problem:
                self._problem = _("This system has no keyring: passwords are kept only while the program runs.")
        return self._keyring

    def _failed(self, error: Exception) -> None:
        """Do without the keyring from now on: it would fail, or ask, every time."""
        self._keyring = None
        self._problem = _(
            "The system's keyring cannot be used ({reason}): passwords are kept only while the program runs."
        ).format(reason=str(error) or type(error).__name__)


class StoredCredentials:
    """Answers a login's questions from the store, else by asking the person (`ask`). Fits `Credentials`."""

    def __init__(self, store: SecretStore, ask: Ask | None = None) -> None:
        self._store, self._ask = store, ask
        self._wrong: set[str] = set()

    def passphrase(self, key_path: str) -> Secret | None:
        """The passphrase of a private key file."""
        text = _("Passphrase of the key {path}").format(path=key_path)
        return self._answer(QuestionKind.PASSPHRASE, (key_path,), text)

    def password(self, user: str, host: str) -> Secret | None:
        """The login password."""
        text = _("Password of {user} on {host}").format(user=user, host=host)
        return self._answer(QuestionKind.PASSWORD, (user, host), text)

    def sudo_password(self, user: str, host: str) -> Secret | None:
        """The password that sudo asks for."""
        text = _("Password of {user} for sudo on {host}").format(user=user, host=host)
        return self._answer(QuestionKind.SUDO_PASSWORD, (user, host), text)

    def etcd_password(self, user: str, cluster: str) -> Secret | None:
        """The password of etcd's own user."""
        text = _("Password of etcd's user {user} in {cluster}").format(user=user, cluster=cluster)
        return self._answer(QuestionKind.ETCD_PASSWORD, (user, cluster), text)

    def answer(self, user: str, host: str, prompt: str) -> Secret | None:
        """Another question of the server; never stored."""
        if self._ask is None:
            return None
        printable = "".join(c for c in prompt if c.isprintable())
        text = _("{host} asks {user}: {prompt}").format(host=host, user=user, prompt=printable)
        answer = self._ask(Question(QuestionKind.ANSWER, text, f"{user}@{host}"))
        return answer.secret if answer else None

    def wrong(self, kind: str, *who: str) -> None:
        """An answer was refused: forget it. `kind` is the method's name, `who` its arguments."""
        key = secret_key(QuestionKind(kind), *who)
        self._wrong.add(key)
        self._store.forget(key)

    def _answer(self, kind: QuestionKind, who: tuple[str, ...], text: str) -> Secret | None:
        key = secret_key(kind, *who)
        known = self._store.get(key)
        if known is not None or self._ask is None:
            return known
        problem = self._store.problem
        question = Question(kind, text, "@".join(who), key in self._wrong, not problem, problem)
        answer = self._ask(question)
        if answer is None:
            return None
        self._store.put(key, answer.secret, remember=answer.remember)
        return answer.secret


def secret_key(kind: QuestionKind, *who: str) -> str:
    """The name in the keyring: "key:/path", "ssh:user@host", "sudo:user@host", "etcd:user@cluster"."""
    prefix = {
        QuestionKind.PASSPHRASE: "key",
        QuestionKind.PASSWORD: "ssh",
        QuestionKind.SUDO_PASSWORD: "sudo",
        QuestionKind.ETCD_PASSWORD: "etcd",
        QuestionKind.ANSWER: "answer",
    }[kind]
    return f"{prefix}:{'@'.join(who)}"
