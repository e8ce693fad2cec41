"""What `check` says of who may do what by sending a mail: what to set, and for whom (S-1, S-7)."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from services.answers.odd_data import Oddity
from services.assembly.composition import Erp
from services.assembly.marks_look import MarksState, marks_state
from services.classifier.reading.proof import IGNORED_BECAUSE
from shared.contracts.content import TraceLine
from shared.contracts.said import said
from shared.contracts.sentence import Sentence
from shared.netgenium.database.engine import database_errors
from shared.netgenium.own.tables import journal_table
from shared.settings.box import Box

LATEST = 1000
"""So many mails are asked which server's results were ignored."""

_SHOWN = 5
_PAGE = said("docs/trust.md says what fits which mail system")


def unset_trust(boxes: Sequence[Box]) -> Iterator[Oddity]:
    """Yield boxes in which nothing tells who has really sent a mail."""
    for box in (one for one in boxes if one.enabled):
        about = said("trust of {box}", box=box.name)
        knows = bool(box.authserv_id) or any(one != "none" for one in box.mail_system)
        if not knows and "none" not in box.mail_system:
            detail = said(
                "neither mailSystem nor authservId is set: no sender is ever proven or refuted"
            )
            remedy = said(
                "set mailSystem; none if the server writes no results: {page}", page=_PAGE
            )
            yield Oddity(about, detail, remedy)
        if not knows and box.sender_proof == "unproven":
            detail = said(
                "senderProof=unproven, and nothing can prove a sender: every opt-out, problem, "
                "new task and change of an invitation is refused"
            )
            yield Oddity(
                about,
                detail,
                said("set mailSystem or authservId, or senderProof: {page}", page=_PAGE),
            )


def trust_oddities(erp: Erp, boxes: Sequence[Box]) -> Iterator[Oddity]:
    """Yield what recorded mails show: results that were ignored, marks that wait, too many marks.

    Raises:
        TransientError: The database is unreachable.
        PermanentError: `init-db` has not run.
    """
    with database_errors(erp.engine), erp.engine.connect() as connection:
        ignored = _ignored(connection)
    for host, number in ignored.most_common(_SHOWN):
        detail = said(
            "results ignored in {number} of the last {latest} mails because of {host}",
            number=number,
            latest=LATEST,
            host=host,
        )
        remedy = said(
            "if it is a server of yours, set trustedHost={host}: {page}", host=host, page=_PAGE
        )
        yield Oddity(said("trust"), detail, remedy)
    yield from _marks(marks_state(erp, boxes, datetime.now(UTC)))


def _marks(state: MarksState) -> Iterator[Oddity]:
    if state.alarm:
        detail = said(
            "{today} marks today, more than marksPerDay ({per_day})",
            today=state.today,
            per_day=state.per_day,
        )
        remedy = said("see crmservice list marks --since 1d; crmservice undo --rule R-2 --since 1d")
        yield Oddity(said("marks"), detail, remedy)
    most = sorted(state.held.items(), key=lambda one: (-one[1], one[0]))
    for reporter, number in most[:_SHOWN]:
        who = reporter or said("nobody named")
        detail = said(
            "{number} mark(s) by reports of {who} wait for a person", number=number, who=who
        )
        remedy = said("crmservice list marks --held has them")
        if reporter:
            remedy = said(
                "if it is known to you, set bounceReporter={reporter}; crmservice list marks "
                "--held has them",
                reporter=reporter,
            )
        yield Oddity(said("marks"), detail, remedy)


def _ignored(connection: Connection) -> Counter[str]:
    own = journal_table.c
    query = select(own.trace).order_by(own.recorded_at.desc()).limit(LATEST)
    found: Counter[str] = Counter()
    for trace in connection.scalars(query):
        if IGNORED_BECAUSE in trace:
            found.update(_hosts(trace))
    return found


def _hosts(trace: str) -> set[str]:
    lines = (TraceLine.read(line) for line in json.loads(trace))
    sentences = (line.sentence for line in lines if line.id == "S-1" and line.sentence)
    return {host for one in sentences for host in _said_of(one)}


def _said_of(sentence: Sentence) -> Iterator[str]:
    if sentence.key == IGNORED_BECAUSE:
        yield str(sentence.values["host"])
    for value in sentence.values.values():
        if isinstance(value, Sentence):
            yield from _said_of(value)
