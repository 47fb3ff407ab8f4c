"""Which difference comes next: the files of a layout follow each other, and a full one says which it includes."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Max

from madoguchi.blocks.people.models import FeedDelivery

State, Extent = FeedDelivery.State, FeedDelivery.Extent


@dataclass(frozen=True, slots=True)
class NextDifference:
    """
    The number that the next difference has.

    :param least: the number; ``exactly`` says whether a greater one would leave one out. After a full file that does
        not say which differences it includes, the first difference sets the start.
    :param last: the greatest number that was applied; 0 for none.
    """

    least: int
    exactly: bool
    last: int

    def fits(self, sequence: int | None) -> bool:
        """Whether a difference with this number comes next."""
        if sequence is None:
            return False
        return sequence == self.least if self.exactly else sequence >= self.least


def difference_next(layout: str, *, besides: int = 0) -> NextDifference | None:
    """
    Give what the next difference of a layout must be; None before its first full file.

    :param besides: the id of a delivery that is not looked at; 0 for none.
    """
    applied = FeedDelivery.objects.filter(layout=layout, state=State.APPLIED).exclude(pk=besides)
    newest = applied.order_by("-applied_at", "-pk").first()
    if newest is None:
        return None
    differences = applied.filter(extent=Extent.DIFFERENCE)
    last = int(differences.aggregate(last=Max("sequence"))["last"] or 0)
    if newest.sequence is None:
        return NextDifference(last + 1, exactly=False, last=last)
    return NextDifference(newest.sequence + 1, exactly=True, last=last)
