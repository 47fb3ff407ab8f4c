"""What others may ask about offices, posts, holders, and about whose record is open."""

from madoguchi.blocks.people.queries.access import access_log
from madoguchi.blocks.people.queries.consents import (
    consent_now,
    consent_open,
    consent_proof,
    consents_answered,
    consents_open,
)
from madoguchi.blocks.people.queries.held import Coded, HeldAsk, HeldPart, held_declare
from madoguchi.blocks.people.queries.mandates import (
    claimable,
    delegates_may,
    mandate_of,
    mandates_given,
    mandates_held,
)
from madoguchi.blocks.people.queries.notices import notice_ways
from madoguchi.blocks.people.queries.organisation import (
    deputies_on,
    holders_on,
    office_find,
    office_names,
    office_on,
    offices_carrying,
    offices_on,
    posts_held,
    posts_on,
    posts_without_holder,
    staff_of_office,
    staff_of_offices,
    staff_viewer,
    staff_with_right,
    vacant_posts,
)

__all__ = [
    "Coded",
    "HeldAsk",
    "HeldPart",
    "access_log",
    "claimable",
    "consent_now",
    "consent_open",
    "consent_proof",
    "consents_answered",
    "consents_open",
    "delegates_may",
    "deputies_on",
    "held_declare",
    "holders_on",
    "mandate_of",
    "mandates_given",
    "mandates_held",
    "notice_ways",
    "office_find",
    "office_names",
    "office_on",
    "offices_carrying",
    "offices_on",
    "posts_held",
    "posts_on",
    "posts_without_holder",
    "staff_of_office",
    "staff_of_offices",
    "staff_viewer",
    "staff_with_right",
    "vacant_posts",
]
