"""Where a new member's certificates come from, and whether they will do."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from nasclustergui.cluster.lifecycle.roles.model import Files, Finding, Upload
from nasclustergui.cluster.lifecycle.roles.settings import Pair, Settings, authorities, authority_of
from nasclustergui.core.command import Secret
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.units import duration

if TYPE_CHECKING:  # reading certificates takes a library that the window needs for nothing else: loaded when used
    from nasclustergui.remote.certificates import Certificate

FIELD = "certificates"
YEAR = 365.25 * 86400
_SOON = 30 * 86400.0  # seconds: a certificate that ends sooner is worth a word
_LARGEST = 1 << 20


class Source(StrEnum):
    """Where certificates come from."""

    THERE = "there"  # they lie on the node already
    FILES = "files"  # on this workstation
    ISSUE = "issue"  # the program issues them with the CA's key, which is on this workstation


@dataclass(frozen=True)
class Choice:
    """What the administrator chose. Paths are of this workstation.

    Attributes:
        certificate, key: for FILES; peer_certificate, peer_key: where members use others among themselves.
        ca, ca_key: for ISSUE. passphrase: of the CA's key, if it has one.
    """

    source: Source = Source.THERE
    certificate: str = ""
    key: str = ""
    peer_certificate: str = ""
    peer_key: str = ""
    ca: str = ""
    ca_key: str = ""
    passphrase: Secret | None = None


@dataclass(frozen=True)
class Ground:
    """What certificates are judged and made by.

    Attributes:
        node, host: the new member's name and where it will listen. pairs, settings: of the new member.
        here: files as they are on the node. there: as they are on a member, whose example is followed.
        example_paths: path on the new member → the path of the same file on that member.
    """

    node: str
    host: str
    pairs: Sequence[Pair]
    settings: Settings
    here: Files
    there: Files
    example_paths: Mapping[str, str]

    def authority(self, pair: Pair) -> bytes:
        """The CA that members trust for such a pair."""
        path = authority_of(self.settings, pair.use)
        return self.there.texts.get(self.example_paths.get(path, path), b"")


def provide(choice: Choice, ground: Ground) -> tuple[tuple[Upload, ...], tuple[Finding, ...]]:
    """Files to lay on the node, and what is to be said about the certificates. Reads files of this workstation."""
    uploads = list(_missing_authorities(ground))
    findings: list[Finding] = []
    for pair in ground.pairs:
        try:
            certificate, key, made = _pair(choice, pair, ground)
        except InvalidInput as error:
            findings.append(Finding(Severity.CRITICAL, str(error), error.hint, error.field or FIELD))
            continue
        findings += judge(pair, certificate, key, ground, time.time(), issued=choice.source is Source.ISSUE)
        uploads += made
    return tuple(uploads), tuple(findings)


def to_open(here: Files, uploads: Sequence[str], user: str) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """What must be opened to etcd's group so that it can read its files, and what can't be opened."""
    wanted = {path for path in here.unreadable if path not in uploads}
    above = {folder for path in (*wanted, *uploads) for folder in map(str, PurePosixPath(path).parents)}
    closed = sorted(p for p in wanted | above if p in here.owners and not here.owners[p].open_to(user))
    mine = tuple(path for path in closed if here.owners[path].group in ("root", user))
    more = _("Add etcd's user to that group, or copy the files elsewhere.")
    text = _("etcd cannot get at {path}, which belongs to the group {group}.")
    others = [path for path in closed if path not in mine]
    said = [text.format(path=path, group=here.owners[path].group) for path in others]
    return mine, tuple(Finding(Severity.CRITICAL, line, more, FIELD) for line in said)


def _missing_authorities(ground: Ground) -> Iterator[Upload]:
    for path in authorities(ground.settings):
        wanted = ground.there.texts.get(ground.example_paths.get(path, path), b"")
        if wanted and ground.here.texts.get(path) != wanted:
            yield Upload(path, wanted, False, _("Lay the CA's certificate at {path}").format(path=path))


def _pair(choice: Choice, pair: Pair, ground: Ground) -> tuple[bytes, bytes, tuple[Upload, ...]]:
    """Certificate, the key's public half or the key, and what must be uploaded. Raises InvalidInput."""
    if choice.source is Source.THERE:
        return (*_there(pair, ground), ())
    if choice.source is Source.FILES:
        certificate, key = _given(choice, pair)
    else:
        certificate, key = _issued(choice, pair, ground)
    uploads = (
        Upload(pair.certificate, certificate, False, _("Lay the certificate at {path}").format(path=pair.certificate)),
        Upload(pair.key, key, True, _("Lay its key at {path}, for etcd only").format(path=pair.key)),
    )
    return certificate, key, uploads


def _there(pair: Pair, ground: Ground) -> tuple[bytes, bytes]:
    for path, found in ((pair.certificate, ground.here.texts), (pair.key, ground.here.keys)):
        if path not in found:
            raise InvalidInput(
                _("{node} has no file {path}.").format(node=ground.node, path=path),
                field=FIELD,
                hint=_("Name certificate and key on this workstation, or the CA's key to issue them."),
            )
    return ground.here.texts[pair.certificate], ground.here.keys[pair.key]


def _given(choice: Choice, pair: Pair) -> tuple[bytes, bytes]:
    other = pair.use == "peer" and choice.peer_certificate
    certificate, key = (choice.peer_certificate, choice.peer_key) if other else (choice.certificate, choice.key)
    return read_file(certificate, "cert", _("The certificate")), read_file(key, "key", _("The key"))


def _issued(choice: Choice, pair: Pair, ground: Ground) -> tuple[bytes, bytes]:
    from nasclustergui.remote.certificates import is_signed_by, issue, read_certificate

    ca = read_file(choice.ca, "ca", _("The CA's certificate"))
    ca_key = read_file(choice.ca_key, "ca_key", _("The CA's key"))
    trusted = ground.authority(pair)
    if trusted and not is_signed_by(ca, trusted):
        raise InvalidInput(
            _("{file} is not the CA that the members trust.").format(file=choice.ca),
            field="ca",
            hint=_("They trust “{name}”.").format(name=read_certificate(trusted).subject),
        )
    example = ground.there.texts.get(ground.example_paths.get(pair.certificate, pair.certificate), b"")
    seconds, usages = _like(read_certificate(example)) if example else (YEAR, ("serverAuth", "clientAuth"))
    hosts = (ground.host, "127.0.0.1", ground.node, "localhost")
    made = issue(ca, ca_key, ground.node, hosts, seconds=seconds, usages=usages, passphrase=choice.passphrase)
    return made.certificate, made.key


def _like(example: Certificate) -> tuple[float, tuple[str, ...]]:
    """How long and for what: as the certificate of a member."""
    return example.ends - example.begins, example.usages or ("serverAuth", "clientAuth")


def day(at: float) -> str:
    """A date for people, local time."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def read_file(path: str, field: str, what: str) -> bytes:
    """A small file of this workstation. Raises InvalidInput that names the field."""
    if not path:
        raise InvalidInput(_("{what} is missing.").format(what=what), field=field)
    try:
        with Path(path).expanduser().open("rb") as file:
            return file.read(_LARGEST)
    except OSError as error:
        said = error.strerror or str(error)
        raise InvalidInput(_("{path} cannot be read: {reason}.").format(path=path, reason=said), field=field) from error


def judge(
    pair: Pair, certificate: bytes, key: bytes, ground: Ground, now: float, *, issued: bool = False
) -> Iterator[Finding]:
    """What is wrong with a certificate for that use; if nothing, that it is good. `key`: it, or its public half."""
    from nasclustergui.remote.certificates import public_key, read_certificate

    try:
        found = read_certificate(certificate)
        own = public_key(key) if key else None
    except InvalidInput as error:
        yield Finding(Severity.CRITICAL, f"{pair.certificate}: {error}", error.hint, FIELD)
        return
    faults = list(_faults(pair, found, own, ground, now))
    yield from (Finding(Severity.CRITICAL, text, more, FIELD) for text, more in faults)
    if own is None:
        text = _("Whether the key belongs to the certificate could not be checked on {node}.").format(node=ground.node)
        yield Finding(Severity.WARN, text, _("openssl is not installed there, or cannot read the key."), FIELD)
    if faults:
        return
    left = found.ends - now
    if left < _SOON:
        text = _("The certificate is valid for {time} only.").format(time=duration(left))
        yield Finding(Severity.WARN, text, _("Until {time}.").format(time=day(found.ends)), FIELD)
        return
    good = (
        _("A certificate for {host} is issued here, with the CA's key") if issued else _("Certificate for {host} fits")
    )
    more = _("Signed by {issuer}, valid until {time}.").format(issuer=found.issuer, time=day(found.ends))
    yield Finding(Severity.OK, good.format(host=ground.host), more, FIELD)


def _faults(pair: Pair, found: Certificate, own: bytes | None, ground: Ground, now: float) -> Iterator[tuple[str, str]]:
    from nasclustergui.remote.certificates import covers, is_signed_by, read_certificate

    path = pair.certificate
    trusted = ground.authority(pair)
    if trusted and not is_signed_by(found.pem, trusted):
        more = _("It is signed by “{issuer}”, the members trust “{name}”.")
        yield (
            _("The certificate for {path} is not signed by the CA that the members trust.").format(path=path),
            more.format(issuer=found.issuer, name=read_certificate(trusted).subject),
        )
    if found.ends <= now:
        text = _("The certificate for {path} has expired.").format(path=path)
        yield text, _("It was valid until {time}.").format(time=day(found.ends))
    if found.begins > now + 1:
        text = _("The certificate for {path} is not valid yet.").format(path=path)
        yield text, _("It is valid from {time} on.").format(time=day(found.begins))
    if not covers(found, ground.host):
        names = ", ".join(found.names) or _("no name at all")
        yield (
            _("The certificate for {path} is not made for {host}.").format(path=path, host=ground.host),
            _("It is made for {names}.").format(names=names),
        )
    needed = ("serverAuth",) if pair.use == "server" else ("serverAuth", "clientAuth")
    if found.usages and not set(needed) <= set(found.usages):
        yield (
            _("The certificate for {path} may not be used as members use it.").format(path=path),
            _("It needs {needed} and has {given}.").format(needed=", ".join(needed), given=", ".join(found.usages)),
        )
    if own is not None and own != found.public_key:
        yield _("The key for {path} does not belong to its certificate.").format(path=pair.key), ""
