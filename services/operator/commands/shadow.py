"""`crmservice run --shadow`."""

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from services.answers.originals import nothing_logged, originals_in
from services.answers.shadow import Shadow, Shadowed, backed_up_mails, waiting_mails
from services.assembly.classifying import look_up_in
from services.assembly.composition import open_erp
from services.assembly.live_contexts import context_of
from services.operator.commands.how_far import told_how_far
from services.operator.commands.options import tell
from services.operator.output import write_json
from services.operator.present.answer import deciding
from services.operator.spoken import spoken
from shared.contracts.content import TraceLine
from shared.contracts.said import Said, said
from shared.contracts.verdict import joined
from shared.errors import ExitCode, WrongUseError
from shared.netgenium.schema.inspection import require_schema
from shared.settings.box import Box
from shared.settings.environment import Environment


def run_shadow(
    environment: Environment,
    boxes: Sequence[Box],
    backups: Path | None,
    log: Path | None,
    *,
    as_json: bool,
) -> None:
    """Look once at every mail, and tell what would become of it.

    Raises:
        typer.Exit: With 3 where the original has decided otherwise, or its log does not say.
        WrongUseError: The options do not fit each other.
    """
    if log and not backups:
        raise WrongUseError(said("--log needs --backups, the POP3Downloads of the original"))
    if backups and len(boxes) != 1:
        raise WrongUseError(said("--backups are of one box: give one --config"))
    erp = open_erp(environment)
    require_schema(erp.engine, erp.tables)
    total, different, unlogged = 0, 0, 0
    with told_how_far(lambda: _looked_at(total)):
        for box in boxes:
            shadow = Shadow(context_of(box, erp), look_up_in(erp))
            mails = (
                backed_up_mails(originals_in(backups, log, box.time_zone))
                if backups
                else waiting_mails(box)
            )
            for one in shadow.decide(mails):
                _show(one, as_json=as_json)
                total += 1
                different += one.differs
                unlogged += one.theirs is None
    if not log:
        tell(_looked_at(total))
        return
    tell(_compared(total, different, unlogged))
    if unlogged == total:
        tell(nothing_logged(boxes[0].time_zone))
    if different or unlogged:
        raise typer.Exit(ExitCode.PARTLY_DONE)


def _looked_at(total: int) -> Said:
    return said("{total} mail(s) looked at, nothing written", total=total)


def _compared(total: int, different: int, unlogged: int) -> Said:
    return said(
        "{looked}; {different} differ from the log, which says nothing of {unlogged}",
        looked=_looked_at(total),
        different=different,
        unlogged=unlogged,
    )


def _show(one: Shadowed, *, as_json: bool) -> None:
    if as_json:
        write_json(
            {
                "source": one.source,
                "subject": one.subject,
                "verdict": list(one.ours),
                "original": None if one.theirs is None else list(one.theirs),
                "differs": one.differs,
                "reasons": [line.reason for line in _why(one.trace)],
            }
        )
        return
    sys.stdout.write(f"{joined(one.ours):32} {one.subject}\n")
    if one.differs:
        language = spoken()
        theirs = language.say("differs: the original wrote {words}", words=joined(one.theirs or ()))
        sys.stdout.write(f"  {theirs}\n")
        sys.stdout.writelines(f"  {language.reason(line)}\n" for line in _why(one.trace))


def _why(trace: Sequence[TraceLine]) -> list[TraceLine]:
    """Choose the rules that hit, and, where nothing would be made, why those that could make it."""
    decided = deciding(trace)
    return [line for line in trace if line.hit or line in decided]
