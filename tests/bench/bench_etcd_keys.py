"""The window's tree of 100,000 keys in a lab's etcd (three members, TLS, users), beside `etcdctl get --prefix`."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtWidgets import QApplication

from nasclustergui.core.command import Secret
from nasclustergui.core.profile import EtcdProfile
from nasclustergui.remote.credentials import NoCredentials
from nasclustergui.remote.etcd import EtcdClient
from nasclustergui.remote.etcd_types import Put
from nasclustergui.remote.inventory import load
from nasclustergui.subsystems.etcd.page.sections.keys import KeysSection
from nasclustergui.subsystems.etcd.page.sections.keys.nodes import Entry
from nasclustergui.ui.garbage import Garbage
from tests.bench.measure import Figure, multiple
from tests.lab.app import App
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import obstacle
from tests.lab.netns import on_hub
from tests.lab.services.etcd import etcdctl

NAME = f"bench{os.getpid()}"
KEYS, AT_ONCE = 100_000, 128  # etcd takes 128 operations in a transaction
FLAT, DEEP = "/cluster/bench/flat/", "/cluster/bench/deep/"  # one level; 500 folders of 100 keys each
FIRST_ROWS = 1.0  # seconds
ROUNDS = 3


class Admin(NoCredentials):
    """Knows the password of etcd's user."""

    def __init__(self, passwords: dict[str, str]) -> None:
        self._passwords = passwords

    def etcd_password(self, user: str, _cluster: str) -> Secret:
        """As in credentials.json."""
        return Secret(self._passwords[user])


def run() -> Iterator[Figure]:
    """Loads, opens, scrolls to the end. Raises where no lab can run."""
    if reason := obstacle():
        raise RuntimeError(reason)
    try:
        lab = Lab.up(nodes=3, name=NAME, disks=1, disk_mb=300, etcd_auth=True)
        with on_hub(lab.name):
            fill(load(lab.profile_path).etcd, lab.credentials["etcd"])
            yield from _figures(lab)
    finally:
        take_down(NAME)


def fill(profile: EtcdProfile, passwords: dict[str, str]) -> None:
    """Half of the keys on one level, half in folders; values of 64 bytes."""
    client = EtcdClient(replace(profile, user="root"), Secret(passwords["root"]))
    flat = [f"{FLAT}key-{n:06}" for n in range(KEYS)]
    deep = [f"{DEEP}{n // 100:03}/key-{n % 100:02}" for n in range(KEYS // 2)]
    names = [*flat, *deep]
    for at in range(0, len(names), AT_ONCE):
        client.txn([], [Put(name, b"v" * 64) for name in names[at : at + AT_ONCE]])
    client.close()


def _figures(lab: Lab) -> Iterator[Figure]:
    app = App(lab.profile_path, Admin(lab.credentials["etcd"]))
    garbage = Garbage(app.frame)  # as the app does
    garbage.start()
    try:
        app.wait(lambda: app.controller.state.etcd is not None, "etcd to be read")
        first = _timed(app, lambda: _open(app), lambda: bool(_section(app).model.tree.rows))
        section = _section(app)
        told = f"{1000 * first:.0f} ms from the page to the first rows, 150,000 keys in the store"
        yield Figure("first rows of the page", f"{first:.2f} s", f"≤ {FIRST_ROWS:g} s", first <= FIRST_ROWS, told)
        yield from _level(app, section, lab, FLAT, KEYS, "100,000 keys on one level")
        yield from _level(app, section, lab, DEEP, 500, "500 folders of 100 keys")
    finally:
        garbage.stop()
        app.close()


def _level(app: App, section: KeysSection, lab: Lab, prefix: str, rows: int, what: str) -> Iterator[Figure]:
    folder = _folder(app, section, prefix)
    first = _timed(app, lambda: section._toggle(folder), lambda: bool(folder.children))
    yield Figure(f"{what}: first rows", f"{first:.2f} s", f"≤ {FIRST_ROWS:g} s", first <= FIRST_ROWS)
    pauses: list[tuple[float, float]] = []
    whole = _timed(app, lambda: None, lambda: _scrolled(section, folder), pauses)
    assert len(folder.children or ()) == rows, len(folder.children or ())
    bare = _etcdctl(lab, prefix, "--keys-only")
    values = _etcdctl(lab, prefix)
    took = first + whole
    told = f"{took:.2f} s with every row in the tree; etcdctl {values:.2f} s"
    yield multiple(f"{what}: scrolled to the end, beside etcdctl get --prefix", took, values, 3, told)
    yield Figure(f"{what}: the same beside --keys-only", f"{took / bare:.2f} ×", detail=f"etcdctl {bare:.2f} s")
    longest, work = max(wall for wall, _cpu in pauses), max(cpu for _wall, cpu in pauses)
    told = f"{1000 * longest:.0f} ms on the clock, the machine's other work included; {len(pauses)} turns of its loop"
    title = f"{what}: longest work of the window's thread between two turns"
    yield Figure(title, f"{1000 * work:.0f} ms", "≤ 50 ms", work <= 0.05, told)
    section._toggle(folder)


def _section(app: App) -> KeysSection:
    section = app.space.config.section("keys")
    assert isinstance(section, KeysSection)
    return section


def _open(app: App) -> None:
    app.frame.show_page("config")


def _folder(app: App, section: KeysSection, prefix: str) -> Entry:
    section.select(prefix)
    app.wait(lambda: section.model.tree.folder(prefix.encode()) is not None, prefix)
    found = section.model.tree.folder(prefix.encode())
    assert found is not None
    app.wait(lambda: section.table.current() is found, f"{prefix} to be chosen")
    return found


def _scrolled(section: KeysSection, folder: Entry) -> bool:
    bar = section.table.verticalScrollBar()
    bar.setValue(bar.maximum())
    return folder.after is None


def _timed(
    app: App,
    begin: Callable[[], object],
    until: Callable[[], bool],
    pauses: list[tuple[float, float]] | None = None,
) -> float:
    """Seconds until that is so and painted; `pauses`: between turns of the event loop, with this thread's CPU."""
    clock, probe = QElapsedTimer(), QTimer()
    last, last_cpu = time.perf_counter(), time.thread_time()

    def tick() -> None:
        nonlocal last, last_cpu
        now, cpu = time.perf_counter(), time.thread_time()
        if pauses is not None:
            pauses.append((now - last, cpu - last_cpu))
        last, last_cpu = now, cpu

    probe.setTimerType(Qt.TimerType.PreciseTimer)
    probe.timeout.connect(tick)
    probe.start(2)
    clock.start()
    begin()
    while not until():
        QApplication.processEvents()
        time.sleep(0.0005)
    _section(app).table.viewport().grab()
    took = clock.nsecsElapsed() / 1e9
    probe.stop()
    return took


def _etcdctl(lab: Lab, prefix: str, *options: str) -> float:
    """Median seconds of the same range by etcdctl, its start included."""
    times = []
    for _round in range(ROUNDS):
        began = time.monotonic()
        etcdctl(lab.spec, "get", "--prefix", *options, "--", prefix, certificate="nasadmin")
        times.append(time.monotonic() - began)
    return statistics.median(times)
