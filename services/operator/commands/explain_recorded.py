"""`crmservice explain` of mails that were processed."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.answers.recorded import Recorded, Today, recorded
from services.assembly.composition import Erp
from services.operator.commands.asking import Asking, tell_never, tell_recorded
from shared.language.language import Language
from shared.settings.box import Box
from shared.settings.environment import Environment


def explain_recorded(  # noqa: PLR0913 - what the command has opened
    ids: Iterable[UUID],
    environment: Environment,
    erp: Erp,
    boxes: Sequence[Box],
    language: Language,
    *,
    as_json: bool,
) -> None:
    """Show what became of mails; with boxes also what would be decided today."""
    zone = erp.zone
    asking = Asking(environment, erp, boxes, zone, language, as_json=as_json)
    for mail_id in ids:
        then = recorded(erp, asking.data, mail_id)
        if then is None:
            tell_never(asking, {}, mail_id=mail_id)
        else:
            tell_recorded(asking, then, _today(asking, then) if boxes else None)


def _today(asking: Asking, then: Recorded) -> Today:
    # Here, because the journal answers without the classification.
    from services.answers.today import today  # noqa: PLC0415

    return today(then, asking.boxes, asking.erp, asking.data)
