"""etcd's settings as a member has them, and those of a new member made after that example.

etcd takes each option as a flag (`--client-cert-auth`) or as a variable (`ETCD_CLIENT_CERT_AUTH`); flags win
(etcd's op-guide, "Configuration flags"). Debian's unit reads the variables from /etc/default/etcd.
"""

from __future__ import annotations

import ipaddress
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

DEFAULT_FILE = "/etc/default/etcd"
DATA_DIR = "/var/lib/etcd/default"  # of Debian's unit
Settings = Mapping[str, str]

_URLS = ("LISTEN_PEER_URLS", "LISTEN_CLIENT_URLS", "ADVERTISE_CLIENT_URLS", "INITIAL_ADVERTISE_PEER_URLS")
_METRICS = "LISTEN_METRICS_URLS"
_NOT_COPIED = re.compile(r"ETCD_(NAME|FORCE_NEW_CLUSTER|DISCOVERY\w*|INITIAL_CLUSTER|INITIAL_CLUSTER_STATE)")
_VARIABLE = re.compile(r"(?:export\s+)?([A-Za-z_]\w*)=(.*)")
_PLAIN = re.compile(r"[\w@%+=:,./\[\]-]*")
_ANYWHERE = ("127.0.0.1", "localhost", "0.0.0.0", "::", "::1")


@dataclass(frozen=True)
class Pair:
    """A certificate and its key on a node. `use`: "server", "peer" or "both", where one pair serves both."""

    use: str
    certificate: str
    key: str


def effective(words: Sequence[str], environment: Iterable[str]) -> dict[str, str]:
    """The settings of a running etcd: its command line's words and its environment ("NAME=value")."""
    found = dict(line.split("=", 1) for line in environment if line.startswith("ETCD_") and "=" in line)
    rest = list(words[1:])
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            continue
        flag, equals, value = word.lstrip("-").partition("=")
        if not equals:
            value = rest.pop(0) if rest and not rest[0].startswith("-") else "true"
        found["ETCD_" + flag.upper().replace("-", "_")] = value
    return found


def parse_file(text: str) -> dict[str, str]:
    """The ETCD_ variables of a file in the form of systemd's EnvironmentFile; what isn't one is left out."""
    found = {}
    for line in text.splitlines():
        match = _VARIABLE.fullmatch(line.strip())
        if match is None or not match[1].startswith("ETCD_"):
            continue
        try:
            words = shlex.split(match[2])
        except ValueError:  # a quote without end
            words = [match[2]]
        found[match[1]] = " ".join(words)
    return found


def lines(settings: Settings) -> tuple[str, ...]:
    """The settings as lines of an EnvironmentFile, each to be written as it is."""
    return tuple(f"{name}={_quoted(value)}" for name, value in settings.items())


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def hosts_of(urls: str) -> tuple[str, ...]:
    """The hosts of a list of URLs, without those that mean "here" or "anywhere"."""
    found = (urlsplit(url.strip()).hostname or "" for url in urls.split(","))
    return tuple(host for host in dict.fromkeys(found) if host and host not in _ANYWHERE)


def port_of(settings: Settings, name: str, usual: int) -> int:
    """The port of the first URL of a setting ("LISTEN_PEER_URLS")."""
    first = settings.get(f"ETCD_{name}", "").split(",")[0].strip()
    try:
        return urlsplit(first).port or usual
    except ValueError:
        return usual


def derived(example: Settings, name: str, host: str, initial_cluster: Sequence[str]) -> dict[str, str]:
    """The settings of a new member `name` that listens at `host`, after those of a member.

    `initial_cluster`: "node1=https://10.0.0.1:2380" of each member, the new one included.
    """
    was, own = example.get("ETCD_NAME", ""), _own_hosts(example)
    made = {"ETCD_NAME": name}
    for key, value in example.items():
        if _NOT_COPIED.fullmatch(key) or not key.startswith("ETCD_"):
            continue
        if key.removeprefix("ETCD_") in (*_URLS, _METRICS):
            made[key] = _moved(value, own, host)
        else:
            made[key] = _renamed(value, {was: name, **dict.fromkeys(own, host)}) if "/" in value else value
    for url in _URLS:
        made.setdefault(f"ETCD_{url}", _usual_url(example, url, host))
    made.setdefault("ETCD_DATA_DIR", DATA_DIR)
    made["ETCD_INITIAL_CLUSTER"] = ",".join(initial_cluster)
    made["ETCD_INITIAL_CLUSTER_STATE"] = "existing"
    return made


def _own_hosts(settings: Settings) -> tuple[str, ...]:
    urls = (settings.get(f"ETCD_{name}", "") for name in ("ADVERTISE_CLIENT_URLS", "INITIAL_ADVERTISE_PEER_URLS"))
    return tuple(dict.fromkeys(host for text in urls for host in hosts_of(text)))


def _moved(urls: str, own: Sequence[str], host: str) -> str:
    return ",".join(_with_host(url.strip(), host) if hosts_of(url) else url.strip() for url in urls.split(","))


def _with_host(url: str, host: str) -> str:
    parts = urlsplit(url)
    shown = f"[{host}]" if ":" in host else host
    return parts._replace(netloc=shown + (f":{parts.port}" if parts.port else "")).geturl()


def _usual_url(example: Settings, name: str, host: str) -> str:
    peer = "PEER" in name
    scheme = "https" if example.get("ETCD_PEER_CERT_FILE" if peer else "ETCD_CERT_FILE") else "http"
    return _with_host(f"{scheme}://here:{2380 if peer else 2379}", host)


def _renamed(path: str, names: Mapping[str, str]) -> str:
    """A path in which the member's own name or address stands, with the new member's."""
    for old in filter(None, names):
        path = re.sub(rf"(?<![A-Za-z0-9]){re.escape(old)}(?![A-Za-z0-9])", names[old].replace("\\", r"\\"), path)
    return path


def host_for(example_host: str, example_name: str, name: str, addresses: Sequence[str], known_as: str) -> str:
    """Where a new member listens: in the network of the others, "" if nobody can tell.

    `example_host`: what a member advertises. `addresses`: the node's own, "10.0.0.4/24". `known_as`: its host in the
    profile. Where members go by DNS names, the new one's is made the same way.
    """
    try:
        wanted = ipaddress.ip_address(example_host)
    except ValueError:
        label, _dot, domain = example_host.partition(".")
        return f"{name}.{domain}" if domain and label == example_name else name if label == example_name else known_as
    networks = [ipaddress.ip_interface(text) for text in addresses]
    near = [str(own.ip) for own in networks if wanted in own.network]
    own = [str(each.ip) for each in networks]
    if known_as in near:
        return known_as
    return near[0] if near else known_as if known_as in own else ""


def pairs(settings: Settings) -> tuple[Pair, ...]:
    """Certificates and keys that the settings name; () without TLS."""
    found = {}
    for use, prefix in (("server", "ETCD_"), ("peer", "ETCD_PEER_")):
        certificate, key = settings.get(f"{prefix}CERT_FILE", ""), settings.get(f"{prefix}KEY_FILE", "")
        if certificate and key:
            found[use] = Pair(use, certificate, key)
    server, peer = found.get("server"), found.get("peer")
    if server and peer and (server.certificate, server.key) == (peer.certificate, peer.key):
        return (Pair("both", server.certificate, server.key),)
    return tuple(found.values())


def authorities(settings: Settings) -> tuple[str, ...]:
    """Files of the CAs that members trust, each once."""
    names = ("ETCD_TRUSTED_CA_FILE", "ETCD_PEER_TRUSTED_CA_FILE")
    return tuple(dict.fromkeys(settings[name] for name in names if settings.get(name)))


def authority_of(settings: Settings, use: str) -> str:
    """The CA file that the other side of a pair of that use trusts."""
    order = ("ETCD_PEER_TRUSTED_CA_FILE", "ETCD_TRUSTED_CA_FILE")
    wanted = order if use == "peer" else order[::-1]
    return next((settings[name] for name in wanted if settings.get(name)), "")


def other_files(settings: Settings) -> tuple[str, ...]:
    """Files besides certificates that etcd must find: the keys of JWT tokens, revocation lists."""
    token = settings.get("ETCD_AUTH_TOKEN", "")
    keys = re.findall(r"(?:pub|priv)-key=([^,]+)", token)
    lists = [settings[name] for name in ("ETCD_CLIENT_CRL_FILE", "ETCD_PEER_CRL_FILE") if settings.get(name)]
    return tuple(dict.fromkeys((*keys, *lists)))
