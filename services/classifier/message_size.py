"""The message to the writer about one mail stays within its bound, whatever the mail is. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from shared.contracts.bounds import MESSAGE_BYTES
from shared.contracts.command import Command
from shared.contracts.commands import AnyCommand, ApplyEvent, CreateActivity
from shared.contracts.content import MailContent, trace_line
from shared.contracts.messages import MailClassified
from shared.contracts.said import Said, said

_CHARACTER_BYTES = 6
"""A character takes at most so much of JSON."""

_ENTRY_BYTES = 500
_KEPT_CHARACTERS = 256 * 1024


def within_bounds(message: MailClassified) -> MailClassified:
    """Return `message`, or what is left without the least important, which its trace says.

    The original mail is kept in any case.
    """
    if _at_most(message) <= MESSAGE_BYTES:
        return message
    for what, lighter in _STEPS:
        if len(message.model_dump_json()) <= MESSAGE_BYTES:
            break
        reason = said("{what}: the mail is too large", what=what)
        line = trace_line("H-4", "bounds", hit=True, reason=reason)
        message = lighter(message)
        message = message.model_copy(update={"trace": (*message.trace, line)})
    return message


def _at_most(message: MailClassified) -> int:
    """Return bytes that the message can have at most, counted quickly."""
    content, otherwise = message.content, message.otherwise
    trace = message.trace + (otherwise.trace if otherwise else ())
    commands = message.commands + (otherwise.commands if otherwise else ())
    # A reason stands there twice, and with the pattern of its sentence.
    reasons = [line.reason for line in trace for _ in range(3)]
    texts = [message.subject, *reasons]
    texts += [*message.refers_to, *message.recipients, *(token.words for token in message.tokens)]
    if content:
        texts += [content.text, content.html or "", *content.to, *content.cc]
        for event in content.events:
            texts += (event.summary, event.location, event.rule or "", event.uid)
            texts += (attendee.address for attendee in event.attendees)
    for command in commands:
        texts += _texts_of(command)
    entries = len(texts) + len(commands) + (len(content.attachments) if content else 0)
    return sum(map(len, texts)) * _CHARACTER_BYTES + entries * _ENTRY_BYTES


def _texts_of(value: object) -> Iterator[str]:
    """Yield the texts of a command's fields, whichever they are."""
    match value:
        case str():
            yield value
        case Command():
            yield from (text for _, field in value for text in _texts_of(field))
        case Mapping():
            yield from (text for field in value.values() for text in _texts_of(field))
        case tuple():
            yield from (text for field in value for text in _texts_of(field))
        case _:
            pass


def _without_html(message: MailClassified) -> MailClassified:
    return _with_content(message, html=None)


def _without_invitations(message: MailClassified) -> MailClassified:
    commands = tuple(one for one in message.commands if not isinstance(one, ApplyEvent))
    return _with_content(message.model_copy(update={"commands": commands}), events=())


def _without_answers(message: MailClassified) -> MailClassified:
    update: dict[str, object] = {"commands": tuple(_unthreaded(message.commands)), "refers_to": ()}
    if otherwise := message.otherwise:
        activities = tuple(_unthreaded(otherwise.commands))
        update["otherwise"] = otherwise.model_copy(update={"commands": activities})
    return message.model_copy(update=update)


def _unthreaded(commands: Sequence[AnyCommand]) -> Iterator[object]:
    for command in commands:
        threaded = isinstance(command, CreateActivity) and command.answers_to
        yield command.model_copy(update={"answers_to": ()}) if threaded else command


def _with_less_text(message: MailClassified) -> MailClassified:
    text = message.content.text[:_KEPT_CHARACTERS] if message.content else ""
    return _with_content(message, text=text)


def _with_content(message: MailClassified, **changes: object) -> MailClassified:
    content: MailContent | None = message.content
    if content is None:
        return message
    return message.model_copy(update={"content": content.model_copy(update=changes)})


_STEPS: tuple[tuple[Said, Callable[[MailClassified], MailClassified]], ...] = (
    (said("the HTML is left out"), _without_html),
    (said("invitations are left out"), _without_invitations),
    (said("what it answers is left out"), _without_answers),
    (said("the text is cut"), _with_less_text),
)
