import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from shared.settings.box import Box
from shared.settings.box_file import load_boxes
from shared.settings.environment import Environment
from shared.settings.key import DeclaredKey
from shared.settings.keys import KEY_BY_NAME, KEYS, OTHER_NAMES
from shared.settings.near_miss import nearest
from shared.settings.variables import VARIABLES
from tests.configuration_page import PAGE, rows_of_keys, rows_of_variables, rows_on, written

_LITERAL = [key for key in KEYS if key.default]


def test_the_page_lists_exactly_the_keys_and_variables_that_are_declared() -> None:
    """I-1: every setting is documented as it is, in its order, and no other is."""
    page = PAGE.read_text("utf-8")

    assert rows_on(page, "key") == rows_of_keys()
    assert rows_on(page, "variable") == rows_of_variables()


def test_the_page_is_written_from_what_is_declared() -> None:
    """I-1: a row that is wrong or missing is made anew."""
    page = PAGE.read_text("utf-8")
    wrong = page.replace(rows_of_keys()[3] + "\n", "").replace(
        rows_of_variables()[0], "| `X` | a | b |"
    )

    assert written(wrong) == page


def test_the_example_file_lists_exactly_the_variables() -> None:
    """I-1: .env.example has every variable with its meaning and default, and sets none."""
    content = (PAGE.parents[1] / ".env.example").read_text(encoding="utf-8")
    found = re.findall(r"^# (.+)\n# Default: (.+)\n#(\w+)=$", content, re.MULTILINE)
    expected = [(each.description, each.default, each.name) for each in VARIABLES]
    assert found == expected
    assert all(line.startswith("#") for line in content.splitlines() if line)


def test_the_example_of_the_page_loads(tmp_path: Path) -> None:
    """I-1: what an operator copies from the page works."""
    path = tmp_path / "crm.xml"
    example = PAGE.read_text("utf-8").partition("```xml\n")[2].partition("```")[0]
    path.write_text(example, encoding="utf-8")
    loaded = load_boxes([path])
    assert loaded.boxes[0].email == "crm@firma.cz"
    assert loaded.warnings == ()


@pytest.mark.parametrize("key", _LITERAL, ids=[key.name for key in _LITERAL])
def test_a_documented_default_is_the_default(key: DeclaredKey) -> None:
    """I-1: the default in the table is what a box without the key has."""
    value = key.key.parse(key.default)
    default = Box.model_fields[key.field].default
    assert default == ((value,) if key.repeatable else value)


def test_a_key_without_default_is_empty_in_the_box() -> None:
    """I-1: no default in the table means no value in the box."""
    box = Box(name="a", email="a@b.cz", root_path="/a", time_zone=ZoneInfo("UTC"))
    empty = [key for key in KEYS if key.field and not key.default and not key.key.default_note]
    found = {key.name: getattr(box, key.field) for key in empty if key.name != "ownDomain"}
    assert found == {
        key.name: () if key.repeatable else None for key in empty if key.name != "ownDomain"
    }


def test_keys_and_fields_of_a_box_answer_to_each_other() -> None:
    """I-1: every key fills a field or the vocabulary, and every field has one key."""
    fields = [key.field for key in KEYS if key.field]
    assert sorted([*fields, "vocabulary"]) == sorted(Box.model_fields)
    assert sorted(each.field for each in VARIABLES) == sorted(Environment.model_fields)


def test_no_key_is_a_near_miss_of_another() -> None:
    """I-1: names are known by their exact spelling; those people expect lead to a real key."""
    assert len(KEY_BY_NAME) == len(KEYS)
    assert all(nearest(key.name, KEY_BY_NAME) == key.name for key in KEYS)
    assert set(OTHER_NAMES.values()) <= set(KEY_BY_NAME)
    assert not set(OTHER_NAMES) & set(KEY_BY_NAME)


def test_secret_keys_are_those_that_hold_passwords() -> None:
    """I-1: every key with a password is marked secret, and its field hides its value."""
    assert {key.name for key in KEYS if "assword" in key.name or "Secret" in key.name} == {
        key.name for key in KEYS if key.key.secret
    }
