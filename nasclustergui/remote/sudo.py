"""Acting as root through sudo: the password goes to its stdin, when it asks and only then."""

from __future__ import annotations

import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import SudoRefused
from nasclustergui.core.i18n import _
from nasclustergui.remote.credentials import Answers
from nasclustergui.remote.prompt import AskedTwice, Prompt
from nasclustergui.remote.waiting import Slots, Watch

Execute = Callable[[str, bytes, Prompt | None], Result]

REMEMBERED = 512  # command lines that are known to need the password
_NEEDS_PASSWORD = re.compile(r"a password is required|interactive authentication is required|terminal is required")
_TTY = re.compile(r"must have a tty")
_WRONG = re.compile(r"incorrect password attempt|Authentication failed|no password was provided|Maximum \d+ incorrect")
_NOT_ALLOWED = re.compile(r"not in the sudoers file|is not allowed to|may not run sudo|I'm sorry .*\. I'm afraid")
_BROKEN = re.compile(
    r"must be owned by uid 0|no new privileges|effective uid is not 0|unable to initialize|no valid sudoers"
)


class Sudo:
    """Root on one node. Thread-safe.

    A command runs with `sudo -n` first. If that needs a password, it hasn't run; it runs then with
    `sudo -k -S`: -k so that sudo asks even if it still remembers us, -S to read stdin. The password is
    sent when sudo's question arrives, so a command that needs none never gets it as its own input.
    After a wrong password none is tried until `ask_again`: repeating a wrong password could lock the account.
    """

    def __init__(self, node: str, answers: Answers) -> None:
        self._node, self._answers = node, answers
        self._needs_password: OrderedDict[tuple[str, ...], None] = OrderedDict()
        self._refused: SudoRefused | None = None
        self._one = Slots(1)
        self._proven = False

    def ask_again(self) -> None:
        """Forget a refusal."""
        self._refused = None

    def run(
        self, command: Command, user: str, host: str, execute: Execute, watch: Watch, *, quiet: bool = False
    ) -> Result:
        """Run as root; `execute` runs a command line. Raises SudoRefused, and what `execute` raises.

        `quiet`: ask nobody, and send no password that wasn't accepted before.
        """
        if command.argv not in self._needs_password:
            result = execute(f"sudo -n -- {command.line()}", command.input(), None)
            said = _complaint(result)
            if not _NEEDS_PASSWORD.search(said):
                return self._judged(result, said, user, host)
            self._remember(command.argv)
        if quiet and not self._proven:
            raise self._error(_("{user} needs a password to act as root").format(user=user), "", "")
        self._prove(user, host, execute, watch)
        return self._with_password(f"-- {command.line()}", command.input(), user, host, execute)

    def _remember(self, argv: tuple[str, ...]) -> None:
        self._needs_password[argv] = None
        if len(self._needs_password) > REMEMBERED:
            self._needs_password.popitem(last=False)

    def _prove(self, user: str, host: str, execute: Execute, watch: Watch) -> None:
        """Ask for the password and try it out, one thread at a time: a wrong one is sent once, not by every thread."""
        if self._proven:
            return
        self._one.acquire(watch)
        try:
            if self._refused is not None:
                raise self._refused.with_traceback(None)
            if not self._proven:
                asked = time.monotonic()
                self._answers.sudo_password(user, host)
                watch.extend(time.monotonic() - asked)
                self._with_password("-v", b"", user, host, execute)
                self._proven = True
        finally:
            self._one.release()

    def _with_password(self, what: str, stdin: bytes, user: str, host: str, execute: Execute) -> Result:
        password = self._answers.sudo_password(user, host)
        if not password:
            raise self._refuse(
                _("{user} needs a password to act as root").format(user=user),
                _("Connect again to enter it, or log in as root."),
            )
        mark = f"[{secrets.token_hex(8)}]"
        prompt = Prompt(mark.encode(), lambda: password.reveal().encode("utf-8", "surrogateescape") + b"\n")
        try:
            result = execute(f"sudo -k -S -p {mark!r} {what}", stdin, prompt)
        except AskedTwice:
            raise self._wrong(user, host, "") from None
        return self._judged(result, _complaint(result), user, host)

    def _judged(self, result: Result, said: str, user: str, host: str) -> Result:
        """The result, unless it is sudo's own refusal."""
        if not said:
            return result
        if _WRONG.search(said):
            raise self._wrong(user, host, said)
        if _TTY.search(said):
            raise self._error(
                _("sudo wants a terminal there, which programs don't have"),
                _("Remove “requiretty” for {user} from the node's sudoers file.").format(user=user),
                said,
            )
        if _NOT_ALLOWED.search(said):
            raise self._error(
                _("{user} may not act as root").format(user=user),
                _("Allow it in the node's sudoers file, or log in as another user."),
                said,
            )
        if _BROKEN.search(said):
            raise self._error(_("sudo does not work there"), _("Check its installation on the node."), said)
        return result

    def _wrong(self, user: str, host: str, details: str) -> SudoRefused:
        self._answers.wrong("sudo_password", user, host)
        self._proven = False
        return self._refuse(
            _("the password of {user} for sudo was not accepted").format(user=user),
            _("Connect again to enter it anew. It is not tried again by itself, so no account gets locked."),
            details,
        )

    def _refuse(self, message: str, hint: str, details: str = "") -> SudoRefused:
        """For all commands that need the password, until `ask_again`."""
        self._refused = self._error(message, hint, details)
        return self._refused

    def _error(self, message: str, hint: str, details: str) -> SudoRefused:
        return SudoRefused(self._node, message, hint=hint, details=details)


def _complaint(result: Result) -> str:
    """What sudo itself said instead of running the command, "" if it ran it."""
    if result.status == 127 and "sudo" in result.stderr and not result.stdout:
        return "unable to initialize: " + result.stderr.strip()
    if result.status != 1 or result.stdout:
        return ""
    known = (_NEEDS_PASSWORD, _TTY, _WRONG, _NOT_ALLOWED, _BROKEN)
    lines = [
        line for line in result.stderr.splitlines() if line.startswith(("sudo:", "Sorry, user ")) or _is_verdict(line)
    ]
    return "\n".join(line for line in lines if any(pattern.search(line) for pattern in known))


def _is_verdict(line: str) -> bool:
    return bool(re.match(r"\S+ is not in the sudoers file|I'm sorry ", line))
