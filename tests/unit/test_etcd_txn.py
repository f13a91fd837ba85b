"""Transactions as `etcdctl txn` reads them: written, read back, and run as a step of a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasclustergui.core.command import Command
from nasclustergui.core.errors import InvalidInput, OutcomeUnknown, PlanOutdated, StoreError
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan, Step
from nasclustergui.core.profile import NodeProfile, Profile
from nasclustergui.core.script import to_script
from nasclustergui.remote.etcd_types import Compare, Delete, Get, Put, Target, TxnResult
from nasclustergui.subsystems.etcd.commands import keys
from nasclustergui.subsystems.etcd.commands.quoting import quoted, unquoted
from nasclustergui.subsystems.etcd.commands.txn import Txn, parse_txn, txn, txn_text
from nasclustergui.subsystems.etcd.manager import EtcdManager

PROFILE = Profile("lab", (NodeProfile("node1", "10.0.0.1"),))


@given(st.binary())
def test_any_bytes_survive_the_quotes(value: bytes) -> None:
    text = quoted(value)
    assert text.isascii()
    assert "\n" not in text
    assert unquoted(text) == value


def test_a_transaction_reads_as_etcdctl_wants_it() -> None:
    command = keys.save("/a b", 'x"\n', 7, lease=0xAB)
    assert command.argv == ("etcdctl", "txn")
    assert command.stdin == b'mod("/a b") = "7"\n\nput --lease=ab -- "/a b" "x\\"\\n"\n\n\n'


CASES = [
    Txn((), ()),
    Txn((), (Put(b"a", b""),)),
    Txn((Compare(b"k", Target.MOD_REVISION, "=", 0),), (Delete(b"k"),)),
    Txn((Compare(b"k", Target.VALUE, "!=", b"\xff\n"),), (Put(b"k", b"\n\n", 255), Delete(b"p/", True)), (Get(b"k"),)),
    Txn((Compare(b"k", Target.LEASE, ">", 255), Compare(b"l", Target.VERSION, "<", 3)), (Get(b"p", True),)),
]


@pytest.mark.parametrize("wanted", CASES)
def test_what_is_written_is_read_back(wanted: Txn) -> None:
    assert parse_txn(txn_text(wanted)) == wanted


@pytest.mark.parametrize(
    "text", ["", "\n\n", "put a b\n\n\n\n", 'mod("k") = "x"\n\n\n\n', 'put -- "a" "b\n\n\n\n', "é"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises((InvalidInput, ValueError)):
        parse_txn(text)


class FakeClient:
    def __init__(self, answer: TxnResult | StoreError) -> None:
        self.answer, self.asked = answer, []  # type: ignore[var-annotated]

    def txn(self, *parts: Any, job: Job) -> TxnResult:
        self.asked.append(parts)
        if isinstance(self.answer, StoreError):
            raise self.answer
        return self.answer


def run(answer: TxnResult | StoreError, command: Command) -> tuple[FakeClient, str]:
    client: Any = FakeClient(answer)
    result = EtcdManager(client, {}).run("", command, Job("test"))
    return client, result.stdout


def test_a_step_runs_its_transaction() -> None:
    client, out = run(TxnResult(True, 12), keys.save("k", "v", 3))
    assert client.asked == [((Compare(b"k", Target.MOD_REVISION, "=", 3),), (Put(b"k", b"v"),), ())]
    assert out == "SUCCESS revision 12\n"


def test_a_key_that_changed_meanwhile_is_not_overwritten() -> None:
    with pytest.raises(PlanOutdated, match="k was changed by somebody else"):
        run(TxnResult(False, 12), keys.save("k", "v", 3))


def test_a_write_without_an_answer_is_told_as_unknown() -> None:
    with pytest.raises(OutcomeUnknown):
        run(StoreError("no answer", ambiguous=True), keys.change([Put("k", "v")]))
    with pytest.raises(StoreError):
        run(StoreError("no leader"), keys.change([Put("k", "v")]))


def test_an_unknown_command_is_refused() -> None:
    with pytest.raises(InvalidInput):
        run(TxnResult(True, 1), Command(("etcdctl", "frobnicate")))


def test_the_script_runs_it_here_and_binary_values_stay_out_of_it() -> None:
    step = Step("Save k", "", keys.save("k", "it's", 3), "etcd")
    plan = Plan("Save k", "lab", (step,))
    text = to_script(plan, PROFILE)
    assert "ssh" not in text.replace("ETCDCTL", "")
    assert "| ETCDCTL_API=3 etcdctl txn" in text
    assert "(this workstation)" in text
    at_node = replace(step, node="node1")
    with pytest.raises(InvalidInput, match="password or a file's content"):
        to_script(replace(plan, steps=(at_node,)), PROFILE)
    assert txn([], [Put("k", b"\xff")]).stdin.isascii()
