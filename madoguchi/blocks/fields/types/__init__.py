"""The vocabulary: field types, what they read and refuse, and the ports through which they ask for what others have."""

from madoguchi.blocks.fields.types.accounts import BankAccountField
from madoguchi.blocks.fields.types.choices import (
    BooleanField,
    ChoiceField,
    ChoicePart,
    MultiField,
    Option,
    Options,
    options_of,
)
from madoguchi.blocks.fields.types.days import DateField, TimeField
from madoguchi.blocks.fields.types.figures import FigurePart, NumberField, RateField, YenField
from madoguchi.blocks.fields.types.links import (
    FILE_PORT,
    PARTY_PORT,
    RECORD_PORT,
    FileField,
    LinkPart,
    PartyField,
    RecordField,
)
from madoguchi.blocks.fields.types.part import FieldKey, FieldPart
from madoguchi.blocks.fields.types.places import (
    ADDRESS_PORT,
    AddressField,
    PointField,
    ShapeField,
    written_address,
)
from madoguchi.blocks.fields.types.reading import (
    Ctx,
    Json,
    Links,
    Read,
    Reader,
    links_find,
    links_titles,
    ports,
)
from madoguchi.blocks.fields.types.refusing import Proposal, Repair, ValueRefused
from madoguchi.blocks.fields.types.tables import AnyField, ComputedField, Simple, TableField
from madoguchi.blocks.fields.types.texts import (
    EmailField,
    KanaField,
    NameField,
    PhoneField,
    TextField,
    UrlField,
)
from madoguchi.blocks.fields.widgets import FilesInput, FilesTyped

__all__ = [
    "ADDRESS_PORT",
    "FILE_PORT",
    "PARTY_PORT",
    "RECORD_PORT",
    "AddressField",
    "AnyField",
    "BankAccountField",
    "BooleanField",
    "ChoiceField",
    "ChoicePart",
    "ComputedField",
    "Ctx",
    "DateField",
    "EmailField",
    "FieldKey",
    "FieldPart",
    "FigurePart",
    "FileField",
    "FilesInput",
    "FilesTyped",
    "Json",
    "KanaField",
    "LinkPart",
    "Links",
    "MultiField",
    "NameField",
    "NumberField",
    "Option",
    "Options",
    "PartyField",
    "PhoneField",
    "PointField",
    "Proposal",
    "RateField",
    "Read",
    "Reader",
    "RecordField",
    "Repair",
    "ShapeField",
    "Simple",
    "TableField",
    "TextField",
    "TimeField",
    "UrlField",
    "ValueRefused",
    "YenField",
    "links_find",
    "links_titles",
    "options_of",
    "ports",
    "written_address",
]
