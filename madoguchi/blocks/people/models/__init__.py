"""The staff side of people: the city hall's offices, posts and who holds them, all with dates."""

from madoguchi.blocks.people.models.accounts import User
from madoguchi.blocks.people.models.imports import OrganisationImport
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

__all__ = [
    "Deputy",
    "Holding",
    "Office",
    "OfficeName",
    "OfficePlace",
    "OfficeSuccession",
    "OrganisationImport",
    "Post",
    "RoleGrant",
    "StaffMember",
    "User",
]
