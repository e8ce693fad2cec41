"""What HTML shows as lines, what it hides, and what plain text marks."""

from tests.kinds.row import Row, html, letter, page, parts, row, text


def _pair(plain: str, hypertext: str) -> bytes:
    return parts("alternative", text(plain), html(hypertext))


ROWS: list[Row] = [
    row(
        "outlook-table-cell",
        "one paragraph per cell",
        page(
            "<table><tr><td><p class=MsoNormal>Zakázka:<o:p></o:p></p></td><td><p class=MsoNormal>123<o:p></o:p></p></td></tr></table>"
        ),
        text="Zakázka: 123",
        token="contract 123",
    ),
    row(
        "outlook-table-cell",
        "div and span, th",
        page(
            "<table><tr><th><div>Contract</div></th><td><div><span>: 123</span></div></td></tr></table>"
        ),
        token="contract 123",
    ),
    row(
        "outlook-table-cell",
        "line breaks in the source, Slovak",
        page(
            "<table>\n <tr>\n  <td>\n   <p>Zákazka:</p>\n  </td>\n  <td>\n   <p>\n 123\n</p>\n  </td>\n </tr>\n</table>"
        ),
        token="contract 123",
    ),
    row(
        "outlook-table-cell",
        "a break at the end of a cell",
        page("<table><tr><td>Zakázka:<br></td><td>123<br></td></tr></table>"),
        text="Zakázka: 123",
    ),
    row(
        "outlook-table-cell",
        "a table per cell",
        page(
            "<table><tr><td><table><tr><td><p>Zakázka:</p></td></tr></table></td><td><table><tr><td><p>123</p></td></tr></table></td></tr></table>"
        ),
        token="contract 123",
    ),
    row(
        "hidden-by-size",
        "max-height",
        page('<div style="max-height:0px;overflow:hidden">Zakázka:7</div><p>Zakázka:123</p>'),
        text="Zakázka:123",
        token="contract 123",
    ),
    row(
        "hidden-by-size",
        "font-size and line-height",
        page('<span style="font-size:0;line-height:0">Contract:7</span><p>Contract:123</p>'),
        text="Contract:123",
    ),
    row(
        "hidden-by-size",
        "a clipped box of one pixel",
        page(
            '<div style="position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)">Contract:7</div><p>Contract:123</p>'
        ),
        text="Contract:123",
    ),
    row(
        "hidden-by-size",
        "a table of no width",
        page(
            '<table style="width:0;height:0;overflow:hidden"><tr><td>Contract:7</td></tr></table><p>Contract:123</p>'
        ),
        text="Contract:123",
    ),
    row(
        "hidden-by-size",
        "opacity, Outlook's mark",
        page(
            '<p style="opacity:0.0">Contract:7</p><p style="mso-hide:all">Contract:7</p><p>Contract:123</p>'
        ),
        text="Contract:123",
    ),
    row(
        "hidden-by-size",
        "a share of nothing, white space in the style",
        page('<div style=" MAX-HEIGHT : 0% ; OVERFLOW : HIDDEN ">Contract:7</div>Contract:123'),
        text="Contract:123",
    ),
    row(
        "hidden-by-size",
        "clipped but with room stays",
        page('<div style="max-height:40px;overflow:hidden">Contract:123</div>'),
        token="contract 123",
    ),
    row(
        "gmail-indent-is-no-quote",
        "Gmail",
        page(
            '<div>Dobrý den,<br><blockquote style="margin:0 0 0 40px;border:none;padding:0px">Zakázka:123<br>odsazený</blockquote></div>'
        ),
        own="Dobrý den,\n\nZakázka:123\nodsazený",
    ),
    row(
        "gmail-indent-is-no-quote",
        "Apple Mail",
        page(
            'Ahoj<blockquote style="margin: 0 0 0 40px; border: none; padding: 0px;"><div>odsazeno</div></blockquote>'
        ),
        own="Ahoj\n\nodsazeno",
    ),
    row(
        "gmail-indent-is-no-quote",
        "Outlook on the web",
        page(
            '<div>Hello</div><blockquote style="margin-top:0;margin-bottom:0;margin-left:40px;border-style:none">indented</blockquote>'
        ),
        own="Hello\n\nindented",
    ),
    row(
        "gmail-indent-is-no-quote",
        "a border of no width",
        page(
            '<p>Dobrý deň</p><blockquote style="border-left: 0px solid; margin-left: 3em">odsadené</blockquote>'
        ),
        own="Dobrý deň\n\nodsadené",
    ),
    row(
        "gmail-indent-is-no-quote",
        "a quotation is one",
        page(
            '<p>Souhlasím</p><blockquote type="cite" style="border:none"><p>Zakázka:7</p></blockquote>'
        ),
        own="Souhlasím",
    ),
    row(
        "flowed-token-line",
        "Thunderbird",
        letter(
            "Zařadil jsem ho pod Contract:123 \nDocumentation p- aby ho viděl jen tým.\n",
            sender="jan.novak@firma.cz",
            to="petr.svoboda@acme.example",
            head="Content-Type: text/plain; charset=utf-8; format=flowed\n",
        ),
        type="Documentation",
        roles=0,
    ),
    row(
        "flowed-token-line",
        "capitals, quotes, two joints",
        letter(
            "Contract:123 \nSchůzka \np1\n",
            sender="jan.novak@firma.cz",
            to="petr.svoboda@acme.example",
            head='Content-Type: text/plain; charset=utf-8; FORMAT="Flowed"\n',
        ),
        type="Schůzka",
        roles=1,
    ),
    row(
        "flowed-token-line",
        "delsp in a long word",
        letter(
            "Contract:123 Docu \nmentation\n",
            sender="jan.novak@firma.cz",
            to="petr.svoboda@acme.example",
            head="Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\n",
        ),
        type="Documentation",
    ),
    row(
        "flowed-token-line",
        "without flowed the line ends",
        letter(
            "Contract:123 \nDocumentation\n",
            sender="jan.novak@firma.cz",
            to="petr.svoboda@acme.example",
        ),
        type="E-mail",
    ),
    row(
        "token-flowed",
        "the number below",
        letter(
            "o které jsme mluvili, Zakázka: \n123 p2\n",
            head="Content-Type: text/plain; charset=utf-8; format=flowed\n",
        ),
        token="contract 123",
        roles=2,
    ),
    row(
        "token-flowed",
        "quoted-printable",
        letter(
            "mluvili jsme, Contract:=20\n123\n",
            head="Content-Type: text/plain; charset=utf-8; format=flowed\nContent-Transfer-Encoding: quoted-printable\n",
        ),
        token="contract 123",
    ),
    row(
        "token-flowed",
        "the keyword's words, Slovak, space-stuffed",
        letter(
            " pozri prosím Objednávka \n :15\n",
            head="Content-Type: text/plain; format=flowed; charset=utf-8\n",
        ),
        token="order 15",
    ),
    row(
        "token-flowed",
        "a signature mark is no joint",
        letter(
            "Zakázka:123\n-- \np2\n",
            head="Content-Type: text/plain; format=flowed; charset=utf-8\n",
        ),
        roles=4,
    ),
    row(
        "token-in-bold-plain",
        "the keyword",
        _pair("*Zakázka:* 123", "<b>Zakázka:</b> 123"),
        token="contract 123",
    ),
    row("token-in-bold-plain", "the number", letter("Zakázka: *123*\n"), token="contract 123"),
    row(
        "token-in-bold-plain",
        "underlined, with its colon outside",
        letter("_Contract_: __123__\n"),
        token="contract 123",
    ),
    row("token-in-bold-plain", "italics", letter("/Objednávka:/ 15\n"), token="order 15"),
    row(
        "gmail-indent-is-no-quote",
        "Outlook takes all borders away but the left one",
        page(
            "<p>Souhlasím</p><blockquote style='border:none;border-left:solid #CCCCCC 1.0pt'>"
            "<p>Zakázka:7</p></blockquote>"
        ),
        own="Souhlasím",
    ),
]
