"""What people read stands where `make words` finds it, for the catalogues of other languages."""

import ast
from collections.abc import Iterator

import pytest

from tests.modules import PRODUCT, nodes, tree

TEXTS = {"say": 1, "said": 1, "marked": 1, "say_many": 2, "said_many": 2}
"""Functions whose texts go into the catalogues, and how many texts each has."""


def _called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _is_made_here(text: ast.expr) -> bool:
    """Whether a text is put together on the spot, so that no catalogue can have it."""
    match text:
        case ast.JoinedStr() | ast.BinOp() | ast.IfExp() | ast.BoolOp():
            return True
        case ast.Call(func=ast.Attribute(value=ast.Constant() | ast.JoinedStr())):
            return True
        case _:
            return False


def _lost(module: ast.Module) -> Iterator[ast.Call]:
    """Calls whose texts `make words` does not find."""
    for node in nodes(module):
        if isinstance(node, ast.JoinedStr):
            yield from (
                one for one in nodes(node) if isinstance(one, ast.Call) and _called(one) in TEXTS
            )
        elif isinstance(node, ast.Call) and (texts := TEXTS.get(_called(node))):
            by_name = len(node.args) < texts and bool(node.keywords)
            values = any(isinstance(word.value, ast.JoinedStr) for word in node.keywords)
            if by_name or values or any(map(_is_made_here, node.args[:texts])):
                yield node


@pytest.mark.parametrize(
    "code",
    [
        """f"{language.say('no mail')} ({word})" """,
        """f"{where}: {said('no {what}', what=what)}" """,
        """f"{word:{width(say_many('{n} mail', '{n} mails', n))}}" """,
        """say(f"no {what}")""",
        """said("no " + what)""",
        """said("no %s" % what)""",
        """said("no {}".format(what))""",
        """say("one" if alone else "several")""",
        """say(reason or "no reason")""",
        """say_many("{n} mail", f"{n} {mails}", n)""",
        """language.say(key="no mail")""",
        """said("no {what}", what=f"{one} of {all}")""",
    ],
)
def test_a_text_that_no_catalogue_can_have_is_seen(code: str) -> None:
    """House: the test below would name each of these."""
    assert list(_lost(ast.parse(code.strip())))


@pytest.mark.parametrize(
    "code",
    [
        """say("no {what}", what=" ".join(words))""",
        """said("no " "mail")""",
        """say(LABELS.get(name, name.replace("_", " ")))""",
        """say_many("{n} mail", "{n} mails", len(mails) or 1)""",
        """f"{word} ({number})" """,
    ],
)
def test_a_text_that_is_found_is_left_alone(code: str) -> None:
    """House: values may be made as one likes, and labels are marked where they are written."""
    assert not list(_lost(ast.parse(code.strip())))


def test_every_text_that_people_read_is_where_make_words_finds_it() -> None:
    """O-11: none is in an f-string or put together; values are no f-strings, of which it warns."""
    lost = [f"{path}:{node.lineno}" for path in PRODUCT for node in _lost(tree(path))]

    assert lost == []
