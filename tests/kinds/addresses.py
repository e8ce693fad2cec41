"""Address lists: marks of a display name, and other spellings of an address."""

from tests.builders import ACME, BETA, EVA, JAN, PETR
from tests.kinds.row import Row, letter, row

PUNYCODE = "jiri@xn--hit-2ra12aub.example"
TWO_COMPANIES = {"relationships_by_domain": {"gama.example": (ACME, BETA)}}
KNOWN_ONLY = {"only_known_customers": True}


def _from(sender: str) -> bytes:
    return letter(sender=sender)


def _to(to: str) -> bytes:
    return letter(to=to)


ROWS: list[Row] = [
    row("from-comma-company", "Czech", _from(f"ACME, s.r.o. <{PETR}>"), sender=PETR, contact=PETR),
    row("from-comma-company", "German", _from(f"Müller & Co., GmbH <{PETR}>"), sender=PETR),
    row(
        "from-comma-company",
        "two commas, Polish",
        _from(f"Huta, Łódź, sp. z o.o. <{PETR}>"),
        sender=PETR,
    ),
    row(
        "from-comma-company",
        "two real addresses",
        _from(f"a@x.example, ACME <{PETR}>"),
        sender=None,
    ),
    row("from-comma-degree", "Czech", _from(f"Ing. Petr Svoboda, Ph.D. <{PETR}>"), sender=PETR),
    row(
        "from-comma-degree",
        "English, two degrees",
        _from(f"Petr Svoboda, MBA, LL.M. <{PETR}>"),
        sender=PETR,
    ),
    row(
        "from-comma-degree",
        "Slovak, in an encoded word",
        _from(f"=?utf-8?Q?Mgr=2E_Jo=C5=BEko_Mrkvi=C4=8Dka,?= PhD. <{PETR}>"),
        sender=PETR,
    ),
    row("from-unquoted-comma", "surname first", _from(f"Svoboda, Petr <{PETR}>"), sender=PETR),
    row(
        "from-unquoted-comma",
        "raw Hungarian letters",
        _from(f"Kovács, Béla (Bt.) <{PETR}>"),
        sender=PETR,
    ),
    row(
        "from-unquoted-comma",
        "folded behind the comma",
        _from(f"Svoboda,\n Petr <{PETR}>"),
        sender=PETR,
        name="Svoboda Petr",
    ),
    row(
        "from-unquoted-comma",
        "an empty bracket before",
        _from(f'"Firma" <>, "s.r.o." <{PETR}>'),
        sender=PETR,
    ),
    row("from-unquoted-comma", "a dot at the end", _from(f"{PETR}."), sender=PETR),
    row("from-unclosed-parenthesis", "opened", _from(f"ACME (Praha <{PETR}>"), sender=PETR),
    row("from-unclosed-parenthesis", "a smiley", _from(f"Petr :-( <{PETR}>"), sender=PETR),
    row("from-unclosed-parenthesis", "closed only", _from(f"ACME Brno) <{PETR}>"), sender=PETR),
    row(
        "from-unclosed-parenthesis",
        "a square bracket",
        _from(f"Dílna [lis 2 <{PETR}>"),
        sender=PETR,
    ),
    row("from-missing-bracket", "not closed", _from(f"Petr Svoboda <{PETR}"), sender=PETR),
    row("from-missing-bracket", "not opened", _from(f"Petr Svoboda {PETR}>"), sender=PETR),
    row(
        "from-missing-bracket",
        "quoted name, not closed",
        _from(f'"Svoboda, Petr" <{PETR}'),
        sender=PETR,
    ),
    row("from-missing-bracket", "opened twice", _from(f"Petr <<{PETR}>>"), sender=PETR),
    row(
        "from-name-without-brackets",
        "Czech",
        _from(f"Petr Svoboda {PETR}"),
        sender=PETR,
        contact=PETR,
    ),
    row(
        "from-name-without-brackets",
        "the address first",
        _from(f"{PETR} Petr Svoboda"),
        sender=PETR,
    ),
    row("from-name-without-brackets", "a quoted name", _from(f'"Ján Kováč" {PETR}'), sender=PETR),
    row("from-name-without-brackets", "with a dash", _from(f"Sklad - {PETR}"), sender=PETR),
    row(
        "to-single-quotes", "Outlook's", _to(f"\"'{JAN}'\" <'{JAN}'>"), to=[JAN], words="PROCESSED"
    ),
    row("to-single-quotes", "typographic", _to(f"\u2018{JAN}\u2019"), to=[JAN], words="PROCESSED"),
    row("to-single-quotes", "two in a list", _to(f"'{JAN}'; '{EVA}'"), to=[JAN, EVA]),
    row("to-single-quotes", "Polish quotes", _to(f"\u201e{JAN}\u201d <{JAN}>"), to=[JAN]),
    row(
        "to-single-quotes",
        "an apostrophe inside stays",
        _from("O'Brien <o'brien@velka.example>"),
        sender="o'brien@velka.example",
    ),
    row("to-name-without-brackets", "a name", _to(f"Jan Novak {JAN}"), to=[JAN], words="PROCESSED"),
    row("to-name-without-brackets", "two, by a comma", _to(f"Jan {JAN}, Eva {EVA}"), to=[JAN, EVA]),
    row("to-name-without-brackets", "in mailto", _to(f"Jan mailto:{JAN}"), to=[JAN]),
    row("to-invisible-mark", "U+200B in brackets", _to(f"Jan Novak <\u200b{JAN}>"), to=[JAN]),
    row("to-invisible-mark", "a byte order mark", _to(f"\ufeff{JAN}"), to=[JAN], words="PROCESSED"),
    row(
        "to-invisible-mark",
        "U+200B inside it makes another address (S-1)",
        _to("jan\u200b.novak@firma.cz"),
        to=["jan\u200b.novak@firma.cz"],
    ),
    row(
        "to-invisible-mark", "U+2060 behind, no brackets", _to(f"{JAN}\u2060, {EVA}"), to=[JAN, EVA]
    ),
    row("to-invisible-mark", "a soft hyphen", _to("Jan <jan.novak@fir\u00adma.cz>"), to=[JAN]),
    row("idn-punycode-for-unicode-contact", "xn--", _from(f"X <{PUNYCODE}>"), sender=PUNYCODE),
    row(
        "idn-punycode-for-unicode-contact",
        "letters",
        _from("X <jiri@hřiště.example>"),
        sender=PUNYCODE,
    ),
    row(
        "idn-punycode-for-unicode-contact",
        "XN--",
        _from(f"X <{PUNYCODE.upper()}>"),
        sender=PUNYCODE,
    ),
    row(
        "idn-punycode-for-unicode-contact",
        "German, below a host",
        _from("hans@mail.müller.example"),
        sender="hans@mail.xn--mller-kva.example",
    ),
    row(
        "idn-decomposed-letters",
        "Czech",
        _from("X <jiri@hr\u030cis\u030cte\u030c.example>"),
        sender=PUNYCODE,
    ),
    row(
        "idn-decomposed-letters",
        "capitals",
        _from("jiri@HR\u030cIS\u030cTE\u030c.EXAMPLE"),
        sender=PUNYCODE,
    ),
    row(
        "idn-decomposed-letters",
        "German, in a list of recipients",
        _to(f"hans@mu\u0308ller.example, {JAN}"),
        to=["hans@xn--mller-kva.example", JAN],
    ),
    row(
        "known-customers-two-companies",
        "a domain",
        _from("kdo@gama.example"),
        box=KNOWN_ONLY,
        known=TWO_COMPANIES,
        words="PROCESSED",
        contact=None,
    ),
    row(
        "known-customers-two-companies",
        "a colleague's mail to it",
        letter(sender=JAN, to="kdo@gama.example"),
        box=KNOWN_ONLY,
        known=TWO_COMPANIES,
        words="PROCESSED",
        direction="outgoing",
    ),
    row(
        "known-customers-two-companies",
        "the address in capitals",
        _from("KDO@GAMA.EXAMPLE"),
        box=KNOWN_ONLY,
        known=TWO_COMPANIES,
        words="PROCESSED",
    ),
    row(
        "known-customers-two-companies",
        "a stranger",
        _from("x@y.example"),
        box=KNOWN_ONLY,
        words="DELETED",
    ),
]
