"""The shape in which this floor says no to something that a person typed."""

from collections.abc import Mapping
from typing import ClassVar


class Refused(ValueError):
    """
    Something typed by a person cannot be taken.

    `code` is stable and chooses the translation, `params` fill it, `message` is the Japanese sentence.
    A subclass lists every code that it can carry in `texts`, so that a translation can be checked for gaps.
    """

    texts: ClassVar[Mapping[str, str]] = {}

    def __init__(self, code: str, /, **params: str | int) -> None:
        self.code = code
        self.params: dict[str, str | int] = params
        self.message = self.texts[code].format(**params)
        super().__init__(self.message)

    def __reduce__(self) -> tuple[object, ...]:
        # The default rebuilds from `args`, the finished sentence, and would look it up as a code.
        return _refused_again, (type(self), self.code, self.params)


def _refused_again(kind: type[Refused], code: str, params: dict[str, str | int]) -> Refused:
    return kind(code, **params)
