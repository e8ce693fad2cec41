"""What the calendar's settings say: the seam for the keys of the box file."""

from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class CalendarRules:
    """Settings of the calendar; the box file's key is given in brackets.

    Attributes:
        tenant: The Microsoft tenant, a part of transaction ids.
        zone: The ERP's zone, in which days begin.
        past_days, future_days: The window in days (`calendarPastDays`, `calendarFutureDays`).
        default_minutes: Length of an activity without an end (`calendarDefaultMinutes`).
        private_subject: What the ERP shows of a private event (`calendarPrivateSubject`).
        wins: Which side is kept where both changed one field (`calendarWins`).
        recurrence: All occurrences of a series, or its first alone (`recurrence`).
        brake_items: More deletions in one round are held (`calendarBrakeItems`).
        brake_percent: So is a larger share, from 3 on (`calendarBrakePercent`).
        activity_type: Name of the type of activities made (`calendarActivityType`); None: the first
            of the usual ones that exists.
        own_domains: Domains of the company.
    """

    tenant: str
    zone: ZoneInfo
    past_days: int = 30
    future_days: int = 365
    default_minutes: int = 60
    private_subject: str = "Soukromá událost"
    wins: Literal["calendar", "erp"] = "calendar"
    recurrence: Literal["all", "first"] = "all"
    brake_items: int = 10
    brake_percent: int = 20
    activity_type: str | None = None
    own_domains: frozenset[str] = frozenset()
