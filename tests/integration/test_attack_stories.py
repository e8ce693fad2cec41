"""Attacks of several mails, with honest mail among them: the whole pipeline, in SQLite."""

from collections.abc import Mapping

import pytest

from tests.attacks.meetings import MEETINGS
from tests.attacks.stories import SERVER, STORIES, Story
from tests.installation import Installation, an_installation

ALL = [*STORIES, *MEETINGS]


@pytest.fixture(scope="module")
def happened(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[list[str], list[str]]]:
    """What all stories have left in one installation; each has subjects and ids of its own."""
    place = an_installation(tmp_path_factory.mktemp("a"), authserv_id=(SERVER,), eml_trusted=True)
    for turn in range(max(len(one.mails) for one in ALL)):
        for number, story in enumerate(ALL):
            if turn < len(story.mails):
                place.drop(_file(number, turn), story.mails[turn])
        place.run()
    seen = _seen(place)
    left = {
        str(one): (
            [seen[f"emlDir:{_file(number, turn)}"] for turn in range(len(one.mails))],
            _meetings(place, one.uid),
        )
        for number, one in enumerate(ALL)
    }
    # What is made for a whole file is not closed with a test.
    place.erp.engine.dispose()
    return left


def _file(number: int, turn: int) -> str:
    return f"{number:03}-{turn}.eml"


def _seen(place: Installation) -> dict[str, str]:
    """What there is of each mail, by where it came from."""
    made: dict[str, list[str]] = {}
    for row in place.list("activities"):
        name = row["responsible"].partition(".")[0]
        words = (row["direction"], name, row["contract"])
        made.setdefault(row["mail_id"], []).append(" ".join(filter(None, words)))
    for row in place.list("tasks"):
        made.setdefault(row["mail_id"], []).append(f"task {row['status']} {row['contract']}")
    flags = {row["mail_id"]: ", ".join(row["flags"]) for row in place.list("journal")}
    told = {
        str(one.mail_id): "; ".join(made.get(str(one.mail_id), [", ".join(one.verdict).lower()]))
        for one in place.recorded
    }
    return {
        one.source: f"{told[str(one.mail_id)]} {flags[str(one.mail_id)]}".strip()
        for one in place.recorded
    }


def _meetings(place: Installation, uid: str) -> list[str]:
    return [
        f"{row['organizer'].partition('@')[0]} {row['summary']} {row['sequence']}"
        f"{' cancelled' if row['cancelled'] else ''} {', '.join(row['answers'].values())}"
        for row in place.list("invitations")
        if row["uid"] == uid
    ]


@pytest.mark.parametrize("story", ALL, ids=str)
def test_what_an_adversary_sends_before_or_after_changes_no_honest_mail(
    story: Story, happened: Mapping[str, tuple[list[str], list[str]]]
) -> None:
    """S-4, S-6, S-8, S-9, V2-2a: honest mail has its records; his are his own, and flagged."""
    assert happened[str(story)] == (list(story.seen), list(story.meetings))
