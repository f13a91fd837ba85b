"""Reads users and roles, and how the endpoints are protected. For worker threads."""

from __future__ import annotations

import time
from dataclasses import dataclass

from nasclustergui.core.errors import StoreError
from nasclustergui.core.job import Job
from nasclustergui.remote import etcd_users
from nasclustergui.remote.etcd_certs import EndpointTls, OwnFile, common_name, endpoint_states, own_files
from nasclustergui.subsystems.etcd.features.access.model import Role, Survey, User
from nasclustergui.subsystems.etcd.features.store import Store


@dataclass(frozen=True)
class Protection:
    """How the way to etcd is protected. `read_at`: Unix time."""

    endpoints: tuple[EndpointTls, ...]
    files: tuple[OwnFile, ...]
    read_at: float


def survey(store: Store, job: Job) -> Survey:
    """Users and roles now, as far as whoever administrates may see them. Raises StoreError if etcd is away."""
    profile = store.client.profile
    own, by_certificate = profile.user, False
    if not own:
        own = common_name(profile)
        by_certificate = bool(own)
    auth = etcd_users.auth_enabled(store.client, job)
    admin = store.login.user
    try:
        users, roles = _users(store, job), _roles(store, job)
    except StoreError as error:
        return Survey(auth, own=own, admin=admin, by_certificate=by_certificate, error=error, read_at=time.time())
    return Survey(auth, users, roles, own, admin, by_certificate, None, time.time())


def _users(store: Store, job: Job) -> tuple[User, ...]:
    admin = store.admin()
    names = sorted(etcd_users.user_names(admin, job))
    return tuple(User(name, tuple(sorted(etcd_users.user_roles(admin, name, job)))) for name in names)


def _roles(store: Store, job: Job) -> tuple[Role, ...]:
    admin = store.admin()
    names = sorted(etcd_users.role_names(admin, job))
    return tuple(Role(name, etcd_users.role_permissions(admin, name, job)) for name in names)


def protection(store: Store, job: Job) -> Protection:
    """What each endpoint shows, and the profile's own certificates."""
    job.check()
    return Protection(endpoint_states(store.client), own_files(store.client.profile), time.time())
