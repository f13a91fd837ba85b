"""etcd of a whole lab as the workstation sees it, while the leader's node loses power, network or breath.

gRPC opens its sockets in threads of its own, so these tests must run inside the workstation's network: called
elsewhere, `test_from_the_workstation` starts a lab and runs the others there.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("the lab needs Linux", allow_module_level=True)

from nasclustergui.core.command import Secret
from nasclustergui.core.errors import NasError
from nasclustergui.remote.etcd import EtcdClient
from nasclustergui.remote.etcd_types import WatchEvent, WatchKind, WatchState
from nasclustergui.remote.inventory import load
from nasclustergui.subsystems.etcd.health import changes, problems
from nasclustergui.subsystems.etcd.manager import EtcdManager
from nasclustergui.subsystems.etcd.model import EtcdState
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.unit.etcd_cluster import wait_for

PROFILE = os.environ.get("NAS_LAB_PROFILE", "")
on_the_hub = pytest.mark.workstation
pytestmark = pytest.mark.lab


@pytest.mark.starts_workstation
def test_from_the_workstation() -> None:
    require_lab()
    name = lab_name("etcd")
    try:
        lab = Lab.up(nodes=4, name=name, disks=1, disk_mb=300, etcd_auth=True)
        settings = (f"NAS_LAB={name}", f"NAS_LAB_PROFILE={lab.profile_path}")
        command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--durations=5", __file__)
        done = lab.hub("env", *settings, *command, check=False, timeout=300)
    finally:
        take_down(name)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def workplace() -> Iterator[tuple[Lab, EtcdClient, EtcdManager]]:
    lab = Lab.open()
    profile = load(Path(PROFILE))
    password = lab.credentials["etcd"][profile.etcd.user] if profile.etcd.user else ""
    client = EtcdClient(profile.etcd, Secret(password) if password else None)
    yield lab, client, EtcdManager(client, {node.host: node.name for node in profile.nodes})
    client.close()


Workplace = tuple[Lab, EtcdClient, EtcdManager]


@pytest.fixture
def healthy(workplace: Workplace) -> EtcdState:
    """The state once everything is well."""
    manager = workplace[2]
    return wait_for(lambda: well(manager), 60, 0.2)


def well(manager: EtcdManager) -> EtcdState | None:
    try:
        state = manager.read()
    except NasError:
        return None
    return state if state.healthy == 3 and len(state.registrations) == 4 and not problems(state) else None


@on_the_hub
def test_members_and_heartbeats(workplace: Workplace, healthy: EtcdState) -> None:
    assert sorted(m.node for m in healthy.members) == ["node1", "node2", "node3"]
    assert [r.name for r in healthy.registrations] == ["node1", "node2", "node3", "node4"]
    assert [r.role for r in healthy.registrations] == ["manager", "manager", "manager", "worker"]
    assert {r.status for r in healthy.registrations} == {"online"}


def power(lab: Lab, n: int) -> None:
    lab.poweroff(n)


def cable(lab: Lab, n: int) -> None:
    lab.unplug(n)


def breath(lab: Lab, n: int) -> None:
    lab.freeze(n)


MEND: dict[Callable[[Lab, int], None], Callable[[Lab, int], None]] = {
    power: lambda lab, n: lab.poweron(n),
    cable: lambda lab, n: lab.plug(n),
    breath: lambda lab, n: lab.thaw(n),
}


@on_the_hub
@pytest.mark.parametrize("harm", list(MEND), ids=lambda harm: harm.__name__)
def test_the_leaders_node_is_lost(workplace: Workplace, healthy: EtcdState, harm: Callable[[Lab, int], None]) -> None:
    lab, client, manager = workplace
    assert healthy.leader is not None
    victim = healthy.leader.node
    number = int(victim.removeprefix("node"))
    prefix = f"/cluster/config/test-{harm.__name__}/"
    client.delete_prefix(prefix)
    events: list[WatchEvent] = []
    states: list[WatchState] = []
    watch = client.watch_prefix(prefix, events.extend, states.append)
    told = threading.Event()
    nodes = manager.watch(told.set)
    wait_for(lambda: states and states[-1].kind is WatchKind.CONNECTED)
    try:
        write(client, prefix, range(20))
        harm(lab, number)
        write(client, prefix, range(20, 60))
        lost = wait_for(lambda: changed(manager, lambda s: s.healthy == 2 and s.leader and s.leader.node != victim))
        titles = [event.title for event in changes(healthy, lost)]
        assert f"{lost.leader.node} leads etcd now" in titles
        assert f"The etcd member {victim} was lost" in titles
        assert problems(lost)[0].title == "2 of 3 etcd members answer"
        told.clear()
        gone = wait_for(lambda: changed(manager, lambda s: victim in s.missing), 40)
        assert told.is_set()
        assert f"{victim} sends no heartbeat" in [p.title for p in problems(gone)]
    finally:
        MEND[harm](lab, number)
    write(client, prefix, range(60, 70))
    wait_for(lambda: well(manager), 60, 0.2)
    wait_for(lambda: events and events[-1].kv.text == "69")
    revisions = [event.kv.mod_revision for event in events]
    assert revisions == sorted(set(revisions))
    assert list(dict.fromkeys(event.kv.text for event in events)) == [str(n) for n in range(70)]
    assert watch.close()
    assert nodes.close()


def write(client: EtcdClient, prefix: str, numbers: range) -> None:
    for n in numbers:
        client.put(prefix + "key", str(n), seconds=20)


def changed(manager: EtcdManager, condition: Callable[[EtcdState], object]) -> EtcdState | None:
    state = manager.read()
    return state if condition(state) else None
