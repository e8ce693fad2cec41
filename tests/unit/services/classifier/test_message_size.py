from pathlib import Path
from uuid import UUID

import pytest

from services.classifier.message_size import _at_most
from shared.contracts.commands import AnyCommand, SendMail
from shared.contracts.conversation_commands import CommentTask
from shared.contracts.messages import MailClassified
from shared.contracts.references import RecordRef
from shared.contracts.rule_commands import PutTask

ID = UUID(int=7)
TASK = RecordRef(id=5, number="5")
TEXT = "ř" * 40_000
EXAMPLE = MailClassified.model_validate_json(
    Path("tests/examples/mail_classified.v1.json").read_text("utf-8")
)


@pytest.mark.parametrize(
    "command",
    [
        CommentTask(command_id=ID, task=TASK, text=TEXT[:4000]),
        PutTask(command_id=ID, subject="Press", values={"text": TEXT}),
        SendMail(
            command_id=ID,
            name="support",
            recipient="a@firma.cz",
            template="support",
            values={"text": "short", "lines": tuple("ř" * 900 for _ in range(40))},
        ),
    ],
    ids=lambda command: command.kind,
)
def test_the_texts_of_any_command_count(command: AnyCommand) -> None:
    """H-4: the quick count of a message's bytes is never below what it weighs."""
    message = EXAMPLE.model_copy(update={"commands": (command,) * 3})

    assert _at_most(message) >= len(message.model_dump_json().encode())
