"""When an answer of the gluster CLI is a success, a refusal, or nothing one may trust."""

from __future__ import annotations

import pytest

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import CommandFailed, LockBusy, NasError, ServiceDown, UnexpectedOutput
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.commands.answer import Answer, not_utf8
from nasclustergui.subsystems.gluster.commands.refusals import explain
from nasclustergui.subsystems.gluster.commands.understand import understand
from nasclustergui.subsystems.gluster.commands.volumes import parse_volumes
from tests.recorded.fake_gluster import FOLDER, answer, said, xml

EMPTY = xml("<volInfo><volumes><count>0</count></volumes></volInfo>")
INFO = "gluster --mode=script --xml volume info"


def error_of(given: Answer) -> NasError:
    with pytest.raises(NasError) as caught:
        understand(given)
    return caught.value


def test_a_hung_glusterd_is_never_a_cluster_without_volumes() -> None:
    error = error_of(answer("glusterd-hung-volume-info-from-itself-timeout5"))
    assert isinstance(error, ServiceDown)
    assert str(error) == "node3: glusterd does not answer"
    assert "exit status 0" in error.details


@pytest.mark.parametrize(
    ("stdout", "stderr", "status"),
    [
        (EMPTY + "Error : Request timed out\n", "", 0),
        (EMPTY, "Error : Request timed out\n", 0),
        (EMPTY, "Error: request timed out", 1),
        ("Error : Request timed out\n" + EMPTY, "", 0),
    ],
)
def test_a_time_out_anywhere_beats_valid_xml(stdout: str, stderr: str, status: int) -> None:
    assert isinstance(error_of(said(INFO, stdout, status, stderr)), ServiceDown)


def test_a_change_that_timed_out_may_have_happened() -> None:
    error = error_of(said("gluster --xml volume stop data", "Error : Request timed out\n", 1))
    assert "may or may not have been made" in str(error)


@pytest.mark.parametrize("place", ["stdout", "stderr"])
def test_a_stopped_glusterd_is_named(place: str) -> None:
    text = "Connection failed. Please check if gluster daemon is operational.\n"
    given = said(INFO, text if place == "stdout" else "", 1, text if place == "stderr" else "")
    error = error_of(given)
    assert isinstance(error, ServiceDown)
    assert str(error) == "node1: glusterd does not run"
    assert "systemctl start glusterd" in error.hint


def test_a_node_without_gluster_is_named() -> None:
    error = error_of(said(INFO, "", 127, "bash: line 1: gluster: command not found"))
    assert isinstance(error, ServiceDown)
    assert "not installed" in str(error)


@pytest.mark.parametrize(
    "stdout",
    [
        "",
        "   \n",
        "Welcome to node1\n" + EMPTY,
        EMPTY[: len(EMPTY) // 2],
        EMPTY + EMPTY,
        EMPTY + "trailing words",
        "<html></html>",
        "<cliOutput></cliOutput>",
        xml("<volInfo/>"),
        EMPTY.replace("<opRet>0</opRet>", "<opRet>zero</opRet>"),
        EMPTY.replace("<opRet>0</opRet>", ""),
        EMPTY.replace("<count>0</count>", "<count>1</count>"),
        EMPTY.replace("<count>0</count>", ""),
        '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + EMPTY,
        "XML output not supported. Ignoring '--xml' option\nNo volumes present\n",
        "\udcff\udcfe" + EMPTY,
        EMPTY.replace("cliOutput>\n<opRet", "cliOutput>\udce9<opRet"),
    ],
)
def test_whatever_is_not_wholly_an_answer_is_unexpected(stdout: str) -> None:
    error = error_of(said(INFO, stdout))
    assert isinstance(error, UnexpectedOutput)
    assert error.hint
    assert "volume info" in error.details


def test_success_with_a_bad_exit_status_is_no_success() -> None:
    error = error_of(said(INFO, EMPTY, 1))
    assert isinstance(error, CommandFailed)
    assert "exit status 1" in str(error)


def test_no_volumes_is_no_error() -> None:
    assert understand(said(INFO, EMPTY)) == ()


def test_a_failure_inside_a_success_is_a_failure() -> None:
    inner = "<snapshot><opRet>-1</opRet><opErrstr>it broke</opErrstr></snapshot>"
    body = f"<snapDelete><snapshots>{inner}</snapshots></snapDelete>"
    error = error_of(said("gluster --xml snapshot delete all", xml(body)))
    assert str(error) == "node1: it broke"


def test_a_snapshot_that_was_not_deleted_fails_the_answer() -> None:
    body = "<snapDelete><snapshots><snapshot><status>Failure</status><name>s</name></snapshot></snapshots></snapDelete>"
    assert isinstance(error_of(said("gluster --xml snapshot delete all", xml(body))), CommandFailed)


def test_the_original_text_stays_in_the_details() -> None:
    error = error_of(answer("volume-create-brick-of-deleted-volume"))
    assert "<opErrstr>/bricks/d1/o is already part of a volume</opErrstr>" in error.details
    assert "gluster --mode=script --xml volume create other2" in error.details
    assert "Choose another directory" in error.hint


@pytest.mark.parametrize(
    ("text", "errno", "kind"),
    [
        ("Another transaction is in progress for data. Please try again after some time.", 30802, LockBusy),
        ("Another transaction is in progress. Please try again after some time.", 30800, LockBusy),
        ("Locking failed on node3. Please check log file for details.", 30800, LockBusy),
        ("something new", 30802, LockBusy),
        ("Locking volume options is not allowed", 30800, CommandFailed),
        ("Volume data rebalance is in progress. Please retry after completion", 30800, CommandFailed),
    ],
)
def test_only_the_lock_is_a_lock(text: str, errno: int, kind: type[CommandFailed]) -> None:
    assert explain(text, errno).kind is kind


def test_refusals_of_other_nodes_name_what_is_wrong_not_the_phase() -> None:
    assert (
        explain("Pre Validation failed on node2. Volume data already exists").sentence == "a volume data exists already"
    )
    assert (
        explain("Commit failed on node4. Please check log file for details.").sentence
        == "the operation failed on node4"
    )
    assert "node4" in explain("Staging failed on node4. Please check log file for details.").sentence


def test_a_refusal_of_another_node_is_said_to_be_that_nodes() -> None:
    """The same path is a live brick on the node that was asked: nobody must clean it there."""
    words = "Pre Validation failed on node2. /bricks/d1/data is already part of a volume"
    with pytest.raises(CommandFailed) as refused:
        understand(said("volume add-brick x node2:/bricks/d1/data", xml(ret=-1, errno=30800, text=words)))
    assert str(refused.value).startswith("node2: /bricks/d1/data is already part of a volume")
    assert not refused.value.details.startswith("node2$ gluster")
    assert not explain("Staging failed on localhost. Volume data already exists").node


def test_a_launch_that_failed_is_explained_by_its_reason() -> None:
    launch = "Launching heal operation to perform index self heal on volume d has been unsuccessful:\n"
    error = error_of(said("gluster volume heal d", "", 1, launch + "Commit failed on node2. Please check log file."))
    assert str(error) == "node1: the operation failed on node2"


def test_unknown_refusals_keep_gluster_s_words() -> None:
    assert explain("The moon is full.").sentence == "the moon is full"
    assert explain("SELinux says {no}").sentence == "SELinux says {no}"
    assert explain("/bricks/{x} is already part of a volume").sentence.startswith("/bricks/{x} is already part")
    assert explain("").sentence == ""


def test_a_refusal_without_words_still_says_something() -> None:
    error = error_of(said("gluster --xml volume set data a b", xml(ret=-1, errno=30800)))
    assert str(error) == "node1: gluster refused and gave no reason"


def test_usage_is_not_the_reason() -> None:
    error = error_of(said("gluster --xml volume create a b", "", 1, "\nUsage:\nvolume create <NEW-VOLNAME>\n"))
    assert str(error) == "node1: gluster does not know this form of the command"


@pytest.mark.parametrize(
    "line", ["gluster volume heal data", "gluster volume heal data full", "gluster volume heal data enable"]
)
def test_a_heal_must_say_that_it_was_launched(line: str) -> None:
    good = "Launching heal operation to perform index self heal on volume data has been successful\n"
    assert understand(said(line, good)) == good.strip()
    assert isinstance(error_of(said(line, good.replace("successful", "unsuccessful:\nno"))), CommandFailed)
    assert isinstance(error_of(said(line, "Launching\n")), UnexpectedOutput)
    assert isinstance(error_of(said(line, "")), UnexpectedOutput)
    assert isinstance(error_of(said(line, good, 1)), CommandFailed)


def test_a_heal_that_learnt_xml_is_understood() -> None:
    assert isinstance(error_of(said("gluster --xml volume heal data", xml(ret=-1, text="no"))), CommandFailed)


def test_questions_count_as_nothing_done() -> None:
    error = error_of(answer("volume-stop-prompt-no-script-mode"))
    assert "nobody answered" in str(error)
    assert "--mode=script" in error.hint


def test_a_name_that_is_not_utf8_is_recognised() -> None:
    given = answer("heal-info-with-split-brain")
    assert not_utf8(given)
    assert not not_utf8(answer("heal-info-clean"))
    assert "not UTF-8" in str(error_of(given))


def test_unknown_commands_are_judged_by_their_text() -> None:
    assert understand(said("gluster volume frobnicate data", "volume frobnicate: success\n"))
    assert isinstance(
        error_of(said("gluster volume frobnicate data", "volume frobnicate: failed: no\n")), CommandFailed
    )
    assert isinstance(error_of(said("gluster volume frobnicate data", "fine\n", 3)), CommandFailed)
    assert isinstance(error_of(said("gluster volume frobnicate data", "")), UnexpectedOutput)


def test_elements_of_newer_versions_do_no_harm() -> None:
    text = (FOLDER / "volume-info-arb.xml").read_text()
    newer = text.replace("<optCount>", "<brandNew><a>1</a></brandNew><optCount>").replace(
        "<transport>0</transport>", ""
    )
    (volume,) = parse_volumes(said(INFO, newer))
    assert volume.name == "arb"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<brickCount>3</brickCount>", "<brickCount>4</brickCount>"),
        ("<replicaCount>3</replicaCount>", "<replicaCount>2</replicaCount>"),
        ("<status>1</status>", "<status>9</status>"),
        ("<name>arb</name>", "<name/>"),
        ("<count>1</count>", "<count>2</count>"),
        ("node1:/bricks/d2/arb", "node1"),
    ],
)
def test_volume_info_that_contradicts_itself_is_not_believed(old: str, new: str) -> None:
    text = (FOLDER / "volume-info-arb.xml").read_text()
    assert old in text
    assert isinstance(error_of(said(INFO, text.replace(old, new))), UnexpectedOutput)


def test_builders_follow_the_cli_s_order() -> None:
    created = commands.volume_create("data", ["n1:/a", "n2:/a", "n3:/a"], replica=3, arbiter=1, force=True)
    assert str(created) == (
        "gluster --mode=script --timeout=60 --xml volume create data replica 3 arbiter 1 n1:/a n2:/a n3:/a force"
    )
    dispersed = commands.volume_create("d", ["n1:/a"], disperse=4, redundancy=1, transport="tcp")
    assert dispersed.argv[4:] == (
        "volume",
        "create",
        "d",
        "disperse",
        "4",
        "redundancy",
        "1",
        "transport",
        "tcp",
        "n1:/a",
    )
    assert commands.volume_rebalance("d", "start", fix_layout=True).argv[4:] == (
        *("volume", "rebalance", "d", "fix-layout", "start"),
    )
    assert commands.volume_remove_brick("d", ["n1:/a"], "commit").argv[4:] == (
        *("volume", "remove-brick", "d", "n1:/a", "commit"),
    )


@pytest.mark.parametrize(
    ("command", "locked"),
    [
        (commands.volume_info(), False),
        (commands.pool_list(), False),
        (commands.peer_status(), False),
        (commands.volume_heal_info("v"), False),
        (commands.heal_indices(["/a"]), False),
        (commands.volume_status(), True),
        (commands.volume_heal_count("v"), True),
        (commands.volume_rebalance("v", "status"), True),
        (commands.volume_start("v"), True),
    ],
)
def test_commands_that_take_the_lock_say_so(command: Command, locked: bool) -> None:
    assert (command.lock == "gluster") is locked


def test_every_gluster_command_has_two_deadlines() -> None:
    for command in (commands.volume_info(), commands.volume_status(), commands.volume_stop("v")):
        inner = next(int(word.removeprefix("--timeout=")) for word in command.argv if word.startswith("--timeout="))
        assert command.timeout is not None
        assert inner < command.timeout < inner + 10


def test_secrets_and_paths_are_quoted_once() -> None:
    assert "'/a b;c'" in str(commands.heal_indices(["/a b;c"]))


def test_an_answer_knows_whether_it_changes_something() -> None:
    assert Answer(commands.volume_stop("v"), Result(0, "")).changes
    assert not Answer(commands.volume_info(), Result(0, "")).changes
    assert not Answer(commands.volume_rebalance("v", "status"), Result(0, "")).changes
