"""When the states of bricks are read again, without a cluster."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.status_keeper import StatusKeeper
from nasclustergui.subsystems.gluster.status_reader import Reading


class Reader:
    """Counts readings; each gives what `reply` says."""

    def __init__(self) -> None:
        self.count = 0
        self.reply = Reading(at=1.0)

    def read(self, volumes: object, absent: object, before: Reading, job: Job) -> Reading:
        self.count += 1
        return self.reply


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def keeper(reader: Reader) -> Iterator[StatusKeeper]:
    made = StatusKeeper(reader)  # type: ignore[arg-type]
    yield made
    made.close()


def renew(keeper: StatusKeeper, absent: tuple[str, ...] = (), failed: tuple[str, ...] = ()) -> None:
    keeper.renew((), absent, failed)
    keeper.wait(10, Job("poll", quiet=True))


def test_it_is_read_at_once_and_then_seldom(keeper: StatusKeeper, reader: Reader) -> None:
    renew(keeper)
    renew(keeper)
    assert (reader.count, keeper.reading) == (1, Reading(at=1.0))


def test_a_peer_that_goes_or_comes_cannot_wait(keeper: StatusKeeper, reader: Reader) -> None:
    renew(keeper)
    renew(keeper, ("node2",))
    renew(keeper)
    assert reader.count == 3


def test_the_first_sign_of_trouble_cannot_wait_but_the_lock_is_spared_afterwards(
    keeper: StatusKeeper, reader: Reader
) -> None:
    renew(keeper)
    reader.reply = Reading(error="it hangs")
    renew(keeper, failed=("node2",))
    assert reader.count == 2
    renew(keeper, failed=("node2", "node3"))
    assert reader.count == 2


def test_what_was_changed_is_read_again(keeper: StatusKeeper, reader: Reader) -> None:
    renew(keeper)
    keeper.expire()
    renew(keeper)
    assert reader.count == 2
