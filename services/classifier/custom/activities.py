"""The action `activity`: what the mail's activities are set to (behaviour C-2). Pure."""

from services.classifier.custom.action_models import ActivityAction
from services.classifier.custom.step import ActionStep, Doing, note
from services.classifier.outcome.presets import Presets
from shared.contracts.references import ActivityTypeRef, RecordRef
from shared.contracts.said import Said, said
from shared.domain.assignment import ScopeWish
from shared.domain.folding import fold_line


def preset(action: ActivityAction, doing: Doing) -> ActionStep:
    """Set type, contract and scope; what a rule before has set stays."""
    before = doing.presets or Presets()
    chosen, missing = _type(action, doing)
    contract, without = _contract(action, doing)
    presets = Presets(
        before.type or chosen,
        before.contract or contract,
        _scope(action) if before.scope is None else before.scope,
    )
    reasons = [one for one in (missing, without) if one]
    return ActionStep(presets=presets, notes=tuple(note(one, done=False) for one in reasons))


def _type(action: ActivityAction, doing: Doing) -> tuple[ActivityTypeRef | None, Said | None]:
    if action.type is None:
        return None, None
    found = doing.facts.directory.activity_types.get(fold_line(action.type))
    return found, None if found else said("no activity type is called {type}", type=action.type)


def _contract(action: ActivityAction, doing: Doing) -> tuple[RecordRef | None, Said | None]:
    if action.contract is None:
        return None, None
    found = doing.facts.directory.match("contract", action.contract).record
    missing = said("no contract has the number {number}", number=action.contract)
    return found, None if found else missing


def _scope(action: ActivityAction) -> ScopeWish | None:
    if action.scope is None:
        return None
    return "none" if action.scope == "p-" else int(action.scope[1:])
