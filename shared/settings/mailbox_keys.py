"""Keys of ours for the mailbox: how it is reached, read and left."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel

from shared.settings.key import Key
from shared.settings.value_types import Disposition, ServerAddress
from shared.settings.values import (
    absolute_folder,
    choice,
    flag,
    interval,
    mail_disposition,
    server,
    start,
    text,
)


class MailboxKeys(BaseModel):
    """Keys of ours for the mailbox: how it is reached, read and left."""

    imap_url: Annotated[
        ServerAddress | None,
        Key(
            "imapUrl",
            server,
            doc="IMAP server of the box, `server` or `server:port`; not beside `pop3Url`.",
            source="I-2",
        ),
    ] = None
    imap_folders: Annotated[
        tuple[str, ...], Key("imapFolders", text, doc="Folder to read.", source="I-10")
    ] = ("INBOX",)
    allow_plaintext: Annotated[
        bool,
        Key("allowPlaintext", flag, doc="`true` permits POP3 without TLS.", source="I-2"),
    ] = False
    ca_file: Annotated[
        Path | None,
        Key(
            "caFile",
            absolute_folder,
            doc="Absolute path of a PEM bundle that replaces the system's for this box.",
            source="I-2",
        ),
    ] = None
    poll_seconds: Annotated[
        int,
        Key(
            "pollSeconds",
            interval,
            doc="Seconds between two polls where the server does not announce mail.",
            source="I-3",
        ),
    ] = 300
    disposition: Annotated[
        Disposition,
        Key(
            "disposition",
            mail_disposition,
            doc="What becomes of processed mail in the box: `delete`, `seen` or `move:<folder>`.",
            source="I-8",
        ),
    ] = Disposition()
    dispose_after: Annotated[
        Literal["published", "recorded"],
        Key(
            "disposeAfter",
            choice("published", "recorded"),
            doc="When that happens: as soon as the next stage has the mail (`published`), or only "
            "when the ERP has it (`recorded`).",
            source="I-8",
        ),
    ] = "published"
    scan_type: Annotated[
        Literal["all", "unread"],
        Key(
            "scanType",
            choice("all", "unread"),
            doc="Which mail of the box is read: `all` or `unread`.",
            source="I-10",
        ),
    ] = "all"
    start_from: Annotated[
        date | Literal["all"] | None,
        Key(
            "startFrom",
            start,
            doc="Needed where the first connection finds more than 500 mails: a date, or `all`.",
            source="I-11",
        ),
    ] = None
    archive: Annotated[
        bool,
        Key(
            "archive",
            flag,
            doc="`true` records old mail with its own dates, without tasks, marks or forwards.",
            source="I-11",
        ),
    ] = False
