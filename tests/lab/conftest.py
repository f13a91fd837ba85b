"""Fixtures of the lab's own tests: one lab for those that leave it as they found it."""

import sys
from collections.abc import Iterator

import pytest

if sys.platform == "linux":
    from tests.lab.cluster import Lab, take_down
    from tests.lab.for_tests import lab_name, require_lab
else:  # the lab's modules import fcntl
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="module")
def lab() -> "Iterator[Lab]":
    require_lab()
    name = lab_name("shared")
    try:
        yield Lab.up(nodes=3, name=name, disks=2, disk_mb=300)
    finally:
        take_down(name)
