"""Trying a profile out: logs in to every node, acts as root once, asks etcd; changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from nasclustergui.cluster.session import Session
from nasclustergui.core.command import Command
from nasclustergui.core.errors import HostKeyChanged, HostKeyUnknown, NasError, Unreachable
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.profile import Profile
from nasclustergui.remote.credentials import Credentials
from nasclustergui.remote.node import run
from nasclustergui.remote.parallel import gather
from nasclustergui.remote.secrets import SecretStore, StoredCredentials
from nasclustergui.remote.ssh_nodes import SshNodes
from nasclustergui.subsystems.etcd.model import EtcdState
from nasclustergui.window.asker import Asker

ETCD = "etcd"


@dataclass(frozen=True)
class Finding:
    """How one node, or etcd, answered.

    Attributes:
        subject: the node's name, or `ETCD`.
        state: key of `ui.theme.STATES`; "busy" while it is under way.
        word: the state in a word. text: what happened, a sentence; hint: what to do.
        error: what went wrong, None if nothing did.
    """

    subject: str
    state: str
    word: str
    text: str = ""
    hint: str = ""
    error: NasError | None = None


Tell = Callable[[Finding], None]
Tester = Callable[[Profile, Job, Tell], None]
"""Tries a profile in a worker thread; `tell` may be called from any thread. Raises Cancelled."""


def subjects(profile: Profile) -> tuple[str, ...]:
    """Who is asked, in the order to show."""
    names = tuple(node.name for node in profile.nodes)
    return (*names, ETCD) if profile.etcd.endpoints else names


def trying(subject: str) -> Finding:
    """What is said until there is an answer."""
    return Finding(subject, "busy", _("Connecting"))


def try_connections(profile: Profile, credentials: Credentials | None, job: Job, tell: Tell) -> None:
    """Ask every node and etcd, all at once, and tell how each answered. Raises Cancelled."""
    session = Session(profile, credentials)
    try:
        tasks = {node.name: partial(_try_node, session.nodes, node.name, tell) for node in profile.nodes}
        if profile.etcd.endpoints:
            tasks[ETCD] = partial(_try_etcd, session, tell)
        gather(tasks, job)
    finally:
        session.close()


def connection_tester(asker: Asker, store: SecretStore) -> Tester:
    """Tries profiles out with the passwords of `store`; what is missing there is asked for."""

    def test(profile: Profile, job: Job, tell: Tell) -> None:
        asks = asker.for_cluster(profile)
        forget = job.on_cancel(asks.close)
        try:
            try_connections(profile, StoredCredentials(store, asks), job, tell)
        finally:
            forget()
            asks.close()

    return test


def store_keys(profile: Profile, errors: tuple[HostKeyUnknown, ...]) -> None:
    """Store host keys that the person accepted, where the profile says. Raises InvalidInput."""
    nodes = SshNodes(profile)
    try:
        for error in errors:
            nodes.accept(error)
    finally:
        nodes.close()


def _try_node(nodes: SshNodes, name: str, tell: Tell, job: Job) -> None:
    tell(trying(name))
    try:
        called = run(nodes[name], Command(("uname", "-n"), root=True), job).stdout.strip()
    except NasError as error:
        tell(_failed(name, error))
    else:
        tell(
            Finding(
                name, "ok", _("Reachable"), _("It calls itself {name} and lets us act as root.").format(name=called)
            )
        )


def _failed(name: str, error: NasError) -> Finding:
    state, word = "critical", _("Refused")
    if isinstance(error, HostKeyUnknown):
        state, word = "warn", _("Unknown key")
    elif isinstance(error, HostKeyChanged):
        word = _("Key changed")
    elif isinstance(error, Unreachable):
        state, word = "stale", _("No answer")
    text = str(error).removeprefix(f"{name}: ")
    return Finding(name, state, word, text[:1].upper() + text[1:], error.hint, error)


def _try_etcd(session: Session, tell: Tell, job: Job) -> None:
    tell(trying(ETCD))
    try:
        state = session.read_etcd(job)
    except NasError as error:
        tell(Finding(ETCD, "critical", _("No answer"), str(error), error.hint, error))
    else:
        tell(_etcd_finding(state))


def _etcd_finding(state: EtcdState) -> Finding:
    text = _("{healthy} of {members} members answer.").format(healthy=state.healthy, members=state.voters)
    whole = state.healthy == state.voters
    leader = state.leader
    if leader is not None:
        text += " " + _("Leader is {node}.").format(node=leader.label)
    return Finding(ETCD, "ok" if whole else "warn", _("Reachable") if whole else _("Degraded"), text)
