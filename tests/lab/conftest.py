"""Fixtures of the lab's own tests: one lab for those that leave it as they found it."""

import os
import sys
from collections.abc import Iterator

import pytest

if sys.platform == "linux":
    from tests.lab.cluster import Lab, take_down
    from tests.lab.for_tests import lab_name, require_lab
else:  # the lab's modules import fcntl
    collect_ignore_glob = ["test_*.py"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "workstation: only in a pytest that runs in a lab's network")
    config.addinivalue_line("markers", "starts_workstation: starts such a pytest, so only outside of it")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of the workstation run in a pytest of their own, there; what starts it stays outside."""
    wrong = "starts_workstation" if os.environ.get("NAS_LAB_PROFILE") else "workstation"
    elsewhere = [item for item in items if item.get_closest_marker(wrong)]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]


@pytest.fixture(scope="module")
def lab() -> "Iterator[Lab]":
    require_lab()
    name = lab_name("shared")
    try:
        yield Lab.up(nodes=3, name=name, disks=2, disk_mb=300)
    finally:
        take_down(name)
