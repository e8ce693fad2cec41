"""The calendar put together: ledger, ERP and Microsoft Graph (behaviours K-1 to K-9)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from services.assembly.composition import Erp
from services.calsync.assigning import Assigner, calendar_type
from services.calsync.calendars.graph.access import GraphAccess, graph_url
from services.calsync.calendars.graph.opening import GraphSide, open_graph
from services.calsync.company import CompanyRounds
from services.calsync.people import People
from services.calsync.round import Rounds
from services.calsync.rules import CalendarRules
from services.classifier.parse.html import html_to_text
from shared.contracts.references import ActivityTypeRef
from shared.contracts.said import said
from shared.domain.assignment import DEFAULT_TYPE
from shared.domain.folding import fold_line
from shared.domain.vocabulary import build_vocabulary
from shared.errors import ConfigProblem, ConfigurationError
from shared.netgenium.database.engine import database_errors
from shared.netgenium.queries.people import read_activity_types
from shared.oauth.app_file import app_file, read_app
from shared.oauth.tokens import client_credentials
from shared.settings.box import Box
from shared.settings.calendar_keys import CalendarKeys, calendar_keys_of

MOST_ROUNDS = 8
"""Users who have their round at one time: each needs a connection of the database."""

NEEDED_FIELDS = ("start", "end")
"""Without these in the mapping nothing can be kept in step."""


def calendar_box(boxes: Sequence[Box]) -> Box:
    """Return the box whose `caFile`, zone and phrases count: the first with the calendar."""
    return next((box for box in boxes if box.calendar), boxes[0])


def rules_of(boxes: Sequence[Box]) -> CalendarRules:
    """Return the calendar's rules as the files of a deployment say.

    Raises:
        ConfigurationError: The app's file cannot be used.
    """
    keys, box = calendar_keys_of(boxes), calendar_box(boxes)
    tenant = read_app(app_file(box)).authority.rpartition("/")[2]
    return CalendarRules(
        tenant,
        box.time_zone,
        keys.calendar_past_days,
        keys.calendar_future_days,
        keys.calendar_default_minutes,
        keys.calendar_private_subject,
        keys.calendar_wins,
        "first" if keys.recurrence == "first" else "all",
        keys.calendar_brake_items,
        keys.calendar_brake_percent,
        keys.calendar_activity_type,
        frozenset().union(*(one.own_domains for one in boxes)),
    )


def access_of(boxes: Sequence[Box]) -> GraphAccess:
    """Return where Graph is, and how it may be asked.

    Raises:
        ConfigurationError: `graphUrl` cannot be used.
    """
    keys, box = calendar_keys_of(boxes), calendar_box(boxes)
    url = graph_url(keys.graph_url)
    return GraphAccess(url, box.ca_file, keys.calendar_concurrency, box.time_zone)


@contextmanager
def open_calendar(
    boxes: Sequence[Box], erp: Erp, before: Callable[[], None] = lambda: None
) -> Iterator[CompanyRounds]:
    """Open Graph for the rounds of all users until the end of the block; nothing is asked yet.

    Raises:
        ConfigurationError: Settings, app, mapping or activity type cannot work, or Microsoft's
            client is not installed.
        TransientError: The database is unreachable.
    """
    rules = rules_of(boxes)
    with open_graph_side(boxes, erp) as graph:
        of_events, of_mails = activity_types(erp, rules.activity_type)
        vocabulary = build_vocabulary(calendar_box(boxes).vocabulary)
        assigner = Assigner(erp.tables, vocabulary, rules.own_domains, of_events)
        rounds = Rounds(erp.engine, erp.tables, graph.calendar, rules, assigner, _now, of_mails)
        keys = calendar_keys_of(boxes)
        only = frozenset(keys.calendar_user)
        people = People(erp.engine, erp.tables, graph.directory, only, _now)
        workers = min(keys.calendar_concurrency, MOST_ROUNDS)
        yield CompanyRounds(rounds, people, before, workers)


def require_calendar(boxes: Sequence[Box], erp: Erp) -> None:
    """Return if all that can be known without asking anybody lets the calendar work.

    Raises:
        ConfigurationError: It does not.
    """
    with open_graph_side(boxes, erp):
        rules_of(boxes)


@contextmanager
def open_graph_side(boxes: Sequence[Box], erp: Erp) -> Iterator[GraphSide]:
    """Open Graph alone until the end of the block; nothing is asked yet.

    Raises:
        ConfigurationError: Settings, app or mapping cannot work, or Microsoft's client is not
            installed.
    """
    require_switched_on(calendar_keys_of(boxes))
    require_fields(erp)
    access = access_of(boxes)
    tokens = client_credentials(calendar_box(boxes), access.scope)
    with open_graph(access, tokens, lambda html: html_to_text(html, [], targets=False)) as graph:
        yield graph


def require_switched_on(keys: CalendarKeys) -> None:
    """Return unless a file switches the calendar off.

    Raises:
        ConfigurationError: `calendar` is `false` in a file.
    """
    if "calendar" in keys.model_fields_set and not keys.calendar:
        raise ConfigurationError(
            [ConfigProblem("calendar", said("is false"), said("Set it to true in the box's file."))]
        )


def require_fields(erp: Erp) -> None:
    """Return if the mapping has what the calendar cannot do without.

    Raises:
        ConfigurationError: With every field that is missing.
    """
    missing = [name for name in NEEDED_FIELDS if not erp.tables.has("activity", name)]
    if missing:
        remedy = said("Map it to the column of the ERP; the calendar cannot do without.")
        raise ConfigurationError(
            [ConfigProblem(f"activity.{name}", said("is not mapped"), remedy) for name in missing]
        )


def activity_types(erp: Erp, wanted: str | None) -> tuple[ActivityTypeRef, int | None]:
    """Return the type of activities made from events, and the id of the type of mails.

    Raises:
        ConfigurationError: The ERP has no such type.
        TransientError: The database is unreachable.
    """
    with database_errors(erp.engine), erp.engine.connect() as connection:
        types = read_activity_types(connection, erp.tables)
    mails = types.get(fold_line(DEFAULT_TYPE))
    return calendar_type(types, wanted), mails.id if mails else None


def _now() -> datetime:
    return datetime.now(UTC)
