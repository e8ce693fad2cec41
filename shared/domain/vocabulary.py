"""The vocabulary (behaviour V): every phrase a mail is searched for, in English and Czech.

Each list can be extended by configuration under its key and is never emptied. Phrases are kept
folded and with their colons tight, as the texts they are compared with.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shared.domain.folding import fold_line

TokenKind = Literal["contract", "order", "task", "opportunity"]

PHRASES: Mapping[str, tuple[str, ...]] = {
    "contractToken": ("Contract:", "Project:", "Zakázka:", "Zak:", "Projekt:"),
    "orderToken": ("Order:", "Objednávka:", "Obj:"),
    "taskToken": ("Task:", "Úkol:"),
    "opportunityToken": ("Opo:", "Příležitost:"),
    "newTaskPhrase": ("New task:", "Nový úkol:"),
    "optOutPhrase": ("do not send", "I do not want", "neposílat", "nezasílat", "nechci"),
    "optOutObject": (
        *("any", "more", "your", "these", "e-mails", "emails", "mails", "newsletters"),
        *("newsletter", "offers", "ads", "advertising", "další", "vaše", "e-maily", "emaily"),
        *("maily", "newslettery", "nabídky", "reklamu", "obchodní", "sdělení"),
    ),
    "bouncePhrase": (
        "Undeliverable Mail: The following mail failed to be delivered + To:",
        "Undelivered Mail: message could not + be delivered to one or more recipients",
    ),
    "problemPhrase": (
        *("Description Problem No.", "Commentary Problem No.", "Status Problem No."),
        *("New Issue No.", "Problem No.", "Popis problému č.", "Komentář problému č."),
        *("Stav problému č.", "Nový problém č.", "Problém č."),
    ),
    "problemStatusRow": ("Status", "Stav"),
    "problemSubjectRow": ("Subject", "Předmět"),
    "informPhrase": ("Info about", "Info o"),
    "detailsPhrase": ("Details",),
    "automaticPhrase": (
        "This is an automatically generated e-mail",
        "Toto je automaticky generovaný e-mail",
    ),
    "replyPrefix": ("Re:", "Odp:", "AW:"),
    "forwardPrefix": ("Fwd:", "FW:", "WG:", "Přeposláno:"),
}
"""The built-in phrases by configuration key."""

TOKEN_KEYS: Mapping[TokenKind, str] = {
    "contract": "contractToken",
    "order": "orderToken",
    "task": "taskToken",
    "opportunity": "opportunityToken",
}

_COLON = re.compile(" ?: ?")


@dataclass(frozen=True, slots=True)
class BouncePhrase:
    """A subject that tells of a bounce when the body has all the phrases, too (B-4).

    Written as `subject: phrase + phrase`.
    """

    subject: str
    body: tuple[str, ...]


def tight(folded: str) -> str:
    """Folded text without blanks around its colons, so that `Task : 5` equals `Task:5`."""
    return _COLON.sub(":", folded)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All phrases of one box, folded and tight.

    Attributes:
        new_task, inform, details, automatic: Phrases of R-9 and R-10.
        replies, forwards: Subject prefixes.
        opt_out, opt_out_objects: Phrases of R-4, and the words that may follow them.
        bounces: Phrases of R-2.
        problems, problem_status, problem_subject: Phrases of R-6, and the rows it looks for.
        tokens: Keywords of the assignment tokens, without their colon.
    """

    new_task: tuple[str, ...]
    inform: tuple[str, ...]
    details: tuple[str, ...]
    automatic: tuple[str, ...]
    replies: tuple[str, ...]
    forwards: tuple[str, ...]
    opt_out: tuple[str, ...]
    opt_out_objects: frozenset[str]
    bounces: tuple[BouncePhrase, ...]
    problems: tuple[str, ...]
    problem_status: tuple[str, ...]
    problem_subject: tuple[str, ...]
    tokens: tuple[tuple[TokenKind, tuple[str, ...]], ...]


def build_vocabulary(extensions: Mapping[str, tuple[str, ...]]) -> Vocabulary:
    """The built-in phrases with a box's extensions (behaviour V)."""
    phrases = {
        key: tuple(
            folded for phrase in (*built_in, *extensions.get(key, ())) if (folded := _fold(phrase))
        )
        for key, built_in in PHRASES.items()
    }
    return Vocabulary(
        new_task=_with_colon(phrases["newTaskPhrase"]),
        inform=phrases["informPhrase"],
        details=phrases["detailsPhrase"],
        automatic=phrases["automaticPhrase"],
        replies=_with_colon(phrases["replyPrefix"]),
        forwards=_with_colon(phrases["forwardPrefix"]),
        opt_out=phrases["optOutPhrase"],
        opt_out_objects=frozenset(" ".join(phrases["optOutObject"]).split()),
        bounces=tuple(map(_bounce_phrase, phrases["bouncePhrase"])),
        problems=phrases["problemPhrase"],
        problem_status=phrases["problemStatusRow"],
        problem_subject=phrases["problemSubjectRow"],
        tokens=tuple(
            (kind, tuple(phrase.rstrip(":") for phrase in phrases[key]))
            for kind, key in TOKEN_KEYS.items()
        ),
    )


def first_prefix(text: str, prefixes: tuple[str, ...]) -> str | None:
    """The longest of `prefixes` that tight `text` begins with, or None."""
    found = [prefix for prefix in prefixes if text.startswith(prefix)]
    return max(found, key=len) if found else None


def _bounce_phrase(phrase: str) -> BouncePhrase:
    subject, _, body = phrase.partition(":")
    parts = (part.strip() for part in body.split("+"))
    return BouncePhrase(subject.strip(), tuple(part for part in parts if part))


def _with_colon(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """What stands before a colon, whether or not the configuration writes it."""
    return tuple(phrase if phrase.endswith(":") else f"{phrase}:" for phrase in phrases)


def _fold(phrase: str) -> str:
    return tight(fold_line(phrase))
