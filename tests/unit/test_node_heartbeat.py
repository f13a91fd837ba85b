"""The heartbeat service: its script on a stand-in etcdctl, its files, settings, status, steps."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nasclustergui.core.command import Result, Secret
from nasclustergui.core.errors import UnexpectedOutput
from nasclustergui.core.plan import Plan
from nasclustergui.core.plan_json import to_json
from nasclustergui.subsystems.nodes.features.heartbeat import commands, files, steps
from nasclustergui.subsystems.nodes.features.heartbeat.model import Heartbeat, Login, Settings

SETTINGS = Settings(
    "node5",
    "10.0.0.5",
    "worker",
    ("https://10.0.0.1:2379", "https://10.0.0.2:2379"),
    Login("/pki/ca.crt", "/pki/n.crt", "/pki/n.key", "beat", Secret("it's $ecret")),
)

# Grants leases 1, 2 …; notes every call; fails while the file "down" is there; forgets leases while "forget" is.
ETCDCTL = r"""#!/bin/sh
printf '%s|%s\n' "$ETCDCTL_ENDPOINTS" "$*" >> "$STORE/calls"
[ "${ETCDCTL_PASSWORD-none}" = "it's \$ecret" ] || echo "bad password: ${ETCDCTL_PASSWORD-none}" >> "$STORE/calls"
if [ -e "$STORE/down" ]; then echo '{"level":"warn"}' >&2; echo 'Error: context deadline exceeded' >&2; exit 1; fi
shift
case $* in
  "lease grant "*)
    n=$(($(cat "$STORE/lease" 2>/dev/null || echo 0) + 1)); echo $n > "$STORE/lease"
    echo "lease $n granted with TTL(${3}s)" ;;
  "lease keep-alive --once "*)
    if [ -e "$STORE/forget" ]; then echo 'Error: etcdserver: requested lease not found' >&2; exit 1; fi
    echo "lease $4 keepalived with TTL(15)" ;;
  "lease revoke "*) echo "revoked $3" >> "$STORE/calls" ;;
  txn)
    text=$(cat); printf '%s\n' "$text" >> "$STORE/txns"
    if [ -e "$STORE/drain" ]; then echo SUCCESS; status=draining; else echo FAILURE; status=online; fi
    echo; echo OK; echo
    case $text in
      *"get -- "*) echo /cluster/nodes/node5/status; cat "$STORE/status" ;;
      *) echo $status > "$STORE/status" ;;
    esac ;;
esac
"""


class Service:
    """The script with a stand-in for etcdctl and for sleep."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        programs = folder / "bin"
        programs.mkdir()
        for name, text in (("etcdctl", ETCDCTL), ("sleep", "#!/bin/sh\nexec /bin/sleep 0.05\n")):
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)
        settings = folder / "heartbeat.env"
        secret = SETTINGS.login.password
        assert secret is not None
        settings.write_text(commands.settings_text(SETTINGS) + secret.quoted("ETCDCTL_PASSWORD=").reveal() + "\n")
        environment = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "STORE": str(folder),
            "HEARTBEAT_ENV": str(settings),
        }
        # "env": under nohup the signal is ignored, and a shell can't trap what was ignored when it began
        script = ["env", "--default-signal=HUP", "sh", str(files.RESOURCES / "heartbeat.sh")]
        self.process = subprocess.Popen(script, env=environment, stderr=subprocess.PIPE, text=True)

    def read(self, name: str) -> str:
        path = self.folder / name
        return path.read_text() if path.exists() else ""

    def wait(self, until: Callable[[], object], what: str) -> None:
        end = time.monotonic() + 20
        while not until():
            assert time.monotonic() < end, f"waited in vain for {what}: {self.read('calls')}"
            assert self.process.poll() is None, self.process.stderr.read()  # type: ignore[union-attr]
            time.sleep(0.02)

    def stop(self) -> str:
        """SIGTERM; what it said."""
        self.process.send_signal(signal.SIGTERM)
        _out, said = self.process.communicate(timeout=20)
        assert self.process.returncode == 0
        return said


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = Service(tmp_path)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.communicate()


def test_it_registers_renews_and_says_goodbye(service: Service) -> None:
    service.wait(lambda: service.read("calls").count("keep-alive --once 1") >= 2, "two renewals")
    said = service.stop()
    first = service.read("txns").split("\n\n")[2]
    assert 'put --lease=1 -- "/cluster/nodes/node5/ip" "10.0.0.5"' in first
    assert 'put --lease=1 -- "/cluster/nodes/node5/role" "worker"' in first
    assert 'put --lease=1 -- "/cluster/nodes/node5/status" "online"' in first
    assert "bad password" not in service.read("calls")
    assert "revoked 1" in service.read("calls")
    assert said == "registered as node5 with lease 1, 30 s\n"


def test_a_drained_node_says_so_as_long_as_the_key_is_there(service: Service) -> None:
    service.wait(lambda: service.read("status") == "online\n", "online")
    (service.folder / "drain").touch()
    service.wait(lambda: service.read("status") == "draining\n", "draining")
    (service.folder / "drain").unlink()
    service.wait(lambda: service.read("status") == "online\n", "online again")


def test_a_lease_that_is_gone_is_replaced(service: Service) -> None:
    service.wait(lambda: service.read("status"), "the first registration")
    (service.folder / "forget").touch()
    service.wait(lambda: int(service.read("lease") or 0) >= 2, "another lease")
    (service.folder / "forget").unlink()
    service.wait(lambda: "keep-alive --once 1\n" not in service.read("calls").splitlines()[-1], "the new lease")
    assert "no heartbeat: Error: etcdserver: requested lease not found" in service.stop()


def test_while_etcd_is_away_it_tries_all_members_and_complains_once(service: Service) -> None:
    service.wait(lambda: service.read("status"), "the first registration")
    (service.folder / "down").touch()
    before = len(service.read("calls").splitlines())
    service.wait(lambda: len(service.read("calls").splitlines()) > before + 4, "some tries")
    (service.folder / "down").unlink()
    tried = {line.partition("|")[0] for line in service.read("calls").splitlines()[before:]}
    assert len(tried) == 2  # the endpoints, once in each order
    renewed = service.read("calls").count("keep-alive")
    service.wait(lambda: service.read("calls").count("keep-alive") > renewed + 1, "its recovery")
    said = service.stop()
    assert said.count("no heartbeat: Error: context deadline exceeded") == 1
    assert said.count("etcd answers again") == 1
    assert "level" not in said


def test_a_reload_shows_new_settings_under_the_same_lease(service: Service) -> None:
    service.wait(lambda: service.read("status"), "the first registration")
    settings = service.folder / "heartbeat.env"
    settings.write_text(settings.read_text().replace("NODE_ROLE=worker", "NODE_ROLE=manager"))
    service.process.send_signal(signal.SIGHUP)
    service.wait(lambda: 'role" "manager"' in service.read("txns"), "the other role")
    assert service.read("lease") == "1\n"


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_shellcheck_finds_nothing() -> None:
    done = subprocess.run(
        ["shellcheck", str(files.RESOURCES / "heartbeat.sh")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_files_agree_with_the_code() -> None:
    assert files.version() == 1
    assert files.SCRIPT_PATH in files.unit_text()
    assert files.SETTINGS_PATH in files.unit_text()
    assert files.SETTINGS_PATH in files.script_text()
    assert len(set(files.digests())) == 2


# ---- commands


def run(words: tuple[str, ...], stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(words, input=stdin, capture_output=True, check=False)


def at(command_words: tuple[str, ...], place: Path, was: str) -> tuple[str, ...]:
    return tuple(str(place) if word == was else word for word in command_words)


def test_a_file_is_written_whole_and_what_was_there_comes_back(tmp_path: Path) -> None:
    place = tmp_path / "new" / "heartbeat.env"
    command = commands.write_settings(SETTINGS)
    words = at(command.argv, place, files.SETTINGS_PATH)
    assert run(words, command.input()).returncode == 0
    assert place.stat().st_mode & 0o777 == 0o600
    assert "ETCDCTL_PASSWORD='it'\"'\"'s $ecret'\n" in place.read_text()
    first = place.read_text()
    kept = Settings("node5", "10.0.0.5", "manager", SETTINGS.endpoints, Login(user="beat", keep=True))
    command = commands.write_settings(kept)
    assert run(at(command.argv, place, files.SETTINGS_PATH), command.input()).returncode == 0
    assert "NODE_ROLE=manager" in place.read_text()
    assert place.read_text().count("ETCDCTL_PASSWORD=") == 1
    undo = at(commands.unwrite(files.SETTINGS_PATH).argv, place, files.SETTINGS_PATH)
    assert run(undo).returncode == 0
    assert place.read_text() == first
    assert run(undo).returncode == 0
    assert not place.exists()


def test_the_password_is_shown_nowhere() -> None:
    made = steps.install("node5", SETTINGS, Heartbeat())
    plan = Plan("Install", "lab", made)
    everything = to_json(plan) + repr(plan) + "".join(step.line for step in made)
    assert "ecret" not in everything
    assert "***" in made[2].line
    assert "NODE_IP=10.0.0.5" in made[2].line
    assert "# nascluster-heartbeat 1" in made[0].line
    assert b"$ecret" in made[2].command.input()


def test_only_what_differs_is_written() -> None:
    titles = [step.title for step in steps.install("node5", SETTINGS, Heartbeat(version=1, current=True))]
    assert titles[0] == "Write its settings, for root only"
    newer = steps.install("node5", SETTINGS, Heartbeat(version=9), ca="PEM")
    assert [step.title for step in newer][:2] == [
        "Install the certificate of etcd's authority",
        "Write its settings, for root only",
    ]


STATUS = """@version 1
@digests {digests}
@active active
@enabled enabled
@since 1700000000
@restarts 2
@setting NODE_NAME=node5
@setting ETCDCTL_ENDPOINTS=https://10.0.0.1:2379,https://10.0.0.2:2379
@setting ETCDCTL_USER='b eat'
@password yes
@etcdctl 3.4.23
@log registered as node5 with lease 1, 30 s
@end
"""


def test_a_status_is_read() -> None:
    found = commands.parse_status("node5", Result(0, STATUS.format(digests=" ".join(files.digests()))))
    assert found.running
    assert found.current
    assert not found.old
    assert (found.since, found.restarts, found.etcdctl) == (1700000000.0, 2, "3.4.23")
    assert found.endpoints == SETTINGS.endpoints
    assert found.login == Login(user="b eat", keep=True)
    assert found.log == ("registered as node5 with lease 1, 30 s",)
    changed = commands.parse_status("node5", Result(0, STATUS.format(digests="1 2")))
    assert changed.old
    assert not changed.newer


def test_no_service_is_not_a_stopped_one() -> None:
    found = commands.parse_status("node5", Result(0, "@active inactive\n@enabled \n@restarts 0\n@etcdctl \n@end\n"))
    assert found.version is None
    assert not found.installed
    with pytest.raises(UnexpectedOutput):
        commands.parse_status("node5", Result(0, "@version 1\n"))


@pytest.mark.parametrize(
    ("status", "text", "why", "user"),
    [
        (0, "", "", False),
        (1, '{"level":"warn"}\nError: etcdserver: permission denied\n', "etcdserver: permission denied", True),
        (2, "Error: etcdserver: user name is empty\n", "etcdserver: user name is empty", True),
        (
            1,
            '{"error":"rpc error: etcdserver: authentication failed, invalid user ID or password"}\n'
            "Error: context deadline exceeded\n",
            "etcdserver: authentication failed, invalid user ID or password",
            True,
        ),
        (
            1,
            "Error: open /pki/ca.crt: no such file or directory\n",
            "open /pki/ca.crt: no such file or directory",
            False,
        ),
        (127, "sh: etcdctl: not found\n", "etcdctl: not found", False),
        (124, "", "exit status 124", False),
    ],
)
def test_what_a_login_came_to(status: int, text: str, why: str, user: bool) -> None:
    said = commands.parse_try(Result(status, text))
    assert said == why
    assert commands.wants_user(said) is user
