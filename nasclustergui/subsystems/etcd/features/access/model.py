"""Users and roles as they are now, and what they amount to in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nasclustergui.core.errors import InvalidInput, StoreError
from nasclustergui.core.i18n import _
from nasclustergui.remote.etcd_types import prefix_end, printable
from nasclustergui.remote.etcd_users import Permission

ROOT = "root"  # etcd's one user, and role, that may do everything
WEAK, FAIR, STRONG = range(3)


@dataclass(frozen=True)
class User:
    """A user and its roles, both by name."""

    name: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Role:
    """A role and what it may do. The role root may do everything without any permission."""

    name: str
    permissions: tuple[Permission, ...] = ()


@dataclass(frozen=True)
class Survey:
    """One reading.

    Attributes:
        auth: etcd asks for a login. users, roles: () where `error` says why they could not be read.
        own: the user this program logs in as by the profile: by password, or by its certificate's name; "" for none.
        admin: who signed in for administration, "" for nobody.
        by_certificate: the profile names no user, so the certificate's name counts.
        read_at: Unix time.
    """

    auth: bool
    users: tuple[User, ...] = ()
    roles: tuple[Role, ...] = ()
    own: str = ""
    admin: str = ""
    by_certificate: bool = False
    error: StoreError | None = None
    read_at: float = 0.0

    def user(self, name: str) -> User | None:
        """By name."""
        return next((user for user in self.users if user.name == name), None)

    def role(self, name: str) -> Role | None:
        """By name."""
        return next((role for role in self.roles if role.name == name), None)

    def users_of(self, role: str) -> tuple[str, ...]:
        """Who has it."""
        return tuple(user.name for user in self.users if role in user.roles)

    @property
    def acting(self) -> str:
        """Who administrates now."""
        return self.admin or self.own

    def has_root(self) -> bool:
        """The user root is there and has the role root: etcd's condition for authentication."""
        user = self.user(ROOT)
        return user is not None and ROOT in user.roles


def permission(kind: str, scope: str, key: str, end: str = "") -> Permission:
    """From what a person chose. `scope`: "key", "prefix", "range" or "all". Raises InvalidInput."""
    if scope == "all":
        return Permission(kind, b"\0", b"\0")
    if not key:
        raise InvalidInput(_("Name the key."), field="key")
    start = key.encode("utf-8", "surrogateescape")
    if scope == "prefix":
        return Permission(kind, start, prefix_end(start))
    if scope == "range":
        stop = end.encode("utf-8", "surrogateescape")
        if stop <= start:
            raise InvalidInput(_("The range's end must sort behind its beginning."), field="end")
        return Permission(kind, start, stop)
    return Permission(kind, start)


def range_text(allowed: Permission) -> str:
    """The keys in words: "everything below /cluster/"."""
    key, end = allowed.key, allowed.end
    if (key, end) == (b"\0", b"\0"):
        return _("every key")
    if not end:
        return _("the key {key}").format(key=printable(key))
    if end == b"\0":
        return _("every key from {key} on").format(key=printable(key))
    if end == prefix_end(key):
        below = _("everything below {key}") if key.endswith(b"/") else _("every key that begins with {key}")
        return below.format(key=printable(key))
    return _("the keys from {key} to before {end}").format(key=printable(key), end=printable(end))


def kind_text(kind: str) -> str:
    """ "read and write"."""
    return {"read": _("read"), "write": _("write"), "readwrite": _("read and write")}[kind]


def permission_text(allowed: Permission) -> str:
    """ "read and write everything below /cluster/"."""
    return _("{kind} {range}").format(kind=kind_text(allowed.kind), range=range_text(allowed))


def in_sum(roles: Iterable[Role | None]) -> tuple[Permission, ...]:
    """What several roles amount to: what another one includes is left out."""
    every = list(dict.fromkeys(p for role in roles if role is not None for p in role.permissions))
    return tuple(p for p in every if not any(other != p and _includes(other, p) for other in every))


def sum_text(user: User, survey: Survey) -> str:
    """What a user may do, in words."""
    if ROOT in user.roles:
        return _("everything, and administrate etcd")
    found = in_sum(survey.role(name) for name in user.roles)
    return "; ".join(permission_text(p) for p in found) or _("nothing")


def _includes(wide: Permission, narrow: Permission) -> bool:
    if wide.kind not in ("readwrite", narrow.kind):
        return False
    return wide.key <= narrow.key and (wide.end == b"\0" or (_end(narrow) <= _end(wide) and narrow.end != b"\0"))


def _end(allowed: Permission) -> bytes:
    return allowed.end or allowed.key + b"\0"


def strength(password: str) -> int:
    """WEAK, FAIR or STRONG, by length and variety; a hint, no judgement."""
    kinds = sum((any(map(str.islower, password)), any(map(str.isupper, password)), any(map(str.isdigit, password))))
    kinds += any(not c.isalnum() for c in password)
    if len(password) < 8 or len(set(password)) < 5:
        return WEAK
    return STRONG if len(password) >= 16 or (len(password) >= 12 and kinds >= 3) else FAIR
