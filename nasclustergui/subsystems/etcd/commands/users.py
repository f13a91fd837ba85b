"""`etcdctl user …` and `etcdctl role …`. Passwords are read from the input, never part of the words."""

from __future__ import annotations

from nasclustergui.core.command import Command, Secret


def role_add(role: str) -> Command:
    """A role that may nothing yet."""
    return _command("role", "add", role)


def role_grant(role: str, prefix: str) -> Command:
    """Let it read and write what begins with `prefix`."""
    return _command("role", "grant-permission", "--prefix=true", role, "readwrite", prefix)


def user_add(user: str, password: Secret) -> Command:
    """A user without a role."""
    return _command("user", "add", "--interactive=false", user, password=password)


def user_password(user: str, password: Secret) -> Command:
    """Another password."""
    return _command("user", "passwd", "--interactive=false", user, password=password)


def user_grant(user: str, role: str) -> Command:
    """Give it a role."""
    return _command("user", "grant-role", user, role)


def user_delete(user: str) -> Command:
    """No such user any more."""
    return _command("user", "delete", user)


def _command(*words: str, password: Secret | None = None) -> Command:
    return Command(("etcdctl", *words), root=False, secret=password)
