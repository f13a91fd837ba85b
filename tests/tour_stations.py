"""The stations of the tour, in order: from an empty cluster through trouble and back."""

from __future__ import annotations

import math

from nasclustergui.subsystems.etcd.page.sections.keys import KeysSection
from nasclustergui.subsystems.gluster.model import TaskState, Volume, VolumeType
from nasclustergui.subsystems.gluster.page.offers import Action
from nasclustergui.subsystems.gluster.page.volume_rows import volume_key
from nasclustergui.subsystems.nodes.model import NodeState
from tests.lab.files import POINT, Mount
from tests.tour_guide import Guide

REFERENCE, SMALL = (1440, 900), (1280, 800)
VOLUME, SECOND = "projects", "media"
PAGES = (("overview", "Overview"), ("nodes", "Nodes"), ("gluster", "Distributed Storage"), ("config", "Configuration"))


def disks(number: int, *nodes: int) -> list[str]:
    """Places for bricks, as the dialogs name them."""
    return [f"node{n}:/bricks/d{number}" for n in nodes]


def arrive(guide: Guide) -> None:
    """From the first second to a cluster that is read and empty."""
    guide.station("connecting", "The window is there and connects: four nodes over SSH, three etcd members.")
    guide.app.wait_ready()
    control = guide.app.controller
    guide.app.wait(lambda: all(_measured(node) for node in control.state.nodes.nodes), "metrics of all nodes")
    guide.station("overview", "Overview: all four nodes answer, all is well, there are no volumes yet.")
    guide.app.page("gluster")
    guide.station("storage-empty", "Distributed Storage says what a volume is and offers to create one.")


def _measured(node: NodeState) -> bool:
    return node.sample is not None and not math.isnan(node.sample.cpu_percent)


def create(guide: Guide) -> None:
    """A replicated volume from the dialog over the plan to the job; a dispersed one beside it."""
    app = guide.app
    dialog = app.open_create()
    app.describe_volume(dialog, VOLUME, VolumeType.REPLICATE, copies=3)
    app.assign(dialog, disks(1, 1, 2))
    guide.station("create-volume", "Create volume: two of three copies have their disk, one is missing.", dialog)
    app.assign(dialog, disks(1, 3))
    guide.station("create-volume-complete", "All three copies have a disk on a node of their own.", dialog)
    plan = app.review(dialog)
    guide.station("plan", "The plan: exact commands, what they mean, how to undo them. Nothing ran so far.", plan)
    job = app.agree(plan)
    guide.station("jobs", "Agreed: the plan runs as a job.")
    app.finish(job)
    guide.until(VOLUME, lambda v: all(b.online for b in v.bricks), "all bricks up")
    app.create(SECOND, VolumeType.DISPERSE, disks(3, 1, 2, 3, 4), data=3, redundancy=1)
    _tidy(guide)
    app.choose_volume(VOLUME)
    app.space.storage.tree.expand_key(volume_key(VOLUME))
    guide.station("storage", f"Volumes {VOLUME} and {SECOND} are there, all bricks up.")


def use(guide: Guide, mount: Mount) -> None:
    """Files written through a mount, seen in the nodes' charts."""
    mount.write_many(900, 20_000)
    guide.say(f"A client wrote {mount.count()} files through its mount.")
    guide.app.page("nodes")
    guide.app.space.nodes.select_node("node1")
    guide.app.space.nodes.tree.expand_key("node1")
    guide.live(6)
    guide.station("nodes", "Nodes: roles, bricks and live charts of node1.")


def grow(guide: Guide) -> None:
    """Three bricks more, and the rebalance that follows."""
    app = guide.app
    dialog = app.ask_bricks(VOLUME)
    app.assign(dialog, disks(2, 2, 3, 4))
    guide.station("add-bricks", "Add bricks: a second set of three copies.", dialog)
    job = app.agree(app.review(dialog))
    guide.jobs_open(True)
    app.wait(lambda: job.ended is not None or _rebalancing(app.volume(VOLUME)), "the rebalance to be seen", 120)
    guide.station("rebalance", "The rebalance moves files to the new bricks; progress and time left are shown.")
    app.finish(job, 240)
    guide.until(VOLUME, lambda v: len(v.bricks) == 6 and all(b.online for b in v.bricks), "six bricks")
    _tidy(guide)


def _rebalancing(volume: Volume | None) -> bool:
    """All is known of the six bricks, and files are being moved."""
    if volume is None or len(volume.bricks) != 6 or not all(brick.online for brick in volume.bricks):
        return False
    return any(task.state is TaskState.RUNNING for task in volume.tasks)


def hurt(guide: Guide, mount: Mount) -> None:
    """A brick dies while a client writes, then a second one of the same set."""
    app, lab = guide.app, guide.lab
    lab.exec(1, "gluster", "--mode=script", "volume", "set", VOLUME, "cluster.heal-timeout", "5")
    volume = guide.until(VOLUME, lambda v: all(b.pid for b in v.bricks), "brick processes")
    _kill(guide, volume, 1)
    mount.write_many(400, 4096, prefix="later")
    guide.until(VOLUME, lambda v: (v.heal_pending or 0) > 50, "a backlog")
    app.page("overview")
    guide.station("brick-down", "A brick process was killed on node2: the verdict says it and what to do.")
    app.choose_volume(VOLUME)
    app.space.storage.tree.expand_key(volume_key(VOLUME))
    guide.station("storage-degraded", "Its set shows what is left, and how many files wait for the brick.")
    _kill(guide, volume, 2)
    app.page("overview")
    guide.station("last-copies", "A second brick of the set is down: the last copy, so clients cannot write there.")
    app.page("nodes")
    app.space.nodes.select_node("node1")
    guide.station("nodes-last-copies", "Nodes: node1 holds the last copies.")


def _kill(guide: Guide, volume: Volume, position: int) -> None:
    brick = volume.bricks[position]
    guide.lab.exec(position + 1, "kill", "-9", str(brick.pid))
    guide.until(VOLUME, lambda v: v.bricks[position].online is False, f"brick {brick.name} down")
    guide.app.wait(lambda: VOLUME in guide.app.controller.verdict.title, "the verdict")


def mend(guide: Guide) -> None:
    """Bricks back, backlog falling to nothing."""
    app = guide.app
    plan = app.ask(Action.RESTART_BRICKS, VOLUME)
    guide.station("plan-start-bricks", "The plan that starts the missing bricks.", plan)
    job = app.agree(plan)
    guide.until(VOLUME, lambda v: all(b.online for b in v.bricks), "all bricks up")
    app.choose_volume(VOLUME)
    guide.station("healing", "The bricks are back and heal by themselves; the backlog falls.")
    app.finish(job)
    guide.until(VOLUME, lambda v: v.heal_pending == 0, "the backlog to heal", 180)
    app.wait(lambda: not app.controller.found, "all to be well again")
    app.do(Action.HEAL_FULL, VOLUME, 240)
    guide.jobs_open(True)
    app.page("overview")
    guide.without_toasts()
    guide.station("healed", "All is well again; the jobs tell what ran.")
    _tidy(guide)


def faces(guide: Guide) -> None:
    """The same pages in dark, and in the smallest window they are made for."""
    for colours, size, suffix in (("dark", REFERENCE, "dark"), ("light", SMALL, "1280"), ("dark", SMALL, "dark-1280")):
        guide.look(colours, size)
        for name, title in PAGES:
            guide.app.page(name)
            guide.station(f"{name}-{suffix}", f"{title}, {colours}, {size[0]} × {size[1]}.")
    guide.look("light", SMALL)
    guide.jobs_open(True)
    guide.station("jobs-1280", "The jobs below the page in the small window.")
    guide.jobs_open(False)
    guide.look("light", REFERENCE)


def configure(guide: Guide) -> None:
    """A key of the shared configuration, looked at and about to be changed."""
    app = guide.app
    app.space.run_action("config.keys:/cluster/config/smb/workgroup")
    keys = app.space.config.section("keys")
    assert isinstance(keys, KeysSection)
    app.wait(lambda: keys.panel.editor.isVisible(), "the key's value")
    guide.station("configuration", "Configuration: what all nodes share, one key of it with its help.")


def leave(guide: Guide) -> None:
    """Delete a volume: its name must be typed."""
    app = guide.app
    plan = app.ask(Action.DELETE, VOLUME)
    assert plan.confirm_field is not None
    app.type(plan.confirm_field, VOLUME[:4])
    guide.station("delete", "Deleting destroys data: the button stays off until the name is typed.", plan)
    app.finish(app.agree(plan))
    app.wait(lambda: app.volume(VOLUME) is None, f"{VOLUME} to be gone")
    guide.jobs_open(True)
    guide.station("deleted", f"{VOLUME} is deleted; the output tells each command and its answer.")


def _tidy(guide: Guide) -> None:
    guide.jobs_open(False)
    guide.without_toasts()


def walk(guide: Guide) -> None:
    """All stations."""
    arrive(guide)
    create(guide)
    with Mount(guide.lab, VOLUME) as mount:
        use(guide, mount)
        grow(guide)
        hurt(guide, mount)
        mend(guide)
        assert mount.count() == 1300, f"files are missing in {POINT}"
    configure(guide)
    faces(guide)
    leave(guide)
