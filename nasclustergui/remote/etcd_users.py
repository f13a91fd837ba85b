"""etcd's own users and roles, and whether etcd asks for them. Changes need the role root where authentication is on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nasclustergui.core.command import Secret
from nasclustergui.core.errors import InvalidInput, StoreError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.remote import etcd_messages as wire
from nasclustergui.remote.etcd import EtcdClient
from nasclustergui.remote.etcd_failover import Access
from nasclustergui.remote.etcd_rpc import messages

_KINDS = ("read", "write", "readwrite")  # authpb.Permission.Type (auth.proto) by number
# AuthUserAddRequest.options (field 3) = UserAddOptions{no_password (field 1): true}, of etcd 3.4; the stubs are older.
_NO_PASSWORD = b"\x1a\x02\x08\x01"
_OFF = "authentication is not enabled"


@dataclass(frozen=True)
class Permission:
    """What a role may do with keys.

    Attributes:
        kind: "read", "write" or "readwrite".
        key, end: from `key` to before `end`; end b"" is the one key, b"\\0" all from `key` on (rpc.proto).
    """

    kind: str
    key: bytes
    end: bytes = b""


def prefix_permission(kind: str, prefix: str | bytes) -> Permission:
    """All keys that begin with `prefix`; an empty one is the whole store."""
    return Permission(kind, *wire.span(prefix, prefix=True))


def user_names(client: EtcdClient, job: Job | None = None) -> frozenset[str]:
    """All users. Raises StoreError where the login may not ask."""
    return frozenset(client._call("Auth.UserList", messages().AuthUserListRequest(), Access.READ, job=job).users)


def user_roles(client: EtcdClient, user: str, job: Job | None = None) -> tuple[str, ...]:
    """The roles of a user. Everybody may ask for their own."""
    return tuple(client._call("Auth.UserGet", messages().AuthUserGetRequest(name=user), Access.READ, job=job).roles)


def role_names(client: EtcdClient, job: Job | None = None) -> frozenset[str]:
    """All roles. Raises StoreError where the login may not ask."""
    return frozenset(client._call("Auth.RoleList", messages().AuthRoleListRequest(), Access.READ, job=job).roles)


def role_permissions(client: EtcdClient, role: str, job: Job | None = None) -> tuple[Permission, ...]:
    """What a role may. Everybody may ask for the roles they have."""
    reply = client._call("Auth.RoleGet", messages().AuthRoleGetRequest(role=role), Access.READ, job=job)
    return tuple(Permission(_KINDS[int(p.permType)], bytes(p.key), bytes(p.range_end)) for p in reply.perm)


def role_add(client: EtcdClient, role: str, job: Job | None = None) -> None:
    """A role that may nothing yet."""
    _change(client, "Auth.RoleAdd", messages().AuthRoleAddRequest(name=role), job)


def role_delete(client: EtcdClient, role: str, job: Job | None = None) -> None:
    """No such role any more; users that had it lose it."""
    _change(client, "Auth.RoleDelete", messages().AuthRoleDeleteRequest(role=role), job)


def role_grant(client: EtcdClient, role: str, allowed: Permission, job: Job | None = None) -> None:
    """Let a role do that. What it might with exactly this range before is replaced."""
    perm = {"permType": _KINDS.index(allowed.kind), "key": allowed.key, "range_end": allowed.end}
    request = messages().AuthRoleGrantPermissionRequest(name=role, perm=perm)
    _change(client, "Auth.RoleGrantPermission", request, job)


def role_revoke(client: EtcdClient, role: str, key: bytes, end: bytes, job: Job | None = None) -> None:
    """Take back what a role may with exactly this range.

    Raises InvalidInput for bytes that aren't UTF-8: the stubs are of an etcd that took text there.
    """
    try:
        start, stop = key.decode(), end.decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(
            _("This range is not plain text and cannot be revoked from here."),
            hint=_("Use etcdctl role revoke-permission, or delete the role."),
        ) from error
    request = messages().AuthRoleRevokePermissionRequest(role=role, key=start, range_end=stop)
    _change(client, "Auth.RoleRevokePermission", request, job)


def user_add(client: EtcdClient, user: str, password: Secret | None, job: Job | None = None) -> None:
    """A user without a role yet. `password` None: it logs in by a client certificate that names it (etcd 3.4)."""
    request = messages().AuthUserAddRequest(name=user, password=password.reveal() if password else "")
    if password is None:
        request = type(request).FromString(request.SerializeToString() + _NO_PASSWORD)
    _change(client, "Auth.UserAdd", request, job)


def user_password(client: EtcdClient, user: str, password: Secret, job: Job | None = None) -> None:
    """Another password for a user. Its logins end."""
    request = messages().AuthUserChangePasswordRequest(name=user, password=password.reveal())
    _change(client, "Auth.UserChangePassword", request, job)


def user_grant(client: EtcdClient, user: str, role: str, job: Job | None = None) -> None:
    """Give a user a role. A user that has it already keeps it."""
    _change(client, "Auth.UserGrantRole", messages().AuthUserGrantRoleRequest(user=user, role=role), job)


def user_revoke(client: EtcdClient, user: str, role: str, job: Job | None = None) -> None:
    """Take a role from a user."""
    _change(client, "Auth.UserRevokeRole", messages().AuthUserRevokeRoleRequest(name=user, role=role), job)


def user_delete(client: EtcdClient, user: str, job: Job | None = None) -> None:
    """No such user any more."""
    _change(client, "Auth.UserDelete", messages().AuthUserDeleteRequest(name=user), job)


def auth_enable(client: EtcdClient, job: Job | None = None) -> None:
    """From now on etcd asks for a login. Refused unless the user root has the role root."""
    _change(client, "Auth.AuthEnable", messages().AuthEnableRequest(), job)


def auth_disable(client: EtcdClient, job: Job | None = None) -> None:
    """From now on etcd asks for none. Users and roles stay."""
    _change(client, "Auth.AuthDisable", messages().AuthDisableRequest(), job)


def auth_enabled(client: EtcdClient, job: Job | None = None) -> bool:
    """Does etcd ask for a login? Works without any, at every version: a login that can't be is refused differently.

    (Auth.AuthStatus is of etcd 3.5, and older ones don't know it.)
    """
    try:
        _authenticate(client, "", Secret(), job)
    except StoreError as error:
        if _OFF in error.details:
            return False
        if error.login:
            return True
        raise
    return True


def log_in(client: EtcdClient, user: str, password: Secret, job: Job | None = None) -> None:
    """Try a login. Raises StoreError: `.login` if etcd doesn't take it."""
    try:
        _authenticate(client, user, password, job)
    except StoreError as error:
        if _OFF in error.details:
            raise StoreError(
                _("etcd asks for no login: authentication is off, so there is nobody to sign in as."),
                hint=_("Whoever reaches etcd may do everything, also without signing in."),
                details=error.details,
            ) from error
        if error.login:
            raise StoreError(
                _("etcd does not accept user {user} with this password.").format(user=user),
                hint=_("Check the user's name and the password."),
                details=error.details,
                login=True,
            ) from error
        raise


def _authenticate(client: EtcdClient, user: str, password: Secret, job: Job | None) -> None:
    request = messages().AuthenticateRequest(name=user, password=password.reveal())
    client._any(
        lambda link, left: link.unary("Auth.Authenticate", request, left, login=False, job=job),
        Access.READ,
        "",
        8.0,
        job,
    )


def _change(client: EtcdClient, method: str, request: Any, job: Job | None) -> None:
    client._call(method, request, Access.ONCE, job=job)
