"""Answers of Microsoft Graph, as far as they are read.

The SDK's own models are not used for reading: they take some milliseconds for each event, because
each asks for more than a thousand other models that it might be. These take microseconds, and say
at once what is not as promised.
"""

import json
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Answer(BaseModel):
    """Something in an answer: unknown properties are passed over, any may be null."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)


class GraphTime(Answer):
    """A wall clock and the name of its zone."""

    date_time: str
    time_zone: str = "UTC"


class GraphBody(Answer):
    """The text of an event, as `html` or `text`."""

    content_type: str | None = None
    content: str | None = None


class GraphAddress(Answer):
    """A name with its address."""

    address: str | None = None


class GraphPerson(Answer):
    """An organiser, or an attendee with his kind: `required`, `optional`, `resource`."""

    email_address: GraphAddress | None = None
    type: str | None = None


class GraphPlace(Answer):
    """A location."""

    display_name: str | None = None


class GraphResponse(Answer):
    """The user's own answer to an invitation."""

    response: str | None = None


class GraphTag(Answer):
    """A single-value extended property."""

    id: str
    value: str | None = None


class GraphEvent(Answer):
    """An event; a bare occurrence of a delta has little more than its times.

    Attributes:
        removed: A delta says that it was removed, and nothing else.
    """

    id: str = Field(min_length=1)
    etag: str | None = Field(default=None, alias="@odata.etag")
    removed: object = Field(default=None, alias="@removed")
    type: str | None = None
    series_master_id: str | None = None
    i_cal_u_id: str | None = Field(default=None, alias="iCalUId")
    subject: str | None = None
    body: GraphBody | None = None
    start: GraphTime | None = None
    end: GraphTime | None = None
    original_start: datetime | None = None
    is_all_day: bool | None = None
    location: GraphPlace | None = None
    sensitivity: str | None = None
    organizer: GraphPerson | None = None
    is_organizer: bool | None = None
    attendees: list[GraphPerson] | None = None
    is_cancelled: bool | None = None
    is_draft: bool | None = None
    is_online_meeting: bool | None = None
    response_status: GraphResponse | None = None
    transaction_id: str | None = None
    created_date_time: datetime | None = None
    last_modified_date_time: datetime | None = None
    single_value_extended_properties: list[GraphTag] | None = None

    @property
    def of_series(self) -> bool:
        """Whether this is one meeting of a series."""
        return self.type in ("occurrence", "exception")

    @property
    def is_master(self) -> bool:
        """Whether this is a series itself."""
        return self.type == "seriesMaster"


class GraphUser(Answer):
    """An account."""

    id: str = Field(min_length=1)
    mail: str | None = None
    user_principal_name: str | None = None
    proxy_addresses: list[str] | None = None
    user_type: str | None = None
    account_enabled: bool | None = None


class GraphCalendarInfo(Answer):
    """A calendar of a user."""

    id: str = Field(min_length=1)
    is_default_calendar: bool | None = None


class GraphPage(Answer):
    """A page of a list, with the address of the next one; the last of a delta has another link."""

    next_link: str | None = Field(default=None, alias="@odata.nextLink")
    delta_link: str | None = Field(default=None, alias="@odata.deltaLink")


class EventPage(GraphPage):
    """A page of events."""

    value: list[GraphEvent]


class UserPage(GraphPage):
    """A page of accounts."""

    value: list[GraphUser]


class CalendarPage(GraphPage):
    """A page of calendars."""

    value: list[GraphCalendarInfo]


AnswerT = TypeVar("AnswerT", bound=Answer)


def read(sent: bytes, model: type[AnswerT]) -> AnswerT:
    """Return an answer in JSON as a model.

    Raises:
        ValueError: It is not what Graph promises.
    """
    try:
        return model.model_validate_json(_well_formed(sent))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _well_formed(sent: bytes) -> bytes:
    """Return JSON without halves of characters, which anybody can put into a subject."""
    if b"\\ud" not in sent.lower():
        return sent
    return json.dumps(json.loads(sent), ensure_ascii=False).encode("utf-8", "replace")
