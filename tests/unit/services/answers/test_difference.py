"""In what a mail would be decided otherwise, and whether the rules are why."""

import json

import pytest

from services.answers.cause_of_difference import Compared
from services.answers.decided_again import decided_again
from services.answers.difference import Then, whole_commands
from services.classifier.decide import decide
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from services.operator.present.differences import compared_as_json, compared_as_lines
from services.writer.compact import compact
from shared.contracts.references import ContactRef
from shared.domain.directory import AddressBookEntry
from shared.language.language import LanguageName, language
from tests.builders import ACME, EVA, JAN, PETR, STRANGER, a_directory, a_mail
from tests.rule_files import a_rule, facts_with
from tests.xml_mails import xml, xml_facts, xml_mail

BUGS = 'when = { field = "subject", op = "contains", value = "bug" }'
NEW = 'when = { field = "sender_known", op = "equals", value = false }'
TASK = '{ do = "task", set = { status = "Nový" } }'
DOCUMENTED = '{ do = "activity", type = "Documentation" }'
NOW_KNOWN = {
    **a_directory().address_book,
    STRANGER: (AddressBookEntry(ContactRef(id=9, email=STRANGER), ACME),),
}


def _recorded(mail: Mail, facts: Facts) -> Then:
    decided = decide(mail, facts)
    trace = [line.model_dump() for line in decided.trace]
    return Then(decided.words, compact(whole_commands(decided)), decided.mailbox, trace)


def _compared(mail: Mail, before: Facts, now: Facts) -> Compared:
    return decided_again(mail, now, _recorded(mail, before))[1]


def _told(compared: Compared) -> set[tuple[str, str, bool]]:
    return {(one.what, one.field, one.by_rules) for one in compared.differences}


@pytest.mark.parametrize("rules", [a_rule("bugs", actions=TASK, more=BUGS), "# none"])
@pytest.mark.parametrize("sender", [PETR, STRANGER])
def test_nothing_is_otherwise_while_nothing_has_changed(rules: str, sender: str) -> None:
    """C-3, O-9: the same rules and the same ERP decide the same."""
    mail, facts = a_mail(subject="A bug", sender=sender), facts_with(rules)

    assert _compared(mail, facts, facts) == Compared((), (), ())


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (a_rule("bugs", actions=TASK, more=BUGS), {("verdict", ""), ("put_task", "")}),
        (a_rule("bugs", actions=DOCUMENTED, more=BUGS), {("create_activity", "type")}),
        (
            a_rule("bugs", actions='{ do = "activity", scope = "p2" }', more=BUGS),
            {("create_activity", "scope")},
        ),
        (a_rule("bugs", actions='{ do = "move", folder = "Bugs" }'), {("mailbox", "")}),
        (a_rule("bugs", more=BUGS), {("verdict", ""), ("create_activity", "")}),
    ],
)
def test_what_a_new_rule_changes_comes_of_the_rules(
    rules: str, expected: set[tuple[str, str]]
) -> None:
    """C-3: verdict, record, type, scope, place in the box; both when it comes and when it goes."""
    mail, none, some = a_mail(subject="A bug"), facts_with("# none"), facts_with(rules)
    what = {(one, field, True) for one, field in expected}

    assert what <= _told(_compared(mail, none, some))
    gone = _compared(mail, some, none)
    assert what <= _told(gone)
    assert (gone.by_rules, gone.held_then) == (True, ("bugs",))


def test_what_the_erp_has_learnt_is_told_apart_from_what_the_rules_do() -> None:
    """C-3, O-9: with both at once, each thing has its own cause, and the trace says what it is."""
    mail = a_mail(subject="A bug", sender=STRANGER)
    rules = a_rule("bugs", actions=DOCUMENTED, more=BUGS)

    told = _compared(mail, facts_with("# none"), facts_with(rules, address_book=NOW_KNOWN))

    assert _told(told) == {
        ("create_activity", "contact", False),
        ("create_activity", "relationship", False),
        ("create_activity", "type", True),
    }
    assert {line.rule for line in told.because} >= {"link", "custom_rules"}


def test_a_rule_is_not_blamed_for_what_it_asks_the_erp() -> None:
    """C-3: whoever was new then is known now, so the rule for new people holds no more."""
    mail = a_mail(subject="A bug", sender=STRANGER)
    rules = a_rule("new people", actions=TASK, more=NEW)

    told = _compared(mail, facts_with(rules), facts_with(rules, address_book=NOW_KNOWN))

    assert ("put_task", "", False) in _told(told)
    assert (told.by_rules, told.held_then) == (False, ("new people",))


def test_a_rule_that_was_edited_is_why_its_task_is_not_made() -> None:
    """C-3: it has its name still, and asks for something else in the mail."""
    mail = a_mail(subject="A bug")
    before = a_rule("bugs", actions=TASK, more=BUGS)
    after = a_rule("bugs", actions=TASK, more=BUGS.replace('"bug"', '"fault"'))

    assert ("put_task", "", True) in _told(_compared(mail, facts_with(before), facts_with(after)))


def test_the_task_of_a_rule_has_a_contact_that_is_known_since() -> None:
    """C-3, C-4: the contact is of the ERP, the status of the rule."""
    mail = a_mail(subject="A bug", sender=STRANGER)
    before = a_rule("bugs", actions=TASK, more=BUGS)
    after = a_rule("bugs", actions=TASK.replace("Nový", "Hotovo"), more=BUGS)

    told = _compared(mail, facts_with(before), facts_with(after, address_book=NOW_KNOWN))

    assert ("put_task", "contact", False) in _told(told)
    assert ("put_task", "values", True) in _told(told)


def test_another_person_is_told_with_both_names() -> None:
    """O-9: of an activity that somebody else would have, both are told."""
    mail = a_mail()
    facts = facts_with("# none")
    then = _recorded(mail, facts)
    other = then._replace(
        commands=(then.commands or "").replace('"responsible":', '"responsible":1')
    )

    (one,) = decided_again(mail, facts, other)[1].differences

    assert (one.what, one.field, one.by_rules) == ("create_activity", "responsible", False)
    assert (one.then, one.now) == (int(f"1{one.now}"), one.now)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "en",
            [
                "otherwise because of the rules:",
                "in its box: as the box's disposition says → marked as seen, moved to Bugs",
                "otherwise because the ERP or the settings have changed since:",
                "contact: nothing → 9",
            ],
        ),
        (
            "cs",
            [
                "jinak kvůli pravidlům:",
                "ve schránce: podle disposition → označena jako přečtená, přesunuta do Bugs",
                "jinak, protože se od té doby změnilo ERP nebo nastavení:",
                "kontakt: nic → 9",
            ],
        ),
    ],
)
def test_differences_are_told_in_both_languages(name: LanguageName, expected: list[str]) -> None:
    """O-9, O-11, C-3: what was, what would be, and why; JSON has the same."""
    mail = a_mail(subject="A bug", sender=STRANGER)
    rules = a_rule("b", actions='{ do = "mark_seen" }, { do = "move", folder = "Bugs" }')

    told = _compared(mail, facts_with("# none"), facts_with(rules, address_book=NOW_KNOWN))

    shown = "\n".join(compared_as_lines(told, language(name)))
    assert [one for one in expected if one not in shown] == []
    (moved,) = (one for one in compared_as_json(told)["differences"] if one["what"] == "mailbox")
    assert (moved["then"], moved["now"]["folder"], moved["by_rules"]) == (None, "Bugs", True)


def test_an_earlier_version_has_recorded_no_commands() -> None:
    """O-9: then verdict and place in the box are compared, and nothing is made up."""
    mail, facts = a_mail(to=JAN), facts_with("# none")

    then = _recorded(mail, facts)._replace(commands=None)

    assert decided_again(mail, facts, then)[1].differences == ()


def test_an_xml_mail_is_not_held_against_what_it_has_made_itself() -> None:
    """O-9, E-4: its task named the contact that was to be made first; now there is one."""
    mail = xml_mail(
        xml(
            f"<contact><email>{STRANGER}</email><lastName>Nový</lastName>"
            "<relationship>ACME s.r.o.</relationship></contact>"
            f"<task><subject>Order</subject><contact>{STRANGER}</contact></task>"
        )
    )

    told = _compared(mail, xml_facts(), xml_facts(address_book=NOW_KNOWN))

    assert "put_contact" in (_recorded(mail, xml_facts()).commands or "")
    assert told.differences == ()


def test_each_of_several_activities_is_held_against_its_own() -> None:
    """O-9: what has changed for one person is not told of another."""
    mail, facts = a_mail(to=f"{JAN}, {EVA}"), facts_with("# none")
    then = _recorded(mail, facts)
    first, second = json.loads(then.commands or "")
    other = [{**second, "completed": False}, {**first, "type": 77}]

    told = decided_again(mail, facts, then._replace(commands=json.dumps(other)))[1]

    assert {(one.of[1], one.field) for one in told.differences} == {
        (second["responsible"], "completed"),
        (first["responsible"], "type"),
    }
