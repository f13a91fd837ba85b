"""An answer of the gluster CLI: did it succeed, and if not, which error is it.

The CLI answers a refusal with exit status 0 and `opRet` -1, a hung glusterd with an error line *and* a valid empty
document, a stopped one with plain text. So nothing here looks at one sign alone, and nothing searches for XML inside
other text: an answer that isn't wholly what it should be is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError, fromstring

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import NasError, ServiceDown, UnexpectedOutput
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.commands import refusals

SHOWN = 4000  # characters of an answer that an error keeps as evidence
TIMED_OUT = re.compile(r"^\s*Error\s*:\s*Request timed out", re.MULTILINE | re.IGNORECASE)
DOWN = re.compile(r"Connection failed\.\s*Please check if gluster(d| daemon) is (operational|running)", re.IGNORECASE)
NOT_UTF8 = re.compile(r"not proper UTF-8")
QUESTION = re.compile(r"\(y/n\)")
NO_SUCH_PROGRAM = re.compile(r"gluster: (command )?not found|No such file or directory.*gluster")
PLAIN_FAILURE = re.compile(
    r"\bunsuccessful\b|\bfailed\b|\bfailure\b|^\s*error\b|\bunrecognized (word|command)\b|\binvalid (option|syntax)\b",
    re.IGNORECASE | re.MULTILINE,
)
READING = frozenset({"info", "status", "list", "get", "statistics", "help", "help-xml", "list-objects"})


@dataclass(frozen=True)
class Answer:
    """What came back for a command. `node` is the name of the node that answered: errors begin with it."""

    command: Command
    result: Result
    node: str = "gluster"

    @property
    def words(self) -> tuple[str, ...]:
        """The command's words after `gluster` and its options."""
        argv = tuple(str(word) for word in self.command.argv)
        rest = argv[1:] if argv and argv[0].rsplit("/", 1)[-1] == "gluster" else argv
        while rest and rest[0].startswith("--") and rest[0] not in ("--version", "--help"):
            rest = rest[1:]
        return rest

    @property
    def changes(self) -> bool:
        """True if the command would change something: then a missing answer leaves its outcome open."""
        return not READING & set(self.words) and bool(self.words) and not self.words[0].startswith("--")


def read_xml(answer: Answer, root: str = "cliOutput") -> Element:
    """The document of a successful answer.

    Raises CommandFailed or LockBusy when gluster refused, ServiceDown when glusterd doesn't run or hangs,
    UnexpectedOutput when the answer is empty, cut off or not XML.
    """
    ensure_daemon(answer)
    document = _document(answer)
    if document.tag != root:
        raise unexpected(answer, _("the document is a “{tag}”").format(tag=document.tag[:40]))
    if root == "cliOutput":
        _ensure_accepted(answer, document)
    elif answer.result.status:
        raise failed(answer)
    return document


def read_plain(answer: Answer) -> str:
    """The text of a successful answer of a command that ignores `--xml`. Raises as `read_xml` does."""
    ensure_daemon(answer)
    text = answer.result.stdout
    if text.lstrip().startswith("<?xml"):  # another version may have learnt to write XML here
        return "".join(read_xml(answer).itertext())
    _ensure_no_question(answer)
    if answer.result.status:
        raise failed(answer)
    if not text.strip():
        raise unexpected(answer, _("nothing was printed"))
    if "<?xml" in text or "<cliOutput" in text:
        raise unexpected(answer, _("text stands before its XML"))
    return text


def ensure_daemon(answer: Answer) -> None:
    """Raise ServiceDown if glusterd doesn't run or didn't answer the CLI, whatever else was printed."""
    result = answer.result
    for text in (result.stdout, result.stderr):
        if DOWN.search(text):
            raise ServiceDown(
                _at(answer, _("glusterd does not run")),
                hint=_("Start it on the node: systemctl start glusterd. Its log is /var/log/glusterfs/glusterd.log."),
                details=evidence(answer),
            )
        if TIMED_OUT.search(text):
            raise _timed_out(answer)
    if result.status == 127 or (result.status and NO_SUCH_PROGRAM.search(result.stderr)):
        raise ServiceDown(
            _at(answer, _("GlusterFS is not installed")),
            hint=_("Install the package glusterfs-server on the node."),
            details=evidence(answer),
        )


def not_utf8(answer: Answer) -> bool:
    """True if the CLI gave up because a name in its answer isn't UTF-8: it then prints nothing at all."""
    return bool(NOT_UTF8.search(answer.result.stderr)) and not answer.result.stdout.strip()


def failed(answer: Answer, said: str = "", errno: int = 0, hint: str = "") -> NasError:
    """The error for a refusal: `said` is what gluster wrote, by default what is in the output."""
    said = said or _first_line(answer)
    refusal = refusals.explain(said, errno)
    kind = refusal.kind
    return kind(
        answer.node,
        str(answer.command),
        answer.result.status,
        _shortened(answer.result.stderr),
        message=refusal.sentence or _("gluster refused and gave no reason"),
        hint=refusal.hint or hint,
        stdout=_shortened(answer.result.stdout),
        about=refusal.node,
    )


def unexpected(answer: Answer, why: str) -> UnexpectedOutput:
    """The error for an answer that can't be read; `why` is a clause."""
    return UnexpectedOutput(
        _at(answer, _("the answer of “{command}” cannot be read: {why}").format(command=shown(answer), why=why)),
        hint=_(
            "Nothing was concluded from it. The details hold the answer; a newer GlusterFS may write it differently."
        ),
        details=evidence(answer),
    )


@contextmanager
def reading(answer: Answer) -> Iterator[None]:
    """Turn a ValueError (a missing or senseless value) inside the block into UnexpectedOutput."""
    try:
        yield
    except ValueError as error:
        raise unexpected(answer, str(error)) from error


def shown(answer: Answer) -> str:
    """The command without its options, for sentences."""
    text = " ".join(("gluster", *answer.words[:6])).encode("utf-8", "replace").decode()
    return text if len(text) <= 80 else text[:79] + "…"


def evidence(answer: Answer) -> str:
    """Command, output and exit status, as the details of an error."""
    result = answer.result
    parts = [f"{answer.node}$ {answer.command}", _shortened(result.stdout), _shortened(result.stderr)]
    parts.append(_("exit status {status}").format(status=result.status))
    return "\n".join(part.rstrip() for part in parts if part.strip())


def _document(answer: Answer) -> Element:
    text = answer.result.stdout.strip().removeprefix("\ufeff")
    if not text:
        raise _empty(answer)
    if not text.startswith("<"):
        _ensure_no_question(answer)
        if answer.result.status:
            raise failed(answer)
        raise unexpected(answer, _("it is not XML"))
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise unexpected(answer, _("it declares entities"))
    try:
        return fromstring(text.encode("utf-8", "surrogateescape"))
    except (ParseError, ValueError, LookupError) as error:
        if answer.result.status:
            raise failed(answer, _("the answer is cut off")) from error
        raise unexpected(answer, _("the XML is cut off or damaged ({reason})").format(reason=error)) from error


def _ensure_accepted(answer: Answer, document: Element) -> None:
    own = document.findtext("opRet", "").strip()
    if not re.fullmatch(r"-?\d{1,9}", own):
        raise unexpected(answer, _("it has no opRet"))
    if int(own):
        errno = (document.findtext("opErrno") or "").strip()
        said = (document.findtext("opErrstr") or "").strip() or (document.findtext("output") or "").strip()
        raise failed(answer, said, int(errno) if re.fullmatch(r"-?\d{1,9}", errno) else 0)
    if answer.result.status:
        raise failed(answer, _("the command ended with exit status {status}").format(status=answer.result.status))
    for part in document.iter():
        inner = part.findtext("opRet", "0").strip()
        if part is not document and inner not in ("", "0"):
            raise failed(answer, (part.findtext("opErrstr") or "").strip() or _("a part of the command failed"))


def _ensure_no_question(answer: Answer) -> None:
    if QUESTION.search(answer.result.stdout):
        raise failed(
            answer,
            _("gluster asked a question that nobody answered, nothing was changed"),
            hint=_("Run it with --mode=script once the question has been read and accepted."),
        )


def _timed_out(answer: Answer) -> ServiceDown:
    if answer.changes:
        return ServiceDown(
            _at(answer, _("glusterd gave no answer in time; the change may or may not have been made")),
            hint=_("Read the state again before trying once more. A node that hangs or was unplugged blocks gluster."),
            details=evidence(answer),
        )
    return ServiceDown(
        _at(answer, _("glusterd does not answer")),
        hint=_("It hangs, or waits for a node that hangs or was unplugged. Look at that node first."),
        details=evidence(answer),
    )


def _empty(answer: Answer) -> NasError:
    if not_utf8(answer):
        return unexpected(answer, _("a path or file name in it is not UTF-8, so gluster printed nothing"))
    if answer.result.status:
        return failed(answer)
    return unexpected(answer, _("nothing was printed"))


def _first_line(answer: Answer) -> str:
    """What a person would read first: stderr without the usage, else stdout."""
    for text in (answer.result.stderr, answer.result.stdout):
        head = re.split(r"^\s*Usage:", text, maxsplit=1, flags=re.MULTILINE)[0]
        lines = [line.strip() for line in head.splitlines() if line.strip() and not line.lstrip().startswith("<")]
        if lines:
            joined = lines[0] + (" " + lines[1] if lines[0].endswith(":") and len(lines) > 1 else "")
            return joined[:400]
        if "Usage:" in text:
            return _("gluster does not know this form of the command")
    return ""


def _at(answer: Answer, text: str) -> str:
    return f"{answer.node}: {text}"


def _shortened(text: str) -> str:
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= SHOWN else text[:SHOWN] + "\n…"
