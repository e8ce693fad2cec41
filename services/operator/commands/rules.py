"""`crmservice rules`: rule files are checked, described for editors, and tried on the backups."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from services.answers.rule_files import (
    RuleFinding,
    look_at_file,
    look_at_folders,
    look_at_names,
    look_at_rules,
)
from services.answers.rule_trial import RuleTrial, TrialCount, TriedMail
from services.assembly.classifying import look_up_in
from services.assembly.composition import open_erp
from services.assembly.live_contexts import context_of
from services.operator.commands.how_far import told_how_far
from services.operator.commands.options import (
    AsJson,
    Config,
    OptionalConfig,
    begin,
    begin_with,
    boxes_of,
    moment_since,
    tell,
    warning_of,
)
from services.operator.output import write_json
from services.operator.present.rule_trial import trial_as_text, tried_as_json
from services.operator.present.visible import visible
from services.operator.spoken import spoken
from shared.contracts.said import Said, said
from shared.errors import ExitCode, WrongUseError
from shared.settings.box import Box

app = typer.Typer(
    help="Rules of your own: check their files, try them on the backups, describe them to editors.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

_SHOWN = 20
_TOLD_EVERY = 500

Files = Annotated[list[Path] | None, typer.Argument(help="Rule files, looked at by themselves.")]
File = Annotated[Path | None, typer.Argument(help="Rule file; without it that of the box.")]
Online = Annotated[
    bool, typer.Option("--online", help="Also ask the ERP and the mail server for names.")
]
SinceBegin = Annotated[
    str, typer.Option("--since", help="Mail since 30m, 12h, 2d, 4w ago, or a day as 2026-11-21.")
]


@app.command("check")
def check(
    files: Files = None,
    config: OptionalConfig = None,
    online: Online = False,  # noqa: FBT002 - a flag of the command line
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Look for everything that is wrong with rule files, each with its line.

    Examples:
      crmservice rules check rules.toml
      crmservice rules check --config crm.xml
      crmservice rules check --config crm.xml --online

    With --online users, companies, contracts, types, statuses and folders are looked
    up, too. Ends with 78 if a file cannot run; what only does nothing is a warning.
    """
    if not (files or config):
        raise WrongUseError(
            said("name a rule file, or the boxes whose files are meant with --config")
        )
    environment = begin("error")
    boxes = boxes_of(config or ())
    found = [one for file in files or () for one in look_at_file(file)]
    found += [one for box in boxes for one in look_at_rules(box)]
    if online and boxes:
        erp = open_erp(environment)
        for box in boxes:
            found += [*look_at_names(box, erp), *look_at_folders(box)]
    _show(found, as_json=as_json)


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of rule files, for editors that check and complete TOML.

    Examples:
      crmservice rules schema > rules.schema.json
    """
    from services.classifier.custom.rule_file import RuleFile  # noqa: PLC0415 - for this alone

    write_json(RuleFile.model_json_schema())


@app.command("try")
def try_rules(
    config: Config,
    file: File = None,
    since: SinceBegin = "30d",
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Show what rules would do with mail that was processed. Writes nothing.

    Examples:
      crmservice rules try --config crm.xml
      crmservice rules try new.toml --config crm.xml --since 7d
      crmservice rules try new.toml --config crm.xml --since 2026-11-01 --json

    The real rules decide again about every backup of that time. It counts the mails
    for which a rule holds, shows the first twenty, and tells where something else
    would come of a mail than what was recorded. With --json each of them is a line.
    """
    environment, boxes = begin_with(config, "error")
    erp = open_erp(environment)
    begin_at = moment_since(since, datetime.now(UTC), ZoneInfo(erp.tables.mapping.time.zone))
    for box in _with_rules(boxes, file):
        count = TrialCount()
        trial = RuleTrial(environment.data, erp, context_of(box, erp), look_up_in(erp), count)
        tried = _with_progress(trial.since(begin_at or datetime.now(UTC)), count)
        _tell(box, tried, count, as_json=as_json)


def _with_rules(boxes: Sequence[Box], file: Path | None) -> Sequence[Box]:
    if file is None:
        found = [box for box in boxes if box.rules_file]
        if not found:
            raise WrongUseError(said("no box has a rulesFile: name a rule file"))
        return found
    if len(boxes) != 1:
        raise WrongUseError(said("a rule file is tried on the mail of one box: give one --config"))
    return [boxes[0].model_copy(update={"rules_file": file})]


def _tell(box: Box, tried: Iterator[TriedMail], count: TrialCount, *, as_json: bool) -> None:
    shown: list[TriedMail] = []
    with told_how_far(lambda: _looked_at(count)):
        for one in tried:
            if not (one.rules or one.differs):
                continue
            if as_json:
                write_json({"box": box.name, **tried_as_json(one)})
            elif len(shown) < _SHOWN:
                shown.append(one)
    if as_json:
        write_json({"box": box.name, **asdict(count)})
    else:
        sys.stdout.write(visible(trial_as_text(box.name, shown, count, spoken())) + "\n")


def _with_progress(tried: Iterator[TriedMail], count: TrialCount) -> Iterator[TriedMail]:
    for one in tried:
        if sys.stderr.isatty() and count.looked_at % _TOLD_EVERY == 0:
            tell(_looked_at(count))
        yield one


def _looked_at(count: TrialCount) -> Said:
    return said("{looked_at} mail(s) looked at", looked_at=count.looked_at)


def _in_words(found: RuleFinding) -> str:
    problem = found.problem
    told = said("{problem}", problem=problem) if found.stops else warning_of(problem)
    return spoken().tell(told)


def _show(found: Sequence[RuleFinding], *, as_json: bool) -> None:
    stops = any(one.stops for one in found)
    if as_json:
        rows = [asdict(one.problem) | {"stops": one.stops} for one in found]
        write_json({"ok": not stops, "problems": rows})
    else:
        lines = map(_in_words, found) if found else [spoken().say("nothing is wrong")]
        sys.stdout.write(visible("\n".join(lines)) + "\n")
    if stops:
        raise typer.Exit(ExitCode.CONFIGURATION_WRONG)
