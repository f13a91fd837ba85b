"""The lab does what its documentation says: nodes, accounts, services, and the faults."""

import os
import subprocess
import sys
import threading
import time
import tomllib
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.lab.cluster import Lab
from tests.lab.netns import on_hub
from tests.lab.paths import LabError
from tests.lab.procs import wait_until
from tests.lab.services.etcd import etcdctl
from tests.lab.shell import Completed, run

pytestmark = pytest.mark.lab


def python_on_hub(lab: Lab, script: str) -> Completed:
    return lab.hub(sys.executable, "-c", script, check=False)


def is_running(lab: Lab, n: int) -> bool:
    return lab.exec(n, "systemctl", "is-system-running", check=False).stdout == "running\n"


def test_every_node_runs_systemd_without_a_failed_unit(lab: Lab) -> None:
    assert wait_until(lambda: all(is_running(lab, n) for n in lab.spec.numbers), 30)
    for n in lab.spec.numbers:
        assert lab.exec(n, "systemctl", "--failed", "--no-legend").stdout == ""
        assert lab.exec(n, "hostname").stdout == f"node{n}\n"
        units = lab.exec(n, "systemctl", "is-active", "ssh", "glusterd", "etcd", "nas-agent").stdout
        assert units.split() == ["active"] * 4
    assert "Started" in lab.exec(1, "journalctl", "-u", "glusterd", "--no-pager").stdout


@pytest.mark.parametrize("way", ["exec", "ssh"])
def test_words_and_exit_code_arrive_unchanged(lab: Lab, way: str) -> None:
    words = ["a  b", "it's", "$HOME", "*", "", "ü;x", "--", "-n"]
    call = lab.exec if way == "exec" else lab.ssh
    assert call(2, "printf", "<%s>", *words).stdout == "".join(f"<{word}>" for word in words)
    assert call(2, "sh", "-c", "exit 7", check=False).returncode == 7
    with pytest.raises(LabError, match="exit code 7"):
        call(2, "sh", "-c", "exit 7")


@pytest.mark.parametrize("way", ["exec", "ssh"])
def test_command_line_passes_words_output_and_exit_code(lab: Lab, way: str) -> None:
    script = 'printf "<%s>" "$@"; cat; exit 9'
    command = [sys.executable, "-m", "tests.lab", way, "--name", lab.name, "1", "sh", "-c", script, "sh", "a  b", "$x"]
    done = subprocess.run(command, input="in", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (9, "<a  b><$x>in")


def test_nothing_of_the_host_shows_through(lab: Lab) -> None:
    assert lab.exec(1, "ls", "-A", "/root").stdout.split() == [".bashrc", ".profile", ".ssh"]
    assert lab.exec(1, "ls", "-A", "/home").stdout.split() == ["admin"]
    for directory in ("/var/tmp", "/mnt", "/srv", "/opt"):
        assert lab.exec(1, "ls", "-A", directory).stdout == ""
    lab.sh(1, "echo mine > /etc/lab-was-here")
    assert not Path("/etc/lab-was-here").exists()
    assert lab.sh(1, "echo 1 > /proc/sys/kernel/sysrq", check=False).returncode != 0


def test_bricks_are_xfs_of_their_own(lab: Lab) -> None:
    shown = lab.exec(3, "findmnt", "-n", "-o", "FSTYPE,SIZE", "/bricks/d1", "/bricks/d2", check=False)
    mounts = shown.stdout or lab.exec(3, "findmnt", "-n", "-t", "xfs", "-o", "FSTYPE,TARGET").stdout
    assert mounts.count("xfs") == 2
    lab.sh(3, "echo x > /bricks/d1/file")
    assert lab.exec(3, "ls", "/bricks/d2").stdout == ""
    lab.exec(3, "rm", "/bricks/d1/file")


def as_admin(lab: Lab, tmp_path: Path, password: str, *argv: str, text: str = "") -> Completed:
    """Run a command on node 1 as admin, who logs in with a password."""
    ask = tmp_path / "askpass"
    ask.write_text(f"#!/bin/sh\necho '{password}'\n")
    ask.chmod(0o700)
    options = ["-o", "PubkeyAuthentication=no", "-o", "NumberOfPasswordPrompts=1"]
    environment = os.environ | {"SSH_ASKPASS": str(ask), "SSH_ASKPASS_REQUIRE": "force"}
    command = ["nsenter", f"--net={lab.paths.hub_netns_file}", "ssh", "-F", str(lab.paths.ssh_config), *options]
    return run(*command, "admin@node1", *argv, text=text, env=environment, check=False)


def test_admin_logs_in_by_password_and_uses_sudo_with_it(lab: Lab, tmp_path: Path) -> None:
    password = lab.credentials["ssh"]["admin"]
    assert as_admin(lab, tmp_path, password, "id", "-un").stdout == "admin\n"
    assert as_admin(lab, tmp_path, "wrong", "true").returncode == 255
    sudo = ("sudo", "-S", "-k", "-p", "''", "id", "-u")
    assert as_admin(lab, tmp_path, password, *sudo, text=f"{password}\n").stdout == "0\n"
    refused = as_admin(lab, tmp_path, password, *sudo, text="wrong\n")
    assert refused.returncode == 1
    assert "incorrect password" in refused.stderr
    assert as_admin(lab, tmp_path, password, "sudo", "-n", "true").returncode == 1


def test_admin_logs_in_by_key(lab: Lab) -> None:
    assert lab.hub("ssh", "-F", str(lab.paths.ssh_config), "admin@node2", "id", "-un").stdout == "admin\n"


def test_peers_know_each_other_by_name(lab: Lab) -> None:
    for n in lab.spec.numbers:
        others = {f"node{i}" for i in lab.spec.numbers if i != n}
        names = {line.split()[1] for line in lab.exec(n, "gluster", "pool", "list").stdout.splitlines()[1:]}
        assert names == {"localhost"} | others


def heartbeat(lab: Lab, n: int) -> str:
    key = f"/cluster/nodes/node{n}/last_heartbeat"
    return etcdctl(lab.spec, "get", "--print-value-only", key).stdout.strip()


def test_nodes_register_in_etcd_with_a_heartbeat(lab: Lab) -> None:
    assert wait_until(lambda: bool(heartbeat(lab, 3)), 10, pause=0.1)
    shown = etcdctl(lab.spec, "get", "--prefix", "/cluster/nodes/node3").stdout.split()
    keys = dict(zip(shown[::2], shown[1::2], strict=True))
    at = datetime.fromisoformat(keys.pop("/cluster/nodes/node3/last_heartbeat"))
    assert abs((datetime.now(UTC) - at).total_seconds()) < 10
    assert keys == {
        "/cluster/nodes/node3/ip": lab.address(3),
        "/cluster/nodes/node3/role": "manager",
        "/cluster/nodes/node3/status": "online",
    }
    first = heartbeat(lab, 3)
    assert wait_until(lambda: heartbeat(lab, 3) > first, 10, pause=0.2)
    config = etcdctl(lab.spec, "get", "--prefix", "--keys-only", "/cluster/config/").stdout.split()
    assert "/cluster/config/smb/workgroup" in config


def test_profile_names_files_that_exist_and_nodes_that_answer(lab: Lab) -> None:
    profile = tomllib.loads(lab.profile_path.read_text())
    assert profile["environment"] == "lab"
    assert [node["host"] for node in profile["nodes"]] == [lab.address(n) for n in lab.spec.numbers]
    files = [*profile["ssh"]["identity_files"], profile["ssh"]["known_hosts"]]
    files += [profile["etcd"][key] for key in ("ca", "cert", "key")]
    assert [file for file in files if not Path(file).is_absolute() or not Path(file).is_file()] == []
    assert all(url.endswith(":2379") for url in profile["etcd"]["endpoints"])


CONNECT = "import socket; socket.create_connection(('{host}', {port}), 3).close()"


def test_hub_reaches_the_nodes_and_nothing_else(lab: Lab) -> None:
    assert python_on_hub(lab, CONNECT.format(host=lab.address(1), port=22)).returncode == 0
    began = time.monotonic()
    refused = python_on_hub(lab, CONNECT.format(host="192.0.2.1", port=80))
    assert "No route to host" in refused.stderr or "unreachable" in refused.stderr
    assert time.monotonic() - began < 2


def test_hub_keeps_the_environment_and_names_the_lab(lab: Lab) -> None:
    command = [
        sys.executable,
        "-m",
        "tests.lab",
        "hub",
        "--name",
        lab.name,
        "sh",
        "-c",
        'echo "$MINE $NAS_LAB"; exit 3',
    ]
    done = subprocess.run(command, env=os.environ | {"MINE": "x"}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, f"x {lab.name}\n")


def test_a_whole_process_enters_the_hub(lab: Lab) -> None:
    connect = CONNECT.format(host=lab.address(2), port=22)
    script = f"from tests.lab.netns import enter_hub; enter_hub({lab.name!r}); {connect}"
    run(sys.executable, "-c", script)
    thread = "import threading, time; threading.Thread(target=time.sleep, args=(9,), daemon=True).start()"
    late = f"{thread}; {script}"
    assert "comes too late" in run(sys.executable, "-c", late, check=False).stderr


def test_one_thread_visits_the_hub_and_comes_back(lab: Lab) -> None:
    before = Path("/proc/thread-self/ns/net").readlink()
    seen: list[object] = []

    def visit() -> None:
        with on_hub(lab.name):
            seen.append(Path("/proc/thread-self/ns/net").readlink())
            try:
                urllib.request.urlopen(f"http://{lab.address(1)}:9/", timeout=3)
            except urllib.error.URLError as error:
                seen.append(type(error.reason))
        seen.append(Path("/proc/thread-self/ns/net").readlink())

    thread = threading.Thread(target=visit)
    thread.start()
    thread.join()
    assert seen[0] != before
    assert seen[1:] == [ConnectionRefusedError, before]
    assert Path("/proc/thread-self/ns/net").readlink() == before


def test_unknown_names_fail_at_once_in_a_node(lab: Lab) -> None:
    began = time.monotonic()
    assert lab.exec(1, "getent", "hosts", "nobody.example", check=False).returncode == 2
    assert time.monotonic() - began < 2


def test_there_is_no_such_node(lab: Lab) -> None:
    with pytest.raises(LabError, match="between 1 and 3"):
        lab.exec(4, "true")
    with pytest.raises(LabError, match="is on already"):
        lab.poweron(1)
