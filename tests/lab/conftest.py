"""Fixtures of the lab's own tests: one lab for those that leave it as they found it."""

import os
from collections.abc import Iterator

import pytest

from tests.lab.cluster import Lab, take_down
from tests.lab.requirements import require_lab


def lab_name(what: str) -> str:
    """A name that no other test run on this machine uses."""
    return f"t{os.getpid()}-{what}"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    require_lab()
    name = lab_name("shared")
    try:
        yield Lab.up(nodes=3, name=name, disks=2, disk_mb=300)
    finally:
        take_down(name)
