"""On which disk a path lies, by the mount table."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync_cli.core.errors import StateError
from sync_cli.state.places import check_disk, find_disk_type, read_mounts

MOUNTS = """\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
23 22 0:30 / /shop rw,relatime shared:5 - nfs4 server:/export rw,vers=4.2
24 23 254:1 / /shop/local rw,relatime - xfs /dev/vdb rw
25 22 0:31 / /mnt/my\\040disk rw,relatime - cifs //server/share rw
26 22 0:32 / /data rw - ext4 /dev/vdc rw
27 26 0:33 / /data rw - 9p host rw
28 22 0:34 / /home/anna/remote rw - fuse.sshfs anna@server: rw
a line of a later kernel
"""


@pytest.mark.parametrize(
    ("path", "disk_type"),
    [
        ("/var/lib/sync/state.sqlite", "ext4"),
        ("/shop/state.sqlite", "nfs4"),
        ("/shop/local/state.sqlite", "xfs"),
        ("/shop/localhost/state.sqlite", "nfs4"),
        ("/shopr/state.sqlite", "ext4"),
        ("/mnt/my disk/state.sqlite", "cifs"),
        ("/data/state.sqlite", "9p"),
        ("/home/anna/remote/state.sqlite", "fuse.sshfs"),
    ],
)
def test_the_innermost_and_latest_mount_holds_a_path(path: str, disk_type: str) -> None:
    assert find_disk_type(Path(path), MOUNTS) == disk_type


@pytest.mark.parametrize(
    "disk_type",
    [
        "nfs",
        "nfs4",
        "cifs",
        "smbfs",
        "smb3",
        "9p",
        "fuse.sshfs",
        "fuse.glusterfs",
        "ceph",
        "glusterfs",
        "lustre",
        "vboxsf",
    ],
)
def test_network_disks_are_refused(disk_type: str) -> None:
    mounts = f"22 1 0:1 / / rw - {disk_type} source rw"
    with pytest.raises(StateError, match="network disk") as raised:
        check_disk(Path("/var/state.sqlite"), mounts)
    assert "disk of this machine" in raised.value.remedy


@pytest.mark.parametrize(
    "disk_type", ["ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "fuseblk", "nfsd"]
)
def test_disks_of_the_machine_are_allowed(disk_type: str) -> None:
    check_disk(Path("/var/state.sqlite"), f"22 1 0:1 / / rw - {disk_type} source rw")


def test_a_system_without_a_mount_table_is_allowed() -> None:
    check_disk(Path("/var/state.sqlite"), "")


@pytest.mark.skipif(not Path("/proc/self/mountinfo").exists(), reason="no mount table here")
def test_the_mount_table_of_this_machine_is_understood() -> None:
    assert find_disk_type(Path("/proc/self/status"), read_mounts()) == "proc"
