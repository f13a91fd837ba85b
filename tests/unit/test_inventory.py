"""Cluster profiles as files: read, checked, written, found; nothing in them can do harm."""

from __future__ import annotations

import os
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasclustergui.core import profile_check
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.profile import Environment, EtcdProfile, NodeProfile, Profile, SshDefaults
from nasclustergui.remote import inventory
from nasclustergui.remote.profile_toml import format_profile, parse_profile, profile_from
from nasclustergui.remote.toml_text import parse_toml, toml_table, toml_value

EXAMPLE = """\
name = "lab"
environment = "lab"
read_only = false
colour = "#0B6E68"
location = "Frankfurt"
[ssh]
user = "root"
port = 22
identity_files = ["~/.ssh/id_lab"]
known_hosts = "/etc/known hosts"
config = ""
agent = true
[[nodes]]
name = "node1"
host = "10.77.0.11"
rack = "r1"
role = "manager"
jump = "gate@gw.example:2222"
[[nodes]]
name = "node2"
host = "fe80::1%eth0"
user = "admin"
port = 2222
identity_files = ["/k"]
[etcd]
endpoints = ["https://10.77.0.11:2379", "[fe80::1]:2379"]
ca = "/ca.crt"
cert = "/c.crt"
key = "/c.key"
user = "root"
"""
SMALL = 'name = "lab"\n[[nodes]]\nname = "n1"\nhost = "h1"\n'
ONE = Profile("lab", (NodeProfile("node1", "10.0.0.1"),))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "lab.toml"


def test_a_whole_profile(file: Path) -> None:
    file.write_text(EXAMPLE)
    profile = inventory.load(file)
    assert (profile.name, profile.environment, profile.colour) == ("lab", Environment.LAB, "#0B6E68")
    key = os.path.expanduser("~/.ssh/id_lab")
    assert profile.ssh == SshDefaults("root", 22, (key,), "/etc/known hosts", "", True)
    assert profile.nodes[0].jump == "gate@gw.example:2222"
    assert profile.nodes[1] == NodeProfile("node2", "fe80::1%eth0", "admin", 2222, identity_files=("/k",))
    assert profile.etcd.endpoints == ("https://10.77.0.11:2379", "[fe80::1]:2379")
    assert profile.etcd.key == "/c.key"


def test_what_is_left_out_takes_the_careful_default() -> None:
    profile = parse_profile(SMALL, "x")
    assert profile.environment is Environment.PROD  # where a mistake costs most questions
    assert profile.ssh == SshDefaults()
    assert profile.etcd == EtcdProfile()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "is not a UTF-8 text file"),
        (b"name = \n", "is not valid TOML: .*line 1"),
        (b"[" * 50_000, "is not valid TOML"),
        (b"name = " + b"1" * 6000, "is not valid TOML"),
        (b"a" * 2_000_000, "too large"),
        (b"", "name: The cluster's name is empty"),
        (SMALL.encode() + b"frobnicate = 1", r"nodes\[0\].frobnicate is not known here"),
        (b'nam = "x"\n' + SMALL.encode(), "nam is not known here"),
        (b'"a\\nb" = "x"\n' + SMALL.encode(), "a\N{REPLACEMENT CHARACTER}b is not known"),
        (b"name = 3", "name must be a text in quotes"),
        (b'name = "x"\nread_only = "yes"', "read_only must be true or false"),
        (b'name = "x"\nenvironment = "production"', "environment must be prod, test or lab"),
        (b'name = "x"\nnodes = 3', r"nodes must be sections \[\[nodes\]\]"),
        (b'name = "x"\nnodes = [3]', r"nodes\[0\] must be a section"),
        (b'name = "x"\nssh = 3', "ssh must be a section"),
        (b'name = "x"\n[ssh]\nport = 1.5', "ssh.port must be a whole number"),
        (b'name = "x"\n[ssh]\nport = true', "ssh.port must be a whole number"),
        (b'name = "x"\n[ssh]\nidentity_files = "a"', "ssh.identity_files must be a list of texts"),
        (b'name = "x"\n[etcd]\nendpoints = [1]', "etcd.endpoints must be a list of texts"),
        (b'name = "x"\n[etcd]\nca = 1979-05-27', "etcd.ca must be a text"),
    ],
)
def test_files_that_cannot_be_understood(file: Path, content: bytes, said: str) -> None:
    file.write_bytes(content)
    with pytest.raises(InvalidInput, match=said):
        inventory.load(file)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    for path, said in (
        (tmp_path / "none.toml", "There is no file"),
        (tmp_path, "is a folder"),
        (tmp_path / "pipe.toml", "not a normal file"),
        (tmp_path / "new\nline.toml", "There is no file"),
        (Path("/proc/self/mem"), "cannot be read"),
    ):
        with pytest.raises(InvalidInput, match=said) as error:
            inventory.load(path)
        assert "\n" not in str(error.value)


NASTY = ["a b", "a;b", "a'b", 'a"b', "a\nb", "-oProxyCommand=x", "$(x)", "a`b`", "ä\u202eb", "", "a|b", "a/b", "\udcff"]


@pytest.mark.parametrize("host", [*NASTY, "[::1]", "host:22", "a" * 300, "user@host", ":", "a\\b"])
def test_hosts_that_could_be_something_else(host: str) -> None:
    (problem,) = profile_check.problems(replace(ONE, nodes=(NodeProfile("node1", host),)))
    assert problem.field == "nodes[0].host"
    assert str(problem).isprintable()


@pytest.mark.parametrize("host", ["10.0.0.1", "node1", "node-1.example.com", "fe80::1%eth0", "::1", "my_alias", "a.b."])
def test_hosts_that_work(host: str) -> None:
    assert profile_check.problems(replace(ONE, nodes=(NodeProfile("node1", host),))) == ()


@pytest.mark.parametrize("text", NASTY)
def test_names_users_and_jumps_that_could_be_something_else(text: str) -> None:
    def fields(profile: Profile) -> list[str]:
        return [problem.field for problem in profile_check.problems(profile)]

    assert fields(replace(ONE, nodes=(NodeProfile(text, "h"),))) == ["nodes[0].name"]
    if text:
        assert "ssh.user" in fields(replace(ONE, ssh=SshDefaults(user=text)))
        assert "nodes[0].jump" in fields(replace(ONE, nodes=(NodeProfile("n", "h", jump=f"ok@gate,{text}@gate"),)))
        assert "etcd.endpoints" in fields(replace(ONE, etcd=EtcdProfile((f"https://{text}:2379",))))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"location": "a\tb"}, "location"),
        ({"colour": "red"}, "colour"),
        ({"colour": "#12345\n"}, "colour"),
        ({"nodes": ()}, "nodes"),
        ({"nodes": (NodeProfile("a", "h1"), NodeProfile("A", "h2"))}, "nodes"),
        ({"nodes": (NodeProfile("a", "h1"), NodeProfile("b", "H1"))}, "nodes"),
        ({"nodes": (NodeProfile("a", "h1", port=65536),)}, "nodes[0].port"),
        ({"nodes": (NodeProfile("a", "h1", role="king"),)}, "nodes[0].role"),
        ({"nodes": (NodeProfile("a", "h1", rack="\x00"),)}, "nodes[0].rack"),
        ({"nodes": (NodeProfile("a", "h1", jump="gate:0"),)}, "nodes[0].jump"),
        ({"nodes": (NodeProfile("a", "h1", identity_files=("keys/id",)),)}, "nodes[0].identity_files"),
        ({"ssh": SshDefaults(port=-1)}, "ssh.port"),
        ({"ssh": SshDefaults(identity_files=("",))}, "ssh.identity_files"),
        ({"ssh": SshDefaults(identity_files=("/a\nb",))}, "ssh.identity_files"),
        ({"ssh": SshDefaults(known_hosts="~other/x")}, "ssh.known_hosts"),
        ({"etcd": EtcdProfile(("ftp://a:1",))}, "etcd.endpoints"),
        ({"etcd": EtcdProfile(("a:70000",))}, "etcd.endpoints"),
        ({"etcd": EtcdProfile(("a:1", "a:1"))}, "etcd.endpoints"),
        ({"etcd": EtcdProfile(ca="ca.crt")}, "etcd.ca"),
        ({"etcd": EtcdProfile(cert="/c")}, "etcd.key"),
        ({"etcd": EtcdProfile(key="/k")}, "etcd.cert"),
    ],
)
def test_values_that_cannot_work(tmp_path: Path, changes: dict[str, Any], field: str) -> None:
    bad = replace(ONE, **changes)
    assert [problem.field for problem in profile_check.problems(bad)] == [field]
    with pytest.raises(InvalidInput):
        inventory.save(bad, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_same_host_behind_different_ports_is_fine() -> None:
    nodes = (NodeProfile("a", "localhost", port=2201), NodeProfile("b", "localhost", port=2202))
    assert profile_check.problems(replace(ONE, nodes=nodes)) == ()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates() | st.times(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "host", "port", "ssh", "nodes", "user", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["name", "nodes", "ssh", "etcd", "colour", "read_only", "y"]), anything))
def test_no_table_crashes_it(data: dict[str, Any]) -> None:
    try:
        profile = profile_from(data, "x.toml")
    except InvalidInput as error:
        message = str(error)
    else:
        message = "".join(str(problem) for problem in profile_check.problems(profile))
    assert "\n" not in message
    assert "\x00" not in message


@given(st.text(st.sampled_from('[]{}="\\\n .#nameodshtc1~\u0000é-'), max_size=60))
def test_no_text_crashes_it(text: str) -> None:
    try:
        profile_check.problems(parse_profile(text, "x.toml"))
    except InvalidInput as error:
        assert str(error).startswith("x.toml")  # noqa: PT017


printable = st.text(st.characters(exclude_categories=("C", "Z")), max_size=8)
names = st.text(st.sampled_from("abcXYZ019"), min_size=1, max_size=6)
paths = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), max_size=8).map(lambda text: f"/{text.strip()}x")
profiles = st.builds(
    Profile,
    name=printable.filter(bool),
    nodes=st.lists(
        st.builds(
            NodeProfile,
            name=names,
            host=names,
            user=st.sampled_from(["", "root", "DOM\\user", "a@b.c"]),
            port=st.integers(0, 65535),
            rack=printable,
            role=st.sampled_from(["", "manager", "worker", "edge"]),
            jump=st.sampled_from(["", "gate", "a@gate:22,b@[::1]:2222"]),
            identity_files=st.lists(paths, max_size=2).map(tuple),
        ),
        min_size=1,
        max_size=3,
        unique_by=(lambda node: node.name.casefold(), lambda node: node.host.casefold()),
    ).map(tuple),
    environment=st.sampled_from(Environment),
    colour=st.sampled_from(["", "#aB09ff"]),
    read_only=st.booleans(),
    location=printable,
    ssh=st.builds(
        SshDefaults,
        user=st.sampled_from(["", "admin"]),
        port=st.integers(0, 65535),
        identity_files=st.lists(paths, max_size=2).map(tuple),
        known_hosts=st.just("") | paths,
        config=st.none() | st.just("") | paths,
        agent=st.booleans(),
    ),
    etcd=st.builds(
        EtcdProfile,
        endpoints=st.sampled_from([(), ("https://a:1",), ("a:1", "http://[::1]:2")]),
        ca=st.just("") | paths,
        user=printable,
    ),
)


@given(profiles)
def test_written_and_read_it_is_the_same(profile: Profile) -> None:
    assert profile_check.problems(profile) == ()
    assert parse_profile(format_profile(profile), "x") == profile


scalars = (
    st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",)))
)


@given(st.recursive(scalars, lambda inner: st.lists(inner, max_size=3)))
def test_values_survive_toml(value: Any) -> None:
    assert parse_toml(f"a = {toml_value(value)}", "x") == {"a": value}
    assert tomllib.loads("\n".join(toml_table({"k": value}))) == {"k": value}


def test_a_saved_profile_is_private_and_whole(tmp_path: Path) -> None:
    folder = tmp_path / "clusters"
    path = inventory.save(replace(ONE, name="My NAS; rm -rf /"), folder=folder)
    assert path.name == "my-nas-rm-rf.toml"
    assert path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert inventory.save(replace(ONE, name="my nas rm rf"), folder=folder).name == "my-nas-rm-rf-2.toml"
    assert inventory.save(replace(ONE, name="名前"), folder=folder).name == "cluster.toml"
    assert inventory.save(replace(ONE, location="Berlin"), path) == path
    assert inventory.load(path).location == "Berlin"
    assert len(list(folder.iterdir())) == 3  # nothing temporary is left


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link.toml").symlink_to(tmp_path / "real.toml")
    inventory.save(ONE, tmp_path / "link.toml")
    assert (tmp_path / "link.toml").is_symlink()
    assert inventory.load(tmp_path / "real.toml") == ONE


def test_a_folder_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="cannot be written"):
        inventory.save(ONE, folder=tmp_path / "file" / "clusters")
    with pytest.raises(InvalidInput, match="cannot be deleted"):
        inventory.remove(tmp_path)


def test_clusters_are_found_by_name_file_or_path(tmp_path: Path) -> None:
    path = inventory.save(replace(ONE, name="Frankfurt"), tmp_path / "fra.toml")
    assert inventory.find("Frankfurt", tmp_path) == path
    assert inventory.find("fra", tmp_path) == path
    assert inventory.find(str(path), tmp_path) == path
    assert inventory.find("elsewhere.toml", tmp_path) == Path("elsewhere.toml")
    assert inventory.find("~/x.toml", tmp_path) == Path.home() / "x.toml"
    with pytest.raises(InvalidInput, match="no cluster profile “berlin”") as error:
        inventory.find("berlin", tmp_path)
    assert error.value.hint == "Known are: Frankfurt."
    inventory.save(replace(ONE, name="Frankfurt"), tmp_path / "two.toml")
    with pytest.raises(InvalidInput, match="Several profiles"):
        inventory.find("Frankfurt", tmp_path)
    with pytest.raises(InvalidInput, match="no cluster profile") as error:
        inventory.find("x", tmp_path / "empty")
    assert "path to a file works too" in error.value.hint


def test_a_broken_profile_is_listed_with_its_error(tmp_path: Path) -> None:
    inventory.save(ONE, folder=tmp_path)
    (tmp_path / "bad.toml").write_text("name = ")
    bad, good = inventory.listing(tmp_path)
    assert "not valid TOML" in str(bad.error)
    assert good.profile == ONE
    assert inventory.listing(tmp_path / "none") == ()
    assert inventory.find("bad", tmp_path) == tmp_path / "bad.toml"
    inventory.remove(good.path)
    inventory.remove(good.path)
    assert len(inventory.listing(tmp_path)) == 1
