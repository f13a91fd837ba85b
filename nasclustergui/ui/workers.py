"""Daemon threads that run work; a stuck one can't keep the process from ending."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

Task = Callable[[], None]


class Workers:
    """Runs tasks in threads that are made when needed and kept.

    Not a ThreadPoolExecutor: the interpreter joins its threads at exit, so a read that hangs in the
    kernel would hold the window's process for as long.

    Args:
        limit: more tasks than that at once wait for a free thread.
    """

    def __init__(self, limit: int = 64) -> None:
        self._limit = limit
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._free = 0
        self._threads: list[threading.Thread] = []

    def start(self, task: Task) -> None:
        """Run `task` soon. It must not raise."""
        with self._lock:
            if self._free > 0:
                self._free -= 1
            elif len(self._threads) < self._limit:
                thread = threading.Thread(target=self._serve, name=f"job-{len(self._threads)}", daemon=True)
                self._threads.append(thread)
                thread.start()
            else:
                self._free -= 1  # owed: the next thread that ends its task takes this one
        self._tasks.put(task)

    def _serve(self) -> None:
        while (task := self._tasks.get()) is not None:
            task()
            del task  # don't keep what it holds while waiting for the next
            with self._lock:
                self._free += 1

    def close(self, seconds: float) -> bool:
        """Let the threads end and wait for them, `seconds` at most. True if all did."""
        end = time.monotonic() + seconds
        with self._lock:
            threads = tuple(self._threads)
        for _thread in threads:
            self._tasks.put(None)
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)
