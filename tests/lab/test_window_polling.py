"""The window polls, another administrator works: no command of theirs fails because of us."""

import threading
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from nasclustergui.subsystems.gluster.features.rebalance.model import under_way
from nasclustergui.subsystems.gluster.page.sections.rebalance.section import RebalanceSection
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub
from tests.lab.watched import Watched, make_volumes

pytestmark = pytest.mark.lab

COMMANDS = 200
POLLS = 4  # readings of ours among them; how many there are in the time of 200 commands depends on the machine
ENOUGH = "/run/enough"
OTHERS = f"""
one() {{
  said=$(gluster --mode=script volume "$@" 2>&1) && echo "took" || echo "refused: volume $* : $said"
}}
one profile dist start
i=0
while i=$((i + 1)); [ $i -le 22 ] || ! [ -e {ENOUGH} ]; do
  one status dist; one get dist cluster.min-free-disk; one set dist performance.cache-size ${{i}}MB; one info dist
  one status all detail; one profile dist info; one heal rep info summary; one heal rep statistics heal-count
  one status rep clients
done
one profile dist stop
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("polling")
    try:
        lab = Lab.up(nodes=4, name=name, disks=3, disk_mb=400)
        make_volumes(lab)
        yield lab
    finally:
        take_down(name)


@pytest.fixture
def app(cluster: Lab) -> Iterator[Watched]:
    with on_hub(cluster.name):
        window = Watched(cluster.profile_path)
        try:
            window.wait_well()
            yield window
        finally:
            window.close()


def test_200_commands_of_another_client_all_work_while_the_section_is_open(app: Watched, cluster: Lab) -> None:
    app.page("gluster")
    app.space.storage.open_volume("dist", "rebalancing")
    section = app.space.storage.view.section()
    assert isinstance(section, RebalanceSection)
    app.wait(lambda: section.advice.findings, "the section")
    said: list[str] = []
    other = threading.Thread(target=lambda: said.append(cluster.sh(3, OTHERS, timeout=400).stdout))
    polls, last = 0, 0.0
    other.start()
    end = time.monotonic() + 400
    while other.is_alive():
        assert time.monotonic() < end
        app.wait(lambda: True, "the window to live")
        app.meanwhile(lambda: time.sleep(0.2))
        state = app.controller.state.gluster
        if state is not None and state.status_at != last:
            polls, last = polls + 1, state.status_at
            if polls == POLLS:
                cluster.exec(3, "touch", ENOUGH)
    lines = [line for line in said[0].splitlines() if line.startswith(("took", "refused"))]
    assert [line for line in lines if line != "took"] == []
    assert len(lines) >= COMMANDS
    assert polls >= POLLS  # it read brick states all the while
    app.assert_honest()


def test_while_a_rebalance_runs_its_progress_is_read_but_seldom(app: Watched, cluster: Lab) -> None:
    """Nobody can read that without the lock: after some minutes only every 15 s. What is counted here are our own."""
    app.page("gluster")
    app.space.storage.open_volume("dist", "rebalancing")
    asked: list[float] = []
    reader = app.session.gluster._reader  # nothing outside counts them
    plain = reader._task

    def counted(*words: object) -> object:
        asked.append(time.monotonic())
        return plain(*words)  # type: ignore[arg-type]

    reader._task = counted  # type: ignore[assignment,method-assign]
    app.meanwhile(lambda: cluster.exec(1, "gluster", "--mode=script", "volume", "rebalance", "dist", "start"))
    app.wait_volume("dist", lambda v: bool(v.tasks) and under_way(v) is None, "the end of the rebalance", 60)
    gaps = [later - earlier for earlier, later in pairwise(asked)]
    assert all(gap > 1.0 for gap in gaps), gaps
