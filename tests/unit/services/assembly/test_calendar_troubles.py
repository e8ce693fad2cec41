"""What goes wrong with calendars is told to whoever minds the service (I-9)."""

from datetime import UTC, datetime, timedelta

from services.assembly.calendar_troubles import HELD, USERS, CalendarTroubles
from services.calsync.round import RoundOfUser
from services.mailer.notices import MissedParts, Notice, NoticeBook

BEGIN = datetime(2026, 11, 30, 9, 5, tzinfo=UTC)


class _Watched:
    """Rounds of users, a clock, and what is told."""

    def __init__(self) -> None:
        self.now = BEGIN
        self.told: list[Notice] = []
        self.troubles = CalendarTroubles()
        book = NoticeBook("calsync", self.post, lambda: self.now)
        self.missed = MissedParts(book, [self.troubles.parts])

    def post(self, notice: Notice) -> bool:
        self.told.append(notice)
        return True

    def minutes(self, number: int) -> None:
        for _ in range(number):
            self.now += timedelta(minutes=1)
            self.missed.look()


def test_calendars_that_stay_out_of_step_are_told_once() -> None:
    """I-9: of all users together, and not what one round could not do."""
    watched = _Watched()
    watched.troubles.told(RoundOfUser("eva@firma.cz", "failed", "the mailbox is busy"))
    watched.minutes(2)
    watched.troubles.told(RoundOfUser("eva@firma.cz", "ok"))
    watched.minutes(5)
    assert watched.told == []

    for user in ("eva@firma.cz", "jan@firma.cz"):
        watched.troubles.told(RoundOfUser(user, "refused", "no licence"))
    watched.minutes(120)

    (notice,) = watched.told
    assert (notice.service, notice.kind) == ("calsync", USERS)
    assert notice.reason == "2 calendars are not in step; that of eva@firma.cz: no licence"


def test_held_deletions_are_told() -> None:
    """I-9, K-7: a person has to decide; who takes no part any more is forgotten."""
    watched = _Watched()
    watched.troubles.told(RoundOfUser("eva@firma.cz", "ok", held=7))
    watched.minutes(5)

    (notice,) = watched.told
    assert (notice.kind, notice.reason.partition(" are")[0]) == (HELD, "7 deletions")
    watched.troubles.keep([])
    assert set(watched.troubles.parts().values()) == {None}
