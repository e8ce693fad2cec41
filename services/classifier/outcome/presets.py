"""What a rule of the administrator sets on the activities of a mail (behaviour C-2). Pure."""

from dataclasses import dataclass

from shared.contracts.references import ActivityTypeRef, RecordRef
from shared.domain.assignment import ScopeWish


@dataclass(frozen=True, slots=True)
class Presets:
    """Each counts before what the mail itself says; None: what the mail says.

    Attributes:
        type: Their type.
        contract: The only record that they are assigned to.
        scope: Who sees them.
    """

    type: ActivityTypeRef | None = None
    contract: RecordRef | None = None
    scope: ScopeWish | None = None
