"""A typed shelf of named things that refuses two of one name."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class AlreadyRegistered(ValueError):
    """A thing of this name already stands in the registry."""

    def __init__(self, *, registry: str, key: str) -> None:
        self.registry = registry
        self.key = key
        super().__init__(f"{registry}: {key!r} is already registered")


class NotRegistered(LookupError):
    """No thing of this name stands in the registry; `suggestion` is the nearest name, if one is near."""

    def __init__(self, *, registry: str, key: str, suggestion: str | None) -> None:
        self.registry = registry
        self.key = key
        self.suggestion = suggestion
        hint = f"; did you mean {suggestion!r}?" if suggestion else ""
        super().__init__(f"{registry}: {key!r} is not registered{hint}")


class Registry(Generic[T]):
    """
    Things of one type by name, iterated in the order of their names.

    `name` stands in every error message: say what the things are ("field types").
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._items: dict[str, T] = {}

    def register(self, key: str, item: T) -> T:
        """
        Put a thing on the shelf and give it back.

        :raises AlreadyRegistered: the name is taken; the first thing stays.
        :raises ValueError: the name is empty or has blanks around it.
        """
        if not key or key != key.strip():
            raise ValueError(f"{self.name}: {key!r} is no name")
        if key in self._items:
            raise AlreadyRegistered(registry=self.name, key=key)
        self._items[key] = item
        return item

    def registered(self, key: str) -> "Callable[[U], U]":
        """
        Register the decorated function or class under a name: `@formats.registered("csv")`.

        :raises AlreadyRegistered: as for `register`.
        """

        def keep(item: U) -> U:
            # The decorator keeps the precise type of what it decorates, which the checker cannot tie to T.
            self.register(key, item)  # type: ignore[arg-type]
            return item

        return keep

    @contextmanager
    def momentarily(self, key: str, item: T, *, replace: bool = False) -> Iterator[T]:
        """
        Register for the length of a `with` block, for tests.

        With `replace` the thing of that name steps aside and comes back; it must exist.

        :raises AlreadyRegistered: the name is taken and `replace` was not asked for.
        :raises NotRegistered: `replace` was asked for and there is nothing to replace.
        """
        before = self._items.copy()
        if replace:
            self[key]
            del self._items[key]
        self.register(key, item)
        try:
            yield item
        finally:
            if replace:
                self._items[key] = before[key]
            else:
                self._items.pop(key, None)

    def __getitem__(self, key: str) -> T:
        """:raises NotRegistered: with the closest name that exists."""
        try:
            return self._items[key]
        except KeyError:
            near = get_close_matches(key, sorted(self._items), n=1)
            suggestion = near[0] if near else None
            raise NotRegistered(registry=self.name, key=key, suggestion=suggestion) from None

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def keys(self) -> list[str]:
        return sorted(self._items)

    def values(self) -> list[T]:
        return [self._items[key] for key in self.keys()]

    def items(self) -> list[tuple[str, T]]:
        return [(key, self._items[key]) for key in self.keys()]

    def __repr__(self) -> str:
        return f"<Registry {self.name}: {len(self)}>"
