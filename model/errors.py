"""The one error that users see: what was written, where, what is allowed, and the nearest name."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class InputError(ValueError):
    """Something that a user gave cannot be used.

    ``message`` says what was written; ``where`` names the file and the key; ``allowed`` what would be right; ``nearest``
    the name that was probably meant. Its text is one or two lines.
    """

    def __init__(self, message: str, *, where: str = "", allowed: str = "", nearest: str = "") -> None:
        self.message, self.where, self.allowed, self.nearest = message, where, allowed, nearest
        first = f"{where}: {message}" if where else message
        second = "; ".join(
            part
            for part in (f"allowed: {allowed}" if allowed else "", f"did you mean {nearest!r}?" if nearest else "")
            if part
        )
        super().__init__(f"{first}\n  {second}" if second else first)


def nearest_name(name: str, names: Iterable[str]) -> str:
    """The name that is most like ``name``, or an empty text when none is."""
    folded = {candidate.casefold(): candidate for candidate in names}
    close = get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    return folded[close[0]] if close else ""
