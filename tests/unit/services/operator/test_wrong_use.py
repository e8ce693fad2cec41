"""What typer itself refuses, said in Czech."""

import pytest
from typer.exceptions import TyperException

from services.operator.commands import app
from services.operator.wrong_use import in_our_words
from shared.language.language import language


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("explian", "příkaz 'explian' není. Měli jste na mysli 'explain'"),
        ("qqq", "příkaz 'qqq' není"),
        ("--language cs", "chybí příkaz"),
        ("marks release --nope", "volba --nope není"),
        ("status --confg x", "volba --confg není. Měli jste na mysli --config"),
        ("explain", "chybí argument 'mails'"),
        ("grants --dialect", "volba '--dialect' potřebuje hodnotu"),
        ("indexes --help=1", "volba '--help' nemá hodnotu"),
        ("grants --dialect mssql a b", "přebývá a b"),
        ("list tasks --limit x", "hodnota '--limit' musí být celé číslo"),
        ("list tasks --limit 1.5", "hodnota '--limit' musí být celé číslo"),
        ("list tasks --limit 0", "hodnota '--limit' musí být alespoň 1"),
        ("mail list --limit 20000", "hodnota '--limit' smí být nejvýše 10000"),
        ("check", "chybí volba '--config' / '-c'"),
    ],
)
def test_what_typer_refuses_is_said_in_czech(arguments: str, told: str) -> None:
    """O-11: wrong use of every kind; typer's own English would stay where it has a new sentence."""
    with pytest.raises(TyperException) as refused:
        app(arguments.split(), standalone_mode=False, prog_name="crmservice")

    sentence = in_our_words(str(refused.value.format_message()))
    assert language("cs").tell(sentence).startswith(told)


def test_what_is_not_known_stays_as_it_is() -> None:
    """O-11: a sentence that typer has not had so far is shown, in its own words."""
    assert in_our_words("Something new (of typer).") == "Something new (of typer)."
