"""Answers `node logs`."""

from __future__ import annotations

import json
import re
import time
from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.node_features.logs import SEVERITIES
from nasclustergui.cli.terminal import note, say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput, NasError, SudoRefused
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.job import Job
from nasclustergui.remote.parallel import gather
from nasclustergui.remote.ssh import SshNode
from nasclustergui.subsystems.logs.features.read.as_text import entry_data, line
from nasclustergui.subsystems.logs.features.read.reader import read_logs, read_page
from nasclustergui.subsystems.logs.features.read.timeline import Timeline, Where, matcher
from nasclustergui.subsystems.logs.features.read.told import clock_text
from nasclustergui.subsystems.logs.manager import Arrived, LogSession, Phase
from nasclustergui.subsystems.logs.model import Entry, NodeLogs, Page, Place, Query, Severity

LOOK = 0.2  # seconds between looks at what came
HOLD = 1.0  # seconds that a followed entry waits for older ones of other nodes
_AGO = re.compile(r"(\d+)\s*([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")
Match = Callable[[Entry], bool]


def moment(text: str, field: str, now: float | None = None) -> int | None:
    """A time as people write it → microseconds, None for "". Raises InvalidInput."""
    now = time.time() if now is None else now
    text = text.strip()
    if not text:
        return None
    if ago := _AGO.fullmatch(text):
        return round((now - int(ago[1]) * _UNITS[ago[2]]) * 1e6)
    today = time.strftime("%Y-%m-%d", time.localtime(now))
    if text == "today":
        text = today
    if re.fullmatch(r"\d{1,2}:\d\d(:\d\d)?", text):
        text = f"{today} {text}"
    if re.fullmatch(r"@?\d{9,}(\.\d+)?", text):
        return round(float(text.lstrip("@")) * 1e6)
    for form in _FORMATS:
        try:
            return round(time.mktime(time.strptime(text, form)) * 1e6)
        except (ValueError, OverflowError):
            continue
    hint = _("Write 15m, 2h, 3d, today, 14:30 or 2026-11-23 14:30.")
    raise InvalidInput(_("“{text}” is no time.").format(text=text), field=field, hint=hint)


def logs(session: Session, options: Namespace) -> Exit:
    """`node logs`. Nodes that don't answer are told and lead to exit status 1; the others are shown."""
    names = _names(session, options.names)
    try:
        match = matcher(options.grep, True)
    except re.error as error:
        raise InvalidInput(_("This is no regular expression: {why}.").format(why=error), field="grep") from error
    severity = Severity(SEVERITIES.index(options.severity))
    since, until = moment(options.since, "since"), moment(options.until, "until")
    query = Query(names, frozenset(), options.unit, severity, since, until)
    if options.follow:
        work(Job("logs", quiet=True), lambda job: _follow(session, query, options, match, job))
        return Exit.OK
    timeline, errors = work(Job("logs", quiet=True), lambda job: _read(session, query, options, match, job))
    found = newest([entry for entry in timeline.entries[timeline.first :] if match(entry)], options.number)
    if options.json:
        say_json({"entries": [entry_data(entry) for entry in found], "errors": [str(error) for error in errors]})
    else:
        for entry in found:
            say(line(entry))
        for failure in errors:
            note(str(failure))
    return Exit.FAILED if errors else Exit.OK


def newest(entries: Sequence[Entry], number: int) -> Sequence[Entry]:
    """The last of them; none for 0, as with `tail -n 0 --follow`."""
    return entries[-number:] if number else ()


def _names(session: Session, wanted: list[str]) -> tuple[str, ...]:
    known = [node.name for node in session.profile.nodes]
    for name in wanted:
        if name not in known and name != "all":
            raise InvalidInput(
                _("There is no node {node}.").format(node=name),
                field="names",
                hint=_("Nodes: {names}").format(names=", ".join(known)),
            )
    return tuple(known) if "all" in wanted else tuple(dict.fromkeys(wanted))


def _with_sources(query: Query, logs: NodeLogs, wanted: list[str]) -> Query:
    """The sources that are meant on that node. Raises InvalidInput."""
    if not wanted:
        return query
    ids = frozenset(
        source.id for source in logs.sources for word in wanted if word == source.kind.value or word in source.id
    )
    if not ids:
        raise InvalidInput(
            _("{node}: no log is called {names}.").format(node=logs.node, names=", ".join(wanted)),
            field="source",
            hint=_("There are: {names}").format(names=", ".join(source.id for source in logs.sources)),
        )
    return replace(query, sources=ids)


def _read(
    session: Session, query: Query, options: Namespace, match: Match, job: Job
) -> tuple[Timeline, list[NasError]]:
    """Pages of all sources until there are enough entries without a gap."""
    nodes = {name: session.nodes[name] for name in query.nodes}
    listed = gather({name: lambda j, n=node: read_logs(n, j) for name, node in nodes.items()}, job)  # type: ignore[misc]
    errors = [answer for answer in listed.values() if isinstance(answer, NasError)]
    logs = {name: answer for name, answer in listed.items() if isinstance(answer, NodeLogs)}
    queries = {name: _with_sources(query, one, options.source) for name, one in logs.items()}
    timeline = Timeline({name: one.skew for name, one in logs.items()} if options.corrected else None)
    for one in logs.values():
        if text := clock_text(one):
            note(text)
        if not one.root:
            errors.append(SudoRefused(one.node, _("read as the login user, who may see less than root")))
    wanted: dict[Where, Place | None] = {
        (name, source.id): None for name, one in logs.items() for source in queries[name].chosen(one)
    }
    count = max(options.number, 1)
    while wanted:
        pages = _pages(nodes, logs, queries, wanted, max(200, count), job)
        errors += [page.error for page in pages if page.error is not None]
        for page in pages:
            timeline.add_page(page)
        if sum(map(match, timeline.entries[timeline.first :])) >= count or timeline.full():
            break
        failed = {(page.node, page.source) for page in pages if page.error is not None}
        wanted = {where: place for where, place in timeline.wanted().items() if where not in failed}
    return timeline, errors


def _pages(
    nodes: dict[str, SshNode],
    logs: dict[str, NodeLogs],
    queries: dict[str, Query],
    wanted: Mapping[Where, Place | None],
    count: int,
    job: Job,
) -> list[Page]:
    def task(where: Where, place: Place | None) -> Callable[[Job], Page]:
        name = where[0]
        source = next(source for source in logs[name].sources if source.id == where[1])
        return lambda j: read_page(nodes[name], logs[name], source, queries[name], place, count, j)

    answers = gather({f"{where[0]} {where[1]}": task(where, place) for where, place in wanted.items()}, job)
    return [answer for answer in answers.values() if isinstance(answer, Page)]


def _follow(session: Session, query: Query, options: Namespace, match: Match, job: Job) -> None:
    """Until the job is cancelled."""
    if options.source:
        listed = gather({name: lambda j, n=session.nodes[name]: read_logs(n, j) for name in query.nodes}, job)  # type: ignore[misc]
        ids = [
            _with_sources(query, logs, options.source).sources for logs in listed.values() if isinstance(logs, NodeLogs)
        ]
        query = replace(query, sources=frozenset().union(*ids))
    reader = LogSession(session.nodes, query, count=max(options.number, 1))
    printer = _Printer(reader, options, match)
    reader.start()
    try:
        while True:
            printer.look()
            job.sleep(LOOK)
    finally:
        reader.close()


class _Printer:
    """Says entries as they come; those of several nodes in order, as far as waiting a second allows."""

    def __init__(self, reader: LogSession, options: Namespace, match: Match) -> None:
        self._reader, self._options, self._match = reader, options, match
        self._timeline = Timeline()
        self._begun = False
        self._held: list[tuple[float, Entry]] = []
        self._told: dict[str, str] = {}

    def look(self) -> None:
        """Take what came."""
        arrived: Arrived = self._reader.take()
        now = time.monotonic()
        for logs in arrived.logs:
            if (text := clock_text(logs)) or not logs.root:
                note(text or _("{node}: read as the login user, who may see less than root.").format(node=logs.node))
            if self._options.corrected:
                self._timeline.set_skew(logs.node, logs.skew)
        for page in arrived.pages:
            self._timeline.add_page(page)
        self._held += [(now, entry) for entry in arrived.news if self._match(entry)]
        if self._reader.settled and not self._begun:
            self._begun = True
            shown = self._timeline.entries[self._timeline.first :]
            self._say(newest([entry for entry in shown if self._match(entry)], self._options.number))
        if self._begun:
            due = sorted((e for at, e in self._held if now - at >= HOLD), key=self._timeline.order)
            self._held = [(at, e) for at, e in self._held if now - at < HOLD]
            self._say(due)
        self._tell()

    def _say(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            say(json.dumps(entry_data(entry)) if self._options.json else line(entry))

    def _tell(self) -> None:
        """What changed with the nodes."""
        for status in self._reader.status():
            text = "\n".join(str(error) for error in status.errors.values())
            if status.phase is Phase.LOST and status.error is not None:
                text = str(status.error)
            elif status.left_out:
                text = ngettext("{node}: {n} line left out", "{node}: {n} lines left out", status.left_out).format(
                    node=status.node, n=status.left_out
                )
            if text != self._told.get(status.node, ""):
                self._told[status.node] = text
                note(text or _("{node}: followed again").format(node=status.node))
