import pytest

from services.classifier.parse.headers import read_headers
from services.classifier.reading.mail_systems import MAIL_SYSTEMS
from services.classifier.reading.trusted_hosts import TrustedHosts, trusted_hosts
from services.classifier.reading.way_in import WayIn, way_in
from shared.settings.trust_keys import MAIL_SYSTEMS as SETTING
from tests.builders import EVA, JAN, a_box, a_mail

MX = "mx.firma.cz"
OURS = TrustedHosts(authserv_ids=frozenset({MX}), own_domains=frozenset({"firma.cz"}))
FROM_OUTSIDE = "Received: from mail.acme.example (mail.acme.example [203.0.113.9]) by mx.firma.cz;"
PASS = f"Authentication-Results: {MX}; dmarc=pass header.from=firma.cz"
NONE = f"Authentication-Results: {MX}; dmarc=none"


def _way(*fields: str, trusted: TrustedHosts = OURS) -> WayIn:
    return way_in(read_headers("".join(f"{one}\r\n" for one in fields).encode(), []), trusted)


def _said(way: WayIn) -> int:
    return sum(len(hop.above) + len(hop.below) for hop in way.hops)


@pytest.mark.parametrize(
    "by",
    ["mx.firma.cz", "MX.FIRMA.CZ", "mx.firma.cz (Postfix)", "mx.firma.cz with ESMTPS id 1"],
)
def test_results_above_the_border_and_directly_below_count(by: str) -> None:
    """S-1: filters write above or below the Received of their server."""
    received = f"Received: from mail.acme.example ([203.0.113.9]) by {by}; Mon, 2 Nov 2026"

    assert _said(_way(PASS, received, "Received: from x by mail.acme.example;")) == 1
    assert _said(_way(received, PASS, "Received: from x by mail.acme.example;")) == 1
    assert _said(_way(received, "Received: from x by mail.acme.example;", PASS)) == 0


@pytest.mark.parametrize(
    "above",
    [
        "Received: by mx.firma.cz; Mon, 2 Nov 2026",
        "Received: from mx.firma.cz (localhost [127.0.0.1]) by box.firma.cz;",
        "Received: from mx (mx.firma.cz [203.0.113.5]) by box.firma.cz;",
        "Received: from mx.firma.cz ([10.1.2.3]) by box.firma.cz;",
        "Received: from x by 2002:a05:6402:1:b0:1 with SMTP id 1;",
    ],
)
def test_the_row_of_our_servers_ends_at_the_border(above: str) -> None:
    """S-1: inside the company a mail goes through several servers of ours."""
    way = _way(above, FROM_OUTSIDE, PASS)

    assert way.border == "mx.firma.cz" or "from x" in above
    assert (_said(way) == 1) == (way.border == "mx.firma.cz")


@pytest.mark.parametrize(
    "forged",
    [
        "Received: from a (b [203.0.113.1]) by mx.firma.cz;",
        "Received: by mx.firma.cz;",
        "Received: from localhost (localhost [127.0.0.1]) by mx.firma.cz;",
    ],
)
@pytest.mark.parametrize("helo", ["mail.evil.example", "mx.firma.cz", "localhost", "by"])
def test_a_sender_does_not_move_the_border(forged: str, helo: str) -> None:
    """S-1: a Received with a name of ours below that of our server was the sender's."""
    real = f"Received: from {helo} (unknown [203.0.113.66]) by mx.firma.cz; Mon, 2 Nov 2026"
    way = _way(NONE, real, forged, PASS)

    assert _said(way) == 1
    assert way.ignored


def test_a_border_host_is_the_first_from_the_top() -> None:
    """S-1: further Received of the same name further down change nothing."""
    trusted = TrustedHosts(frozenset({MX}), border_hosts=("*.border.example",))
    border = "Received: from x by a.border.example;"

    inside = "Received: from y by inside.example with LMTP id 1;"
    way = _way(inside, PASS, border, border, PASS, trusted=trusted)

    assert way.border == "a.border.example"
    assert _said(way) == 1


BEHIND = TrustedHosts(
    frozenset({MX}),
    border_hosts=(MX,),
    trusted_hosts=("*.hoster.example", "203.0.113.5", "2001:db8::5"),
)
"""A box at a hoster, behind the company's own border."""


@pytest.mark.parametrize(
    ("hoster", "border"),
    [
        (f"from x ({MX} [203.0.113.7]) by box.hoster.example (Postfix)", MX),
        (f"from x ({MX} [203.0.113.7])\r\n\tby box.hoster.example (Postfix)", MX),
        (f"from {MX} ([203.0.113.7]) by box.hoster.example with esmtp (Exim 4.96)", MX),
        (f"from {MX} by box.hoster.example with LMTP id 1", MX),
        ("from x (unknown [203.0.113.5]) by box.hoster.example (Postfix)", MX),
        ("from x (unknown [IPv6:2001:DB8::5]) by box.hoster.example (Postfix)", MX),
        ("by box.hoster.example id 1", MX),
        ("from evil (evil.example [203.0.113.66]) by box.hoster.example", "box.hoster.example"),
        (f"from {MX} (unknown [203.0.113.66]) by box.hoster.example", "box.hoster.example"),
        (f"from {MX} (203.0.113.66) by box.hoster.example", "box.hoster.example"),
        ("from [10.0.0.1] (unknown [203.0.113.66]) by box.hoster.example", "box.hoster.example"),
        (f"from a ({MX} [10.0.0.1]) (b [203.0.113.66]) by box.hoster.example",
         "box.hoster.example"),
        (f"from a by {MX} (b [203.0.113.66]) by box.hoster.example", "box.hoster.example"),
        (f"from a by {MX} with LMTP (b [203.0.113.66]) by box.hoster.example (Exim 4.96)",
         "box.hoster.example"),
    ],
)  # fmt: skip
def test_the_border_counts_only_where_it_handed_the_mail_on(hoster: str, border: str) -> None:
    """S-1: who sends to the server of the box itself writes what the border would have written."""
    way = _way(f"Received: {hoster}; x", FROM_OUTSIDE, PASS, trusted=BEHIND)

    assert (way.border, _said(way)) == (border, int(border == MX))


def test_a_server_that_nobody_named_is_told() -> None:
    """S-1: results behind an unknown server are ignored, and the trace says because of whom."""
    raw = f"Received: from a by relay.hosting.example;\nReceived: from b by {MX};\n{PASS}\n"
    mail = a_mail(f"{raw}From: {JAN}\nTo: {EVA}\n\nx\n".encode(), box=a_box(authserv_id=(MX,)))

    assert mail.proof.state == "unknown"
    assert "relay.hosting.example is no server of ours" in mail.proof.reason
    trusting = a_box(authserv_id=(MX,), trusted_host=("*.hosting.example",))
    raw = raw.replace("from a by", f"from a ({MX} [203.0.113.5]) by")
    mail = a_mail(f"{raw}From: {JAN}\nTo: {EVA}\n\nx\n".encode(), box=trusting)
    assert mail.proof.state == "proven"


def test_a_further_server_of_ours_can_prove_but_not_refute() -> None:
    """S-1: our own forwarding breaks signatures; what the border found stays."""
    inside = "Received: from mx.firma.cz (mx.firma.cz [10.0.0.1]) by box.firma.cz;"
    failed = f"Authentication-Results: {MX}; dmarc=fail header.from=firma.cz"
    box = a_box(authserv_id=(MX,))

    def state(*fields: str) -> str:
        raw = "".join(f"{one}\n" for one in fields) + f"From: {JAN}\nTo: {EVA}\n\nx\n"
        return a_mail(raw.encode(), box=box).proof.state

    assert state(failed, inside, PASS, FROM_OUTSIDE) == "proven"
    assert state(failed, inside, NONE, FROM_OUTSIDE) == "unknown"
    assert state(failed, inside, FROM_OUTSIDE) == "unknown"
    assert state(PASS, inside, NONE, FROM_OUTSIDE) == "proven"
    assert state(PASS, inside, failed, FROM_OUTSIDE) == "refuted"


EXCHANGE = """Received: from AM0PR08MB.eurprd08.prod.outlook.com (2603:10a6:208::1) by
 DB9PR08MB.eurprd08.prod.outlook.com with HTTPS; Mon, 2 Nov 2026 09:00:02 +0000
Received: from DB5EUR03FT021.eop-EUR03.prod.protection.outlook.com
 (2603:10a6:10:1::1) by AM0PR08MB.outlook.office365.com
 (2603:10a6:208::2) with Microsoft SMTP Server id 15.20.1; Mon, 2 Nov 2026 09:00:01 +0000
Authentication-Results: spf=pass (sender IP is 203.0.113.9)
 smtp.mailfrom=acme.example; dkim=none (message not signed)
 header.d=none;dmarc={dmarc} action=none header.from=acme.example;compauth={compauth} reason=100
Received-SPF: Pass (protection.outlook.com: domain of acme.example designates
 203.0.113.9 as permitted sender)
Received: from mail.acme.example (203.0.113.9) by
 DB5EUR03FT021.mail.protection.outlook.com (10.152.20.238) with Microsoft SMTP Server
 id 15.20.1; Mon, 2 Nov 2026 09:00:00 +0000
{forged}From: petr@acme.example
To: eva.dvorakova@firma.cz
Subject: Pump

Hello.
"""
FORGED = "Authentication-Results: spf=none; compauth=pass reason=100\n"


@pytest.mark.parametrize(
    ("dmarc", "compauth", "forged", "state"),
    [
        ("pass", "pass", "", "proven"),
        ("none", "pass", "", "proven"),
        ("pass", "none", "", "proven"),
        ("none", "softpass", "", "unknown"),
        ("fail", "fail", "", "refuted"),
        ("fail", "fail", FORGED, "refuted"),
        ("none", "none", FORGED, "unknown"),
        ("fail", "softpass", "", "unknown"),
    ],
)
def test_exchange_online(dmarc: str, compauth: str, forged: str, state: str) -> None:
    """S-1: `mailSystem=exchange-online` reads the field above the border's Received alone."""
    box = a_box(mail_system=("exchange-online",))
    raw = EXCHANGE.format(dmarc=dmarc, compauth=compauth, forged=forged)

    assert a_mail(raw.encode(), box=box).proof.state == state
    assert a_mail(raw.encode(), box=a_box()).proof.state == "unknown"


def test_exchange_knows_its_own_users() -> None:
    """S-1: AuthAs Internal proves a sender of an own domain, where Exchange is the system."""
    raw = f"X-MS-Exchange-Organization-AuthAs: Internal\nFrom: {JAN}\nTo: {EVA}\n\nx\n".encode()

    assert a_mail(raw, box=a_box(mail_system=("exchange-online",))).proof.state == "proven"
    assert a_mail(raw, box=a_box(authserv_id=(MX,))).proof.state == "unknown"
    outside = raw.replace(JAN.encode(), b"petr@acme.example")
    assert a_mail(outside, box=a_box(mail_system=("exchange-online",))).proof.state == "unknown"


GOOGLE = """Delivered-To: crm@firma.cz
Received: by 2002:a05:6402:1:b0:1 with SMTP id 1; Mon, 2 Nov 2026 01:00:02 -0800 (PST)
Return-Path: <petr@acme.example>
Received: from mail.acme.example (mail.acme.example. [203.0.113.9]) by
 mx.google.com with ESMTPS id 2 for <crm@firma.cz>; Mon, 2 Nov 2026 01:00:01 -0800 (PST)
Received-SPF: pass (google.com: domain of petr@acme.example designates 203.0.113.9) client-ip=1;
Authentication-Results: mx.google.com; dkim=pass header.i=@{signer} header.s=s;
 spf=pass (google.com: domain of petr@acme.example) smtp.mailfrom=petr@acme.example
{forged}From: petr@acme.example
To: eva.dvorakova@firma.cz
Subject: Pump

Hello.
"""


@pytest.mark.parametrize(
    ("signer", "forged", "state"),
    [
        ("acme.example", "", "proven"),
        ("evil.example", "", "unknown"),
        (
            "evil.example",
            "Authentication-Results: mx.google.com; dmarc=pass header.from=acme.example\n",
            "unknown",
        ),
    ],
)
def test_google(signer: str, forged: str, state: str) -> None:
    """S-1: `mailSystem=google` reads one field, directly below the border's Received."""
    raw = GOOGLE.format(signer=signer, forged=forged)

    assert a_mail(raw.encode(), box=a_box(mail_system=("google",))).proof.state == state


def test_every_system_that_a_box_may_name_has_a_preset() -> None:
    """S-1: settings and presets name the same systems."""
    assert set(MAIL_SYSTEMS) == set(SETTING)
    for system in MAIL_SYSTEMS:
        box = a_box(mail_system=(system,))
        found = trusted_hosts(box, box.own_domains)
        assert bool(found.border_hosts) == (system != "none")
