"""Values of the configuration that have parts; `values.py` reads them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class ServerAddress(BaseModel):
    """A server as the configuration names it.

    Attributes:
        host: Name or address, an IPv6 address without its brackets.
        port: The port, or None where the protocol's own is meant (behaviour I-2).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str
    port: int | None = None


class Disposition(BaseModel):
    """What becomes of a mail in the box when it is processed (behaviour I-8).

    Attributes:
        action: Delete it, mark it as seen, or move it.
        folder: Where it is moved to; None unless `action` is `move`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["delete", "seen", "move"] = "delete"
    folder: str | None = None


class MailGroup(BaseModel):
    """An address that counts as several users (behaviour R-c).

    Attributes:
        address: The address that mail is sent to, in lower case.
        members: Addresses of the users, in lower case.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str
    members: tuple[str, ...]
