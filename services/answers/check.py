"""`check`: configuration, database, mapping and folders - each OK, or what to do (O-1, O-6)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from services.answers.checked import WITHIN, Check, Status, problem_found
from services.answers.odd_data import Oddity
from services.answers.odd_erp import oddities
from services.answers.outgoing_check import outgoing_mail
from services.answers.rule_files import (
    RuleFinding,
    look_at_folders,
    look_at_names,
    look_at_rules,
)
from services.answers.status import flows_of
from services.answers.trust import trust_oddities, unset_trust
from services.assembly.calendar_check import CalendarFinding, look_at_calendar
from services.assembly.clock import local_clock
from services.assembly.composition import Erp, open_erp
from services.assembly.named_paths import look_at
from services.assembly.paths import CheckedPath, PathCheck
from services.assembly.rehearsal import Rehearsed, rehearse
from services.assembly.services import broker_address
from services.fetcher.seen import seen_file
from services.fetcher.sources.mailbox import probe_mailbox
from services.fetcher.sources.of_box import BoxSource, SourceKind, sources_of
from services.fetcher.sources.opening import trouble_of
from shared.broker.rabbitmq.admin import administration
from shared.contracts.said import Said, said, verbatim
from shared.errors import (
    ConfigurationError,
    CRMServiceError,
    ExitCode,
    PermanentError,
)
from shared.netgenium.database.engine import shown
from shared.netgenium.database.probe import answers
from shared.netgenium.own.schema_state import SchemaState, schema_state
from shared.netgenium.schema.inspection import inspect_schema
from shared.netgenium.schema.mapping import load_mapping
from shared.settings.box import Box
from shared.settings.box_file import load_boxes, named_paths
from shared.settings.calendar_keys import calendar_keys_of
from shared.settings.environment import Environment


def run_checks(
    config: Sequence[Path], environment: Environment, *, rehearsal: bool = False
) -> Iterator[Check]:
    """Yield everything, in the order in which it is needed; one failure does not hide the others.

    Args:
        config: Files of the boxes.
        environment: What the installation is.
        rehearsal: Also try what the writer would do, and undo it.
    """
    boxes: Sequence[Box] = ()
    try:
        loaded = load_boxes(config)
        boxes = loaded.boxes
        told = (*loaded.warnings, *loaded.idle)
        yield from (problem_found(said("configuration"), "warn", one) for one in told)
        yield Check(
            said("configuration"),
            "ok",
            said("{boxes} box(es) in {files} file(s)", boxes=len(boxes), files=len(config)),
        )
    except ConfigurationError as error:
        wrong = filter(None, map(look_at, named_paths(config)))
        yield from (
            problem_found(said("configuration"), "fail", one) for one in (*error.problems, *wrong)
        )
    yield from map(_odd, unset_trust(boxes))
    for box in boxes:
        yield from _rules_of(box)
    for place in PathCheck().at_all(boxes, environment):
        yield from _place(place)
    yield from _open_ways(environment)
    yield from _database(environment, boxes, rehearsal=rehearsal)
    for source in (source for box in boxes for source in sources_of(box)):
        yield from _source(source, environment.data)
    for box in boxes:
        name = said("outgoing mail of {box}", box=box.name)
        yield from _guarded(name, partial(outgoing_mail, name, box, boxes, environment))
    if environment.rabbitmq_url:
        yield from _guarded(said("broker"), partial(_broker, environment))


def _source(source: BoxSource, data: Path) -> Iterator[Check]:
    match source.kind:
        case SourceKind.MAILBOX:
            yield from _memory(source, data)
            yield from _mailbox(source, data)
        case SourceKind.EML_DIR:
            # It is looked at among the paths.
            return


def _open_ways(environment: Environment) -> Iterator[Check]:
    for name, hosts in environment.open_ways.items():
        detail = said(
            "{name} goes to {names} without verified TLS, as CRMSERVICE_INSECURE allows",
            name=name,
            names=", ".join(hosts),
        )
        remedy = said("whoever is between can read mail and passwords; see docs/installation.md")
        yield Check(said("protection"), "warn", detail, remedy)


def _database(
    environment: Environment, boxes: Sequence[Box], *, rehearsal: bool
) -> Iterator[Check]:
    try:
        load_mapping(environment.mapping)
    except ConfigurationError as error:
        yield from (problem_found(said("mapping"), "fail", one) for one in error.problems)
        yield Check(said("database"), "skipped", said("needs a mapping that can be read"))
        return
    mapping = environment.mapping
    detail = verbatim(str(mapping)) if mapping else said("the reference mapping")
    yield Check(said("mapping"), "ok", detail)
    try:
        erp = open_erp(environment)
    except ConfigurationError as error:
        yield from (problem_found(said("database"), "fail", one) for one in error.problems)
        return
    looked = list(_guarded(said("database"), lambda: _connects(erp)))
    yield from looked
    if all(one.status == "ok" for one in looked):
        if boxes and calendar_keys_of(boxes).calendar:
            yield from _guarded(said("calendar"), lambda: map(_found, look_at_calendar(boxes, erp)))
        yield from _guarded(said("data of the ERP"), lambda: map(_odd, oddities(erp, boxes)))
        for box in boxes:
            yield from _guarded(_rules(box), partial(_named_in_rules, box, erp))
        if boxes:
            yield from _guarded(said("trust"), lambda: map(_odd, trust_oddities(erp, boxes)))
    if rehearsal:
        yield from _guarded(said("rehearsal"), lambda: _rehearsal(erp))


def _connects(erp: Erp) -> list[Check]:
    answers(erp.engine)
    problems = inspect_schema(erp.engine, erp.tables)
    if problems:
        return [problem_found(said("database"), "fail", problem) for problem in problems]
    return [
        Check(
            said("database"),
            "ok",
            said("{url}: reachable, fits the mapping", url=shown(erp.engine.url)),
        )
    ]


def _found(found: CalendarFinding) -> Check:
    return Check(said("calendar"), "warn" if found.remedy else "ok", found.detail, found.remedy)


def _odd(found: Oddity) -> Check:
    return Check(found.about, "warn", found.detail, found.remedy)


def _rehearsal(erp: Erp) -> Iterator[Check]:
    if schema_state(erp.engine) is not SchemaState.CURRENT:
        yield Check(
            said("rehearsal"), "skipped", said("needs our own tables: run crmservice init-db")
        )
        return
    for tried in rehearse(erp):
        yield _step(tried)


def _step(tried: Rehearsed) -> Check:
    name = said("rehearsal: {step}", step=tried.step)
    if tried.error is None:
        return Check(name, "ok", said("done and undone"))
    wrong = isinstance(tried.error, PermanentError)
    remedy = said("correct the mapping, the table or the rights") if wrong else said("try again")
    if tried.statement:
        remedy = said(
            "{remedy}; refused was: {statement}", remedy=remedy, statement=tried.statement
        )
    code = ExitCode.CONFIGURATION_WRONG if wrong else tried.error.exit_code
    return Check(name, "fail", tried.error.sentence, remedy, code)


def _mailbox(source: BoxSource, data: Path) -> Iterator[Check]:
    box = source.box
    name = said("mailbox of {box}", box=box.name)
    if not box.enabled:
        yield Check(name, "skipped", said("the box is not enabled"))
    elif source.rests_at(local_clock(box)()):
        yield Check(name, "skipped", said("its pause (stopFrom, stopTo) lasts"))
    else:
        memory = seen_file(data, box)
        yield from _guarded(name, lambda: [Check(name, "ok", probe_mailbox(box, memory))])
        if box.rules_file:
            found = partial(look_at_folders, box)
            yield from _guarded(_rules(box), lambda: map(partial(_of_rules, box), found()))


def _rules(box: Box) -> Said:
    return said("rules of {box}", box=box.name)


def _rules_of(box: Box) -> Iterator[Check]:
    """Yield how the rule file of a box is, if it has one."""
    found = look_at_rules(box)
    yield from (_of_rules(box, one) for one in found)
    if box.rules_file and not any(one.stops for one in found):
        yield Check(_rules(box), "ok", verbatim(str(box.rules_file)))


def _named_in_rules(box: Box, erp: Erp) -> Iterator[Check]:
    return map(partial(_of_rules, box), look_at_names(box, erp))


def _of_rules(box: Box, found: RuleFinding) -> Check:
    return problem_found(_rules(box), "fail" if found.stops else "warn", found.problem)


def _memory(source: BoxSource, data: Path) -> Iterator[Check]:
    """Yield the fetcher's memory, where there is one and something is wrong with it."""
    if trouble := trouble_of(source, data):
        remedy = said("if it is damaged, the fetcher begins it anew, which loses no mail")
        yield Check(said("memory of {box}", box=source.box.name), "warn", trouble, remedy)


def _broker(environment: Environment) -> list[Check]:
    address = broker_address(environment, "operator")
    flows = flows_of(address)
    with administration(address) as admin:
        admin.takes_messages()
    dead = sum(flow.dead for flow in flows)
    checks = [Check(said("broker"), "ok", said("{address}: reachable", address=address))]
    if dead:
        remedy = said("see crmservice dead-letters list")
        checks.append(
            Check(
                said("dead letters"),
                "warn",
                said("{dead} mail(s) wait for a person", dead=dead),
                remedy,
            )
        )
    return checks


def _place(place: CheckedPath) -> Iterator[Check]:
    status: Status = "warn" if place.weight in {"hint", "unmade"} else "fail"
    if not place.problems:
        yield Check(place.name, "ok", verbatim(place.path))
    yield from (problem_found(place.name, status, problem) for problem in place.problems)


def _guarded(name: Said, look: Callable[[], Iterable[Check]]) -> Iterator[Check]:
    try:
        yield from look()
    except ConfigurationError as error:
        yield from (problem_found(name, "fail", problem) for problem in error.problems)
    except PermanentError as error:
        remedy = said("run crmservice init-db, or correct the mapping")
        yield Check(name, "fail", error.sentence, remedy, ExitCode.CONFIGURATION_WRONG)
    except CRMServiceError as error:
        yield Check(name, "fail", error.sentence, WITHIN, error.exit_code)
