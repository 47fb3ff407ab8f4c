import pickle
import string

import pytest

from madoguchi.kit.addresses.postal_codes import PostalCodeRefused
from madoguchi.kit.ages import AgeRefused
from madoguchi.kit.characters import WrittenTextRefused
from madoguchi.kit.check_characters import OfficialNumberRefused, ReceiptNumberRefused
from madoguchi.kit.fiscal import FiscalYearRefused
from madoguchi.kit.names import NameRefused
from madoguchi.kit.numbers import FigureRefused
from madoguchi.kit.partial_dates import PartialDateRefused
from madoguchi.kit.refusals import Refused
from madoguchi.kit.wareki import DateRefused

KINDS = [
    DateRefused,
    FiscalYearRefused,
    FigureRefused,
    ReceiptNumberRefused,
    OfficialNumberRefused,
    AgeRefused,
    WrittenTextRefused,
    NameRefused,
    PartialDateRefused,
    PostalCodeRefused,
]


def test_every_kind_of_refusal_is_listed_here():
    assert set(KINDS) == set(Refused.__subclasses__())


@pytest.mark.parametrize("kind", KINDS)
def test_every_code_makes_a_whole_japanese_sentence(kind):
    for code, text in kind.texts.items():
        names = [name for _, name, _, _ in string.Formatter().parse(text) if name]
        refusal = kind(code, **dict.fromkeys(names, "x"))
        assert refusal.message == str(refusal)
        assert "{" not in refusal.message
        assert not refusal.message.isascii()


def test_an_unknown_code_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        DateRefused("no_such_code")


def test_a_refusal_survives_the_way_between_processes():
    refusal = pickle.loads(pickle.dumps(DateRefused("no_such_month", month=13)))
    assert (type(refusal), refusal.code, refusal.params) == (DateRefused, "no_such_month", {"month": 13})
