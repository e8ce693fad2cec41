"""Results of servers, envelopes and line ends that the sender has written himself."""

from tests.attacks.attack import Attack, attack, came
from tests.builders import EVA, JAN, PETR
from tests.honest.situation import behind_another
from tests.honest.systems import DAY, EXCHANGE, GOOGLE, POSTFIX, RSPAMD, SEZNAM, SYSTEMS, System

_NOT_HE = "incoming eva; refuted; sender not believed"
_UNKNOWN = "incoming eva; unknown"
_ALLOWED = "incoming eva; task; unknown"
_UNPROVEN = {"sender_proof": "unproven"}
_PASS = "dmarc=pass header.from=firma.cz"
_MX = f"Received: from evil.example ([203.0.113.9]) by mx.firma.cz with ESMTP; {DAY} 10:00:00\n"
_HIS = f"Received: from a by mail.evil.example; {DAY} 09:59:00 +0100\n"
_FIELD = "Authentication-Results: {}\n"


def _task(name: str, variant: str, outcome: str, system: System, head: str) -> Attack:
    """He asks for a task in an employee's name, at a box that believes only who is proven."""
    return attack(
        name,
        variant,
        outcome,
        (system, head),
        settings=_UNPROVEN,
        sender=JAN,
        to=EVA,
        subject="New task: pay invoice 4711",
    )


def _judged(system: System) -> str:
    """What the system wrote: the mail is of evil.example."""
    return system.came("evil.example")


_COMPAUTH = _FIELD.format("spf=none; compauth=pass reason=100")
RESULTS = [
    _task("ar-compauth-forged", "without any server", _UNKNOWN, POSTFIX, _COMPAUTH),
    _task("ar-compauth-forged", "below the border", _UNKNOWN, POSTFIX, _MX + _COMPAUTH),
    _task("ar-compauth-forged", "Exchange, not by the border", _UNKNOWN, EXCHANGE, _COMPAUTH),
    _task(
        "ar-compauth-forged",
        "below Exchange's own",
        _NOT_HE,
        EXCHANGE,
        _judged(EXCHANGE) + _COMPAUTH,
    ),
    _task(
        "ar-cr-hidden",
        "behind a bare CR",
        _NOT_HE,
        POSTFIX,
        f"{_MX}X-A: b\rAuthentication-Results: mx.firma.cz; {_PASS}\n",
    ),
    _task(
        "ar-cr-hidden",
        "behind two, at Google",
        _NOT_HE,
        GOOGLE,
        f"X-A: b\r\rAuthentication-Results: mx.google.com; {_PASS}\n",
    ),
    _task(
        "ar-cr-hidden",
        "in the server's name",
        _NOT_HE,
        POSTFIX,
        f"{_MX}Authentication-Results: x\rmx.firma.cz; {_PASS}\n",
    ),
    _task(
        "ar-cr-hidden",
        "an encoded name",
        _UNKNOWN,
        RSPAMD,
        f"{_MX}Authentication-Results: =?utf-8?q?mx.firma.cz?=; {_PASS}\n",
    ),
    _task(
        "ar-forged-own-below-received",
        "below another server's",
        _UNKNOWN,
        POSTFIX,
        _MX + _HIS + _FIELD.format(f"mx.firma.cz; {_PASS}"),
    ),
    _task(
        "ar-forged-own-below-received",
        "below the server's own",
        _NOT_HE,
        RSPAMD,
        _judged(RSPAMD) + _FIELD.format(f"mx.firma.cz; {_PASS}"),
    ),
    _task(
        "ar-forged-own-below-received",
        "below Google's own",
        "incoming eva; incoming jan; refuted; sender not believed",
        GOOGLE,
        _judged(GOOGLE) + _HIS + _FIELD.format(f"mx.google.com; {_PASS}"),
    ),
    _task(
        "ar-forged-own-below-received",
        "with a border of his own",
        _NOT_HE,
        SEZNAM,
        _judged(SEZNAM)
        + f"Received: from a by mx.seznam.cz; {DAY} 09:00:00\n"
        + _FIELD.format(f"email.seznam.cz; {_PASS}"),
    ),
    _task(
        "ar-parent-dkim",
        "a public suffix",
        _UNKNOWN,
        POSTFIX,
        _FIELD.format("mx.firma.cz; dkim=pass header.d=cz"),
    ),
    _task(
        "ar-parent-dkim",
        "a domain that ends alike",
        _UNKNOWN,
        POSTFIX,
        _FIELD.format("mx.firma.cz; dkim=pass header.d=nafirma.cz"),
    ),
    _task(
        "ar-parent-dkim",
        "by its user",
        _UNKNOWN,
        GOOGLE,
        _FIELD.format("mx.google.com; dkim=pass header.i=@firma.cz.evil.example"),
    ),
    _task(
        "ar-parent-dkim",
        "quoted and with a comment",
        _UNKNOWN,
        RSPAMD,
        _FIELD.format('mx.firma.cz; dkim=pass (header.d=firma.cz) header.d="cz"'),
    ),
    _task(
        "ar-pass-no-headerfrom",
        "Postfix",
        _UNKNOWN,
        POSTFIX,
        _FIELD.format("mx.firma.cz; dmarc=pass (p=reject)"),
    ),
    _task(
        "ar-pass-no-headerfrom",
        "named in a comment",
        _UNKNOWN,
        GOOGLE,
        _FIELD.format("mx.google.com; dmarc=pass (header.from=firma.cz)"),
    ),
    _task(
        "ar-pass-no-headerfrom",
        "an empty one",
        _UNKNOWN,
        RSPAMD,
        _FIELD.format('mx.firma.cz; dmarc=pass header.from=""'),
    ),
    _task(
        "ar-pass-no-headerfrom",
        "of another method",
        _UNKNOWN,
        SEZNAM,
        _FIELD.format("email.seznam.cz; dmarc=pass; spf=pass header.from=firma.cz"),
    ),
]


def _forged(name: str, variant: str, outcome: str, settings: dict[str, str], **mail: str) -> Attack:
    """Nobody has judged the sender: what he may is as `senderProof` says."""
    way = (POSTFIX, "") if "Postfix" in variant else (GOOGLE, "")
    return attack(name, variant, outcome, way, settings=settings, **mail)


_TASK = {"sender": JAN, "to": EVA, "subject": "New task: pay"}
_CZECH = {"sender": JAN, "to": EVA, "subject": "FW: Nový úkol: zaplatit"}
_OUT = {"sender": PETR, "subject": "nechci"}
_ENGLISH = {"sender": PETR, "subject": "Re: unsubscribe"}
FORGED = [
    _forged("forge-newtask-noauth", "Postfix, unknown senders may", _ALLOWED, {}, **_TASK),
    _forged("forge-newtask-noauth", "Postfix, they may not", _UNKNOWN, _UNPROVEN, **_TASK),
    _forged("forge-newtask-noauth", "Google, they may not", _UNKNOWN, _UNPROVEN, **_CZECH),
    _forged(
        "forge-newtask-noauth",
        "Google, logged in as he says",
        _UNKNOWN,
        _UNPROVEN,
        **_TASK,
        more="X-MS-Exchange-Organization-AuthAs: Internal\n",
    ),
    _forged(
        "forge-optout-noauth",
        "Postfix, unknown senders may",
        f"incoming jan; marks {PETR}; unknown",
        {},
        **_OUT,
    ),
    _forged(
        "forge-optout-noauth", "Postfix, they may not", "incoming jan; unknown", _UNPROVEN, **_OUT
    ),
    _forged(
        "forge-optout-noauth",
        "Google, they may not",
        "incoming jan; unknown",
        _UNPROVEN,
        **_ENGLISH,
    ),
    _forged(
        "forge-optout-noauth",
        "Google, by a program",
        "incoming jan; unknown",
        {},
        **_OUT,
        more="Auto-Submitted: auto-generated\n",
    ),
]

_NOBODYS = {"to": "someone@evil.example", "subject": "hi all"}
_ENVELOPE = f"Delivered-To: {JAN}\nX-Original-To: {EVA}\nEnvelope-To: {JAN}\n"
_NOTHING = "deleted; {}"
ENVELOPES = [
    attack(
        "envelope-forged",
        "below what the server wrote",
        _NOTHING.format("proven"),
        (SEZNAM, SEZNAM.came("evil.example")),
        more=_ENVELOPE,
        **_NOBODYS,
    ),
    attack(
        "envelope-forged",
        "Resent-To",
        _NOTHING.format("proven"),
        came(1),
        more=f"Resent-To: {JAN}\nResent-From: {EVA}\n",
        **_NOBODYS,
    ),
    attack(
        "envelope-forged",
        "X-Forwarded-For and -To",
        _NOTHING.format("proven"),
        came(3),
        more=f"X-Forwarded-To: {JAN}\nX-Forwarded-For: {JAN} {EVA}\n",
        **_NOBODYS,
    ),
    attack(
        "envelope-forged",
        "above a Received of his own",
        _NOTHING.format("proven"),
        (POSTFIX, POSTFIX.came("evil.example")),
        more=f"{_ENVELOPE}{_HIS}",
        **_NOBODYS,
    ),
    attack(
        "h-cr-auto",
        "in the subject",
        "incoming eva; refuted; sender not believed",
        came(0),
        to=EVA,
        subject=f"a\rAuto-Submitted: auto-generated\rDelivered-To: {JAN}",
    ),
    attack(
        "h-cr-auto",
        "in the date",
        "incoming eva; refuted; sender not believed",
        came(1),
        to=EVA,
        date=f"Mon, 02 Nov 2026 09:12:00 +0100\rX-Original-To: {JAN}",
    ),
    attack(
        "h-cr-auto",
        "in a field of ours",
        "incoming eva; refuted; sender not believed",
        came(3),
        to=EVA,
        more=f"Received-SPF: pass\rDelivered-To: {JAN}\n",
    ),
    attack(
        "h-cr-auto",
        "before a folded line",
        "incoming eva; refuted; sender not believed",
        came(4),
        to=EVA,
        subject=f"a\r\rEnvelope-To: {JAN}\n b",
    ),
]

_PAST = "Received: from e (e.evil.example [203.0.113.66])\n by box.hoster.example (Postfix);\n"
PAST_THE_BORDER = [
    attack(
        "ar-forged-own-below-received",
        f"to the server of the box itself, with what {name} writes",
        _UNKNOWN,
        (System(behind_another(system), "", "", ""), _PAST + system.came("firma.cz")),
        settings=_UNPROVEN,
        sender=JAN,
        to=EVA,
        subject="New task: pay invoice 4711",
    )
    for name, system in SYSTEMS.items()
]

SERVERS = [*RESULTS, *FORGED, *ENVELOPES, *PAST_THE_BORDER]
"""All of them."""
