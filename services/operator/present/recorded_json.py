"""A recorded mail as a JSON object; fields may be added in later versions, never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from services.answers.journal import JournalMail
from services.answers.made import Made
from services.answers.recorded import Recorded, Today
from services.answers.times import utc
from services.answers.whereabouts import Whereabouts
from services.operator.present.answer import made_as_text
from services.operator.present.differences import compared_as_json
from shared.language.language import Language

Json = Mapping[str, Any]


def found_as_json(mail: JournalMail, made: Sequence[Made], language: Language) -> Json:
    """Describe one mail of `find`."""
    return {
        "found": True,
        **mail_as_json(mail),
        "made": [asdict(one) for one in made],
        "answer": "; ".join(made_as_text(one, language) for one in made),
    }


def recorded_as_json(then: Recorded, answer: str, now: Today | None) -> Json:
    """Describe a mail with everything that was recorded of it."""
    return {
        "found": True,
        **mail_as_json(then.mail),
        "made": [asdict(one) for one in then.made],
        "answer": answer,
        "timeline": [
            {"what": step.what, "at": utc(step.at), "words": step.words} for step in then.timeline
        ],
        "trace": [line.model_dump(exclude_none=True) for line in then.trace],
        "related": [{"relation": one.relation, **mail_as_json(one.mail)} for one in then.related],
        "today": _today(now) if now else None,
    }


def _today(now: Today) -> Json:
    if now.error:
        return {"error": now.error}
    return {
        "differs": now.differs,
        "verdict": list(now.verdict),
        **compared_as_json(now.compared),
    }


def never_as_json(found: Whereabouts, words: Mapping[str, int], following: str) -> Json:
    """Describe where a mail may be that was not found."""
    return {
        "found": False,
        "words": dict(words),
        "boxes": [
            {**asdict(box), "read_at": utc(box.read_at) if box.read_at else None}
            for box in found.boxes
        ],
        "queued": found.queued,
        "resting": found.resting,
        "dead": found.dead,
        "failed": found.failed,
        "backed_up": found.backed_up,
        "unasked": found.unasked,
        "next": following,
    }


def mail_as_json(mail: JournalMail) -> Json:
    """Describe a mail as the journal has it."""
    return {
        "mail_id": str(mail.mail_id),
        "box": mail.box,
        "source": mail.source,
        "received_at": utc(mail.received_at),
        "recorded_at": utc(mail.recorded_at),
        "subject": mail.subject,
        "from": mail.sender,
        "recipients": list(mail.recipients),
        "message_id": mail.message_id,
        "verdict": list(mail.verdict),
        "direction": mail.direction,
        "key": mail.key,
        "backup": mail.backup,
        "differs": mail.differs,
        "flags": list(mail.flags),
    }
