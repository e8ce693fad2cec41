"""`crmservice import-log`."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from services.answers.import_log import ImportLog
from services.answers.originals import Original, not_logged, nothing_logged, originals_in
from services.assembly.composition import open_erp
from services.assembly.database_probe import DatabaseProbe
from services.assembly.live_contexts import context_of
from services.assembly.paths import Use, require_paths
from services.assembly.writing import writer_stage
from services.operator.commands.how_far import of_all, told_how_far
from services.operator.commands.options import Config, begin_with, tell
from shared.backup.store import BackupStore
from shared.contracts.said import Said, said
from shared.errors import ExitCode, WrongUseError

_NAMED = 5


def import_log(
    folder: Annotated[Path, typer.Argument(help="The original's POP3Downloads.")],
    config: Config,
    log: Annotated[
        Path | None,
        typer.Option(help="The original's CRMService.log: only what it tells of is taken."),
    ] = None,
) -> None:
    """Remember what the original service has processed, so that no copy of it is again.

    Examples:
      crmservice import-log /mnt/netgenium/POP3Downloads --config crm.xml
      crmservice import-log POP3Downloads --log CRMService.log --config crm.xml

    Makes no record in the ERP: the original has made them. A second time changes nothing.
    With --log it ends with 3 if the log says nothing of some mail: that one may wait for
    crmservice replay.
    """
    environment, boxes = begin_with(config, "warning")
    if len(boxes) != 1:
        raise WrongUseError(said("import-log takes the mails of one box: give one --config"))
    require_paths(boxes, environment, Use.WRITE)
    erp = open_erp(environment)
    DatabaseProbe(erp)()
    originals = originals_in(folder, log, boxes[0].time_zone)
    left = not_logged(originals) if log else []
    wanted = [one for one in originals if one.logged] if log else originals
    writer = writer_stage(boxes, erp, environment.data)
    work = ImportLog(context_of(boxes[0], erp), writer, BackupStore(environment.data))
    counted = Counter[bool]()
    with told_how_far(lambda: of_all(counted.total(), len(wanted))):
        for mail in work.take_in(wanted):
            counted[mail.again] += 1
    tell(
        said(
            "{imported} mail(s) imported, {known} were known",
            imported=counted[False],
            known=counted[True],
        )
    )
    if left:
        tell(_not_logged(left))
        if not wanted:
            tell(nothing_logged(boxes[0].time_zone))
        raise typer.Exit(ExitCode.PARTLY_DONE)


def _not_logged(left: Sequence[Original]) -> Said:
    names = ", ".join(str(one.file) for one in left[:_NAMED])
    if len(left) > _NAMED:
        names = said("{names} and {more} more", names=names, more=len(left) - _NAMED)
    return said(
        "the log says nothing of {number} mail(s), left out: {names}", number=len(left), names=names
    )
