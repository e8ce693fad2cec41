from pathlib import Path

import pytest
from pydantic import SecretStr

from services.answers.outgoing_check import outgoing_mail
from services.assembly.secret import make_secret
from shared.contracts.said import said
from shared.settings.box import Box
from shared.settings.environment import Environment
from shared.settings.value_types import ServerAddress
from tests.builders import a_box

NAME = said("outgoing mail of crm")
ELSEWHERE = a_box(conversations=True, smtp_server=ServerAddress(host="m"))


def looked_at(box: Box, data: Path, *others: Box) -> tuple[str, int, str]:
    """Look at the outgoing mail of one box."""
    environment = Environment.from_environ({"CRMSERVICE_DATA": str(data)})
    (found,) = outgoing_mail(NAME, box, (box, *others), environment)
    return found.status, found.exit_code, found.remedy


@pytest.mark.parametrize(
    ("box", "others", "status"),
    [
        (a_box(), (), "skipped"),
        (a_box(conversations=True), (), "fail"),
        (a_box(conversations=True), (ELSEWHERE,), "skipped"),
        (a_box(conversations=True, support_address="p@firma.cz"), (ELSEWHERE,), "fail"),
        (a_box(conversations=True, ticket_answer=True), (ELSEWHERE,), "fail"),
    ],
)
def test_conversations_without_a_server_to_send_by_fail(
    tmp_path: Path, box: Box, others: tuple[Box, ...], status: str
) -> None:
    """O-1, E-2: `check` ends with 78 and says what to set where mail would wait for ever."""
    make_secret(tmp_path)

    found, code, remedy = looked_at(box, tmp_path, *others)

    assert (found, code) == (status, 78 if status == "fail" else 0)
    assert ("smtpServer" in remedy) == (status == "fail")


UNTRIED = ELSEWHERE.model_copy(update={"smtp_tls": "none", "smtp_password": SecretStr("p")})


@pytest.mark.parametrize(
    ("box", "then"), [(a_box(conversations=True), "smtpServer"), (UNTRIED, "smtpTls")]
)
def test_mail_that_nobody_can_sign_fails(tmp_path: Path, box: Box, then: str) -> None:
    """O-1, M-1: without the secret of the installation the mailer would not start."""
    environment = Environment.from_environ({"CRMSERVICE_DATA": str(tmp_path)})

    found = outgoing_mail(NAME, box, (box,), environment)

    unsigned, other = found
    assert (unsigned.status, unsigned.remedy) == ("fail", "run crmservice init-db")
    assert str(tmp_path / "secret") in unsigned.detail
    assert then in other.remedy, "one failure does not hide the next"
