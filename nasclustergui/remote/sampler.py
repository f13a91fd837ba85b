"""Metrics of all nodes: one session per node that stays open, one thread that asks and gathers.

sampler = Sampler(nodes, every=1.0, on_sample=lambda name, sample: …)   # from the gathering thread
sampler.start()
sampler.latest("nas-1")      # Sample | None
sampler.missed("nas-1")      # how many replies in a row did not come; 3 or more: treat as lost
sampler.facts("nas-1")       # NodeFacts: system, kernel, cores
sampler.stop()
sample_once(nodes["nas-1"])  # one Sample with rates, for the command line
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from nasclustergui.core.errors import Cancelled, NasError, Unreachable
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.metrics import Sample
from nasclustergui.remote.feed import Arrival, Feed, open_loop
from nasclustergui.remote.link import LinkInfo, LinkState
from nasclustergui.remote.proc import NodeFacts, parse_facts, parse_reading, to_sample
from nasclustergui.remote.sampling_loop import FACTS, READ, READ_WITH_DF
from nasclustergui.remote.ssh import SshNode
from nasclustergui.remote.ssh_nodes import SshNodes
from nasclustergui.remote.waiting import TimeUp, Watch

DF_EVERY = 30.0  # seconds
LOST = 3  # replies
GIVE_UP = 10  # replies, after which the session is opened anew
OPEN_TIMEOUT = 10.0
OPEN_AGAIN = 5.0  # seconds after a failure to open the session
SURVIVAL = 3.0  # seconds to prove that a node without replies is still there
GAP = 0.3

OnSample = Callable[[str, Sample], None]


class Sampler:
    """Samples all nodes every `every` seconds. A node that doesn't answer delays no other.

    After three replies that did not come, the connection has to give a sign of life or counts as lost.
    """

    def __init__(self, nodes: SshNodes, every: float = 1.0, on_sample: OnSample | None = None) -> None:
        self.every = every
        self._nodes, self._on_sample = nodes, on_sample
        self._feeds = {name: Feed(nodes[name]) for name in nodes}
        self._ready = threading.Condition()
        self._arrived: deque[Feed] = deque()
        self._stopped = False
        self._thread: threading.Thread | None = None
        self._forget: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin; connects to the nodes in the background."""
        self._forget = self._nodes.listen(self._on_link)
        self._nodes.connect_all()
        self._thread = threading.Thread(target=self._run, name="sampler", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, within a fraction of a second. EOF ends the loops on the nodes."""
        self._forget()
        with self._ready:
            self._stopped = True
            self._ready.notify()
        if self._thread is not None:
            self._thread.join(1.0)

    def latest(self, name: str) -> Sample | None:
        """The last sample of a node, however old (`Sample.at`)."""
        return self._feeds[name].sample

    def missed(self, name: str) -> int:
        """How many replies in a row did not come in time."""
        return self._feeds[name].missed

    def facts(self, name: str) -> NodeFacts:
        """Empty before the first reply."""
        return self._feeds[name].facts

    def _run(self) -> None:
        due = time.monotonic()
        while not self._stopped:
            now = time.monotonic()
            for feed in self._feeds.values():
                self._ask(feed, now)
            due = max(due + self.every, now)  # after a sleep of the machine, no burst
            self._gather(due)
        for feed in self._feeds.values():
            self._drop(feed)

    def _ask(self, feed: Feed, now: float) -> None:
        """Scatter: send the question, never wait."""
        if feed.channel is None:
            feed.missed += 1
            self._open_soon(feed, now)
            return
        if feed.asked:
            feed.missed += 1
            if feed.missed == LOST:
                feed.node.link.probe(SURVIVAL)
            if feed.missed >= GIVE_UP:
                self._drop(feed)
            return
        feed.asked = feed.question(now)
        if feed.asked == READ_WITH_DF:
            feed.df_at = now + DF_EVERY
        if not feed.channel.try_send(feed.asked):
            self._drop(feed)

    def _open_soon(self, feed: Feed, now: float) -> None:
        if not feed.opening and now >= feed.open_at and feed.node.info.state is LinkState.ONLINE:
            feed.opening = True
            self._nodes.dialers.submit(lambda: self._open(feed))

    def _on_link(self, name: str, info: LinkInfo) -> None:
        """In any thread: a node that comes online is asked at once."""
        if info.state is LinkState.ONLINE:
            feed = self._feeds[name]
            feed.open_at, feed.missed = 0.0, 0
            self._arrive(feed)

    def _open(self, feed: Feed) -> None:
        """In a thread of the pool."""
        channel = None
        try:
            with Watch(OPEN_TIMEOUT) as watch:
                channel = open_loop(feed.node, watch)
        except (NasError, TimeUp, Cancelled):
            feed.open_at = time.monotonic() + OPEN_AGAIN
        if channel is not None and self._stopped:
            channel.abandon()
        elif channel is not None:
            feed.begin()
            feed.channel = channel
            channel.listen(Arrival(lambda: self._arrive(feed)))
            self._arrive(feed)
        feed.opening = False

    def _arrive(self, feed: Feed) -> None:
        """In the connection's thread: something came."""
        with self._ready:
            self._arrived.append(feed)
            self._ready.notify()

    def _gather(self, due: float) -> None:
        """Take replies as they come, until it is time to ask again."""
        while True:
            with self._ready:
                if not self._arrived and not self._stopped:
                    self._ready.wait(max(0.0, due - time.monotonic()))
                if self._stopped or not self._arrived:
                    if self._stopped or time.monotonic() >= due:
                        return
                    continue
                feed = self._arrived.popleft()
            self._take(feed)

    def _take(self, feed: Feed) -> None:
        if feed.channel is None:
            self._open_soon(feed, time.monotonic())
            return
        try:
            reply = feed.receive()
            if reply is not None:
                self._understand(feed, reply)
        except (EOFError, NasError):
            self._drop(feed)
        else:
            if feed.new or (reply is not None and feed.sample is None):  # the first ones don't wait for the clock
                self._ask(feed, time.monotonic())

    def _understand(self, feed: Feed, reply: bytes) -> None:
        asked, feed.asked = feed.asked, b""
        feed.missed = 0
        if asked == FACTS:
            feed.facts = parse_facts(reply)
            return
        reading = parse_reading(reply)
        feed.sample = to_sample(reading, feed.before, time.time(), feed.filesystems)
        feed.before, feed.filesystems = reading, feed.sample.filesystems
        if self._on_sample is not None:
            self._on_sample(feed.node.name, feed.sample)

    def _drop(self, feed: Feed) -> None:
        """Close the session; a new one is opened when the node is online."""
        channel, feed.channel = feed.channel, None
        feed.asked = b""
        feed.open_at = time.monotonic() + OPEN_AGAIN
        if channel is not None:
            self._nodes.carers.submit(channel.abandon)


def sample_once(node: SshNode, gap: float = GAP, timeout: float = 15.0, job: Job | None = None) -> Sample:
    """One sample with rates over `gap` seconds (at least 0.2: the kernel counts in hundredths), with file systems.

    Raises NodeError, UnexpectedOutput, Cancelled.
    """
    feed = Feed(node)
    with Watch(timeout, job) as watch:
        try:
            feed.channel = open_loop(node, watch)
            before = parse_reading(_reply(feed, READ_WITH_DF, watch))
            job.sleep(gap) if job is not None else time.sleep(gap)
            now = parse_reading(_reply(feed, READ, watch))
        except TimeUp:
            raise node.no_answer(timeout) from None
        except EOFError as error:
            raise Unreachable(node.name, _("the connection broke")) from error
        finally:
            if feed.channel is not None:
                feed.channel.abandon()
    return to_sample(now, before, time.time(), before.filesystems or ())


def _reply(feed: Feed, question: bytes, watch: Watch) -> bytes:
    assert feed.channel is not None
    feed.channel.try_send(question)
    replies: list[bytes] = []

    def complete() -> bool:
        reply = feed.receive()
        if reply is not None:
            replies.append(reply)
        return reply is not None

    watch.until(complete)
    return replies[0]
