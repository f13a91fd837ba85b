"""Another administrator's commands never fail because the window reads: 200 of them, section after section in sight."""

import threading
from collections.abc import Iterator

import pytest

from tests.lab.app import pause
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub
from tests.lab.watched import Watched, make_volumes

pytestmark = pytest.mark.lab

COMMANDS = 200
# No command is tried twice. What fails is printed with what gluster said.
OTHERS = f"""g='gluster --mode=script --timeout=60 volume'
n=0
while [ $n -lt {COMMANDS} ]; do
  case $((n % 5)) in
    0) said=$($g status rep 2>&1) ;;
    1) said=$($g set rep network.ping-timeout $((20 + n % 20)) 2>&1) ;;
    2) said=$($g status all detail 2>&1) ;;
    3) said=$($g heal rep statistics heal-count 2>&1) ;;
    4) said=$($g get rep all 2>&1) ;;
  esac
  [ $? = 0 ] && echo took || echo "FAILED $((n % 5)): $said"
  n=$((n + 1))
  sleep 0.2
done"""
SECTIONS = ("healing", "rebalancing", "split-brain", "quorum")  # those that go on reading while they are in sight


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("polling")
    try:
        lab = Lab.up(nodes=4, name=name, disks=4, disk_mb=400)
        make_volumes(lab)
        yield lab
    finally:
        take_down(name)


def test_200_commands_of_a_second_client_while_the_window_polls(cluster: Lab) -> None:
    said: list[str] = []
    with on_hub(cluster.name):
        app = Watched(cluster.profile_path)
        try:
            app.wait_well()
            read_before = app.controller.state.read_at["gluster"]
            other = threading.Thread(target=lambda: said.append(cluster.sh(3, OTHERS, timeout=500).stdout))
            other.start()
            section = 0
            while other.is_alive():
                app.space.storage.open_volume("rep", SECTIONS[section % len(SECTIONS)])
                section += 1
                pause(4000)
            assert app.controller.state.read_at["gluster"] > read_before + 20
            app.wait_well()
            app.assert_honest()
        finally:
            app.close()
    lines = said[0].splitlines()
    assert lines.count("took") == COMMANDS, [line for line in lines if line != "took"][:6]
