"""The commands that look at a node, and what their answers mean. They change nothing and need Debian's base system."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence

from nasclustergui.cluster.lifecycle.roles.model import Files, Look, Owner
from nasclustergui.cluster.lifecycle.roles.settings import DATA_DIR, DEFAULT_FILE, effective, parse_file
from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import UnexpectedOutput
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.nodes.features.heartbeat.files import SETTINGS_PATH

_MARK = "\x1e"  # ASCII's record separator: between the parts of an answer
_PARTS = re.compile(rf"^{_MARK}(\w+)\n", re.MULTILINE)
LISTEN_SECONDS = 6
ETCD_USER = "etcd"  # of Debian's package

_LOOK = r"""
part() { printf '\036%s\n' "$1"; }
part clock; date +%s.%N
part version; command -v etcd > /dev/null && etcd --version 2> /dev/null
part candidate; command -v etcd > /dev/null || apt-cache policy etcd-server 2> /dev/null # takes seconds
part unit; systemctl show etcd.service -p ActiveState -p UnitFileState -p LoadState -p User 2> /dev/null
part file; cat "$1" 2> /dev/null
pid=$(systemctl show etcd.service -p MainPID 2> /dev/null | cut -d= -f2)
if [ "${pid:-0}" -gt 0 ] 2> /dev/null; then
    part words; base64 -w0 < "/proc/$pid/cmdline"
    part environment; tr '\0' '\n' < "/proc/$pid/environ" | grep '^ETCD_' | tr '\n' '\0' | base64 -w0
fi
part listening; ss -Hltnp 2> /dev/null
dir=$(sed -n 's/^ETCD_DATA_DIR=//p' "$1" 2> /dev/null | tail -n 1 | tr -d '"'); dir=${dir:-$2}
part directory; printf '%s\n' "$dir"
part data; ls -A -- "$dir" 2> /dev/null
while [ ! -d "$dir" ] && [ "$dir" != / ]; do dir=$(dirname -- "$dir"); done
part space; df -P -B1 -- "$dir" 2> /dev/null | tail -n 1
part addresses; ip -o addr show scope global 2> /dev/null
part heartbeat # its settings may hold a password: only these two lines
grep -hE '^(NODE_ROLE|ETCDCTL_ENDPOINTS)=' "$3" 2> /dev/null
part tools; command -v perl openssl
exit 0
"""

_FILES = r"""
user=$1; shift
id -u "$user" > /dev/null 2>&1 || user=
for path in "$@"; do
    kind=text
    case $path in key:*) kind=key; path=${path#key:} ;; esac
    component=$path
    while [ "$component" != / ] && [ "$component" != . ]; do
        [ -e "$component" ] && { printf '\036owner\n%s\n' "$component"; stat -c '%U %G %a %F' -- "$component"; }
        component=$(dirname -- "$component")
    done
    [ -e "$path" ] || continue
    printf '\036%s\n%s\n' "$kind" "$path"
    case $kind in
    key) openssl pkey -in "$path" -pubout 2> /dev/null | base64 -w0; echo ;;
    *) head -c 1048576 -- "$path" | base64 -w0; echo ;;
    esac
    [ -z "$user" ] || runuser -u "$user" -- test -r "$path" || printf '\036unreadable\n%s\n' "$path"
done
exit 0
"""

# Only what perl-base has, which is on every Debian; IPv6 too.
_LISTEN = r"""
use IO::Socket::IP; use IO::Select;
my ($host, $seconds, $calls, @ports) = @ARGV; my $select = IO::Select->new; $| = 1;
for (@ports) {
    my $socket = IO::Socket::IP->new(LocalHost => $host, LocalPort => $_, Listen => 64, ReuseAddr => 1);
    if ($socket) { $select->add($socket); print "open $_\n" } else { print "taken $_ $!\n" }
}
my $end = time + $seconds; $calls *= $select->count;
while ($calls > 0 && time < $end) {
    for ($select->can_read(0.2)) {
        my $peer = $_->accept or next; $calls--;
        IO::Select->new($peer)->can_read(1); close $peer; # whoever closes first keeps the port busy for a minute
    }
}
"""

_CONNECT = r"""
use IO::Socket::IP;
my ($seconds, @targets) = @ARGV; my $end = time + $seconds;
for my $target (@targets) {
    my ($socket, $why); do {
        $socket = IO::Socket::IP->new(PeerAddr => $target, Proto => "tcp", Timeout => 2); $why = $@;
        select undef, undef, undef, 0.3 if !$socket;
    } while (!$socket && time < $end);
    $why =~ s/.*connect: *//s if $why; print $socket ? "yes $target\n" : "no $target $why\n"; close $socket if $socket;
}
"""


def look(data_dir: str = DATA_DIR) -> Command:
    """Ask a machine about etcd on it. `data_dir`: where its data lies if its settings don't say."""
    return Command(("sh", "-c", _LOOK, "look", DEFAULT_FILE, data_dir, SETTINGS_PATH))


def parse_look(node: str, result: Result, now: float) -> Look:
    """`now`: Unix time of this workstation in the middle of the command. Raises UnexpectedOutput."""
    parts = _parts(result.stdout)
    if "clock" not in parts or "tools" not in parts:
        text = _("{node} gave no readable answer about etcd on it.").format(node=node)
        raise UnexpectedOutput(text, details=f"{result.stdout}\n{result.stderr}".strip())
    unit = dict(line.split("=", 1) for line in parts.get("unit", "").splitlines() if "=" in line)
    file = parse_file(parts.get("file", ""))
    words = _texts(parts.get("words", ""))
    running = effective(words, _texts(parts.get("environment", ""))) if words else {}
    tools = parts["tools"]
    version = re.search(r"etcd Version: (\S+)", parts.get("version", ""))
    candidate = re.search(r"^\s+Candidate: (\S+)", parts.get("candidate", ""), re.MULTILINE)
    named = candidate[1] if candidate and candidate[1] != "(none)" else ""
    return Look(
        version[1] if version else "",
        named,
        unit.get("ActiveState", ""),
        unit.get("UnitFileState", ""),
        unit.get("LoadState", ""),
        running or file,
        file,
        _listening(parts.get("listening", "")),
        tuple(parts.get("data", "").splitlines()),
        parts.get("directory", "").strip(),
        _free(parts.get("space", "")),
        _number(parts["clock"], now),
        _addresses(parts.get("addresses", "")),
        "perl" in tools,
        "openssl" in tools,
        "NODE_ROLE=" in parts.get("heartbeat", ""),
        unit.get("User", "") or (ETCD_USER if unit.get("LoadState") != "loaded" else "root"),
    )


def files(paths: Iterable[str], keys: Iterable[str], user: str = "root") -> Command:
    """Read certificates, and the public halves of private keys, which stay there. `user` should be able to, too."""
    return Command(("sh", "-c", _FILES, "files", user, *paths, *(f"key:{path}" for path in keys)))


def parse_files(result: Result) -> Files:
    """The files that are there."""
    found: dict[str, dict[str, str]] = {"text": {}, "key": {}, "owner": {}, "unreadable": {}}
    for kind, body in zip(*[iter(_PARTS.split(result.stdout)[1:])] * 2, strict=True):
        path, _newline, content = body.partition("\n")
        if kind in found:
            found[kind][path] = content
    owners = {path: _owner(said) for path, said in found["owner"].items()}
    texts, keys = ({path: _decoded(text) for path, text in found[kind].items()} for kind in ("text", "key"))
    return Files(texts, keys, tuple(found["unreadable"]), {path: owner for path, owner in owners.items() if owner})


def _owner(text: str) -> Owner | None:
    """Of "root ssl-cert 710 directory"."""
    user, group, mode, *kind = (*text.split(), "", "", "")
    return Owner(user, group, int(mode, 8), kind[0] == "directory") if mode.isdigit() else None


def listen(host: str, ports: Sequence[int], calls: int) -> Command:
    """Open these ports until each was called so often, or for a few seconds; prints which are free."""
    words = ("perl", "-e", _LISTEN, host, str(LISTEN_SECONDS), str(calls), *map(str, ports))
    return Command(words, timeout=LISTEN_SECONDS + 10, root=False)


def parse_listen(result: Result) -> dict[int, str]:
    """Port → "" if it could be opened, else why not."""
    found = {}
    for line in result.stdout.splitlines():
        word, _space, rest = line.partition(" ")
        port, _space, why = rest.partition(" ")
        if port.isdigit():
            found[int(port)] = "" if word == "open" else why or "?"
    return found


def connect(targets: Sequence[str], seconds: float = 3.0) -> Command:
    """Try to reach each "host:port", again and again for so long."""
    words = ("perl", "-e", _CONNECT, f"{seconds:g}", *targets)
    return Command(words, timeout=seconds + 2.5 * len(targets) + 10, root=False)


def parse_connect(result: Result) -> dict[str, str]:
    """ "host:port" → "" if it was reached, else why not."""
    found = {}
    for line in result.stdout.splitlines():
        word, _space, rest = line.partition(" ")
        target, _space, why = rest.partition(" ")
        if word in ("yes", "no"):
            found[target] = "" if word == "yes" else why.strip() or "?"
    return found


def _parts(text: str) -> dict[str, str]:
    pieces = _PARTS.split(text)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        return b""


def _texts(text: str) -> list[str]:
    """Base64 of texts that each end in a zero byte."""
    return [part for part in _decoded(text).decode("utf-8", "surrogateescape").split("\0") if part]


def _listening(text: str) -> dict[int, str]:
    found = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) < 4 or not (port := words[3].rpartition(":")[2]).isdigit():
            continue
        program = re.search(r'users:\(\("([^"]*)"', line)
        found[int(port)] = program[1] if program else ""
    return found


def _free(line: str) -> int | None:
    words = line.split()
    return int(words[3]) if len(words) >= 6 and words[3].isdigit() else None


def _number(text: str, now: float) -> float | None:
    try:
        return float(text.strip()) - now
    except ValueError:  # a date without %N
        return None


def _addresses(text: str) -> tuple[str, ...]:
    found = re.findall(r"\binet6? (\S+)", text)
    return tuple(address for address in found if "/" in address and not address.startswith("fe80"))
