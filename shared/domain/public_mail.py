"""Whether two addresses are of one organisation (V2-2, P-2). Pure.

At a public mail service the domain says nothing: nobody there speaks for the others.
"""

from shared.domain.addresses import domain_of
from shared.domain.organisations import organisational_domain

_NAMES = """
gmail.com googlemail.com
outlook.com hotmail.com live.com msn.com outlook.cz hotmail.cz outlook.sk
yahoo.com ymail.com rocketmail.com aol.com
icloud.com me.com mac.com proton.me protonmail.com pm.me tutanota.com tuta.io
zoho.com fastmail.com hey.com mail.com hushmail.com
seznam.cz email.cz post.cz spoluzaci.cz firmy.cz centrum.cz atlas.cz volny.cz tiscali.cz
quick.cz iol.cz razdva.cz cmail.cz klikni.cz
azet.sk zoznam.sk centrum.sk post.sk pobox.sk atlas.sk inmail.sk
gmx.com gmx.net gmx.de gmx.at gmx.ch web.de t-online.de freenet.de arcor.de
wp.pl o2.pl onet.pl op.pl interia.pl gazeta.pl tlen.pl
freemail.hu citromail.hu libero.it virgilio.it orange.fr free.fr laposte.net wanadoo.fr sfr.fr
mail.ru bk.ru inbox.ru list.ru yandex.ru yandex.com rambler.ru ukr.net
qq.com 163.com 126.com sina.com naver.com
"""
_PUBLIC = frozenset(_NAMES.split())
"""Organisational domains at which anybody gets an address; not all there are."""


def is_public(domain: str) -> bool:
    """Return whether anybody gets an address of `domain`."""
    name = organisational_domain(domain)
    return name in _PUBLIC or name.startswith(("yahoo.", "hotmail.", "live."))


def of_one_domain(one: str, other: str) -> bool:
    """Return whether both addresses are of one domain that is an organisation's own, or the same.

    An empty domain is nobody's.
    """
    domain = domain_of(one)
    if domain == "" or domain != domain_of(other):
        return False
    return one == other or not is_public(domain)


def of_one_organisation(one: str, other: str) -> bool:
    """Return whether the domains of both addresses were registered as one, by an organisation."""
    domain = organisational_domain(domain_of(one))
    if domain == "" or domain != organisational_domain(domain_of(other)):
        return False
    return one == other or not is_public(domain)
