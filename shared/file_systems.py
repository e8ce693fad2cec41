"""What kind of file system a path lies on: whether it outlives a restart."""

import re
from pathlib import Path

VOLATILE = frozenset({"tmpfs", "ramfs", "devtmpfs"})
"""They lie in memory."""

_MOUNTS = Path("/proc/self/mountinfo")
_ESCAPED = re.compile(r"\\([0-7]{3})")


def file_system_of(path: Path) -> str:
    """Return the type of the file system of `path`, as `ext4`; empty where nobody can tell."""
    try:
        mounts = _MOUNTS.read_text("utf-8", "surrogateescape")
    except OSError:
        return ""
    return type_in(mounts, path.resolve())


def type_in(mounts: str, path: Path) -> str:
    """Return the same, from what Linux tells in `mountinfo` (proc_pid_mountinfo(5)). Pure."""
    best, found = Path("/"), ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields, types = before.split(" "), after.split(" ")
        if len(fields) < 5:  # noqa: PLR2004 - the mount point is the fifth field
            continue
        point = Path(_ESCAPED.sub(lambda octal: chr(int(octal[1], 8)), fields[4]))
        # Of several at one place the last hides the others.
        if path.is_relative_to(point) and point.is_relative_to(best):
            best, found = point, types[0]
    return found
