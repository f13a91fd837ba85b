"""etcd's own users and roles, as far as the program makes any. Needs the role root where authentication is on."""

from __future__ import annotations

from nasclustergui.core.command import Secret
from nasclustergui.core.job import Job
from nasclustergui.remote import etcd_messages as wire
from nasclustergui.remote.etcd import EtcdClient
from nasclustergui.remote.etcd_failover import Access
from nasclustergui.remote.etcd_rpc import messages

_READWRITE = 2  # authpb.Permission.Type (auth.proto)


def user_names(client: EtcdClient, job: Job | None = None) -> frozenset[str]:
    """All users. Raises StoreError where the login may not ask."""
    return frozenset(client._call("Auth.UserList", messages().AuthUserListRequest(), Access.READ, job=job).users)


def role_names(client: EtcdClient, job: Job | None = None) -> frozenset[str]:
    """All roles. Raises StoreError where the login may not ask."""
    return frozenset(client._call("Auth.RoleList", messages().AuthRoleListRequest(), Access.READ, job=job).roles)


def role_add(client: EtcdClient, role: str, job: Job | None = None) -> None:
    """A role that may nothing yet."""
    client._call("Auth.RoleAdd", messages().AuthRoleAddRequest(name=role), Access.ONCE, job=job)


def role_grant(client: EtcdClient, role: str, prefix: str, job: Job | None = None) -> None:
    """Let a role read and write all keys that begin with `prefix`."""
    key, end = wire.span(prefix, prefix=True)
    permission = {"permType": _READWRITE, "key": key, "range_end": end}
    request = messages().AuthRoleGrantPermissionRequest(name=role, perm=permission)
    client._call("Auth.RoleGrantPermission", request, Access.ONCE, job=job)


def user_add(client: EtcdClient, user: str, password: Secret, job: Job | None = None) -> None:
    """A user with a password and no role yet."""
    request = messages().AuthUserAddRequest(name=user, password=password.reveal())
    client._call("Auth.UserAdd", request, Access.ONCE, job=job)


def user_password(client: EtcdClient, user: str, password: Secret, job: Job | None = None) -> None:
    """Another password for a user."""
    request = messages().AuthUserChangePasswordRequest(name=user, password=password.reveal())
    client._call("Auth.UserChangePassword", request, Access.ONCE, job=job)


def user_grant(client: EtcdClient, user: str, role: str, job: Job | None = None) -> None:
    """Give a user a role. A user that has it already keeps it."""
    client._call("Auth.UserGrantRole", messages().AuthUserGrantRoleRequest(user=user, role=role), Access.ONCE, job=job)


def user_delete(client: EtcdClient, user: str, job: Job | None = None) -> None:
    """No such user any more."""
    client._call("Auth.UserDelete", messages().AuthUserDeleteRequest(name=user), Access.ONCE, job=job)
