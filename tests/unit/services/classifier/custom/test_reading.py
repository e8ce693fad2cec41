"""What is wrong with a rule file, with lines and the nearest names."""

from collections.abc import Callable

import pytest

from services.classifier.custom.reading import LARGEST_BYTES, read_rules
from services.classifier.custom.toml_lines import lines_of
from shared.language.language import language
from tests.rule_files import a_rule

BROKEN = """\
# three rules
[[rule]]
name = "one"
actvie = true
actions = [
  { do = "taks" },
  { do = "task", fnd = "x", set = { statsu = "x" } },
  { folder = "x" },
  { do = "set_fields", pull = { field = "bdy", find = '(?=x)', into = "texxt" } },
]
[rule.when]
any = [
   { field = "sbject", op = "contans", value = "x" },
   { field = "subject", op = "matches", value = '(' },
   { not = { filed = "x", op = "exists" } },
]

[[rule]]
actions = []

[[rule]]
name = "three"
when = { field = "size", op = "contains", value = "big" }
actions = [{ do = "ignore" }]
"""

_DELETES = '{ do = "delete" }'
_NESTED = "{ not = " * 30 + '{ field="from", op="exists" }' + " }" * 30


_MATCH = '{ field="body", op="matches", value="x" }'
_PULLS = "{ do='set_fields', pull=[{ field='body', find='x', into='text' }] }, { do='task' }"
_EXPRESSIONS = a_rule(actions=_PULLS, more=f"when = {{ any = [ {', '.join([_MATCH] * 1000)} ] }}")


def _told(text: str) -> list[tuple[int | None, str]]:
    return [(one.line, f"{one.what}: {one.remedy}") for one in read_rules(text.encode()).problems]


def _test(field: str, op: str, value: str = "") -> str:
    given = f", value = {value}" if value else ""
    return a_rule(more=f'when = {{ field = "{field}", op = "{op}"{given} }}')


def test_every_problem_is_told_at_once_with_its_line_and_the_nearest_name() -> None:
    """C-3: keys, actions, fields, operators, expressions, and what is missing."""
    told = _told(BROKEN)

    for line, what in [
        (4, 'unknown key "actvie": Did you mean active?'),
        (6, 'unknown action "taks": Did you mean task?'),
        (7, 'unknown key "fnd": Did you mean find?'),
        (7, 'unknown key "statsu": Did you mean status?'),
        (8, "the action has no do"),
        (9, 'unknown field "bdy": Did you mean body?'),
        (9, "google-re2 refuses it: invalid perl operator: (?="),
        (9, 'unknown into "texxt": Did you mean text?'),
        (13, 'unknown field "sbject": Did you mean subject?'),
        (13, 'unknown operator "contans": Did you mean contains?'),
        (14, "google-re2 refuses it: missing ): ("),
        (15, 'unknown key "filed": Did you mean field?'),
        (18, "name is missing"),
        (19, "the list is empty"),
        (23, "size takes equals, greater or less, not contains"),
    ]:
        assert any(found == line and what in said for found, said in told), (line, what)
    assert read_rules(BROKEN.encode()).rules == ()


def test_all_that_is_wrong_is_said_in_czech() -> None:
    """C-3, O-11: what, and what to do; the names of the file stay as they are."""
    czech = language("cs")
    more = [
        a_rule("5").replace('"5"', "5"),
        a_rule(actions="5"),
        a_rule(actions='[{ do = "task", set = 5 }]'),
        a_rule(more="enabled = 5"),
        a_rule(""),
        a_rule("x" * 300),
        "[[rule]\n",
        "",
    ]
    found = [one for text in (BROKEN, *more) for one in read_rules(text.encode()).problems]

    sentences = [sentence for one in found for sentence in (one.what, one.remedy)]
    assert len(sentences) > 40
    assert [one for one in sentences if czech.tell(one) == one] == []


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ('[[rule]]\nname = "x\n', 2, "this is not TOML"),
        ("[[rule]]\n\nname = 'x'\nname = 'y'\n", 4, "this is not TOML"),
        ("[[rule]\n", 1, "this is not TOML"),
        ("x = " + "[" * 5000, None, ""),
        ("rule = 5\n", 1, "rule"),
        ("".join(a_rule(f"{n}") for n in range(501)), 1, "501 in rule, of at most 500"),
        ("x = 1\n" + "".join(f"k{n} = 1\n" for n in range(300)), None, "101 more problem(s)"),
        (_EXPRESSIONS, None, "1001 expressions, of at most 1000"),
        ("[[rules]]\n", 1, "Did you mean rule?"),
        (a_rule() + a_rule("R"), 6, 'another rule is called "R"'),
        (a_rule(actions=_DELETES), 3, "the rule deletes every mail"),
        (a_rule(actions=f'{{ do = "move", folder = "a" }}, {_DELETES}'), 3, "goes to one place"),
        (a_rule(actions='{ do = "task" }, { do = "task" }'), 3, "a mail makes one task"),
        (
            a_rule(actions="{ do = 'set_fields', pull = {field='body', find='x', into='text'} }"),
            3,
            "set_fields has no task after it",
        ),
        (a_rule(actions='{ do = "forward", to = "nobody" }'), 3, "not an e-mail address"),
        (a_rule(actions='{ do = "activity", scope = "p22" }'), 3, "a scope is p-"),
        (a_rule(actions='{ do = "answer", template = "comment" }'), 3, "no template of an answer"),
        (_test("header:", "exists"), 4, "unknown field"),
        (_test("subject", "contains", '""'), 4, "a text of"),
        (_test("subject", "greater", "5"), 4, "size alone"),
        (_test("size", "less", "-1"), 4, "number of bytes"),
        (_test("from", "exists", '"x"'), 4, "no value"),
        (_test("direction", "equals", '"in"'), 4, "outgoing"),
        (_test("sender_known", "equals", "1"), 4, "true or"),
        (a_rule(more=f"when = {_NESTED}"), None, "nested"),
    ],
    ids=lambda value: str(value)[:40].replace("\n", " ") if value is not None else "whole",
)
def test_a_file_that_cannot_run_is_refused(text: str, line: int | None, what: str) -> None:
    """C-3: with a reason, whatever is wrong."""
    told = _told(text)

    assert any(found == line and what in said for found, said in told), told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("name = “x”", "Write straight quotes"),
        ("name = „x“", "Write straight quotes"),
        ("name = «x»", "Write straight quotes"),
        ("name\u00a0= 'x'", "Write plain blanks"),
        ("name = x", "Write text in quotes"),
        ("name: 'x'", "Write = after the key"),
        ("stop = True", "Write true or false."),
        ("stop = yes", "Write true or false."),
        ('when = { field = "body", op = "matches", value = "a\\d+" }', "in single quotes"),
        ("when = { field = 'to', op = 'exists', }", "in one line, without a comma"),
        ("when = {\n field = 'to', op = 'exists' }", "in one line, without a comma"),
        ("<rules/>", "see docs/rules-file.md"),
        ("x = 1 1", "Correct the line."),
        ("name = 5", "name is not text: Write it in quotes."),
        ("actions = { do = 'task' }", "actions is not a list: Write it in brackets"),
        ("folders = 'INBOX'", "folders is not a list: Write it in brackets"),
        ("actions = [ { do = 'move', folder = '' } ]", "folder is empty"),
        ("stop = 'true'", "stop is neither true nor false: Write true or false, without quotes."),
        ("when = [ { field = 'to', op = 'exists' } ]", "when is not a condition: Write { field"),
        (
            "when = { field = 'to', op = 'exists', all = [ { field = 'cc', op = 'exists' } ] }",
            '"field" beside one of all, any, not: a condition has one form: Put both',
        ),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_people_mistype_is_told_with_what_to_write(line: str, told: str) -> None:
    """C-3: at its own line, in the words of the page."""
    found = _told(f"[[rule]]\n{line}\n")

    assert any(number == 2 and told in what for number, what in found), found


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: f"\ufeff{text}",
        lambda text: text.replace("name =", "\tname\t="),
    ],
    ids=["Windows line ends", "BOM", "tabs"],
)
def test_what_editors_of_windows_write_is_read(change: Callable[[str], str]) -> None:
    """C-3: a folder's name is what it is shown as, with umlauts and `&`."""
    text = a_rule(actions='{ do = "move", folder = "Došlá & hotová/Účty" }', more="stop = true")

    (rule,) = read_rules(change(text).encode()).rules

    assert str(rule.actions[0]).count("Došlá & hotová/Účty") == 1
    assert _told(change(text)) == []


def test_one_bracket_is_told() -> None:
    """C-3: `[rule]` is a table, `[[rule]]` one of several."""
    told = _told("[rule]\nname = 'x'\nactions = [ { do = 'task' } ]\n")

    assert told == [(1, "rule is not a list: Write [[rule]], with two brackets, before each rule.")]


def test_bytes_that_are_no_text_and_files_without_end_are_refused() -> None:
    """C-3: neither is read as something else."""
    latin = read_rules('[[rule]]\nname = "žluť"\n'.encode("iso-8859-2")).problems
    large = read_rules(b"#" * (LARGEST_BYTES + 1)).problems
    empty = [read_rules(left).problems[0].what for left in (b"", b"\xef\xbb\xbf \n")]

    assert empty == ["the file is empty"] * 2
    assert [(one.line, one.what) for one in latin] == [(2, "this is not UTF-8")]
    assert "larger" in large[0].what


@pytest.mark.parametrize(
    "when",
    [
        '{ field = "size", op = "greater", value = 0 }',
        '{ field = "subject", op = "matches", value = ".*" }',
        '{ not = { field = "subject", op = "contains", value = "nobody writes this" } }',
        '{ any = [ { field = "to", op = "exists" }, { not = { field = "to", op = "exists" } } ] }',
        '{ not = { field = "header:X-Y", op = "exists" } }',
        '{ field = "header:Received", op = "exists" }',
        '{ field = "subject", op = "exists" }',
        '{ field = "from", op = "contains", value = "@" }',
        '{ field = "size", op = "greater", value = 100 }',
    ],
)
def test_who_would_empty_a_box_has_to_say_so(when: str) -> None:
    """C-2: a condition that holds for mails with nothing in common asks nothing."""
    rule = a_rule(actions=_DELETES, more=f"when = {when}")

    assert [what for _, what in _told(rule)] == [
        "the rule deletes every mail: Ask more in when, or write confirm = true."
    ]
    assert _told(f"{rule}confirm = true\n") == []


def test_a_rule_that_asks_something_deletes_without_further_words() -> None:
    """C-2: only what would empty the box has to be confirmed."""
    when = 'when = { field = "from", op = "ends", value = "@news.example" }'

    assert _told(a_rule(actions=_DELETES, more=when)) == []


def test_lines_of_every_form_of_toml() -> None:
    """C-3: inline tables, tables of their own, dotted and quoted keys, comments in lists."""
    lines = lines_of(
        '[[rule]]\nwhen.field = "a"\n"name" = 1\nactions = [ # a\n  # b\n  { do = "x" },\n]\n'
        "[rule.sub]\nkey = 2\n[[rule]]\n[[rule.actions]]\ndo = 1\n[[rule.actions]]\ndo = 2\n"
    )

    assert lines["rule", 0, "when", "field"] == 2
    assert lines["rule", 0, "name"] == 3
    assert lines["rule", 0, "actions", 0, "do"] == 6
    assert lines["rule", 0, "sub", "key"] == 9
    assert lines["rule", 1, "actions", 1, "do"] == 14
