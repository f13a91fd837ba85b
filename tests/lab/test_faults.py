"""What can be done to a node, and that it comes back."""

import time
from collections.abc import Iterator

import pytest

from tests.lab import freezing
from tests.lab.cluster import Lab
from tests.lab.paths import LabError
from tests.lab.procs import wait_until
from tests.lab.services.etcd import etcdctl

pytestmark = pytest.mark.lab


@pytest.fixture(autouse=True)
def whole_again(lab: Lab) -> Iterator[None]:
    """Leave the lab healthy for the next test."""
    yield
    for status in lab.status():
        if not status.on:
            lab.poweron(status.n)
        if status.frozen:
            lab.thaw(status.n)
        if not status.plugged:
            lab.plug(status.n)
    lab.wait_healthy()


def answers(lab: Lab, n: int) -> bool:
    done = lab.hub("timeout", "5", "ssh", "-F", str(lab.paths.ssh_config), f"node{n}", "true", check=False)
    return done.returncode == 0


def registered(lab: Lab, n: int) -> bool:
    return bool(etcdctl(lab.spec, "get", "--print-value-only", f"/cluster/nodes/node{n}/status").stdout.strip())


def boot_id(lab: Lab, n: int) -> str:
    return lab.exec(n, "cat", "/proc/sys/kernel/random/boot_id").stdout


def test_power_off_keeps_disks_and_files(lab: Lab) -> None:
    lab.sh(3, "echo kept > /bricks/d1/file; echo kept > /root/file; touch /run/file")
    before = boot_id(lab, 3)
    lab.poweroff(3)
    assert not answers(lab, 3)
    assert [status.on for status in lab.status()] == [True, True, False]
    with pytest.raises(LabError, match="node3 is off"):
        lab.exec(3, "true")
    lab.poweroff(3)  # a second time does nothing
    lab.poweron(3)
    assert lab.exec(3, "cat", "/bricks/d1/file", "/root/file").stdout == "kept\nkept\n"
    assert lab.exec(3, "ls", "/run/file", check=False).returncode == 2
    assert boot_id(lab, 3) != before
    assert answers(lab, 3)


def test_peers_and_etcd_notice_a_power_cut(lab: Lab) -> None:
    assert wait_until(lambda: registered(lab, 3), 10, pause=0.2)
    lab.poweroff(3)
    assert wait_until(lambda: "Disconnected" in lab.exec(1, "gluster", "pool", "list").stdout, 10, pause=0.1)
    assert wait_until(lambda: not registered(lab, 3), 25, pause=0.5)
    lab.poweron(3)
    assert wait_until(lambda: registered(lab, 3), 25, pause=0.5)


def test_a_replicated_volume_serves_through_a_power_cut(lab: Lab) -> None:
    gluster = ("gluster", "--mode=script", "volume")
    bricks = [f"node{n}:/bricks/d2/brick" for n in lab.spec.numbers]
    lab.exec(1, *gluster, "create", "vol", "replica", "3", *bricks)
    try:
        lab.exec(1, *gluster, "start", "vol")
        lab.sh(1, "mkdir -p /media/vol && mount -t glusterfs localhost:/vol /media/vol && echo one > /media/vol/a")
        lab.poweroff(3)
        lab.sh(1, "echo two > /media/vol/b", timeout=60)
        lab.poweron(3)
        lab.wait_healthy()
        healed = "test -e /bricks/d2/brick/b || { gluster volume heal vol; exit 1; }"
        assert wait_until(lambda: lab.sh(3, healed, check=False).returncode == 0, 40, pause=0.5)
    finally:
        lab.sh(1, "umount -l /media/vol", check=False)
        lab.exec(1, *gluster, "stop", "vol", "force", check=False)
        lab.exec(1, *gluster, "delete", "vol")


def test_a_pulled_cable_loses_the_carrier_and_survives_a_restart(lab: Lab) -> None:
    lab.unplug(2)
    assert "NO-CARRIER" in lab.exec(2, "ip", "link", "show", "eth0").stdout
    assert not answers(lab, 2)
    lab.poweroff(2)
    lab.poweron(2)
    assert not answers(lab, 2)
    assert [status.plugged for status in lab.status()] == [True, False, True]
    lab.plug(2)
    assert wait_until(lambda: answers(lab, 2), 10)


@pytest.mark.parametrize("way", ["control group", "signals"])
def test_a_frozen_node_hangs_and_goes_on(lab: Lab, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if way == "signals":  # as where the host has no control groups of version 2
        monkeypatch.setattr(freezing, "_switch", lambda paths, n: None)
    lab.exec(
        2, "systemd-run", "--quiet", "--unit=ticker", "sh", "-c", "while :; do date >> /run/ticks; sleep 0.1; done"
    )
    assert wait_until(lambda: lab.sh(2, "test -s /run/ticks", check=False).returncode == 0, 10)
    lab.freeze(2)
    assert lab.status()[1].frozen
    assert not answers(lab, 2)
    ticks = lab.sh(2, "wc -l < /run/ticks").stdout  # what `exec` starts is not part of the node's group
    time.sleep(0.5)
    assert lab.sh(2, "wc -l < /run/ticks").stdout == ticks
    lab.thaw(2)
    assert wait_until(lambda: lab.sh(2, "wc -l < /run/ticks").stdout != ticks, 10)
    lab.exec(2, "systemctl", "stop", "ticker")
    assert answers(lab, 2)


def test_a_frozen_node_can_be_switched_off_and_on(lab: Lab) -> None:
    lab.freeze(2)
    lab.poweroff(2)
    lab.poweron(2)
    assert not lab.status()[1].frozen
    assert answers(lab, 2)


def test_reboot_and_poweroff_from_inside(lab: Lab) -> None:
    before = boot_id(lab, 3)
    lab.ssh(3, "systemctl", "reboot", check=False)
    assert wait_until(lambda: lab.status()[2].on and answers(lab, 3) and boot_id(lab, 3) != before, 60, pause=0.2)
    assert "-1" in lab.exec(3, "journalctl", "--list-boots", "--no-pager").stdout
    lab.ssh(3, "systemctl", "poweroff", check=False)
    assert wait_until(lambda: not lab.status()[2].on, 60, pause=0.1)
    assert not answers(lab, 3)
