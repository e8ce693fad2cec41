"""The metric of rule files (behaviours C-2, O-3)."""

from shared.metrics import gauge

_refused = gauge(
    "crmservice_rules_refused",
    "1 while the rule file of a box cannot be used, and the rules before stay.",
    "box",
)


def rules_refused(box: str, refused: bool) -> None:  # noqa: FBT001 - what is counted
    """Say whether the rule file of `box` is one that cannot be used, so that older rules run."""
    _refused.labels(box).set(refused)
