"""Answers `etcd user …`, `etcd role …`, `etcd auth …` and `etcd certs`."""

from __future__ import annotations

import time
from argparse import Namespace
from typing import Any

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as
from nasclustergui.cli.passwords import first_line, new_password
from nasclustergui.cli.status import show_table
from nasclustergui.cli.terminal import say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.command import Secret
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.units import DASH, count
from nasclustergui.remote.certificates import Certificate
from nasclustergui.remote.etcd_types import printable
from nasclustergui.remote.etcd_users import Permission
from nasclustergui.subsystems.etcd.expiry import ALARM_DAYS, days_left
from nasclustergui.subsystems.etcd.features.access import auth_plans, plans
from nasclustergui.subsystems.etcd.features.access.auth_plans import Switch
from nasclustergui.subsystems.etcd.features.access.model import (
    ROOT,
    Role,
    Survey,
    permission,
    permission_text,
    sum_text,
)
from nasclustergui.subsystems.etcd.features.access.read import Protection, protection, survey


def user_list(session: Session, options: Namespace) -> Exit:
    """A line per user."""
    seen = _readable(session)
    if options.json:
        say_json([{"user": u.name, "roles": list(u.roles), "may": sum_text(u, seen)} for u in seen.users])
        return Exit.OK
    rows = [(u.name, ", ".join(u.roles) or DASH, sum_text(u, seen)) for u in seen.users]
    show_table([(_("User"), _("Roles"), _("May")), *rows])
    return Exit.OK


def user_add(session: Session, options: Namespace) -> Exit:
    """Add a user."""
    seen = _readable(session)
    password = None if options.no_password else new_password(options.user, options.password_file)
    plan = plans.plan_add_user(seen, session.profile.name, options.user, password, tuple(options.role))
    return carry_out_as(session, plan, options)


def user_passwd(session: Session, options: Namespace) -> Exit:
    """Change a password."""
    seen = _readable(session)
    password = new_password(options.user, options.password_file)
    return _do(session, options, plans.plan_password(seen, session.profile.name, options.user, password))


def user_delete(session: Session, options: Namespace) -> Exit:
    """Delete a user."""
    return _do(session, options, plans.plan_delete_user(_readable(session), session.profile.name, options.user))


def user_grant_role(session: Session, options: Namespace) -> Exit:
    """Give a user a role."""
    seen, name = _readable(session), session.profile.name
    return _do(session, options, plans.plan_grant_role(seen, name, options.user, options.role))


def user_revoke_role(session: Session, options: Namespace) -> Exit:
    """Take a role from a user."""
    seen, name = _readable(session), session.profile.name
    return _do(session, options, plans.plan_revoke_role(seen, name, options.user, options.role))


def role_list(session: Session, options: Namespace) -> Exit:
    """A line per role and permission."""
    seen = _readable(session)
    if options.json:
        say_json([_role_data(role, seen) for role in seen.roles])
        return Exit.OK
    rows = []
    for role in seen.roles:
        texts = [_("everything, and administrate etcd")] if role.name == ROOT else []
        texts += [permission_text(each) for each in role.permissions]
        users = ", ".join(seen.users_of(role.name)) or DASH
        rows += [(role.name, text, users) for text in texts or [_("nothing")]]
    show_table([(_("Role"), _("May"), _("Users")), *rows])
    return Exit.OK


def _role_data(role: Role, seen: Survey) -> dict[str, Any]:
    permissions = [_permission_data(each) for each in role.permissions]
    return {"role": role.name, "users": list(seen.users_of(role.name)), "permissions": permissions}


def _permission_data(allowed: Permission) -> dict[str, str]:
    return {
        "permission": allowed.kind,
        "key": printable(allowed.key),
        "range_end": printable(allowed.end),
        "text": permission_text(allowed),
    }


def role_add(session: Session, options: Namespace) -> Exit:
    """Add a role."""
    return _do(session, options, plans.plan_add_role(_readable(session), session.profile.name, options.role))


def role_delete(session: Session, options: Namespace) -> Exit:
    """Delete a role."""
    return _do(session, options, plans.plan_delete_role(_readable(session), session.profile.name, options.role))


def role_grant(session: Session, options: Namespace) -> Exit:
    """Let a role do more."""
    allowed = _range(options, options.permission)
    return _do(session, options, plans.plan_allow(_readable(session), session.profile.name, options.role, allowed))


def role_revoke(session: Session, options: Namespace) -> Exit:
    """Take a permission back."""
    allowed = _range(options, "readwrite")
    return _do(session, options, plans.plan_disallow(_readable(session), session.profile.name, options.role, allowed))


def _range(options: Namespace, kind: str) -> Permission:
    if options.prefix:
        return permission(kind, "prefix" if options.key else "all", options.key)
    return permission(kind, "range" if options.end else "key", options.key, options.end)


# ---- authentication


def auth_status(session: Session, options: Namespace) -> Exit:
    """Whether etcd asks for a login."""
    seen = _survey(session)
    if options.json:
        say_json({"enabled": seen.auth, "user": seen.own or None, "by_certificate": seen.by_certificate})
        return Exit.OK
    say(
        _("Authentication is on.") if seen.auth else _("Authentication is off: whoever reaches etcd may do everything.")
    )
    way = _("by certificate") if seen.by_certificate else _("by password")
    if seen.own:
        say(_("This program logs in as {user} ({way}).").format(user=seen.own, way=way))
    return Exit.OK


def auth_enable(session: Session, options: Namespace) -> Exit:
    """Ask for a login from now on; what is missing is made first."""
    seen = _readable(session)
    own = first_line(options.password_file) if options.password_file else None
    asked = bool(seen.own) and not seen.auth  # otherwise the plan is refused anyway
    root = new_password(ROOT, options.root_password_file) if asked else Secret()
    return _do(session, options, auth_plans.plan_enable(seen, session.profile.name, Switch(root, own)))


def auth_disable(session: Session, options: Namespace) -> Exit:
    """Ask nobody any more."""
    return _do(session, options, auth_plans.plan_disable(_readable(session), session.profile.name))


# ---- certificates


def certs(session: Session, options: Namespace) -> Exit:
    """A line per endpoint and file; exit status FAILED where one needs care now."""
    found = work(Job(_("Read the certificates"), quiet=True), lambda job: protection(session.store(), job))
    now = time.time()
    code = Exit.FAILED if _needs_care(found, now) else Exit.OK
    if options.json:
        say_json(_certs_data(found, now))
        return code
    head = (_("Where"), _("Encrypted"), _("Certificate of"), _("Days left"), _("Client certificate"), _("Problem"))
    words = {True: _("yes"), False: _("no"), None: DASH}
    rows = [
        (e.url, words[e.encrypted], *_age(e.certificate, now), words[e.demands], e.fault or DASH)
        for e in found.endpoints
    ]
    rows += [(f.path, DASH, *_age(f.certificate, now), DASH, f.fault or DASH) for f in found.files]
    show_table([head, *rows])
    return code


def _age(certificate: Certificate | None, now: float) -> tuple[str, str]:
    return (certificate.subject, count(int(days_left(certificate, now)))) if certificate else (DASH, DASH)


def _needs_care(found: Protection, now: float) -> bool:
    faults = [one.fault for one in found.endpoints] + [one.fault for one in found.files]
    certificates = [one.certificate for one in found.endpoints] + [one.certificate for one in found.files]
    return any(faults) or any(days_left(one, now) <= ALARM_DAYS for one in certificates if one is not None)


def _certs_data(found: Protection, now: float) -> dict[str, Any]:
    def data(certificate: Certificate | None) -> dict[str, Any] | None:
        if certificate is None:
            return None
        left = round(days_left(certificate, now), 1)
        return {
            "subject": certificate.subject,
            "issuer": certificate.issuer,
            "names": list(certificate.names),
            "ends": certificate.ends,
            "days_left": left,
        }

    endpoints = [
        {
            "url": e.url,
            "encrypted": e.encrypted,
            "client_certificate": e.demands,
            "fault": e.fault or None,
            "certificate": data(e.certificate),
        }
        for e in found.endpoints
    ]
    files = [
        {"kind": f.kind, "path": f.path, "fault": f.fault or None, "certificate": data(f.certificate)}
        for f in found.files
    ]
    return {"endpoints": endpoints, "files": files}


def _survey(session: Session) -> Survey:
    return work(Job(_("Read etcd's users"), quiet=True), lambda job: survey(session.store(), job))


def _readable(session: Session) -> Survey:
    """Raises why users and roles can't be read."""
    seen = _survey(session)
    if seen.error is not None:
        raise seen.error
    return seen


def _do(session: Session, options: Namespace, plan: Plan) -> Exit:
    return carry_out_as(session, plan, options)
