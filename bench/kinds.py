"""`python -m bench.kinds [--turns N]`: CPU time that reading one mail costs, by kind of mail.

Reading is everything up to the rules: parsing, decoding, the text of HTML, quotes, reports, events.
Safe HTML is what the ERP shows, made where a mail makes a record. Each kind has several mails; the
figure is the least of many turns, in which all kinds take turns, so a busy machine spoils little.
"""

import argparse
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from bench.heads import head
from bench.mails import a_mail
from bench.reports import a_report
from services.classifier.parse.html import sanitise_html
from services.classifier.parse.mail import parse_mail

T = TypeVar("T")

_OF_EACH = 4
_HTML = "text/html; charset=utf-8"
_CELL = (
    '<td align="left" valign="top" style="padding:0 20px;font-family:Arial,sans-serif;'
    'font-size:14px;line-height:20px;color:#333333;mso-line-height-rule:exactly">{}</td>'
)
_ROW = (
    '<table border="0" cellpadding="0" cellspacing="0" width="600" role="presentation" '
    'style="border-collapse:collapse"><tbody><tr>{}</tr></tbody></table>\r\n'
)
_OFFER = (
    '<a href="https://click.shop.example/t/{number}?u=9f&amp;c={number}" style="color:#0068b4;'
    'text-decoration:none" target="_blank"><img src="https://img.shop.example/{number}.png" '
    'width="180" height="120" alt="Čerpadlo {number}" style="display:block;border:0"></a>'
    '<p style="margin:0 0 8px"><b>Čerpadlo {number}</b></p><p>Cena&nbsp;{number}&nbsp;990&nbsp;Kč '
    '<a href="https://click.shop.example/t/{number}?u=9f">Do košíku</a></p>'
)
_TOP = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><style type="text/css">@media only screen '
    "and (max-width:600px){.w{width:100%!important}}a{color:#0068b4}</style><!--[if mso]><style>td{"
    'font-family:Arial}</style><![endif]--></head><body style="margin:0;padding:0"><div style="'
    'display:none;max-height:0;overflow:hidden">Výprodej čerpadel&zwnj;&nbsp;&zwnj;&nbsp;</div>'
)


def main() -> None:
    """Print a table: a line for each kind."""
    asked = argparse.ArgumentParser(prog="python -m bench.kinds")
    asked.add_argument("--turns", type=int, default=40)
    turns = asked.parse_args().turns
    kinds = made_kinds(random.Random(7))
    pages = {kind: [parse_mail(raw, "key").html for raw in mails] for kind, mails in kinds.items()}
    reading = least(
        {k: _each(lambda raw: parse_mail(raw, "key"), v) for k, v in kinds.items()}, turns
    )
    shown = least(
        {k: _each(sanitise_html, [page for page in v if page]) for k, v in pages.items()}, turns
    )
    print(f"{'':16}{'KB':>6}{'reading, us':>14}{'safe HTML, us':>15}")
    for kind, mails in kinds.items():
        size = sum(map(len, mails)) / len(mails) / 1000
        print(f"{kind:16}{size:6.0f}{reading[kind]:14.0f}{shown[kind]:15.0f}")


def made_kinds(chance: random.Random) -> Mapping[str, Sequence[bytes]]:
    """Return mails of each kind, the same for the same seed."""
    numbers = range(1, _OF_EACH + 1)
    return {
        "text": [a_mail("plain", number, chance) for number in numbers],
        "HTML letter": [a_mail("html", number, chance) for number in numbers],
        "HTML newsletter": [_newsletter(number) for number in numbers],
        "reply": [a_report("reply", number, number, chance) for number in numbers],
        "HTML reply": [_html_reply(number) for number in numbers],
        "bounce": [a_report("bounce", number, number, chance) for number in numbers],
        "invitation": [a_report("invitation", number, number, chance) for number in numbers],
        "200 KB file": [a_mail("attachment", number, chance) for number in numbers],
    }


def least(works: Mapping[str, Callable[[], int]], turns: int) -> Mapping[str, float]:
    """Return microseconds of CPU for each of the things that a work does, all in turn."""
    best = dict.fromkeys(works, float("inf"))
    for _ in range(turns):
        for name, work in works.items():
            begin = time.process_time()
            count = work()
            best[name] = min(best[name], (time.process_time() - begin) / max(count, 1))
    return {name: 1e6 * seconds for name, seconds in best.items()}


def _each(work: Callable[[T], object], things: Sequence[T]) -> Callable[[], int]:
    def all_of_them() -> int:
        for one in things:
            work(one)
        return len(things)

    return all_of_them


def _newsletter(number: int) -> bytes:
    """Return tables within tables, styles at every cell, links that count, a hidden beginning."""
    offers = "".join(
        _ROW.format("".join(_CELL.format(_OFFER.format(number=3 * row + n)) for n in range(3)))
        for row in range(8 + number)
    )
    page = f"{_TOP}{_ROW.format(_CELL.format(offers))}</body></html>"
    return head(number, "news@shop.example", "u1@firma.cz", "Offers", _HTML) + page.encode()


def _html_reply(number: int) -> bytes:
    """Return one as Outlook writes it: a few words above a history of answers."""
    words = (
        '<p class="MsoNormal"><span lang="CS" style="font-size:11pt">{}<o:p></o:p></span></p>\r\n'
    )
    parted = (
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
        '<p class="MsoNormal"><b>From:</b> Jan &lt;jan@firma.cz&gt;<br><b>Sent:</b> Monday, '
        "November 2, 2026 9:12 AM<br><b>To:</b> Petr<br><b>Subject:</b> RE: Offer</p></div>"
    )
    letter = words.format("Dobrý den, potvrzujeme termín montáže a prosíme o výkres. " * 3) * 6
    history = (parted + letter) * 8
    page = f'<html><body><div class="WordSection1">{letter}{history}</div></body></html>'
    return head(number, "p1@c1.example", "u1@firma.cz", "RE: Offer", _HTML) + page.encode()


if __name__ == "__main__":
    main()
