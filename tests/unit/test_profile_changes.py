"""Steps of plans that change the cluster's profile: in use and in its file."""

from pathlib import Path

import pytest

from nasclustergui.cluster.profile_driver import ProfileDriver, change_of
from nasclustergui.core.command import Command
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.job import Job
from nasclustergui.core.profile import Profile
from nasclustergui.remote.inventory import load
from nasclustergui.remote.profile_edit import change_file

TEXT = """\
name = "office"

[[nodes]]
name = "node1"
host = "10.0.0.1" # rack A
role = "worker"

[etcd] # on the first
endpoints = [
  "https://10.0.0.1:2379", # the oldest
]
user = "nas"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "office.toml"
    path.write_text(TEXT)
    return path


def test_endpoints_come_and_go_and_the_rest_of_the_file_stays(file: Path) -> None:
    change_file(file, change_of(("endpoint", "add", "https://10.0.0.4:2379")))
    assert load(file).etcd.endpoints == ("https://10.0.0.1:2379", "https://10.0.0.4:2379")
    text = file.read_text()
    assert "# rack A" in text
    assert "[etcd] # on the first" in text
    change_file(file, change_of(("endpoint", "remove", "https://10.0.0.1:2379")))
    assert load(file).etcd.endpoints == ("https://10.0.0.4:2379",)
    assert load(file).etcd.user == "nas"


def test_the_last_endpoint_stays(file: Path) -> None:
    change_file(file, change_of(("endpoint", "remove", "https://10.0.0.1:2379")))
    assert load(file).etcd.endpoints == ("https://10.0.0.1:2379",)


def test_a_role_that_the_profile_states_follows(file: Path) -> None:
    change_file(file, change_of(("role", "node1", "manager")))
    assert load(file).nodes[0].role == "manager"


def test_the_driver_takes_the_words_after_profile(file: Path) -> None:
    held = [load(file)]

    def change(done: object) -> None:
        assert callable(done)
        held.append(done(held[-1]))

    driver = ProfileDriver(change)
    command = Command(("nasclustergui", "profile", "role", "node1", "manager"), root=False)
    assert driver.run("", command, Job("x")).status == 0
    assert isinstance(held[-1], Profile)
    assert held[-1].nodes[0].role == "manager"
    with pytest.raises(InvalidInput):
        change_of(("colour", "red"))
