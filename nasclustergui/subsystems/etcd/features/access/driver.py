"""Runs `etcdctl user …`, `role …` and `auth …`, as whoever signed in for administration."""

from __future__ import annotations

import time
from collections.abc import Callable

from nasclustergui.core.command import Command, Result, Secret
from nasclustergui.core.errors import NasError, StoreError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.remote import etcd_users
from nasclustergui.remote.etcd import EtcdClient
from nasclustergui.remote.etcd_second import SecondLogin
from nasclustergui.subsystems.etcd.commands.users import parse_permission
from nasclustergui.subsystems.etcd.features.access.model import ROOT
from nasclustergui.subsystems.etcd.features.access.read import survey
from nasclustergui.subsystems.etcd.features.store import Check, Follow, Run, Store

PROOF = "/cluster/"  # what the profile's user must be able to read after authentication was switched on
_TRIES, _PAUSE = 4, 0.5  # right after the switch a member may still refuse tokens of the old state


def _named(do: Callable[[EtcdClient, str, Job], None]) -> Run:
    """A command whose last word is what it concerns."""

    def run(store: Store, command: Command, job: Job) -> Result:
        do(store.admin(), command.argv[-1], job)
        return Result(0, "")

    return run


def _paired(do: Callable[[EtcdClient, str, str, Job], None]) -> Run:
    """A command whose last words are a user and a role."""

    def run(store: Store, command: Command, job: Job) -> Result:
        do(store.admin(), command.argv[-2], command.argv[-1], job)
        return Result(0, "")

    return run


def _role_allow(store: Store, command: Command, job: Job) -> Result:
    etcd_users.role_grant(store.admin(), *parse_permission(command.argv), job)
    return Result(0, "")


def _role_revoke(store: Store, command: Command, job: Job) -> Result:
    role, allowed = parse_permission(command.argv)
    etcd_users.role_revoke(store.admin(), role, allowed.key, allowed.end, job)
    return Result(0, "")


def _user_add(store: Store, command: Command, job: Job) -> Result:
    password = None if "--no-password" in command.argv else command.secret or Secret()
    etcd_users.user_add(store.admin(), command.argv[-1], password, job)
    return Result(0, "")


def _user_password(store: Store, command: Command, job: Job) -> Result:
    """A login of ours with that user goes on with the new password."""
    user, password = command.argv[-1], command.secret or Secret()
    etcd_users.user_password(store.admin(), user, password, job)
    if store.client.profile.user == user:
        store.client.use_password(password)
    store.login.use_password(user, password)
    return Result(0, "")


# ---- authentication


def _auth_enable(store: Store, command: Command, job: Job) -> Result:
    """Switch it on, then prove that root and the profile's user get in; if not, off again."""
    password = command.secret or Secret()
    etcd_users.auth_enable(store.admin(), job)
    root = SecondLogin()
    try:
        _log_in(root, store, password, job)
        try:
            _prove(store, job)
        except NasError as error:
            admin = root.client(store.client.profile.endpoints)
            assert admin is not None
            etcd_users.auth_disable(admin, job)
            raise StoreError(
                _("With authentication on, this program could not read {prefix}: {error}").format(
                    prefix=PROOF, error=error
                ),
                hint=_("Authentication was switched off again at once; nobody is locked out."),
                details=error.details,
            ) from error
    finally:
        root.close()
    return Result(0, "Authentication Enabled\n")


def _log_in(root: SecondLogin, store: Store, password: Secret, job: Job) -> None:
    for left in range(_TRIES - 1, -1, -1):
        try:
            return root.sign_in(store.client.profile, ROOT, password, job)
        except StoreError:
            if not left:
                raise
        job.sleep(_PAUSE)
    return None


def _prove(store: Store, job: Job) -> None:
    """The profile's own login works: its tokens from before are of no use, so it logs in anew."""
    end = time.monotonic() + _TRIES * _PAUSE
    store.client.forget_logins()
    while True:
        try:
            store.client.count(PROOF, job=job)
            return
        except StoreError:
            if time.monotonic() > end:
                raise
        store.client.forget_logins()
        job.sleep(_PAUSE)


def _auth_disable(store: Store, command: Command, job: Job) -> Result:
    etcd_users.auth_disable(store.admin(), job)
    return Result(0, "Authentication Disabled\n")


# ---- conditions


def _safe(store: Store, step: Step, job: Job) -> str:
    """Afterwards root and the profile's user can still log in, as things are now."""
    now, user, role = survey(store, job), step.args.get("user", ""), step.args.get("role", "")
    if now.error is not None:
        raise now.error
    if not now.auth:
        return ""
    if user == now.own and not role:
        return _("{user} is who this program logs in as by now.").format(user=user)
    if user == ROOT and role in ("", ROOT):
        return _("Authentication is on by now: etcd keeps the user root.")
    return ""


def _ready(store: Store, step: Step, job: Job) -> str:
    """etcd's own condition, and ours: the profile's user is there and has a role."""
    now = survey(store, job)
    if now.error is not None:
        raise now.error
    if now.auth:
        return _("Authentication is on already.")
    if not now.has_root():
        return _("The user root with the role root is missing.")
    own = now.user(now.own)
    if own is None or not own.roles:
        return _("{user}, as whom this program logs in, has no role: it would lock itself out.").format(
            user=now.own or _("Nobody")
        )
    return ""


RUNS: dict[tuple[str, ...], Run] = {
    ("role", "add"): _named(etcd_users.role_add),
    ("role", "delete"): _named(etcd_users.role_delete),
    ("role", "grant-permission"): _role_allow,
    ("role", "revoke-permission"): _role_revoke,
    ("user", "add"): _user_add,
    ("user", "passwd"): _user_password,
    ("user", "grant-role"): _paired(etcd_users.user_grant),
    ("user", "revoke-role"): _paired(etcd_users.user_revoke),
    ("user", "delete"): _named(etcd_users.user_delete),
    ("auth", "enable"): _auth_enable,
    ("auth", "disable"): _auth_disable,
}
CHECKS: dict[str, Check] = {"access.safe": _safe, "access.ready": _ready}
FOLLOWS: dict[str, Follow] = {}
