"""The live feed of the real window through faults: every change once, in order, none missed, counted.

A second client writes 20 times a second while the leader is killed, the member that the window listens at is unplugged,
and (in long runs) frozen; each comes back. What the window's list showed is compared with what etcd itself tells
afterwards through etcdctl: revision by revision, heartbeats of the nodes included.

It runs about a minute; NAS_WATCH_SECONDS=600 makes it ten, with a fault every 40 s.
"""

import base64
import itertools
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from nasclustergui.remote.etcd import EtcdClient
from nasclustergui.subsystems.etcd.features.changes.feed import HEARTBEAT, Change, What
from nasclustergui.subsystems.etcd.page.sections.changes.section import ChangesSection
from tests.lab.app import App, pause
from tests.lab.cluster import Lab, take_down
from tests.lab.etcd_login import EtcdPassword, client_of
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub
from tests.lab.services.etcd import etcdctl

pytestmark = pytest.mark.lab

SECONDS = float(os.environ.get("NAS_WATCH_SECONDS", "60"))
RATE = 20  # writes a second
KEYS = 10
PREFIX = "/cluster/watched/"
AWAY = 8.0  # seconds: less than the nodes' leases live
Told = tuple[int, str, str, bytes]  # revision, "put" or "delete", key, value


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("watch")
    try:
        yield Lab.up(nodes=3, name=name, disks=1, disk_mb=300, etcd_auth=True)
    finally:
        take_down(name)


@pytest.fixture
def app(cluster: Lab) -> Iterator[App]:
    with on_hub(cluster.name):
        window = App(cluster.profile_path, EtcdPassword(cluster))
        try:
            window.wait_ready()
            yield window
        finally:
            window.close()


class Writer(threading.Thread):
    """Writes numbers to a few keys at a steady rate; behind after a fault, it catches up."""

    def __init__(self, client: EtcdClient) -> None:
        super().__init__(daemon=True, name="writer")
        self._client, self._ended = client, threading.Event()
        self.written: list[tuple[str, bytes, int]] = []  # key, value, the store's revision when it was acknowledged
        self.longest = 0.0  # seconds one write took
        self.error: Exception | None = None

    def run(self) -> None:
        begin, number = time.monotonic(), 0
        try:
            while not self._ended.wait(max(0.0, begin + number / RATE - time.monotonic())):
                self.write(f"{PREFIX}{number % KEYS}", str(number))
                number += 1
        except Exception as error:  # told by `end`
            self.error = error

    def write(self, key: str, value: str) -> None:
        """One put, tried until a member takes it."""
        started = time.monotonic()
        revision = self._client.put(key, value, seconds=30)
        self.longest = max(self.longest, time.monotonic() - started)
        self.written.append((key, value.encode(), revision))

    def end(self) -> None:
        """Wait for the last write."""
        self._ended.set()
        self.join(40)
        assert self.error is None, self.error
        assert not self.is_alive()


@dataclass
class Seen:
    """What the rows of the window's list said, in the order of their appearance."""

    section: ChangesSection
    changes: list[Change] = field(default_factory=list)
    live: list[bool] = field(default_factory=list)

    def collect(self) -> None:
        """Read the rows that are new since the last look; the newest is the first."""
        self.live.append(self.section.live.feed.standing.live)
        model, last = self.section.live.tree.rows, self.changes[-1].number if self.changes else 0
        new: list[Change] = []
        for n in range(model.rowCount()):
            row = model.row(model.index(n, 0))
            assert row is not None
            assert isinstance(row.data, Change)
            if row.data.number <= last:
                break
            new.append(row.data)
        self.changes += reversed(new)


def live_section(app: App) -> ChangesSection:
    app.page("config")
    app.space.config.run_action("config.changes:")
    section = app.space.config.section("changes")
    assert isinstance(section, ChangesSection)
    app.wait(lambda: section.live.feed.standing.live, "the live feed")
    section.live.heartbeats.setChecked(True)
    return section


def member_numbers(cluster: Lab) -> dict[str, int]:
    """Endpoint → node number."""
    return {f"{cluster.address(n)}:2379": n for n in cluster.spec.etcd_numbers}


def leader(cluster: Lab) -> int:
    told = json.loads(etcdctl(cluster.spec, "endpoint", "status", "-w", "json").stdout)
    for one in told:
        if one["Status"]["leader"] == one["Status"]["header"]["member_id"]:
            return member_numbers(cluster)[one["Endpoint"].partition("://")[2]]
    raise AssertionError(told)


def listening_at(section: ChangesSection, cluster: Lab) -> int:
    return member_numbers(cluster)[section.live.feed.standing.endpoint.partition("://")[2]]


def kill_leader(app: App, seen: Seen, cluster: Lab) -> str:
    """kill -9 of the unit's process; systemd or we start it again."""
    n = leader(cluster)
    cluster.sh(n, "kill -9 $(systemctl show -p MainPID --value etcd.service)")
    spend(seen, 4.0)
    cluster.sh(n, "systemctl reset-failed etcd.service; systemctl start etcd.service", timeout=60)
    return "leader killed"


def unplug_watched(app: App, seen: Seen, cluster: Lab) -> str:
    """The cable of the member that the window listens at."""
    n = listening_at(seen.section, cluster)
    cluster.unplug(n)
    try:
        spend(seen, AWAY)
    finally:
        cluster.plug(n)
    return f"watched member unplugged {AWAY:.0f} s"


def freeze_watched(app: App, seen: Seen, cluster: Lab) -> str:
    """That member hangs: its kernel still acknowledges what is sent."""
    n = listening_at(seen.section, cluster)
    cluster.freeze(n)
    try:
        spend(seen, AWAY)
    finally:
        cluster.thaw(n)
    return f"watched member frozen {AWAY:.0f} s"


FAULTS: tuple[Callable[[App, Seen, Lab], str], ...] = (kill_leader, unplug_watched, freeze_watched)


def spend(seen: Seen, seconds: float) -> None:
    """Let the window live, and read its list all the while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pause(200)
        seen.collect()


def healthy(cluster: Lab) -> bool:
    return etcdctl(cluster.spec, "endpoint", "health", check=False).returncode == 0


def run_faults(app: App, seen: Seen, cluster: Lab) -> list[str]:
    """A short run has the first two, a long one all of them in turn."""
    done: list[str] = []
    end = time.monotonic() + SECONDS
    every = max(18.0, min(40.0, SECONDS / 3))
    spend(seen, 6.0)
    while time.monotonic() + AWAY + 12 < end:
        begin = time.monotonic()
        done.append(FAULTS[len(done) % len(FAULTS)](app, seen, cluster))
        app.wait(lambda: healthy(cluster), "all members to answer", 60)
        app.wait(lambda: seen.collect() or seen.section.live.feed.standing.live, "the feed to be live again", 30)
        spend(seen, max(0.0, begin + every - time.monotonic()))
    spend(seen, max(0.0, end - time.monotonic()))
    return done


def truth(cluster: Lab, since: int, until: int) -> list[Told]:
    """What etcd tells of its own past through etcdctl, in its order."""
    words = ("timeout", "8", "etcdctl", *_login(cluster), "watch", "--prefix", f"--rev={since}", "-w", "json")
    printed = cluster.hub("env", "ETCDCTL_API=3", *words, "/cluster/", check=False, timeout=60).stdout
    found: list[Told] = []
    for line in printed.splitlines():
        for event in json.loads(line).get("Events") or []:
            kv = event["kv"]
            kind = "delete" if event.get("type") == 1 else "put"
            key, value = base64.b64decode(kv["key"]).decode(), base64.b64decode(kv.get("value", ""))
            found.append((kv["mod_revision"], kind, key, value))
    assert found, printed[:500]
    assert found[-1][0] >= until, "etcdctl was given too little time"
    return [one for one in found if one[0] <= until]


def _login(cluster: Lab) -> list[str]:
    pki, ends = cluster.spec.paths.pki, ",".join(f"https://{address}" for address in member_numbers(cluster))
    files = {"cacert": "ca.crt", "cert": "root.crt", "key": "root.key"}
    return [f"--endpoints={ends}", *(f"--{option}={pki / name}" for option, name in files.items())]


def told(change: Change) -> Told:
    kind = "delete" if change.what is What.DELETED else "put"
    return change.revision, kind, change.name, change.new or b""


def test_every_change_once_and_in_order_through_faults(app: App, cluster: Lab, output: Path) -> None:
    section = live_section(app)
    seen = Seen(section)
    first = section.live.feed.standing.revision
    writer = Writer(client_of(cluster))
    writer.start()
    faults = run_faults(app, seen, cluster)
    app.shot(output, "lab-changes-after-faults")
    writer.end()
    writer.write(f"{PREFIX}end", "end")
    last = writer.written[-1][2]
    app.wait(lambda: seen.collect() or (seen.changes and seen.changes[-1].revision >= last), "the last change", 60)
    shown = [told(change) for change in seen.changes if change.revision <= last]
    wanted = truth(cluster, first, last)
    report(seen, writer, faults, shown, wanted)
    assert shown == wanted  # nothing missed, nothing twice, in order
    present = Counter((key, value) for _revision, _kind, key, value in shown)
    assert all(present[key, value] >= 1 for key, value, _revision in writer.written)
    assert section.live.feed.counts().gaps == 0
    assert len(faults) >= 2
    assert len(writer.written) >= 0.9 * RATE * SECONDS
    beats = Counter(key for _revision, _kind, key, _value in shown if key.encode().endswith(HEARTBEAT))
    assert set(beats) == {f"/cluster/nodes/node{n}/last_heartbeat" for n in (1, 2, 3)}
    app.wait(lambda: len(registered(app)) == 3, "all nodes registered", 60)


def registered(app: App) -> list[str]:
    state = app.controller.state.etcd
    return [] if state is None else [one.name for one in state.registrations]


def report(seen: Seen, writer: Writer, faults: list[str], shown: list[Told], wanted: list[Told]) -> None:
    """The counts, for docs/design/etcd.md."""
    both = len(set(shown) & set(wanted))
    repeated = len(writer.written) - len({value for _key, value, _revision in writer.written})
    beats = sum(change.is_heartbeat for change in seen.changes)
    print(f"\n{SECONDS:.0f} s, {len(faults)} faults: {dict(Counter(faults))}")
    print(f"written {len(writer.written)} (same value twice: {repeated}), longest write {writer.longest:.1f} s")
    print(f"etcd tells {len(wanted)} changes, the window showed {len(shown)}: {beats} heartbeats among them")
    print(f"missed {len(wanted) - both}, twice {len(shown) - len(set(shown))}, out of order {_disorder(shown)}")
    standing = seen.section.live.feed.standing
    away = seen.live.count(False)
    print(f"connection lost {standing.losses} times; not live in {away} of {len(seen.live)} looks, 0.2 s apart")


def _disorder(shown: list[Told]) -> int:
    return sum(a[0] > b[0] for a, b in itertools.pairwise(shown))
