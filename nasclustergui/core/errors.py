"""Everything that can go wrong, as sentences for the person at the screen.

* NasError
  + NodeError            a node could not be used
    - Unreachable        no connection, or it broke
    - NoAnswer           connected, but no answer in time
    - LoginRefused       user, key or password were not accepted
    - HostKeyUnknown     never seen this host before: the user must decide
    - HostKeyChanged     the host shows another key than last time: never connect
    - SudoRefused        the user may not act as root there
  + CommandFailed        a command ran and said no
    - LockBusy           somebody else's operation holds the cluster's lock: try again
  + UnexpectedOutput     a command or an API answered something we cannot read
  + ServiceDown          the daemon that should answer does not run or hangs
  + StoreError           etcd said no, or has no quorum
  + InvalidInput         a form, a profile or an argument holds a value that cannot work
  + PlanOutdated         the cluster changed since the plan was made
  + ReadOnly             the profile forbids changes
  + NotConfirmed         a risky plan without the name that must be typed
  + OutcomeUnknown       the connection broke while a change ran: it may have happened or not
  + AuditFailed          the record of changes cannot be written: nothing may run unrecorded
  + LockHeld             another administrator's change runs on the cluster: nothing was done
  + LockLost             the cluster's operation lock was lost between two steps: the rest was not run
* Cancelled              not an error: the user asked to stop; shown to nobody

`str(error)` is one sentence for a person, `error.hint` what to do about it, `error.details` the
evidence (command, exit code, stderr). Foreign exceptions are mapped once, in `remote/`, with
`raise … from`.
"""

from __future__ import annotations

from nasclustergui.core.i18n import _


class NasError(Exception):
    """Base class: `str(error)` is the message, `hint` what to do, `details` the evidence."""

    def __init__(self, message: str, *, hint: str = "", details: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        self.details = details


class NodeError(NasError):
    """Something about one node. `node` is its name in the profile.

    Attributes:
        sent: False where it is certain that the command never reached the node; whoever raises it sets that.
            A change whose connection broke after it was sent may have happened or not.
    """

    sent = True

    def __init__(self, node: str, message: str, *, hint: str = "", details: str = "") -> None:
        super().__init__(f"{node}: {message}", hint=hint, details=details)
        self.node = node


class Unreachable(NodeError):
    """No connection to the node, or it broke."""

    def __init__(self, node: str, message: str = "", *, hint: str = "", details: str = "") -> None:
        super().__init__(
            node,
            message or _("no connection"),
            hint=hint or _("Check that the node is powered on and that its SSH port is open."),
            details=details,
        )


class NoAnswer(NodeError):
    """The node is connected but a command gave no answer in time."""


class LoginRefused(NodeError):
    """User, key or password were not accepted."""

    sent = False


class HostKeyUnknown(NodeError):
    """A host never seen before. The user compares the fingerprint and decides.

    Attributes:
        host: what known_hosts calls it ("10.0.0.1" or "[10.0.0.1]:2222").
        key_type: for instance "ssh-ed25519".
        fingerprint: "SHA256:…" as `ssh-keygen -lf` prints it.
        key_base64: the public key, to be stored once accepted.
    """

    sent = False

    def __init__(self, node: str, host: str, key_type: str, fingerprint: str, key_base64: str) -> None:
        super().__init__(
            node,
            _("the host key of {host} is not known").format(host=host),
            hint=_("Compare the fingerprint with the one shown on the node itself, then accept it."),
            details=f"{key_type} {fingerprint}",
        )
        self.host, self.key_type, self.fingerprint, self.key_base64 = host, key_type, fingerprint, key_base64


class HostKeyChanged(NodeError):
    """The host shows another key than the one stored. Never connect.

    Attributes: "" and 0 where there is nothing to remove by hand, as with a revoked key.
        host: what known_hosts calls it. file, line: where the stored key is.
        key_type: of the key that it shows now. stored, shown: fingerprints, "SHA256:…".
    """

    sent = False

    def __init__(
        self,
        node: str,
        message: str,
        *,
        hint: str = "",
        details: str = "",
        host: str = "",
        file: str = "",
        line: int = 0,
        key_type: str = "",
        stored: str = "",
        shown: str = "",
    ) -> None:
        super().__init__(node, message, hint=hint, details=details)
        self.host, self.file, self.line = host, file, line
        self.key_type, self.stored, self.shown = key_type, stored, shown


class SudoRefused(NodeError):
    """The user may not act as root there, or the password was wrong."""

    sent = False


class CommandFailed(NasError):
    """A command ran on a node and said no.

    Attributes:
        node, command, status, stderr: what ran where and what it answered; secrets appear as ***.
    """

    def __init__(
        self,
        node: str,
        command: str,
        status: int,
        stderr: str,
        *,
        message: str = "",
        hint: str = "",
        stdout: str = "",
        about: str = "",
    ) -> None:
        """`about`: the node that `message` speaks of, where that isn't the one that the command ran on."""
        last = next((line.strip() for line in reversed(stderr.splitlines()) if line.strip()), "")
        said = message or last or _("the command ended with exit status {status}").format(status=status)
        super().__init__(f"{about or node}: {said}", hint=hint)
        self.node, self.command, self.status, self.stderr = node, command, status, stderr
        tail = "\n".join(part.rstrip() for part in (stdout, stderr) if part.strip())
        self.details = f"{node}$ {command}\n{tail}\n" + _("exit status {status}").format(status=status)


class LockBusy(CommandFailed):
    """Somebody else's operation holds the cluster's lock."""


class UnexpectedOutput(NasError):
    """A command or an API answered something we cannot read."""


class ServiceDown(NasError):
    """The daemon that should answer does not run, or hangs."""


class StoreError(NasError):
    """etcd said no, has no quorum, or cannot be reached at all.

    `ambiguous`: the change may or may not have been written; the message says so too.
    `login`: user or password are missing or were not accepted.
    `denied`: the user is known, and may not administrate etcd.
    `refused`: etcd answered and said no.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        details: str = "",
        ambiguous: bool = False,
        login: bool = False,
        denied: bool = False,
        refused: bool = False,
    ) -> None:
        super().__init__(message, hint=hint, details=details)
        self.ambiguous, self.login, self.denied, self.refused = ambiguous, login, denied, refused


class InvalidInput(NasError):
    """A form, a profile or an argument holds a value that cannot work. `field` names it."""

    def __init__(self, message: str, *, field: str = "", hint: str = "", details: str = "") -> None:
        super().__init__(message, hint=hint, details=details)
        self.field = field


class PlanOutdated(NasError):
    """The cluster changed since the plan was made; nothing of the step ran."""


class ReadOnly(NasError):
    """The profile forbids changes."""


class NotConfirmed(NasError):
    """The plan asks for a name to be typed first. `expected` is that name; nothing ran."""

    def __init__(self, expected: str) -> None:
        super().__init__(
            _("This change was not confirmed, nothing was done."),
            hint=_("Type “{name}” to confirm it.").format(name=expected),
        )
        self.expected = expected


class OutcomeUnknown(NasError):
    """The connection broke while a change ran: neither a success nor a failure."""


class AuditFailed(NasError):
    """The audit log cannot be written or read."""


class LockHeld(NasError):
    """Another administrator's change runs on the cluster; nothing was done."""


class LockLost(NasError):
    """The plan stopped between two steps, because it no longer holds the cluster's operation lock."""


class Cancelled(Exception):
    """Unwinds an operation that the user asked to stop. Shown to nobody."""
