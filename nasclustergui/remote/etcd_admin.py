"""What concerns etcd itself: who its members are, who leads, and the upkeep of each member's database.

Everything here needs etcd's user root where authentication is on. Calls that change the member list are never repeated
once they may have happened: then StoreError with `.ambiguous`. Upkeep names the member's endpoint, for each keeps its
own database, and returns when it is done, which may take minutes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from nasclustergui.core.errors import StoreError
from nasclustergui.core.job import Job
from nasclustergui.remote import etcd_messages as wire
from nasclustergui.remote.etcd_endpoint import parse_endpoint
from nasclustergui.remote.etcd_errors import Circumstances, RpcFailed, Verdict, explain
from nasclustergui.remote.etcd_failover import Access
from nasclustergui.remote.etcd_link import Link
from nasclustergui.remote.etcd_session import SECONDS, EtcdSession, diagnose
from nasclustergui.remote.etcd_snapshot import OnPiece, SnapshotInfo, refuse_target, write_snapshot
from nasclustergui.remote.etcd_types import Alarm, MemberInfo

_SLOW = 600.0  # seconds that the defragmentation of a large database may take
_QUIET = 30.0  # seconds without a piece of a snapshot


class EtcdAdmin(EtcdSession):
    """The part of the client for members and upkeep. See the module's docstring."""

    def member_add(
        self, peer_urls: Sequence[str], *, learner: bool = False, seconds: float = SECONDS, job: Job | None = None
    ) -> tuple[MemberInfo, tuple[MemberInfo, ...]]:
        """Announce a member that will listen there; returns it and the new member list.

        It has no name until it starts. Without `learner` it has a vote at once, started or not. An etcd before 3.4
        doesn't know learners and adds a voter: look at what came back.
        """
        reply = self._once("Cluster.MemberAdd", wire.member_add_request(peer_urls, learner), seconds, job)
        return wire.member(reply.member), wire.members(reply)

    def member_remove(self, member_id: int, *, seconds: float = SECONDS, job: Job | None = None) -> None:
        """Take a member out; it ends by itself when it hears of it, and its data is of no use any more."""
        self._once("Cluster.MemberRemove", wire.member_remove_request(member_id), seconds, job)

    def member_promote(
        self, endpoint: str, member_id: int, *, seconds: float = SECONDS, job: Job | None = None
    ) -> None:
        """Give a learner a vote. Refused until it has (nearly) all that the leader has.

        `endpoint`: the leader's. Another member passes it on without the login, in vain where etcd has users, and
        answers nothing at all (seen with 3.4.23: the leader says "auth: user name is empty").
        """
        self._at(endpoint, "Cluster.MemberPromote", wire.member_remove_request(member_id), seconds, job)

    def member_update(
        self, member_id: int, peer_urls: Sequence[str], *, seconds: float = SECONDS, job: Job | None = None
    ) -> None:
        """Tell the others where a member listens for them from now on."""
        self._once("Cluster.MemberUpdate", wire.member_update_request(member_id, peer_urls), seconds, job)

    def move_leader(self, endpoint: str, member_id: int, *, seconds: float = SECONDS, job: Job | None = None) -> None:
        """Ask the leader, which listens at `endpoint`, to let another member lead. Others refuse: "not leader"."""
        self._at(endpoint, "Maintenance.MoveLeader", wire.move_leader_request(member_id), seconds, job)

    def compact(self, revision: int, *, seconds: float = 60.0, job: Job | None = None) -> None:
        """Forget the history before `revision`, in all members; returns when it is gone from the database."""
        self._call("KV.Compact", wire.compact_request(revision), Access.WRITE, seconds=seconds, job=job)

    def defragment(self, endpoint: str, *, seconds: float = _SLOW, job: Job | None = None) -> None:
        """Rewrite the member's database without the gaps. It answers nothing while that lasts."""
        self._at(endpoint, "Maintenance.Defragment", wire.defragment_request(), seconds, job)

    def disarm(self, alarm: Alarm, *, seconds: float = SECONDS, job: Job | None = None) -> tuple[Alarm, ...]:
        """Take an alarm back; returns those that were taken back. It comes again if its cause is still there."""
        return wire.alarms(
            self._call("Maintenance.Alarm", wire.disarm_request(alarm), Access.WRITE, seconds=seconds, job=job)
        )

    def snapshot(
        self, endpoint: str, path: Path, on_piece: OnPiece = lambda _written, _left: None, *, job: Job | None = None
    ) -> SnapshotInfo:
        """Fetch the member's database into a new file, which appears only once it is whole and checked.

        Ends when nothing arrives for 30 s. Raises StoreError, InvalidInput (the file is there), NasError, Cancelled.
        """
        refuse_target(path)
        link = self._link(parse_endpoint(endpoint, self._tls_by_default))
        try:
            try:
                return write_snapshot(path, _pieces(link, job), on_piece)
            except RpcFailed as failure:
                if failure.verdict is not Verdict.LOGIN:
                    raise
            link.forget_token()
            return write_snapshot(path, _pieces(link, job), on_piece)
        except RpcFailed as failure:
            raise self._one_failed(link, failure, write=False) from failure

    def _once(self, method: str, request: Any, seconds: float, job: Job | None) -> Any:
        return self._call(method, request, Access.ONCE, seconds=seconds, job=job)

    def _at(self, endpoint: str, method: str, request: Any, seconds: float, job: Job | None) -> Any:
        """Call `method` at this member only. Raises StoreError, Cancelled."""
        link = self._link(parse_endpoint(endpoint, self._tls_by_default))
        try:
            return _logged_in(link, method, request, seconds, job)
        except RpcFailed as failure:
            raise self._one_failed(link, failure) from failure

    def _one_failed(self, link: Link, failure: RpcFailed, *, write: bool = True) -> StoreError:
        """What to tell when the one member that was asked didn't do it."""
        fault = diagnose(link) if failure.smells_of_tls else ""
        if fault:
            return StoreError(fault, details=str(failure))
        where = Circumstances(self.profile.user, "", write)
        return explain([failure], where, perhaps_done=write and failure.perhaps_done)


def _logged_in(link: Link, method: str, request: Any, seconds: float, job: Job | None) -> Any:
    """The reply; with a new login if the token has run out. No leader is needed."""
    try:
        return link.unary(method, request, seconds, leader=False, job=job)
    except RpcFailed as failure:
        if failure.verdict is not Verdict.LOGIN:
            raise
    link.forget_token()
    return link.unary(method, request, seconds, leader=False, job=job)


def _pieces(link: Link, job: Job | None) -> Iterator[tuple[bytes, int]]:
    """What a member sends of its database, and how many bytes are to come. A cancelled job ends the stream."""
    call = link.send("Maintenance.Snapshot", wire.snapshot_request())
    forget = job.on_cancel(call.cancel) if job else None
    watch = _Watchdog(call.cancel, _QUIET)
    try:
        for reply in call:
            watch.fed()
            yield bytes(reply.blob), int(reply.remaining_bytes)
    except Exception as error:
        if job:
            job.check()
        if watch.bitten:
            raise RpcFailed(link.url, "DEADLINE_EXCEEDED", "nothing arrived any more") from error
        raise link.stream_failed(error) from error
    finally:
        watch.end()
        call.cancel()
        if forget:
            forget()


class _Watchdog(threading.Thread):
    """Calls `bite` once nothing was fed for so many seconds."""

    def __init__(self, bite: Callable[[], object], seconds: float) -> None:
        super().__init__(name="etcd-snapshot", daemon=True)
        self._bite, self._seconds, self._ended = bite, seconds, threading.Event()
        self._last = time.monotonic()
        self.bitten = False
        self.start()

    def fed(self) -> None:
        """Something arrived."""
        self._last = time.monotonic()

    def end(self) -> None:
        """No longer wanted."""
        self._ended.set()

    def run(self) -> None:
        """Look now and then."""
        while not self._ended.wait(min(1.0, self._seconds / 4)):
            if time.monotonic() - self._last > self._seconds:
                self.bitten = True
                self._bite()
                return
