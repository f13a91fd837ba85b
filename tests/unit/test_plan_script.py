"""The exported script, really run by /bin/sh with an `ssh` that executes locally and notes what it got."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from nasclustergui.core.command import Command, Secret
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.core.profile import Environment, NodeProfile, Profile, SshDefaults
from nasclustergui.core.script import REFUSED, destination, to_script

FAKE_SSH = """#!/bin/sh
# Like ssh: options and a host up to "--", then ONE word for the remote shell.
: > "$SSH_LOG.host"
while [ "$1" != -- ]; do printf '%s\\n' "$1" >> "$SSH_LOG.host"; shift; done
shift
[ $# -eq 1 ] || { echo "ssh got $# words" >&2; exit 99; }
exec sh -c "$1"
"""
FAKE_GLUSTER = """#!/usr/bin/env python3
import json, os, sys
with open(os.environ["SSH_LOG"], "a") as log:
    log.write(json.dumps([os.fsencode(word).hex() for word in sys.argv[1:]]) + "\\n")
print(os.environ.get("ANSWER", ""))
"""
NASTY = (
    "plain",
    "two words",
    "it's",
    'a "quoted" one',
    "; touch HARM",
    "$(touch HARM)",
    "`touch HARM`",
    "line\nbreak",
    "tab\tand \\ back",
    "*",
    "",
    "-n",
    "--",
    "Überlänge 名前 🗄",
    "not-utf8-\udcff\udcfe",
    "# comment",
    "~",
    "!history",
)
PROFILE = Profile(
    "lab", (NodeProfile("node1", "10.0.0.1"), NodeProfile("node2", "10.0.0.2")), environment=Environment.LAB
)


def _plan(*steps: Step, confirm: str = "scratch") -> Plan:
    return Plan("Delete volume scratch", "lab", steps, confirm=confirm, created=1.0)


def _step(*words: str, node: str = "node1", **more: object) -> Step:
    return Step("Do it", node, Command(("gluster", *words)), "gluster", **more)  # type: ignore[arg-type]


class Shell:
    """A folder with fake commands, where scripts are run."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder / "log"
        for name, text in (("ssh", FAKE_SSH), ("gluster", FAKE_GLUSTER), ("sudo", '#!/bin/sh\nshift 2\nexec "$@"\n')):
            path = folder / "bin" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            path.chmod(0o755)

    def run(self, script: str, answer: str = "", said: str = "") -> subprocess.CompletedProcess[bytes]:
        file = self.folder / "plan.sh"
        file.write_bytes(script.encode(errors="surrogateescape"))
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        env = {"PATH": path, "SSH_LOG": str(self.log), "ANSWER": said, "LC_ALL": "C.UTF-8"}
        return subprocess.run(
            ["/bin/sh", str(file)], input=answer.encode(), capture_output=True, cwd=self.folder, env=env, check=False
        )

    @property
    def ran(self) -> list[list[str]]:
        if not self.log.exists():
            return []
        lines = self.log.read_text().splitlines()
        return [[os.fsdecode(bytes.fromhex(word)) for word in json.loads(line)] for line in lines]

    @property
    def host(self) -> list[str]:
        return Path(f"{self.log}.host").read_text().splitlines()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_every_word_arrives_as_it_was(shell: Shell) -> None:
    done = shell.run(to_script(_plan(_step(*NASTY)), PROFILE))
    assert done.returncode == 0, done.stderr
    assert shell.ran == [list(NASTY)]
    assert not (shell.folder / "HARM").exists()
    assert shell.host == ["10.0.0.1"]


def test_texts_cannot_break_out_of_their_comments(shell: Shell) -> None:
    evil = "x\ntouch HARM\rtouch HARM"
    step = Step(
        evil,
        "node1",
        Command(("gluster", "a")),
        "gluster",
        prompts=(evil,),
        undo=Command(("gluster", "undo\ntouch HARM")),
    )
    plan = Plan(evil, "lab", (step,), meaning=(Meaning(Severity.WARN, evil, evil),), undo=evil)
    assert shell.run(to_script(plan, PROFILE)).returncode == 0
    assert shell.ran == [["a"]]
    assert not (shell.folder / "HARM").exists()


def test_first_failure_ends_it(shell: Shell) -> None:
    steps = (Step("Fail", "node1", Command(("sh", "-c", "exit 7")), "x"), _step("second"))
    assert shell.run(to_script(_plan(*steps), PROFILE)).returncode == 7
    assert shell.ran == []


def test_refusal_with_status_0_ends_it(shell: Shell) -> None:
    script = to_script(_plan(_step("first", expect="<opRet>0</opRet>"), _step("second")), PROFILE)
    refused = shell.run(script, said="<opRet>-1</opRet><opErrstr>no</opErrstr>")
    assert refused.returncode == 1
    assert b"<opErrstr>no" in refused.stdout
    assert shell.ran == [["first"]]
    assert shell.run(script, said="<opRet>0</opRet>").returncode == 0
    assert shell.ran == [["first"], ["first"], ["second"]]


@pytest.mark.parametrize("typed", ["", "\n", "Scratch\n", "scratch x\n", "yes\n"])
def test_destructive_plans_ask_for_the_name(shell: Shell, typed: str) -> None:
    script = to_script(_plan(_step("delete", risk=Risk.DESTRUCTIVE)), PROFILE)
    assert shell.run(script, answer=typed).returncode == REFUSED
    assert shell.ran == []


def test_the_typed_name_runs_it(shell: Shell) -> None:
    plan = _plan(_step("delete", risk=Risk.DESTRUCTIVE), confirm="it's; $(x)")
    assert shell.run(to_script(plan, PROFILE), answer="it's; $(x)\n").returncode == 0
    assert shell.ran == [["delete"]]


def test_waits_for_a_person_where_work_goes_on(shell: Shell) -> None:
    script = to_script(_plan(_step("start", follow="remove-brick"), _step("commit", follow="x")), PROFILE)
    assert shell.run(script).returncode == 1  # nobody pressed Enter: the second step must not run
    assert shell.ran == [["start"]]
    assert shell.run(script, answer="\n").returncode == 0
    assert shell.ran[1:] == [["start"], ["commit"]]


def test_logs_in_as_the_profile_says(shell: Shell) -> None:
    node = NodeProfile("node1", "10.0.0.1", port=2222, jump="gate.example:2200", identity_files=("/my keys/id",))
    profile = Profile("lab", (node,), ssh=SshDefaults(user="admin", known_hosts="/known hosts", config=""))
    assert shell.run(to_script(_plan(_step("a b")), profile)).returncode == 0
    options = ["-F", "none", "-p", "2222", "-i", "/my keys/id", "-o", 'UserKnownHostsFile="/known hosts"']
    assert shell.host == [*options, "-J", "gate.example:2200", "admin@10.0.0.1"]
    assert shell.ran == [["a b"]]  # through the fake sudo
    assert "sudo -n -- gluster 'a b'" in to_script(_plan(_step("a b")), profile).replace("'\"'\"'", "'")


def test_unknown_node_is_explained() -> None:
    with pytest.raises(InvalidInput, match="has no node “node9”"):
        destination(PROFILE, "node9")


@pytest.mark.parametrize(
    "command", [Command(("x", Secret("hunter2"))), Command(("x",), stdin=b"hunter2")], ids=["word", "input"]
)
def test_secrets_stay_out_of_scripts(command: Command) -> None:
    with pytest.raises(InvalidInput, match="cannot be written to a script"):
        to_script(_plan(Step("Log in", "node1", command, "x")), PROFILE)


def test_a_change_of_the_profile_names_its_cluster() -> None:
    command = Command(("nasclustergui", "profile", "node", "remove", "node1"), root=False)
    script = to_script(_plan(Step("Take node1 out of the profile", "", command, "profile")), PROFILE)
    assert "\nnasclustergui profile node remove node1 --cluster lab </dev/null\n" in script
