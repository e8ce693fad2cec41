"""Moments for people: in the company's zone, as the language writes them (W-5)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from shared.language.language import Language


def moment_as_text(moment: datetime, zone: ZoneInfo, language: Language) -> str:
    """Write a moment to the minute."""
    local = moment.astimezone(zone)
    if language.name == "cs":
        return f"{local.day}. {local.month}. {local.year} {local:%H:%M}"
    return f"{local:%Y-%m-%d %H:%M}"


def second_as_text(moment: datetime, zone: ZoneInfo, language: Language) -> str:
    """Write a moment to the second."""
    return f"{moment_as_text(moment, zone, language)}:{moment.astimezone(zone):%S}"


def zoned_as_text(moment: datetime, zone: ZoneInfo, language: Language) -> str:
    """Write a moment to the second, and name the zone."""
    return f"{second_as_text(moment, zone, language)} {moment.astimezone(zone):%Z}"
