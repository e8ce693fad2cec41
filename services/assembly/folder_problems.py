"""What is wrong with a folder or path of the configuration, tried as it will be used (O-1)."""

import errno
import os
from pathlib import Path

from services.assembly.path_attempts import is_there, refusal_of, try_to_write
from shared.contracts.said import Said, said
from shared.errors import ConfigProblem
from shared.file_systems import VOLATILE
from shared.settings.values import is_windows_path

MAY_WRITE = said(
    "give this user the right to write and delete there, and see that there is free space"
)


def folder_problems(
    folder: Path, key: str, remedy: Said, *, writes: bool
) -> tuple[ConfigProblem, ...]:
    """Return what is wrong with a folder: the first thing only, as the others follow from it.

    Args:
        folder: Where it should be.
        key: The setting that names it.
        remedy: What to do where it is missing.
        writes: Whether files are made there.
    """
    if problems := windows_problems(str(folder), key):
        return problems
    if what := refusal_of(lambda: os.scandir(folder).close()):
        return (_unreadable(folder, what, remedy),)
    if writes and (what := refusal_of(lambda: try_to_write(folder))):
        problem = said("cannot be written: {what}", what=what)
        return (ConfigProblem(str(folder), problem, MAY_WRITE),)
    return ()


def volatile_problems(folder: Path, key: str, file_system: str) -> tuple[ConfigProblem, ...]:
    """Return the problem of a folder whose files must survive a restart and do not."""
    if file_system not in VOLATILE:
        return ()
    what = said("lies in memory ({kind}): a restart empties it", kind=file_system)
    remedy = said("mount a disk there, or correct {key}", key=key)
    return (ConfigProblem(str(folder), what, remedy),)


def windows_problems(path: str, key: str) -> tuple[ConfigProblem, ...]:
    """Return the problem of a path of Windows; none for one of this machine."""
    if not is_windows_path(path):
        return ()
    what = said("is a Windows path, which this machine does not have")
    return (
        ConfigProblem(
            path,
            what,
            said(
                "mount the Windows folder on this machine and set {key} to the mount point, as "
                "/srv/netgenium; see docs/installation.md",
                key=key,
            ),
        ),
    )


def _unreadable(folder: Path, what: str, remedy: Said) -> ConfigProblem:
    if is_there(folder):
        if not folder.is_dir():
            return ConfigProblem(str(folder), said("is no directory"), remedy)
        remedy = said("give this user the right to read it")
    elif what == os.strerror(errno.EACCES):
        remedy = said("give this user the right to see it: to enter the folders above")
    return ConfigProblem(str(folder), said("cannot be read: {what}", what=what), remedy)
