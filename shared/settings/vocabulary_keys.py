"""The keys that extend the vocabulary (behaviour V); each may be given repeatedly."""

from shared.settings.key import DeclaredKey, Key
from shared.settings.values import phrase


def _extends(name: str, description: str, source: str) -> DeclaredKey:
    note = "added to the vocabulary"
    key = Key(name, phrase, doc=description, source=f"V, {source}", default_note=note)
    return DeclaredKey(key, field="", default="", repeatable=True)


VOCABULARY_KEYS: tuple[DeclaredKey, ...] = (
    _extends("contractToken", "Word before a contract's number.", "ch. 10, T-2"),
    _extends("orderToken", "Word before an order's number.", "ch. 10, T-2"),
    _extends("taskToken", "Word before a task's number.", "ch. 10, T-2"),
    _extends("opportunityToken", "Word before an opportunity's number.", "ch. 10, T-6"),
    _extends("newTaskPhrase", "Start of a subject that orders a task.", "ch. 15.6"),
    _extends("optOutPhrase", "Subject that asks for no more mail.", "ch. 13, B-1"),
    _extends("optOutObject", "Word that may follow an opt-out phrase.", "B-1"),
    _extends(
        "bouncePhrase",
        "A bounce, as `subject: phrase + phrase`: all phrases stand in the body.",
        "ch. 13, B-4",
    ),
    _extends("problemPhrase", "Start of a problem mail's subject.", "ch. 15.2, R-6"),
    _extends("problemStatusRow", "Word of the row with the status.", "ch. 15.2, P-1"),
    _extends("problemSubjectRow", "Word of the row with the subject.", "ch. 15.2, P-1"),
    _extends("informPhrase", "Start of a subject that informs.", "ch. 15.5, R-9"),
    _extends("detailsPhrase", "Word in a subject that notifies.", "ch. 15.5, R-9"),
    _extends("automaticPhrase", "Sentence of generated mail.", "ch. 15.5, R-9"),
    _extends("replyPrefix", "Prefix of a reply's subject.", "ch. 15.7, R-11"),
    _extends("forwardPrefix", "Prefix of a forwarded subject.", "ch. 15.7, R-11"),
    _extends("subjectTag", "Tag in brackets that gateways put before a subject.", "R-4, R-10"),
)
