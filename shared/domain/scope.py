"""Who sees an activity (behaviour T-5; manual, chapter 11). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.contracts.references import RoleRef
from shared.contracts.said import Said, said
from shared.domain.assignment import ScopeWish
from shared.domain.directory import Role, User
from shared.domain.notes import Note


@dataclass(frozen=True, slots=True)
class ScopeChoice:
    """What a mail says of the scope.

    Attributes:
        wish: What it asks for.
        own: In a user's own words, so that it may widen the scope (S-4).
        may_hide: It may ask for no scope at all.
    """

    wish: ScopeWish = "default"
    own: bool = True
    may_hide: bool = True


def scope_for(
    choice: ScopeChoice, user: User, roles: Sequence[Role]
) -> tuple[tuple[RoleRef, ...], Note]:
    """Return the roles that see the activity of `user`, and why.

    A depth means all roles of that depth and all superior ones; without a wish the depth is that
    of the user's role, the most superior of several. What is not a user's own may only narrow it.

    Args:
        choice: What the mail asks for.
        user: Who is responsible for the activity.
        roles: All roles of the company.
    """
    default = _default(user, roles)
    if choice.wish == "default":
        return default
    asked, note = _asked(choice.wish, roles)
    if choice.own or (choice.may_hide if not asked else set(asked) <= set(default[0])):
        return asked, note
    return default[0], Note("S-4", "scope", False, _passed_over(note.reason, default[1].reason))


def _passed_over(asked: Said, instead: Said) -> Said:
    return said(
        "{asked}: passed over, not a user's own words; {instead}", asked=asked, instead=instead
    )


def _asked(wish: int | str, roles: Sequence[Role]) -> tuple[tuple[RoleRef, ...], Note]:
    if wish == "none":
        return (), Note("T-5", "scope", True, said("p-: no scope"))
    asked = said("p{depth}: depth {depth}", depth=wish)
    return _down_to(int(wish), roles), Note("T-5", "scope", True, asked)


def _default(user: User, roles: Sequence[Role]) -> tuple[tuple[RoleRef, ...], Note]:
    if not user.role_depths:
        no_role = said("{user} has no role: no scope", user=user.ref.email)
        return (), Note("T-5", "scope", False, no_role)
    depth = min(user.role_depths)
    reason = said("the role of {user} has depth {depth}", user=user.ref.email, depth=depth)
    return _down_to(depth, roles), Note("T-5", "scope", True, reason)


def _down_to(depth: int, roles: Sequence[Role]) -> tuple[RoleRef, ...]:
    return tuple(role.ref for role in roles if role.depth <= depth)
