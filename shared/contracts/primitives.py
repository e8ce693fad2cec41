"""Values that are more than text: what does not fit their form is no message of ours. Pure."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from shared.contracts.line import one_line

BACKUP_FOLDER = "POP3Downloads"
"""The folder of all backups below the data folder (manual, chapter 9)."""

_BEYOND = 2**63
"""What neither a database's integer nor a place in a file can be."""

RecordId = Annotated[int, Field(ge=-_BEYOND, lt=_BEYOND)]
"""The id of a record, as databases have it."""

ByteCount = Annotated[int, Field(ge=0, lt=_BEYOND)]
"""A size, or a place in a file."""

_HEX = "[0-9a-f]"
BACKUP_KEY_FORM = (
    rf"^{BACKUP_FOLDER}/[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}/"
    rf"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}\.eml$"
)

BackupKey = Annotated[str, StringConstraints(pattern=BACKUP_KEY_FORM)]
"""Path of a backup below the data folder, `POP3Downloads/yyyy-MM-dd/<mail id>.eml`: no message
makes us open anything else."""

SHA256_FORM = rf"^{_HEX}{{64}}$"

Sha256 = Annotated[str, StringConstraints(pattern=SHA256_FORM)]
"""A SHA-256 digest, as lower-case hex digits."""


def _plain(name: str) -> str:
    plain = one_line(name).replace("/", "_").replace("\\", "_")
    return "_" if plain in ("", ".", "..") else plain


FileName = Annotated[str, AfterValidator(_plain)]
"""A file's name, made one line and never a path when it is read or made."""
