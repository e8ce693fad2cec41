"""Header fields as the mail systems of a company write them, above what the sender wrote.

`came` is mail from outside, with what the system found; `sent` is mail of one's own users; and
`again` is what a second server of the way adds, which sees the first one's address and, behind a
banner, a broken signature.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DAY = "Mon, 2 Nov 2026"
_SECOND = (
    "Authentication-Results: box.hoster.example; dkim=fail (body hash did not verify)"
    " header.d={domain};\n dmarc=fail (p=REJECT) header.from={domain};"
    " spf=softfail smtp.mailfrom={domain}\n"
    "Received: from {host} ({host} [198.51.100.7])\n"
    " by box.hoster.example (Postfix) with ESMTPS id 7C1; Mon, 2 Nov 2026 10:00:09 +0100 (CET)\n"
)


@dataclass(frozen=True, slots=True)
class System:
    """A mail system.

    Attributes:
        settings: Of a box behind it.
        outside: Fields of mail from outside; `{domain}`, `{dkim}`, `{spf}`, `{dmarc}`.
        inside: Fields of mail of a user of its own; `{user}`.
        host: Which of its servers hands mail on.
    """

    settings: Mapping[str, Any]
    outside: str
    inside: str
    host: str
    second: Mapping[str, Any] = field(default_factory=dict)

    def came(self, domain: str, *, dkim: str = "pass", spf: str = "pass", dmarc: str = "") -> str:
        """Mail of a sender of `domain`; DMARC follows SPF and DKIM if it is not given."""
        passes = "pass (p=REJECT)" if "pass" in (dkim, spf) else "fail (p=REJECT)"
        action = {"pass": "none", "none": "none"}.get((dmarc or passes).split()[0], "oreject")
        compauth = "fail reason=000" if action == "oreject" else "pass reason=100"
        if "p=NONE" in dmarc:
            action, compauth = "none", "none reason=405"
        return self.outside.format(
            domain=domain,
            dkim=dkim,
            spf=spf,
            dmarc=dmarc or passes,
            word=(dmarc or passes).split()[0],
            action=action,
            compauth=compauth,
        )

    def sent(self, user: str) -> str:
        """Mail of one of its own users, who has logged in."""
        return self.inside.format(user=user, domain=user.partition("@")[2])

    def again(self, head: str, domain: str) -> str:
        """The same, handed on to a box at another provider."""
        return _SECOND.format(domain=domain, host=self.host) + head


EXCHANGE = System(
    {"mail_system": ("exchange-online",)},
    "Received: from AM0PR01MB5521.eurprd01.prod.exchangelabs.com (2603:10a6:208:1::14)\n"
    f" by AM7PR01MB7102.eurprd01.prod.exchangelabs.com with HTTPS; {DAY} 09:00:05 +0000\n"
    "Received: from DB8PR09CA0012.eurprd09.prod.outlook.com (2603:10a6:10:a0::25) by\n"
    " AM0PR01MB5521.eurprd01.prod.exchangelabs.com (2603:10a6:208:1::14) with Microsoft SMTP\n"
    f" Server (version=TLS1_2) id 15.20.9073.20; {DAY} 09:00:04 +0000\n"
    "Received: from DB5PEPF00014B8A.eurprd02.prod.outlook.com\n"
    " (2603:10a6:10:a0:cafe::12) by DB8PR09CA0012.outlook.office365.com\n"
    f" (2603:10a6:10:a0::25) with Microsoft SMTP Server id 15.20.9073.24; {DAY} 09:00:03 +0000\n"
    "Authentication-Results: spf={spf} (sender IP is 203.0.113.9)\n"
    " smtp.mailfrom={domain}; dkim={dkim} (signature was verified)\n"
    " header.d={domain};dmarc={word} action={action}\n header.from={domain};compauth={compauth}\n"
    "Received-SPF: {spf} (protection.outlook.com: domain of {domain})\n"
    "Received: from mail.{domain} (203.0.113.9) by\n"
    " DB5PEPF00014B8A.mail.protection.outlook.com (10.167.8.198) with Microsoft SMTP\n"
    f" Server (version=TLS1_3) id 15.20.9073.24; {DAY} 09:00:02 +0000\n"
    "X-MS-Exchange-Organization-AuthAs: Anonymous\n",
    "Received: from AM7PR01MB7102.eurprd01.prod.exchangelabs.com\n"
    " ([fe80::c1a1:9c6e:2f4f:1a2b]) by AM7PR01MB7102.eurprd01.prod.exchangelabs.com\n"
    f" ([fe80::c1a1:9c6e:2f4f:1a2b%4]) with mapi id 15.20.9073.020; {DAY} 09:00:02 +0000\n"
    "X-MS-Exchange-Organization-AuthAs: Internal\n"
    "X-MS-Exchange-Organization-AuthMechanism: 04\n",
    "mail-db5eur03on2112.outbound.protection.outlook.com",
    {"trusted_host": ("box.hoster.example",), "authserv_id": ("box.hoster.example",)},
)

GOOGLE = System(
    {"mail_system": ("google",)},
    "Delivered-To: jan.novak@firma.cz\n"
    "Received: by 2002:a05:6000:1a8b:b0:37d:4a2c:9d1e with SMTP id f11csp1234567wry;\n"
    f"        {DAY} 01:00:03 -0800 (PST)\n"
    "X-Received: by 2002:a05:600c:3b9a:b0:431:5df7:b310 with SMTP id 5b1f17b1804b1;\n"
    f"        {DAY} 01:00:03 -0800 (PST)\n"
    "Return-Path: <info@{domain}>\n"
    "Received: from mail.{domain} (mail.{domain}. [203.0.113.9])\n"
    "        by mx.google.com with ESMTPS id 5b1f17b1804b1-43af5si2 for <jan.novak@firma.cz>\n"
    f"        (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384); {DAY} 01:00:02 -0800 (PST)\n"
    "Received-SPF: {spf} (google.com: domain of info@{domain}) client-ip=203.0.113.9;\n"
    "Authentication-Results: mx.google.com;\n"
    "       dkim={dkim} header.i=@{domain} header.s=s1 header.b=kD8yPq0x;\n"
    "       spf={spf} (google.com: domain of info@{domain}) smtp.mailfrom=info@{domain};\n"
    "       dmarc={dmarc} header.from={domain}\n",
    "Delivered-To: crm@firma.cz\n"
    "Received: by 2002:a05:6000:1a8b:b0:37d:4a2c:9d1e with SMTP id f11csp1234567wry;\n"
    f"        {DAY} 01:00:03 -0800 (PST)\n"
    "Return-Path: <{user}>\n"
    "Received: from mail-sor-f41.google.com (mail-sor-f41.google.com. [209.85.220.41])\n"
    "        by mx.google.com with SMTPS id 4fb4d7f45d1cf-5cec0sor1 for <crm@firma.cz>\n"
    f"        (Google Transport Security); {DAY} 01:00:02 -0800 (PST)\n"
    "Authentication-Results: mx.google.com;\n"
    "       dkim=pass header.i=@{domain} header.s=google header.b=Zx1;\n"
    "       spf=pass (google.com: domain of {user}) smtp.mailfrom={user};\n"
    "       dmarc=pass (p=QUARANTINE sp=QUARANTINE dis=NONE) header.from={domain}\n",
    "mail-wr1-f97.google.com",
    {"trusted_host": ("box.hoster.example",), "authserv_id": ("box.hoster.example",)},
)

SEZNAM = System(
    {"mail_system": ("seznam",)},
    "Received: from mail.{domain} (mail.{domain} [203.0.113.9])\n"
    f" by email-smtpd5.ko.seznam.cz (Seznam SMTPD 1.3.140) with ESMTP; {DAY} 10:00:02 +0100 (CET)\n"
    "Authentication-Results: email.seznam.cz; spf={spf} smtp.mailfrom={domain};\n"
    " dkim={dkim} header.d={domain}; dmarc={dmarc} header.from={domain}\n",
    "Received: from email.seznam.cz\n"
    " by email-smtpc12b.ng.seznam.cz (email-smtpc12b.ng.seznam.cz [10.23.18.14])\n"
    f" id 5c1e2a; {DAY} 10:00:02 +0100 (CET)\n"
    "Received: from [192.168.1.14] (unknown [192.0.2.44])\n"
    f" by email-relay20.ng.seznam.cz (Seznam SMTPD 1.3.140) with ESMTP; {DAY} 10:00:01 +0100\n",
    "mxd2.seznam.cz",
    {"trusted_host": ("box.hoster.example",), "authserv_id": ("box.hoster.example",)},
)

POSTFIX = System(
    {"authserv_id": ("mx.firma.cz",), "border_host": ("mx.firma.cz",)},
    "Return-Path: <info@{domain}>\n"
    "X-Original-To: crm@firma.cz\nDelivered-To: crm@firma.cz\n"
    "Received: from mail.{domain} (mail.{domain} [203.0.113.9])\n"
    "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\n"
    f"\tby mx.firma.cz (Postfix) with ESMTPS id 4F2B1; {DAY} 10:00:02 +0100 (CET)\n"
    "Authentication-Results: mx.firma.cz; dmarc={dmarc} header.from={domain}\n"
    "Authentication-Results: mx.firma.cz; spf={spf} smtp.mailfrom={domain}\n"
    "DKIM-Filter: OpenDKIM Filter v2.11.0 mx.firma.cz 4F2B1\n"
    "Authentication-Results: mx.firma.cz;\n"
    '\tdkim={dkim} (2048-bit key) header.d={domain} header.i=@{domain} header.b="kD8yPq0x"\n',
    "Return-Path: <{user}>\nDelivered-To: crm@firma.cz\n"
    "Received: from [192.168.1.14] (unknown [192.0.2.44])\n"
    "\t(using TLSv1.3) (Authenticated sender: {user})\n"
    f"\tby mx.firma.cz (Postfix) with ESMTPSA id 5A0C2; {DAY} 10:00:02 +0100 (CET)\n"
    "Authentication-Results: mx.firma.cz; auth=pass smtp.auth={user} smtp.mailfrom={user}\n",
    "mx.firma.cz",
    {"trusted_host": ("box.hoster.example",)},
)

RSPAMD = System(
    {"authserv_id": ("mx.firma.cz",), "border_host": ("mx.firma.cz",)},
    "Delivered-To: crm@firma.cz\n"
    f"Received: from mx.firma.cz by mx.firma.cz with LMTP id AbC; {DAY} 10:00:03 +0100\n"
    "X-Spamd-Result: default: False [-1.20 / 15.00]; DMARC_POLICY_ALLOW(-0.50)[{domain},reject]\n"
    "X-Rspamd-Server: mx\n"
    "Authentication-Results: mx.firma.cz;\n"
    "\tdkim={dkim} header.d={domain} header.s=s1 header.b=kD8yPq0x;\n"
    "\tdmarc={dmarc} header.from={domain};\n"
    '\tspf={spf} (mx.firma.cz: domain of "info@{domain}") smtp.mailfrom=info@{domain}\n'
    "Received: from mail.{domain} (mail.{domain} [203.0.113.9])\n"
    f"\tby mx.firma.cz (Postfix) with ESMTPS id 4F2B1; {DAY} 10:00:02 +0100 (CET)\n",
    f"Received: from mx.firma.cz by mx.firma.cz with LMTP id AbC; {DAY} 10:00:03 +0100\n"
    "Authentication-Results: mx.firma.cz; auth=pass smtp.auth={user} smtp.mailfrom={user}\n"
    "Received: from [192.168.1.14] (unknown [192.0.2.44])\n"
    f"\tby mx.firma.cz (Postfix) with ESMTPSA id 5A0C2; {DAY} 10:00:02 +0100 (CET)\n",
    "mx.firma.cz",
    {"trusted_host": ("box.hoster.example",)},
)

POP3 = System(
    {"mail_system": ("none",)},
    "Return-Path: <info@{domain}>\nDelivered-To: crm@firma.cz\n"
    "Received: from mx1.hosting.example ([198.51.100.20]) by store4.hosting.example with LMTP;\n"
    f" {DAY} 10:00:03 +0100\n"
    "X-Spam-Status: No, score=-0.1 required=5.0 tests=SPF_PASS,DKIM_VALID\n"
    "Received: from mail.{domain} (mail.{domain} [203.0.113.9])\n"
    f" by mx1.hosting.example (Postfix) with ESMTPS id 4F2; {DAY} 10:00:02 +0100\n",
    "Return-Path: <{user}>\nDelivered-To: crm@firma.cz\n"
    "Received: from [192.168.1.14] (192-0-2-44.isp.example [192.0.2.44])\n"
    f" by smtp.hosting.example (Postfix) with ESMTPSA id 5A0; {DAY} 10:00:02 +0100\n",
    "smtp.hosting.example",
)

SYSTEMS = {
    "Exchange Online": EXCHANGE,
    "Google Workspace": GOOGLE,
    "Seznam": SEZNAM,
    "Postfix with OpenDMARC": POSTFIX,
    "rspamd": RSPAMD,
    "POP3": POP3,
}
