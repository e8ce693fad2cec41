"""Backups belong to whom the data folder belongs, whoever writes them: the services must read them.

An operator often is root, where the services are a user of their own; backups are for their owner
alone.
"""

import os
import pwd
from contextlib import suppress
from pathlib import Path

from shared.errors import WrongUseError

_ROOT = 0


def give(what: Path | int, data: Path) -> None:
    """As root, give a file or folder (path or descriptor) to the owner and group of `data`.

    Anybody else owns what he makes; no link is followed.

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
        f"The data folder {data} belongs to {owner}, and its services could not read a backup of "
        f"yours; run this command as {owner}, or as root"
    )
