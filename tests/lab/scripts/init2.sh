#!/bin/sh
# Puts a node's file systems together and becomes its systemd. Arguments: node directory, host name, number of disks,
# "snap" where a stand-in for thin LVM finds its images (all below the node directory) at /.lab.
# Variables: LAB_CGROUP, "v2" or the version 1 hierarchies to mount, as in "systemd unified".
set -e
base=$1 name=$2 disks=$3 snap=$4
hostname "$name"
mount -t overlay -o "lowerdir=/,upperdir=$base/mem/up,workdir=$base/mem/work" overlay "$base/root"
cd "$base/root"
mount -t proc proc proc
mount --bind proc/sys proc/sys                       # the host's kernel settings are to be read, not changed,
mount --bind proc/sys/net proc/sys/net               # but those of the network are the node's own
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
if [ "$LAB_CGROUP" = v2 ]; then
    mount -t cgroup2 cgroup2 sys/fs/cgroup
else
    mount -t tmpfs -o mode=755,size=1m tmpfs sys/fs/cgroup
    for group in $LAB_CGROUP; do
        mkdir "sys/fs/cgroup/$group"
        case $group in
            unified) mount -t cgroup2 cgroup2 sys/fs/cgroup/unified ;;
            systemd) mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd ;;
            *) mount -t cgroup -o "$group" cgroup "sys/fs/cgroup/$group" ;;
        esac
    done
fi
mount -t tmpfs -o mode=755,size=64m tmpfs run
mount -t tmpfs -o mode=1777,size=256m tmpfs tmp
mount -t tmpfs -o mode=755,size=4m tmpfs dev
cp -a "$base/mem/dev/." dev/
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777,size=128m tmpfs dev/shm
mkdir -p .host
pivot_root . .host
cd /
i=1
while [ "$i" -le "$disks" ]; do
    mkdir -p "bricks/d$i"
    # nouuid: all disks are copies of one template, and XFS would refuse the second one
    mount -t xfs -o loop,nouuid "/.host$base/disk$i.img" "bricks/d$i"
    i=$((i + 1))
done
if [ "$snap" ]; then
    mkdir -p .lab dev/labvg
    mount --bind "/.host$base" .lab
    for image in .lab/*.snap-*.img; do  # what glusterd will want to mount again
        [ -e "$image" ] || continue
        device=$(losetup -j "$image" | cut -d: -f1)
        lv=${image##*.snap-}
        ln -s "${device:-$(losetup -f --show "$image")}" "dev/labvg/${lv%.img}"
    done
fi
umount -l /.host
rmdir /.host
# A number of its own for every boot: the kernel's is the host's, and the journal sorts by it.
cat /proc/sys/kernel/random/uuid > /run/lab-boot-id
mount --bind /run/lab-boot-id /proc/sys/kernel/random/boot_id
touch /run/lab-root  # from here on /proc/PID/root is the node's, not the host's
exec env -i container=lab NAS_LAB_MARK="$NAS_LAB_MARK" LANG=C.UTF-8 \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --system --unit=multi-user.target --show-status=0 --log-target=journal
