"""The keys of the manual (chapters 7 and 15.8), in its order."""

from datetime import time
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, SecretStr

from shared.settings.key import Key
from shared.settings.values import (
    ServerAddress,
    absolute_folder,
    absolute_path,
    address,
    clock_time,
    flag,
    phrase,
    secret,
    server,
    text,
)


def _login_name(given: dict[str, Any]) -> str:
    return str(given.get("email", ""))


class ManualKeys(BaseModel):
    """The keys of the manual (chapters 7 and 15.8), in its order."""

    root_path: Annotated[
        str,
        Key(
            "rootPath",
            absolute_path,
            doc="Absolute path of the NET Genium directory; the same in all files of "
            "one deployment.",
            source="ch. 7, I-12, I-13",
            default_note="mandatory",
        ),
    ]
    stop_from: Annotated[
        time | None,
        Key(
            "stopFrom",
            clock_time,
            doc="Start of the daily pause without connection to the box, `HH:mm`; needs `stopTo`.",
            source="ch. 7, I-4",
        ),
    ] = None
    stop_to: Annotated[
        time | None,
        Key(
            "stopTo",
            clock_time,
            doc="End of the pause, `HH:mm`; the same as `stopFrom` means no pause.",
            source="ch. 7, I-4",
        ),
    ] = None
    smtp_server: Annotated[
        ServerAddress | None,
        Key(
            "smtpServer",
            server,
            doc="Server for outgoing mail, `host` or `host:port`.",
            source="ch. 7, M-1, E-5",
        ),
    ] = None
    error_from: Annotated[
        str | None,
        Key(
            "errorFrom",
            address,
            doc="Address that notices of errors come from.",
            source="ch. 7, I-9",
        ),
    ] = None
    error_to: Annotated[
        str | None,
        Key(
            "errorTo",
            address,
            doc="Address that notices of errors go to.",
            source="ch. 7, I-9",
        ),
    ] = None
    pop3_url: Annotated[
        ServerAddress | None,
        Key(
            "pop3Url",
            server,
            doc="POP3 server of the box, `server` or `server:port`; not beside `imapUrl`.",
            source="ch. 7, I-2",
        ),
    ] = None
    email: Annotated[
        str,
        Key(
            "pop3Email",
            address,
            doc="E-mail address of the technology box.",
            source="ch. 7, 15.9.1, I-12, D-2",
            default_note="mandatory",
        ),
    ]
    pop3_name: Annotated[
        str,
        Key(
            "pop3Name",
            text,
            doc="Login name of the box, for POP3 and IMAP.",
            source="ch. 7, I-2",
            default_note="`pop3Email`",
        ),
    ] = Field(default_factory=_login_name)
    pop3_password: Annotated[
        SecretStr | None,
        Key(
            "pop3Password",
            secret,
            doc="Password of the box, for POP3 and IMAP.",
            source="ch. 7, I-2",
            secret=True,
        ),
    ] = None
    pop3_oauth: Annotated[
        bool,
        Key(
            "pop3OAuth",
            flag,
            doc="Log in by OAuth2 with `<rootPath>/Config/MicrosoftOAuth.json`, for POP3 and IMAP.",
            source="ch. 7, I-2",
        ),
    ] = False
    eml_dir: Annotated[
        Path | None,
        Key(
            "emlDir",
            absolute_folder,
            doc="Absolute path of the directory whose `.eml` files are read, processed "
            "and deleted.",
            source="ch. 6, 7, I-7, I-12",
        ),
    ] = None
    save_originals_from: Annotated[
        tuple[str, ...],
        Key(
            "saveOriginalsFrom",
            address,
            doc="Sender whose mails are kept as `Original.eml` at the activity.",
            source="ch. 7, A-4",
        ),
    ] = ()
    save_incoming_as_pending: Annotated[
        bool,
        Key(
            "saveIncomingAsPending",
            flag,
            doc="Leave the completion date of activities from incoming mail empty.",
            source="ch. 7, A-5",
        ),
    ] = False
    ignore_subject: Annotated[
        tuple[str, ...],
        Key(
            "ignoreSubject",
            phrase,
            doc="Text in the subject of mails that make no activity.",
            source="ch. 15.8, R-12",
        ),
    ] = ()
