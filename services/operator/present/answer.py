"""What became of a mail, in one sentence: what it made, for whom, and why (O-8)."""

from collections.abc import Iterator, Sequence

from services.answers.made import Made
from shared.contracts.chapters import chapter_of
from shared.contracts.content import TraceLine
from shared.language.language import Language

_TELL_NOTHING = {"reply_or_forward", "direction", "sender_proof", "nothing_made"}
"""Rules that hit and decide nothing about what is made."""

_NOT_OF_THE_MANUAL = {"conversation", "ticket", "undecided", "xml_mail"}

_MAKE_ACTIVITIES = {"incoming", "outgoing"}
_OF_ADDRESSES = ("mark_forbidden", "count_soft_bounce", "held_mark", "refused_mark")


def answer_as_text(made: Sequence[Made], trace: Sequence[TraceLine], language: Language) -> str:
    """Say what was made, and by which reasons."""
    things = "; ".join(made_as_text(one, language) for one in made)
    reasons = "; ".join(dict.fromkeys(language.reason(line) for line in deciding(trace)))
    done = things or language.say("made nothing")
    return (
        language.say("{done}, because: {reasons}", done=done, reasons=reasons) if reasons else done
    )


def where_to_read(trace: Sequence[TraceLine], language: Language) -> str:
    """Name the manual's chapters and the page where the rules that decided are explained."""
    ids = dict.fromkeys(line.id for line in deciding(trace))
    known = dict.fromkeys(map(chapter_of, ids))
    chapters = ", ".join(chapter for chapter in known if chapter != "-")
    page = language.say("docs/rules.md: {rules}", rules=", ".join(ids)) if ids else ""
    if not chapters:
        return page
    return language.say("manual, chapter {chapters}; {page}", chapters=chapters, page=page)


def deciding(trace: Sequence[TraceLine]) -> list[TraceLine]:
    """Choose the lines by which a mail was decided."""
    rules = [line for line in trace if _is_of_rule(line) and line.rule not in _TELL_NOTHING]
    hits = [line for line in rules if line.hit]
    missed = [line for line in rules if line.rule in _MAKE_ACTIVITIES and not line.hit]
    return hits or missed


def _is_of_rule(line: TraceLine) -> bool:
    return line.id.startswith("R-") or line.rule in _NOT_OF_THE_MANUAL


def made_as_text(made: Made, language: Language) -> str:
    """Say one thing that a mail made."""
    text = "".join(_parts(made, language))
    return language.say("{done} (undone)", done=text) if made.undone else text


def _parts(  # noqa: C901 - a case for each kind
    made: Made, language: Language
) -> Iterator[str]:
    number, name = made.number or "", made.for_whom or "?"
    if made.kind in _OF_ADDRESSES:
        yield _of_address(made, language)
        return
    match made.kind:
        case "create_activity":
            yield language.say("made activity {number} for {name}", number=number, name=name)
        case "assign_activity":
            yield language.say("assigned activity {number}, of its thread", number=number)
        case "create_contact":
            yield language.say("made contact {number}", number=number)
        case "put_contact":
            yield language.say("made or changed contact {number}", number=number)
        case "put_relationship":
            yield language.say("made or changed company {number}", number=number)
        case "create_task" | "put_task":
            yield language.say("made task {number}", number=number)
        case "update_task":
            yield language.say("updated task {number}", number=number)
        case "comment_task":
            yield language.say("made comment {number}", number=number)
        case "apply_event" | "upsert_invitation":
            yield language.say("recorded invitation {number} for {name}", number=number, name=name)
        case "send_mail":
            yield language.say("asked for a mail to {address}", address=made.address or "")
        case _:
            yield f"{made.kind} {number}"


def _of_address(made: Made, language: Language) -> str:
    address = made.address or ""
    match made.kind:
        case "mark_forbidden" if made.mark == "do_not_send":
            return language.say("marked {address}: no more mail", address=address)
        case "count_soft_bounce" if made.mark is None:
            return language.say("counted a soft bounce of {address}", address=address)
        case "mark_forbidden" | "count_soft_bounce":
            return language.say("marked {address}: does not work", address=address)
        case "held_mark":
            return language.say("holds a mark of {address} for a person", address=address)
        case _:
            return language.say(
                "asked to mark {address}, which a person has refused", address=address
            )
