"""Short ways to write events as Graph takes them."""

from tests.servers.graph.messages import Json

PRAGUE = "Central Europe Standard Time"


def meeting(
    subject: str, start: str, end: str, zone: str = "UTC", *attendees: str, **more: object
) -> Json:
    """An event; `more` are further properties in Graph's names."""
    return {
        "subject": subject,
        "start": {"dateTime": start, "timeZone": zone},
        "end": {"dateTime": end, "timeZone": zone},
        "attendees": [{"emailAddress": {"address": one}} for one in attendees],
        **more,
    }


def weekly(*days: str, count: int = 0, until: str = "") -> Json:
    """A recurrence every week on these days: so many times, until a day, or for ever."""
    limits: Json = {"type": "noEnd"}
    if count:
        limits = {"type": "numbered", "numberOfOccurrences": count}
    elif until:
        limits = {"type": "endDate", "endDate": until}
    return {"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": list(days)}, "range": limits}


def daily(count: int, interval: int = 1) -> Json:
    """A recurrence every day or every so many days, `count` times."""
    pattern = {"type": "daily", "interval": interval}
    return {"pattern": pattern, "range": {"type": "numbered", "numberOfOccurrences": count}}
