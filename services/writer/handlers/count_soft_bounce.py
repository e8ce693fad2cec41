"""Counts a soft bounce; the third on different days within 30 marks the address (B-3)."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from services.writer.changes import stands
from services.writer.handlers.held_mark import is_held
from services.writer.handlers.mark_forbidden import MarkedBy, mark_address
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.commands import CountSoftBounce
from shared.contracts.messages import MailClassified
from shared.contracts.said import Said, said
from shared.domain.soft_bounces import enough_soft_bounces

_ON_ITS_WAY = timedelta(days=5)
"""How long a report may have been on its way: so long servers try again (RFC 5321, 4.5.4.1)."""


def count_soft_bounce(command: CountSoftBounce, mail: MailClassified, work: UnitOfWork) -> None:
    """Remember the day, and mark the address if that is enough and it is not marked yet."""
    if is_held(command, mail, work):
        return
    for why in count(command, MarkedBy(mail.mail_id, mail.received_at), work):
        work.outcome.say(mail, "B-3", "bounce", why)


def count(command: CountSoftBounce, mail: MarkedBy, work: UnitOfWork) -> list[Said]:
    """Do it, and return what is to be said of it."""
    day, told = _day(command, mail, work)
    row = {
        "command_id": command.command_id,
        "address": command.address,
        "bounced_on": day,
        "mail_id": mail.mail_id,
    }
    work.soft_bounces.append(row)
    days = work.earlier.soft_bounces.get(command.address, frozenset())
    work.earlier.soft_bounces[command.address] = days | {day}
    if enough_soft_bounces(days, day) and not stands(command.address, "broken", work):
        mark_address(command, mail, work, "broken")
        told.append(said("{address}: three soft bounces: marked", address=command.address))
    return told


def _day(command: CountSoftBounce, mail: MarkedBy, work: UnitOfWork) -> tuple[date, list[Said]]:
    """Return the day that the mail names, if it can be: anybody can write any Date."""
    came = mail.received_at.astimezone(ZoneInfo(work.erp.mapping.time.zone)).date()
    day = max(came - _ON_ITS_WAY, min(command.bounced_on, came))
    if day == command.bounced_on:
        return day, []
    why = said(
        "{address}: came on {came}, so it counts for {day}, not {named}",
        address=command.address,
        came=came,
        day=day,
        named=command.bounced_on,
    )
    return day, [why]
