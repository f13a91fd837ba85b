"""What the command line's exit status says; documented in docs/user/command-line.md."""

from __future__ import annotations

from enum import IntEnum

from nasclustergui.core.errors import (
    AuditFailed,
    Cancelled,
    InvalidInput,
    LockHeld,
    LockLost,
    NodeError,
    NotConfirmed,
    OutcomeUnknown,
    ReadOnly,
    ServiceDown,
    StoreError,
)


class Exit(IntEnum):
    """Exit statuses. 130 and 143 are what a shell expects of a program ended by Ctrl-C and SIGTERM."""

    OK = 0
    FAILED = 1  # the cluster said no, or the plan is outdated
    INVALID = 2  # a wrong argument, profile or name
    UNREACHABLE = 3  # no connection, no login, or the service does not answer
    REFUSED = 4  # read-only, not confirmed, or nothing can be recorded
    CANCELLED = 5  # the work was cancelled from elsewhere
    UNKNOWN = 6  # the connection broke while a change ran
    LOCKED = 7  # another administrator's change holds the cluster
    BUG = 70  # a mistake in this program
    INTERRUPTED = 130
    TERMINATED = 143


_BY_ERROR: tuple[tuple[type[BaseException], Exit], ...] = (
    (Cancelled, Exit.CANCELLED),
    (OutcomeUnknown, Exit.UNKNOWN),
    (InvalidInput, Exit.INVALID),
    (NodeError, Exit.UNREACHABLE),
    (ServiceDown, Exit.UNREACHABLE),
    (StoreError, Exit.UNREACHABLE),
    (ReadOnly, Exit.REFUSED),
    (NotConfirmed, Exit.REFUSED),
    (AuditFailed, Exit.REFUSED),
    (LockHeld, Exit.LOCKED),
    (LockLost, Exit.LOCKED),
)


def exit_code(error: BaseException) -> Exit:
    """The status for an error of ours; FAILED for those without one of their own."""
    if isinstance(error, StoreError) and error.refused:
        return Exit.FAILED
    return next((code for kind, code in _BY_ERROR if isinstance(error, kind)), Exit.FAILED)
