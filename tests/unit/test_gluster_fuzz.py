"""Damaged answers of every kind: only our own errors may come out of the parsers."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import NasError
from nasclustergui.subsystems.gluster.commands.answer import Answer
from nasclustergui.subsystems.gluster.commands.understand import understand
from tests.recorded.fake_gluster import FOLDER, answer
from tests.recorded.folder import recordings

SEEDS = (
    "volume-info-arb",
    "volume-info-distributed-disperse",
    "volume-status-rep3-detail-brick-down",
    "remove-brick-volume-status-tasks-inprogress",
    "rebalance-status-inprogress-2s",
    "remove-brick-status",
    "pool-list-rejected",
    "heal-info-summary-brick-down",
    "heal-info-node4-off",
    "heal-statistics-heal-count-replica",
    "heal-statistics",
    "heal-start-ok",
    "split-brain-resolve-source-brick-all",
    "volume-get-one-option",
    "snapshot-delete-volume",
    "quota-list-one-path",
    "volume-list",
    "get-state",
    "version",
)
COMMANDS = tuple({recording.command for recording in recordings(FOLDER)})
TEXT = st.text(st.characters(codec="utf-8")) | st.binary().map(lambda b: b.decode("utf-8", "surrogateescape"))
ODD = ("", "-", "N/A", "-1", "9" * 5000, "1e9", "nan", "٣", "x", " ", "&#0;", "é", "1_0")
HOSTILE = ("<a>" * 20000, "<?xml version='1.0' encoding='no-such'?><cliOutput/>", "\x00", "\ud800")
LIMITS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def survives(command: Command, result: Result) -> None:
    with contextlib.suppress(NasError):
        understand(Answer(command, result, "node1"))


@LIMITS
@given(seed=st.sampled_from(SEEDS), cut=st.floats(0, 1), status=st.sampled_from([0, 1, 255]))
def test_truncated_answers_are_errors(seed: str, cut: float, status: int) -> None:
    whole = answer(seed)
    text = whole.result.stdout[: int(len(whole.result.stdout) * cut)]
    survives(whole.command, Result(status, text))
    if whole.result.stdout.startswith("<?xml") and len(text.rstrip()) < len(whole.result.stdout.rstrip()):
        with pytest.raises(NasError):
            understand(Answer(whole.command, Result(status, text)))


@LIMITS
@given(seed=st.sampled_from(SEEDS), data=st.data())
def test_mutated_answers_never_crash(seed: str, data: st.DataObject) -> None:
    whole = answer(seed)
    text = whole.result.stdout
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 40)))
        text = text[:start] + data.draw(TEXT) + text[end:]
    survives(whole.command, Result(0, text))


@LIMITS
@given(seed=st.sampled_from(SEEDS), data=st.data())
def test_odd_values_never_crash(seed: str, data: st.DataObject) -> None:
    whole = answer(seed)
    parts = whole.result.stdout.split(">")
    place = data.draw(st.integers(0, len(parts) - 1))
    odd = data.draw(
        st.sampled_from(["", "-", "N/A", "-1", "9" * 5000, "1e9", "nan", "٣", "x", " ", "&#0;", "é", "1_0"])
    )
    parts[place] = odd + "<" + parts[place].partition("<")[2]
    survives(whole.command, Result(0, ">".join(parts)))


@LIMITS
@given(command=st.sampled_from(COMMANDS), stdout=TEXT, stderr=TEXT, status=st.integers(-1, 255))
def test_garbage_never_crashes(command: Command, stdout: str, stderr: str, status: int) -> None:
    survives(command, Result(status, stdout, stderr))


@LIMITS
@given(words=st.lists(st.text(), max_size=6), seed=st.sampled_from(SEEDS))
def test_unknown_commands_never_crash(words: list[str], seed: str) -> None:
    survives(Command(("gluster", "--xml", *words)), answer(seed).result)
    survives(Command(("gluster", *words)), answer(seed).result)


@pytest.mark.parametrize(
    "text", ["<a>" * 20000, "<?xml version='1.0' encoding='no-such'?><cliOutput/>", "\x00", "\ud800"]
)
def test_hostile_documents_never_crash(text: str) -> None:
    survives(Command(("gluster", "--xml", "volume", "info")), Result(0, text))
