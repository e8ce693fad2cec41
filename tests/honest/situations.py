"""All honest situations, in one table."""

from tests.honest.everywhere import EVERYWHERE
from tests.honest.machines import MACHINES
from tests.honest.people import PEOPLE
from tests.honest.reports import REPORTS

SITUATIONS = [*EVERYWHERE, *PEOPLE, *MACHINES, *REPORTS]
"""All of them, by the box and the mail that came to it."""
