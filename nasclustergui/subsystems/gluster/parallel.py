"""Several questions at once, each in a thread that the program's exit never waits for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

from nasclustergui.core.errors import Cancelled, NasError

K = TypeVar("K")
T = TypeVar("T")


def gather(tasks: Mapping[K, Callable[[], T]]) -> dict[K, T | NasError]:
    """Run all tasks at once; each key's result, or the NasError that it raised.

    Every task must end by itself (its command has a deadline). Raises Cancelled if one was cancelled, and whatever
    else a task raised: that is a mistake in it.
    """
    results: dict[K, T | NasError] = {}
    broken: list[BaseException] = []

    def work(key: K, task: Callable[[], T]) -> None:
        try:
            results[key] = task()
        except NasError as error:
            results[key] = error
        except Exception as error:  # kept for the thread that asked
            broken.append(error)

    threads = [threading.Thread(target=work, args=item, daemon=True, name="gluster-ask") for item in tasks.items()]
    for thread in threads[1:]:
        thread.start()
    if threads:
        work(*next(iter(tasks.items())))  # the first one here: most often it is the only one
    for thread in threads[1:]:
        thread.join()
    if broken:
        raise next((error for error in broken if not isinstance(error, Cancelled)), broken[0])
    return {key: results[key] for key in tasks}
