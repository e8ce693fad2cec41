import pytest

from shared.domain.threads import Correspondents, Origin, counting

TOM, BOB, EVIL, LIST = "tom@firma.cz", "bob@beta.example", "x@evil.example", "sales@firma.cz"
TAKING_PART = Correspondents(frozenset({TOM, BOB}), frozenset({"firma.cz"}))


@pytest.mark.parametrize(
    ("origins", "counts"),
    [
        ([EVIL], [True]),
        ([EVIL, EVIL], [True, True]),
        ([BOB, EVIL], [True, False]),
        ([EVIL, BOB], [False, True]),
        ([EVIL, None], [False, True]),
        ([BOB, LIST], [True, True]),
        ([EVIL, LIST], [False, False]),
        ([EVIL, "y@evil.example"], [False, False]),
        ([BOB, TOM, EVIL], [True, True, False]),
    ],
)
def test_of_several_mails_with_one_message_id_those_of_participants_count(
    origins: list[str | None], counts: list[bool]
) -> None:
    """S-6: None is NET Genium itself; a list of an own domain sends copies of other mail."""
    assert counting([Origin(one) for one in origins], TAKING_PART) == counts


def test_a_refuted_mail_in_a_participants_name_is_somebody_elses() -> None:
    """S-6: it poisons no thread, and neither does a forged copy by a list."""
    forged, forged_list = Origin(BOB, believed=False), Origin(LIST, believed=False)

    assert counting([Origin(BOB), forged, forged_list], TAKING_PART) == [True, False, False]
    assert counting([forged], TAKING_PART) == [True]
