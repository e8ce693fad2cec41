"""`crmservice rules`: rule files are checked, described for editors, and tried on the backups."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from services.answers.rule_files import (
    RuleFinding,
    look_at_file,
    look_at_folders,
    look_at_names,
    look_at_rules,
)
from services.answers.rule_trial import TriedMail
from services.answers.trial_run import TrialCount, TrialPlan
from services.assembly.composition import open_erp
from services.assembly.live_contexts import context_of
from services.operator.commands.options import (
    AsJson,
    Config,
    InLanguage,
    OptionalConfig,
    begin,
    begin_with,
    boxes_of,
    language_for,
    moment_since,
    warning_of,
)
from services.operator.output import write_json
from services.operator.present.rule_trial import trial_as_text, tried_as_json
from services.operator.present.visible import visible
from services.operator.progress import with_progress
from services.operator.spoken import spoken
from shared.contracts.said import said
from shared.errors import ConfigurationError, ExitCode, WrongUseError
from shared.language.language import Language
from shared.settings.box import Box

app = typer.Typer(
    help="Rules of your own: check their files, try them on the backups, describe them to editors.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

_SHOWN = 20

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
    language: InLanguage = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Show what rules would do with mail that was processed. Writes nothing.

    Examples:
      crmservice rules try --config crm.xml
      crmservice rules try new.toml --config crm.xml --since 7d
      crmservice rules try new.toml --config crm.xml --since 2026-11-01 --json

    The real rules decide again about every backup of that time. It counts the mails
    for which a rule holds, and where something else would come of a mail than what was
    recorded: because of the rules, or because the ERP or the settings have changed
    since. It shows the first twenty; with --json each of them is a line.
    """
    environment, boxes = begin_with(config, "error")
    erp = open_erp(environment)
    begin_at = moment_since(since, datetime.now(UTC), erp.zone)
    chosen = language_for(language)
    for box in _with_rules(boxes, file):
        count = TrialCount()
        rules = context_of(box, erp).rules
        plan = TrialPlan(environment, box, rules, begin_at or datetime.now(UTC))
        tried = with_progress(plan.run(count), count)
        if as_json:
            _tell_lines(box, tried, count)
        else:
            _tell_first(box, tried, count, chosen)


def _with_rules(boxes: Sequence[Box], file: Path | None) -> Sequence[Box]:
    if file is None:
        found = [box for box in boxes if box.rules_file]
        if not found:
            raise WrongUseError(said("no box has a rulesFile: name a rule file"))
        return found
    if len(boxes) != 1:
        raise WrongUseError(said("a rule file is tried on the mail of one box: give one --config"))
    if wrong := [one.problem for one in look_at_file(file) if one.stops]:
        raise ConfigurationError(wrong)
    return [boxes[0].model_copy(update={"rules_file": file})]


def _tell_lines(box: Box, tried: Iterable[TriedMail], count: TrialCount) -> None:
    try:
        for one in tried:
            if one.rules or one.differs:
                write_json({"box": box.name, **tried_as_json(one)})
    finally:
        # An interruption leaves what was counted, too.
        write_json({"box": box.name, **asdict(count)})


def _tell_first(
    box: Box, tried: Iterable[TriedMail], count: TrialCount, language: Language
) -> None:
    """Show the first mails that the rules do something with; where there are few, others, too."""
    of_rules: list[TriedMail] = []
    others: list[TriedMail] = []
    try:
        for one in tried:
            place = of_rules if one.rules or one.compared.by_rules else others
            if len(place) < _SHOWN and (one.rules or one.differs):
                place.append(one)
    finally:
        shown = [*of_rules, *others][:_SHOWN]
        sys.stdout.write(visible(trial_as_text(box.name, shown, count, language)) + "\n")


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
