from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from madoguchi.kernel.expressions.compiling import Expression
from madoguchi.kernel.expressions.refusals import ComputedCycle


def computed_order(expressions: Mapping[str, Expression]) -> tuple[str, ...]:
    """
    Put computed fields in the order in which each finds what it needs already computed.

    :param expressions: the expression of each computed field, by the field's name.
    :raises ComputedCycle: some need each other; the loop is named.
    """
    needs = {
        name: sorted(expression.names & expressions.keys(), key=list(expressions).index)
        for name, expression in expressions.items()
    }
    try:
        return tuple(TopologicalSorter(needs).static_order())
    except CycleError as error:
        loop: list[str] = error.args[1]
        raise ComputedCycle(tuple(reversed(loop))) from None
