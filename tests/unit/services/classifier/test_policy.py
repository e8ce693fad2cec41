from pathlib import Path

from services.classifier import rules
from services.classifier.policy import POLICY

IMPLEMENTED = [
    *("S-1", "R-0", "R-1", "E-4", "C-1"),
    *(f"R-{n}" for n in range(2, 13)),
    *("E-1", "R-13", "R-14", "E-7", "R-15", "R-16", "E-3", "R-17"),
]


def test_the_policy_has_the_order_of_the_manual() -> None:
    """R-1: the table's order is that of the specification, each rule once."""
    assert [link.id for link in POLICY] == IMPLEMENTED


def test_no_rule_file_is_forgotten() -> None:
    """R-17: every file in rules/ is a row of the policy, under its own name."""
    files = {path.stem for path in Path(rules.__file__).parent.glob("*.py")} - {"__init__"}

    assert {link.name for link in POLICY} == files
    assert all(link.check.__module__.endswith(f".{link.name}") for link in POLICY)


def test_rules_describe_themselves_differently() -> None:
    """R-17: no rule carries the description of another."""
    texts = [link.check.__doc__ for link in POLICY]

    assert None not in texts
    assert len(set(texts)) == len(texts)
