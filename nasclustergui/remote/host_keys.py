"""known_hosts files: strict, in OpenSSH's format (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT")."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from nasclustergui.core.errors import HostKeyChanged, HostKeyUnknown, InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.remote.paths import config_dir

SSH_PORT = 22
GLOBAL = Path("/etc/ssh/ssh_known_hosts")


def own_file() -> Path:
    """The file that the app adds accepted keys to."""
    return config_dir() / "known_hosts"


def host_token(host: str, port: int) -> str:
    """What known_hosts calls it: "10.0.0.1", or "[10.0.0.1]:2222" for another port than 22."""
    return host.lower() if port == SSH_PORT else f"[{host.lower()}]:{port}"


def fingerprint(key: bytes) -> str:
    """ "SHA256:…" of a public key, as `ssh-keygen -lf` prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


@dataclass(frozen=True)
class Entry:
    """One line of a file. `marker` is "", "@revoked" or "@cert-authority"; `patterns` as written."""

    file: Path
    line: int
    marker: str
    patterns: str
    key_type: str
    key: bytes

    def matches(self, token: str) -> bool:
        """True if it speaks of that host."""
        if self.patterns.startswith("|1|"):
            return _hash_matches(self.patterns, token)
        found = False
        for pattern in self.patterns.lower().split(","):
            if pattern.startswith("!") and _glob(token, pattern[1:]):
                return False
            found = found or _glob(token, pattern)
        return found


def _glob(token: str, pattern: str) -> bool:
    # fnmatch knows [sets], ssh doesn't: its brackets stand for themselves.
    return fnmatchcase(token, pattern.replace("[", "[[]"))


def _hash_matches(hashed: str, token: str) -> bool:
    try:
        salt, digest = (base64.b64decode(part) for part in hashed.split("|")[2:4])
    except (ValueError, binascii.Error):
        return False
    return hmac.compare_digest(hmac.new(salt, token.encode(), hashlib.sha1).digest(), digest)


def parse_known_hosts(file: Path, text: str) -> tuple[Entry, ...]:
    """All readable lines; comments and damaged lines are left out, as OpenSSH does."""
    entries = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        marker = words.pop(0) if words and words[0].startswith("@") else ""
        if len(words) < 3 or words[0].startswith("#"):
            continue
        try:
            key = base64.b64decode(words[2], validate=True)
        except (ValueError, binascii.Error):
            continue
        entries.append(Entry(file, number, marker, words[0], words[1], key))
    return tuple(entries)


class HostKeys:
    """The host keys that somebody accepted. Thread-safe; files are read again when they changed.

    Args:
        files: known_hosts files to read; missing ones count as empty.
        add_to: the file that accepted keys go to; read as well.
    """

    def __init__(self, files: Iterable[Path], add_to: Path) -> None:
        self.files = tuple(dict.fromkeys((*files, add_to)))
        self.add_to = add_to
        self._lock = threading.Lock()
        self._read: dict[Path, tuple[tuple[int, int], tuple[Entry, ...]]] = {}

    def entries(self) -> list[Entry]:
        """The lines of all files."""
        with self._lock:
            return [entry for file in self.files for entry in self._entries(file)]

    def _entries(self, file: Path) -> tuple[Entry, ...]:
        try:
            status = file.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if file in self._read and self._read[file][0] == stamp:
                return self._read[file][1]
            entries = parse_known_hosts(file, file.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            return ()
        self._read[file] = (stamp, entries)
        return entries

    def types(self, host: str, port: int) -> tuple[str, ...]:
        """The key types that are known of a host: ask it for one of these, another key would be a false alarm."""
        token = host_token(host, port)
        return tuple(dict.fromkeys(e.key_type for e in self.entries() if not e.marker and e.matches(token)))

    def check(self, node: str, host: str, port: int, key_type: str, key: bytes) -> None:
        """Return if that key of that host was accepted before.

        Raises HostKeyUnknown if there is none of the host, HostKeyChanged if there is another one or if
        the key was revoked. Certificate authorities aren't supported: their lines say nothing about a key.
        """
        entries, token = self.entries(), host_token(host, port)
        revoked = next((e for e in entries if e.marker == "@revoked" and e.key == key and e.matches(token)), None)
        if revoked is not None:
            raise _revoked(node, token, revoked)
        known = [e for e in entries if not e.marker and e.matches(token)]
        if any(e.key == key for e in known):
            return
        if known:
            same_type = [e for e in known if e.key_type == key_type]
            raise _changed(node, token, (same_type or known)[0], key_type, key)
        # As OpenSSH: the same key under the plain name, without the port, will do.
        if port != SSH_PORT and any(e.key == key and not e.marker and e.matches(host.lower()) for e in entries):
            return
        raise HostKeyUnknown(node, token, key_type, fingerprint(key), base64.b64encode(key).decode())

    def accept(self, error: HostKeyUnknown) -> None:
        """Store the key that a person compared and accepted."""
        line = f"{error.host} {error.key_type} {error.key_base64}\n"
        try:
            self.add_to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._lock, self.add_to.open("a+b") as file:
                os.chmod(self.add_to, 0o600)
                file.seek(0, os.SEEK_END)
                if file.tell() > 0:
                    file.seek(-1, os.SEEK_END)
                    line = line if file.read(1) == b"\n" else "\n" + line
                file.write(line.encode())
        except OSError as problem:
            raise InvalidInput(
                _("the host key can't be stored in {file}").format(file=self.add_to), details=str(problem)
            ) from problem


def _changed(node: str, token: str, entry: Entry, key_type: str, key: bytes) -> HostKeyChanged:
    return HostKeyChanged(
        node,
        _("the host key of {host} has changed, so there is no connection").format(host=token),
        hint=_(
            "Somebody may be listening in, or the machine was installed again. Compare the new fingerprint on the "
            "machine itself; if it is right, remove line {line} of {file} and connect again."
        ).format(line=entry.line, file=entry.file),
        details=_("stored: {type} {fingerprint} ({file}, line {line})").format(
            type=entry.key_type, fingerprint=fingerprint(entry.key), file=entry.file, line=entry.line
        )
        + "\n"
        + _("shown now: {type} {fingerprint}").format(type=key_type, fingerprint=fingerprint(key)),
        host=token,
        file=str(entry.file),
        line=entry.line,
        key_type=key_type,
        stored=fingerprint(entry.key),
        shown=fingerprint(key),
    )


def _revoked(node: str, token: str, entry: Entry) -> HostKeyChanged:
    return HostKeyChanged(
        node,
        _("the host key that {host} shows was revoked, so there is no connection").format(host=token),
        hint=_("Line {line} of {file} revokes it. Give the machine a new host key.").format(
            line=entry.line, file=entry.file
        ),
        details=f"{entry.key_type} {fingerprint(entry.key)}",
        key_type=entry.key_type,
        shown=fingerprint(entry.key),
    )
