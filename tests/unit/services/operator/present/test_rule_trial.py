"""What a trial of rules shows to a Czech administrator."""

from uuid import UUID

from services.answers.rule_trial import TrialCount, TriedMail
from services.operator.present.rule_trial import trial_as_text
from shared.contracts.mailbox_actions import MailboxActions
from shared.language.language import language

TRIED = TriedMail(
    mail_id=UUID(int=1),
    subject="Hi",
    sender=None,
    held=(),
    verdict=("IGNORED",),
    commands=(),
    recorded=("PROCESSED",),
    recorded_commands=("create_activity",),
    differs=True,
    mailbox=MailboxActions(seen=True, then="move", folder="Archive"),
    recorded_mailbox=MailboxActions(then="delete"),
)


def test_a_trial_is_told_in_czech() -> None:
    """C-3, O-11: what would be, what was, and what becomes of the mail in its box."""
    told = trial_as_text("crm", [TRIED], TrialCount(looked_at=1, passed_over=2), language("cs"))

    assert "prohlédnuto zpráv: 1" in told
    assert told.splitlines() == [
        f"{UUID(int=1)}  -  Hi",
        "  výsledek by byl: IGNORED; nic nevznikne",
        "  ve schránce: označena jako přečtená, přesunuta do Archive",
        "  zapsáno bylo: PROCESSED; create_activity; ve schránce: smazána",
        told.splitlines()[4],
        "vynechané zálohy jiných schránek nebo nečitelné: 2",
    ]
