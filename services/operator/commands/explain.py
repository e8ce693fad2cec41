"""`crmservice explain`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from services.assembly.composition import open_erp
from services.operator.commands.options import (
    AsJson,
    InLanguage,
    OptionalConfig,
    begin,
    boxes_of,
    language_for,
)
from shared.contracts.said import said
from shared.errors import WrongUseError
from shared.netgenium.schema.inspection import require_schema


def explain(
    mails: Annotated[
        list[str], typer.Argument(help="Ids of mails, mail files, or folders of mail files.")
    ],
    *,
    config: OptionalConfig = None,
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Show what became of a mail, or would become of a file, and why. Writes nothing.

    Examples:
      crmservice explain 154c463d-386a-5b61-bf0d-6b2cd91a1bcb
      crmservice explain offer.eml --config crm.xml
      crmservice explain POP3Downloads/2026-11-21 --config crm.xml --json

    Of a mail that was processed it shows what was recorded then; with --config also
    whether it would be decided differently today.
    """
    environment = begin("warning")
    boxes = boxes_of(config or ())
    erp = open_erp(environment)
    require_schema(erp.engine, erp.tables)
    spoken = language_for(language)
    ids = [mail_id for mail in mails if (mail_id := _mail_id(mail))]
    files = [mail for mail in mails if _mail_id(mail) is None]
    if files and len(boxes) != 1:
        raise _not_of_one_box(files)
    # Here, because a call mostly needs one of the two.
    if ids:
        from services.operator.commands.explain_recorded import explain_recorded  # noqa: PLC0415

        explain_recorded(ids, environment, erp, boxes, spoken, as_json=as_json)
    if files:
        from services.operator.commands.explain_files import explain_files  # noqa: PLC0415

        explain_files(files, erp, boxes[0], spoken, as_json=as_json)


def _not_of_one_box(files: Sequence[str]) -> WrongUseError:
    """Return what is said of files without one box, or of an id that was mistyped."""
    for name in files:
        if not Path(name).exists():
            return WrongUseError(
                said(
                    "{name} is neither the id of a mail nor a file; crmservice find shows ids",
                    name=repr(name),
                )
            )
    return WrongUseError(said("explain looks at files as mails of one box: give one --config"))


def _mail_id(text: str) -> UUID | None:
    """Return the id that is meant, unless there is a file of that name."""
    try:
        mail_id = UUID(text)
    except ValueError:
        return None
    return None if Path(text).exists() else mail_id
