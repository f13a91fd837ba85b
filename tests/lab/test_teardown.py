"""Taking a lab down leaves nothing behind, whatever happened before; and labs do not meet."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import cleanup
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.paths import BASE, LabError, LabPaths
from tests.lab.procs import Process, wait_gone
from tests.lab.shell import run

pytestmark = pytest.mark.lab

SMALL = ("-n", "3", "--disks", "2", "--disk-mb", "300")


@pytest.fixture
def name() -> Iterator[str]:
    require_lab()
    name = lab_name("own")
    yield name
    take_down(name)


def traces(name: str) -> str:
    """What the host's own tools still show of a lab; independent of how `cleanup` looks for it."""
    places = {
        "namespaces": run("ip", "netns", "list").stdout,
        "mounts": Path("/proc/self/mounts").read_text(),
        "loops": run("losetup", "-a").stdout,
        "processes": run("ps", "-eo", "pid,args").stdout,
        "groups": run("find", "/sys/fs/cgroup", "-maxdepth", "2", "-name", "naslab*").stdout,
        "files": "\n".join(os.listdir(BASE)) if BASE.exists() else "",
    }
    found = [f"{what}: {line}" for what, text in places.items() for line in text.splitlines() if name in line]
    return "\n".join(line for line in found if str(os.getpid()) + " " not in line and "pytest" not in line)


def start(name: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.lab", "up", "--name", name, *SMALL]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_down_leaves_nothing(name: str) -> None:
    lab = Lab.up(nodes=2, name=name, disks=1, disk_mb=300, etcd=False)
    assert traces(name)
    inits = [Process.of(status.pid) for status in lab.status()]
    lab.down()
    assert traces(name) == ""
    assert wait_gone([init for init in inits if init])
    take_down(name)  # once more is no error


@pytest.mark.parametrize("seconds", [0.12, 0.2, 0.3, 0.4, 0.6, 0.9, 1.5])
def test_down_clears_up_after_a_killed_start(name: str, seconds: float) -> None:
    process = start(name)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    take_down(name)
    assert traces(name) == ""


def test_a_terminated_start_clears_up_by_itself(name: str) -> None:
    process = start(name)
    while not LabPaths(name).spec.exists():
        time.sleep(0.01)
    process.terminate()
    assert process.wait(20) == 128 + signal.SIGTERM
    assert traces(name) == ""


def test_down_clears_up_after_a_killed_down(name: str) -> None:
    Lab.up(nodes=2, name=name, disks=1, disk_mb=300, etcd=False, peer=False)
    process = subprocess.Popen([sys.executable, "-m", "tests.lab", "down", "--name", name])
    time.sleep(0.25)
    process.kill()
    process.wait()
    take_down(name)
    assert traces(name) == ""


def test_down_works_without_the_state_directory(name: str) -> None:
    lab = Lab.up(nodes=1, name=name, disks=1, disk_mb=300, etcd=False)
    for file in (lab.paths.spec, lab.paths.node(1).supervisor):
        file.unlink()
    take_down(name)
    assert traces(name) == ""


def test_down_ends_what_runs_on_the_hub(name: str) -> None:
    Lab.up(nodes=1, name=name, disks=0, etcd=False)
    command = [sys.executable, "-m", "tests.lab", "hub", "--name", name, "sleep", "1000"]
    with subprocess.Popen(command) as guest:
        while "sleep" not in Path(f"/proc/{guest.pid}/comm").read_text():
            time.sleep(0.05)
        take_down(name)
        assert guest.wait(5) == -signal.SIGTERM


def test_a_start_that_fails_clears_up_by_itself(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_lab: Lab) -> None:
        raise LabError("broken")

    monkeypatch.setattr(Lab, "_lay", broken)
    with pytest.raises(LabError, match="broken"):
        Lab.up(nodes=2, name=name, disks=1, disk_mb=300)
    assert traces(name) == ""


def test_two_labs_side_by_side(name: str) -> None:
    other = lab_name("other")
    try:
        with Lab.up(nodes=2, name=name, disks=1, disk_mb=300) as first:
            second = Lab.up(nodes=2, name=other, disks=1, disk_mb=300, etcd_auth=True)
            assert first.address(1) == second.address(1)
            first.sh(1, "echo first > /root/who")
            second.sh(1, "echo second > /root/who")
            assert first.ssh(1, "cat", "/root/who").stdout == "first\n"
            assert second.ssh(1, "cat", "/root/who").stdout == "second\n"
            with pytest.raises(LabError, match="take it down first"):
                Lab.up(nodes=1, name=name)
        assert traces(name) == ""
        second.wait_healthy()
        assert second.ssh(2, "hostname").stdout == "node2\n"
        assert etcd_as(second, "client") != 0
        assert etcd_as(second, "client", f"--user=nasadmin:{second.credentials['etcd']['nasadmin']}") == 0
        assert etcd_as(second, "nasadmin") == 0
    finally:
        take_down(other)
    assert traces(other) == ""
    assert cleanup.leftovers(LabPaths(other)) == []


def etcd_as(lab: Lab, certificate: str, *options: str) -> int:
    pki = lab.paths.pki
    files = (f"--cacert={pki / 'ca.crt'}", f"--cert={pki / certificate}.crt", f"--key={pki / certificate}.key")
    endpoint = f"--endpoints=https://{lab.address(1)}:2379"
    return lab.hub("etcdctl", endpoint, *files, *options, "get", "/cluster/config/nfs/version", check=False).returncode
