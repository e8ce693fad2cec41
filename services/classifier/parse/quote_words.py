"""Words of the lines that mail programs put before a quotation; folded, and Cyrillic in Latin.

Lists only help: what makes a quotation is its structure (`quote_headers`, `quote_blocks`). Where
each form was seen is listed in docs/real-mail.md.
"""

import re
from collections.abc import Mapping

WROTE = (
    # Czech, Slovak, Polish, Croatian, Slovene, Russian, Ukrainian, Bulgarian.
    r"napsala?|napisa(?:la?)?|napisao(?:/la)?|pisze|pisala?|pishet|pishe|napisav|pise"
    # Apple's Polish.
    r"|napisan[ae] przez"
    # English, German, Dutch, Danish, Swedish, Norwegian, Finnish, Hungarian.
    r"|wrote|writes|said|schrieb|schreibt|geschrieben|schreef|schrijft|skrev|skriver|kirjoitti|irta"
    # French, Spanish, Italian, Portuguese, Romanian.
    r"|ecrit|escribio|escribe|scritto|escreveu|scris"
    # Turkish, Lithuanian, Latvian, Estonian, Greek.
    r"|yazdi|rase|rakstija|kirjutas|egrapse"
)
"""Who wrote; right before the colon, or before name and address."""

CITES = re.compile(
    r"(?:cituji|citujem|quoting|zitat von|zitiere|citat(?:ion)?(?: (?:de|od|av))?|citando(?: a)?"
    r"|cytuj[ea]|idezet|citeren|tsitiruyu)\b"
)
"""How webmails begin it (Horde, IMP)."""

FIELDS: Mapping[str, str] = {
    "from": "from|od|von|de|da|van|fra|fran|felado|nadawca|ot|vid|odesilatel|odosielatel|absender"
    "|expediteur|mittente|remitente|afzender|posiljatelj|salje|posiljatelj|lahettaja|expeditor",
    "date": "date|sent|datum|odeslano|odoslane|gesendet|enviad[oa](?: em| el)?|envoye(?: le)?"
    "|inviato|data|fecha|verzonden|wyslano|skickat|sendt|elkuldve|idopont|otpravleno|nadislano"
    "|poslano|trimis(?: la)?|lahetetty|paivays",
    "to": "to|komu|an|para|a|aan|do|till|til|cimzett|prima|za|catre|pro|prijemce|destinatario"
    "|vastaanottaja",
    "subject": "subject|predmet|betreff|asunto|objet|oggetto|onderwerp|temat|amne|emne|targy|tema"
    "|subiect|zadeva|assunto|sujet|vec|aihe",
    "cc": "cc|kopie|kopia|kopija|kopiya|masolat|copie|copia|dw",
}
"""The fields of a header block, by what they mean."""

MESSAGES = re.compile(
    r"\b(?:message|mail|e-mail|email|zprav[ay]|sprava|wiadomosc|nachricht|uzenet|mensaje|messaggio"
    r"|mensagem|bericht|mesaj|mesajul|soobshchenie|povidomlennia|poruka|sporocilo|meddelelse"
    r"|meddelande|melding)\b"
)
"""What a line between dashes speaks of."""

ALONE = re.compile(
    r"(?:original message|forwarded message|begin forwarded message|puvodni zprava"
    r"|preposlana zprava|zacatek preposlane zpravy|puvodni e-mail|povodna sprava"
    r"|preposlana sprava|zaciatok preposlanej spravy|ursprungliche nachricht"
    r"|weitergeleitete nachricht|anfang der weitergeleiteten nachricht|wiadomosc oryginalna"
    r"|oryginalna wiadomosc|eredeti uzenet|message d'origine|mensaje original"
    r"|messaggio originale|oorspronkelijk bericht)[: ]*"
)
"""Known without dashes."""

SENT_FROM = re.compile(
    r"(?:sent (?:from|via|with|by)|get outlook|odeslano|odoslane|ziskat|wyslan[eo]|gesendet|envoye"
    r"|enviado|inviato|verzonden|skickat|sendt|poslano|otpravleno|nadislano|kuldve|holen sie sich"
    r"|laden sie|pobierz|telecharger|obtenir|obtener|descargar|ottieni|scarica|stahn(?:ete|out)"
    r"|stiahn(?:ite|ut)|letoltes)\b.{0,40}"
    r"\b(?:i?phone|iphonu|ipad|android|samsung|galaxy|huawei|xiaomi|blackberry|outlook|gmail|yahoo"
    r"|proton|mail|mobil|telefon|handy|smartphone)[a-z]{0,6}\b.{0,120}"
    r"|(?:az )?outlook .{0,12}\b(?:ios|android)\b.{0,140}"
)
"""What telephones and their programs write below a mail."""
