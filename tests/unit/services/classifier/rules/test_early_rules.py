"""Rules of the administrator that are asked before the manual's."""

from tests.builders import JAN, PETR, a_mail, activities, decide, reasons
from tests.rule_files import a_rule, facts_with

NEWS = 'when = { field = "header:List-Id", op = "exists" }\nearly = true'
LIST = "List-Id: <news.shop.example>\n"


def test_an_early_rule_is_asked_before_the_manuals() -> None:
    """C-1: a mail that R-8 would stop makes a task first; the manual's rules go on."""
    facts = facts_with(a_rule(actions='{ do = "task" }', more="early = true"))

    decided = decide(a_mail(sender="error@netgenium.com"), facts)

    assert [one.kind for one in decided.commands] == ["put_task"]
    assert decided.words == ("NEW TASK CREATED", "NET Genium", "DELETED")


def test_an_early_rule_with_stop_takes_the_mail() -> None:
    """C-1: the manual's rules R-2 to R-12 and the file's others are not asked; activities are."""
    facts = facts_with(
        a_rule(
            "first",
            actions='{ do = "activity", type = "Documentation" }',
            more=f"{NEWS}\nstop = true",
        ),
        a_rule("second"),
    )

    decided = decide(a_mail(more=LIST, sender="error@netgenium.com"), facts)

    asked = [line.id for line in decided.trace]
    assert "R-8" not in asked
    assert reasons(decided, "R-13") == ["an early rule has taken the mail"]
    assert [one.type.name for one in activities(decided)] == ["Documentation"]


def test_a_mail_that_no_early_rule_wants_goes_its_usual_way() -> None:
    """C-1: a near miss changes nothing but the trace."""
    facts = facts_with(a_rule(more=NEWS))

    decided = decide(a_mail(), facts)

    assert reasons(decided, "C-1") == ["no rule holds"]
    assert decided.words == ("PROCESSED",)


def test_a_duplicate_is_asked_by_no_rule() -> None:
    """C-1: R-1 comes first, so that nothing is made twice."""
    facts = facts_with(a_rule(actions='{ do = "task" }', more="early = true"))

    decided = decide(a_mail(sender=JAN, to=PETR), facts)
    assert [one.kind for one in decided.commands][:1] == ["put_task"]

    own = decide(a_mail(more="X-CRMService-Loop: forged\n"), facts)
    assert own.words[0] == "NEW TASK CREATED"
