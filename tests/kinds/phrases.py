"""Mail that came back, told by the manual's phrases or by nobody's name."""

from tests.builders import BOB, PETR
from tests.kinds.bounces import NULL, PAIR, marked, told
from tests.kinds.row import Row, letter, parts, row, text
from tests.report_builders import a_report

ROWS: list[Row] = [
    marked(
        "bounce-line-with-link",
        "a link behind",
        told(
            f"We gave up delivering to these recipients:\n\n{PETR}: 550 5.1.1 No such account, see https://help.acme.example/?p=nobody\n"
        ),
    ),
    marked(
        "bounce-line-with-link",
        "in brackets, a link in its own line",
        told(
            f"Your message could not be delivered.\n\n<{PETR}>: host mx.acme.example said:\n 550-5.1.1 The account does not exist.\n 550 5.1.1 https://support.example/mail/?p=NoSuchUser x1si - gsmtp\n"
        ),
    ),
    marked(
        "bounce-line-with-link",
        "German, www",
        told(
            f"Die Nachricht konnte nicht zugestellt werden an:\n\n{PETR} (www.acme.example): 550 Benutzer unbekannt\n"
        ),
    ),
    row(
        "bounce-null-sender",
        "only a postmaster",
        letter(
            "There was an error delivering your mail to <postmaster@acme.example>.\n\nDNS lookup failure: host not found\n",
            sender="MAILER-DAEMON <>",
            subject="Mail delivery failed",
            head=NULL,
        ),
        bounce=True,
        words="PROCESSED",
        completed=False,
        marks=[],
    ),
    row(
        "bounce-null-sender",
        "nobody is named, Czech",
        letter(
            "Doručení zprávy se nezdařilo. Schránka příjemce je plná.\n",
            sender="<>",
            subject="Zprávu nelze doručit",
            head=NULL,
        ),
        bounce=True,
        words="PROCESSED",
        completed=False,
        marks=[],
    ),
    row(
        "bounce-null-sender",
        "a report without recipients",
        a_report(sender="<>").replace(b"obchod@firma.cz\nSubject", b"jan.novak@firma.cz\nSubject"),
        bounce=True,
        words="PROCESSED",
        completed=False,
        marks=[],
    ),
    marked(
        "bounce-phrase-header-lines",
        "the manual's pair",
        told(
            f"The following mail failed to be delivered...\n\nTo: {PETR}\nSubject: Nabídka na rok 2026\nDate: 1. 11. 2026\n",
            PAIR,
            "postmaster@mx.example",
        ),
    ),
    marked(
        "bounce-phrase-header-lines",
        "a long address, German subject, no postmaster",
        told(
            "The following mail failed to be delivered...\n\nTo: jan.novotny.mladsi@strojirny-morava.example\nSubject: Angebot über vier neue Pumpen\n",
            PAIR,
            "sprava@mx.example",
        ),
        "jan.novotny.mladsi@strojirny-morava.example",
    ),
    marked(
        "bounce-phrase-header-lines",
        "fields without blanks, Cc",
        told(
            f"The following mail failed to be delivered...\n\nTo:<{PETR}>\nSubject:Nabídka nového lisu pro dílnu\nX-Mailer:Program 1.0 of somebody\n",
            PAIR,
            "postmaster@mx.example",
        ),
    ),
    marked(
        "bounce-phrase-one-line",
        "To: in the sentence",
        told(
            f"The following mail failed to be delivered... To: {PETR}\n", PAIR, "sprava@mx.example"
        ),
    ),
    marked(
        "bounce-phrase-one-line",
        "behind a colon",
        told(
            f"The message could not be delivered to one or more recipients: {PETR}\n",
            "Undelivered Mail",
            "sprava@mx.example",
        ),
    ),
    marked(
        "bounce-phrase-one-line",
        "in brackets",
        told(
            f"The message could not be delivered to one or more recipients (<{BOB}>).\n",
            "Undelivered Mail",
            "sprava@mx.example",
        ),
        BOB,
    ),
    marked(
        "bounce-phrase-soft",
        "wrapped",
        told(
            f"The following mail failed to be\ndelivered\nTo: {PETR}\nSubject: Nabidka na rok 2027\n",
            PAIR,
            "postmaster@mx.example",
        ),
    ),
    marked(
        "bounce-phrase-soft",
        "a ruler and an end",
        told(
            f"The following mail failed to be delivered\n----------------\n{PETR}\n----------------\n*** End of message ***\n",
            PAIR,
            "postmaster@mx.example",
        ),
    ),
    marked(
        "bounce-phrase-soft",
        "other recipients",
        told(
            f"Reason: Unable to deliver message to <{PETR}> (and other recipients in the same domain).\n\nThe following mail failed to be delivered\n{PETR}\n",
            PAIR,
            "postmaster@mx.example",
        ),
    ),
    row(
        "bounce-null-sender",
        "a person passes such a report on",
        parts(
            "mixed", text("viz"), "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx"
        ),
        bounce=False,
        words="PROCESSED",
        completed=True,
    ),
]
