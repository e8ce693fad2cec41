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
    "taskToken": ("Task:", "Úkol:", "Úloha:"),
    "opportunityToken": ("Opo:", "Příležitost:"),
    "newTaskPhrase": ("New task:", "Nový úkol:", "Nová úloha:"),
    "optOutPhrase": (
        *("do not send", "I do not want", "neposílat", "nezasílat", "nechci"),
        *("neposielať", "nezasielať", "nechcem"),
    ),
    "optOutObject": (
        *("any", "more", "your", "these", "e-mails", "emails", "mails", "newsletters"),
        *("newsletter", "offers", "ads", "advertising", "další", "vaše", "e-maily", "emaily"),
        *("maily", "newslettery", "nabídky", "reklamu", "obchodní", "sdělení"),
        *("ďalšie", "ponuky", "obchodné", "oznámenia"),
    ),
    "bouncePhrase": (
        "Undeliverable Mail: The following mail failed to be delivered + To:",
        "Undelivered Mail: message could not + be delivered to one or more recipients",
    ),
    "problemPhrase": (
        *("Description Problem No.", "Commentary Problem No.", "Status Problem No."),
        *("New Issue No.", "Problem No.", "Popis problému č.", "Komentář problému č."),
        *("Stav problému č.", "Nový problém č.", "Problém č.", "Komentár problému č."),
    ),
    "problemStatusRow": ("Status", "Stav"),
    "problemSubjectRow": ("Subject", "Předmět", "Predmet"),
    "informPhrase": ("Info about", "Info o"),
    "detailsPhrase": ("Details",),
    "automaticPhrase": (
        "This is an automatically generated e-mail",
        "Toto je automaticky generovaný e-mail",
    ),
    "replyPrefix": ("Re:", "Odp:", "AW:"),
    "forwardPrefix": ("Fwd:", "FW:", "WG:", "Přeposláno:"),
    "subjectTag": (
        *("[EXTERNAL]", "[EXTERNAL EMAIL]", "[EXT]", "[EXTERN]", "[EXTERNÍ]", "[EXTERNÝ]"),
        *("[SPAM]", "[BULK]"),
    ),
}
"""The built-in phrases by configuration key."""

TOKEN_KEYS: Mapping[TokenKind, str] = {
    "contract": "contractToken",
    "order": "orderToken",
    "task": "taskToken",
    "opportunity": "opportunityToken",
}

_COUNTED = re.compile(r"(\w{1,20}) ?[\[(][0-9]{1,4}[\])] ?:")
"""A prefix with the number of its replies, as The Bat! and others write it: `Re[2]:`."""

_TAG = re.compile(r"\s*\[([^\[\]]{1,40})\]\s*")


@dataclass(frozen=True, slots=True)
class BouncePhrase:
    """A subject that tells of a bounce when the body has all the phrases, too (B-4).

    Written as `subject: phrase + phrase`.
    """

    subject: str
    body: tuple[str, ...]


def tight(folded: str) -> str:
    """Folded text without blanks around its colons, so that `Task : 5` equals `Task:5`."""
    return folded.replace(" :", ":").replace(": ", ":")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All phrases of one box, folded and tight.

    Attributes:
        new_task, inform, details, automatic: Phrases of R-9 and R-10.
        replies, forwards: Subject prefixes.
        tags: What gateways put in brackets before a subject, without the brackets.
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
    tags: frozenset[str]
    opt_out: tuple[str, ...]
    opt_out_objects: frozenset[str]
    bounces: tuple[BouncePhrase, ...]
    problems: tuple[str, ...]
    problem_status: tuple[str, ...]
    problem_subject: tuple[str, ...]
    tokens: tuple[tuple[TokenKind, tuple[str, ...]], ...]


def build_vocabulary(extensions: Mapping[str, tuple[str, ...]]) -> Vocabulary:
    """Return the built-in phrases with a box's extensions (behaviour V)."""
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
        tags=frozenset(tag.strip("[] ") for tag in phrases["subjectTag"]),
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
    """Return the longest of `prefixes` that tight `text` begins with as whole words, or None."""
    found = [p for p in prefixes if text.startswith(p) and _is_end(text, len(p))]
    return max(found, key=len) if found else None


def contains_words(text: str, phrase: str) -> bool:
    """Return whether tight `text` contains `phrase`, which begins and ends with whole words."""
    return any(
        _is_end(text, found.end()) and _is_end(text[::-1], len(text) - found.start())
        for found in re.finditer(re.escape(phrase), text)
    )


def without_tags(subject: str, tags: frozenset[str]) -> str:
    """Return a subject as written without the tags in brackets that gateways put at its start."""
    while (found := _TAG.match(subject)) and fold_line(found[1]) in tags:
        subject = subject[found.end() :]
    return subject


def comparable_subject(subject: str, tags: frozenset[str]) -> str:
    """Fold a subject and make it tight, without tags and its first prefix's counter."""
    folded = tight(fold_line(without_tags(subject, tags)))
    return _COUNTED.sub(r"\1:", folded, count=1) if _COUNTED.match(folded) else folded


def _is_end(text: str, end: int) -> bool:
    """Return whether a word ends at `end`, or none stands there."""
    return not (text[end - 1 : end].isalnum() and text[end : end + 1].isalnum())


def _bounce_phrase(phrase: str) -> BouncePhrase:
    subject, _, body = phrase.partition(":")
    parts = (part.strip() for part in body.split("+"))
    return BouncePhrase(subject.strip(), tuple(part for part in parts if part))


def _with_colon(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """Return what comes before a colon, whether or not the configuration writes it."""
    return tuple(phrase if phrase.endswith(":") else f"{phrase}:" for phrase in phrases)


def _fold(phrase: str) -> str:
    return tight(fold_line(phrase))
