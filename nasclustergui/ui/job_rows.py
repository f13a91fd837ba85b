"""The rows of the jobs list, from Jobs as they stand now."""

from __future__ import annotations

import time
from collections.abc import Sequence

from nasclustergui.core.errors import OutcomeUnknown
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job, JobState
from nasclustergui.core.units import clock, duration, percent
from nasclustergui.ui.cell import Cell, Row

_ORDER = (JobState.RUNNING, JobState.WAITING, JobState.FAILED, JobState.CANCELLED, JobState.DONE)


def job_rows(jobs: Sequence[Job]) -> list[Row]:
    """Running first, then waiting, then what ended, the newest of each first."""
    ranked = sorted(jobs, key=lambda job: (min(_ORDER.index(job.state), 2), -(job.ended or job.created)))
    return [_row(job) for job in ranked]


def _row(job: Job) -> Row:
    cells = (
        Cell(job.title, "name", job.icon, strong=job.state is JobState.RUNNING),
        Cell(_step(job)),
        _progress(job),
        Cell(clock(job.started or job.created)[:8], role="text3"),
        Cell(job.by, role="text3"),
    )
    return Row(str(job.number), cells, data=job)


def _step(job: Job) -> str:
    if job.step_count:
        head = _("{n} of {count}").format(n=job.step_number, count=job.step_count)
        return f"{head}: {job.step}" if job.step and job.state is JobState.RUNNING else head
    return job.step


def _progress(job: Job) -> Cell:
    match job.state:
        case JobState.WAITING:
            text = _("Waits for {job}").format(job=job.waits_for) if job.waits_for else _("Waits")
            return Cell(text, "state", state="wait")
        case JobState.RUNNING:
            return _running(job)
        case JobState.DONE:
            return Cell(_("Done in {time}").format(time=duration(_took(job))), "state", state="ok")
        case JobState.CANCELLED:
            return Cell(_("Cancelled"), "state", state="stopped")
        case _:
            if isinstance(job.error, OutcomeUnknown):  # neither: it may have happened
                return Cell(_("Outcome unknown"), "state", state="unknown", tip=str(job.error))
            return Cell(_("Failed"), "state", state="critical", tip=str(job.error or ""))


def _running(job: Job) -> Cell:
    if job.cancelled:
        return Cell(_("Stopping"), "state", state="wait")
    if job.waits_for:  # another administrator's change, or a lock that a program holds
        return Cell(_("Waits"), "state", state="wait", tip=job.waits_for)
    if job.progress is None:
        return Cell(_("Runs"), "state", state="busy", sub=duration(_took(job)))
    text = percent(100 * job.progress)
    if job.seconds_left is not None:
        text += ", " + _("about {time} left").format(time=duration(round(job.seconds_left[1])))
    return Cell(text, "progress", value=job.progress)


def _took(job: Job) -> float:
    return max(0.0, (job.ended or time.time()) - (job.started or job.created))
