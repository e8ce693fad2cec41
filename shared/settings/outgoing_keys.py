"""Keys of ours for mail that goes out."""

from typing import Annotated, Literal

from pydantic import BaseModel, SecretStr

from shared.settings.key import Key
from shared.settings.values import choice, secret, text


class OutgoingKeys(BaseModel):
    """Keys of ours for mail that goes out."""

    smtp_tls: Annotated[
        Literal["starttls", "tls", "none"],
        Key(
            "smtpTls",
            choice("starttls", "tls", "none"),
            doc="How the connection to `smtpServer` is secured: `starttls`, `tls` or `none`.",
            source="I-9, E-5",
            acts=False,
        ),
    ] = "starttls"
    smtp_name: Annotated[
        str | None,
        Key(
            "smtpName",
            text,
            doc="Login name at `smtpServer`.",
            source="I-9, E-5",
            acts=False,
        ),
    ] = None
    smtp_password: Annotated[
        SecretStr | None,
        Key(
            "smtpPassword",
            secret,
            doc="Password at `smtpServer`.",
            source="I-9, E-5",
            secret=True,
            acts=False,
        ),
    ] = None
