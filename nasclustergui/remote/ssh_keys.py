"""Private keys for a login: from files, with a passphrase where needed, and from the SSH agent."""

from __future__ import annotations

import base64
import io
import os
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_ssh_private_key,
)

from nasclustergui.core.command import Secret
from nasclustergui.core.i18n import _
from nasclustergui.remote.credentials import Answers


class KeyProblem(Exception):
    """Why a key can't be used: a sentence. `secret` is true if a passphrase was wrong."""

    def __init__(self, sentence: str, hint: str = "", secret: bool = False) -> None:
        super().__init__(sentence)
        self.hint, self.secret = hint, secret


class KeyFiles:
    """Reads every key file once, and again when it changed. Thread-safe."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._lock = threading.Lock()
        self._loaded: dict[Path, tuple[tuple[int, int], paramiko.PKey]] = {}

    def load(self, path: Path) -> paramiko.PKey:
        """The key, with its certificate if there is one beside it. Raises KeyProblem."""
        with self._lock:
            stamp = _check_file(path)
            if path in self._loaded and self._loaded[path][0] == stamp:
                return self._loaded[path][1]
            key = self._open(path)
            self._loaded[path] = (stamp, key)
            return key

    def _open(self, path: Path) -> paramiko.PKey:
        try:
            return _parse(path, None)
        except paramiko.PasswordRequiredException:
            pass
        passphrase = self._answers.passphrase(str(path))
        if not passphrase:
            raise KeyProblem(
                _("the key file {file} needs its passphrase").format(file=path),
                _("Enter the passphrase, or add the key to the SSH agent with ssh-add."),
            )
        try:
            return _parse(path, passphrase)
        except (KeyProblem, paramiko.PasswordRequiredException) as error:
            self._answers.wrong("passphrase", str(path))
            raise KeyProblem(
                _("the passphrase of the key file {file} is wrong").format(file=path),
                _("Connect again to enter it anew."),
                secret=True,
            ) from error


def _check_file(path: Path) -> tuple[int, int]:
    """Its time and size, after a look at what OpenSSH would refuse."""
    try:
        status = path.stat()
        with path.open("rb"):
            pass
    except FileNotFoundError:
        raise KeyProblem(
            _("the key file {file} does not exist").format(file=path), _("Name another key file in the profile.")
        ) from None
    except OSError as error:
        raise KeyProblem(
            _("the key file {file} can't be read ({reason})").format(file=path, reason=error.strerror or error),
            _("Check its permissions."),
        ) from error
    if sys.platform != "win32" and status.st_uid == os.getuid() and stat.S_IMODE(status.st_mode) & 0o077:
        raise KeyProblem(
            _("the key file {file} can be read by other users, so it is not used").format(file=path),
            _("Run: chmod 600 {file}").format(file=path),
        )
    return status.st_mtime_ns, status.st_size


def _parse(path: Path, passphrase: Secret | None) -> paramiko.PKey:
    """Raises KeyProblem, or PasswordRequiredException if it is encrypted and there is no passphrase."""
    data = path.read_bytes()
    if not data.lstrip().startswith(b"-----BEGIN"):
        raise KeyProblem(*_not_private(path, data.lstrip()))
    load = load_ssh_private_key if b"OPENSSH PRIVATE KEY" in data else load_pem_private_key
    try:
        private: Any = load(data, None if passphrase is None else passphrase.reveal().encode())
        # Paramiko reads only some formats itself, and an encrypted key twice: hand it its favourite, in memory.
        text = private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
        key = _paramiko_class(private).from_private_key(io.StringIO(text))
        certificate = path.with_name(path.name + "-cert.pub")
        if certificate.exists():
            key.load_certificate(str(certificate))
        return key
    except TypeError as error:  # cryptography's way to say that it is encrypted
        if passphrase is None:
            raise paramiko.PasswordRequiredException(str(error)) from error
        raise _unusable(path) from error
    except (ValueError, OSError, UnsupportedAlgorithm, paramiko.SSHException) as error:
        raise _unusable(path) from error


def _paramiko_class(private: Any) -> type[paramiko.PKey]:
    if isinstance(private, Ed25519PrivateKey):
        return paramiko.Ed25519Key
    if isinstance(private, EllipticCurvePrivateKey):
        return paramiko.ECDSAKey
    if isinstance(private, RSAPrivateKey):
        return paramiko.RSAKey
    raise ValueError(type(private).__name__)


def _unusable(path: Path) -> KeyProblem:
    return KeyProblem(
        _("the key file {file} is damaged or of a kind that is not supported").format(file=path),
        _("Name another key file in the profile."),
    )


def _not_private(path: Path, head: bytes) -> tuple[str, str]:
    if head.startswith((b"ssh-", b"ecdsa-", b"sk-")):
        return (
            _("{file} is a public key").format(file=path),
            _("Name the private key, usually the file without “.pub”."),
        )
    if head.startswith(b"PuTTY-User-Key-File"):
        return (
            _("the key file {file} is in PuTTY's format").format(file=path),
            _("Convert it: puttygen {file} -O private-openssh -o NEW").format(file=path),
        )
    return _("the file {file} is not a private key").format(file=path), _("Name another key file in the profile.")


def public_part(path: Path) -> bytes:
    """The public key beside a private key file, b"" if there is none: to find it among the agent's."""
    try:
        words = path.with_name(path.name + ".pub").read_text(encoding="utf-8", errors="replace").split()
        return base64.b64decode(words[1])
    except (OSError, IndexError, ValueError):
        return b""


@contextmanager
def agent_keys() -> Iterator[tuple[paramiko.AgentKey, ...]]:
    """The keys of the SSH agent, none if there is no agent or it doesn't answer properly."""
    agent = None
    try:
        if sys.platform != "win32" and not Path(os.environ.get("SSH_AUTH_SOCK", "")).is_socket():
            raise FileNotFoundError
        agent = paramiko.Agent()
        keys = agent.get_keys()
    except (paramiko.SSHException, OSError):
        keys = ()
    try:
        yield keys
    finally:
        if agent is not None:
            agent.close()
