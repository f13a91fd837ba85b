"""Where a node is: its profile over ~/.ssh/config over the usual."""

from __future__ import annotations

from pathlib import Path

import pytest

from nasclustergui.core.errors import Unreachable
from nasclustergui.core.profile import NodeProfile, SshDefaults
from nasclustergui.remote.ssh_config import Route, SshConfig


def route(tmp_path: Path, text: str, node: NodeProfile, **defaults: object) -> Route:
    (tmp_path / "config").write_text(text)
    return SshConfig(SshDefaults(config=str(tmp_path / "config"), **defaults)).route(node)  # type: ignore[arg-type]


CONFIG = """
Host web nas-*
    User fromfile
Host nas-1
    HostName 10.0.0.1
    Port 2222
    IdentityFile ~/.ssh/special
    IdentitiesOnly yes
    HostKeyAlias nas.example
    UserKnownHostsFile ~/.ssh/kh1 /etc/kh2
Host nas-2
    HostName 10.0.0.2
    ProxyJump bastion,admin@[fe80::1]:22
Host bastion
    HostName 203.0.113.9
    Port 443
    ProxyJump outer
Host old
    ProxyCommand ssh -q -W %h:%p gate@bastion
Host none
    ProxyCommand none
Host evil
    ProxyCommand nc %h %p; rm -rf /
Host circle
    ProxyJump circle2
Host circle2
    ProxyJump circle
Host bad
    Port many
"""


def test_of_the_file(tmp_path: Path) -> None:
    target = route(tmp_path, CONFIG, NodeProfile("n", "nas-1")).target
    assert (target.host, target.port, target.user, target.known_as) == ("10.0.0.1", 2222, "fromfile", "nas.example")
    assert target.identity_files == (Path("~/.ssh/special").expanduser(),)
    assert target.named
    assert target.identities_only


def test_known_hosts_of_the_file_count_unless_the_profile_names_one(tmp_path: Path) -> None:
    node = NodeProfile("n", "nas-1")
    assert route(tmp_path, CONFIG, node).known_hosts == (Path("~/.ssh/kh1").expanduser(), Path("/etc/kh2"))
    assert route(tmp_path, CONFIG, node, known_hosts="/x").known_hosts == ()


def test_the_profile_wins(tmp_path: Path) -> None:
    node = NodeProfile("n", "nas-1", user="root", port=22, identity_files=("/k",))
    target = route(tmp_path, CONFIG, node, user="other", port=1).target
    assert (target.user, target.port, target.identity_files) == ("root", 22, (Path("/k"),))
    target = route(tmp_path, CONFIG, NodeProfile("n", "nas-1"), user="other", port=1).target
    assert (target.user, target.port) == ("other", 1)


def test_the_usual(tmp_path: Path) -> None:
    found = route(tmp_path, "", NodeProfile("n", "10.0.0.1"))
    assert str(found.target) == "root@10.0.0.1:22"
    assert not found.target.named
    assert SshConfig(SshDefaults(config="")).route(NodeProfile("n", "h")).target.host == "h"
    assert SshConfig(SshDefaults(config=str(tmp_path / "missing"))).route(NodeProfile("n", "h")).target.host == "h"


def test_jump_chains(tmp_path: Path) -> None:
    hops = route(tmp_path, CONFIG, NodeProfile("n", "nas-2")).hops
    assert [str(h) for h in hops] == [
        "root@outer:22",
        "root@203.0.113.9:443",
        "admin@fe80::1:22",
        "fromfile@10.0.0.2:22",
    ]
    hops = route(tmp_path, CONFIG, NodeProfile("n", "nas-2", jump="me@gate:2200")).hops
    assert [str(h) for h in hops] == ["me@gate:2200", "fromfile@10.0.0.2:22"]
    assert len(route(tmp_path, CONFIG, NodeProfile("n", "nas-2", jump="none")).hops) == 1


def test_a_proxy_command_that_only_jumps(tmp_path: Path) -> None:
    hops = route(tmp_path, CONFIG, NodeProfile("n", "old")).hops
    assert [str(h) for h in hops] == ["root@outer:22", "gate@203.0.113.9:443", "root@old:22"]
    assert len(route(tmp_path, CONFIG, NodeProfile("n", "none")).hops) == 1


@pytest.mark.parametrize(
    ("host", "jump", "said"),
    [
        ("evil", "", "asks for a ProxyCommand"),
        ("circle", "", "lead in a circle"),
        ("bad", "", "can't be understood"),
        ("x", "a b", "is not a jump host"),
        ("x", ",", "is not a jump host"),
    ],
)
def test_what_cannot_work(tmp_path: Path, host: str, jump: str, said: str) -> None:
    with pytest.raises(Unreachable, match=said):
        route(tmp_path, CONFIG, NodeProfile("n", host, jump=jump))


def test_a_damaged_file(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="can't be understood") as caught:
        route(tmp_path, "Host\n???\n", NodeProfile("n", "h"))
    assert str(tmp_path) in str(caught.value)


def test_include(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "a.conf").write_text("Host nas-1\n  Port 1111\nHost *\n  User inc\n")
    text = "Host nas-9\n Include more/*.conf\n Port 9999\nHost *\n Port 22\n"
    target = route(tmp_path, text, NodeProfile("n", "nas-1")).target
    assert (target.port, target.user) == (1111, "inc")
    assert route(tmp_path, text, NodeProfile("n", "nas-9")).target.port == 9999


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text("Host h\n Port 1\n")
    config = SshConfig(SshDefaults(config=str(file)))
    assert config.route(NodeProfile("n", "h")).target.port == 1
    file.write_text("Host h\n Port 1234\n")
    assert config.route(NodeProfile("n", "h")).target.port == 1234
