"""Looking at the heartbeat service of a node, writing and removing its files."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from nasclustergui.core.command import Command, Result, Secret
from nasclustergui.core.errors import UnexpectedOutput
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.nodes.features.heartbeat.files import (
    CA_PATH,
    SCRIPT_PATH,
    SETTINGS_PATH,
    UNIT,
    UNIT_PATH,
    digests,
    script_text,
    unit_text,
)
from nasclustergui.subsystems.nodes.features.heartbeat.model import Heartbeat, Login, Settings

PASSWORD = "ETCDCTL_PASSWORD"
_REFUSAL = re.compile(r"etcdserver: (?:authentication failed[^\"\n]*|permission denied|user name is empty)")

# The settings without the password, which never leaves the node. Times in UTC: local ones need not be unique.
STATUS_SCRIPT = r"""script=$1; unit=$2; settings=$3; name=$4
if [ -e "$script" ]; then
  echo "@version $(sed -n 's/^# nascluster-heartbeat //p' "$script" | head -n 1)"
  echo "@digests $(sha256sum "$script" "$unit" 2>/dev/null | cut -d' ' -f1 | tr '\n' ' ')"
fi
echo "@active $(systemctl is-active "$name" 2>/dev/null)"
echo "@enabled $(systemctl is-enabled "$name" 2>/dev/null)"
since=$(TZ=UTC systemctl show -p ActiveEnterTimestamp --value "$name" 2>/dev/null)
[ "$since" ] && echo "@since $(date -d "$since" +%s 2>/dev/null)"
echo "@restarts $(systemctl show -p NRestarts --value "$name" 2>/dev/null)"
if [ -e "$settings" ]; then
  grep -E '^[A-Z_]+=' "$settings" | grep -v '^ETCDCTL_PASSWORD=' | sed 's/^/@setting /'
  grep -q '^ETCDCTL_PASSWORD=' "$settings" && echo "@password yes"
fi
echo "@etcdctl $(ETCDCTL_API=3 etcdctl version 2>/dev/null | sed -n 's/^etcdctl version: //p')"
journalctl -u "$name" -n 8 -o cat --no-pager -q 2>/dev/null | sed 's/^/@log /'
echo "@end"
"""

# What was there is kept beside it until the next time, for the undo. Renaming makes the change whole or not at all.
WRITE_SCRIPT = r"""umask 077
mkdir -p -m 755 "${1%/*}" && cat > "$1.new" && chmod "$2" "$1.new" || exit 1
rm -f "$1.old"
[ ! -e "$1" ] || cp -p "$1" "$1.old" || exit 1
if [ "$3" = keep ]; then sed -n '/^ETCDCTL_PASSWORD=/p' "$1.old" >> "$1.new"; fi
mv -f "$1.new" "$1"
"""
UNWRITE_SCRIPT = 'if [ -e "$1.old" ]; then mv -f "$1.old" "$1"; else rm -f "$1"; fi'
START_SCRIPT = f"systemctl daemon-reload && systemctl enable {UNIT} && systemctl restart {UNIT}"
REMOVE_SCRIPT = (
    f"rm -f {UNIT_PATH} {UNIT_PATH}.old && rm -rf {SCRIPT_PATH.rpartition('/')[0]} {SETTINGS_PATH.rpartition('/')[0]}"
    " && systemctl daemon-reload"
)
# What the heartbeat will do, once and read-only. The password comes as the second line of the input.
TRY_SCRIPT = r"""IFS= read -r first
IFS= read -r ETCDCTL_PASSWORD
[ "$7" != keep ] || ETCDCTL_PASSWORD=$(. "$8"; printf %s "$ETCDCTL_PASSWORD")
export ETCDCTL_API=3 ETCDCTL_ENDPOINTS="$1" ETCDCTL_CACERT="$2" ETCDCTL_CERT="$3" ETCDCTL_KEY="$4"
if [ "$5" ]; then export ETCDCTL_USER="$5" ETCDCTL_PASSWORD; else unset ETCDCTL_PASSWORD; fi
[ "$ETCDCTL_CACERT" ] || unset ETCDCTL_CACERT
[ "$ETCDCTL_CERT" ] || unset ETCDCTL_CERT ETCDCTL_KEY
timeout 20 etcdctl --command-timeout=12s get --prefix --keys-only --limit=1 "/cluster/nodes/$6/" 2>&1
"""


def _shell(
    script: str, *words: str, timeout: float = 30.0, stdin: bytes = b"", secret: Secret | None = None
) -> Command:
    return Command(("sh", "-c", script, "sh", *words), timeout=timeout, stdin=stdin, secret=secret)


def status() -> Command:
    """How the service is. Read by `parse_status`."""
    return _shell(STATUS_SCRIPT, SCRIPT_PATH, UNIT_PATH, SETTINGS_PATH, UNIT, timeout=15.0)


def write_script() -> Command:
    """Put this program's script there."""
    return _write(SCRIPT_PATH, "755", script_text())


def write_unit() -> Command:
    """Put its unit there."""
    return _write(UNIT_PATH, "644", unit_text())


def write_ca(pem: str) -> Command:
    """Put the certificate of etcd's authority there."""
    return _write(CA_PATH, "644", pem)


def write_settings(settings: Settings) -> Command:
    """Put its settings there, readable for root only; the password follows on the input and is shown nowhere."""
    password = settings.login.password
    secret = password.quoted(f"{PASSWORD}=") if password and not settings.login.keep else None
    words = (SETTINGS_PATH, "600", "keep" if settings.login.keep else "")
    return _shell(WRITE_SCRIPT, *words, stdin=settings_text(settings).encode(), secret=secret)


def settings_text(settings: Settings) -> str:
    """The settings file without the password: lines that a shell reads."""
    lines = (f"{name}={shlex.quote(value)}" for name, value in settings_values(settings).items())
    return "# Written by NAS Cluster GUI for /usr/local/lib/nascluster/heartbeat.sh\n" + "\n".join(lines) + "\n"


def settings_values(settings: Settings) -> dict[str, str]:
    """Its settings by name, without the password and without empty ones."""
    login = settings.login
    values = {
        "NODE_NAME": settings.name,
        "NODE_IP": settings.ip,
        "NODE_ROLE": settings.role,
        "HEARTBEAT_TTL": str(settings.ttl),
        "ETCDCTL_ENDPOINTS": ",".join(settings.endpoints),
        "ETCDCTL_CACERT": login.ca,
        "ETCDCTL_CERT": login.cert,
        "ETCDCTL_KEY": login.key,
        "ETCDCTL_USER": login.user,
    }
    return {name: value for name, value in values.items() if value}


def _write(path: str, mode: str, text: str) -> Command:
    return _shell(WRITE_SCRIPT, path, mode, "", stdin=text.encode())


def unwrite(path: str) -> Command:
    """What was there before the last writing, or nothing."""
    return _shell(UNWRITE_SCRIPT, path)


def start() -> Command:
    """Start it, now and at every boot; one that runs starts anew with what was written."""
    return Command(("sh", "-c", START_SCRIPT))


def stop() -> Command:
    """Stop it for good; it takes its keys out of etcd by itself."""
    return Command(("systemctl", "disable", "--now", UNIT))


def restart_as_before() -> Command:
    """Start it as it is."""
    return Command(("systemctl", "enable", "--now", UNIT))


def remove() -> Command:
    """Delete script, unit and settings."""
    return Command(("sh", "-c", REMOVE_SCRIPT))


def reload() -> Command:
    """Have it read its settings again: its keys stay, and change at once."""
    return Command(("systemctl", "reload", UNIT))


def log(lines: int = 5) -> Command:
    """Its newest lines in the journal."""
    return Command(("journalctl", "-u", UNIT, "-n", str(lines), "-o", "cat", "--no-pager", "-q"), timeout=10.0)


def try_login(endpoints: Sequence[str], login: Login, node: str) -> Command:
    """Read the node's own keys with that login, from the node. Read by `parse_try`."""
    words = (",".join(endpoints), login.ca, login.cert, login.key, login.user, node, "keep" if login.keep else "")
    return _shell(TRY_SCRIPT, *words, SETTINGS_PATH, timeout=25.0, stdin=b"\n", secret=login.password)


def parse_try(result: Result) -> str:
    """Why the login doesn't do, etcdctl's own words; "" if it does."""
    if result.status == 0:
        return ""
    if result.status == 127:
        return "etcdctl: not found"
    if found := _REFUSAL.search(result.stdout):  # said in its log by one member, while another one was late
        return found[0]
    lines = [line for line in result.stdout.splitlines() if line.strip() and not line.startswith("{")]
    return lines[-1].removeprefix("Error: ") if lines else f"exit status {result.status}"


def wants_user(said: str) -> bool:
    """etcd was reached and wants a user, or another one: `parse_try`'s answer."""
    return bool(re.search(r"permission denied|user name (is|not) (empty|found)|invalid user ID|authentication", said))


def parse_status(node: str, result: Result) -> Heartbeat:
    """The answer of `status`. Raises UnexpectedOutput if it is cut off."""
    tags: dict[str, list[str]] = {}
    for line in result.stdout.splitlines():
        tag, _blank, value = line.partition(" ")
        tags.setdefault(tag, []).append(value.strip())
    if result.status or "@end" not in tags:
        raise UnexpectedOutput(
            _("{node}: its heartbeat service cannot be looked at").format(node=node), details=result.stderr[:2000]
        )
    first = {tag: values[0] for tag, values in tags.items()}
    number = first.get("@version")
    return Heartbeat(
        version=None if number is None else _number(number),
        current=tuple(first.get("@digests", "").split()) == digests(),
        active=first.get("@active") or "inactive",
        enabled=first.get("@enabled") == "enabled",
        since=float(first["@since"]) if first.get("@since", "").isdigit() else None,
        restarts=_number(first.get("@restarts", "")),
        values=dict(_setting(line) for line in tags.get("@setting", ())),
        has_password="@password" in tags,
        etcdctl=first.get("@etcdctl", ""),
        log=tuple(tags.get("@log", ())),
    )


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _setting(line: str) -> tuple[str, str]:
    name, _equals, value = line.partition("=")
    try:
        return name, "".join(shlex.split(value))
    except ValueError:  # a quote that nobody closed: edited by hand
        return name, value
