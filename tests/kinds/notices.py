"""Notices of mail systems that tell of no failure, and texts under another charset's name."""

from tests.builders import JAN, PETR
from tests.kinds.row import Row, letter, page, row, text

EXCHANGE = "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@firma.cz>"
_FLOWERS = "Příliš žluťoučký kůň úpěl ďábelské ódy"
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAd\n=abcd\n-----END PGP SIGNATURE-----\n"
_ENVELOPE = f"Sender: {JAN}\nSubject: Cena\nMessage-Id: <m3@x.example>\nTo: {PETR}\n"
_ORIGINAL = f"From: {JAN}\nTo: {PETR}\nSubject: Cena\n\nCena\n"


def _notice(shows: str, subject: str, body: str, *, head: str = "") -> Row:
    raw = letter(body, sender=EXCHANGE, subject=subject, head=head)
    return row("notice-of-no-failure", shows, raw, marks=[], soft=[], bounce=False, named=[])


def _named(shows: str, charset: str, body: str) -> Row:
    """UTF-8 that is called otherwise."""
    raw = letter(body, head=f"Content-Type: text/plain; charset={charset}\n")
    return row("utf8-under-another-name", shows, raw, text=body)


def _page(shows: str, declared: str, written: str, body: str) -> Row:
    """A text with bytes that the declared page does not have."""
    head = f"Content-Type: text/plain; charset={declared}\n"
    raw = letter(body, head=head, charset=written)
    return row("declared-page-without-these-bytes", shows, raw, text=body)


def _armour(shows: str, body: str, own: str) -> Row:
    return row("openpgp-armour", shows, letter(body), own=own)


def _hidden(shows: str, piece: str) -> Row:
    return row("hidden-otherwise", shows, page(f"{piece}<p>Contract:123</p>"), text="Contract:123")


def _shown(shows: str, style: str) -> Row:
    raw = page(f"<p style='{style}'>Contract:123</p>")
    return row("hidden-otherwise", shows, raw, text="Contract:123")


ROWS: list[Row] = [
    _notice(
        "a meeting was forwarded",
        "Meeting Forward Notification: Offer",
        f"Your meeting was forwarded\n{PETR} has forwarded your meeting request to additional"
        " recipients.\n\nRecipients\nbob@beta.example\n",
    ),
    _notice(
        "the same in Czech",
        "Oznámení o předání schůzky: Porada",
        "Petr Svoboda předal vaši žádost o schůzku dalším příjemcům.\n\nPříjemci\nbob@beta.example\n",
    ),
    _notice(
        "the same in German",
        "Besprechungsweiterleitung: Angebot",
        "Ihre Besprechung wurde weitergeleitet\n\nEmpfänger\nbob@beta.example\n",
    ),
    _notice(
        "handed to a server that tells nothing",
        "Relayed: Offer",
        "Delivery to these recipients or groups is complete, but no delivery notification was sent"
        " by the destination server:\n\nbob@beta.example\n",
    ),
    _notice(
        "handed on, in Czech",
        "Předáno: Nabídka",
        "Doručování následujícím příjemcům bylo dokončeno, ale cílový server neposlal žádné"
        " oznámení:\n\nbob@beta.example\n",
    ),
    _notice(
        "delivered, in Czech",
        "Doručeno: Nabídka",
        "Vaše zpráva byla doručena následujícím příjemcům:\n\nbob@beta.example\n",
    ),
    _notice(
        "asks for approval",
        "Schválit: Nabídka",
        "Níže uvedená zpráva vyžaduje vaše schválení.\n\nPříjemci: bob@beta.example\n",
    ),
    row(
        "notice-of-no-failure",
        "a journal report where none is expected",
        letter(
            f"--b\n{text(_ENVELOPE)}\n--b\nContent-Type: message/rfc822\n\n{_ORIGINAL}\n--b--\n",
            sender=EXCHANGE,
            subject="Cena",
            head="X-MS-Journal-Report:\nContent-Type: multipart/mixed; boundary=b\n",
        ),
        marks=[],
        soft=[],
        bounce=False,
    ),
    row(
        "notice-of-no-failure",
        "a failure in few words is one",
        letter(
            "Adresa bob@beta.example neexistuje.\n\nPříjemce:\nbob@beta.example\n",
            sender=EXCHANGE,
            subject="Nabídka",
        ),
        marks=["bob@beta.example"],
        bounce=True,
    ),
    *(
        row(
            "notice-of-no-failure",
            f"a failure in {language} is one",
            letter(f"{said}\n\nbob@beta.example\n", sender=EXCHANGE, subject=subject),
            marks=["bob@beta.example"],
            bounce=True,
        )
        for language, subject, said in (
            ("Slovak", "Ponuka", "Doručenie zlyhalo pre týchto príjemcov:"),
            ("Hungarian", "Ajánlat", "A kézbesítés a következő címzettek számára nem sikerült:"),
            ("Hungarian's subject", "Kézbesíthetetlen: Ajánlat", "Címzettek (e-mail cím):"),
            ("Polish", "Oferta", "Nie można było dostarczyć do następujących adresatów:"),
        )
    ),
    _named("Czech, as windows-1250", "windows-1250", f"{_FLOWERS}, Zakázka:123"),
    _named("German, as ISO 8859-1", "iso-8859-1", "Grüße aus Köln, Contract:123"),
    _named("Slovak, one letter, as ISO 8859-2", "iso-8859-2", "Ťažký stroj"),
    _named("Russian, as KOI8-R", "koi8-r", "Заказ готов"),
    row(
        "utf8-under-another-name",
        "a page, as windows-1250",
        letter(f"<p>{_FLOWERS}</p>", head="Content-Type: text/html; charset=windows-1250\n"),
        text=_FLOWERS,
    ),
    _page("Czech as ISO 8859-1", "iso-8859-1", "cp1250", _FLOWERS),
    _page("Slovak as windows-1252", "windows-1252", "cp1250", "Ťažký šroub, päť kusov"),
    _page("Polish as ISO 8859-1", "iso-8859-1", "cp1250", "Źródło zasilania, dzięki"),
    _page("what the page has stays", "iso-8859-1", "cp1252", "Grüße – Café „à la carte“"),
    _armour(
        "signed", f"{_SIGNED}Dobrý den, Contract:123\n{_SIGNATURE}", own="Dobrý den, Contract:123"
    ),
    _armour(
        "signed, with a quotation",
        f"{_SIGNED}Ano.\n\nOn 13. 11. 2026, Jan <{JAN}> wrote:\n> Contract:7\n{_SIGNATURE}",
        own="Ano.",
    ),
    _armour(
        "an encrypted block between",
        "Before\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\nBehind\n",
        own="Before\nBehind",
    ),
    _armour(
        "an end that is missing takes its line alone",
        "Before\n-----BEGIN PGP MESSAGE-----\nContract:123\n",
        own="Before\nContract:123",
    ),
    _hidden("a dialog", "<dialog>Contract:7</dialog>"),
    _hidden("a list of proposals", "<datalist><option>Contract:7</option></datalist>"),
    _hidden(
        "what other programs are told", "<canvas>Contract:7</canvas><noembed>Contract:7</noembed>"
    ),
    _hidden("behind 2,000 characters", f"<p style='{'a:b;' * 600}display:none'>Contract:7</p>"),
    _hidden("a number for a letter", r"<p style='d\69 splay:none'>Contract:7</p>"),
    _hidden("scaled to nothing", "<p style='transform:scale(0)'>Contract:7</p>"),
    _hidden("clipped wholly", "<p style='clip-path:inset(100%)'>Contract:7</p>"),
    _hidden("a short form of the font", "<p style='font:0/0 a'>Contract:7</p>"),
    _hidden("to the right", "<p style='position:absolute;right:-9999px'>Contract:7</p>"),
    _hidden("its content", "<p style='content-visibility:hidden'>Contract:7</p>"),
    _hidden("a filter", "<p style='filter:opacity(0%)'>Contract:7</p>"),
    _shown("a comment to the end hides no text", "/*;display:none"),
    _shown("scaled, clipped, with a font", "transform:scale(0.9);clip-path:inset(0);font:10px a"),
]
