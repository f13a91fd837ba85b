"""What etcd's refusals mean: try the next member, log in again, or tell the person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from nasclustergui.core.errors import StoreError
from nasclustergui.core.i18n import _

_NEXT = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL", "CANCELLED", "ABORTED"})
_NEXT_TEXTS = ("context deadline exceeded", "context canceled", "too many requests", "no leader", "not capable")
_LOGIN_TEXTS = ("invalid auth token", "revision of auth store is old")
_LOGIN_REFUSED = ("user name is empty", "invalid user id or password")
_REFUSED_TEXTS = ("unhealthy cluster",)  # though its status says "unavailable"
_NEVER_SENT = (
    "failed to connect",
    "errors resolving",
    "no leader",
    "too many requests",
    "not supported for learner",
    *_LOGIN_TEXTS,
)
_LEADERLESS = ("no leader", "leader changed", "request timed out", "context deadline exceeded")
_TLS_TEXTS = ("handshake failed", "unwrap failed", "verification", "ssl")
_BROKEN_TEXTS = ("socket closed", "connection reset", "goaway", "broken pipe")


class Verdict(Enum):
    """What to do about a failed call."""

    NEXT = "next"  # another member may do better
    LOGIN = "login"  # the token is not valid at this member (any more)
    FINAL = "final"  # every member would say the same


class RpcFailed(Exception):
    """A call of one endpoint failed. Never leaves `remote/`.

    Attributes:
        endpoint: its URL. code: name of gRPC's status ("UNAVAILABLE"). text: what came with it.
    """

    def __init__(self, endpoint: str, code: str, text: str) -> None:
        super().__init__(f"{endpoint}: {code}: {text}")
        self.endpoint, self.code, self.text = endpoint, code, text

    @property
    def verdict(self) -> Verdict:
        """What to do now."""
        if self.code == "UNAUTHENTICATED" or self.says(_LOGIN_TEXTS):
            return Verdict.LOGIN
        if self.says(_REFUSED_TEXTS):
            return Verdict.FINAL
        if self.code in _NEXT or self.says(_NEXT_TEXTS):
            return Verdict.NEXT
        return Verdict.FINAL

    @property
    def perhaps_done(self) -> bool:
        """A write may have happened all the same: it was sent and no refusal came back."""
        return self.verdict is Verdict.NEXT and not self.says(_NEVER_SENT)

    @property
    def leaderless(self) -> bool:
        """The member answered, but has no leader to decide."""
        return self.says(_LEADERLESS)

    @property
    def unconnected(self) -> bool:
        """There is no connection to the member."""
        return self.code == "UNAVAILABLE" and "etcdserver" not in self.text

    @property
    def smells_of_tls(self) -> bool:
        """Worth asking OpenSSL what it thinks of this endpoint."""
        return self.code == "UNAVAILABLE" and self.says(_TLS_TEXTS + _BROKEN_TEXTS)

    def says(self, texts: Sequence[str]) -> bool:
        """One of the texts, in small letters, is part of what came back."""
        lowered = self.text.lower()
        return any(each in lowered for each in texts)


@dataclass(frozen=True)
class Circumstances:
    """What the sentence needs to know beside the failure: whose call it was, about which key, a write or not."""

    user: str = ""
    subject: str = ""
    write: bool = False


def reason(failure: RpcFailed) -> str:
    """In a few words, for a list of members."""
    if failure.says(("refused",)):
        return _("connection refused: etcd does not run there")
    if failure.says(("errors resolving", "name not found")):
        return _("host name not found")
    if failure.code == "DEADLINE_EXCEEDED" or failure.says(("timed out", "timeout", "ping")):
        return _("no answer in time")
    if failure.says(("unreachable", "no route")):
        return _("host not reachable")
    if failure.says(_TLS_TEXTS):
        return _("the TLS connection was refused")
    if failure.says(_BROKEN_TEXTS):
        return _("the connection broke")
    if failure.says(("no leader",)):
        return _("knows no leader")
    if failure.unconnected:
        return _("no connection")
    return failure.text.removeprefix("etcdserver: ") or failure.code


def explain(failures: Sequence[RpcFailed], where: Circumstances, *, perhaps_done: bool = False) -> StoreError:
    """The error to raise when no endpoint did what was asked; `failures` holds the last one of each, at least one."""
    details = "\n".join(str(each) for each in failures)
    final = next((each for each in failures if each.verdict is not Verdict.NEXT), None)
    if final:
        message, hint = _refusal(final, where)
    elif all(each.unconnected for each in failures):
        message = _("No etcd endpoint can be reached.")
        hint = _("Check that etcd runs on the manager nodes and that this computer reaches its client port.")
    elif any(each.leaderless for each in failures):
        message = _("etcd has no leader: nothing can be read for certain and nothing can be changed.")
        hint = _("More than half of the members must run and reach each other. Start those that are off.")
    else:
        message = _("etcd did not answer in time.")
        hint = _("Check the load of the manager nodes' disks and the network between them and this computer.")
    if perhaps_done and where.write:
        message += " " + _("The change may or may not have been written.")
        hint = _("Read the key again before you repeat the change.") + " " + hint
    login = final is not None and (final.verdict is Verdict.LOGIN or final.says(_LOGIN_REFUSED))
    denied = final is not None and not where.subject and "permission denied" in final.text
    said = {"login": login, "denied": denied, "refused": final is not None and not login}
    return StoreError(message, hint=hint, details=details, ambiguous=perhaps_done and where.write, **said)


def _refusal(failure: RpcFailed, where: Circumstances) -> tuple[str, str]:
    for text, answer in _REFUSALS.items():
        if text in failure.text:
            return answer(where)
    if failure.verdict is Verdict.LOGIN:
        return _("etcd does not accept the login."), _asked_again()
    return _("etcd refused: {text}.").format(text=failure.text.removeprefix("etcdserver: ").rstrip(".")), ""


def _no_user(where: Circumstances) -> tuple[str, str]:
    if where.user:
        return (
            _("etcd asks for the password of user {user}.").format(user=where.user),
            _("It is asked for when etcd is read again."),
        )
    return (
        _("etcd asks for a login and the profile names no user."),
        _("Name the user in the cluster's profile, or a client certificate that carries the user's name."),
    )


def _wrong_password(where: Circumstances) -> tuple[str, str]:
    return (
        _("etcd does not accept user {user} with this password.").format(user=where.user),
        _asked_again(),
    )


def _asked_again() -> str:
    return _("The password is asked for anew when etcd is read again; the user's name stands in the cluster's profile.")


def _denied(where: Circumstances) -> tuple[str, str]:
    hint = _("Let etcd's administrator grant the user's role access to this key.")
    if where.subject and where.write:
        return _("etcd does not allow this user to change {key}.").format(key=where.subject), hint
    if where.subject:
        return _("etcd does not allow this user to read {key}.").format(key=where.subject), hint
    hint = _("It takes etcd's user root: sign in as root under Configuration, Access (on the command line: --as root).")
    if where.user:
        return _("etcd does not allow user {user} to do that.").format(user=where.user), hint
    return _("etcd does not allow this user to do that."), hint


def _full(_where: Circumstances) -> tuple[str, str]:
    return (
        _("etcd's database is full: it takes no changes until it is cleaned up."),
        _("Compact the history, defragment each member, disarm the alarm. Still full: delete keys or raise the quota."),
    )


def _corrupt(_where: Circumstances) -> tuple[str, str]:
    return (
        _("etcd found that the members' databases differ, and takes no changes."),
        _("Find the member with the wrong data, remove it and add it again empty."),
    )


_REFUSALS: dict[str, Callable[[Circumstances], tuple[str, str]]] = {
    "user name is empty": _no_user,
    "invalid user ID or password": _wrong_password,
    "permission denied": _denied,
    "database space exceeded": _full,
    "corrupt": _corrupt,
    "request is too large": lambda _where: (
        _("The value is larger than etcd accepts."),
        _("A request may hold 1.5 MiB unless etcd was started with another limit."),
    ),
    "requested lease not found": lambda _where: (
        _("The lease has run out or was revoked."),
        _("Ask for a new lease."),
    ),
    "unhealthy cluster": lambda _where: (
        _("etcd changes its member list only while enough members are connected, and now they are not."),
        _("Wait until all members have answered for 5 s, or bring back the ones that don't."),
    ),
    "not enough started members": lambda _where: (
        _("etcd refuses: too many of the members that have a vote were never started."),
        _("Start the member that was added last, or remove it."),
    ),
    "in sync with leader": lambda _where: (
        _("The learner does not have all the leader's data yet, so etcd gives it no vote."),
        _("Wait until it has caught up; if it never does, look at its log."),
    ),
    "too many learner": lambda _where: (
        _("etcd takes one learner at a time, and there is one already."),
        _("Promote or remove that one first."),
    ),
    "can only promote a learner": lambda _where: (_("This member has a vote already."), ""),
    "member not found": lambda _where: (_("This member is not in etcd's member list."), _("Read the list again.")),
    "Peer URLs already exists": lambda _where: (
        _("A member with this peer URL is in etcd's member list already."),
        _("Remove that member first, or give the new one another address."),
    ),
    "user name already exists": lambda _where: (_("etcd has a user of this name already."), _("Read the users again.")),
    "user name not found": lambda _where: (_("etcd has no such user any more."), _("Read the users again.")),
    "role name already exists": lambda _where: (_("etcd has a role of this name already."), _("Read the roles again.")),
    "role name not found": lambda _where: (_("etcd has no such role any more."), _("Read the roles again.")),
    "role is not granted to the user": lambda _where: (_("The user does not have this role."), ""),
    "permission is not granted to the role": lambda _where: (_("The role has no permission for these keys."), ""),
    "invalid auth management": lambda _where: (
        _("While authentication is on, etcd keeps the user root and its role."),
        _("Switch authentication off first."),
    ),
    "not leader": lambda _where: (_("This member does not lead any more."), _("Read the members again.")),
    "bad leader transferee": lambda _where: (
        _("This member cannot lead: it has no vote or is not connected."),
        _("Choose a member that answers and has a vote."),
    ),
    "is a future revision": lambda _where: (
        _("etcd has not reached that revision yet."),
        _("Choose an older one."),
    ),
    "has been compacted": lambda _where: (
        _("This revision is no longer kept: the history was compacted."),
        _("Read the present state."),
    ),
}
