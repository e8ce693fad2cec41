"""Who sees an activity (behaviour T-5; manual, chapter 11)."""

from services.classifier.assignment import ScopeWish
from services.classifier.chain import Note
from services.classifier.facts import Facts, User
from shared.contracts.references import RoleRef


def scope_for(wish: ScopeWish, user: User, facts: Facts) -> tuple[tuple[RoleRef, ...], Note]:
    """The roles that see the activity of `user`, and why.

    A depth means all roles of that depth and all superior ones; without a wish the depth is that
    of the user's role, the most superior of several.
    """
    if wish == "none":
        return (), Note("T-5", "scope", True, "p-: no scope")
    if wish != "default":
        return _roles_down_to(wish, facts), Note("T-5", "scope", True, f"p{wish}: depth {wish}")
    if not user.role_depths:
        return (), Note("T-5", "scope", False, f"{user.ref.email} has no role: no scope")
    depth = min(user.role_depths)
    reason = f"the role of {user.ref.email} has depth {depth}"
    return _roles_down_to(depth, facts), Note("T-5", "scope", True, reason)


def _roles_down_to(depth: int, facts: Facts) -> tuple[RoleRef, ...]:
    return tuple(role.ref for role in facts.roles if role.depth <= depth)
