"""The command line, with mails that make trouble: `python -m tests.faults.troublesome arguments`.

What a mail does stands in its subject: `kills` ends the process as the kernel does when memory is
short, `conflicts` meets another writer's row whenever it is written.
"""

import os
import signal
from collections.abc import Sequence
from typing import Any

from services.classifier import stage as classifier
from services.classifier.parse.mail import parse_mail as parse_as_ever
from services.classifier.parse.parsed_mail import ParsedMail
from services.writer import stage as writer
from shared.contracts.messages import MailClassified
from shared.contracts.said import said
from shared.netgenium.database.engine import ConflictError
from tests.program import crmservice

KILLS, CONFLICTS = "kills", "conflicts"


def make_trouble() -> None:
    """From now on such mails make trouble in this process."""
    commit = writer.WriterStage._commit_once

    def parse_or_die(raw: bytes, backup_key: str) -> ParsedMail:
        if f"Subject: {KILLS}".encode() in raw:
            os.kill(os.getpid(), signal.SIGKILL)
        return parse_as_ever(raw, backup_key)

    def commit_once(self: writer.WriterStage, batch: Sequence[MailClassified]) -> Any:
        if any(mail.subject.startswith(CONFLICTS) for mail in batch):
            raise ConflictError(said("Another writer was first: UNIQUE constraint failed"))
        return commit(self, batch)

    classifier.parse_mail = parse_or_die  # type: ignore[attr-defined]
    writer.WriterStage._commit_once = commit_once  # type: ignore[method-assign]


def run(arguments: Sequence[str]) -> None:
    """The command line in a process that such mails make trouble in."""
    make_trouble()
    crmservice(arguments)
