"""Everybody the house knows: the city hall's offices and posts, the people of the city, and who may see what."""

from madoguchi.blocks.people.models.accounts import User
from madoguchi.blocks.people.models.feeds import FeedDelivery
from madoguchi.blocks.people.models.identity import (
    Assurance,
    DocumentSignature,
    Means,
    ResidentAccount,
    ResidentSession,
    SignInAttempt,
)
from madoguchi.blocks.people.models.imports import OrganisationImport
from madoguchi.blocks.people.models.mandates import Consent, Mandate
from madoguchi.blocks.people.models.organisation import (
    Deputy,
    Holding,
    Office,
    OfficeName,
    OfficePlace,
    OfficeSuccession,
    Post,
    RoleGrant,
    StaffMember,
)
from madoguchi.blocks.people.models.oversight import (
    AccessReview,
    AccessReviewItem,
    EmergencyAccess,
    ReadingFinding,
    ReadingReport,
)
from madoguchi.blocks.people.models.parties import (
    Birth,
    Membership,
    Party,
    PartyAddress,
    PartyMerge,
    PartyName,
    PartyNumber,
    Protection,
    Residence,
    SamePerson,
    Source,
)

__all__ = [
    "AccessReview",
    "AccessReviewItem",
    "Assurance",
    "Birth",
    "Consent",
    "Deputy",
    "DocumentSignature",
    "EmergencyAccess",
    "FeedDelivery",
    "Holding",
    "Mandate",
    "Means",
    "Membership",
    "Office",
    "OfficeName",
    "OfficePlace",
    "OfficeSuccession",
    "OrganisationImport",
    "Party",
    "PartyAddress",
    "PartyMerge",
    "PartyName",
    "PartyNumber",
    "Post",
    "Protection",
    "ReadingFinding",
    "ReadingReport",
    "Residence",
    "ResidentAccount",
    "ResidentSession",
    "RoleGrant",
    "SamePerson",
    "SignInAttempt",
    "Source",
    "StaffMember",
    "User",
]
