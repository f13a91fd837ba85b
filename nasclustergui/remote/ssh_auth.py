"""Logging in: agent, key files, password, questions of the server; each refusal as one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import paramiko

from nasclustergui.core.command import Secret
from nasclustergui.core.errors import LoginRefused, Unreachable
from nasclustergui.core.i18n import _
from nasclustergui.remote.credentials import Answers
from nasclustergui.remote.ssh_config import Hop
from nasclustergui.remote.ssh_keys import KeyFiles, KeyProblem, agent_keys, public_part
from nasclustergui.remote.ssh_transport import SshTransport

TYPING_TIME = 110.0  # seconds for a one-time code: sshd's LoginGraceTime is 120


class SecretRefused(LoginRefused):
    """A password or a passphrase was wrong: never try it again unasked, that could lock the account."""


class Login:
    """Logs connections in. One for all nodes, so that nothing is asked twice. Thread-safe."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self._files = KeyFiles(answers)

    def log_in(self, transport: SshTransport, node: str, hop: Hop) -> None:
        """Return when the server let us in. Raises LoginRefused, or Unreachable if the connection broke."""
        attempt = _Attempt(self, transport, node, hop)
        try:
            attempt.run()
        except paramiko.AuthenticationException as error:
            if not transport.is_active() and not transport.goodbye:  # not a refusal: the network or the node went away
                raise Unreachable(node, _("the connection broke during the login"), details=str(error)) from error
            raise attempt.refused(transport.goodbye or str(error)) from error
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise Unreachable(node, _("the connection broke during the login"), details=str(error)) from error
        transport.user = hop.user

    def keys(self, hop: Hop, problems: list[KeyProblem]) -> Iterator[paramiko.PKey]:
        """Keys to offer, the likeliest first: the agent's that a named file describes, its others, the files."""
        with agent_keys() if hop.agent else _no_keys() as held:
            wanted = {public_part(path): path for path in hop.identity_files}
            described = [key for key in held if bytes(key.asbytes()) in wanted]
            yield from described
            if not hop.identities_only:
                yield from (key for key in held if key not in described)
            offered = {wanted[bytes(key.asbytes())] for key in described}
            for path in hop.identity_files:
                if path in offered or not (hop.named or path.exists()):
                    continue
                try:
                    yield self._files.load(path)
                except KeyProblem as problem:
                    problems.append(problem)


class _Attempt:
    """One login. The methods end it by returning True, or raise AuthenticationException."""

    def __init__(self, login: Login, transport: SshTransport, node: str, hop: Hop) -> None:
        self.login, self.transport, self.node, self.hop = login, transport, node, hop
        self.allowed: Sequence[str] | None = None  # methods that the server would take; None: it didn't say yet
        self.problems: list[KeyProblem] = []
        self.secret_refused = ""

    def run(self) -> None:
        if self._with_keys():
            return
        if self.allowed is None and self._with_nothing():
            return
        while self.allowed and not self._with_secret():
            pass
        if not self.transport.is_authenticated():
            raise paramiko.AuthenticationException("no method is left")

    def _note(self, allowed: Sequence[str]) -> bool:
        """What a method returned: nothing more is needed, or other methods as well."""
        self.allowed = list(allowed)
        return not allowed

    def _with_keys(self) -> bool:
        for key in self.login.keys(self.hop, self.problems):
            try:
                return self._note(self.transport.auth_publickey(self.hop.user, key))
            except paramiko.BadAuthenticationType as error:
                self.allowed = error.allowed_types
                return False
            except paramiko.AuthenticationException:
                if not self.transport.is_active():  # more keys than MaxAuthTries
                    raise
        return False

    def _with_nothing(self) -> bool:
        """Ask which methods there are; a server may also let everybody in."""
        try:
            return self._note(self.transport.auth_none(self.hop.user))
        except paramiko.BadAuthenticationType as error:
            self.allowed = error.allowed_types
            return False

    def _with_secret(self) -> bool:
        allowed = self.allowed or ()
        host = self.hop.host
        if "password" not in allowed and "keyboard-interactive" not in allowed:
            raise paramiko.AuthenticationException("no method is left")
        password = self.login.answers.password(self.hop.user, host)
        if not password:
            raise paramiko.AuthenticationException("no password")
        self.secret_refused = _("the password of {user} was not accepted").format(user=self.hop.user)
        if "password" in allowed:
            rest = self.transport.auth_password(self.hop.user, password.reveal(), fallback=False)
        else:
            rest = self._interactive(password)
        self._forget_secret()
        self.secret_refused = ""
        return self._note(rest)

    def _interactive(self, password: Secret) -> list[str]:
        """Answer the server's questions: the first hidden one is for the password, others go to the user."""
        sent = False

        def answer(_title: str, _instructions: str, fields: list[tuple[str, bool]]) -> list[str]:
            nonlocal sent
            texts = []
            for prompt, shown in fields:
                if not shown and not sent:
                    sent = True
                    texts.append(password.reveal())
                else:
                    given = self.login.answers.one_time(self.hop.user, self.hop.host, prompt.strip())
                    texts.append(given.reveal() if given else "")
            return texts

        self.transport.auth_timeout = TYPING_TIME
        return self.transport.auth_interactive(self.hop.user, answer)

    def _forget_secret(self) -> None:
        handler = self.transport.auth_handler
        if handler is not None:
            handler.password = None

    def refused(self, details: str) -> LoginRefused:
        """The error for the user: the most helpful of what went wrong."""
        self._forget_secret()
        user, host = self.hop.user, self.hop.host
        if self.secret_refused:
            self.login.answers.wrong("password", user, host)
            return SecretRefused(
                self.node,
                self.secret_refused,
                hint=_("Connect again to enter it anew. It is not tried again by itself, so no account gets locked."),
                details=details,
            )
        problem = next((p for p in self.problems if p.secret), next(iter(self.problems), None))
        if problem is not None:
            kind = SecretRefused if problem.secret else LoginRefused
            rest = "\n".join(str(p) for p in self.problems)
            return kind(self.node, str(problem), hint=problem.hint, details=f"{rest}\n{details}")
        return LoginRefused(
            self.node,
            _("{host} does not let {user} in").format(host=host, user=user),
            hint=_("Add your public key there (ssh-copy-id {user}@{host}), or enter the password.").format(
                user=user, host=host
            ),
            details=_("{details}; the server offers: {methods}").format(
                details=details, methods=", ".join(self.allowed or ()) or "—"
            ),
        )


@contextmanager
def _no_keys() -> Iterator[tuple[paramiko.AgentKey, ...]]:
    yield ()
