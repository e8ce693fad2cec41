"""Signatures that no delimiter announces: greeting, name, and how to reach somebody (T-1)."""

import pytest

from services.classifier.parse.quotes import split_quotes

SIGNATURES = [
    ("S pozdravem", "Petr Svoboda", "ACME s.r.o.\ntel.: +420 123 456 789"),
    ("S pozdravom,", "Ján Novák", "obchodný zástupca\nwww.acme.example"),
    ("Děkuji, s pozdravem a přáním hezkého dne", "Eva", "mobil 602 123 456"),
    ("Pozdrawiam", "Jan Kowalski", "Dział sprzedaży\nul. Długa 5\njan@firma.example"),
    ("Mit freundlichen Grüßen", "Max Muster", "Muster GmbH\nTel: 030 1234"),
    ("Kind regards,", "Jane Doe", "Sales Manager | ACME Ltd.\n+44 20 7946 0000"),
    ("Üdvözlettel:", "Kiss Éva", "https://acme.example"),
]


@pytest.mark.parametrize(("closing", "name", "below"), SIGNATURES)
@pytest.mark.parametrize("gap", ["", "\n"])
def test_what_stands_below_a_name_with_a_way_to_reach_him_is_a_signature(
    closing: str, name: str, below: str, gap: str
) -> None:
    """T-1: from the greeting on it says who wrote, not what."""
    own = "Dobrý den,\nposílám to k Contract:123."
    parts = split_quotes(f"{own}\n\n{closing}\n{gap}{name}\n{gap}{below}\n")

    assert parts.own == own
    assert parts.quoted.split() == f"{closing} {name} {below}".split()


@pytest.mark.parametrize(
    "below",
    [
        "Contract:123",
        "P.S. Volejte prosím na 602 123 456",
        "Jan Novák\nACME s.r.o.",
        "Petr\ntel. 602 123 456\n\nMohl byste mi prosím ještě dnes poslat ten výkres čerpadla?",
        "Petr\ntel. 602 123 456\nPS: platí to i pro druhou zakázku",
        "Petr\n- první bod\n- druhý bod, viz www.acme.example",
    ],
)
def test_what_goes_on_below_a_greeting_is_own_text(below: str) -> None:
    """T-1: near misses - no way to reach him, or something is still said."""
    text = f"Posílám to.\n\nS pozdravem\n{below}"
    assert split_quotes(text).own == text


def test_a_greeting_at_the_beginning_ends_no_letter() -> None:
    """T-1: near miss - what follows it is the letter."""
    text = "Zdravím\nPetře\n" + "Zavolej mi na 602 123 456 kvůli zakázce.\n" * 15
    assert split_quotes(text).own == text.strip()
