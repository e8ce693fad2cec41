"""Whether a span of the clock has passed, whatever happens to the clock (fault F-71). Pure."""

from datetime import datetime, timedelta


def is_within(span: timedelta, since: datetime, now: datetime) -> bool:
    """Whether less than `span` has passed since then.

    A clock that was set back to before `since` must hold up nothing until it is there again.
    """
    return timedelta(0) <= now - since < span
