"""A recorded mail for a person: the answer first, then what happened, every rule, other mails."""

from collections.abc import Sequence
from typing import assert_never
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.answers.journal import JournalMail
from services.answers.recorded import Recorded, Related, Relation, Step, StepName, Today
from services.operator.present.answer import answer_as_text, where_to_read
from services.operator.present.differences import compared_as_lines
from services.operator.present.labels import flags_as_text, state_label
from services.operator.present.times import moment_as_text, second_as_text
from services.operator.present.trace import proof_line, trace_table
from services.operator.present.verdicts import verdict_as_text
from shared.contracts.verdict import Word, words_of
from shared.language.language import Language


def recorded_as_text(then: Recorded, zone: ZoneInfo, language: Language) -> RenderableType:
    """Show a mail as it was recorded."""
    parts: list[RenderableType] = [
        Text(answer_as_text(then.made, then.trace, language), style="bold"),
        Text(),
        _head(then, zone, language),
        Text(),
        _timeline(then.timeline, zone, language),
        Text(),
        trace_table(then.trace, language),
    ]
    if then.related:
        parts += [Text(), _related(then.related, zone, language)]
    return Group(*parts)


def today_as_text(now: Today, language: Language) -> RenderableType:
    """Say whether it would be decided differently today, and by which reasons."""
    if now.error:
        text = language.say("What would be decided today cannot be told: {error}", error=now.error)
        return Group(Text(), Text(text, style="yellow"))
    if not now.differs:
        return Group(Text(), Text(language.say("Today it would be decided in the same way.")))
    said = verdict_as_text(now.verdict, language)
    text = language.say("Today it would be decided differently: {verdict}", verdict=said)
    lines = (Text(f"  {line}") for line in compared_as_lines(now.compared, language))
    return Group(Text(), Text(text, style="yellow"), *lines)


def mail_line(mail: JournalMail, zone: ZoneInfo, language: Language) -> str:
    """Tell one mail in a line."""
    verdict = verdict_as_text(mail.verdict, language)
    moment = moment_as_text(mail.received_at, zone, language)
    return f"{moment}  {mail.sender or '?'}  {mail.subject}  {verdict}"


def _head(then: Recorded, zone: ZoneInfo, language: Language) -> Table:
    mail = then.mail
    head = Table.grid(padding=(0, 2))
    if proof := proof_line(then.trace):
        head.add_row(language.say("Sender"), Text(language.reason(proof), style="bold"))
    head.add_row(language.say("Mail"), str(mail.mail_id))
    head.add_row(language.say("Subject"), Text(mail.subject))
    head.add_row(language.say("From"), Text(mail.sender or ""))
    head.add_row(language.say("To"), Text(", ".join(mail.recipients)))
    head.add_row("Message-ID", Text(mail.message_id or ""))
    head.add_row(language.say("Box"), Text(f"{mail.box}: {mail.source}"))
    head.add_row(language.say("Verdict"), Text(verdict_as_text(mail.verdict, language)))
    if read_more := where_to_read(then.trace, language):
        head.add_row(language.say("Read more"), read_more)
    if mail.direction:
        head.add_row(language.say("Direction"), state_label(mail.direction, language))
    if mail.flags:
        head.add_row(language.say("Flags"), Text(flags_as_text(mail.flags, language)))
    if mail.differs and Word.DUPLICATE_KEY in mail.verdict:
        differs = language.say("its text differs from that of the first mail")
        head.add_row(language.say("Duplicate"), differs)
    head.add_row(language.say("Backup"), Text(mail.backup))
    head.add_row(language.say("Times"), str(zone))
    return head


def _timeline(steps: Sequence[Step], zone: ZoneInfo, language: Language) -> Table:
    table = Table.grid(padding=(0, 2))
    for step in steps:
        moment = second_as_text(step.at, zone, language)
        said = verdict_as_text(words_of(step.words), language) if step.words else ""
        table.add_row(moment, _step(step.what, language), Text(said))
    return table


def _step(what: StepName, language: Language) -> str:
    match what:
        case "arrived":
            return language.say("arrived in its box")
        case "backed_up":
            return language.say("backed up")
        case "recorded":
            return language.say("recorded in the ERP")
        case "undone":
            return language.say("undone")
        case "released":
            return language.say("held mark released")
        case "refused":
            return language.say("held mark refused")
        case _:
            assert_never(what)


def _related(related: Sequence[Related], zone: ZoneInfo, language: Language) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_row(Text(language.say("Related mails"), style="bold"))
    for one in related:
        line = mail_line(one.mail, zone, language)
        table.add_row(relation_as_text(one.relation, language), Text(line))
        table.add_row("", str(one.mail.mail_id))
    return table


def relation_as_text(relation: Relation, language: Language) -> str:
    """Say how another mail belongs to this one."""
    match relation:
        case "same_message_id":
            return language.say("the same Message-ID")
        case "same_key":
            return language.say("the same date, sender, recipients and subject")
        case "answers":
            return language.say("this mail answers or returns it")
        case "answered_by":
            return language.say("it answers or returns this mail")
        case _:
            assert_never(relation)
