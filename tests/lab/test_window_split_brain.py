"""Split-brains made by alternating failures, looked at and resolved through the real window and the command line.

Each test resolves other entries of one volume, in order. What is there: two of each kind (content, owner, different
files under one name, names of a directory), and names with a blank, a newline, quotes and a byte that isn't UTF-8.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from nasclustergui.core.job import Job, JobState
from nasclustergui.remote.audit_reader import verify
from nasclustergui.remote.paths import audit_file
from nasclustergui.subsystems.gluster.features.split_brain.model import Entry, Kind
from nasclustergui.subsystems.gluster.features.split_brain.policy import Policy
from nasclustergui.subsystems.gluster.page.sections.split_brain.difference import DifferenceDialog
from nasclustergui.subsystems.gluster.page.sections.split_brain.section import SplitBrainSection
from nasclustergui.ui.cell import Row
from nasclustergui.ui.errors import ErrorDialog
from nasclustergui.ui.jobs import is_over
from tests.lab.app import App, pause
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub
from tests.lab.split_brains import GLUSTER, Splitter

pytestmark = pytest.mark.lab

KEPT = "/var/lib/nasclustergui/split-brain/data"
BEFORE = """mkdir big late owner names merge keep mid
for f in big/f1 big/f2 late/f1 late/f2 owner/f1 owner/f2 owner/both keep/f1 keep/f2 mid/f1 mid/f2 mid/f3; do
  echo before > $f
done
mkdir owner/dir merge/d1 merge/d2"""
# $t is the side: one, two. The larger files: big/f1 on node1, big/f2 on node2.
ONE = """t=one mode=600 owner=1000
echo one, which is longer > big/f1; echo one > big/f2
mkdir names/type"""
TWO = """t=two mode=640 owner=2000
echo two > big/f1; echo two, which is longer > big/f2
echo file > names/type"""
BOTH = """for f in late/f1 late/f2 keep/f1 keep/f2 mid/f1 mid/f2 mid/f3; do echo $t > $f; done
chmod $mode owner/f1 owner/dir; chown $owner owner/f2
echo $t > owner/both; chmod $mode owner/both
for f in plain 'with blank' "$(printf 'new\\nline')" "$(printf 'lat\\351n')" "quo\\"te's"; do echo $t > "names/$f"; done
ln -s $t names/link
mkdir names/tree; echo $t > names/tree/$t
echo $t > merge/d1/$t; echo $t > merge/d2/$t"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("splitbrain")
    try:
        yield Lab.up(nodes=2, name=name, disks=2, disk_mb=300, etcd=False)
    finally:
        take_down(name)


@pytest.fixture(scope="module")
def data(cluster: Lab) -> Splitter:
    made = Splitter(cluster, "data", 1)
    made.write(BEFORE)
    made.split(f"{ONE}\n{BOTH}", f"{TWO}\n{BOTH}")
    return made


@pytest.fixture
def app(cluster: Lab, data: Splitter) -> Iterator[App]:
    with on_hub(cluster.name):
        window = App(cluster.profile_path, size=(1280, 800))
        try:
            window.wait_ready()
            yield window
        finally:
            window.close()


def section_of(app: App, volume: str = "data") -> SplitBrainSection:
    app.page("gluster")
    app.wait(lambda: app.space.storage.run_action(f"gluster.split-brain:{volume}"), "the volume")
    section = app.space.storage.findChild(SplitBrainSection)
    assert section is not None
    app.wait(lambda: section.found is not None, "the split-brains to be read")
    return section


def choose(section: SplitBrainSection, *paths: str) -> None:
    """Select these entries, the first one is the current one."""
    tree = section.tree
    items = [entry.item for path in paths for entry in entries(section) if entry.path == path]
    assert len(items) == len(paths), [entry.path for entry in entries(section)]
    assert tree.select_key(items[0])
    flags = tree.selectionModel().SelectionFlag
    tree.clearSelection()
    for item in items:
        tree.selectionModel().select(tree.rows.find(item), flags.Select | flags.Rows)


def entries(section: SplitBrainSection) -> tuple[Entry, ...]:
    assert section.found is not None
    return section.found.entries


def paths(section: SplitBrainSection) -> set[str]:
    return {entry.path for entry in entries(section)}


def refused(app: App, job: Job) -> Job:
    app.wait(lambda: is_over(job), "the end of the job")
    assert job.state is JobState.FAILED, (job.state, job.output)
    return job


def read_again(app: App, section: SplitBrainSection) -> None:
    assert section.found is not None
    before = section.found.read_at
    section.read()
    app.wait(lambda: section.found is not None and section.found.read_at > before, "a new reading")


def close_errors(app: App) -> None:
    """Close the dialogs that tell of a failed job."""
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, ErrorDialog):
            widget.close()


def audited() -> list[str]:
    """The commands of the steps that this test's audit log has, which must be unbroken."""
    assert verify(audit_file()).intact
    lines = (json.loads(line) for line in audit_file().read_text().splitlines())
    return [str(line["command"]) for line in lines if line["kind"] == "begin"]


def test_every_kind_is_listed_with_its_path_and_its_copies(app: App, data: Splitter, output: Path) -> None:
    section = section_of(app)
    kinds = {entry.path: entry.kind for entry in entries(section)}
    content = {f"/{d}/f{n}" for d in ("big", "late", "keep", "mid") for n in (1, 2)} | {"/mid/f3"}
    assert {path for path, kind in kinds.items() if kind is Kind.DATA} == content
    assert {p for p, k in kinds.items() if k is Kind.METADATA} == {"/owner/f1", "/owner/f2", "/owner/dir"}
    assert {p for p, k in kinds.items() if k is Kind.BOTH} == {"/owner/both"}
    assert {p for p, k in kinds.items() if k is Kind.NAMES} == {"/names", "/merge/d1", "/merge/d2"}
    names = {"plain", "with blank", "new\nline", "lat\udce9n", "quo\"te's", "link", "tree"}
    assert {p for p, k in kinds.items() if k is Kind.GFID} == {f"/names/{name}" for name in names}
    assert {p for p, k in kinds.items() if k is Kind.TYPE} == {"/names/type"}
    assert section.found is not None
    assert section.found.total == data.listed()
    app.shot(output, "split-brain-list")

    choose(section, "/big/f1")
    copies = section.copies.entry
    assert copies is not None
    assert [copy.size for copy in copies.copies] == [21, 4]
    assert section.copies.tree is not None
    rows = {row.key: [cell.text for cell in row.cells] for row in _all_rows(section)}
    assert rows["size"][-1] == "differs"
    assert rows["mode"][-1] == ""
    assert rows["blames"][1:3] == ["node2: content 2", "node1: content 2"]
    app.click(section.copies.sums_button)
    app.wait(lambda: any(r.key == "sha256" for r in _all_rows(section)), "the checksums")
    app.shot(output, "split-brain-copies")
    app.click(section.copies.difference_button)
    app.wait(lambda: app.frame.findChild(DifferenceDialog), "the difference")
    dialog = app.frame.findChild(DifferenceDialog)
    assert dialog is not None
    assert "-one, which is longer\n+two" in dialog.console.toPlainText()
    app.shot(output, "split-brain-difference", dialog)
    dialog.close()


def _all_rows(section: SplitBrainSection) -> list[Row]:
    tree = section.copies.tree
    assert tree is not None
    model = tree.rows
    found = [model.row(model.index(n, 0)) for n in range(model.rowCount())]
    return [row for row in found if row is not None]


def test_directories_merge_while_the_self_heal_daemon_is_off(app: App, data: Splitter) -> None:
    section = section_of(app)
    section.choice.choose(Policy.LATEST)
    choose(section, "/merge/d1", "/merge/d2", "/names")
    assert section.decisions["gfid:" + _gfid(section, "/names")].winner is None  # a type differs in it
    app.click(section.choice.some_button)
    app.finish(app.agree(app.plan()))
    for n in (1, 2):
        assert data.lab.sh(n, f"ls {data.path}/merge/d1 {data.path}/merge/d2").stdout.split().count("two") == 2
    read_again(app, section)
    assert {"/merge/d1", "/merge/d2"} & paths(section) == set()
    data.daemon(True)


def _gfid(section: SplitBrainSection, path: str) -> str:
    return next(str(entry.copies[0].gfid) for entry in entries(section) if entry.path == path)


def test_the_larger_files_win_in_bulk_and_the_losing_ones_are_kept(app: App, data: Splitter, output: Path) -> None:
    section = section_of(app)
    section.choice.choose(Policy.BIGGER)
    stays = {e.path: section.decisions[e.item].why_not for e in entries(section)}
    assert "source brick" in stays["/owner/f1"]
    assert "equally large" in stays["/late/f1"]
    assert "different types" in stays["/names/type"]
    assert not stays["/big/f1"]
    choose(section, "/big/f1", "/big/f2", "/owner/f1", "/late/f1")
    app.shot(output, "split-brain-preview")
    app.click(section.choice.some_button)
    dialog = app.plan()
    dialog.resize(1000, 780)
    pause(200)
    app.shot(output, "split-brain-plan", dialog)
    app.finish(app.agree(dialog))
    assert data.content("big/f1") == [b"one, which is longer\n"] * 2
    assert data.content("big/f2") == [b"two, which is longer\n"] * 2
    assert data.seen("big/f1") == b"one, which is longer\n"
    kept = [data.lab.sh(n, f"cat {KEPT}/*/*/*/f*").stdout for n in (1, 2)]
    assert kept == ["one\n", "two\n"]
    assert "/big/f2" in data.lab.sh(1, f"cat {KEPT}/*/*/LIST").stdout
    read_again(app, section)
    assert not {"/big/f1", "/big/f2"} & paths(section)
    steps = audited()
    assert sum(f"split-brain source-brick {data.bricks[0]} gfid:" in step for step in steps) == 1
    assert sum(f"split-brain source-brick {data.bricks[1]} gfid:" in step for step in steps) == 1
    assert {"/owner/f1", "/late/f1"} <= paths(section)


def test_the_copies_changed_last_win_where_glusters_own_policy_would_fail(app: App, data: Splitter) -> None:
    section = section_of(app)
    section.choice.choose(Policy.LATEST)
    section.choice.set_keep(False)
    names = ["plain", "with blank", "new\nline", "lat\udce9n", "quo\"te's", "link"]
    chosen = ["/late/f1", "/late/f2", *(f"/names/{name}" for name in names)]
    choose(section, *chosen)
    app.click(section.choice.some_button)
    app.finish(app.agree(app.plan()))
    assert data.content("late/f1") == data.content("late/f2") == [b"two\n"] * 2
    for n in (1, 2):
        told = data.lab.exec(
            n, "sh", "-c", 'cd "$1" && for f in * ; do [ -L "$f" ] || [ -d "$f" ] || cat -- "$f"; done; readlink link',
            "sh", f"{data.path}/names",
        ).stdout  # fmt: skip
        assert told.split().count("two") == len(names), told
        assert "one" not in told.split()
    assert data.seen("names/with blank") == b"two\n"
    read_again(app, section)
    assert not set(chosen) & paths(section)
    assert any("names/with blank" in step for step in audited())


def test_owner_and_permissions_come_from_the_chosen_brick(app: App, data: Splitter, output: Path) -> None:
    section = section_of(app)
    section.choice.choose(Policy.LATEST)
    choose(section, "/owner/f1", "/owner/f2")
    assert not section.choice.some_button.isEnabled()
    section.choice.choose(Policy.BRICK, data.bricks[1])
    choose(section, "/owner/f1", "/owner/f2", "/owner/dir", "/owner/both")
    app.shot(output, "split-brain-brick")
    app.click(section.choice.some_button)
    dialog = app.plan()
    assert any("0600" in meaning.text for meaning in dialog.plan.meaning)  # what is lost can be set again
    app.finish(app.agree(dialog))
    assert data.modes("owner/f1") == data.modes("owner/dir") == ["640 0:0"] * 2
    assert data.modes("owner/f2") == ["644 2000:0"] * 2
    assert data.modes("owner/both") == ["640 0:0"] * 2
    assert data.content("owner/both") == [b"two\n"] * 2


def test_a_directory_made_on_both_sides_is_decided_for_one_copy_and_the_other_kept(app: App, data: Splitter) -> None:
    section = section_of(app)
    choose(section, "/names/tree")
    button = section.copies.win_buttons[data.bricks[0]]
    app.click(button) if button.isVisible() else button.click()
    dialog = app.plan()
    assert any("directory" in meaning.text for meaning in dialog.plan.meaning)
    app.finish(app.agree(dialog))
    for n in (1, 2):
        assert data.lab.sh(n, f"cd {data.path}/names/tree && ls && cat one").stdout == "one\none\n"
    assert data.lab.sh(2, f"cat {KEPT}/*/*/*/tree/two").stdout == "two\n"


def test_copies_that_changed_since_they_were_shown_are_not_overwritten(app: App, data: Splitter) -> None:
    section = section_of(app)
    section.choice.choose(Policy.BRICK, data.bricks[0])
    choose(section, "/keep/f1")
    app.click(section.choice.some_button)
    dialog = app.plan()
    data.lab.sh(2, f"chmod 604 {data.path}/keep/f1")
    job = refused(app, app.agree(dialog))
    assert "changed since it was shown" in str(job.error)
    assert data.content("keep/f1") == [b"one\n", b"two\n"]
    close_errors(app)
    data.lab.sh(2, f"chmod 644 {data.path}/keep/f1")


def test_what_was_resolved_by_somebody_else_is_refused(app: App, data: Splitter) -> None:
    section = section_of(app)
    section.choice.choose(Policy.BRICK, data.bricks[0])
    choose(section, "/keep/f2")
    app.click(section.choice.some_button)
    dialog = app.plan()
    data.lab.sh(1, f"{GLUSTER} heal data split-brain source-brick {data.bricks[1]} /keep/f2")
    job = refused(app, app.agree(dialog))
    assert "/keep/f2" in str(job.error)
    assert data.content("keep/f2") == [b"two\n"] * 2
    close_errors(app)


def test_a_brick_that_dies_in_the_middle_ends_it_and_the_rest_is_kept(app: App, data: Splitter, output: Path) -> None:
    section = section_of(app)
    section.choice.choose(Policy.BRICK, data.bricks[0])
    choose(section, "/mid/f1", "/mid/f2", "/mid/f3")
    app.click(section.choice.some_button)
    job = app.agree(app.plan())
    app.wait(lambda: data.content("mid/f1")[1] == b"one\n" or is_over(job), "the first of them")
    data.kill(2)
    app.wait(lambda: is_over(job), "the end of the job")
    after = [data.content(f"mid/f{n}") for n in (1, 2, 3)]
    assert [copies[0] for copies in after] == [b"one\n"] * 3
    assert job.state is JobState.FAILED, "it was over before the brick died"
    assert [b"one\n", b"two\n"] in after or "heal" in str(job.error), (job.error, after)
    close_errors(app)
    app.wait(lambda: section.found is not None, "a new reading")
    read_again(app, section)
    app.shot(output, "split-brain-brick-down")
    assert section.found is not None
    assert data.bricks[1] in section.found.unread
    assert all("does not run" in decision.why_not for decision in section.decisions.values())
    data.revive()
    app.wait_volume("data", lambda v: all(b.online for b in v.bricks), "both bricks")


def cli(cluster: Lab, *words: str) -> tuple[int, str, str]:
    profile = str(cluster.profile_path)
    done = cluster.hub(
        sys.executable, "-m", "nasclustergui", "--cluster", profile, "gluster", "volume", *words, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_the_command_line_lists_shows_and_resolves(cluster: Lab, data: Splitter) -> None:
    code, said, _err = cli(cluster, "split-brain", "data", "list", "--json")
    assert code == 0
    found = {entry["path"]: entry for entry in json.loads(said)["entries"]}
    assert found["/keep/f1"]["kind"] == "data"
    assert found["/names/type"]["kind"] == "type"
    code, said, _err = cli(cluster, "split-brain", "data", "show", "/keep/f1", "--checksums")
    assert code == 0
    assert "SHA-256" in said
    assert "differs" in said
    code, _said, err = cli(cluster, "split-brain", "data", "resolve", "/keep/f1", "--policy", "bigger-file", "--yes")
    assert code != 0
    assert "equally large" in err
    words = ("split-brain", "data", "resolve", "/keep/f1", "--policy", "source-brick", "--brick", data.bricks[0])
    code, said, _err = cli(cluster, *words, "--dry-run")
    assert code == 0
    assert "source-brick" in said
    assert data.content("keep/f1") == [b"one\n", b"two\n"]
    code, said, err = cli(cluster, *words, "--yes", "--confirm", "data")
    assert code == 0, (said, err)
    assert data.content("keep/f1") == [b"one\n"] * 2
