"""What a recipe of docs/architecture.md asks for and no type checker sees: nothing is forgotten.

Names are looked for as they are written in the code, so a test here says where to look; that a
part does the right thing, its own tests prove.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from services.answers.made import Made
from services.classifier.policy import POLICY, for_old_mail
from services.operator.present.answer import made_as_text
from shared.contracts.commands import AnyCommand
from shared.language.language import ENGLISH
from shared.netgenium.schema.catalogue import CATALOGUE
from shared.netgenium.schema.grants import ROLES
from tests.modules import PRODUCT, modules_of, nodes, strings, tree

WRITES = {"add": 2, "insert": 0, "insert_all": 0}
"""Methods of the unit of work that add rows, and where each is told what kind of record."""

OLD_MAIL_GETS = (
    "sender_proof own_mail duplicate xml_mail bounce spam net_genium inform_users reply_or_forward"
    " ignored_subject direction incoming outgoing nothing_made"
)
"""Rules for mail that was in its box before: nothing that would surprise people years later."""

NOT_SHOWN = {
    "activities": {"due_date", "sender", "to", "cc", "text", "html"},
    "tasks": {
        "contact",
        "relationship",
        "watchers",
        "priority",
        "due_date",
        "completed_on",
        "text",
    },
}
"""Fields that `list` leaves out: texts, what it shows in another form, and what a person sets."""

SYNCHRONISED = {"start", "end", "all_day", "location", "private", "series", "changed_on"}
"""Fields of activities that only the calendar fills; `list` shows what mails have made."""

READ_BY_NOBODY = {
    "activity.changed_on",
    "contract.closed",
    "opportunity.closed",
    "order.closed",
}
"""Fields that mapping files may have and nothing uses, as docs/netgenium.md says."""


def _name(statement: ast.stmt) -> str | None:
    match statement:
        case ast.FunctionDef(name=name) | ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case _:
            return None


def _added(module: ast.Module) -> Iterator[str]:
    """Kinds of records that rows are added to, by name."""
    for node in nodes(module):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        place = WRITES.get(node.func.attr)
        of_work = isinstance(node.func.value, ast.Name) and node.func.value.id == "work"
        if of_work and place is not None and len(node.args) > place:
            yield from strings(node.args[place])


def _mentioned(path: Path) -> tuple[frozenset[str], frozenset[str]]:
    """Return the texts of a module, and its names of attributes and arguments."""
    module = tree(path)
    attributes = {one.attr for one in nodes(module) if isinstance(one, ast.Attribute)}
    arguments = {one.arg for one in nodes(module) if isinstance(one, ast.keyword) and one.arg}
    return frozenset(strings(module)), frozenset({*attributes, *arguments})


def test_the_writer_may_add_what_its_handlers_add() -> None:
    """NG-8: each kind of record that the writer's code adds is one that its role may insert."""
    added = {one for path in modules_of("services/writer") for one in _added(tree(path))}
    granted = {name for name, rights in ROLES["crm_writer"].records.items() if rights.insert}

    assert added == granted


@pytest.mark.parametrize(
    "kind",
    [one.model_fields["kind"].default for one in get_args(get_args(AnyCommand)[0])],
)
def test_a_person_reads_in_words_what_a_command_made(kind: str) -> None:
    """O-8: the answer to "what became of it" has a sentence for each kind of command."""
    assert kind not in made_as_text(Made(kind, number="7"), ENGLISH)


def test_check_rehearses_every_command() -> None:
    """O-1: a made-up mail has each command, so `check --rehearse` tries it on the real ERP."""
    module = tree(Path("services/assembly/rehearsal_mails.py"))
    called = {one.func for one in nodes(module) if isinstance(one, ast.Call)}
    made = {one.id for one in called if isinstance(one, ast.Name)}
    commands = {one.__name__ for one in get_args(get_args(AnyCommand)[0])}

    # In a message it refers to an event, of which handlers get an invitation.
    assert commands - made == {"ApplyEvent"}


def test_each_rule_says_whether_it_is_for_old_mail() -> None:
    """I-11: a new rule acts on mail of years ago only if somebody has decided so."""
    assert [row.name for row in for_old_mail(POLICY)] == OLD_MAIL_GETS.split()


def test_a_rule_is_a_promise_of_the_page() -> None:
    """House: the identifier of each rule is in docs/behaviours.md, where its sentence is."""
    page = Path("docs/behaviours.md").read_text("utf-8")

    assert [row.id for row in POLICY if f"**{row.id}**" not in page] == []


def test_a_rule_has_tests_of_its_own() -> None:
    """House: the rules' tests are where a reader looks for them."""
    tests = Path("tests/unit/services/classifier/rules")

    assert [row.name for row in POLICY if not (tests / f"test_{row.name}.py").exists()] == [
        "nothing_made"
    ]


def test_a_field_of_the_erp_is_used() -> None:
    """NG-1: nobody is asked to map a field that no code reads or writes as one of its record."""
    modules = [
        _mentioned(path) for path in PRODUCT if not {"schema", "setup"}.intersection(path.parts)
    ]
    unused = {
        f"{name}.{field}"
        for name, entity in CATALOGUE.items()
        for field in (*entity.fields, *entity.many)
        if not any(name in texts and field in texts | names for texts, names in modules)
    }

    assert unused == READ_BY_NOBODY


@pytest.mark.parametrize(("table", "entity"), [("activities", "activity"), ("tasks", "task")])
def test_list_shows_each_field_or_somebody_decided_not_to(table: str, entity: str) -> None:
    """O-10: a new field of activities and tasks is a column of `list`, or named above."""
    made_by = {"activities": ("_activity_rows", "_ASSIGNED"), "tasks": ("_tasks",)}[table]
    module = tree(Path("services/answers/records.py")).body
    shown = {text for one in module if _name(one) in made_by for text in strings(one)}
    left_out = NOT_SHOWN[table] | (SYNCHRONISED if table == "activities" else set())

    assert {*CATALOGUE[entity].fields, *CATALOGUE[entity].many} - shown == left_out


def test_whoever_asks_what_kind_a_source_is_stands_in_the_recipe() -> None:
    """House: who adds a kind of source is led to each place that no `match` shows to mypy."""
    page = Path("docs/architecture.md").read_text("utf-8")
    recipe = page.partition("- **add a source**")[2].partition("\n- **")[0]
    names = {"eml_dir", "imap_url", "pop3_url", "is_from_file"}
    asking = [
        path
        for path in PRODUCT
        if path.parts[:3] != ("services", "fetcher", "sources")
        and any(
            (isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load) and one.id in names)
            or (isinstance(one, ast.Attribute) and one.attr in names)
            for one in nodes(tree(path))
        )
    ]

    assert [str(path) for path in asking if str(path) not in recipe] == []
