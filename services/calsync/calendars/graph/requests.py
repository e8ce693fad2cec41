"""The requests for events, as the SDK builds them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.headers_collection import HeadersCollection
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.models.event import Event
from msgraph.generated.users.item.calendar.calendar_view.calendar_view_request_builder import (
    CalendarViewRequestBuilder,
)
from msgraph.generated.users.item.events.events_request_builder import EventsRequestBuilder
from msgraph.generated.users.item.events.item.event_item_request_builder import (
    EventItemRequestBuilder,
)
from msgraph.generated.users.item.events.item.instances.instances_request_builder import (
    InstancesRequestBuilder,
)
from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder

from services.calsync.calendars.graph import times
from services.calsync.calendars.graph.items import TAG_ID

PER_PAGE = 200
_TAG = [f"singleValueExtendedProperties($filter=id eq '{TAG_ID}')"]


def one(user: UserItemRequestBuilder, event_id: str) -> RequestInformation:
    """Ask for an event and its tag."""
    parameters = EventItemRequestBuilder.EventItemRequestBuilderGetQueryParameters(expand=_TAG)
    builder = user.events.by_event_id(event_id)
    return builder.to_get_request_information(RequestConfiguration(query_parameters=parameters))


def creation(user: UserItemRequestBuilder, event: Event) -> RequestInformation:
    """Make an event in the default calendar."""
    return user.calendar.events.to_post_request_information(event)


def change(
    user: UserItemRequestBuilder, event_id: str, version: str | None, event: Event
) -> RequestInformation:
    """Change what `event` holds, if the event has this version."""
    builder = user.events.by_event_id(event_id)
    return builder.to_patch_request_information(event, _if_match(version))


def deletion(
    user: UserItemRequestBuilder, event_id: str, version: str | None
) -> RequestInformation:
    """Delete an event, if it has this version."""
    return user.events.by_event_id(event_id).to_delete_request_information(_if_match(version))


def instances(
    user: UserItemRequestBuilder, master_id: str, begin: datetime, end: datetime
) -> RequestInformation:
    """Ask for the occurrences of a series in a time."""
    parameters = InstancesRequestBuilder.InstancesRequestBuilderGetQueryParameters(
        start_date_time=times.query(begin), end_date_time=times.query(end), top=PER_PAGE
    )
    builder = user.events.by_event_id(master_id).instances
    return builder.to_get_request_information(RequestConfiguration(query_parameters=parameters))


def view(
    user: UserItemRequestBuilder, begin: datetime, end: datetime, select: list[str] | None = None
) -> RequestInformation:
    """Ask for what the default calendar shows in a time, with tags."""
    parameters = CalendarViewRequestBuilder.CalendarViewRequestBuilderGetQueryParameters(
        start_date_time=times.query(begin),
        end_date_time=times.query(end),
        expand=_TAG,
        select=select,
        top=PER_PAGE,
    )
    builder = user.calendar.calendar_view
    return builder.to_get_request_information(RequestConfiguration(query_parameters=parameters))


def search(builder: Any, wanted: str) -> RequestInformation:  # noqa: ANN401 - of several builders
    """Ask a list of events for those that a filter lets through, with tags."""
    parameters = EventsRequestBuilder.EventsRequestBuilderGetQueryParameters(
        filter=wanted, expand=_TAG, top=PER_PAGE
    )
    found: RequestInformation = builder.to_get_request_information(
        RequestConfiguration(query_parameters=parameters)
    )
    return found


def with_uid(uid: str) -> str:
    """Return the filter for an iCalUId."""
    return f"iCalUId eq '{_quoted(uid)}'"


def with_tag(tag: str) -> str:
    """Return the filter for a tag."""
    return (
        f"singleValueExtendedProperties/Any(ep: ep/id eq '{TAG_ID}' and ep/value eq "
        f"'{_quoted(tag)}')"
    )


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _if_match(version: str | None) -> RequestConfiguration[Any] | None:
    if version is None:
        return None
    headers: Mapping[str, str] = {"If-Match": version}
    return RequestConfiguration(headers=HeadersCollection(headers))
