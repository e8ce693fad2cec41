import io

from rich.console import Console, RenderableType

from services.answers.dead_letters import DeadLetter
from services.operator.present.dead_letters import dead_letter_as_text, dead_letters_as_text

ONE, TWO = "154c463d-386a-5b61-bf0d-6b2cd91a1bcb", "154c463d-386a-5b61-bf0d-6b2cd91a1bcc"


def shown(what: RenderableType) -> str:
    """As it stands on a wide terminal."""
    file = io.StringIO()
    Console(file=file, width=200).print(what)
    return file.getvalue()


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
            ]
        )
    )

    assert text.splitlines()[0] == "writer.commands: 2 mail(s)"
    assert text.count("is missing") == 1
    assert f"{TWO}, released before: 2 times" in text
    assert text.index(ONE) < text.index("another")


def test_one_is_shown_with_all_that_is_known() -> None:
    """O-2: when it died where we are, and whether it was released before; odd times as they are."""
    text = " ".join(shown(dead_letter_as_text(a_letter("m", "why", 1, "yesterday"))).split())

    assert "reason why died at yesterday released before once box crm" in text
    assert "released before never" in " ".join(
        shown(dead_letter_as_text(a_letter("m", "w"))).split()
    )
