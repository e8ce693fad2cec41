"""What people have typed into the ERP, and what a mail has for it."""

from typing import Literal, NamedTuple


class Typed(NamedTuple):
    """A value of the ERP that must be found."""

    shows: str
    field: Literal["address", "number"]
    typed: str
    asked: str


OF = "erp-address-with-blank"
TYPED: list[Typed] = [
    Typed("a blank behind", "address", "jan.novak@firma.cz ", "jan.novak@firma.cz"),
    Typed("a no-break space before", "address", "\u00a0eva@firma.cz", "eva@firma.cz"),
    Typed("capitals, padded", "address", f"{'Karel@Firma.CZ':<60}", "karel@firma.cz"),
    Typed("pasted with its line end", "address", "\tota@firma.cz\r\n", "ota@firma.cz"),
    Typed("letters", "address", " jiri@hřiště.example", "jiri@xn--hit-2ra12aub.example"),
    Typed(
        "decomposed", "address", "x@hr\u030cis\u030cte\u030c.example ", "x@xn--hit-2ra12aub.example"
    ),
    Typed("a blank behind", "number", "123 ", "123"),
    Typed("a tab before", "number", "\t2026-15", "2026-15"),
    Typed("a no-break space behind", "number", "77\u00a0", "77"),
]
