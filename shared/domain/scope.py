"""Who sees an activity (behaviour T-5; manual, chapter 11). Pure."""

from collections.abc import Sequence

from shared.contracts.references import RoleRef
from shared.contracts.said import said
from shared.domain.assignment import ScopeWish
from shared.domain.directory import Role, User
from shared.domain.notes import Note


def scope_for(
    wish: ScopeWish, user: User, roles: Sequence[Role]
) -> tuple[tuple[RoleRef, ...], Note]:
    """The roles that see the activity of `user`, and why.

    A depth means all roles of that depth and all superior ones; without a wish the depth is that
    of the user's role, the most superior of several.

    Args:
        wish: What the mail asks for.
        user: Who is responsible for the activity.
        roles: All roles of the company.
    """
    if wish == "none":
        return (), Note("T-5", "scope", True, said("p-: no scope"))
    if wish != "default":
        asked = said("p{depth}: depth {depth}", depth=wish)
        return _down_to(wish, roles), Note("T-5", "scope", True, asked)
    if not user.role_depths:
        no_role = said("{user} has no role: no scope", user=user.ref.email)
        return (), Note("T-5", "scope", False, no_role)
    depth = min(user.role_depths)
    reason = said("the role of {user} has depth {depth}", user=user.ref.email, depth=depth)
    return _down_to(depth, roles), Note("T-5", "scope", True, reason)


def _down_to(depth: int, roles: Sequence[Role]) -> tuple[RoleRef, ...]:
    return tuple(role.ref for role in roles if role.depth <= depth)
