"""What is wrong with the rule files of boxes, and with what they name (behaviour C-3)."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from services.answers.standstill import Standstill
from services.assembly.composition import Erp
from services.classifier.custom.action_models import (
    ActivityAction,
    AnswerAction,
    CreateContactAction,
    TaskAction,
)
from services.classifier.custom.book import as_config, read_for
from services.classifier.custom.box_fit import folders_of, odd_for
from services.classifier.custom.reading import LARGEST_BYTES, ReadRules, RuleProblem, read_rules
from services.classifier.custom.rule_set import RuleSet
from services.classifier.custom.toml_lines import Place, line_at
from services.classifier.custom.unreached import unreached
from services.fetcher.sources.mailbox import missing_folders
from shared.contracts.said import Said, said
from shared.errors import ConfigProblem
from shared.netgenium.database.engine import database_errors
from shared.netgenium.queries.named import read_named
from shared.netgenium.queries.people import read_activity_types
from shared.netgenium.queries.records import read_records
from shared.netgenium.schema.tables import ErpTables
from shared.settings.box import Box
from shared.settings.near_miss import nearest, quoted

_MOST_NAMES = 5000
"""So many names of the ERP are compared with one that it does not have."""


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """One thing found in a rule file.

    Attributes:
        problem: Where, what, and what to do.
        stops: The file cannot run with it; else it runs, and part of it does nothing.
    """

    problem: ConfigProblem
    stops: bool


@dataclass(frozen=True, slots=True)
class _Naming:
    """A name that a rule gives to something of the ERP."""

    kind: Said
    name: str
    place: Place


def look_at_file(file: Path) -> list[RuleFinding]:
    """Look at a rule file by itself."""
    try:
        with file.open("rb") as opened:
            read = read_rules(opened.read(LARGEST_BYTES + 1))
    except OSError as error:
        what = said("cannot be read: {reason}", reason=error.strerror)
        remedy = said("Correct the name, or who may read the file.")
        return [RuleFinding(ConfigProblem(str(file), what, remedy), stops=True)]
    wrong = [RuleFinding(one, stops=True) for one in as_config(file, read.problems)]
    odd = as_config(file, tuple(unreached(read)))
    return [*wrong, *(RuleFinding(one, stops=False) for one in odd)]


def look_at_rules(box: Box) -> list[RuleFinding]:
    """Look at the rule file of a box, if it has one; asks nobody."""
    file = box.rules_file
    if file is None:
        return []
    read = read_for(file, box)
    wrong = [RuleFinding(one, stops=True) for one in as_config(file, read.problems)]
    if wrong:
        return wrong
    odd = as_config(file, [*odd_for(read, box), *_unknown_templates(read, box)])
    return [RuleFinding(one, stops=False) for one in odd]


def _unknown_templates(read: ReadRules, box: Box) -> Iterator[RuleProblem]:
    """Yield the templates that answers name and the box does not have."""
    named = [
        (action.template, ("rule", index, "actions", number, "template"))
        for index, rule in enumerate(read.rules)
        for number, action in enumerate(rule.actions)
        if isinstance(action, AnswerAction)
    ]
    if not named:
        return
    from services.mailer.rendering import Templates  # noqa: PLC0415 - heavy, for answers alone

    there = Templates(box.mail_language, box.templates_dir).names()
    for name, place in named:
        if name not in there:
            what = said(
                "there is no template {name} in {language}: its mail waits",
                name=quoted(name),
                language=box.mail_language,
            )
            remedy = said("There are {names}.", names=", ".join(there))
            if meant := nearest(name, there):
                remedy = said("Did you mean {meant}?", meant=meant)
            yield RuleProblem(line_at(place, read.lines), what, remedy)


def refused_rules(boxes: Sequence[Box]) -> list[Standstill]:
    """Return the rule files that cannot be used now, so that older rules run, or none."""
    return [
        Standstill(
            said("rules of {box}", box=box.name),
            said(
                "{where}: {what}; the rules before stay until it is mended",
                where=one.problem.where,
                what=one.problem.what,
            ),
            one.problem.remedy,
        )
        for box in boxes
        for one in look_at_rules(box)
        if one.stops
    ]


def look_at_names(box: Box, erp: Erp) -> Iterator[RuleFinding]:
    """Yield what the rules of a box name and the ERP does not have.

    Raises:
        TransientError: The database is unreachable.
    """
    file = box.rules_file
    read = read_for(file, box) if file else None
    if file is None or read is None or read.problems:
        return
    rules = RuleSet(read.rules)
    with database_errors(erp.engine), erp.engine.connect() as connection:
        for one, known in _unknown(connection, erp.tables, rules, read):
            meant = nearest(one.name, known)
            remedy = (
                said("Did you mean {meant}?", meant=meant)
                if meant
                else said("Make it in the ERP, or correct it.")
            )
            what = said("the ERP has no {kind} {name}", kind=one.kind, name=quoted(one.name))
            where = f"{file}:{line_at(one.place, read.lines)}"
            yield RuleFinding(ConfigProblem(where, what, remedy), stops=False)


def look_at_folders(box: Box) -> Iterator[RuleFinding]:
    """Yield the folders that the rules of a box name and its server does not have.

    Raises:
        TransientError: The server is unreachable.
        CredentialsRefusedError: It refused the login.
    """
    file = box.rules_file
    read = read_for(file, box) if file and box.imap_url else None
    if file is None or read is None or read.problems:
        return
    named = folders_of(read)
    missing = missing_folders(box, {folder for folder, _ in named}) if named else {}
    for folder, line in named:
        if folder in missing:
            meant = missing[folder]
            remedy = (
                said("Did you mean {meant}?", meant=quoted(meant))
                if meant
                else said("Make it, or correct the name.")
            )
            what = said("the server has no folder {folder}", folder=quoted(folder))
            yield RuleFinding(ConfigProblem(f"{file}:{line}", what, remedy), stops=False)


def _unknown(
    connection: Connection, erp: ErpTables, rules: RuleSet, read: ReadRules
) -> Iterator[tuple[_Naming, Collection[str]]]:
    """Yield each name that is not there, with those that are."""
    named = read_named(connection, erp, rules.names)
    pairs = {("contract", number) for number in rules.contracts}
    contracts = {
        number
        for (_, number), match in read_records(connection, erp, pairs).items()  # type: ignore[arg-type]
        if match.record
    }
    types = {one.name for one in read_activity_types(connection, erp).values()}
    there: dict[str, Collection[str]] = {
        "active user": named.users,
        "company": named.companies,
        "contract": contracts,
        "activity type": types,
        "task with the status": _texts(connection, erp, "task", "status"),
        "task with the priority": _texts(connection, erp, "task", "priority"),
    }
    everybody: dict[str, Collection[str]] = {}
    for one in _namings(read):
        known = there[one.kind]
        if one.name in known or one.name.casefold() in {name.casefold() for name in known}:
            continue
        if one.kind not in everybody:
            everybody[one.kind] = _all_of(connection, erp, one.kind) or known
        yield one, everybody[one.kind]


def _namings(read: ReadRules) -> Iterator[_Naming]:
    for index, rule in enumerate(read.rules):
        for number, action in enumerate(rule.actions):
            place: Place = ("rule", index, "actions", number)
            match action:
                case TaskAction():
                    for solver in action.solvers:
                        yield _Naming(said("active user"), solver, (*place, "solvers"))
                    yield from _given(said("contract"), action.contract, place)
                    yield from _given(said("task with the status"), action.set.status, place)
                    yield from _given(said("task with the priority"), action.set.priority, place)
                case ActivityAction():
                    yield from _given(said("contract"), action.contract, place)
                    yield from _given(said("activity type"), action.type, place)
                case CreateContactAction():
                    yield from _given(said("company"), action.relationship, place)
                case _:
                    pass


def _given(kind: Said, name: str | None, place: Place) -> Iterator[_Naming]:
    if name is not None:
        yield _Naming(kind, name, place)


def _all_of(connection: Connection, erp: ErpTables, kind: str) -> Sequence[str]:
    """Return names that a misspelt one may have meant."""
    match kind:
        case "active user":
            return _texts(connection, erp, "user", "login")
        case "company":
            return _texts(connection, erp, "relationship", "name")
        case _:
            return ()


def _texts(connection: Connection, erp: ErpTables, entity: str, field: str) -> Sequence[str]:
    if not erp.has(entity, field):
        return ()
    column = erp.table(entity).c[field]
    query = select(column).where(column.is_not(None)).distinct().limit(_MOST_NAMES)
    return _stripped(connection.scalars(query))


def _stripped(texts: Iterable[str]) -> Sequence[str]:
    return [text.strip() for text in texts if text.strip()]
