"""
Finding that two parties are one, saying so, and taking it back.

Nothing is moved or deleted: ``Party.merged_into`` names the party that now stands for all of them, and the open
rows of ``PartyMerge`` are the edges from which it follows.

Invariants (``tests/people/test_merging.py``, with hypothesis over random sequences):

1. ``merged_into`` of a party is the end of its chain of open merges; empty at the end itself.
2. Undoing a merge gives every party the place that it would have, had that merge never been.
3. Of two who merge the same two parties in opposite directions at once, one is refused.
4. Two links of one chain, taken back at once, leave what they would leave one after the other.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.actions.parties import PartyGone
from madoguchi.blocks.people.models import Party, PartyMerge, Protection, SamePerson, Source
from madoguchi.blocks.people.parties.facts import edit_write, spans_of
from madoguchi.blocks.people.parties.pairs import pairs_likely
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.db.two_times import believed
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.subjects import Subject
from madoguchi.kit.timelines import Span, span_put


class AlreadyMerged(Refused):
    """One of the two stands under another already."""

    message = _("どちらかの記録が、ほかの記録に統合されています。画面を開き直してください。")


class NotTheSameKind(Refused):
    """A person and an organisation, say."""

    message = _("個人と団体など、種類の違う記録は統合できません。")


class MergeUndone(Refused):
    """The merge was taken back before."""

    message = _("この統合は、もう戻されています。")


class AlreadyJudged(Refused):
    """Somebody has judged this pair before."""

    message = _("この二人については、もう判断が記録されています。")


class ReasonNeeded(Refused):
    """Why was left out."""

    message = _("理由を書いてください。あとで確かめるときに使います。")


_TWICE = dict.fromkeys(["party_merged_once", "party_not_under_itself", "merge_of_two"], AlreadyMerged)


@action("people.party_merge", raises=_TWICE)
def party_merge(*, actor: Viewer, kept_key: str, gone_key: str, reason: str, now: datetime) -> PartyMerge:
    """
    Let one party stand for another from now on.

    :raises NotAllowed: the actor does not merge persons.
    :raises PartyGone: one of the two does not exist.
    :raises AlreadyMerged: one of the two stands under another.
    :raises NotTheSameKind: they are of different kinds.
    """
    actor.must("people.person_merge")
    return _merge(actor, _party(kept_key), _party(gone_key), reason, now)


@action("people.party_unmerge")
def party_unmerge(*, actor: Viewer, merge_id: int, reason: str, now: datetime) -> None:
    """
    Take a merge back: what stood under the party that had gone goes with it.

    A protection (支援措置) that the counter began while the two were one holds for both: whose it was nobody can tell,
    and neither may come to light by this.

    :raises NotAllowed: the actor does not merge persons.
    :raises MergeUndone: it was taken back before.
    """
    actor.must("people.person_merge")
    if not reason.strip():
        raise ReasonNeeded
    # Whoever takes back another link of the same chain at this moment waits: both read the chain as it then is.
    list(PartyMerge.objects.select_for_update().filter(undone_at=None).order_by("pk").values_list("pk"))
    # The mark comes before all else: of two who press at once, one finds it set.
    done = PartyMerge.objects.filter(pk=merge_id, undone_at=None).update(
        undone_at=now, undone_by=actor.key, undone_reason=reason
    )
    if not done:
        raise MergeUndone
    merge = PartyMerge.objects.select_related("gone", "kept").get(pk=merge_id)
    own = _under(merge.gone_id)
    Party.objects.filter(pk=merge.gone_id).update(merged_into=None)
    Party.objects.filter(pk__in=own - {merge.gone_id}).update(merged_into=merge.gone_id)
    _protect_too(actor, merge, now)
    SamePerson.objects.filter(_pair(merge.kept_id, merge.gone_id)).update(
        verdict=SamePerson.Verdict.DIFFERENT, judged_at=now, judged_by=actor.key, note=reason
    )
    audit_write(actor, "people.party_unmerged", merge.gone.subject(), detail={"kept": merge.kept.key})


@action("people.pairs_find")
def pairs_find(*, actor: Viewer, now: datetime) -> int:
    """
    Look through all persons for pairs that may be one, and put new ones before somebody; how many are new.

    :raises NotAllowed: the actor does not merge persons.
    """
    actor.must("people.person_merge")
    pairs = pairs_likely()
    known = set(SamePerson.objects.values_list("one_id", "other_id"))
    fresh = [pair for pair in pairs if (pair.one, pair.other) not in known]
    SamePerson.objects.bulk_create(
        [
            SamePerson(
                one_id=pair.one,
                other_id=pair.other,
                score=pair.score,
                reasons=list(pair.reasons),
                found_at=now,
            )
            for pair in fresh
        ],
        batch_size=1_000,
    )
    audit_write(actor, "people.pairs_found", Subject("people.pairs", "all"), detail={"new": len(fresh)})
    return len(fresh)


@action("people.pair_judge", raises=_TWICE)
def pair_judge(
    *, actor: Viewer, pair_id: int, same: bool, kept_key: str = "", note: str, now: datetime
) -> None:
    """
    Say of a pair whether it is one person; if so, one of the two stands for both.

    :param kept_key: which of the two stands for both.
    :raises NotAllowed: the actor does not merge persons.
    :raises AlreadyJudged: it was judged before.
    """
    actor.must("people.person_merge")
    verdict = SamePerson.Verdict.SAME if same else SamePerson.Verdict.DIFFERENT
    if not note.strip():
        raise ReasonNeeded
    waiting = SamePerson.objects.filter(pk=pair_id, verdict=SamePerson.Verdict.WAITING)
    if not waiting.update(verdict=verdict, judged_at=now, judged_by=actor.key, note=note):
        raise AlreadyJudged
    pair = SamePerson.objects.select_related("one", "other").get(pk=pair_id)
    if same:
        kept, gone = (pair.one, pair.other) if kept_key == pair.one.key else (pair.other, pair.one)
        if kept_key not in (pair.one.key, pair.other.key):
            raise PartyGone
        _merge(actor, kept, gone, note, now)
    detail = {"other": pair.other.key, "verdict": verdict.value}
    audit_write(actor, "people.pair_judged", pair.one.subject(), detail=detail)


def _merge(actor: Viewer, kept: Party, gone: Party, reason: str, now: datetime) -> PartyMerge:
    if not reason.strip():
        raise ReasonNeeded
    if kept.kind != gone.kind:
        raise NotTheSameKind
    # Both rows are claimed by conditional updates in order of id: whoever merges the two the other way round at
    # the same time waits here, and then finds one of them no longer standing for itself.
    for party in sorted([kept, gone], key=lambda one: one.pk):
        place = kept.pk if party.pk == gone.pk else None
        if not Party.objects.filter(pk=party.pk, merged_into=None).update(merged_into=place):
            raise AlreadyMerged
    Party.objects.filter(merged_into=gone.pk).update(merged_into=kept.pk)
    merge = PartyMerge.objects.create(kept=kept, gone=gone, reason=reason, merged_at=now, merged_by=actor.key)
    audit_write(actor, "people.party_merged", gone.subject(), detail={"kept": kept.key})
    return merge


def _protect_too(actor: Viewer, merge: PartyMerge, now: datetime) -> None:
    begun = Protection.objects.filter(believed(), source=Source.COUNTER, entered_at__gte=merge.merged_at)
    lasting = begun.filter(Q(ends_on=None) | Q(ends_on__gt=actor.on), party__in=_over(merge.kept_id))
    for row in lasting.order_by("starts_on"):
        spans = spans_of(Protection, merge.gone, source=Source.COUNTER)
        edit = span_put(spans, Span(row.starts_on, row.ends_on, {}))
        edit_write(Protection, merge.gone, edit, source=Source.COUNTER, now=now)


def _over(party_id: int) -> list[int]:
    """Give a party and all under which it stands by open merges, one of which stood for it."""
    up = dict(PartyMerge.objects.filter(undone_at=None).values_list("gone_id", "kept_id"))
    found = [party_id]
    while found[-1] in up:
        found.append(up[found[-1]])
    return found


def _under(party_id: int) -> set[int]:
    """Give a party and all that stand under it by open merges."""
    edges = PartyMerge.objects.filter(undone_at=None)
    found, todo = {party_id}, [party_id]
    while todo:
        below = set(edges.filter(kept__in=todo).values_list("gone_id", flat=True)) - found
        found |= below
        todo = list(below)
    return found


def _pair(a: int, b: int) -> Q:
    return Q(one_id=min(a, b), other_id=max(a, b))


def _party(key: str) -> Party:
    party = Party.objects.filter(key=key).first()
    if party is None:
        raise PartyGone
    return party
