"""Which member is asked next, what is asked again, and what the person is told."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from base64 import b64decode
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from nasclustergui.core.errors import Cancelled, InvalidInput, StoreError
from nasclustergui.core.job import Job
from nasclustergui.remote import etcd_messages as wire
from nasclustergui.remote.etcd_errors import Circumstances, RpcFailed, Verdict, explain, reason
from nasclustergui.remote.etcd_failover import Access, Failover
from nasclustergui.remote.etcd_rpc import messages
from nasclustergui.remote.etcd_types import Compare, Delete, Get, Put, Target, prefix_end

RECORDED = Path(__file__).parent.parent / "recorded" / "etcd"
REFUSED = "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:1: Connection refused"


class FakeMember:
    """Answers from a list: a text is a failure "CODE text", anything else the answer."""

    def __init__(self, url: str, *answers: object) -> None:
        self.url, self.answers, self.asked, self.logins = url, list(answers), 0, 0

    def forget_token(self) -> None:
        self.logins += 1

    def ask(self, _seconds: float = 1.0) -> object:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, str):
            code, _space, text = answer.partition(" ")
            raise RpcFailed(self.url, code, text)
        return answer


class Clock:
    """Time that passes 0.3 s at each look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.3
        return self.now


def failover(*members: FakeMember, diagnose: Callable[[FakeMember], str] = lambda _m: "") -> Failover[FakeMember]:
    return Failover(members, diagnose=diagnose, clock=Clock())


def ask(member: FakeMember, seconds: float) -> object:
    return member.ask(seconds)


def test_the_next_member_is_asked_and_stays_the_first() -> None:
    dead, alive = FakeMember("a", "UNAVAILABLE " + REFUSED), FakeMember("b", 1)
    both = failover(dead, alive)
    assert both.call(ask) == 1
    assert both.call(ask) == 1
    assert (dead.asked, alive.asked) == (1, 2)


def test_a_member_that_failed_is_asked_last_but_not_left_out() -> None:
    three = failover(FakeMember("a"), FakeMember("b"), FakeMember("c"))
    three.failed(0)
    assert three.order() == [1, 2, 0]
    three.worked(0)
    assert three.order() == [0, 1, 2]


def test_rounds_go_on_until_somebody_answers() -> None:
    slow = FakeMember("a", "UNAVAILABLE etcdserver: no leader", "UNAVAILABLE etcdserver: no leader", 7)
    assert failover(slow).call(ask) == 7
    assert slow.asked == 3


def test_time_is_up() -> None:
    two = failover(FakeMember("a", "UNAVAILABLE " + REFUSED), FakeMember("b", "UNAVAILABLE " + REFUSED))
    with pytest.raises(StoreError, match="No etcd endpoint can be reached") as caught:
        two.call(ask, seconds=3)
    assert "a: UNAVAILABLE" in caught.value.details
    assert "b: UNAVAILABLE" in caught.value.details
    assert not caught.value.ambiguous


def test_a_token_that_ran_out_is_renewed_once_per_member() -> None:
    member = FakeMember("a", "UNAUTHENTICATED etcdserver: invalid auth token", 5)
    assert failover(member).call(ask) == 5
    assert member.logins == 1


def test_a_login_that_keeps_failing_ends() -> None:
    member = FakeMember("a", "UNAUTHENTICATED etcdserver: invalid auth token")
    with pytest.raises(StoreError, match="does not accept the login"):
        failover(member).call(ask)
    assert member.asked == 2


def test_a_refusal_is_not_repeated_elsewhere() -> None:
    first, second = FakeMember("a", "PERMISSION_DENIED etcdserver: permission denied"), FakeMember("b", 1)
    with pytest.raises(StoreError, match="does not allow this user to read /x"):
        failover(first, second).call(ask, where=Circumstances("u", "/x"))
    assert second.asked == 0


def test_a_write_is_repeated_and_said_to_be_uncertain() -> None:
    member = FakeMember("a", "DEADLINE_EXCEEDED Deadline Exceeded")
    with pytest.raises(StoreError, match="may or may not have been written") as caught:
        failover(member).call(ask, access=Access.WRITE, seconds=3, where=Circumstances(write=True))
    assert caught.value.ambiguous
    assert member.asked > 1


def test_a_transaction_is_not_repeated_once_it_may_have_happened() -> None:
    first, second = FakeMember("a", "UNAVAILABLE Socket closed"), FakeMember("b", 1)
    with pytest.raises(StoreError, match="may or may not") as caught:
        failover(first, second).call(ask, access=Access.ONCE, where=Circumstances(write=True))
    assert caught.value.ambiguous
    assert second.asked == 0


@pytest.mark.parametrize("text", ["UNAVAILABLE " + REFUSED, "UNAVAILABLE etcdserver: no leader"])
def test_a_transaction_that_never_started_goes_to_the_next(text: str) -> None:
    assert failover(FakeMember("a", text), FakeMember("b", 1)).call(ask, access=Access.ONCE) == 1


def test_refused_certificates_end_the_trying() -> None:
    handshake = "UNAVAILABLE failed to connect: Tls handshake failed"
    members = FakeMember("a", handshake), FakeMember("b", handshake)
    with pytest.raises(StoreError, match="a is not to be trusted"):
        failover(*members, diagnose=lambda m: f"{m.url} is not to be trusted.").call(ask)
    assert [m.asked for m in members] == [1, 1]


def test_one_good_certificate_is_enough_to_go_on() -> None:
    members = (
        FakeMember("a", "UNAVAILABLE Tls handshake failed"),
        FakeMember("b", "UNAVAILABLE Tls handshake failed", 3),
    )
    assert failover(*members, diagnose=lambda m: "bad" if m.url == "a" else "").call(ask) == 3


def test_cancel_ends_a_call_that_waits() -> None:
    job, seen = Job("read"), threading.Event()

    def attempt(member: FakeMember, seconds: float) -> object:
        seen.set()
        job.cancel()
        return member.ask(seconds)

    with pytest.raises(Cancelled):
        failover(FakeMember("a", "UNAVAILABLE " + REFUSED)).call(attempt, job=job)
    assert seen.is_set()


def test_close_ends_a_call_that_waits() -> None:
    one = failover(FakeMember("a", "UNAVAILABLE " + REFUSED))
    one.close()
    with pytest.raises(Cancelled):
        one.call(ask)


@pytest.mark.parametrize(
    ("code", "text", "verdict", "sentence"),
    [
        ("INVALID_ARGUMENT", "etcdserver: user name is empty", Verdict.FINAL, "asks for the password of user nas"),
        (
            "INVALID_ARGUMENT",
            "etcdserver: authentication failed, invalid user ID or password",
            Verdict.FINAL,
            "nas with",
        ),
        ("RESOURCE_EXHAUSTED", "etcdserver: mvcc: database space exceeded", Verdict.FINAL, "database is full"),
        ("RESOURCE_EXHAUSTED", "etcdserver: too many requests", Verdict.NEXT, "in time"),
        ("INVALID_ARGUMENT", "etcdserver: request is too large", Verdict.FINAL, "larger than etcd accepts"),
        ("NOT_FOUND", "etcdserver: requested lease not found", Verdict.FINAL, "lease has run out"),
        ("OUT_OF_RANGE", "etcdserver: mvcc: required revision has been compacted", Verdict.FINAL, "no longer kept"),
        ("DATA_LOSS", "etcdserver: corrupt cluster", Verdict.FINAL, "databases differ"),
        ("UNKNOWN", "context deadline exceeded", Verdict.NEXT, "no leader"),
        ("UNAVAILABLE", "etcdserver: request timed out", Verdict.NEXT, "no leader"),
        ("INVALID_ARGUMENT", "etcdserver: revision of auth store is old", Verdict.LOGIN, "login"),
        ("UNIMPLEMENTED", "unknown method X", Verdict.FINAL, "etcd refused: unknown method X."),
    ],
)
def test_what_etcd_says_becomes_a_sentence(code: str, text: str, verdict: Verdict, sentence: str) -> None:
    failure = RpcFailed("https://10.0.0.1:2379", code, text)
    error = explain([failure], Circumstances("nas", "/cluster/config/smb/workgroup"))
    assert failure.verdict is verdict
    assert sentence in str(error)
    assert text in error.details


def test_without_a_user_the_login_is_asked_for() -> None:
    error = explain([RpcFailed("a", "INVALID_ARGUMENT", "etcdserver: user name is empty")], Circumstances())
    assert "the profile names no user" in str(error)


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("UNAVAILABLE", REFUSED, "connection refused: etcd does not run there"),
        ("UNAVAILABLE", "errors resolving x: Domain name not found", "host name not found"),
        ("DEADLINE_EXCEEDED", "Deadline Exceeded", "no answer in time"),
        ("UNAVAILABLE", "keepalive watchdog timeout", "no answer in time"),
        ("UNAVAILABLE", "ipv4:10.0.0.1: No route to host", "host not reachable"),
        ("UNAVAILABLE", "Tls handshake failed (TSI_PROTOCOL_FAILURE)", "the TLS connection was refused"),
        ("UNAVAILABLE", "Custom verification check failed with error: x", "the TLS connection was refused"),
        ("UNAVAILABLE", "Socket closed", "the connection broke"),
        ("UNAVAILABLE", "something new", "no connection"),
        ("UNAVAILABLE", "etcdserver: no leader", "knows no leader"),
        ("UNKNOWN", "etcdserver: odd", "odd"),
        ("UNKNOWN", "", "UNKNOWN"),
    ],
)
def test_why_a_member_does_not_answer(code: str, text: str, expected: str) -> None:
    assert reason(RpcFailed("a", code, text)) == expected


READERS = {
    "StatusResponse": lambda m: asdict(wire.member_status("https://10.243.0.11:2379", m)),
    "MemberListResponse": lambda m: [asdict(each) for each in wire.members(m)],
    "AlarmResponse": lambda m: [asdict(each) for each in wire.alarms(m)],
}


@pytest.mark.parametrize("path", sorted(RECORDED.glob("[!e]*/*.json")), ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_recorded_replies(path: Path) -> None:
    case = json.loads(path.read_text())
    message = getattr(messages(), case["message"]).FromString(b64decode(case["base64"]))
    assert json.loads(json.dumps(READERS[case["message"]](message))) == case["expected"]


def test_a_status_keeps_what_the_old_stubs_do_not_know() -> None:
    case = json.loads((RECORDED / "status" / "nospace.json").read_text())
    message = messages().StatusResponse.FromString(b64decode(case["base64"]))
    status = wire.member_status("x", message)
    assert status.db_in_use is not None
    assert any("alarm:NOSPACE" in error for error in status.errors)


@pytest.mark.parametrize(
    ("prefix", "end"),
    [(b"/a/", b"/a0"), (b"a\xff", b"b"), (b"\xff\xff", b"\0"), (b"", b"\0"), (b"\0", b"\x01")],
)
def test_the_end_of_a_prefix(prefix: bytes, end: bytes) -> None:
    assert prefix_end(prefix) == end


def test_requests() -> None:
    compare = Compare("k", Target.MOD_REVISION, "=", 7)
    txn = wire.txn_request((compare,), (Put("k", "ä", 5), Delete("d/", prefix=True)), (Get("k"),))
    assert (txn.compare[0].key, txn.compare[0].mod_revision, txn.compare[0].target) == (b"k", 7, 2)
    assert (txn.success[0].request_put.value, txn.success[0].request_put.lease) == ("ä".encode(), 5)
    assert (txn.success[1].request_delete_range.key, txn.success[1].request_delete_range.range_end) == (b"d/", b"d0")
    assert txn.failure[0].request_range.key == b"k"
    value = wire.txn_request((Compare(b"k", Target.VALUE, "!=", b"\xff"),), (), ())
    assert (value.compare[0].value, value.compare[0].result) == (b"\xff", 3)


def test_grpc_is_loaded_at_the_first_call_only() -> None:
    code = "import sys, nasclustergui.subsystems.etcd.manager; print('grpc' in sys.modules, 'etcd3' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"


def test_a_key_that_came_from_a_file_name_keeps_its_bytes() -> None:
    assert wire.put_request(Put("/f/\udcff", "v")).key == b"/f/\xff"


def test_an_empty_key_is_refused_but_an_empty_prefix_is_everything() -> None:
    with pytest.raises(InvalidInput):
        wire.put_request(Put("", "v"))
    assert wire.span("", prefix=True) == (b"\0", b"\0")
