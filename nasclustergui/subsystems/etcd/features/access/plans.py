"""Plans that change etcd's users and roles. Pure; they raise InvalidInput for what would lock somebody out."""

from __future__ import annotations

from nasclustergui.core.command import Command, Secret
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.remote.etcd_users import Permission
from nasclustergui.subsystems.etcd.commands import users as commands
from nasclustergui.subsystems.etcd.features.access.model import (
    ROOT,
    STRONG,
    WEAK,
    Survey,
    User,
    permission_text,
    strength,
    sum_text,
)

DRIVER = "etcd"
LANE = "etcd/access"


def plan_add_user(seen: Survey, cluster: str, user: str, password: Secret | None, roles: tuple[str, ...] = ()) -> Plan:
    """A new user, with roles. `password` None: by a client certificate that carries its name."""
    _check_name(user)
    if seen.user(user) is not None:
        raise InvalidInput(_("There is a user {user} already.").format(user=user), field="name")
    for role in roles:
        _known_role(seen, role)
    title = _("Add user {user}").format(user=user)
    command = commands.user_add_certificate(user) if password is None else commands.user_add(user, _some(password))
    steps = [step(title, command, _("Undo: delete it"), commands.user_delete(user))]
    steps += [_grant(user, role) for role in roles]
    said = [password_meaning(password)] if password is not None else [_certificate_meaning(user)]
    said.append(Meaning(Severity.INFO, _("It may: {what}").format(what=sum_text(User(user, roles), seen))))
    return _plan(title, cluster, tuple(steps), said, _("Delete the user again."), rollback=True, icon="user-plus")


def plan_password(seen: Survey, cluster: str, user: str, password: Secret) -> Plan:
    """Another password."""
    _known_user(seen, user)
    title = _("Change the password of {user}").format(user=user)
    said = [
        Meaning(
            Severity.WARN,
            _("Programs that log in as {user} fail until they are given the new password").format(user=user),
            _("What is logged in now is logged out."),
        ),
        password_meaning(password),
    ]
    if user == seen.own:
        text = _("This program goes on with the new one. A password in the system's keyring is asked for anew.")
        said.append(Meaning(Severity.INFO, _("It is the user of this cluster's profile"), text))
    one = step(title, commands.user_password(user, _some(password)), _("The password stays"), risk=Risk.CAUTION)
    return _plan(title, cluster, (one,), said, _("Set the former password again."), icon="key-round")


def plan_delete_user(seen: Survey, cluster: str, user: str) -> Plan:
    """No such user any more."""
    known = _known_user(seen, user)
    if seen.auth and user == ROOT:
        raise InvalidInput(
            _("While authentication is on, etcd keeps the user root."), hint=_("Switch authentication off first.")
        )
    _keep_own(seen, user)
    title = _("Delete user {user}").format(user=user)
    one = step(
        title,
        commands.user_delete(user),
        _("Undo: add it with a new password"),
        risk=Risk.CAUTION,
        check="access.safe",
        args={"user": user},
    )
    lost = _("It may now: {what}. Programs that log in as it stop working.").format(what=sum_text(known, seen))
    said = [Meaning(Severity.WARN, _("{user} cannot log in any more").format(user=user), lost)]
    undo = _("Add the user again; its password is lost.")
    return _plan(title, cluster, (one,), said, undo, icon="trash-2")


def plan_grant_role(seen: Survey, cluster: str, user: str, role: str) -> Plan:
    """Give a user a role."""
    known = _known_user(seen, user)
    _known_role(seen, role)
    if role in known.roles:
        raise InvalidInput(_("{user} has the role {role} already.").format(user=user, role=role), field="role")
    after = sum_text(User(user, (*known.roles, role)), seen)
    severity = Severity.WARN if role == ROOT else Severity.INFO
    said = [Meaning(severity, _("{user} may then: {what}").format(user=user, what=after))]
    one = _grant(user, role)
    return _plan(one.title, cluster, (one,), said, _("Revoke the role again."), icon="shield")


def plan_revoke_role(seen: Survey, cluster: str, user: str, role: str) -> Plan:
    """Take a role from a user."""
    known = _known_user(seen, user)
    if role not in known.roles:
        raise InvalidInput(_("{user} does not have the role {role}.").format(user=user, role=role), field="role")
    if seen.auth and user == role == ROOT:
        raise InvalidInput(
            _("While authentication is on, root keeps the role root."), hint=_("Switch authentication off first.")
        )
    left = tuple(each for each in known.roles if each != role)
    if seen.auth and user == seen.own and not left:
        raise _locks_out(user)
    title = _("Take the role {role} from {user}").format(role=role, user=user)
    undo = commands.user_grant(user, role)
    args = {"user": user, "role": role}
    one = step(title, commands.user_revoke(user, role), _("Undo: grant it"), undo, Risk.CAUTION, "access.safe", args)
    after = _("It may then: {what}").format(what=sum_text(User(user, left), seen))
    said = [Meaning(Severity.WARN, _("Programs that log in as {user} may stop working").format(user=user), after)]
    return _plan(title, cluster, (one,), said, _("Grant the role again."), icon="shield")


def plan_add_role(seen: Survey, cluster: str, role: str, allowed: tuple[Permission, ...] = ()) -> Plan:
    """A new role, with permissions."""
    _check_name(role)
    if seen.role(role) is not None:
        raise InvalidInput(_("There is a role {role} already.").format(role=role), field="name")
    title = _("Add role {role}").format(role=role)
    steps = [step(title, commands.role_add(role), _("Undo: delete it"), commands.role_delete(role))]
    steps += [_allow(role, each) for each in allowed]
    what = "; ".join(permission_text(each) for each in allowed) or _("nothing yet")
    said = [Meaning(Severity.INFO, _("Whoever has it may: {what}").format(what=what))]
    if role == ROOT:
        said = [Meaning(Severity.WARN, _("Whoever has the role root may do everything"))]
    return _plan(title, cluster, tuple(steps), said, _("Delete the role again."), rollback=True, icon="plus")


def plan_allow(seen: Survey, cluster: str, role: str, allowed: Permission) -> Plan:
    """Let a role do something more."""
    known = _known_role(seen, role)
    before = next((p for p in known if (p.key, p.end) == (allowed.key, allowed.end)), None)
    if before == allowed:
        raise InvalidInput(_("{role} may that already.").format(role=role), field="key")
    undo = commands.role_allow(role, before) if before else commands.role_revoke(role, allowed)
    one = _allow(role, allowed, undo)
    users = ", ".join(seen.users_of(role)) or _("nobody yet")
    said = [Meaning(Severity.INFO, one.title, _("It concerns: {users}.").format(users=users))]
    if before is not None:
        text = _("Until now: {what}.").format(what=permission_text(before))
        said.append(Meaning(Severity.WARN, _("It replaces what the role might with the same keys"), text))
    return _plan(one.title, cluster, (one,), said, _("Revoke the permission again."), icon="shield")


def plan_disallow(seen: Survey, cluster: str, role: str, allowed: Permission) -> Plan:
    """Take a permission back. It is the one with exactly that range."""
    known = _known_role(seen, role)
    there = next((p for p in known if (p.key, p.end) == (allowed.key, allowed.end)), None)
    if there is None:
        raise InvalidInput(_("{role} has no permission for exactly these keys.").format(role=role), field="key")
    title = _("Revoke from {role}: {what}").format(role=role, what=permission_text(there))
    undo = commands.role_allow(role, there)
    one = step(title, commands.role_revoke(role, there), _("Undo: grant it"), undo, Risk.CAUTION)
    return _plan(title, cluster, (one,), _users_lose(seen, role), _("Grant the permission again."), icon="shield")


def plan_delete_role(seen: Survey, cluster: str, role: str) -> Plan:
    """No such role any more."""
    known = _known_role(seen, role)
    if seen.auth and role == ROOT:
        raise InvalidInput(
            _("While authentication is on, etcd keeps the role root."), hint=_("Switch authentication off first.")
        )
    own = seen.user(seen.own)
    if seen.auth and own is not None and own.roles == (role,):
        raise _locks_out(own.name)
    title = _("Delete role {role}").format(role=role)
    one = step(title, commands.role_delete(role), _("Undo: add it and grant it again"), risk=Risk.CAUTION)
    what = "; ".join(permission_text(each) for each in known) or _("nothing")
    said = [*_users_lose(seen, role), Meaning(Severity.INFO, _("The role may: {what}").format(what=what))]
    return _plan(title, cluster, (one,), said, _("Add the role again, and grant it to its users."), icon="trash-2")


# ---- parts


def step(
    title: str,
    command: Command,
    undo_text: str,
    undo: Command | None = None,
    risk: Risk = Risk.SAFE,
    check: str = "",
    args: dict[str, str] | None = None,
) -> Step:
    """One command of etcd, from this workstation."""
    return Step(title, "", command, DRIVER, risk, undo_text, undo, check, args=args or {})


def _plan(
    title: str,
    cluster: str,
    steps: tuple[Step, ...],
    said: list[Meaning],
    undo: str,
    *,
    icon: str,
    rollback: bool = False,
) -> Plan:
    worst_first = tuple(sorted(said, key=lambda meaning: -meaning.severity))
    return Plan(
        title=title,
        cluster=cluster,
        steps=steps,
        meaning=worst_first,
        undo=undo,
        lane=LANE,
        seconds=1.0 * len(steps),
        cancel_effect=_("Steps that are done are undone.") if rollback else _("It may be done already."),
        icon=icon,
        rollback=rollback,
    )


def _grant(user: str, role: str) -> Step:
    title = _("Give {user} the role {role}").format(user=user, role=role)
    return step(title, commands.user_grant(user, role), _("Undo: revoke it"), commands.user_revoke(user, role))


def _allow(role: str, allowed: Permission, undo: Command | None = None) -> Step:
    title = _("Let {role} {what}").format(role=role, what=permission_text(allowed))
    back = undo or commands.role_revoke(role, allowed)
    return step(title, commands.role_allow(role, allowed), _("Undo: revoke it"), back)


def _users_lose(seen: Survey, role: str) -> list[Meaning]:
    users = seen.users_of(role)
    if not users:
        return [Meaning(Severity.OK, _("Nobody has this role"))]
    said = [Meaning(Severity.WARN, _("{users} may then do less").format(users=", ".join(users)))]
    if seen.own in users:
        text = _("What it reads and changes with these keys fails from then on.")
        said.append(Meaning(Severity.CRITICAL, _("This program itself logs in as {user}").format(user=seen.own), text))
    return said


def password_meaning(password: Secret) -> Meaning:
    """How strong it is."""
    grade = strength(password)
    if grade == WEAK:
        text = _("It can be guessed: take 12 characters or more of several kinds.")
        return Meaning(Severity.WARN, _("The password is weak"), text)
    title = _("The password is strong") if grade == STRONG else _("The password is fair")
    return Meaning(Severity.OK, title, _("It is sent encrypted where etcd speaks TLS, and appears in no log."))


def _certificate_meaning(user: str) -> Meaning:
    return Meaning(
        Severity.INFO,
        _("It logs in by a client certificate whose common name is {user}").format(user=user),
        _("etcd must demand client certificates for that. It has no password, and can be given one later."),
    )


def _known_user(seen: Survey, name: str) -> User:
    found = seen.user(name)
    if found is None:
        names = ", ".join(user.name for user in seen.users)
        raise InvalidInput(
            _("etcd has no user {user}.").format(user=name),
            field="user",
            hint=_("There are: {names}.").format(names=names) if names else "",
        )
    return found


def _known_role(seen: Survey, name: str) -> tuple[Permission, ...]:
    """What it may. The role root need not exist to be given."""
    found = seen.role(name)
    if found is None and name != ROOT:
        names = ", ".join(role.name for role in seen.roles)
        raise InvalidInput(
            _("etcd has no role {role}.").format(role=name),
            field="role",
            hint=_("There are: {names}.").format(names=names) if names else "",
        )
    return found.permissions if found is not None else ()


def _keep_own(seen: Survey, user: str) -> None:
    if seen.auth and user == seen.own:
        raise _locks_out(user)


def _locks_out(user: str) -> InvalidInput:
    return InvalidInput(
        _("This program logs in as {user}: it would lock itself out.").format(user=user),
        hint=_("Let the cluster's profile name another user first."),
    )


def _check_name(name: str) -> None:
    if not name or name != name.strip() or not name.isprintable() or ":" in name or name.startswith("-"):
        raise InvalidInput(
            _("A name needs a letter first, and no colon or blank around it.") if name else _("Name it."), field="name"
        )


def _some(password: Secret) -> Secret:
    if not password:
        raise InvalidInput(_("Enter the password."), field="password")
    if "\n" in password:
        raise InvalidInput(_("A password is one line."), field="password")
    return password
