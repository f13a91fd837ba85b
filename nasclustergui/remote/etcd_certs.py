"""How each endpoint of etcd is protected: encrypted or not, its certificate, and whether it asks clients for one."""

from __future__ import annotations

import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.profile import EtcdProfile
from nasclustergui.remote.certificates import Certificate, read_certificate
from nasclustergui.remote.etcd import EtcdClient
from nasclustergui.remote.etcd_endpoint import Endpoint
from nasclustergui.remote.etcd_tls import TlsFiles, load_tls, tls_fault

_SECONDS = 2.0  # for each stage of one endpoint
_ASK = b"GET /version HTTP/1.0\r\n\r\n"  # something to answer: TLS 1.3 refuses a client only after the handshake


@dataclass(frozen=True)
class EndpointTls:
    """What an endpoint shows.

    Attributes:
        url: the endpoint. encrypted: it speaks TLS; None if nobody answers there.
        demands: it lets nobody in without a client certificate; None if that could not be told.
        certificate: the one it shows, None if it shows none.
        fault: what this program has against it, or it against this program, a sentence; "" if nothing.
    """

    url: str
    encrypted: bool | None = None
    demands: bool | None = None
    certificate: Certificate | None = None
    fault: str = ""


@dataclass(frozen=True)
class OwnFile:
    """A certificate that the profile names. `kind`: "ca" or "cert". `fault`: why it can't be read."""

    kind: str
    path: str
    certificate: Certificate | None = None
    fault: str = ""


def own_files(profile: EtcdProfile) -> tuple[OwnFile, ...]:
    """The profile's CA and client certificate, those it names."""
    return tuple(_own(kind, path) for kind, path in (("cert", profile.cert), ("ca", profile.ca)) if path)


def common_name(profile: EtcdProfile) -> str:
    """The user that the profile's client certificate names, "" without one."""
    return next((f.certificate.subject for f in own_files(profile) if f.kind == "cert" and f.certificate), "")


def endpoint_states(client: EtcdClient, timeout: float = _SECONDS) -> tuple[EndpointTls, ...]:
    """All of the profile's endpoints, asked at once. Blocks up to four times `timeout`. Raises InvalidInput."""
    tls = load_tls(client.profile)
    endpoints = client.endpoints
    with ThreadPoolExecutor(len(endpoints), "etcd-certs") as pool:
        return tuple(pool.map(lambda endpoint: endpoint_state(endpoint, tls, timeout), endpoints))


def endpoint_state(endpoint: Endpoint, tls: TlsFiles, timeout: float = _SECONDS) -> EndpointTls:
    """One endpoint. Blocks."""
    fault = tls_fault(endpoint, tls, timeout)
    try:
        if not endpoint.tls:
            with socket.create_connection((endpoint.host, endpoint.port), timeout):
                return EndpointTls(endpoint.url, bool(fault), fault=fault)
        shown = _shown(endpoint, timeout)
    except ssl.SSLError:
        return EndpointTls(endpoint.url, fault=fault)
    except OSError as error:
        return EndpointTls(endpoint.url, fault=fault or error.strerror or str(error))
    return EndpointTls(endpoint.url, True, _demands(endpoint, timeout), shown, fault)


def _shown(endpoint: Endpoint, timeout: float) -> Certificate | None:
    """The server's certificate comes before any verdict on the client, so none of ours is needed to see it."""
    with _plain(endpoint, timeout) as plain:
        connection = _unverified().wrap_socket(plain, server_hostname=endpoint.host)
        with connection:
            der = connection.getpeercert(binary_form=True)
    return read_certificate(ssl.DER_cert_to_PEM_cert(der).encode("ascii")) if der else None


def _demands(endpoint: Endpoint, timeout: float) -> bool | None:
    try:
        with _plain(endpoint, timeout) as plain, _unverified().wrap_socket(plain) as secure:
            secure.sendall(_ASK)
            return not secure.recv(1)
    except ssl.SSLError:
        return True
    except ConnectionError:
        return True
    except OSError:
        return None


def _plain(endpoint: Endpoint, timeout: float) -> socket.socket:
    return socket.create_connection((endpoint.host, endpoint.port), timeout)


def _unverified() -> ssl.SSLContext:
    """Only to look: nothing of worth is sent, and `tls_fault` says whether the certificate can be trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _own(kind: str, path: str) -> OwnFile:
    try:
        return OwnFile(kind, path, read_certificate(Path(path).expanduser().read_bytes()))
    except InvalidInput as error:
        return OwnFile(kind, path, fault=str(error))
    except OSError as error:
        return OwnFile(kind, path, fault=error.strerror or str(error))


__all__ = ["EndpointTls", "OwnFile", "common_name", "endpoint_state", "endpoint_states", "own_files"]
