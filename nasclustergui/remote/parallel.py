"""Several questions at once: daemon threads, cancelled together, nobody waits for the slowest after a cancel."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

from nasclustergui.core.errors import Cancelled, NasError
from nasclustergui.core.job import Job

T = TypeVar("T")


def gather(tasks: Mapping[str, Callable[[Job], T]], job: Job | None = None) -> dict[str, T | NasError]:
    """Run all tasks at once, each in a thread of its own, and return results and NasErrors by name.

    Every task gets a job that is cancelled with `job`; then Cancelled is raised at once and the threads end by
    themselves. An exception that isn't a NasError is raised here.
    """
    inner = Job("gather", quiet=True)
    answers: dict[str, T | NasError] = {}
    faults: list[Exception] = []
    changed = threading.Condition()
    left = len(tasks)

    def work(name: str, task: Callable[[Job], T]) -> None:
        nonlocal left
        try:
            answer: T | NasError | None = task(inner)
        except NasError as error:
            answer = error
        except Cancelled:
            answer = None
        except Exception as error:
            faults.append(error)
            answer = None
        with changed:
            if answer is not None:
                answers[name] = answer
            left -= 1
            changed.notify_all()

    def stop() -> None:
        inner.cancel()
        with changed:
            changed.notify_all()

    forget = job.on_cancel(stop) if job is not None else lambda: None
    try:
        for name, task in tasks.items():
            threading.Thread(target=work, args=(name, task), name=f"gather {name}", daemon=True).start()
        with changed:
            changed.wait_for(lambda: left == 0 or inner.cancelled)
    finally:
        forget()
    if job is not None:
        job.check()
    if faults:
        raise faults[0]
    return answers
