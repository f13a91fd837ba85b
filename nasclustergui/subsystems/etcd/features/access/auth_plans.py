"""Plans that switch etcd's authentication on and off. Pure; nobody may be locked out."""

from __future__ import annotations

from dataclasses import dataclass

from nasclustergui.core.command import Secret
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.remote.etcd_users import prefix_permission
from nasclustergui.subsystems.etcd.commands import users as commands
from nasclustergui.subsystems.etcd.features.access.model import ROOT, Survey
from nasclustergui.subsystems.etcd.features.access.plans import LANE, password_meaning, step

ROLE, PREFIX = "nasadmin", "/cluster/"  # for the profile's user, where it has no role


@dataclass(frozen=True)
class Switch:
    """What the person decided. `own_password` is needed where the profile's user must be made; None otherwise."""

    root_password: Secret
    own_password: Secret | None = None


def plan_enable(seen: Survey, cluster: str, choice: Switch) -> Plan:
    """Make what is missing, switch on, prove that root and the profile's user get in."""
    if seen.auth:
        raise InvalidInput(_("Authentication is on already."))
    if not seen.own:
        raise InvalidInput(
            _("The cluster's profile names no etcd user and no client certificate: nobody could log in from here."),
            hint=_("Name a user in the cluster's settings first; it may be one that is not there yet."),
        )
    if not choice.root_password:
        raise InvalidInput(_("Choose a password for root."), field="root")
    steps = (*_root_steps(seen, choice), *_own_steps(seen, choice), _switch_on(choice))
    return Plan(
        title=_("Switch etcd's authentication on"),
        cluster=cluster,
        steps=steps,
        meaning=_meaning(seen, choice),
        undo=_("Switch authentication off again; users and roles stay."),
        lane=LANE,
        seconds=6.0,
        cancel_effect=_("Users and roles that were made stay. Authentication may be on already."),
        icon="shield",
    )


def _root_steps(seen: Survey, choice: Switch) -> list[Step]:
    steps = []
    password = choice.root_password
    if seen.user(ROOT) is None:
        title = _("Add user {user}").format(user=ROOT)
        steps.append(step(title, commands.user_add(ROOT, password), _("The user stays")))
    else:
        title = _("Change the password of {user}").format(user=ROOT)
        command = commands.user_password(ROOT, password)
        steps.append(step(title, command, _("The password stays"), risk=Risk.CAUTION))
    if seen.role(ROOT) is None:
        steps.append(step(_("Add role {role}").format(role=ROOT), commands.role_add(ROOT), _("The role stays")))
    if not seen.has_root():
        title = _("Give {user} the role {role}").format(user=ROOT, role=ROOT)
        steps.append(step(title, commands.user_grant(ROOT, ROOT), _("The role stays")))
    return steps


def _own_steps(seen: Survey, choice: Switch) -> list[Step]:
    """The profile's user with a role. Its password stays as it is where it is there already."""
    own, steps = seen.own, []
    if own == ROOT:
        return []
    known = seen.user(own)
    if known is None:
        title = _("Add user {user}").format(user=own)
        if seen.by_certificate:
            steps.append(step(title, commands.user_add_certificate(own), _("The user stays")))
        elif not choice.own_password:
            raise InvalidInput(_("Enter the password of {user}.").format(user=own), field="own")
        else:
            steps.append(step(title, commands.user_add(own, choice.own_password), _("The user stays")))
    if known is not None and known.roles:
        return steps
    if seen.role(ROLE) is None:
        steps.append(step(_("Add role {role}").format(role=ROLE), commands.role_add(ROLE), _("The role stays")))
    allowed = prefix_permission("readwrite", PREFIX)
    title = _("Let {role} read and write everything below {prefix}").format(role=ROLE, prefix=PREFIX)
    steps.append(step(title, commands.role_allow(ROLE, allowed), _("The permission stays")))
    title = _("Give {user} the role {role}").format(user=own, role=ROLE)
    steps.append(step(title, commands.user_grant(own, ROLE), _("The role stays")))
    return steps


def _switch_on(choice: Switch) -> Step:
    return step(
        _("Switch authentication on, and prove that root and this program get in"),
        commands.auth_enable(choice.root_password),
        _("Off again by itself if not"),
        commands.auth_disable(),
        Risk.CAUTION,
        "access.ready",
    )


def _meaning(seen: Survey, choice: Switch) -> tuple[Meaning, ...]:
    known = ", ".join(user.name for user in seen.users)
    text = _("Users there are: {users}. Heartbeats that were installed without a user stop registering.")
    way = _("by its certificate") if seen.by_certificate else _("by password")
    said = [
        Meaning(
            Severity.WARN,
            _("Whatever talks to etcd without a login is refused from then on"),
            text.format(users=known or _("none")),
        ),
        Meaning(
            Severity.INFO,
            _("This program logs in as {user}, {way}").format(user=seen.own, way=way),
            _("Right after the switch it is tried. If it fails, authentication is switched off again at once."),
        ),
        Meaning(Severity.INFO, _("Keep root's password: without it users cannot be administrated any more")),
    ]
    return tuple(sorted((*said, password_meaning(choice.root_password)), key=lambda one: -one.severity))


def plan_disable(seen: Survey, cluster: str, *, demands: bool | None = None) -> Plan:
    """Ask for no login any more. `demands`: etcd demands client certificates; None if nobody knows."""
    if not seen.auth:
        raise InvalidInput(_("Authentication is off already."))
    who = _("Whoever reaches etcd's client port reads, changes and deletes every key")
    if demands:
        who = _("Whoever has a certificate of etcd's CA reads, changes and deletes every key")
    one = step(_("Switch authentication off"), commands.auth_disable(), _("Switch it on again"), risk=Risk.DESTRUCTIVE)
    return Plan(
        title=_("Switch etcd's authentication off"),
        cluster=cluster,
        steps=(one,),
        meaning=(
            Meaning(
                Severity.CRITICAL,
                who,
                _("The settings of the whole cluster, the registrations of nodes, the members of etcd itself."),
            ),
            Meaning(Severity.INFO, _("Users, roles and passwords stay, and count again when it is switched on")),
        ),
        undo=_("Switch authentication on again."),
        confirm=cluster,
        lane=LANE,
        seconds=2.0,
        cancel_effect=_("It may be off already."),
        icon="lock-open",
    )
