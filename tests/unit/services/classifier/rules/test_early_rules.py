"""Rules of the administrator that are asked before the manual's."""

from uuid import UUID

import pytest

from shared.domain.earlier import Processed
from tests.builders import OWN_MAIL, PETR, a_mail, activities, decide, reasons
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


@pytest.mark.parametrize("early", ["early = true", ""])
def test_duplicates_and_our_own_mail_are_asked_by_no_rule(early: str) -> None:
    """C-1, R-0, R-1: nothing is made twice, and what a rule has sent goes round no further."""
    wide = a_rule(actions='{ do = "task" }, { do = "forward", to = "a@b.cz" }', more=early)
    mail = a_mail(to=PETR)
    copy = decide(mail, facts_with(wide, processed=Processed(UUID(int=7), "x", mail.marks)))
    ours = f"Message-ID: {OWN_MAIL.message_id(UUID(int=8), 'firma.cz')}\n"

    own = decide(a_mail(more=ours), facts_with(wide))

    assert (copy.words, copy.commands) == (("DUPLICATE KEY", "DELETED"), ())
    assert (own.words, own.commands) == (("LOOP", "DELETED"), ())
