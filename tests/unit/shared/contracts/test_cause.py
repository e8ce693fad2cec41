"""What effects and changes come from has a name that no other cause has."""

from typing import get_args
from uuid import UUID

from shared.contracts.cause import Cause, CauseKind
from shared.language.language import language
from tests.writing import a_classified


def test_a_cause_without_an_id_of_its_own_gets_one_that_stays() -> None:
    """INV-2: the same comment is the same cause each time; a notice of that name is another."""
    comment = Cause.named("comment", "4711")

    assert comment == Cause.named("comment", "4711")
    assert len({comment.id, Cause.named("comment", "4712").id}) == 2
    assert comment.id != Cause.named("notice", "4711").id


def test_a_cause_says_what_it_is() -> None:
    """B-5: `undo` names whoever asked for the same, or changed it later."""
    assert str(a_classified("a").cause) == f"mail {a_classified('a').mail_id}"
    assert str(Cause("calendar_item", UUID(int=1))) == f"calendar item {UUID(int=1)}"


def test_a_cause_is_said_in_czech() -> None:
    """O-11: every kind has its word."""
    said = [
        language("cs").tell(Cause(kind, UUID(int=1)).in_words()) for kind in get_args(CauseKind)
    ]

    assert said[0] == f"e-mail {UUID(int=1)}"
    assert len(set(said)) == len(said)
    assert "položka kalendáře" in said[2]
