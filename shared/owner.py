"""What we make belongs to whom the folder belongs, whoever makes it: the services must use it.

An operator often is root, where the services are a user of their own: one command as root must not
leave backups, leases or memories that they can neither read nor write.
"""

import os
import pwd
from contextlib import suppress
from pathlib import Path

from shared.contracts.said import said
from shared.errors import WrongUseError

_ROOT = 0


def give(what: Path | int, data: Path) -> None:
    """Give a file or folder (path or descriptor) to the owner and group of `data`, as root.

    Anybody else owns what they make; no link is followed.

    Raises:
        OSError: The file system refuses.
    """
    if os.geteuid() != _ROOT:
        return
    owner = data.stat()
    if isinstance(what, int):
        os.fchown(what, owner.st_uid, owner.st_gid)
    else:
        os.chown(what, owner.st_uid, owner.st_gid, follow_symlinks=False)


def make_folder_of_owner(folder: Path) -> None:
    """Make `folder` unless it is there; as root, for the owner of the folder above.

    Raises:
        OSError: The file system refuses.
    """
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        return
    give(folder, folder.parent)


def make_file_of_owner(file: Path) -> None:
    """Make `file`, empty, for the owner of its folder, as root, unless it is there.

    For libraries that make their files themselves: what they find is not root's.

    Raises:
        OSError: The file system refuses.
    """
    if os.geteuid() != _ROOT:
        return
    with suppress(FileExistsError):
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        try:
            give(descriptor, file.parent)
        finally:
            os.close(descriptor)


def refuse_strangers(data: Path) -> None:
    """Return if a backup that this process writes can be read by the owner of `data`.

    Raises:
        WrongUseError: It could not: we are neither the owner nor root.
    """
    if not data.exists() or os.geteuid() in (_ROOT, data.stat().st_uid):
        return
    owner = str(data.stat().st_uid)
    with suppress(KeyError):
        owner = pwd.getpwuid(int(owner)).pw_name
    raise WrongUseError(
        said(
            "The data folder {data} belongs to {owner}, and its services could not read a "
            "backup of yours; run this command as {owner}, or as root",
            data=data,
            owner=owner,
        )
    )
