"""The lab's command line, the words it runs, and the profile it writes."""

import sys

import pytest

if sys.platform != "linux":
    pytest.skip("the lab needs Linux", allow_module_level=True)

import shlex
import tomllib
from pathlib import Path

from tests.lab import inside, paths, profile, services
from tests.lab.__main__ import main, parser
from tests.lab.paths import LabError, LabPaths
from tests.lab.shell import clean_environment, run
from tests.lab.spec import Spec


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hub namespace's file, so that the words for it can be put together."""
    monkeypatch.setattr(paths, "NETNS_DIR", tmp_path)
    file = LabPaths("lab").hub_netns_file
    file.touch()
    return file


def test_words_after_the_node_are_the_commands_own() -> None:
    args = parser().parse_args(["ssh", "--name", "x", "2", "ls", "--name", "y", "-l"])
    assert (args.name, args.node, args.words) == ("x", 2, ["ls", "--name", "y", "-l"])
    assert parser().parse_args(["hub", "sh", "-c", "true"]).words == ["sh", "-c", "true"]


def test_up_knows_every_field_of_the_spec() -> None:
    args = parser().parse_args(["up", "-n", "2", "--disks", "1", "--disk-mb", "400", "--no-peer", "--etcd-auth"])
    assert (args.nodes, args.disks, args.disk_mb, args.peer, args.etcd_auth, args.etcd) == (
        2,
        1,
        400,
        False,
        True,
        True,
    )
    assert parser().parse_args(["up", "--no-etcd"]).etcd is False


def test_ssh_quotes_every_word_for_the_shell_on_the_other_side(hub: Path) -> None:
    words = ["printf", "%s", "a  b", "it's", "$HOME", ""]
    command = inside.ssh_command(Spec("lab", 2), 2, words)
    assert command[:3] == ["nsenter", f"--net={hub}", "--"]
    assert command[-2] == "node2"
    assert shlex.split(command[-1]) == words
    assert inside.ssh_command(Spec("lab", 2), 2, [])[-1] == "node2"


def test_hub_words_are_passed_as_they_are(hub: Path) -> None:
    assert inside.hub_command(LabPaths("lab"), ["a b", "$x"])[-2:] == ["a b", "$x"]
    with pytest.raises(LabError, match="“other” is not up"):
        inside.hub_command(LabPaths("other"), ["true"])


def test_a_mistake_ends_with_one_sentence_and_code_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(paths, "BASE", tmp_path)
    assert main(["exec", "--name", "none", "1", "true"]) == 1
    assert capsys.readouterr().err == "lab: no lab “none” is up (start one: python -m tests.lab up --name none)\n"


def test_profile_is_toml_the_app_reads() -> None:
    read = tomllib.loads(profile.text(Spec("lab", 2, etcd_auth=True)))
    assert (read["name"], read["environment"], read["read_only"]) == ("lab", "lab", False)
    assert read["ssh"]["user"] == "root"
    assert read["ssh"]["config"] == ""
    assert read["nodes"] == [{"name": "node1", "host": "10.77.0.11"}, {"name": "node2", "host": "10.77.0.12"}]
    assert read["etcd"]["endpoints"] == ["https://10.77.0.11:2379", "https://10.77.0.12:2379"]
    assert read["etcd"]["user"] == "nasadmin"


def test_profile_without_etcd_has_no_etcd() -> None:
    assert "etcd" not in tomllib.loads(profile.text(Spec("lab", 1, etcd=False)))


def test_missing_programs_are_named_with_the_packages_that_bring_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "BASE_PROGRAMS", ("/nowhere/program",))
    with pytest.raises(LabError, match=r"missing: /nowhere/program[^\0]*apt-get install .* systemd"):
        services.check_installed(Spec("lab", etcd=False))


def test_the_environment_of_the_lab_is_small_and_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    environment = clean_environment("lab")
    assert "SECRET" not in environment
    assert environment["NAS_LAB_MARK"] == "lab"
    assert "NAS_LAB_MARK" not in clean_environment()


def test_a_failed_command_says_which_and_why() -> None:
    with pytest.raises(LabError, match=r"exit code 3 from: sh -c 'echo why >&2; exit 3'\nwhy"):
        run("sh", "-c", "echo why >&2; exit 3")
    with pytest.raises(LabError, match="nowhere is not installed"):
        run("nowhere")
    with pytest.raises(LabError, match=r"no answer within 0\.05 s"):
        run("sleep", "5", timeout=0.05)
    assert run("cat", text="in").stdout == "in"
