"""Asks every place where a mail may be that is not in the journal (O-4)."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from services.answers.status import SourceState, failed_in, flows_of, places_of
from services.answers.whereabouts import BoxSeen, Whereabouts
from services.assembly.composition import Erp
from services.assembly.failed_copies import FAILED as FAILED_NOTES
from services.assembly.services import broker_address
from services.fetcher.seen import SEEN, Seen
from services.fetcher.sources.failed_folder import FAILED
from shared.backup.store import FOLDER
from shared.errors import CRMServiceError, TransientError
from shared.netgenium.database.engine import database_errors
from shared.netgenium.own.tables import box_table, dead_letter_table
from shared.settings.box import Box
from shared.settings.environment import Environment


def whereabouts(
    erp: Erp, environment: Environment, boxes: Sequence[Box], mail_id: UUID | None = None
) -> Whereabouts:
    """Ask every place; one that does not answer is named, and hides no other.

    Args:
        erp: Its database has what fetchers and services have told.
        environment: Names broker and data folder.
        boxes: Those of the configuration, as far as it was given.
        mail_id: The mail, if its id is known.
    """
    found = Whereabouts()
    _ask(found, lambda: _look_at_boxes(found, erp, environment, boxes))
    if environment.rabbitmq_url:
        _ask(found, lambda: _look_at_queues(found, environment))
    else:
        found.queued = found.resting = 0
    _ask(found, lambda: _look_at_dead(found, erp, environment))
    _ask(found, lambda: _look_at_failed(found, environment, boxes))
    if mail_id:
        backups = (environment.data / FOLDER).glob(f"*/{mail_id}.eml")
        found.backed_up = next(backups, None) is not None
    return found


def _ask(found: Whereabouts, look: Callable[[], None]) -> None:
    try:
        look()
    except CRMServiceError as error:
        found.unasked.append(str(error))


def _look_at_boxes(
    found: Whereabouts, erp: Erp, environment: Environment, boxes: Sequence[Box]
) -> None:
    told = _told(erp)
    if boxes:
        places = places_of(boxes, environment.data)
        remembered = [_of_places(name, places) for name in dict.fromkeys(p.box for p in places)]
    else:
        # Memories are called after mailboxes: beside what was told they would be boxes again.
        remembered = [] if told else _remembered(environment.data)
    known = {one.box: one for one in remembered}
    for one in told:
        known[one.box] = _joined(one, known.get(one.box) if boxes else None)
    found.boxes = [known[name] for name in sorted(known)]


def _joined(told: BoxSeen, seen: BoxSeen | None) -> BoxSeen:
    """Join what a fetcher has told with our own count, which is better where we can see."""
    if seen is None or seen.waiting is None:
        return told
    return replace(told, waiting=seen.waiting)


def _told(erp: Erp) -> list[BoxSeen]:
    own = box_table.c
    with database_errors(erp.engine), erp.engine.connect() as connection:
        rows = connection.execute(select(box_table).order_by(own.box)).all()
    return [_of_rows(box, list(sources)) for box, sources in groupby(rows, attrgetter("box"))]


def _of_rows(box: str, rows: Sequence[Any]) -> BoxSeen:
    """Join all sources of a box: what was read longest ago counts, and what has a reason."""
    read = [row.last_read_at for row in rows if row.last_read_at]
    waiting = [row.waiting for row in rows if row.waiting is not None]
    shown = next((row for row in rows if row.why), rows[0])
    return BoxSeen(
        box, shown.state, min(read, default=None), sum(waiting) if waiting else None, shown.why
    )


def _of_places(box: str, places: Sequence[SourceState]) -> BoxSeen:
    """Return all sources of a box together: what was read longest ago counts."""
    own = [one for one in places if one.box == box]
    read = [one.read_at for one in own if one.read_at]
    waiting = [one.waiting for one in own if one.waiting is not None]
    return BoxSeen(box, own[0].state, min(read, default=None), sum(waiting) if waiting else None)


def _remembered(data: Path) -> list[BoxSeen]:
    """Return what the memories in the data folder say; without the box's file no more is known."""
    found = []
    for file in sorted((data / SEEN).glob("*.db")):
        try:
            with closing(Seen(file, heals=False)) as seen:
                rounds = seen.rounds()
        except (TransientError, OSError):
            rounds = {}
        read = [at for at, _ in rounds.values()]
        waiting = sum(waiting for _, waiting in rounds.values()) if rounds else None
        found.append(BoxSeen(file.stem, "enabled", min(read, default=None), waiting))
    return found


def _look_at_queues(found: Whereabouts, environment: Environment) -> None:
    flows = flows_of(broker_address(environment, "operator"))
    found.queued = sum(flow.waiting for flow in flows)
    found.resting = sum(flow.resting for flow in flows)
    found.dead = sum(flow.dead for flow in flows)


def _look_at_dead(found: Whereabouts, erp: Erp, environment: Environment) -> None:
    """Look at the copies in the database, which count where no broker has answered.

    A shell may not know of the broker that the services have, so without one both are counted:
    the notes in the data folder, and the copies of what died in queues.
    """
    if found.dead is not None:
        return
    notes = 0 if environment.rabbitmq_url else failed_in(environment.data)
    own = dead_letter_table.c
    query = select(func.count()).select_from(dead_letter_table)
    in_queues = query.where(own.ended_at.is_(None), own.queue != FAILED_NOTES)
    with database_errors(erp.engine), erp.engine.connect() as connection:
        found.dead = notes + (connection.scalar(in_queues) or 0)


def _look_at_failed(found: Whereabouts, environment: Environment, boxes: Sequence[Box]) -> None:
    folders = [box.eml_dir / FAILED for box in boxes if box.eml_dir]
    files = sum(1 for folder in folders for _ in folder.glob("*.eml"))
    found.failed = files + (failed_in(environment.data) if environment.rabbitmq_url else 0)
