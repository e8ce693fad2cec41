"""Counts a soft bounce; the third on different days within 30 marks the address (B-3)."""

from sqlalchemy import insert, select

from services.writer.handlers.mark_forbidden import mark_address
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.commands import CountSoftBounce
from shared.contracts.messages import MailClassified
from shared.netgenium.locks import hold
from shared.netgenium.memory import read_soft_bounces
from shared.netgenium.own_tables import change_table, soft_bounce_table
from shared.soft_bounces import enough_soft_bounces


def count_soft_bounce(command: CountSoftBounce, mail: MailClassified, work: UnitOfWork) -> None:
    """Remember the day, and mark the address if that is enough and it is not marked yet."""
    hold(work.connection, "forbidden_email")
    earlier = read_soft_bounces(work.connection, [command.address])
    row = {
        "command_id": command.command_id,
        "address": command.address,
        "bounced_on": command.bounced_on,
        "mail_id": mail.mail_id,
    }
    work.connection.execute(insert(soft_bounce_table), [row])
    days = earlier.get(command.address, frozenset())
    if enough_soft_bounces(days, command.bounced_on) and not _stands(command.address, work):
        mark_address(command, mail, work, "broken")
        work.say(mail, "B-3", "bounce", f"{command.address}: three soft bounces: marked")


def _stands(address: str, work: UnitOfWork) -> bool:
    """Whether the address is marked as broken by a mail before."""
    change = change_table.c
    standing = (change.address == address, change.mark == "broken", change.undone_at.is_(None))
    return work.connection.execute(select(change.mail_id).where(*standing)).first() is not None
