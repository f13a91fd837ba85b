"""`etcdctl user …`, `role …` and `auth …`. Passwords are read from the input, never part of the words.

Keys of a permission stand among the words as etcdctl takes them: KEY, KEY END, `--prefix=true KEY`, `--from-key=true
KEY`. Bytes that aren't UTF-8 are kept (surrogateescape).
"""

from __future__ import annotations

from nasclustergui.core.command import Command, Secret
from nasclustergui.remote.etcd_types import prefix_end, to_bytes
from nasclustergui.remote.etcd_users import Permission

_PREFIX, _FROM = "--prefix=true", "--from-key=true"
_EVERYTHING = (b"\0", b"\0")


def role_add(role: str) -> Command:
    """A role that may nothing yet."""
    return _command("role", "add", role)


def role_delete(role: str) -> Command:
    """No such role any more."""
    return _command("role", "delete", role)


def role_grant(role: str, prefix: str) -> Command:
    """Let it read and write what begins with `prefix`."""
    return _command("role", "grant-permission", _PREFIX, role, "readwrite", prefix)


def role_allow(role: str, allowed: Permission) -> Command:
    """Let it do that."""
    flags, keys = _range(allowed)
    return _command("role", "grant-permission", *flags, role, allowed.kind, *keys)


def role_revoke(role: str, allowed: Permission) -> Command:
    """Take that back."""
    flags, keys = _range(allowed)
    return _command("role", "revoke-permission", *flags, role, *keys)


def user_add(user: str, password: Secret) -> Command:
    """A user without a role."""
    return _command("user", "add", "--interactive=false", user, password=password)


def user_add_certificate(user: str) -> Command:
    """A user that logs in by a client certificate with its name, and by no password."""
    return _command("user", "add", "--no-password", user)


def user_password(user: str, password: Secret) -> Command:
    """Another password."""
    return _command("user", "passwd", "--interactive=false", user, password=password)


def user_grant(user: str, role: str) -> Command:
    """Give it a role."""
    return _command("user", "grant-role", user, role)


def user_revoke(user: str, role: str) -> Command:
    """Take a role from it."""
    return _command("user", "revoke-role", user, role)


def user_delete(user: str) -> Command:
    """No such user any more."""
    return _command("user", "delete", user)


def auth_enable(root_password: Secret) -> Command:
    """Ask for a login from now on. The password is for the proof afterwards, and for the way back."""
    return _command("auth", "enable", password=root_password)


def auth_disable() -> Command:
    """Ask for no login any more."""
    return _command("auth", "disable")


def parse_permission(argv: tuple[str, ...]) -> tuple[str, Permission]:
    """(role, what) of `role grant-permission …` or `role revoke-permission …`; the latter's kind is "readwrite"."""
    flags = {word for word in argv[3:] if word in (_PREFIX, _FROM)}
    words = [word for word in argv[3:] if word not in (_PREFIX, _FROM)]
    role, rest = words[0], words[1:]
    kind, keys = (rest[0], rest[1:]) if argv[2] == "grant-permission" else ("readwrite", rest)
    key = to_bytes(keys[0])
    if _PREFIX in flags:
        start = key or b"\0"
        return role, Permission(kind, start, prefix_end(key) if key else b"\0")
    if _FROM in flags:
        return role, Permission(kind, key or b"\0", b"\0")
    return role, Permission(kind, key, to_bytes(keys[1]) if len(keys) > 1 else b"")


def _range(allowed: Permission) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(flags, keys) as etcdctl takes them."""
    key, end = allowed.key, allowed.end
    if (key, end) == _EVERYTHING:
        return (_PREFIX,), ("",)
    if not end:
        return (), (_text(key),)
    if end == b"\0":
        return (_FROM,), (_text(key),)
    if end == prefix_end(key):
        return (_PREFIX,), (_text(key),)
    return (), (_text(key), _text(end))


def _text(key: bytes) -> str:
    return key.decode("utf-8", "surrogateescape")


def _command(*words: str, password: Secret | None = None) -> Command:
    return Command(("etcdctl", *words), root=False, secret=password)
