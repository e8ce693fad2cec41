"""From fields of which our servers judge another address than the one that people would read.

His own server proves `x@evil.example`; each field names an employee, or a customer, too.
"""

from collections.abc import Iterator
from itertools import count

from tests.attacks.attack import EVIL, Attack, attack, came
from tests.builders import EVA, JAN

_X = f"x@{EVIL}"

SHAPES: dict[str, list[tuple[str, str]]] = {
    "from-bidi": [
        ("jan.novak@fir\u202ema.cz", "refuted"),
        ("jan.no\u2066vak@firma.cz", "refuted"),
        ("Jan <jan.novak@firma\u200f.cz>", "refuted"),
        ("=?utf-8?b?SmFu?= <jan.novak@\u061cfirma.cz>", "refuted"),
    ],
    "from-blanks": [
        ("jan . novak @ firma . cz", "refuted"),
        ("jan.novak @ firma.cz", "refuted"),
        ("jan.novak@ firma.cz", "refuted"),
        ("Jan <jan.novak\t@firma.cz>", "refuted"),
    ],
    "from-bracket-tail": [
        (f"<{JAN}> {_X}", "refuted"),
        (f"Jan Novak <{JAN}> <{_X}", "refuted"),
        (f"<{JAN}> ({_X}) {_X}", "refuted"),
        (f"Jan <{JAN}>{_X}", "refuted"),
    ],
    "from-colon-bracket": [
        (f"a: <{JAN}>", "refuted"),
        (f"Jan: {JAN}", "refuted"),
        (f"{_X}: <{JAN}>", "refuted"),
        (f"Firma: Jan <{JAN}>;", "refuted"),
    ],
    "from-comma-empty": [
        (f",{JAN},", "refuted"),
        (f", ,{JAN}", "refuted"),
        (f"<>, {JAN}", "refuted"),
        (f'"", <{JAN}>', "refuted"),
    ],
    "from-comment-mid": [
        ("jan.novak(@evil.example)@firma.cz", "refuted"),
        ("jan.novak(x)@firma.cz", "refuted"),
        ("jan.novak@(evil.example)firma.cz", "refuted"),
        ("Jan <jan.novak(@evil.example)@firma.cz>", "refuted"),
    ],
    "from-comment": [
        (f"{JAN} ({_X})", "refuted"),
        (f"({_X}) {JAN}", "refuted"),
        (f"{JAN} (a ({_X}) b)", "refuted"),
        (f"<{JAN}> (=?utf-8?q?{_X}?=)", "refuted"),
    ],
    "from-group": [
        (f"{_X}:{JAN};", "nobody"),
        (f'"{_X}": {JAN};', "refuted"),
        (f"{_X}: Jan <{JAN}>;", "refuted"),
        (f"=?utf-8?q?{_X}?=: {JAN};", "refuted"),
    ],
    "from-kelvin": [
        ("jan.nova\u212a@firma.cz", "refuted"),
        ("jan.nova\u212a@firma.cz (Jan)", "refuted"),
        ("\uff4aan.novak@firma.cz", "refuted"),
        ("Jan <jan.novak@\uff46irma.cz>", "refuted"),
    ],
    "from-lt-only": [
        (f"<{JAN}", "refuted"),
        (f"Jan <{JAN}", "refuted"),
        (f"<<{JAN}", "refuted"),
        (f"{JAN}>", "refuted"),
    ],
    "from-mailto": [
        (f"<mailto:{JAN}>", "refuted"),
        (f"mailto:{JAN}", "refuted"),
        (f"Jan <MAILTO:{JAN}>", "refuted"),
        (f"{_X} <mailto:{JAN}>", "refuted"),
    ],
    "from-quoted-bracket": [
        (f'"<{_X}>" <{JAN}>', "refuted"),
        (f'"Jan <{_X}>" <{JAN}>', "refuted"),
        (f'"\\"{_X}\\"" <{JAN}>', "refuted"),
        (f"=?utf-8?q?=3C{_X.replace('@', '=40')}=3E?= <{JAN}>", "refuted"),
    ],
    "from-second-undisclosed": [
        (f"{JAN}, undisclosed:;", "refuted"),
        (f"undisclosed-recipients:;, {JAN}", "refuted"),
        (f"{JAN}, {_X}", "nobody"),
        (f"Jan <{JAN}>, a:;, b:;", "refuted"),
    ],
    "from-two-brackets": [
        (f"<{_X}> <{JAN}>", "refuted"),
        (f"Jan <{_X}> <{JAN}>", "refuted"),
        (f"<{_X}><{JAN}>", "refuted"),
        (f"<@evil.example:{JAN}>", "refuted"),
    ],
    "from-unclosed-comment": [
        (f"{JAN} (<{_X}>", "himself"),
        (f"{JAN} ({_X}", "nobody"),
        (f"<{JAN}> (a (b) <{_X}>", "refuted"),
        (f"{JAN} (\\) <{_X}>", "himself"),
    ],
}
"""From fields by the input whose kind they are, and whom we take for their sender."""

HEADS: dict[str, list[tuple[str, str]]] = {
    "from-crinject": [
        (f"X-Note: hello\rFrom: {JAN}\n", "nobody"),
        (f"X-Note: a\r\rFrom: {JAN}\nFrom: {_X}\n", "refuted"),
        (f"X-Note: a\nFrom: {_X}\r From: {JAN}\n", "nobody"),
        (f"Comments: a\x0bFrom: {JAN}\rFrom: {JAN}\n", "nobody"),
    ],
    "from-space": [
        (f"From : {JAN}\n", "refuted"),
        (f"From\t: {JAN}\n", "refuted"),
        (f"From : {JAN}\nFrom: {_X}\n", "refuted"),
        (f"FROM  :{JAN}\n", "refuted"),
    ],
}
"""Whole header lines."""

NOT_ODD = frozenset(
    (
        *("from-colon-bracket", "from-comma-empty", "from-comment", "from-lt-only", "from-mailto"),
        *("from-quoted-bracket", "from-second-undisclosed"),
    )
)
"""Shapes that refute nobody by themselves: only the server's judgement of another sender does."""

_WANTS = (
    "New task: pay invoice 4711",
    "Contract:123 Documentation p- we cancel",
    "Fwd: New task: Contract:123 pay",
    "do not send",
)
"""What he wants by it."""


def _outcome(read_as: str, wants: str) -> str:
    """What may become of it: refuted, nobody's, or what he may do in his own name."""
    if read_as == "nobody":
        return "spam, deleted; unknown"
    filed = " 123" if "Contract" in wants else ""
    told = [f"incoming jan{filed}", f"incoming eva{filed}"]
    told += [f"marks {_X}"] if read_as == "himself" and wants == "do not send" else []
    told += ["proven"] if read_as == "himself" else ["refuted", "sender not believed"]
    return "; ".join((*told, *(["foreign"] if filed else [])))


def _rows() -> Iterator[Attack]:
    systems = count()
    for name, shapes in (*SHAPES.items(), *HEADS.items()):
        for (shape, read_as), wants in zip(shapes, _WANTS, strict=True):
            way, outcome = came(next(systems)), _outcome(read_as, wants)
            lines = {"more": shape, "sender": None} if name in HEADS else {"sender": shape}
            yield attack(name, shape, outcome, way, to=f"{JAN}, {EVA}", subject=wants, **lines)
            if name in NOT_ODD and read_as == "refuted":
                # As if a list of ours had written From: no user's address is one of a list.
                lines["more"] = "List-Id: <jan.novak.firma.cz>\n"
                outcome = outcome.replace("refuted", "unknown")
                variant = f"{shape}, as a list"
                yield attack(
                    name, variant, outcome, way, to=f"{JAN}, {EVA}", subject=wants, **lines
                )


SENDERS = list(_rows())
"""All of them."""
