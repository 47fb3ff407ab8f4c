"""
Offices, posts, persons, residents and signed-in clients for tests, here and in the floors above.

Makers write rows directly, with keys of their own when none is given, and drop what this process remembers
of the organisation. All persons are invented.
"""

from madoguchi.blocks.people.testing import own as own_scenarios
from madoguchi.blocks.people.testing.consents import CONSENT, consents_ready
from madoguchi.blocks.people.testing.feeds import (
    feed_bring,
    feed_file,
    feed_run,
    layout_ready,
    record,
)
from madoguchi.blocks.people.testing.identity import (
    PASSPHRASE,
    counter_clerk,
    mail_asked,
    number_make,
    papers_ready,
)
from madoguchi.blocks.people.testing.mandates import (
    family_make,
    head_officer_make,
    mandate_clerk,
    mandate_make,
    resident_viewer,
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
from madoguchi.blocks.people.testing.residents import (
    duty_begin,
    organisation_with_officer,
    protection_make,
)
from madoguchi.blocks.people.testing.sample_city import GROUND
from madoguchi.blocks.people.testing.signatures import (
    AuthorityService,
    CardAuthority,
    signature_make,
)

__all__ = [
    "CONSENT",
    "DAY",
    "GROUND",
    "LONG_AGO",
    "NOW",
    "PASSPHRASE",
    "PASSWORD",
    "AuthorityService",
    "CardAuthority",
    "account_make",
    "consents_ready",
    "counter_clerk",
    "deputy_make",
    "duty_begin",
    "duty_viewer",
    "emergency_make",
    "family_make",
    "feed_bring",
    "feed_file",
    "feed_run",
    "finding_make",
    "head_officer_make",
    "holding_make",
    "household_make",
    "import_make",
    "layout_ready",
    "look_make",
    "mail_asked",
    "mandate_clerk",
    "mandate_make",
    "number_make",
    "office_make",
    "organisation_make",
    "organisation_with_officer",
    "own_scenarios",
    "papers_ready",
    "person_make",
    "post_make",
    "protection_make",
    "record",
    "resident_account_make",
    "resident_client",
    "resident_viewer",
    "review_make",
    "role_with",
    "sign_in",
    "signature_make",
    "staff_client",
    "staff_make",
    "staff_user",
    "viewer_with",
]
