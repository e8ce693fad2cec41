"""`Authentication-Results` fields (RFC 8601): what a server found about a sender. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(r'\\.|[()"]|[^\\()"]+', re.DOTALL)
_NOT_IN_A_NAME = re.compile(r"[^\w.@-]")
_PAIR = re.compile(r"([A-Za-z][\w.-]{0,60})(?:/[0-9]+)?\s*=\s*([^\s;]+)")
_NO_POLICY = re.compile(
    r"\bdmarc\s*=\s*fail\b[^;()]{0,300}\(\s*(?:p|policy)\s*=\s*none\b", re.IGNORECASE
)
"""OpenDMARC and Google (`p`) say it behind the result, rspamd (`policy`) behind the reasons."""
_POLICY = ("action", "policy.published-domain-policy", "header.policy")
_LINE_ENDS = ("\r", "\n", "=?")
_PROOFS = ("pass", "softpass")


@dataclass(frozen=True, slots=True)
class MethodResult:
    """One result, as `dmarc=fail header.from=acme.example`.

    Attributes:
        method: In lower case, as `dmarc`.
        outcome: In lower case, as `fail`.
        properties: Names and values, both in lower case.
    """

    method: str
    outcome: str
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Results:
    """One field.

    Attributes:
        authserv_id: Who wrote it, in lower case; empty in Exchange Online's.
        results: In their order.
        cut: The field is longer than what was kept of it: nobody knows what the rest says.
        no_policy: It says that the domain's published DMARC policy is `none`.
    """

    authserv_id: str
    results: Sequence[MethodResult]
    cut: bool = False
    no_policy: bool = False

    def of(self, method: str) -> MethodResult | None:
        """Return the first result of `method`, if any."""
        return next((one for one in self.results if one.method == method), None)


def read_results(raw: str, *, cut: bool) -> Results:
    """Read the raw value of a field; what is not as RFC 8601 has it is passed over.

    The name of the server counts only as it was written: a server that takes forged fields away
    compares bytes, so an encoded word or a bare line end around its name was the sender's (S-1).
    """
    head, *rest = without_comments(raw).split(";")
    authserv_id = ""
    if "=" in head.replace("=?", ""):
        rest = [head, *rest]
    elif not any(mark in raw for mark in _LINE_ENDS):
        authserv_id = (head.split() or [""])[0].strip('"').lower()
    else:
        authserv_id = "?"
    results = [found for each in rest if (found := _result(each))]
    if _ends_a_comment_in_quotes(raw):
        results = [one for one in results if one.outcome not in _PROOFS]
    no_policy = bool(_NO_POLICY.search(raw)) or any(_says_none(one) for one in results)
    return Results(authserv_id, results, cut, no_policy)


def _result(text: str) -> MethodResult | None:
    pairs = [(name.lower(), value.replace('"', "").lower()) for name, value in _PAIR.findall(text)]
    if not pairs:
        return None
    (method, outcome), *properties = pairs
    return MethodResult(method, outcome, dict(properties))


def _ends_a_comment_in_quotes(value: str) -> bool:
    """Whether nobody can tell where a comment ends: then the field proves nothing (S-1).

    Servers repeat the address of the envelope in comments as it is, some in quotes of their own,
    and its quoted left side may hold a bracket and results of the sender's:
    `"x); dkim=pass header.d=…"@evil.example`. What is quoted there has to be a plain word.
    """
    depth, quoted = 0, False
    pieces = iter(_TOKEN.findall(value))
    for piece in pieces:
        if quoted:
            quoted = piece != '"'
        elif piece == '"' and depth:
            word, end = next(pieces, ""), next(pieces, "")
            if word[:1] in ("", *'\\()"') or end != '"':
                return True
        elif piece in ('"', "("):
            quoted, depth = piece == '"', depth + (piece == "(")
        elif depth:
            depth -= piece == ")"
    return False


def _says_none(result: MethodResult) -> bool:
    """Whether a property says that the published policy asks for nothing, as Exchange's."""
    said = (result.properties.get(name) for name in _POLICY)
    return result.method == "dmarc" and "none" in said


def without_comments(value: str) -> str:
    """Take comments out (RFC 5322 section 3.2.2, they nest); quoted strings lose separators.

    A sender chooses what a quoted string holds, such as the left side of its address.
    """
    kept: list[str] = []
    depth, quoted = 0, False
    for piece in _TOKEN.findall(value):
        if quoted:
            quoted = piece != '"'
            kept.append(_NOT_IN_A_NAME.sub("_", piece) if quoted else piece)
        elif piece == "(":
            depth += 1
        elif depth:
            depth -= piece == ")"
        else:
            quoted = piece == '"'
            kept.append(piece)
    return "".join(kept)
