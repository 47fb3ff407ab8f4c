"""
What became of a plan in its next edition: which items are new, ended, went on and how, and what they promise now.

Invariants (``tests/measures/test_diff.py``):

1. Every item of the old edition has ended or goes on, and every item of the new one is new or goes on; never both.
2. A link that the file does not give is never passed off as the city's own: it is marked as proposed.
3. A target that the source has lost is not a target that was given up.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from madoguchi.blocks.measures.diff_types import (
    Diff,
    Ended,
    Joined,
    Link,
    OfficeChange,
    Place,
    TargetChange,
    plain,
)
from madoguchi.blocks.measures.spec import (
    EditionSpec,
    IndicatorSpec,
    ItemSpec,
    LinkHow,
    OfficeSpec,
    PillarSpec,
)

_Placed = dict[str, tuple[tuple[PillarSpec, ...], ItemSpec]]
# An indicator with the number of the item that holds it.
_Held = tuple[str, IndicatorSpec]


def editions_diff(old: EditionSpec, new: EditionSpec) -> Diff:
    """
    Compare two editions, item by item.

    What the file of the new edition says (``continues``, ``ended``) counts when it replaces the old one. Otherwise, and
    for items that it marks as continued without saying which, items are matched by number and title, then by title.
    """
    before, after = _placed(old), _placed(new)
    places = {no: _place(above, item) for no, (above, item) in before.items()}
    spots = {no: _place(above, item) for no, (above, item) in after.items()}
    declared = new.replaces == old.key and (
        bool(new.ended) or any(item.continues for _above, item in after.values())
    )
    links = _declared(places, spots, after) if declared else []
    links += _proposed(places, spots, after, links, every=not declared)
    links = _judged(_in_order(links, spots), _pillars_paired(old, new, links))
    gone, come = {link.old.no for link in links}, {link.new.no for link in links}
    reasons = {one.no: one.reason for one in new.ended} if declared else {}
    return Diff(
        old=old, new=new, declared=declared,
        added=tuple(place for no, place in spots.items() if no not in come),
        ended=tuple(Ended(place, reasons.get(no, "")) for no, place in places.items() if no not in gone),
        continued=tuple(links),
        merged=tuple(_joined(links, by_new=True)),
        split=tuple(_joined(links, by_new=False)),
        reappears_as_new=tuple(_reappearing(links, places, spots, after)),
        targets_changed=tuple(_targets(old, new, before, after, links)),
        offices_changed=tuple(_offices(before, after, links)),
    )  # fmt: skip


# Which item goes on in which


def _placed(spec: EditionSpec) -> _Placed:
    return {item.no: (above, item) for above, item in spec.items_all()}


def _place(above: tuple[PillarSpec, ...], item: ItemSpec) -> Place:
    return Place(item.no, item.title, above[-1].no, above[-1].title)


def _declared(places: Mapping[str, Place], spots: Mapping[str, Place], after: _Placed) -> list[Link]:
    return [
        Link(places[link.no], spots[no], link.how, link.reason, proposed=False, marked_new=item.mark == "new")
        for no, (_above, item) in after.items()
        for link in item.continues
        if link.no in places
    ]


def _proposed(
    places: Mapping[str, Place],
    spots: Mapping[str, Place],
    after: _Placed,
    links: Iterable[Link],
    *,
    every: bool,
) -> list[Link]:
    """Match what no link names: by number and title, then by a title that stands once on either side."""
    known = [*links]
    gone, come = {link.old.no for link in known}, {link.new.no for link in known}
    free = [
        spot
        for no, spot in spots.items()
        if no not in come and (every or (after[no][1].mark == "continued" and not after[no][1].continues))
    ]
    left = [place for no, place in places.items() if no not in gone]
    same = {(place.no, plain(place.title)): place for place in left}
    found = [
        (same[spot.no, plain(spot.title)], spot) for spot in free if (spot.no, plain(spot.title)) in same
    ]
    left = [place for place in left if place not in {one for one, _spot in found}]
    free = [spot for spot in free if spot not in {one for _place, one in found}]
    old_titles, new_titles = _once(left), _once(free)
    found += [(old_titles[title], spot) for title, spot in new_titles.items() if title in old_titles]
    return [
        Link(place, spot, "same", "", proposed=True, marked_new=after[spot.no][1].mark == "new")
        for place, spot in found
    ]


def _once(places: Iterable[Place]) -> dict[str, Place]:
    every = [*places]
    counts = Counter(plain(place.title) for place in every)
    return {plain(place.title): place for place in every if counts[plain(place.title)] == 1}


def _in_order(links: Iterable[Link], spots: Mapping[str, Place]) -> list[Link]:
    order = {no: index for index, no in enumerate(spots)}
    return sorted(links, key=lambda link: order[link.new.no])


def _pillars_paired(old: EditionSpec, new: EditionSpec, links: Iterable[Link]) -> dict[str, str]:
    """
    Say which pillar of the new edition goes on with one of the old: by title, else where most of its items went.

    A plan may number and name its pillars anew; that alone moves no item.
    """
    titles = {plain(pillar.title): pillar.no for _above, pillar in new.pillars_all()}
    paired = {
        pillar.no: titles[plain(pillar.title)]
        for _above, pillar in old.pillars_all()
        if plain(pillar.title) in titles
    }
    taken = {*paired.values()}
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for link in links:
        if link.old.pillar_no not in paired and link.new.pillar_no not in taken:
            votes[link.old.pillar_no][link.new.pillar_no] += 1
    for no, counts in votes.items():
        # Of as many, the one that bears the same number.
        paired[no] = max(counts, key=lambda to: (counts[to], to == no))
    return paired


def _judged(links: list[Link], pillars: Mapping[str, str]) -> list[Link]:
    """Say how each item goes on: as the file says, or for proposed links as the two items show."""
    per_old = Counter(link.old.no for link in links)
    per_new = Counter(link.new.no for link in links)
    judged = []
    for link in links:
        elsewhere = pillars.get(link.old.pillar_no, link.old.pillar_no) != link.new.pillar_no
        moved = link.how == "moved" or elsewhere
        how: LinkHow = link.how
        if link.proposed:
            how = _how(link, merged=per_new[link.new.no] > 1, split=per_old[link.old.no] > 1, moved=moved)
        judged.append(replace(link, moved=moved, how=how))
    return judged


def _how(link: Link, *, merged: bool, split: bool, moved: bool) -> LinkHow:
    words: tuple[tuple[bool, LinkHow], ...] = (
        (merged, "merged"), (split, "split"), (moved, "moved"), (link.renamed, "renamed"),
        (link.renumbered, "renumbered"),
    )  # fmt: skip
    return next((how for holds, how in words if holds), "same")


def _joined(links: Iterable[Link], *, by_new: bool) -> Iterator[Joined]:
    groups: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        groups[link.new.no if by_new else link.old.no].append(link)
    word = "merged" if by_new else "split"
    for group in groups.values():
        if len(group) > 1 or group[0].how == word:
            first = group[0]
            yield Joined(
                first.new if by_new else first.old,
                tuple(link.old if by_new else link.new for link in group),
                tuple(dict.fromkeys(link.reason for link in group if link.reason)),
            )


def _reappearing(
    links: Iterable[Link], places: Mapping[str, Place], spots: Mapping[str, Place], after: _Placed
) -> Iterator[Link]:
    """Give the items that are marked 【新規】 though one of the old edition goes on in them, or bears the same title."""
    known = [*links]
    yield from (link for link in known if link.marked_new)
    gone, come = {link.old.no for link in known}, {link.new.no for link in known}
    titles = _once(place for no, place in places.items() if no not in gone)
    for no, spot in spots.items():
        place = titles.get(plain(spot.title))
        if no not in come and after[no][1].mark == "new" and place is not None:
            yield Link(place, spot, "same", "", proposed=True, marked_new=True)


# What the items promise, and who is in charge


def _targets(
    old: EditionSpec, new: EditionSpec, before: _Placed, after: _Placed, links: Iterable[Link]
) -> Iterator[TargetChange]:
    """Compare the targets of items that go on; those that merged or split are compared together."""
    lost = (_lost(old), _lost(new))
    for group in _groups(links):
        was = [
            (no, one)
            for no in dict.fromkeys(link.old.no for link in group)
            for _part, one in before[no][1].indicators_all()
        ]
        now = [
            (no, one)
            for no in dict.fromkeys(link.new.no for link in group)
            for _part, one in after[no][1].indicators_all()
        ]
        for one, other in _paired(was, now):
            change = _target_change(
                _link_of(group, one, other), one[1] if one else None, other[1] if other else None, lost
            )
            if change is not None:
                yield change


def _groups(links: Iterable[Link]) -> list[list[Link]]:
    """Put links that share an item into one group."""
    groups: list[list[Link]] = []
    for link in links:
        near = [
            group
            for group in groups
            if any(link.old.no == other.old.no or link.new.no == other.new.no for other in group)
        ]
        if near:
            near[0].append(link)
            for other in near[1:]:
                near[0].extend(other)
                groups.remove(other)
        else:
            groups.append([link])
    return groups


def _link_of(group: list[Link], one: _Held | None, other: _Held | None) -> Link:
    """Give the link under which a pair of indicators is told."""
    return next(
        link
        for link in group
        if ((one is None or link.old.no == one[0]) and (other is None or link.new.no == other[0]))
        or (one is not None and other is not None and link.new.no == other[0])
    )


def _paired(was: list[_Held], now: list[_Held]) -> Iterator[tuple[_Held | None, _Held | None]]:
    """Pair indicators by their identity, else by name; what is left over has no partner."""
    left = [*now]
    for held in was:
        one = held[1]
        found = next((other for other in left if one.key and other[1].key == one.key), None)
        if found is None:
            found = next((other for other in left if _fits(one, other[1])), None)
        if found is not None:
            left.remove(found)
        yield held, found
    for other in left:
        yield None, other


def _fits(one: IndicatorSpec, other: IndicatorSpec) -> bool:
    # Two identities that differ are two indicators, whatever their names.
    return plain(one.name) == plain(other.name) and not (one.key and other.key)


def _target_change(
    link: Link, one: IndicatorSpec | None, other: IndicatorSpec | None, lost: tuple[set[str], set[str]]
) -> TargetChange | None:
    was, now = one.targets if one else {}, other.targets if other else {}
    years = tuple(
        (year, was.get(year), now.get(year))
        for year in sorted({*was, *now})
        if was.get(year) != now.get(year)
    )
    named = other or one
    if named is None or (not years and one is not None and other is not None):
        return None
    side = "old" if link.old.no in lost[0] else "new" if link.new.no in lost[1] else ""
    return TargetChange(
        link=link, name=named.name, before=one.name if one and one.name != named.name else "",
        unit=f"{named.unit}/{named.per}" if named.per else named.unit,
        kind="added" if one is None else "dropped" if other is None else "changed", years=years, lost=side,
    )  # fmt: skip


def _lost(spec: EditionSpec) -> set[str]:
    """Name the items whose goal or figures the source has lost."""
    found = set()
    for note in spec.source_notes:
        head, _, rest = note.path.partition(".")
        no, _, field = rest.partition(".")
        if head == "items" and note.state == "lost" and field.split(".")[0] in ("goal", "indicators"):
            found.add(no)
    return found


def _offices(before: _Placed, after: _Placed, links: Iterable[Link]) -> Iterator[OfficeChange]:
    for link in links:
        was, now = _names(before[link.old.no][1].offices), _names(after[link.new.no][1].offices)
        if sorted(was) != sorted(now):
            yield OfficeChange(link, was, now)


def _names(offices: Iterable[OfficeSpec]) -> tuple[str, ...]:
    return tuple(f"{office.name}（{office.unit}）" if office.unit else office.name for office in offices)
