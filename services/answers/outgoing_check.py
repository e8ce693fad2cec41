"""What `check` says of the mail that a box sends (behaviours M-1, E-1, E-2)."""

from collections.abc import Iterator, Sequence

from services.answers.checked import TRY, Check, problem_found
from services.answers.mail_trial import mail_server_answers
from services.assembly.mailing import outlet_of, signer_of
from services.assembly.secret import own_mail
from shared.contracts.said import Said, said
from shared.errors import ConfigurationError, ExitCode
from shared.settings.box import Box
from shared.settings.environment import Environment


def outgoing_mail(
    name: Said, box: Box, boxes: Sequence[Box], environment: Environment
) -> Iterator[Check]:
    """Yield whether what `box` has to send can be sent.

    Raises:
        ConfigurationError: A file of the login is unusable.
        TransientError: The server is unreachable.
        CredentialsRefusedError: It refused the login.
    """
    if box.smtp_server or box.conversations:
        yield from _signing(name, environment)
    for template in outlet_of(box).templates.problems():
        yield Check(name, "fail", template, TRY, ExitCode.CONFIGURATION_WRONG)
        return
    yield _sending(name, box) if box.smtp_server else _without_server(name, box, boxes)


def _signing(name: Said, environment: Environment) -> list[Check]:
    try:
        signer_of(own_mail(environment), environment)
    except ConfigurationError as error:
        return [problem_found(name, "fail", one) for one in error.problems]
    return []


def _sending(name: Said, box: Box) -> Check:
    if box.smtp_tls == "none" and (box.smtp_password or box.smtp_oauth):
        remedy = said("set smtpTls to starttls or tls")
        return Check(name, "warn", said("smtpTls is none: the login is sent unencrypted"), remedy)
    return Check(name, "ok", mail_server_answers(box))


def _without_server(name: Said, box: Box, boxes: Sequence[Box]) -> Check:
    if not _must_send(box, boxes):
        detail = said("smtpServer is not set: nothing is sent, mail waits in the outbox")
        return Check(name, "skipped", detail)
    detail = said(
        "conversations is true, and smtpServer is not set: comments, answers and mail for the "
        "support wait in the outbox for ever"
    )
    remedy = said("set smtpServer (and smtpName, smtpPassword), or leave conversations out")
    return Check(name, "fail", detail, remedy, ExitCode.CONFIGURATION_WRONG)


def _must_send(box: Box, boxes: Sequence[Box]) -> bool:
    """Whether conversations make mail that only this box can send: comments need one server."""
    if not box.conversations:
        return False
    others = any(one.conversations and one.smtp_server for one in boxes)
    return bool(box.support_address or box.ticket_answer) or not others
