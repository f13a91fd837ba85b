"""X.509 certificates of a service's nodes: what they say, what is wrong with them, and issuing new ones.

Everything here is computation on PEM texts; nothing is read from or written to a node. A CA's key is used where it is
and goes nowhere.
"""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from nasclustergui.core.command import Secret
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _

SigningKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey

_BACKDATED = datetime.timedelta(minutes=5)  # the nodes' clocks may be behind ours
_USAGES = {ExtendedKeyUsageOID.SERVER_AUTH: "serverAuth", ExtendedKeyUsageOID.CLIENT_AUTH: "clientAuth"}
_USAGE_IDS = {word: oid for oid, word in _USAGES.items()}


@dataclass(frozen=True)
class Certificate:
    """The first certificate of a PEM text.

    Attributes:
        subject: its common name. issuer: that of who signed it.
        begins, ends: Unix time between which it is valid.
        names: DNS names and addresses it is made for. usages: "serverAuth", "clientAuth"; () where it names none.
        public_key: DER, to compare it with a key's.
        pem: of all certificates of the text: the first one's issuers may follow.
    """

    subject: str
    issuer: str
    begins: float
    ends: float
    names: tuple[str, ...]
    usages: tuple[str, ...]
    public_key: bytes
    pem: bytes


@dataclass(frozen=True)
class Issued:
    """A new certificate and its key, both PEM."""

    certificate: bytes
    key: bytes = field(repr=False)


def read_certificate(pem: bytes) -> Certificate:
    """The first certificate in the text. Raises InvalidInput if there is none."""
    first = _load(pem)[0]
    return Certificate(
        _common_name(first.subject),
        _common_name(first.issuer),
        first.not_valid_before_utc.timestamp(),
        first.not_valid_after_utc.timestamp(),
        _names(first),
        _usages(first),
        _spki(first.public_key()),
        pem,
    )


def is_signed_by(pem: bytes, authorities: bytes) -> bool:
    """True if the first certificate leads, over those that follow it, to one of the authorities. Dates don't count."""
    chain, roots = _load(pem), _load(authorities)
    current, left = chain[0], list(chain[1:])
    while True:
        if any(_issued(current, root) for root in roots):
            return True
        above = next((other for other in left if _issued(current, other)), None)
        if above is None:
            return False
        left.remove(above)
        current = above


def covers(certificate: Certificate, host: str) -> bool:
    """True if it is made for that address or DNS name; "*.example.org" covers one label."""
    wanted = host.lower().rstrip(".")
    names = [name.lower() for name in certificate.names]
    wild = f"*.{wanted.partition('.')[2]}" if "." in wanted and not _is_address(wanted) else ""
    return _plain(wanted) in map(_plain, names) or (bool(wild) and wild in names)


def public_key(pem: bytes, passphrase: Secret | None = None) -> bytes:
    """The public half, DER, of a private key, or of a public one as `openssl pkey -pubout` prints it."""
    if b"PUBLIC KEY" in pem:
        try:
            return _spki(serialization.load_pem_public_key(pem))
        except (ValueError, UnsupportedAlgorithm) as error:
            raise _unreadable(_("This is not a public key."), error) from error
    return _spki(_private(pem, passphrase).public_key())


def is_locked(pem: bytes) -> bool:
    """True for a private key that a passphrase protects."""
    return b"ENCRYPTED" in pem


def issue(
    authority: bytes,
    authority_key: bytes,
    common_name: str,
    hosts: Sequence[str],
    *,
    seconds: float,
    usages: Iterable[str] = ("serverAuth", "clientAuth"),
    passphrase: Secret | None = None,
) -> Issued:
    """A new elliptic key (P-256) and a certificate for it, for `hosts` (addresses and DNS names).

    Valid from five minutes ago for `seconds`, never longer than the authority's own. Raises InvalidInput if the
    authority's key does not fit, is locked, or the authority may not sign.
    """
    root, signer = _load(authority)[0], _private(authority_key, passphrase)
    if _spki(root.public_key()) != _spki(signer.public_key()):
        raise InvalidInput(_("The CA's key does not belong to the CA's certificate."), field="ca_key")
    _check_may_sign(root)
    now = datetime.datetime.now(datetime.UTC)
    end = min(now + datetime.timedelta(seconds=seconds), root.not_valid_after_utc)
    if end <= now:
        raise InvalidInput(_("The CA's certificate has expired: nothing can be signed with it."), field="ca")
    own = ec.generate_private_key(ec.SECP256R1())
    wanted = (
        _unsigned(common_name, hosts, usages)
        .issuer_name(root.subject)
        .public_key(own.public_key())
        .not_valid_before(max(now - _BACKDATED, root.not_valid_before_utc))
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(_signer_public(signer)), False)
    )
    modern = isinstance(signer, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey)
    made = wanted.sign(signer, None if modern else hashes.SHA256())
    key = own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Issued(made.public_bytes(serialization.Encoding.PEM), key)


def _unsigned(common_name: str, hosts: Sequence[str], usages: Iterable[str]) -> x509.CertificateBuilder:
    """What the certificate is for: whom, and for what."""
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]))
        .serial_number(x509.random_serial_number())
        .add_extension(x509.SubjectAlternativeName([_general_name(host) for host in dict.fromkeys(hosts)]), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(_key_usage(), True)
        .add_extension(x509.ExtendedKeyUsage([_USAGE_IDS[usage] for usage in usages]), False)
    )


def _load(pem: bytes) -> list[x509.Certificate]:
    try:
        found = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise _unreadable(_("This is not a certificate in PEM format."), error) from error
    if not found:
        raise InvalidInput(_("This is not a certificate in PEM format."))
    return found


def _private(pem: bytes, passphrase: Secret | None) -> SigningKey:
    if is_locked(pem) and not passphrase:
        raise InvalidInput(_("The key is protected by a passphrase."), field="passphrase")
    secret = passphrase.reveal().encode() if passphrase and is_locked(pem) else None
    try:
        key = serialization.load_pem_private_key(pem, secret)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        if secret is not None:
            raise _unreadable(_("The passphrase does not open the key."), error, "passphrase") from error
        raise _unreadable(_("This is not a private key in PEM format."), error) from error
    if not isinstance(key, SigningKey):
        raise InvalidInput(_("Keys of this kind cannot sign certificates."))
    return key


def _unreadable(message: str, error: Exception, field: str = "") -> InvalidInput:
    return InvalidInput(message, field=field, details=type(error).__name__)  # the text of a key must not get into it


def _spki(key: object) -> bytes:
    assert hasattr(key, "public_bytes")
    der: bytes = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return der


def _signer_public(key: SigningKey) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey:
    return key.public_key()  # type: ignore[return-value]  # Ed448 is one of them too


def _issued(child: x509.Certificate, parent: x509.Certificate) -> bool:
    try:
        child.verify_directly_issued_by(parent)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _check_may_sign(root: x509.Certificate) -> None:
    try:
        may = root.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        may = False
    if not may:
        raise InvalidInput(_("This certificate is no authority: it may not sign others."), field="ca")


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = [str(address) for address in found.get_values_for_type(x509.IPAddress)]
    return (*found.get_values_for_type(x509.DNSName), *addresses)


def _usages(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(_USAGES[oid] for oid in found if oid in _USAGES)


def _key_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(host: str) -> x509.GeneralName:
    return x509.IPAddress(ipaddress.ip_address(host)) if _is_address(host) else x509.DNSName(host)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _plain(name: str) -> str:
    """An address in the one way to write it."""
    return str(ipaddress.ip_address(name)) if _is_address(name) else name
