"""Keys of ours for mail that goes out."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, SecretStr

from shared.settings.key import Key
from shared.settings.values import absolute_folder, choice, flag, secret, text, whole

MailLanguage = Literal["cs", "en"]


class OutgoingKeys(BaseModel):
    """Keys of ours for mail that goes out."""

    smtp_tls: Annotated[
        Literal["starttls", "tls", "none"],
        Key(
            "smtpTls",
            choice("starttls", "tls", "none"),
            doc="How the connection to `smtpServer` is secured: `starttls`, `tls` or `none`.",
            source="M-1, E-5",
        ),
    ] = "starttls"
    smtp_name: Annotated[
        str | None,
        Key(
            "smtpName",
            text,
            doc="Login name at `smtpServer`; none: no login.",
            default_note="with `smtpOAuth` the box's address",
            source="M-1, E-5",
        ),
    ] = None
    smtp_password: Annotated[
        SecretStr | None,
        Key(
            "smtpPassword",
            secret,
            doc="Password at `smtpServer`.",
            source="M-1, E-5",
            secret=True,
        ),
    ] = None
    smtp_oauth: Annotated[
        bool,
        Key(
            "smtpOAuth",
            flag,
            doc="`true`: log in at `smtpServer` by OAuth2 with the app of `pop3OAuth`.",
            source="M-1",
        ),
    ] = False
    from_name: Annotated[
        str | None,
        Key(
            "fromName",
            text,
            doc="Name beside the box's address as the sender of mail to customers.",
            source="M-1",
        ),
    ] = None
    mails_per_hour: Annotated[
        int,
        Key(
            "mailsPerHour",
            whole(1, 100_000, "mails"),
            doc="Most mails that are sent for the box in an hour; the others wait.",
            source="M-6",
        ),
    ] = 200
    mail_language: Annotated[
        MailLanguage,
        Key(
            "mailLanguage",
            choice("cs", "en"),
            doc="Language of mail that is sent: `cs` or `en`.",
            source="M-4",
        ),
    ] = "cs"
    templates_dir: Annotated[
        Path | None,
        Key(
            "templatesDir",
            absolute_folder,
            doc="Folder with templates of your own, as `cs/notice.txt`; those that it lacks are "
            "the built-in ones.",
            source="M-4",
        ),
    ] = None
