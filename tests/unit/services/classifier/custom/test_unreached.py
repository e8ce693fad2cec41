"""Rules that no mail ever reaches."""

from pathlib import Path

import pytest

from services.answers.rule_files import look_at_file
from services.classifier.custom.book import read_for
from services.classifier.custom.box_fit import odd_for
from services.classifier.custom.reading import read_rules
from services.classifier.custom.unreached import unreached
from shared.language.language import language
from tests.builders import a_box
from tests.rule_files import a_rule

SEEN = '{ do = "mark_seen" }'
ASKS = '{ field = "subject", op = "exists" }'
SIZE = '{ field = "size", op = "exists" }'
LATER = a_rule("later", actions=SEEN)
EARLY = a_rule("early", actions=SEEN, more="early = true")
INBOX = a_rule("later", actions=SEEN, more='folders = ["inbox"]')


def _last(more: str = "") -> str:
    return a_rule("last", actions=SEEN, more=f"stop = true\n{more}")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (_last() + LATER, [6]),
        (a_rule("last") + LATER, [5]),
        (LATER + _last() + LATER.replace("later", "third"), [10]),
        (_last() + LATER + LATER.replace("later", "third"), [6, 10]),
        (LATER + _last("early = true"), [1]),
        (_last("early = true") + EARLY, [6]),
        (_last('folders = ["INBOX", "Support"]') + INBOX, [6]),
        (_last(f"when = {SIZE}") + LATER, [6]),
        (_last(f"when = {{ any = [ {ASKS}, {SIZE} ] }}") + LATER, [6]),
        (_last(f"when = {{ not = {{ all = [ {{ not = {SIZE} }}, {ASKS} ] }} }}") + LATER, [6]),
    ],
    ids=(
        *("stop", "ignore", "middle", "two"),
        *("early", "both early", "folders", "size", "any", "not"),
    ),
)
def test_a_rule_that_is_never_asked_is_told_with_its_line(text: str, lines: list[int]) -> None:
    """C-3: whatever ends the asking for every mail, the rules after it can never act."""
    told = list(unreached(read_rules(text.encode())))

    assert [one.line for one in told] == lines
    assert all("“last” in line" in str(one.what) for one in told)


@pytest.mark.parametrize(
    "text",
    [
        LATER + _last(),
        a_rule("not last", actions=SEEN) + LATER,
        _last("active = false") + LATER,
        _last() + a_rule("off", more="active = false"),
        _last(f"when = {ASKS}") + LATER,
        _last(f"when = {{ not = {ASKS} }}") + LATER,
        _last(f"when = {{ all = [ {SIZE}, {ASKS} ] }}") + LATER,
        _last(f"when = {{ not = {{ any = [ {ASKS}, {ASKS} ] }} }}") + LATER,
        _last('folders = ["Support"]') + INBOX,
        _last('folders = ["INBOX"]') + LATER,
        _last() + EARLY,
    ],
)
def test_a_rule_that_some_mail_may_reach_is_not_told(text: str) -> None:
    """C-3: a condition that nearly every mail meets leaves the others to the rules after it."""
    assert list(unreached(read_rules(text.encode()))) == []


def test_a_rule_that_is_never_asked_stops_nothing_and_is_told_in_czech(tmp_path: Path) -> None:
    """C-3: of a file by itself, and of a box's, as a warning."""
    file = tmp_path / "rules.toml"
    file.write_text(_last() + LATER, "utf-8")

    (found,) = look_at_file(file)
    (odd,) = odd_for(read_for(file, a_box(eml_dir=None)), a_box(eml_dir=None))

    assert (found.stops, found.problem.where, odd.line) == (False, f"{file}:6", 6)
    assert language("cs").tell(odd.what).startswith("na pravidlo nikdy nedojde")
