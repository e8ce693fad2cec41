from pathlib import Path

import pytest

from shared.file_systems import file_system_of, type_in

MOUNTS = r"""27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
25 27 0:23 / /run rw shared:5 - tmpfs tmpfs rw,size=1k
31 25 8:1 / /run/disk rw - xfs /dev/sdb1 rw
32 27 0:40 / /mnt/with\040blank rw master:1 propagate_from:2 - cifs //server/share rw
33 27 0:41 / /srv rw - ext4 /dev/sdc rw
34 33 0:42 / /srv rw - tmpfs tmpfs rw
nonsense
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "ext4"),
        ("/run/x/y", "tmpfs"),
        ("/runner", "ext4"),
        ("/run/disk/x", "xfs"),
        ("/mnt/with blank/x", "cifs"),
        ("/srv/x", "tmpfs"),
    ],
)
def test_the_nearest_mount_counts_and_the_last_of_one_place(path: str, kind: str) -> None:
    """I-5: whether a path lies in memory is told by its own mount, not by one beside or below."""
    assert type_in(MOUNTS, Path(path)) == kind


def test_nothing_known_is_nothing_said() -> None:
    """I-5: without mounts nobody can tell; here somebody can."""
    assert type_in("", Path("/run")) == ""
    assert file_system_of(Path("/proc")) == "proc"
