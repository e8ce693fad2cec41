"""What mails of a thread pass on to each other that came in another order (A-6, S-6). Pure.

An answer gets what the mail has that it answers, which was recorded after it, or by another writer
at the same moment. A mail that came after its answer gets what the answer has. Both only where they
say nothing themselves and nobody has assigned them since; and only between people who wrote to each
other, because whoever passes something on changes what is recorded.
"""

from collections.abc import Iterator, Mapping, Sequence
from uuid import uuid5

from shared.contracts.commands import AssignActivity
from shared.contracts.flags import FOREIGN, NOT_BELIEVED
from shared.netgenium.queries.threads import Answers, Threaded


def late_assignments(answers: Answers) -> list[AssignActivity]:
    """Return what is assigned, each activity at most once."""
    in_order = sorted(answers.mails.values(), key=lambda one: (one.received_at, one.mail_id))
    assigned: list[AssignActivity] = []
    for mail in in_order:
        before = [one for one in in_order if (one.mail_id, mail.mail_id) in answers.pairs]
        after = [one for one in in_order if (mail.mail_id, one.mail_id) in answers.pairs]
        givers = [*_answered(mail, before), *_came_first(mail, after)]
        if giver := next((one for one in givers if _may_pass_on(one, mail)), None):
            assigned += _assignments(giver, mail)
    return assigned


def _answered(answer: Threaded, mails: Sequence[Threaded]) -> Sequence[Threaded]:
    """Return those of `mails` that `answer` inherits from, the nearest first."""
    nearest = {key: place for place, key in enumerate(answer.inherits)}
    return sorted((one for one in mails if one.key in nearest), key=lambda one: nearest[one.key])


def _came_first(mail: Threaded, answers: Sequence[Threaded]) -> Sequence[Threaded]:
    """Return those of its `answers` that came before `mail`, if it says nothing itself."""
    if mail.has_token:
        return ()
    return [one for one in answers if one.received_at < mail.received_at]


def _may_pass_on(giver: Threaded, taker: Threaded) -> bool:
    doubtful = giver.flags & {FOREIGN, NOT_BELIEVED}
    both = giver.sender in taker.people and taker.sender in giver.people
    return both and not doubtful and bool(_records(giver))


def _records(mail: Threaded) -> Mapping[str, int]:
    return next((ids for ids in mail.activities.values() if ids), {})


def _assignments(giver: Threaded, taker: Threaded) -> Iterator[AssignActivity]:
    records = _records(giver)
    for activity, ids in taker.activities.items():
        if not ids:
            yield AssignActivity(
                command_id=uuid5(giver.mail_id, f"assign\0{activity}"),
                activity=activity,
                mail_id=taker.mail_id,
                like=giver.mail_id,
                records=records,
            )
