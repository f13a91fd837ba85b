"""The etcd client against real members on loopback that are killed, frozen, filled up and locked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nasclustergui.core.command import Secret
from nasclustergui.core.errors import Cancelled, NasError, StoreError
from nasclustergui.core.events import Severity
from nasclustergui.core.job import Job
from nasclustergui.core.profile import EtcdProfile
from nasclustergui.remote.etcd import EtcdClient
from nasclustergui.remote.etcd_errors import RpcFailed
from nasclustergui.remote.etcd_rpc import messages
from nasclustergui.remote.etcd_types import Compare, EventKind, Get, Put, Target, WatchEvent, WatchKind, WatchState
from nasclustergui.subsystems.etcd.health import problems
from nasclustergui.subsystems.etcd.manager import EtcdManager
from tests.unit.etcd_cluster import EtcdCluster, Pki, require_etcd, wait_for

Make = Callable[..., EtcdClient]


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    require_etcd()
    made = Pki(tmp_path_factory.mktemp("etcd") / "pki")
    made.sign("root")
    made.authority("other-ca")
    made.sign("foreign", ca="other-ca")
    return made


@pytest.fixture(scope="module")
def three(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EtcdCluster]:
    cluster = EtcdCluster(tmp_path_factory.mktemp("three"), pki)
    try:
        cluster.start_all()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def cluster(three: EtcdCluster) -> Iterator[EtcdCluster]:
    """Three members; whatever a test did to them is mended for the next one."""
    healthy(three)
    yield three
    for i in range(three.size):
        if i in three.processes:
            three.thaw(i)
        else:
            three.start(i)


@pytest.fixture
def client(pki: Pki) -> Iterator[Make]:
    made: list[EtcdClient] = []

    def make(cluster: EtcdCluster, password: str = "", **change: object) -> EtcdClient:
        files = {"ca": pki.path("ca.crt"), "cert": pki.path("root.crt"), "key": pki.path("root.key")}
        profile = EtcdProfile(**{"endpoints": cluster.endpoints, **files, **change})  # type: ignore[arg-type]
        made.append(EtcdClient(profile, Secret(password) if password else None))
        return made[-1]

    yield make
    for each in made:
        each.close()


def healthy(cluster: EtcdCluster) -> None:
    """Wait until all members follow one leader."""
    pki = cluster.pki
    profile = EtcdProfile(cluster.endpoints, pki.path("ca.crt"), pki.path("root.crt"), pki.path("root.key"))
    probe = EtcdClient(profile)
    try:
        wait_for(lambda: len({s.leader_id for s in probe.statuses()} - {0}) == 1 and all_answer(probe))
    finally:
        probe.close()


def all_answer(client: EtcdClient) -> bool:
    return all(not s.error and s.leader_id for s in client.statuses())


def leader(client: EtcdClient, cluster: EtcdCluster) -> int:
    found = next(s for s in client.statuses() if s.leader_id and s.member_id == s.leader_id)
    return cluster.index(found.endpoint)


class Recorder:
    """What a watch delivered, in order."""

    def __init__(self) -> None:
        self.events: list[WatchEvent] = []
        self.states: list[WatchState] = []

    def on_events(self, events: tuple[WatchEvent, ...]) -> None:
        self.events += events

    @property
    def connected(self) -> bool:
        return bool(self.states) and self.states[-1].kind is WatchKind.CONNECTED

    def values(self) -> list[str]:
        return [e.kv.text for e in self.events if e.kind is EventKind.PUT]


class Writer(threading.Thread):
    """Writes 0, 1, 2 … to one key as fast as it can; remembers what was acknowledged."""

    def __init__(self, client: EtcdClient, key: str) -> None:
        super().__init__(daemon=True)
        self._client, self._key, self._ended = client, key, threading.Event()
        self.written: list[str] = []
        self.error: NasError | None = None

    def run(self) -> None:
        number = 0
        while not self._ended.is_set():
            try:
                self._client.put(self._key, str(number), seconds=20)
            except NasError as error:
                self.error = error
                return
            self.written.append(str(number))
            number += 1

    def after(self, more: int) -> None:
        """Wait until so many more were written."""
        target = len(self.written) + more
        wait_for(lambda: len(self.written) >= target or self.error)

    def end(self) -> list[str]:
        self._ended.set()
        self.join(25)
        assert self.error is None
        return self.written


def nothing_missed_nothing_twice(recorder: Recorder, written: list[str]) -> None:
    wait_for(lambda: recorder.events and recorder.values()[-1:] == written[-1:])
    revisions = [e.kv.mod_revision for e in recorder.events]
    assert revisions == sorted(set(revisions))
    assert [e.kv.version for e in recorder.events] == list(range(1, len(revisions) + 1))
    assert list(dict.fromkeys(recorder.values())) == written


def test_keys(cluster: EtcdCluster, client: Make) -> None:
    c = client(cluster)
    assert c.get("/keys/none") is None
    revision = c.put("/keys/a", b"\xff\x00")
    found = c.get("/keys/a")
    assert found is not None
    assert (found.value, found.mod_revision, found.version, found.lease) == (b"\xff\x00", revision, 1, 0)
    assert c.compare_and_swap("/keys/a", "2", found.mod_revision)
    assert not c.compare_and_swap("/keys/a", "3", found.mod_revision)
    assert c.compare_and_swap("/keys/new", "1", 0)
    result = c.txn([Compare("/keys/a", Target.VALUE, "=", b"2")], [Get("/keys/", prefix=True)], [Put("/keys/no", "")])
    assert result.succeeded
    assert [kv.name for kv in result.found[0]] == ["/keys/a", "/keys/new"]
    assert (c.delete("/keys/a"), c.delete("/keys/a"), c.delete_prefix("/keys/")) == (1, 0, 1)


def test_a_long_listing_is_read_in_pages_as_of_one_revision(cluster: EtcdCluster, client: Make) -> None:
    c = client(cluster)
    for start in range(0, 2400, 120):
        c.txn([], [Put(f"/pages/{n:05}", str(n)) for n in range(start, start + 120)])
    listing = c.get_prefix("/pages/")
    assert [kv.text for kv in listing.items] == [str(n) for n in range(2400)]
    assert not listing.more
    cut = c.get_prefix("/pages/", limit=1500, keys_only=True)
    assert (len(cut.items), cut.more, cut.items[-1].value) == (1500, True, b"")
    assert c.delete_prefix("/pages/") == 2400


def test_the_leader_is_killed_under_a_writer_and_a_watch(cluster: EtcdCluster, client: Make) -> None:
    c, recorder = client(cluster), Recorder()
    c.watch_prefix("/kill/", recorder.on_events, recorder.states.append)
    wait_for(lambda: recorder.connected)
    lost = threading.Event()
    keeper = c.keep_lease(5, lost.set)
    c.put("/leased", "here", lease=keeper.id)
    writer = Writer(client(cluster), "/kill/k")
    writer.start()
    writer.after(40)
    victim = leader(c, cluster)
    cluster.kill(victim)
    writer.after(40)
    assert leader(c, cluster) != victim
    cluster.start(victim)
    writer.after(40)
    nothing_missed_nothing_twice(recorder, writer.end())
    assert not lost.is_set()
    assert c.get("/leased") is not None
    keeper.close()
    assert c.get("/leased") is None


def test_the_member_under_the_watch_freezes(cluster: EtcdCluster, client: Make) -> None:
    c, recorder = client(cluster), Recorder()
    c.watch_prefix("/freeze/", recorder.on_events, recorder.states.append)
    wait_for(lambda: recorder.connected)
    writer = Writer(client(cluster), "/freeze/k")
    writer.start()
    writer.after(30)
    victim = cluster.index(recorder.states[-1].endpoint)
    cluster.freeze(victim)
    writer.after(30)
    wait_for(lambda: recorder.states[-1].kind is WatchKind.CONNECTED and len(recorder.states) > 2)
    assert recorder.states[-1].endpoint != cluster.endpoint(victim)
    frozen = c.status(cluster.endpoint(victim), seconds=0.5)
    assert frozen.error == "no answer in time"
    cluster.thaw(victim)
    nothing_missed_nothing_twice(recorder, writer.end())


def test_two_of_three_are_gone(cluster: EtcdCluster, client: Make) -> None:
    c = client(cluster)
    c.put("/quorum", "1")
    manager = EtcdManager(c, {})
    changed = threading.Event()
    manager.watch(changed.set)
    assert manager.read().healthy == 3
    cluster.kill(0)
    cluster.kill(1)
    wait_for(lambda: c.status(cluster.endpoint(2)).leader_id == 0)
    state = manager.read()
    assert [(m.name, m.healthy) for m in state.members] == [("m0", False), ("m1", False), ("m2", True)]
    assert "connection refused" in state.members[0].error
    assert state.leader is None
    assert [(p.severity, p.title) for p in problems(state)] == [(Severity.CRITICAL, "etcd has no leader")]
    with pytest.raises(StoreError, match="etcd has no leader"):
        c.put("/quorum", "2", seconds=2)
    with pytest.raises(StoreError, match="etcd has no leader"):
        c.get("/quorum", seconds=2)
    changed.clear()
    cluster.start(0)
    wait_for(changed.is_set)
    wait_for(lambda: manager.read().leader)
    found = c.get("/quorum")
    assert found is not None
    assert found.text in ("1", "2")


def test_everything_frozen_can_be_cancelled(cluster: EtcdCluster, client: Make) -> None:
    c, job = client(cluster), Job("read")
    c.get("/x")
    ended = threading.Event()

    def read() -> None:
        with pytest.raises(Cancelled):
            c.get("/x", seconds=60, job=job)
        ended.set()

    for i in range(3):
        cluster.freeze(i)
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    job.cancel()
    assert ended.wait(10)


def test_close_ends_calls_and_threads(cluster: EtcdCluster, client: Make) -> None:
    before = set(threading.enumerate())
    c, recorder = client(cluster), Recorder()
    watch = c.watch_prefix("/close/", recorder.on_events, recorder.states.append)
    c.keep_lease(60)
    wait_for(lambda: recorder.connected)
    c.close()
    assert watch.close()
    with pytest.raises(Cancelled):
        c.get("/x")
    wait_for(lambda: not [t for t in set(threading.enumerate()) - before if t.name.startswith("etcd-")])


def test_a_compacted_history_is_told(cluster: EtcdCluster, client: Make) -> None:
    c, recorder = client(cluster), Recorder()
    first = c.put("/compact/k", "1")
    last = c.put("/compact/k", "2")
    c._call("KV.Compact", messages().CompactionRequest(revision=last))
    c.watch_prefix("/compact/", recorder.on_events, recorder.states.append, start_revision=first)
    wait_for(lambda: [s for s in recorder.states if s.kind is WatchKind.COMPACTED and s.revision >= last])
    wait_for(lambda: recorder.connected)
    c.put("/compact/k", "3")
    wait_for(lambda: recorder.values() == ["3"])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"ca": "other-ca.crt"}, "is not signed by the CA in"),
        ({"ca": ""}, "the profile names no CA file"),
        ({"cert": "", "key": ""}, "asks for a client certificate"),
        ({"cert": "foreign.crt", "key": "foreign.key"}, "refuses the client certificate"),
        ({"key": "foreign.key"}, "does not belong to the certificate"),
    ],
)
def test_certificates_that_do_not_fit(
    cluster: EtcdCluster,
    client: Make,
    pki: Pki,
    capfd: pytest.CaptureFixture[str],
    change: dict[str, str],
    sentence: str,
) -> None:
    c = client(cluster, **{field: name and pki.path(name) for field, name in change.items()})
    with pytest.raises(NasError, match=sentence) as caught:
        c.get("/x", seconds=60)
    assert caught.value.hint
    assert capfd.readouterr().err == ""  # gRPC's core would tell it there too


def test_tls_where_none_is_expected(cluster: EtcdCluster, client: Make) -> None:
    plain = tuple(url.replace("https", "http") for url in cluster.endpoints)
    with pytest.raises(StoreError, match="speaks TLS: write it with https"):
        client(cluster, endpoints=plain).get("/x", seconds=60)


def test_a_certificate_for_another_name_or_out_of_date(pki: Pki, client: Make, tmp_path: Path) -> None:
    for name, san, days, sentence in (
        ("named", "DNS:node9", 2, "made for another host name"),
        ("old", "IP:127.0.0.1", -1, "has expired"),
    ):
        pki.sign(name, san, days=days)
        one = EtcdCluster(tmp_path / name, pki, size=1, certificate=name)
        try:
            one.start_all()
            with pytest.raises(StoreError, match=sentence):
                client(one).get("/x", seconds=20)
        finally:
            one.stop()


def fill(client: EtcdClient) -> None:
    """Write until it fails: etcd counts its size at each commit only, every 100 ms."""
    for n in range(500):
        client.put(f"/big/{n % 4}", "x" * 500_000)


def test_a_full_database(pki: Pki, client: Make, tmp_path: Path) -> None:
    one = EtcdCluster(tmp_path / "full", pki, size=1, extra=("--quota-backend-bytes=3000000",))
    try:
        one.start_all()
        c = client(one)
        c.get("/x", seconds=20)
        with pytest.raises(StoreError, match="larger than etcd accepts"):
            c.put("/big", "x" * 2_000_000)
        with pytest.raises(StoreError, match="database is full"):
            fill(c)
        state = EtcdManager(c, {}).read()
        assert [alarm.kind for alarm in state.alarms] == ["NOSPACE"]
        assert [alarm.kind for alarm in c.alarms()] == ["NOSPACE"]
        assert problems(state)[0].severity is Severity.CRITICAL
    finally:
        one.stop()


@pytest.fixture(scope="module")
def locked(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EtcdCluster]:
    """One member with authentication: root, and `nas` who may only touch /cluster/. Tokens live 1 s."""
    one = EtcdCluster(tmp_path_factory.mktemp("locked"), pki, size=1, client_auth=False, extra=("--auth-token-ttl=1",))
    try:
        one.start_all()
        c = EtcdClient(EtcdProfile(one.endpoints, pki.path("ca.crt")))
        c.get("/x", seconds=20)
        m = messages()
        c._call("Auth.RoleAdd", m.AuthRoleAddRequest(name="nas"))
        grant = m.AuthRoleGrantPermissionRequest(name="nas")
        grant.perm.permType, grant.perm.key, grant.perm.range_end = 2, b"/cluster/", b"/cluster0"
        c._call("Auth.RoleGrantPermission", grant)
        for user, role in (("root", "root"), ("nas", "nas")):
            c._call("Auth.UserAdd", m.AuthUserAddRequest(name=user, password=f"{user}-pw"))
            c._call("Auth.UserGrantRole", m.AuthUserGrantRoleRequest(user=user, role=role))
        c._call("Auth.AuthEnable", m.AuthEnableRequest())
        c.close()
        yield one
    finally:
        one.stop()


def with_user(client: Make, locked: EtcdCluster, user: str, password: str) -> EtcdClient:
    return client(locked, password, user=user, cert="", key="")


def test_a_user_reads_and_writes_what_he_may(locked: EtcdCluster, client: Make) -> None:
    c = with_user(client, locked, "nas", "nas-pw")
    c.put("/cluster/config/smb/workgroup", "NAS")
    assert [kv.text for kv in c.get_prefix("/cluster/config/").items] == ["NAS"]
    with pytest.raises(StoreError, match="does not allow this user to change /other"):
        c.put("/other", "1")
    with pytest.raises(StoreError, match="does not allow this user to read /other"):
        c.get("/other")
    assert EtcdManager(c, {}).read().healthy == 1


def test_a_wrong_login_is_explained(locked: EtcdCluster, client: Make) -> None:
    with pytest.raises(StoreError, match="does not accept user nas with this password") as caught:
        with_user(client, locked, "nas", "secret-guess").get("/cluster/x")
    assert caught.value.login
    assert "secret-guess" not in repr(caught.value.__dict__) + str(caught.value) + repr(caught.value.__cause__)
    with pytest.raises(StoreError, match="the profile names no user"):
        with_user(client, locked, "", "").get("/cluster/x")
    with pytest.raises(StoreError, match="asks for the password of user nas"):
        with_user(client, locked, "nas", "").get("/cluster/x")


def test_a_token_that_ran_out_goes_unnoticed(locked: EtcdCluster, client: Make) -> None:
    c, recorder = with_user(client, locked, "nas", "nas-pw"), Recorder()
    c.watch_prefix("/cluster/token/", recorder.on_events, recorder.states.append)
    wait_for(lambda: recorder.connected)
    c.put("/cluster/token/k", "1")
    link = c._link(c.endpoints[0])
    time.sleep(2.5)  # the tokens' life; nothing tells its end but a refusal
    with pytest.raises(RpcFailed, match="invalid auth token"):
        link.unary("KV.Range", messages().RangeRequest(key=b"/cluster/x"), 5)
    c.put("/cluster/token/k", "2")
    wait_for(lambda: recorder.values() == ["1", "2"])


def test_a_member_that_forgot_all_tokens(locked: EtcdCluster, client: Make) -> None:
    c, recorder = with_user(client, locked, "nas", "nas-pw"), Recorder()
    c.watch_prefix("/cluster/again/", recorder.on_events, recorder.states.append)
    wait_for(lambda: recorder.connected)
    c.put("/cluster/again/k", "1")
    locked.kill(0)
    locked.start(0)
    c.put("/cluster/again/k", "2", seconds=20)
    wait_for(lambda: list(dict.fromkeys(recorder.values())) == ["1", "2"])


def test_a_watch_without_permission_says_so(locked: EtcdCluster, client: Make) -> None:
    c, recorder = with_user(client, locked, "nas", "nas-pw"), Recorder()
    c.watch_prefix("/other/", recorder.on_events, recorder.states.append, start_revision=1)
    wait_for(lambda: recorder.states)
    assert (recorder.states[0].kind, recorder.states[0].error) == (WatchKind.LOST, "permission denied")
