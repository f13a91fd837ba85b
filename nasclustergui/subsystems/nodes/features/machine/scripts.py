"""What a machine is asked about itself: constant POSIX shell, sections marked by lines of `@@NAME`. Nothing is changed.

`guard SECONDS COMMAND…` outlives what cannot even be killed (a process that waits for a dead disk): the command keeps
only a pipe, and the script goes on without it.
"""

from __future__ import annotations

_HEAD = r"""LC_ALL=C; export LC_ALL
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export PATH
s() { printf '\n@@%s\n' "$1"; }
have() { command -v "$1" >/dev/null 2>&1; }
guard() {
  limit=$1; shift
  { timeout -k 1 "$limit" "$@" </dev/null 2>/dev/null & } | timeout $((limit + 2)) cat
}
"""

FACTS_SCRIPT = (
    _HEAD
    + r"""s dmi
for name in sys_vendor product_name product_serial board_name bios_version bios_date; do
  [ -r /sys/class/dmi/id/$name ] && printf '%s=%s\n' "$name" "$(cat /sys/class/dmi/id/$name 2>/dev/null)"
done
s virt; guard 3 systemd-detect-virt
s cpu; guard 3 lscpu -J
s memory; grep -E '^(MemTotal|SwapTotal):' /proc/meminfo
s ecc
for dir in /sys/devices/system/edac/mc/mc[0-9]*; do
  [ -e "$dir/ce_count" ] && echo "$(cat "$dir/ce_count") $(cat "$dir/ue_count")"
done
s hwmon
for input in /sys/class/hwmon/hwmon*/temp*_input; do
  [ -r "$input" ] || continue
  base=${input%_input}
  printf '%s|%s|%s|%s\n' "$(cat "${input%/*}/name" 2>/dev/null)" "$(cat "${base}_label" 2>/dev/null)" \
    "$(cat "$input" 2>/dev/null)" "$(cat "${base}_crit" 2>/dev/null)"
done
columns=PATH,TYPE,SIZE,FSTYPE,MODEL,SERIAL,TRAN,ROTA,RO,STATE,PKNAME
s lsblk
if lsblk --help | grep -q MOUNTPOINTS; then guard 8 lsblk -J -b -o "$columns,MOUNTPOINTS"
else guard 8 lsblk -J -b -o "$columns,MOUNTPOINT"; fi
s df; guard 6 df -l -B1 -x tmpfs -x devtmpfs -x squashfs -x efivarfs \
  --output=source,fstype,size,used,avail,itotal,iused,target
s mounts; awk '$1 ~ /^\// { print $2, $4 }' /proc/self/mounts
s mdstat; cat /proc/mdstat 2>/dev/null
s zpool; have zpool && guard 6 zpool list -H -o name,health
s address; guard 4 ip -j -s -d address
s route; guard 4 ip -j route show default
s links
for dir in /sys/class/net/*; do
  [ -e "$dir/ifindex" ] || continue
  driver=$(readlink "$dir/device/driver" 2>/dev/null)
  printf '%s|%s|%s|%s|%s\n' "${dir##*/}" "$(cat "$dir/speed" 2>/dev/null)" "$(cat "$dir/duplex" 2>/dev/null)" \
    "${driver##*/}" "$(cat "$dir/carrier" 2>/dev/null)"
done
s bonds
for file in /proc/net/bonding/*; do [ -r "$file" ] && echo "@bond ${file##*/}" && cat "$file"; done
s system; (. /etc/os-release 2>/dev/null; echo "$PRETTY_NAME"); uname -n; uname -r; uname -v
s kernels; for file in /boot/vmlinuz-*; do [ -e "$file" ] && echo "${file#/boot/vmlinuz-}"; done
s packages
dpkg-query -W -f '${Package}\t${Version}\t${db:Status-Status}\n' 'linux-image-[0-9]*' glusterfs-server \
  etcd-server etcd haproxy keepalived docker.io docker-ce containerd containerd.io smartmontools samba ctdb \
  nfs-ganesha nfs-kernel-server openssh-server chrony systemd-timesyncd ntpsec mdadm lvm2 \
  xfsprogs drbd-utils ceph-common systemd 2>/dev/null
s replaced
ls -l /proc/[0-9]*/exe 2>/dev/null | sed -n '/memfd:/d; s|.* -> .*/\([^/]*\) (deleted)$|\1|p' | sort -u
s reboot; [ -e /run/reboot-required ] && echo required; cat /run/reboot-required.pkgs 2>/dev/null
s units
if failed=$(guard 5 sh -c 'systemctl list-units --failed --no-legend --plain --no-pager && echo @told'); then
  printf '%s\n' "$failed"
fi
s time
guard 3 systemctl list-units --state=active --no-legend --plain --no-pager chrony.service ntpsec.service \
  systemd-timesyncd.service ntp.service openntpd.service | sed -n 's/^\([a-z-]*\)\.service .*/service=\1/p'
guard 3 timedatectl show -p NTPSynchronized -p Timezone
guard 3 timedatectl show-timesync -p ServerName
s tracking; have chronyc && guard 3 chronyc -n -c tracking
s end
"""
)

# `-n standby`: a disk that sleeps is not woken up. A controller's disks are found by smartctl's own scan.
SMART_SCRIPT = (
    _HEAD
    + r"""if ! have smartctl; then s not-installed; s end; exit 0; fi
ask() {
  limit=10
  { timeout -k 1 $limit smartctl --json=c -n standby -i -H -A -l error "$@" </dev/null 2>&1 & } |
    timeout $((limit + 2)) cat
}
for disk in $(guard 8 lsblk -d -n -p -o NAME,TYPE | awk '$2 == "disk" { print $1 }'); do
  case ${disk#/dev/} in loop*|ram*|zram*|nbd*|rbd*|drbd*|sr*|fd*|md*|dm-*|zd*) continue ;; esac
  s "smart $disk"; ask "$disk"
done
guard 8 smartctl --scan | while read -r name _d type _rest; do
  case $type in *,*) s "smart $name -d $type"; ask -d "$type" "$name" ;; esac
done
s end
"""
)

# apt only simulates, without its locks: nothing is fetched, nothing is written.
UPDATES_SCRIPT = (
    _HEAD
    + r"""s lists
date +now=%s
lists=/var/lib/apt/lists
if ls "$lists" 2>/dev/null | grep -q _Packages; then
  for file in "$lists" /var/lib/apt/periodic/update-success-stamp; do stat -c 'at=%Y' "$file" 2>/dev/null; done
fi
s upgrade
if have apt-get; then
  { timeout -k 1 40 nice -n 19 apt-get -s -o Debug::NoLocking=1 -o APT::Get::Show-User-Simulation-Note=no \
    --with-new-pkgs upgrade </dev/null 2>&1 & } | timeout 42 cat
fi
s needrestart; have needrestart && guard 15 needrestart -b -r l && echo @told
s end
"""
)
