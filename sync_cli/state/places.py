"""Whether a state file may lie where it shall lie: folder, rights, kind of disk."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from sync_cli.core.errors import StateError

_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK_DISK = re.compile(
    r"nfs4? | cifs | smb(fs|2|3) | ncpfs | afs | coda | 9p | davfs"
    r"| ceph | glusterfs | lustre | beegfs | orangefs | gpfs | ocfs2 | gfs2"
    r"| vboxsf | vmhgfs | prl_fs"
    r"| fuse\.(sshfs|glusterfs|ceph|s3fs|gcsfuse|rclone|davfs2|curlftpfs|smbnetfs|vmhgfs-fuse)",
    re.VERBOSE,
)
_PRIVATE = 0o600
_COMPANIONS = ("", "-wal", "-shm")


def read_mounts() -> str:
    """The mount table of this process (format: proc(5), mountinfo); empty where there is none."""
    return os.fsdecode(_MOUNTS.read_bytes()) if _MOUNTS.exists() else ""


def find_disk_type(path: Path, mounts: str) -> str:
    """The file system type that holds the absolute `path`; empty if `mounts` does not tell."""
    best, disk_type = -1, ""
    for line in mounts.splitlines():
        mount, separator, rest = line.partition(" - ")
        fields = mount.split()
        if not separator or len(fields) < 5 or not rest.split():
            continue
        point = Path(_unescape(fields[4]))
        # A later mount on the same point hides the earlier one.
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, disk_type = len(point.parts), rest.split()[0]
    return disk_type


def check_disk(path: Path, mounts: str) -> None:
    """Raise StateError if `path` lies on a network disk, whose locks do not hold."""
    disk_type = find_disk_type(path, mounts)
    if _NETWORK_DISK.fullmatch(disk_type):
        raise StateError(
            f"The state file {path} lies on a network disk ({disk_type}), where locks are not"
            " reliable: two runs could work at once and the file could be damaged.",
            "Move it to a disk of this machine and correct the path of the state in the config.",
        )


def check_folder(path: Path) -> None:
    """Raise StateError unless the folder of `path` exists and can be written."""
    folder = path.parent
    if not folder.is_dir():
        raise StateError(
            f"The folder {folder} for the state file does not exist.",
            "Create it, or mount the disk it should be on; it is not created by itself, so that"
            " a missing disk does not look like a new shop.",
        )
    if not _may(folder, os.W_OK | os.X_OK):
        raise StateError(
            f"The folder {folder} of the state file cannot be written by this user.",
            "SQLite keeps files beside the state file: give this user the right to write there.",
        )


def check_existing(path: Path) -> None:
    """Raise StateError unless `path` is a plain file that this user can read and write."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise StateError(
            f"The state file {path} is not a file.",
            "Correct the path of the state in the config: it names a file, not a folder.",
        )
    if not _may(path, os.R_OK | os.W_OK):
        raise StateError(
            f"The state file {path} cannot be read and written by this user.",
            "Run sync-cli as the user that owns it, or give this user the right.",
        )


def create_private(path: Path) -> bool:
    """Create an empty file that only its owner can read (0600); False if it exists already."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE))
    except FileExistsError:
        return False
    return True


def make_private(path: Path) -> None:
    """Take everybody else's rights to the file and its companions away."""
    for companion in (path.with_name(path.name + ending) for ending in _COMPANIONS):
        try:
            if companion.stat().st_mode & 0o177:
                companion.chmod(_PRIVATE)
        except FileNotFoundError:
            continue
        except PermissionError as error:
            raise StateError(
                f"The state file {companion} can be read by others and belongs to another user.",
                "It holds customers' data: run sync-cli as its owner, or give it to this user.",
            ) from error


def _may(path: Path, rights: int) -> bool:
    effective = os.access in os.supports_effective_ids
    return os.access(path, rights, effective_ids=effective)


def _unescape(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8)), text)
