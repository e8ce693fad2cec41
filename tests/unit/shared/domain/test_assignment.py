import pytest

from services.classifier.chain import SoFar
from shared.contracts.commands import CreateActivity
from shared.contracts.references import RecordRef
from shared.domain.directory import RecordMatch
from tests.builders import (
    DIRECTOR,
    EVA,
    JAN,
    PETR,
    a_box,
    a_mail,
    activities,
    decide,
    reasons,
    some_facts,
)


def _only(decided: SoFar) -> CreateActivity:
    (activity,) = activities(decided)
    return activity


@pytest.mark.parametrize(
    ("written", "field", "number"),
    [
        ("Contract:123", "contract", "123"),
        ("project: 123", "contract", "123"),
        ("ZAKÁZKA : 123", "contract", "123"),
        ("zak:123", "contract", "123"),
        ("Task:55", "task", "55"),
        ("úkol:55", "task", "55"),
        ("Opo:9", "opportunity", "9"),
        ("Příležitost: 9", "opportunity", "9"),
        ("Order:15", "order", "2026-15"),
        (
            "\uff23\uff4f\uff4e\uff54\uff52\uff41\uff43\uff54\uff1a123",
            "contract",
            "123",
        ),  # full width
    ],
)
@pytest.mark.parametrize("place", ["subject", "body"])
def test_a_token_assigns_the_activity(written: str, field: str, number: str, place: str) -> None:
    """T-1, T-2: tokens of V in subject or body, any case, with or without diacritics and blank."""
    mail = a_mail(subject=written) if place == "subject" else a_mail(f"Hello\n{written}\n")

    record = getattr(_only(decide(mail)), field)

    assert record.number == number


@pytest.mark.parametrize(
    "written",
    [
        "MyContract:123",
        "Contract 123",
        "Contract:x123",
        "Contract:123abc",
        "Contract:" + "1" * 19,
        "Contract:\n123",
        "Contract:7/2",
        "Contract:123/2026",
        "https://erp.example/list?Contract:123",
        "see www.erp.example/Contract:123",
    ],
)
def test_what_is_no_token_assigns_nothing(written: str) -> None:
    """T-2: near miss - word boundary, colon, number of at most 18 digits on the same line."""
    activity = _only(decide(a_mail(f"Hello\n{written}\n")))

    assert activity.contract is None


def test_the_subject_wins_over_the_text() -> None:
    """T-1: the subject's token wins; the other is named in the trace."""
    decided = decide(a_mail("Contract:123\n", subject="Task:55"))

    assert _only(decided).task is not None
    assert _only(decided).contract is None
    assert any("passed over: contract 123" in reason for reason in reasons(decided, "T-1"))


def test_a_token_at_the_start_of_a_line_wins_over_one_inside() -> None:
    """T-1: in the own text a line that begins with the token goes first."""
    decided = decide(a_mail("about Task:55 see\n\n  Contract:123\n"))

    assert _only(decided).contract is not None


def test_own_text_wins_over_quoted_text() -> None:
    """T-1: quoted text is searched last, and is searched."""
    quote = "\n\nDne 2. 11. 2026 v 9:00 Jana napsal(a):\n> Contract:123\n"

    assert _only(decide(a_mail("mid Task:55 line" + quote))).task is not None
    assert _only(decide(a_mail("Souhlas." + quote))).contract is not None


def test_a_number_without_a_record_assigns_nothing() -> None:
    """T-3: an unknown number is noted, and the activity is made all the same."""
    decided = decide(a_mail(subject="Contract:999"))

    assert _only(decided).contract is None
    assert "no record has this number" in reasons(decided, "T-3")[0]


@pytest.mark.parametrize(
    ("following", "name"),
    [
        ("Documentation", "Documentation"),
        ("documentation review p-", "Documentation review"),
        ("SCHUZKA, see you", "Schůzka"),
        ("Documentations", "E-mail"),
        ("p2 Documentation", "E-mail"),
        ("", "E-mail"),
    ],
)
def test_outgoing_mail_may_name_its_type(following: str, name: str) -> None:
    """T-4: the longest known activity type directly behind the number, else E-mail."""
    mail = a_mail(subject=f"Contract:123 {following}", sender=JAN, to=PETR)

    assert _only(decide(mail)).type.name == name


def test_incoming_mail_is_always_an_email() -> None:
    """T-4: the type is passed over for incoming mail, and the trace says so."""
    decided = decide(a_mail(subject="Contract:123 Documentation"))

    assert _only(decided).type.name == "E-mail"
    assert "passed over" in reasons(decided, "T-4")[0]


@pytest.mark.parametrize(
    ("following", "scope"),
    [
        ("p-", []),
        ("P1", ["Board"]),
        ("see p2 thanks", ["Board", "Management"]),
        ("p9", ["Board", "Management", "Sales", "Service", "Trainee"]),
        ("p0", []),
        ("one two three four five p1", ["Board"]),
        ("one two three four five six p1", ["Board", "Management", "Sales", "Service"]),
        ("p12 px", ["Board", "Management", "Sales", "Service"]),
        ("", ["Board", "Management", "Sales", "Service"]),
    ],
)
def test_the_scope_word_sets_who_sees_the_activity(following: str, scope: list[str]) -> None:
    """T-5: `p-` no scope, `pN` down to depth N, none: down to the role of the user."""
    activity = _only(decide(a_mail(subject=f"Contract:123 {following}", sender=JAN, to=PETR)))

    assert [role.name for role in activity.scope] == scope


def test_without_a_token_the_scope_is_that_of_the_user() -> None:
    """T-5: without a token the role of the recipient (incoming) or sender (outgoing) counts."""
    assert len(_only(decide(a_mail(to=EVA))).scope) == 4
    assert len(_only(decide(a_mail(sender=EVA, to=PETR))).scope) == 4


def test_of_several_roles_the_most_superior_counts() -> None:
    """T-5: a user with several roles counts by the one nearest to the top."""
    assert [role.name for role in _only(decide(a_mail(to=DIRECTOR))).scope] == ["Board"]


def test_an_opportunity_takes_a_number_only() -> None:
    """T-6: scope behind Opo: is passed over with a note, and the type is E-mail."""
    decided = decide(a_mail(subject="Opo:9 Documentation p-", sender=JAN, to=PETR))

    assert _only(decided).opportunity is not None
    assert _only(decided).type.name == "E-mail"
    assert len(_only(decided).scope) == 4
    assert "passed over" in reasons(decided, "T-6")[0]


def test_several_similar_numbers_assign_nothing() -> None:
    """T-7: with or without its year, only one open record may fit; else none, noted."""
    two = RecordMatch(
        similar=(RecordRef(id=1, number="2025-15"), RecordRef(id=2, number="2026-15"))
    )

    decided = decide(a_mail(subject="Order:15"), some_facts(records={("order", "15"): two}))

    assert _only(decided).order is None
    assert "2025-15, 2026-15" in reasons(decided, "T-7")[0]


@pytest.mark.parametrize("prefix", ["", "Fwd: "])
def test_the_subject_of_a_new_task_is_no_token(prefix: str) -> None:
    """T-2: in `New task: 55 crates` the number is part of the subject, not a task's number."""
    mail = a_mail("Contract:123\n", subject=f"{prefix}New task: 55 crates", sender=JAN, to=PETR)

    activity = _only(decide(mail))

    assert activity.task is None
    assert activity.contract is not None


def test_a_number_that_goes_on_behind_a_hyphen_is_none() -> None:
    """T-2: `123-45` is neither digits nor `yyyy-digits`, so nothing is guessed."""
    assert _only(decide(a_mail(subject="Contract:123-45"))).contract is None


def test_the_tokens_can_be_extended() -> None:
    """T-2: `contractToken` of the configuration adds a keyword, with or without its colon."""
    box = a_box(vocabulary={"contractToken": ("Projekt č.", "Vertrag:")})

    for written in ("projekt c.: 123", "VERTRAG:123"):
        decided = decide(a_mail(subject=written, box=box), some_facts(box))
        assert _only(decided).contract is not None


def test_a_million_tokens_are_searched_in_linear_time() -> None:
    """H-11: floods of tokens, digits and blanks neither hang nor match."""
    body = "Contract:" * 50_000 + "\n" + "Contract:" + "1" * 500_000 + "\nContract:" + " " * 300_000

    decided = decide(a_mail(body))

    assert _only(decided).contract is None


def test_what_is_read_behind_a_number_is_bounded_and_whole() -> None:
    """H-11, T-5: of a long line as much is kept as anybody asks for, never a piece of a word."""
    for blanks in range(480, 520):
        (token,) = a_mail("Contract:123 " + "x" * blanks + " p2 more\n").tokens
        assert len(token.following) <= 500
        assert set(token.following.split()) <= {"x" * blanks, "p2", "more"}


def test_the_same_number_in_subject_and_text_are_two_tokens() -> None:
    """P-1, T-1: a problem's contract is read from the text, whatever the subject says."""
    mail = a_mail("Contract:123\n", subject="Contract:123")

    assert [token.place for token in mail.tokens] == ["subject", "text"]


@pytest.mark.parametrize(
    "written",
    [
        "*Zakázka:* 123",
        "*Zakázka: 123*",
        "_Zakázka:_ *123*",
        "**Zakázka**: 123",
        "[Zakázka:123]",
        "(Zakázka: 123)",
        "Zakázka: [123]",
        "{Zakázka}: (123)",
        "> *Zakázka:* 123",
        "Zakáz\u200bka: 123",
        "https://erp.example/Order:4 Zakázka: 123",
    ],
)
@pytest.mark.parametrize("place", ["subject", "body"])
def test_emphasis_and_brackets_around_a_token_are_passed_over(written: str, place: str) -> None:
    """T-2: the plain part of bold text has asterisks; people put tokens into brackets."""
    mail = a_mail(subject=written) if place == "subject" else a_mail(f"Hello\n{written}\n")
    contract = _only(decide(mail)).contract

    assert contract is not None
    assert contract.number == "123"


@pytest.mark.parametrize(
    "written", ["(Contract: 123 p-)", "[Contract:123 p-]", "Contract:123 *p-*"]
)
def test_a_scope_word_is_read_without_its_bracket(written: str) -> None:
    """T-5: a word of two characters is one also before a bracket."""
    activity = _only(decide(a_mail(subject=written, sender=JAN, to=PETR)))

    assert activity.scope == ()


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Re: New task: 55 gates", "Hotovo"),
        ("RE: Nový úkol: 55 ks vrat", "Hotovo"),
        ("Vyřízeno: Nová úloha: 55", "Hotovo"),
        ("Re: x", "> Subject: New task: 55 gates"),
        ("Re: x", "Nový úkol : 55 ks"),
    ],
)
def test_a_longer_phrase_is_no_shorter_keyword(subject: str, body: str) -> None:
    """T-2: `New task:` orders a task; it is no `Task:`, wherever it stands."""
    assert a_mail(body, subject=subject).tokens == ()


def test_a_token_behind_a_longer_phrase_counts() -> None:
    """T-2: near miss - the phrase hides no token that stands behind it."""
    (token,) = a_mail(subject="New task: Task:55 again").tokens

    assert str(token) == "task 55"
