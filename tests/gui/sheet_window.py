"""A window made of the shell and one page with a table: for the eye and for test_sheet.py."""

from __future__ import annotations

from PySide6.QtWidgets import QTabBar, QWidget

from nasclustergui.core.profile import Environment
from nasclustergui.core.units import NB
from nasclustergui.ui.parts import (
    Banner,
    Cell,
    Console,
    Fill,
    FlowButtons,
    Line,
    Panel,
    Row,
    SearchField,
    Tag,
    Tree,
    box,
    button,
    col,
    label,
    row,
)
from nasclustergui.ui.shell import Band, PageEntry, PageHeader, Sidebar, StatusBar

PAGES = [
    PageEntry("overview", "layout-dashboard", "Overview"),
    PageEntry("nodes", "server", "Nodes"),
    PageEntry("gluster", "database", "Distributed Storage"),
    PageEntry("balancer", "scale", "Load Balancer"),
    PageEntry("containers", "container", "Container Orchestration"),
    PageEntry("config", "sliders-horizontal", "Configuration"),
    PageEntry("monitoring", "activity", "Monitoring"),
    PageEntry("logs", "scroll-text", "Logs"),
    PageEntry("scaling", "trending-up", "Scaling"),
    PageEntry(""),
    PageEntry("jobs", "list-checks", "Jobs"),
    PageEntry("alerts", "bell", "Alerts"),
    PageEntry("timeline", "history", "Timeline"),
]
TIB = NB + "TiB"
NONE = Cell()


def used(value: float | None, stale: bool = False) -> Cell:
    if value is None:
        return Cell("—", role="text3")
    state = "warn" if value >= 0.8 else "accent"
    return Cell(f"{value:.0%}".replace("%", NB + "%"), "meter", value=value, state=state, stale=stale)


def brick(key: str, node: str, state: str, word: str, value: float, work: Cell = NONE, stale: bool = False) -> Row:
    cells = (
        Cell(node, "name", "hard-drive", sub="/bricks/sdd/data", stale=stale),
        NONE,
        Cell(word, "state", state=state),
        work,
        NONE,
        used(value, stale),
        Cell("12.0" + TIB, "num", stale=stale),
    )
    return Row(key, cells)


def storage_rows() -> list[Row]:
    """The volumes of the mock."""
    heal = Cell("source of the heal", role="text3")
    old = Cell("last read 02:58:03", stale=True)
    bricks = (
        brick("d1", "node1", "ok", "Online", 0.64, heal),
        brick("d2", "node2", "ok", "Online", 0.64, heal),
        brick("d3", "node3", "critical", "Disk failed", 0.64, old, stale=True),
    )

    def of_set(key: str, name: str, sub: str, state: Cell, work: str, up: str, *children: Row) -> Row:
        cells = (
            Cell(name, "name", "layers", sub=sub),
            Cell("3 copies"),
            state,
            Cell(work, role="text2"),
            Cell(up),
            NONE,
            Cell("12.0" + TIB, "num"),
        )
        return Row(key, cells, children, open=True)

    def volume(
        name: str, kind: str, state: Cell, work: Cell, up: str, value: float | None, size: str, *kids: Row
    ) -> Row:
        head = Cell(name, "name", "database", strong=True)
        cells = (head, Cell(kind), state, work, Cell(up), used(value), Cell(size + TIB, "num"))
        return Row(name, cells, kids, open=True)

    sets = (
        of_set("s1", "Set 1", "survives any 1 loss", Cell("Healthy", "state", state="ok"), "", "3 of 3 up"),
        of_set(
            "s2",
            "Set 2",
            "no loss to spare",
            Cell("2 of 3 copies", "state", state="critical"),
            "1,284 files wait for node3",
            "2 of 3 up",
            *bricks,
        ),
    )
    degraded = Cell("Degraded", "state", state="critical", sub="set 2: 2 of 3")
    rebalance = Cell("62" + NB + "%, 1 h 24 min left", "progress", value=0.62)
    heal_work = Cell("78" + NB + "%, 6 min left", "progress", value=0.78)
    healthy, stopped = (
        Cell("Healthy", "state", state="ok"),
        Cell("Stopped", "state", state="stopped", sub="since 21 Nov"),
    )
    return [
        volume("archive", "Dispersed 4 + 2", healthy, NONE, "6 of 6 up", 0.58, "28.0"),
        volume("scratch", "Distributed 3", stopped, NONE, "0 of 3 up", None, "6.0"),
        volume("data", "Distributed-replicated 2 × 3", degraded, NONE, "5 of 6 up", 0.66, "24.0", *sets),
        volume(
            "media", "Distributed 4", Cell("Rebalancing", "state", state="busy"), rebalance, "4 of 4 up", 0.83, "36.0"
        ),
        volume(
            "vm-images",
            "Replicated 2 + arbiter",
            Cell("Healing", "state", state="busy", sub="312 files"),
            heal_work,
            "3 of 3 up",
            0.44,
            "8.0",
        ),
    ]


def storage_tree() -> Tree:
    """The table of volumes."""
    heads = [
        ("Volume", -1),
        ("Type", 198),
        ("State", 182),
        ("Work in progress", 240),
        ("Bricks", 84),
        ("Used", 112),
        ("Size", 84),
    ]
    tree = Tree(heads, right=(6,), drop={1: 1080, 4: 900}, name="Volumes")
    tree.update_rows(storage_rows())
    tree.select_key("data")
    return tree


def window(environment: Environment = Environment.PROD, width: int = 1440) -> QWidget:
    """Band, sidebar, header, table, detail, console, status bar."""
    side = Sidebar(PAGES)
    side.set_cluster("fra-storage", environment, "7 nodes · Frankfurt")
    side.set_connection("SSH 6 of 7 · etcd 3 of 3")
    for page, count, state in (
        ("nodes", 1, "stale"),
        ("gluster", 1, "critical"),
        ("jobs", 2, "busy"),
        ("alerts", 3, "critical"),
    ):
        side.set_badge(page, count, state)
    side.set_current("gluster")
    side.adapt(width)
    actions = [button("Import…", "quiet", "download"), button("Create volume…", "primary", "plus")]
    head = PageHeader("Distributed Storage", f"5 volumes · 61.4 of 96.0{TIB} used · GlusterFS 10.3", actions)
    tabs = QTabBar()
    for name in ("Volumes", "Peers", "Snapshots", "Quotas"):
        tabs.addTab(name)
    tabs.setDrawBase(False)
    tabs.setExpanding(False)
    tools = row(tabs, None, SearchField("Filter volumes and bricks", 240), margins=(8, 8, 12, 6))
    table = Panel(col(tools, Line(), (storage_tree(), 1), gap=0, margins=(1, 1, 1, 8)))
    flow = FlowButtons(
        [
            button("Replace failed disk…", "primary", "disc", small=True),
            button("Heal", icon="heart-pulse", small=True),
            button("Rebalance…", icon="arrow-left-right", small=True),
            button("Bricks", icon="hard-drive", small=True, menu=True),
            button("Stop…", "caution", "circle-stop", small=True),
            button("Delete…", "danger-quiet", "trash-2", small=True),
        ]
    )
    output = Console()
    output.write(
        ["02:15:04 node1  $ gluster volume rebalance media start", "02:15:14 node1  volume rebalance: media: success"]
    )
    detail = Panel(col(row(label("data", "heading"), Tag("Replicated"), (flow, 1)), output, margins=(16, 12, 16, 10)))
    detail.setFixedHeight(170)
    note = Banner(
        "wait", "New configuration runs on trial: 1 min 42 s left", "Without your confirmation the old file comes back."
    )
    note.set_buttons([button("Revert now"), button("Keep it")])
    status = StatusBar()
    status.set_freshness("ok", "Live", "read 03:12:08, every 5 s")
    status.set_jobs(f"2 jobs: rebalance media 62{NB}%, heal vm-images 78{NB}%")
    status.set_hints([("Ctrl+K", "Find or run"), ("Ctrl+J", "Jobs")])
    body = box(col(note, (table, 1), detail, gap=12, margins=(24, 4, 24, 12)))
    page = Fill("canvas", col(head, (body, 1), Line(), status, gap=0))
    return box(col(Band(environment), (row(side, (page, 1), gap=0), 1), gap=0))
