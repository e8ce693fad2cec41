import io
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console, RenderableType

from services.answers.dead_letters import DeadLetter
from services.operator.present.dead_letters import dead_letter_as_text, dead_letters_as_text
from shared.language.language import ENGLISH, language

PRAGUE = ZoneInfo("Europe/Prague")
ONE, TWO = "154c463d-386a-5b61-bf0d-6b2cd91a1bcb", "154c463d-386a-5b61-bf0d-6b2cd91a1bcc"


def shown(what: RenderableType) -> str:
    """As it stands on a wide terminal."""
    file = io.StringIO()
    Console(file=file, width=200).print(what)
    return file.getvalue()


def one_as_text(letter: DeadLetter) -> str:
    """One letter in English, without the width of columns."""
    return " ".join(shown(dead_letter_as_text(letter, PRAGUE, ENGLISH)).split())


def a_letter(mail_id: str, reason: str, released: int = 0, died_at: str = "") -> DeadLetter:
    """A dead letter of the writer."""
    return DeadLetter(mail_id, "writer.commands", reason, died_at, released, {"box": "crm"})


def test_those_of_one_reason_stand_together() -> None:
    """O-2: a hundred that died of one thing are one line to read; ids and numbers do not count."""
    text = shown(
        dead_letters_as_text(
            [
                a_letter("x", "another"),
                a_letter(ONE, f"backup {ONE} of 17 bytes is missing"),
                a_letter(TWO, f"backup {TWO} of 4 bytes is missing", 2),
            ],
            PRAGUE,
            ENGLISH,
        )
    )

    assert text.splitlines()[0] == "writer.commands: 2 mails"
    assert text.count("is missing") == 1
    assert f"{TWO}, released before: 2 times" in text
    assert text.index(ONE) < text.index("another")


def test_one_is_shown_with_all_that_is_known() -> None:
    """O-2: when it died, and whether it was released before; odd times as they are."""
    text = one_as_text(a_letter("m", "why", 1, "yesterday"))

    assert "reason why died at yesterday released before 1 time box crm" in text
    assert "released before never" in one_as_text(a_letter("m", "w"))


@pytest.mark.parametrize(
    ("died_at", "told"),
    [
        ("2026-11-28T23:30:05+00:00", "2026-11-29 00:30:05 CET"),
        ("2026-06-01T10:00:00+00:00", "2026-06-01 12:00:00 CEST"),
        ("2026-06-01T10:00:00", "2026-06-01T10:00:00"),
    ],
)
def test_times_are_the_companys_and_named(died_at: str, told: str) -> None:
    """O-2, W-5: not the machine's, which may run in UTC; what names no zone stays as it is."""
    letter = a_letter(ONE, "why", died_at=died_at)

    assert told in one_as_text(letter)
    assert told in shown(dead_letters_as_text([letter], PRAGUE, ENGLISH))


def test_they_are_told_in_czech() -> None:
    """O-11: the words around; a reason stays as it was recorded."""
    letter = a_letter(ONE, "why", 5, "2026-11-28T23:30:05+00:00")
    text = shown(dead_letters_as_text([letter], PRAGUE, language("cs")))

    assert f"{ONE}  29. 11. 2026 00:30:05 CET, uvolněno dříve: 5krát" in text
    assert "zpracování selhalo" in shown(dead_letter_as_text(letter, PRAGUE, language("cs")))
