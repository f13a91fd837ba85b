"""The certificates that an etcd profile names, and the exact reason why a TLS connection is refused."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.profile import EtcdProfile
from nasclustergui.remote.etcd_endpoint import Endpoint

_LARGEST = 1 << 20  # bytes; a bundle of all public CAs is a fifth of that
_VERIFY_EXPIRED, _VERIFY_NOT_YET, _VERIFY_HOST, _VERIFY_ADDRESS = 10, 9, 62, 64  # X509_V_ERR_… of OpenSSL


@dataclass(frozen=True)
class TlsFiles:
    """PEM texts, None where the profile names none, and the same as OpenSSL's context."""

    ca: bytes | None
    cert: bytes | None
    key: bytes | None
    context: ssl.SSLContext
    ca_path: str = ""
    cert_path: str = ""


def load_tls(profile: EtcdProfile) -> TlsFiles:
    """Read and check the profile's files. Raises InvalidInput that names the file and what is wrong with it."""
    if bool(profile.cert) != bool(profile.key):
        raise InvalidInput(
            _("The etcd profile names a client certificate without a key, or a key without a certificate."),
            field="key" if profile.cert else "cert",
            hint=_("Name both files or none."),
        )
    ca = _pem(profile.ca, "ca", b"CERTIFICATE")
    cert = _pem(profile.cert, "cert", b"CERTIFICATE")
    key = _pem(profile.key, "key", b"PRIVATE KEY")
    if key is not None and b"ENCRYPTED" in key:
        raise _wrong(profile.key, "key", _("it is protected by a passphrase, which etcd's clients cannot use"))
    return TlsFiles(ca, cert, key, _context(profile, ca), profile.ca, profile.cert)


def _context(profile: EtcdProfile, ca: bytes | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_alpn_protocols(["h2"])
    try:
        if ca is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(cadata=ca.decode("ascii", "replace"))
    except ssl.SSLError as error:
        raise _wrong(profile.ca, "ca", _("its certificate cannot be read"), str(error)) from error
    if profile.cert:
        try:
            context.load_cert_chain(_path(profile.cert), _path(profile.key), password=lambda: "")
        except ssl.SSLError as error:
            if error.reason == "KEY_VALUES_MISMATCH":
                reason = _("it does not belong to the certificate {cert}").format(cert=profile.cert)
                raise _wrong(profile.key, "key", reason, str(error)) from error
            reason = _("it or the key {key} cannot be read").format(key=profile.key)
            raise _wrong(profile.cert, "cert", reason, str(error)) from error
    return context


def _path(text: str) -> Path:
    return Path(text).expanduser()


def _pem(text: str, field: str, kind: bytes) -> bytes | None:
    if not text:
        return None
    try:
        path = _path(text)
        if path.exists() and not path.is_file():
            raise _wrong(text, field, _("it is not a file"))
        with path.open("rb") as file:
            content = file.read(_LARGEST)
    except OSError as error:
        raise _wrong(text, field, error.strerror or str(error)) from error
    except (ValueError, RuntimeError) as error:  # a NUL in the name; ~nobody
        raise _wrong(text, field, str(error)) from error
    if b"-----BEGIN " not in content or kind + b"-----" not in content:
        wanted = _("private key") if field == "key" else _("certificate")
        raise _wrong(text, field, _("it holds no {wanted} in PEM form").format(wanted=wanted))
    return content


def _wrong(path: str, field: str, reason: str, details: str = "") -> InvalidInput:
    shown = path if path.isprintable() else path.encode("unicode_escape").decode("ascii")
    return InvalidInput(
        _("The file {path} of the etcd profile cannot be used: {reason}.").format(path=shown, reason=reason),
        field=field,
        hint=_("Correct the file's path in the cluster's profile, or replace the file."),
        details=details,
    )


def tls_fault(endpoint: Endpoint, tls: TlsFiles, timeout: float = 1.5) -> str:
    """Connect once, as OpenSSL, and say in one sentence what TLS does not like; "" if that is not the trouble.

    gRPC itself only says "Unwrap failed" or "Socket closed". Blocks up to `timeout` seconds for each stage.
    """
    try:
        with socket.create_connection((endpoint.host, endpoint.port), timeout) as plain:
            if not endpoint.tls:
                return _speaks_tls(endpoint, plain)
            with tls.context.wrap_socket(plain, server_hostname=endpoint.host) as secure:
                return _refused_by_server(endpoint, secure, tls)
    except ssl.SSLCertVerificationError as error:
        return _not_trusted(endpoint, tls, error)
    except ssl.SSLError as error:
        return _handshake(endpoint, tls, error)
    except OSError:
        return ""


def _speaks_tls(endpoint: Endpoint, plain: socket.socket) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # only to learn whether it is TLS; nothing is sent over it
    try:
        with context.wrap_socket(plain):
            pass
    except ssl.SSLError as error:
        if "ALERT" not in (error.reason or ""):
            return ""
    except OSError:
        return ""
    return _("{endpoint} speaks TLS: write it with https://.").format(endpoint=endpoint.url)


def _refused_by_server(endpoint: Endpoint, secure: ssl.SSLSocket, tls: TlsFiles) -> str:
    """With TLS 1.3 the server judges our certificate after the handshake: its verdict is the first thing to read."""
    try:
        secure.recv(1)
    except ssl.SSLError as error:
        return _handshake(endpoint, tls, error)
    except OSError:
        pass
    return ""


def _handshake(endpoint: Endpoint, tls: TlsFiles, error: ssl.SSLError) -> str:
    reason = error.reason or ""
    if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"):
        return _("{endpoint} does not speak TLS. If it is etcd, write it with http://.").format(endpoint=endpoint.url)
    if "ALERT" not in reason:
        return ""
    if tls.cert is None:
        return _("{endpoint} asks for a client certificate and the profile names none.").format(endpoint=endpoint.url)
    return _("{endpoint} refuses the client certificate {cert}.").format(endpoint=endpoint.url, cert=tls.cert_path)


def _not_trusted(endpoint: Endpoint, tls: TlsFiles, error: ssl.SSLCertVerificationError) -> str:
    code = error.verify_code
    if code == _VERIFY_EXPIRED:
        return _("The certificate of {endpoint} has expired.").format(endpoint=endpoint.url)
    if code == _VERIFY_NOT_YET:
        return _("The certificate of {endpoint} is not valid yet: one of the clocks is wrong.").format(
            endpoint=endpoint.url
        )
    if code in (_VERIFY_HOST, _VERIFY_ADDRESS):
        return _("The certificate of {endpoint} is made for another host name.").format(endpoint=endpoint.url)
    if tls.ca is None:
        return _(
            "The certificate of {endpoint} is not signed by a public CA, and the profile names no CA file."
        ).format(endpoint=endpoint.url)
    return _("The certificate of {endpoint} is not signed by the CA in {ca}.").format(
        endpoint=endpoint.url, ca=tls.ca_path
    )
