"""Plans that change who belongs to etcd and who leads. Pure; they raise InvalidInput for what etcd would refuse."""

from __future__ import annotations

from collections.abc import Sequence

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.remote.etcd_endpoint import parse_endpoint
from nasclustergui.subsystems.etcd.commands import members as commands
from nasclustergui.subsystems.etcd.features.members.arithmetic import (
    Verdict,
    add_verdict,
    arithmetic,
    promote_verdict,
    remove_verdict,
)
from nasclustergui.subsystems.etcd.features.members.joining import initial_cluster
from nasclustergui.subsystems.etcd.model import EtcdState, Member

DRIVER = "etcd"
LANE = "etcd/members"


def plan_add(state: EtcdState, cluster: str, name: str, peer_urls: Sequence[str], *, learner: bool = True) -> Plan:
    """Announce a member; its etcd is started by hand or by whoever makes the node a manager."""
    urls = _checked(state, name, peer_urls)
    verdict = add_verdict(state.members, learner=learner)
    _refuse(verdict)
    step = Step(
        title=_("Add {name} as a learner").format(name=name) if learner else _("Add {name}").format(name=name),
        node="",
        command=commands.member_add(name, urls, learner=learner),
        driver=DRIVER,
        risk=Risk.DESTRUCTIVE if verdict.typed else Risk.SAFE if learner else Risk.CAUTION,
        undo_text=_("Undo: remove it"),
        undo=commands.member_remove_at(urls[0]),
        check="members.same members.quorate",
        args={"members": numbers(state)},
    )
    told = _("Start etcd there with ETCD_INITIAL_CLUSTER_STATE=existing and ETCD_INITIAL_CLUSTER={cluster}").format(
        cluster=initial_cluster(state.members, name, urls)
    )
    return Plan(
        title=step.title,
        cluster=cluster,
        steps=(step,),
        meaning=(
            *votes_meaning(verdict),
            Meaning(Severity.INFO, _("etcd is not started there by this plan"), told),
        ),
        undo=_("Remove the member again."),
        confirm=name if verdict.typed else "",
        lane=LANE,
        seconds=3.0,
        cancel_effect=_("It is removed again."),
        icon="plus",
    )


def plan_remove(state: EtcdState, cluster: str, member: Member) -> Plan:
    """Take a member out for good."""
    verdict = remove_verdict(state.members, member)
    _refuse(verdict)
    last = Risk.DESTRUCTIVE if verdict.typed else Risk.CAUTION
    step = Step(
        title=_("Remove {member} from etcd").format(member=member.label),
        node="",
        command=commands.member_remove(member.id),
        driver=DRIVER,
        risk=Risk.SAFE if member.learner else last,
        undo_text=_("Undo: add it anew, empty"),
        check="members.same members.quorate",
        args={"members": numbers(state)},
    )
    said = [*votes_meaning(verdict)]
    if member.leader:
        said.append(Meaning(Severity.INFO, _("It leads: another member is elected within about 2 s")))
    if member.healthy:
        text = _("Its data directory stays, but is of no use any more: it can only come back empty.")
        said.append(Meaning(Severity.INFO, _("etcd on {member} ends by itself").format(member=member.label), text))
    return Plan(
        title=step.title,
        cluster=cluster,
        steps=(step,),
        meaning=tuple(sorted(said, key=lambda one: -one.severity)),
        undo=_("Add it again as a new member: with an empty data directory it fetches everything from the leader."),
        confirm=member.label,
        lane=LANE,
        seconds=3.0,
        cancel_effect=_("It may have been removed already."),
        icon="unplug",
    )


def plan_promote(state: EtcdState, cluster: str, member: Member) -> Plan:
    """Give a learner its vote, once it has caught up."""
    if not member.learner:
        raise InvalidInput(_("{member} has a vote already.").format(member=member.label), field="member")
    verdict = promote_verdict(state.members, member)
    _refuse(verdict)
    step = Step(
        title=_("Give {member} a vote").format(member=member.label),
        node="",
        command=commands.member_promote(member.id),
        driver=DRIVER,
        risk=Risk.SAFE,
        undo_text=_("Undo: remove it"),
        check="members.same members.quorate",
        args={"members": numbers(state)},
    )
    waits = _("etcd refuses until it has nearly all that the leader has; the plan waits up to 2 min for that.")
    return Plan(
        title=step.title,
        cluster=cluster,
        steps=(step,),
        meaning=(*votes_meaning(verdict), Meaning(Severity.INFO, _("The learner must have caught up"), waits)),
        undo=_("A member can't become a learner again: remove it and add it anew."),
        lane=LANE,
        seconds=3.0,
        cancel_effect=_("It may have its vote already."),
        icon="check",
    )


def plan_move_leader(state: EtcdState, cluster: str, member: Member) -> Plan:
    """Let another member lead."""
    leader = state.leader
    why = why_not_lead(state, member)
    if why or leader is None:
        raise InvalidInput(why, field="member")
    step = Step(
        title=_("Let {member} lead etcd").format(member=member.label),
        node="",
        command=commands.move_leader(member.id),
        driver=DRIVER,
        risk=Risk.SAFE,
        undo_text=_("Undo: {member} leads again").format(member=leader.label),
        undo=commands.move_leader(leader.id),
        check="members.same members.quorate",
        args={"members": numbers(state)},
    )
    text = _("Writes wait for a moment. {member} stays a member with a vote.").format(member=leader.label)
    return Plan(
        title=step.title,
        cluster=cluster,
        steps=(step,),
        meaning=(Meaning(Severity.OK, _("Leader so far: {member}").format(member=leader.label), text),),
        undo=_("Move the leadership back."),
        lane=LANE,
        seconds=2.0,
        cancel_effect=_("The leader is moved back."),
        icon="crown",
    )


def why_not_lead(state: EtcdState, member: Member) -> str:
    """Why it can't become the leader; "" if it can."""
    if state.leader is None:
        return _("etcd has no leader now, so nobody can hand it over.")
    if member.leader:
        return _("{member} leads already.").format(member=member.label)
    if member.learner:
        return _("A learner cannot lead.")
    if not member.healthy:
        return _("{member} does not answer.").format(member=member.label)
    return ""


def votes_meaning(verdict: Verdict) -> tuple[Meaning, ...]:
    """Before and after, as the first line of "What it means"."""
    before, after = verdict.before, verdict.after
    title = _("Votes: {before} now, {after} afterwards; majority {needed}, may be lost {tolerance}").format(
        before=before.voters, after=after.voters, needed=after.majority, tolerance=max(0, after.spare)
    )
    return (Meaning(verdict.severity, title, verdict.reason),)


def numbers(state: EtcdState) -> str:
    """All members, for the check "members.same"."""
    return ",".join(commands.number(m.id) for m in state.members)


def member_named(state: EtcdState, name: str) -> Member:
    """By node, name or number. Raises InvalidInput that names those there are."""
    for member in state.members:
        if name in (member.node, member.name, member.label, commands.number(member.id)):
            return member
    names = ", ".join(m.label for m in state.members)
    raise InvalidInput(
        _("etcd has no member “{name}”.").format(name=name.encode("unicode_escape").decode()),
        field="member",
        hint=_("There are: {names}.").format(names=names),
    )


def _checked(state: EtcdState, name: str, peer_urls: Sequence[str]) -> tuple[str, ...]:
    if not name or not all(c.isalnum() or c in "-_." for c in name):
        raise InvalidInput(
            _("“{name}” is no name for a member: letters, digits, “-”, “_” and “.” only.").format(name=name),
            field="name",
        )
    if any(m.name == name for m in state.members):
        raise InvalidInput(_("A member called {name} is there already.").format(name=name), field="name")
    if not peer_urls:
        raise InvalidInput(_("Where does it listen for the other members?"), field="url")
    urls = tuple(_peer_url(state, url) for url in peer_urls)
    unborn = [m for m in state.members if m.learner]
    if unborn:
        raise InvalidInput(
            _("{member} is a learner already, and etcd takes one at a time.").format(member=unborn[0].label),
            hint=_("Promote or remove it first."),
        )
    return urls


def _peer_url(state: EtcdState, url: str) -> str:
    endpoint = parse_endpoint(url, tls=_speaks_tls(state))
    taken = next((m for m in state.members if endpoint.url in m.peer_urls), None)
    if taken is not None:
        raise InvalidInput(
            _("{member} listens at {url} already.").format(member=taken.label, url=endpoint.url), field="url"
        )
    if endpoint.tls != _speaks_tls(state):
        scheme = "https" if _speaks_tls(state) else "http"
        raise InvalidInput(_("The other members speak {scheme}.").format(scheme=scheme), field="url")
    return endpoint.url


def _speaks_tls(state: EtcdState) -> bool:
    return any(url.startswith("https:") for m in state.members for url in m.peer_urls)


def _refuse(verdict: Verdict) -> None:
    if verdict.refused:
        raise InvalidInput(verdict.reason, field="member")


def spare_text(state: EtcdState) -> str:
    """ "3 voters tolerate 1 loss", as things are: who is away counts."""
    votes = arithmetic(state.members)
    if not votes.quorate:
        return _("no majority")
    if votes.answering == votes.voters:
        return votes.tells()
    if not votes.spare:
        return _("{answering} of {voters} voters answer; none may be lost").format(
            answering=votes.answering, voters=votes.voters
        )
    return ngettext(
        "{answering} of {voters} voters answer; {n} more may be lost",
        "{answering} of {voters} voters answer; {n} more may be lost",
        votes.spare,
    ).format(answering=votes.answering, voters=votes.voters, n=votes.spare)
