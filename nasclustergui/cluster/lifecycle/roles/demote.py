"""The plans that make a manager a worker, take a half-done promotion back, and clean up after a node that was away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from nasclustergui.cluster.lifecycle.roles import steps
from nasclustergui.cluster.lifecycle.roles.model import Look
from nasclustergui.cluster.lifecycle.roles.promote import LANE, MANAGER, WORKER, role_steps, votes
from nasclustergui.cluster.lifecycle.roles.settings import DATA_DIR
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.core.profile import Profile
from nasclustergui.subsystems.etcd.features.members.arithmetic import Verdict, remove_verdict
from nasclustergui.subsystems.etcd.model import EtcdState, Member


@dataclass(frozen=True)
class Leaver:
    """A node that is to be no manager any more.

    Attributes:
        node: its name in the profile. state: etcd as it is. member: its member, None if it is none.
        look: the machine, None if it does not answer. why: then why not.
        registered: the role that its key states, "" if it is not registered.
        stranded: nodes whose heartbeat asks no other member than this one.
    """

    node: str
    state: EtcdState
    member: Member | None
    look: Look | None
    why: str = ""
    registered: str = ""
    stranded: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict | None:
        """What becomes of the votes; None where it has none."""
        return remove_verdict(self.state.members, self.member) if self.member is not None else None

    @property
    def leftovers(self) -> bool:
        """It is no member, but its etcd runs or starts with the machine, or has data."""
        look = self.look
        if self.member is not None or look is None:
            return False
        return look.running or bool(look.data) or bool(look.version and look.enabled == "enabled")


def plan_demote(found: Leaver, profile: Profile) -> Plan:
    """From member to worker. Raises InvalidInput where that would end all decisions, or there is nothing to do."""
    member, verdict = found.member, found.verdict
    if member is None or verdict is None:
        if found.leftovers:
            return plan_clean_up(found, profile)
        raise InvalidInput(_("{node} is no member of etcd.").format(node=found.node), field="node")
    if verdict.refused:
        raise InvalidInput(
            _("{node} must stay a manager: {reason}").format(node=found.node, reason=verdict.reason),
            hint=_("Promote another node first.") if verdict.before.quorate else "",
            field="node",
        )
    undone = not member.name or member.learner
    title = _("Take the promotion of {node} back") if undone else _("Demote {node} to worker")
    risk = Risk.DESTRUCTIVE if verdict.typed else Risk.CAUTION
    return Plan(
        title.format(node=found.node),
        profile.name,
        tuple(_steps(found, member, profile, risk)),
        tuple(sorted(_meaning(found, verdict), key=lambda line: -line.severity)),
        undo=_("Promote it to manager again: it gets the data from the others."),
        confirm=found.node,
        lane=LANE,
        seconds=10.0,
        cancel_effect=_("Steps that were done stay. Demote it again for the rest."),
        icon="undo-2",
    )


def plan_clean_up(found: Leaver, profile: Profile) -> Plan:
    """Stop what is left of etcd on a node that is no member any more. Raises InvalidInput if nothing is."""
    if not found.leftovers:
        raise InvalidInput(_("Nothing of etcd is left on {node}.").format(node=found.node), field="node")
    text = _("Its data is renamed, not deleted. It is of no use to the other members.")
    return Plan(
        _("Clean up what is left of etcd on {node}").format(node=found.node),
        profile.name,
        (*_machine(found), *_roles(found, profile)),
        (Meaning(Severity.INFO, _("{node} is no member of etcd any more").format(node=found.node), text),),
        undo=_("The data can be renamed back by hand; a member it makes only by promoting the node."),
        confirm=found.node,
        lane=LANE,
        seconds=5.0,
        icon="undo-2",
    )


def _steps(found: Leaver, member: Member, profile: Profile, risk: Risk) -> Iterator[Step]:
    heir = next((m for m in _heirs(found.state, member)), None)
    if member.leader and heir is not None:
        yield steps.hand_over(member, heir)
    others = tuple(url for m in found.state.members if m is not member and not m.learner for url in m.client_urls)
    for node in found.stranded:
        yield steps.heartbeat_endpoints(node, others)
    yield steps.remove(member, found.state, risk)
    yield from _machine(found)
    yield from _roles(found, profile)
    for url in member.client_urls:
        if url in profile.etcd.endpoints and len(profile.etcd.endpoints) > 1:
            yield steps.profile_endpoint(url, add=False)


def _heirs(state: EtcdState, leader: Member) -> tuple[Member, ...]:
    """Who may lead then: voters that answer, the furthest first."""
    able = [m for m in state.members if m.healthy and not m.learner and m.id != leader.id]
    return tuple(sorted(able, key=lambda m: -(m.raft_index or 0)))


def _machine(found: Leaver) -> Iterator[Step]:
    look = found.look
    if look is None:
        return
    data_dir = look.settings.get("ETCD_DATA_DIR") or look.data_dir or DATA_DIR
    if look.version:
        yield steps.stop(found.node)
    if look.data:
        yield steps.set_aside(found.node, data_dir, look.user, time.time())
    if look.file:
        yield steps.settings_back(found.node)


def _roles(found: Leaver, profile: Profile) -> Iterator[Step]:
    if found.registered in (MANAGER, ""):
        heartbeat = found.look is not None and found.look.heartbeat
        yield from role_steps(found.node, WORKER, heartbeat, found.registered, profile)


def _meaning(found: Leaver, verdict: Verdict) -> Iterator[Meaning]:
    member = found.member
    if member is not None and not member.learner:
        line = votes(verdict)
        yield line if not verdict.typed else Meaning(Severity.CRITICAL, line.title, line.text)
    if found.look is None:
        title = _("{node} does not answer: only etcd's part is done").format(node=found.node)
        text = _("When it is back, its etcd is stopped by “Clean up etcd…”. Until then it cannot do harm.")
        yield Meaning(Severity.WARN, title, text)
    else:
        title = _("etcd on {node} is stopped, its data renamed").format(node=found.node)
        yield Meaning(Severity.INFO, title, _("Nothing is deleted. Certificates stay where they are."))
    if member is not None and member.leader:
        text = _("Writes wait for a moment, usually less than a second.")
        yield Meaning(Severity.INFO, _("Another member leads first"), text)
