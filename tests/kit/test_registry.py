import pytest

from madoguchi.kit.registry import AlreadyRegistered, NotRegistered, Registry


@pytest.fixture
def colours() -> Registry[int]:
    registry = Registry[int]("colours")
    registry.register("red", 1)
    registry.register("blue", 2)
    return registry


def test_things_come_back_in_the_order_of_their_names(colours):
    assert list(colours) == colours.keys() == ["blue", "red"]
    assert colours.values() == [2, 1]
    assert colours.items() == [("blue", 2), ("red", 1)]
    assert len(colours) == 2
    assert "red" in colours
    assert "green" not in colours
    assert repr(colours) == "<Registry colours: 2>"


def test_a_second_thing_of_one_name_is_refused_and_the_first_stays(colours):
    with pytest.raises(AlreadyRegistered, match="colours: 'red' is already registered"):
        colours.register("red", 3)
    assert colours["red"] == 1


@pytest.mark.parametrize("key", ["", " red", "red "])
def test_a_blank_name_is_refused(colours, key):
    with pytest.raises(ValueError, match="is no name"):
        colours.register(key, 3)


def test_an_unknown_name_suggests_the_nearest(colours):
    with pytest.raises(NotRegistered, match="did you mean 'blue'") as caught:
        colours["bleu"]
    assert (caught.value.key, caught.value.suggestion) == ("bleu", "blue")
    with pytest.raises(NotRegistered) as caught:
        colours["xylophone"]
    assert caught.value.suggestion is None
    assert "did you mean" not in str(caught.value)


def test_the_decorator_gives_back_what_it_registers():
    checks = Registry[object]("checks")

    @checks.registered("even")
    def even(number: int) -> bool:
        return number % 2 == 0

    assert checks["even"] is even
    assert even(2)


def test_a_moment_ends_with_the_block_even_when_it_fails(colours):
    with colours.momentarily("green", 3) as green:
        assert green == colours["green"] == 3
    assert "green" not in colours
    with pytest.raises(RuntimeError), colours.momentarily("green", 3):
        raise RuntimeError
    assert "green" not in colours


def test_a_moment_replaces_only_when_asked_to(colours):
    with pytest.raises(AlreadyRegistered), colours.momentarily("red", 9):
        pytest.fail("must not get here")
    assert colours["red"] == 1
    with colours.momentarily("red", 9, replace=True):
        assert colours["red"] == 9
    assert colours["red"] == 1
    with pytest.raises(NotRegistered), colours.momentarily("rad", 9, replace=True):
        pytest.fail("must not get here")
    assert colours.keys() == ["blue", "red"]
