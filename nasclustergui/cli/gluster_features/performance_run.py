"""Answers `gluster volume profile` and `gluster volume top`."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as, volume_named
from nasclustergui.cli.status import show_table
from nasclustergui.cli.terminal import say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.units import count, decimal, duration, percent, size
from nasclustergui.subsystems.gluster.features.performance import read
from nasclustergui.subsystems.gluster.features.performance.model import BrickProfile, Metric, TopBrick
from nasclustergui.subsystems.gluster.features.performance.plans import plan_profile, plan_top_clear
from nasclustergui.subsystems.gluster.features.performance.words import latency
from nasclustergui.subsystems.gluster.model import GlusterState

LARGEST = 256 << 20  # bytes that a measurement may write on each brick


def profile(session: Session, options: Namespace) -> Exit:
    """Start, stop, or show the counters."""
    state = _state(session)
    volume = volume_named(state, options.name)
    if options.what != "info":
        return carry_out_as(
            session, plan_profile(volume, options.what == "start", state, session.profile.name), options
        )

    def look(job: Job) -> tuple[BrickProfile, ...]:
        return read.profile(session.gluster.pool, volume.name, job)

    found = work(Job(_("Read the counters"), quiet=True), look)
    shown = [brick for brick in found if options.brick in ("", brick.brick)]
    if options.json:
        say_json([asdict(brick) for brick in shown])
        return Exit.OK
    for brick in shown:
        text = _("{brick}: {time}, {read} read, {written} written")
        say(
            text.format(
                brick=brick.brick, time=duration(brick.seconds), read=size(brick.read), written=size(brick.written)
            )
        )
        _show_fops(brick)
    return Exit.OK


def _show_fops(brick: BrickProfile) -> None:
    whole = sum(fop.total for fop in brick.fops)
    rows: list[tuple[str, ...]] = [
        (_("Operation"), _("Share"), _("Calls"), _("Average"), _("Least"), _("Most")),
    ]
    for fop in sorted(brick.fops, key=lambda fop: -fop.total):
        share = percent(100 * fop.total / whole if whole else 0.0)
        times = (latency(value) for value in (fop.average, fop.minimum, fop.maximum))
        rows.append((fop.name, share, count(fop.calls), *times))
    show_table(rows)


def top(session: Session, options: Namespace) -> Exit:
    """A list, or count anew."""
    state = _state(session)
    volume = volume_named(state, options.name)
    if options.what == "clear":
        return carry_out_as(session, plan_top_clear(volume, state, session.profile.name), options)
    metric = Metric(options.what)
    _check_measure(metric, options)

    def look(job: Job) -> tuple[TopBrick, ...]:
        pool = session.gluster.pool
        return read.top(pool, volume.name, metric, options.list, job, block=options.bs, times=options.count)

    found = work(Job(_("Read the files"), quiet=True), look)
    if options.json:
        say_json([asdict(brick) for brick in found])
        return Exit.OK
    for brick in found:
        measured = f"  {decimal(brick.throughput)} MB/s" if brick.throughput is not None else ""
        say(f"{brick.brick}{measured}")
        for file in brick.files:
            say(f"  {count(file.value):>10}  {file.path}")
    return Exit.OK


def _check_measure(metric: Metric, options: Namespace) -> None:
    if bool(options.bs) != bool(options.count) or min(options.bs, options.count) < 0:
        raise InvalidInput(_("A measurement needs both --bs and --count, 1 at least."), field="bs")
    if options.bs and not metric.is_throughput:
        raise InvalidInput(_("Only read-perf and write-perf measure."), field="bs")
    if options.bs * options.count > LARGEST:
        text = _("A measurement may write {size} on each brick at most.")
        raise InvalidInput(text.format(size=size(LARGEST)), field="count")
    if options.list < 1:
        raise InvalidInput(_("--list is 1 at least."), field="list")


def _state(session: Session) -> GlusterState:
    session.nodes.connect_all()
    return work(Job(_("Read the cluster"), quiet=True), session.gluster.pool.read)
