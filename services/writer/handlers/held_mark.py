"""Marks that somebody has reported are made, or held for a person (behaviours S-7, R-e)."""

from typing import Literal
from uuid import UUID

from sqlalchemy import update

from services.writer.changes import stands
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.commands import CountSoftBounce, Mark, MarkForbidden, MarkReport
from shared.contracts.messages import MailClassified
from shared.contracts.said import said
from shared.domain.copies import message_key
from shared.netgenium.own.held_mark_table import held_mark_table


def is_held(
    command: MarkForbidden | CountSoftBounce, mail: MailClassified, work: UnitOfWork
) -> bool:
    """Hold what `command` would do, unless its report is believed; it is in the trace."""
    report = command.report
    if report is None:
        return False
    address = command.address
    if work.earlier.held.get(command.command_id) == "refused":
        why = said("{address}: a person has refused this mark", address=address)
        work.outcome.say(mail, "S-7", "report", why)
        return True
    ours = not report.believed and address in work.earlier.sent.get(report.original or "", ())
    if report.believed or ours:
        if not _too_many(report, work):
            if ours:
                why = said("{address}: our mail to it came back, so it counts", address=address)
                work.outcome.say(mail, "S-7", "report", why)
            return False
        why = said(
            "{address}: held for a person: more than {most} marks today (marksPerDay)",
            address=address,
            most=report.most_a_day,
        )
        work.outcome.say(mail, "S-7", "report", why)
        _hold(command, report, mail, work, "too_many")
    else:
        _hold(command, report, mail, work, "unproven")
    return True


def settle_held(address: str, mark: Mark, mail_id: UUID, work: UnitOfWork) -> None:
    """Close what waits about `address`: a report that is believed has made the same mark."""
    closed = {"decided_at": work.now, "decided_as": "released", "decided_by": f"mail {mail_id}"}
    own = held_mark_table.c
    same = (own.address == address, own.mark == mark, own.decided_at.is_(None))
    work.connection.execute(update(held_mark_table).where(*same).values(closed))
    for row in work.held_marks:
        if (row["address"], row["mark"]) == (address, mark):
            row.update(closed)


def _too_many(report: MarkReport, work: UnitOfWork) -> bool:
    """Return whether the day is full; several writers may each go beyond by their group's marks."""
    here = {row["command_id"] for row in work.changes if row["mark"] is not None}
    return (
        report.most_a_day is not None and work.earlier.marks_today + len(here) >= report.most_a_day
    )


def _hold(
    command: MarkForbidden | CountSoftBounce,
    report: MarkReport,
    mail: MailClassified,
    work: UnitOfWork,
    reason: Literal["unproven", "too_many"],
) -> None:
    """Hold it once, whatever is classified again, and not if the mark stands already."""
    mark: Mark = command.mark if isinstance(command, MarkForbidden) else "broken"
    if command.command_id in work.earlier.held:
        return
    if stands(command.address, mark, work):
        why = said("{address}: is marked already: nothing is held", address=command.address)
        work.outcome.say(mail, "S-7", "report", why)
        return
    work.held_marks.append(
        {
            "command_id": command.command_id,
            "mail_id": mail.mail_id,
            "rule": report.rule,
            "address": command.address,
            "mark": mark,
            "bounced_on": getattr(command, "bounced_on", None),
            "reporter": report.reporter,
            "why": reason,
            "received_at": mail.received_at,
            "held_at": work.now,
            "decided_at": None,
            "decided_as": None,
            "decided_by": None,
            "returned_key": message_key(report.original) if report.original else None,
        }
    )
