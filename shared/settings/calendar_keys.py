"""Keys of ours for the calendar."""

from typing import Annotated, Literal

from pydantic import BaseModel

from shared.settings.key import Key
from shared.settings.values import choice, web_address


class CalendarKeys(BaseModel):
    """Keys of ours for the calendar."""

    graph_url: Annotated[
        str,
        Key(
            "graphUrl",
            web_address,
            doc="Address of Microsoft Graph, for national clouds.",
            source="K-1",
            acts=False,
        ),
    ] = "https://graph.microsoft.com/v1.0"
    recurrence: Annotated[
        Literal["series", "first"],
        Key(
            "recurrence",
            choice("series", "first"),
            doc="Recurring events: every occurrence (`series`), or one activity (`first`).",
            source="ch. 4, K-3",
            acts=False,
        ),
    ] = "series"
