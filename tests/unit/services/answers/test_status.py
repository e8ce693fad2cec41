from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from services.answers.status import places_of
from services.fetcher.seen import Seen, seen_file
from services.fetcher.sources.suspects import Suspects
from shared.settings.values import ServerAddress
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
