from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from services.answers.status import places_of
from services.fetcher.seen import Seen, seen_file
from services.fetcher.sources.suspects import Suspects
from services.fetcher.standing import FeedState, StandingFile
from shared.contracts.said import said
from shared.settings.value_types import ServerAddress
from tests.builders import a_box

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_a_damaged_memory_hides_no_other_box_and_is_left_alone(tmp_path: Path) -> None:
    """O-4: what the fetcher of one box cannot remember is not known; the others are shown."""
    server, password = ServerAddress(host="m"), SecretStr("pw")
    boxes = [
        a_box(name=name, email=f"{name}@firma.cz", imap_url=server, pop3_password=password)
        for name in ("bad", "good")
    ]
    bad, good = (seen_file(tmp_path, box) for box in boxes)
    with closing(Seen(good)) as seen:
        seen.note_round("INBOX", NOON, 3)
        Suspects("good", seen.memory, lambda: NOON).hold("INBOX", "7/3", "hung up")
    bad.write_bytes(b"nonsense of more than a few bytes" * 99)

    places = places_of(boxes, tmp_path)

    assert [(place.read_at, place.waiting, place.held) for place in places] == [
        (None, None, None),
        (NOON, 3, 1),
    ]
    assert bad.is_file()
    assert "cannot use" in places[0].trouble.lower()
    assert places[1].trouble == ""


def test_times_are_those_of_the_box_to_the_second(tmp_path: Path) -> None:
    """O-4: an administrator in Prague does not count hours; nobody needs microseconds."""
    prague = ZoneInfo("Europe/Prague")
    box = a_box(imap_url=ServerAddress(host="m"), pop3_password=SecretStr("pw"), time_zone=prague)
    with closing(Seen(seen_file(tmp_path, box))) as seen:
        seen.note_round("INBOX", NOON.replace(microsecond=123456), 3)
    StandingFile(tmp_path, box.name).tell(FeedState.UNREACHABLE, said("no route"), 60.0)

    (place,) = places_of([box], tmp_path)

    assert place.read_at is not None
    assert place.read_at.isoformat() == "2026-11-21T13:00:00+01:00"
    assert (place.doing, place.why) == (FeedState.UNREACHABLE, "no route")
    assert place.since is not None
    assert (place.since.tzinfo, place.since.microsecond) == (prague, 0)


def test_an_eml_dir_that_is_not_there_is_told(tmp_path: Path) -> None:
    """O-4: an empty line would say that all is well."""
    there, gone = tmp_path / "there", tmp_path / "gone"
    there.mkdir()
    boxes = [a_box(name=one.name, eml_dir=one) for one in (there, gone)]

    found = [(place.waiting, str(gone) in place.trouble) for place in places_of(boxes, tmp_path)]

    assert found == [(0, False), (None, True)]
