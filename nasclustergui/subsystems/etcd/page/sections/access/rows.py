"""The tables of users, roles and certificates. Pure."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import NamedTuple

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import DASH, count
from nasclustergui.remote.certificates import Certificate
from nasclustergui.remote.etcd_certs import EndpointTls, OwnFile
from nasclustergui.remote.etcd_endpoint import parse_endpoint
from nasclustergui.remote.etcd_users import Permission
from nasclustergui.subsystems.etcd.expiry import DAY, WARN_DAYS, days_left, urgency
from nasclustergui.subsystems.etcd.features.access.model import (
    ROOT,
    Role,
    Survey,
    User,
    kind_text,
    range_text,
    sum_text,
)
from nasclustergui.subsystems.etcd.features.access.read import Protection
from nasclustergui.ui.cell import Cell, Row


class Allowed(NamedTuple):
    """What a row of the roles stands for: a role, or one of its permissions."""

    role: str
    permission: Permission | None = None


def user_rows(seen: Survey, *, stale: bool = False) -> list[Row]:
    """A row for each user."""
    return [_user_row(user, seen, stale) for user in seen.users]


def _user_row(user: User, seen: Survey, stale: bool) -> Row:
    who = []
    if user.name == seen.own:
        who.append(_("this program"))
    if user.name == seen.admin:
        who.append(_("signed in"))
    what = sum_text(user, seen)
    cells = (
        Cell(user.name, "name", "crown" if ROOT in user.roles else "user", ", ".join(who), stale=stale, strong=True),
        _listed(user.roles, stale),
        Cell(what, tip=what, stale=stale),
    )
    return Row(user.name, cells, data=user)


def _listed(names: tuple[str, ...], stale: bool) -> Cell:
    text = ", ".join(names)
    return Cell(text or DASH, role="" if names else "text3", stale=stale, tip=text)


def role_rows(seen: Survey, *, stale: bool = False) -> list[Row]:
    """A row for each role, its permissions below it."""
    return [_role_row(role, seen, stale) for role in seen.roles]


def _role_row(role: Role, seen: Survey, stale: bool) -> Row:
    n = len(role.permissions)
    what = ngettext("{n} permission", "{n} permissions", n).format(n=n) if n else _("nothing")
    if role.name == ROOT:
        what = _("everything, and administrate etcd")
    cells = (
        Cell(role.name, "name", "shield", stale=stale, strong=True),
        Cell(what, role="text2", stale=stale),
        _listed(seen.users_of(role.name), stale),
    )
    below = tuple(_permission_row(role.name, each, stale) for each in role.permissions)
    return Row(role.name, cells, below, data=Allowed(role.name), open=True)


def _permission_row(role: str, allowed: Permission, stale: bool) -> Row:
    where = range_text(allowed)
    cells = (
        Cell(where[:1].upper() + where[1:], "name", "key", stale=stale, tip=where),
        Cell(kind_text(allowed.kind), stale=stale),
        Cell(),
    )
    key = f"{role}\0{allowed.key!r}\0{allowed.end!r}"
    return Row(key, cells, data=Allowed(role, allowed))


# ---- certificates


def certificate_rows(found: Protection, names: Mapping[str, str], *, stale: bool = False) -> list[Row]:
    """A row for each endpoint and each file of the profile. `names`: hosts → nodes."""
    now = time.time()
    rows = [_endpoint_row(one, names, now, stale) for one in found.endpoints]
    return rows + [_file_row(one, now, stale) for one in found.files]


def _endpoint_row(one: EndpointTls, names: Mapping[str, str], now: float, stale: bool) -> Row:
    state, word, more = endpoint_said(one, now)
    node = names.get(parse_endpoint(one.url).host, "")
    demands = {True: _("demanded"), False: _("not demanded"), None: DASH}[one.demands]
    if one.encrypted is False:
        demands = _("not demanded")
    head = Cell(node or one.url, "name", "server", one.url if node else "", stale=stale, strong=True)
    return Row(
        one.url,
        (
            head,
            _state(state, word, stale),
            *_facts(one.certificate, now, stale),
            Cell(demands, stale=stale),
            Cell(more, tip=more, stale=stale),
        ),
    )


def _file_row(one: OwnFile, now: float, stale: bool) -> Row:
    title = _("This program's CA file") if one.kind == "ca" else _("This program's certificate")
    head = Cell(title, "name", "file-text", stale=stale, tip=one.path)
    if one.certificate is None:
        state, word, more = "critical", _("Not readable"), one.fault
    else:
        state, word, more = _age(one.certificate, now)
    more = more or one.path
    return Row(
        one.path,
        (
            head,
            _state(state, word, stale),
            *_facts(one.certificate, now, stale),
            Cell(DASH, role="text3"),
            Cell(more, tip=more, stale=stale),
        ),
    )


def _state(state: str, word: str, stale: bool) -> Cell:
    return Cell(word, "state", state="stale" if stale else state)


def endpoint_said(one: EndpointTls, now: float) -> tuple[str, str, str]:
    """(state, word, what it means) of an endpoint."""
    if one.encrypted is None:
        return "critical", _("No answer"), one.fault
    if not one.encrypted:
        text = _("Whoever listens on the network reads passwords and settings.")
        return "warn", _("Not encrypted"), text
    if one.fault:
        return "critical", _("Not trusted"), one.fault
    if one.certificate is not None and urgency(one.certificate, now):
        return _age(one.certificate, now)
    if one.demands is False:
        return "ok", _("Encrypted"), _("It lets clients in without a certificate; only users protect it.")
    return "ok", _("Encrypted"), ""


def _age(certificate: Certificate, now: float) -> tuple[str, str, str]:
    left = days_left(certificate, now)
    if left < 0:
        return "critical", _("Expired"), _("Nobody who checks it connects any more.")
    if left <= WARN_DAYS:
        grade = urgency(certificate, now)
        return grade or "warn", _("Expires soon"), _("Replace it before it ends: then nobody connects any more.")
    if certificate.begins > now:
        return "critical", _("Not valid yet"), _("One of the clocks is wrong.")
    return "ok", _("Valid"), ""


def _facts(certificate: Certificate | None, now: float, stale: bool) -> tuple[Cell, ...]:
    if certificate is None:
        dash = Cell(DASH, role="text3", stale=stale)
        return dash, dash, Cell(DASH, "num", role="text3", stale=stale)
    made = ", ".join(certificate.names)
    until = time.strftime("%Y-%m-%d", time.localtime(certificate.ends))
    tip = _("Issued by {issuer}, valid until {date}").format(issuer=certificate.issuer, date=until)
    return (
        Cell(certificate.subject, stale=stale, tip=tip),
        Cell(made or DASH, role="" if made else "text3", stale=stale, tip=made),
        Cell(count(int((certificate.ends - now) // DAY)), "num", stale=stale, tip=tip),
    )
