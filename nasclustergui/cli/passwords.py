"""Passwords that a command is given: in a file, on its input, or typed twice."""

from __future__ import annotations

import sys
from pathlib import Path

from nasclustergui.cli.terminal import ask_secret
from nasclustergui.core.command import Secret
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.questions import Question, QuestionKind
from nasclustergui.remote.secrets import SecretStore, StoredCredentials


class GivenPassword(StoredCredentials):
    """Knows the password of one etcd user; everything else as `others` do."""

    def __init__(self, user: str, password: Secret, others: StoredCredentials) -> None:
        super().__init__(SecretStore(lambda: None))
        self._user, self._password, self._others = user, password, others

    def etcd_password(self, user: str, cluster: str) -> Secret | None:
        """The one that was given."""
        return self._password if user == self._user else self._others.etcd_password(user, cluster)

    def passphrase(self, key_path: str) -> Secret | None:
        """See `Credentials`."""
        return self._others.passphrase(key_path)

    def password(self, user: str, host: str) -> Secret | None:
        """See `Credentials`."""
        return self._others.password(user, host)

    def sudo_password(self, user: str, host: str) -> Secret | None:
        """See `Credentials`."""
        return self._others.sudo_password(user, host)

    def answer(self, user: str, host: str, prompt: str) -> Secret | None:
        """See `Credentials`."""
        return self._others.answer(user, host, prompt)

    def wrong(self, kind: str, *who: str) -> None:
        """See `Credentials`; what was given is not kept anywhere."""
        if (kind, who[:1]) != ("etcd_password", (self._user,)):
            self._others.wrong(kind, *who)


def first_line(file: str) -> Secret:
    """The first line of a file, "-" for the input. Raises InvalidInput, without any of the content."""
    try:
        text = sys.stdin.readline() if file == "-" else Path(file).expanduser().read_text("utf-8", "surrogateescape")
    except OSError as error:
        raise InvalidInput(
            _("The password file {file} cannot be read: {reason}.").format(file=file, reason=error.strerror),
            field="password-file",
        ) from error
    line = text.partition("\n")[0].rstrip("\r")
    if not line:
        raise InvalidInput(_("The password file's first line is empty."), field="password-file")
    return Secret(line)


def new_password(user: str, file: str) -> Secret:
    """From the file, else typed twice. Raises InvalidInput where nobody can be asked or the two differ."""
    if file:
        return first_line(file)
    text = _("New password of etcd's user {user}").format(user=user)
    first = ask_secret(Question(QuestionKind.ETCD_PASSWORD, text, user))
    if first is None:
        raise InvalidInput(
            _("Nobody could be asked for the password of etcd's user {user}.").format(user=user),
            field="password-file",
            hint=_("Add --password-file with a file that only you may read, or - for the input."),
        )
    again = ask_secret(Question(QuestionKind.ETCD_PASSWORD, _("Once more"), user))
    if again is None or again.secret != first.secret:
        raise InvalidInput(_("The two passwords differ."), field="password-file")
    return first.secret
