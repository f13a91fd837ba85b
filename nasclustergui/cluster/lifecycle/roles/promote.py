"""The plan that makes a node a manager, begun anew or continued from where an earlier one ended."""

from __future__ import annotations

import time
from collections.abc import Iterator

from nasclustergui.cluster.lifecycle.roles import steps
from nasclustergui.cluster.lifecycle.roles.model import Candidate, Stage
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan, Step
from nasclustergui.core.profile import Profile
from nasclustergui.subsystems.etcd.features.members.arithmetic import Arithmetic, Verdict

MANAGER, WORKER = "manager", "worker"
LANE = "etcd"


def plan_promote(found: Candidate, registered: str, profile: Profile) -> Plan:
    """Everything from here to a voting member that is registered as manager.

    `registered`: the role that its key states, "" if it is not registered.
    Raises InvalidInput when something forbids it, or when nothing is left to do.
    """
    if found.obstacles:
        first = found.obstacles[0]
        raise InvalidInput(first.text, hint=first.more, field=first.field)
    todo = tuple(_steps(found, registered, profile))
    if not todo:
        raise InvalidInput(_("{node} is a manager already.").format(node=found.node), field="node")
    goes_on = found.stage is not Stage.OUTSIDE
    title = _("Promote {node}, continued") if goes_on else _("Promote {node} to manager")
    return Plan(
        title.format(node=found.node),
        profile.name,
        todo,
        tuple(sorted(_meaning(found), key=lambda line: -line.severity)),
        undo=_("Demote it to worker: the same steps backwards. Until it has its vote, it can be taken back."),
        confirm=found.node,
        lane=LANE,
        seconds=120.0 if found.look is not None and not found.look.version else 20.0,
        cancel_effect=_("The step in progress is undone, those before stay. “Promote” then offers to go on or undo."),
        icon="crown",
    )


def _steps(found: Candidate, registered: str, profile: Profile) -> Iterator[Step]:
    look = found.look
    assert look is not None
    if found.stage in (Stage.OUTSIDE, Stage.ANNOUNCED):
        yield from _prepared(found)
    if found.stage is Stage.OUTSIDE:
        yield steps.announce(found)
    if found.stage in (Stage.OUTSIDE, Stage.ANNOUNCED) or not look.running:
        yield steps.start(found)
    if found.member is None or found.member.learner:
        yield steps.give_vote(found)
    yield from role_steps(found.node, MANAGER, look.heartbeat, registered, profile)
    if found.client_url and found.client_url not in profile.etcd.endpoints:
        yield steps.profile_endpoint(found.client_url, add=True)


def _prepared(found: Candidate) -> Iterator[Step]:
    look = found.look
    assert look is not None
    if not look.version:
        yield steps.install(found, look.candidate)
    node, data_dir, user = found.node, found.settings["ETCD_DATA_DIR"], look.user
    if look.running or not look.version:
        yield steps.stop(node)
    if look.data or not look.version:
        yield steps.set_aside(node, data_dir, user, time.time())
    else:
        yield steps.directory(node, data_dir, user)
    for upload in found.uploads:
        yield steps.lay(node, upload, user)
    if found.opened:
        yield from steps.open_files(node, found.opened, user)
    if dict(look.file) != dict(found.settings):
        yield steps.write_settings(node, found.settings)


def role_steps(node: str, role: str, heartbeat: bool, registered: str, profile: Profile) -> Iterator[Step]:
    """What tells the others of the role, wherever it is written down."""
    if registered != role:
        if heartbeat:
            yield steps.heartbeat_role(node, role)
        elif registered:
            yield steps.role_key(node, role)
    stated = profile.node(node)
    if stated is not None and stated.role and stated.role != role:
        yield steps.profile_role(node, role)


def _meaning(found: Candidate) -> Iterator[Meaning]:
    if found.verdict is not None:
        yield votes(found.verdict)
    yield from (Meaning(f.severity, f.text, f.more) for f in found.findings if f.severity > Severity.OK)
    if found.stage is Stage.OUTSIDE:
        text = _("It stays a learner until it has everything the leader has, so nothing waits for it.")
        yield Meaning(Severity.INFO, _("First without a vote"), text)
    if found.stage in (Stage.OUTSIDE, Stage.ANNOUNCED):
        title = _("etcd will listen at {url}").format(url=found.client_url)
        text = _("Files that are replaced stay beside, under their name with {suffix}.").format(suffix=steps.KEPT)
        yield Meaning(Severity.INFO, title, text)


def votes(verdict: Verdict) -> Meaning:
    """Members, majority and losses that are tolerated, before and after."""
    before, after = verdict.before, verdict.after
    title = _("{before} → {after}").format(before=before.tells(), after=after.tells())
    text = _("Majority {majority} → {then}.").format(majority=before.majority, then=after.majority)
    even = after.voters % 2 == 0
    return Meaning(max(verdict.severity, Severity.WARN if even else Severity.OK), title, f"{text} {verdict.reason}")


def vote_rows(before: Arithmetic, after: Arithmetic) -> tuple[tuple[str, int, int], ...]:
    """The same as rows of a small table: what, before, after."""
    return (
        (_("Members with a vote"), before.voters, after.voters),
        (_("Must agree (majority)"), before.majority, after.majority),
        (_("Tolerated losses"), before.tolerance, after.tolerance),
        (_("Answer now"), before.answering, after.answering),
    )
