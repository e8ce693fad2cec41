"""Answers in pages, whose links are followed to their end."""

from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from kiota_abstractions.request_information import RequestInformation

from services.calsync.calendars.graph.answers import GraphPage
from services.calsync.calendars.graph.trouble import unreadable
from services.calsync.calendars.graph.wire import GraphWire

MOST_PAGES = 10_000
"""Pages of one answer; more are no answer, but a circle."""


PageT = TypeVar("PageT", bound=GraphPage)
Follow = Callable[[str], RequestInformation]


async def pages(
    wire: GraphWire, mailbox: str, first: RequestInformation, follow: Follow, model: type[PageT]
) -> AsyncIterator[PageT]:
    """Return the pages of an answer.

    Args:
        wire: Sends the requests.
        mailbox: Whose requests these are.
        first: Asks for the first page.
        follow: Makes the request for a link.
        model: What a page is.

    Raises:
        CRMServiceError: As `GraphWire.send`; `TransientError` if the pages do not end.
    """
    request, followed = first, set[str]()
    while len(followed) < MOST_PAGES:
        page = await wire.send(mailbox, request, model)
        yield page
        link = page.next_link
        if not link:
            return
        if link in followed:
            break
        followed.add(link)
        request = follow(link)
    raise unreadable(wire.host)
