"""
Offices, posts, persons, residents and signed-in clients for tests, here and in the floors above.

Makers write rows directly, with keys of their own when none is given, and drop what this process remembers
of the organisation. All persons are invented.
"""

from madoguchi.blocks.people.testing.feeds import (
    feed_bring,
    feed_file,
    feed_run,
    layout_ready,
    record,
)
from madoguchi.blocks.people.testing.organisation import (
    DAY,
    LONG_AGO,
    NOW,
    PASSWORD,
    account_make,
    deputy_make,
    holding_make,
    import_make,
    office_make,
    post_make,
    role_with,
    sign_in,
    staff_client,
    staff_make,
    staff_user,
    viewer_with,
)
from madoguchi.blocks.people.testing.oversight import (
    emergency_make,
    finding_make,
    look_make,
    review_make,
)
from madoguchi.blocks.people.testing.parties import (
    duty_viewer,
    household_make,
    organisation_make,
    person_make,
    resident_account_make,
    resident_client,
)

__all__ = [
    "DAY",
    "LONG_AGO",
    "NOW",
    "PASSWORD",
    "account_make",
    "deputy_make",
    "duty_viewer",
    "emergency_make",
    "feed_bring",
    "feed_file",
    "feed_run",
    "finding_make",
    "holding_make",
    "household_make",
    "import_make",
    "layout_ready",
    "look_make",
    "office_make",
    "organisation_make",
    "person_make",
    "post_make",
    "record",
    "resident_account_make",
    "resident_client",
    "review_make",
    "role_with",
    "sign_in",
    "staff_client",
    "staff_make",
    "staff_user",
    "viewer_with",
]
