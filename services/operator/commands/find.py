"""`crmservice find`."""

import sys
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from services.answers.find import counted, find_mails
from services.answers.journal import JournalMail
from services.answers.made import made_of
from services.answers.recorded import recorded
from services.answers.search import Search, address_typed, words_typed
from services.assembly.composition import Erp, open_erp
from services.operator.commands.asking import Asking, tell_never, tell_recorded
from services.operator.commands.options import (
    AsJson,
    InLanguage,
    OptionalConfig,
    Since,
    begin,
    boxes_of,
    language_for,
    moment_since,
    one_of,
)
from services.operator.output import write_json
from services.operator.present.answer import made_as_text
from services.operator.present.recorded_json import found_as_json
from services.operator.present.recorded_text import mail_line
from shared.contracts.line import one_line
from shared.contracts.said import said
from shared.contracts.verdict import Word
from shared.errors import WrongUseError
from shared.netgenium.schema.inspection import require_schema

_MOST = 1000


def find(  # noqa: PLR0913 - the options of a command
    words: Annotated[
        list[str] | None,
        typer.Argument(help="Beginnings of words, addresses, numbers; a Message-ID; a mail id."),
    ] = None,
    *,
    since: Since = None,
    sender: Annotated[str | None, typer.Option(help="An address, or *@domain.")] = None,
    recipient: Annotated[str | None, typer.Option(help="An address, or *@domain.")] = None,
    subject: Annotated[str | None, typer.Option(help="Words of the subject alone.")] = None,
    message_id: Annotated[str | None, typer.Option(help="As <abc@example.com>.")] = None,
    verdict: Annotated[str | None, typer.Option(help="A word of the verdict, as SPAM.")] = None,
    box: Annotated[str | None, typer.Option(help="Only mail of this box.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=_MOST, help="At most so many.")] = 20,
    config: OptionalConfig = None,
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Find mail, the newest first, and say what became of it; one mail is explained at once.

    Examples:
      crmservice find pump offer --since 2w
      crmservice find jana@example.com 4711
      crmservice find --sender "*@example.com" --verdict SPAM --json

    A mail that never came is an answer, too: when each box was last read, how many
    mails wait where, and what to do next.
    """
    environment = begin("warning")
    spoken = language_for(language)
    erp = open_erp(environment)
    require_schema(erp.engine, erp.tables)
    zone = erp.zone
    asking = Asking(environment, erp, boxes_of(config or ()), zone, spoken, as_json=as_json)
    search = Search(
        words=words_typed([word for word in words or () if not _is_id(word)]),
        since=moment_since(since, datetime.now(UTC), zone),
        sender=address_typed(sender),
        recipient=address_typed(recipient),
        subject=words_typed([subject]) if subject else (),
        message_id=message_id or next(filter(_is_message_id, words or ()), None),
        mail_id=next((UUID(word) for word in words or () if _is_mail_id(word)), None),
        verdict=_verdict(verdict) if verdict else None,
        box=box,
    )
    if search == Search():
        raise WrongUseError(said("say what to look for: words, or an option as --sender"))
    _tell(asking, search, limit)


def _tell(asking: Asking, search: Search, limit: int) -> None:
    found = find_mails(asking.erp, search, limit + 1)
    if not found:
        tell_never(asking, counted(asking.erp, search.all_words), search.message_id)
        return
    if len(found) == 1 and (then := recorded(asking.erp, asking.data, found[0].mail_id)):
        tell_recorded(asking, then)
        return
    _tell_several(asking, asking.erp, found[:limit])
    if len(found) > limit and not asking.as_json:
        more = asking.language.say("There are more: --limit shows more, further words fewer.")
        sys.stdout.write(f"{more}\n")


def _tell_several(asking: Asking, erp: Erp, found: list[JournalMail]) -> None:
    language, made = asking.language, made_of(erp, [mail.mail_id for mail in found])
    for mail in found:
        own = made.get(mail.mail_id, ())
        if asking.as_json:
            write_json(found_as_json(mail, own, language))
            continue
        things = "; ".join(made_as_text(one, language) for one in own)
        things = things or language.say("made nothing")
        sys.stdout.write(f"{one_line(mail_line(mail, asking.zone, language))}\n")
        sys.stdout.write(f"  {one_line(', '.join(mail.recipients))}\n")
        sys.stdout.write(f"  {mail.mail_id}  {one_line(things)}\n")


def _is_id(word: str) -> bool:
    return _is_message_id(word) or _is_mail_id(word)


def _is_message_id(word: str) -> bool:
    return word.startswith("<") and word.endswith(">") and "@" in word


def _is_mail_id(word: str) -> bool:
    try:
        return str(UUID(word)) == word.lower()
    except ValueError:
        return False


def _verdict(typed: str) -> str:
    """Return what is typed, if it is part of a word there is.

    Raises:
        WrongUseError: It is none.
    """
    known = [*Word, "UPDATED"]
    if any(typed.lower() in word.lower() for word in known):
        return typed
    return str(one_of(said("verdict"), typed.upper(), known))
