"""The answer for a mail that is not there: where it may be, and what to do next (O-4)."""

from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from services.answers.whereabouts import BoxSeen, Whereabouts
from services.operator.present.labels import state_label
from services.operator.present.times import second_as_text
from shared.language.language import Language


def never_as_text(
    found: Whereabouts,
    words: Mapping[str, int],
    message_id: str | None,
    zone: ZoneInfo,
    language: Language,
) -> Iterator[str]:
    """Say line by line what is known.

    Args:
        found: Where mails are that are not through yet.
        words: How many mails have each word that was asked for, where there were several.
        message_id: What to paste into the trace of the mail server, if it is known.
        zone: The company's.
        language: What is spoken.
    """
    yield language.say("No mail that is through fits.")
    for word, count in words.items() if len(words) > 1 else ():
        yield "  " + language.say_many(
            "“{word}”: {n} mail", "“{word}”: {n} mails", count, word=word
        )
    if found.backed_up:
        yield language.say("The mail is backed up, but not through yet: it waits, or it failed.")
    for box in found.boxes:
        yield _box(box, zone, language)
    if not found.boxes:
        yield language.say("When the boxes were last read is not known: give --config.")
    yield from _counts(found, language)
    for error in found.unasked:
        yield language.say("Could not be asked: {error}", error=error)
    yield next_step(found, message_id, language)


def next_step(found: Whereabouts, message_id: str | None, language: Language) -> str:
    """Say what to do: mail that nobody fetches does not come by waiting, nor by asking others."""
    from services.fetcher.standing import STANDING_STILL  # noqa: PLC0415 - it knows the broker

    still = [box.box for box in found.boxes if box.state in STANDING_STILL]
    if still:
        return language.say(
            "Next: see crmservice status; nobody fetches the mail of {boxes}",
            boxes=", ".join(still),
        )
    if found.queued or found.resting or any(box.waiting for box in found.boxes):
        return language.say("Next: wait until what waits is processed, then ask again.")
    if found.dead or found.failed:
        return language.say("Next: look at crmservice dead-letters list and the folders failed/.")
    what = message_id or language.say("the Message-ID, or sender, recipient and time")
    return language.say(
        "Next: ask the mail server whether it was delivered into the box. In Exchange: admin "
        "center, Mail flow, Message trace, with {what}.",
        what=what,
    )


def _box(box: BoxSeen, zone: ZoneInfo, language: Language) -> str:
    state = state_label(box.state, language)
    moment = second_as_text(box.read_at, zone, language) if box.read_at else language.say("never")
    text = language.say(
        "Box {box} ({state}): last read {moment}", box=box.box, state=state, moment=moment
    )
    if box.waiting is not None:
        waiting = language.say_many("{n} mail waits there", "{n} mails wait there", box.waiting)
        text = f"{text}, {waiting}"
    return f"{text}: {box.why}" if box.why else text


def _counts(found: Whereabouts, language: Language) -> Iterator[str]:
    unknown = language.say("not known")
    queued, resting, dead, failed = (
        unknown if count is None else str(count)
        for count in (found.queued, found.resting, found.dead, found.failed)
    )
    yield language.say(
        "In queues: {queued}; waiting for another try: {resting}; dead letters: {dead}; "
        "in failed/: {failed}",
        queued=queued,
        resting=resting,
        dead=dead,
        failed=failed,
    )
