"""The name that a mail has everywhere, derived from where it was and what is in it (I-5). Pure."""

from uuid import UUID, uuid5

_NAMESPACE = UUID("6f5f9f3e-6c1b-5d7e-9a53-3d1c0f5b7a10")


def mail_id(box_email: str, kind: str, identity: str, sha256: str) -> UUID:
    """Return the mail id: the same mail from the same place is the same id, for ever (I-5)."""
    identity = printable(identity)
    return uuid5(_NAMESPACE, f"{box_email}\0{kind}\0{identity}\0{sha256}")


def printable(identity: str) -> str:
    """Return a source's name for a mail as text: file names may hold bytes that are none."""
    return identity.encode("utf-8", "backslashreplace").decode("utf-8")
