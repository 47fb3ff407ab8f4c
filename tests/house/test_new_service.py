"""`make new-service` writes a readable start, and never over something that is there."""

from __future__ import annotations

import pytest

from madoguchi.config import new_service
from madoguchi.kernel.declarations import House, Layer, declarations_lint, declarations_load, house_folders
from madoguchi.kit.yaml12 import yaml_load

pytestmark = pytest.mark.once


def test_a_new_service_is_declared_unverified_and_passes_the_check(tmp_path):
    folder = new_service.service_write("akiya_bank", tmp_path)

    assert {path.name for path in folder.iterdir()} == {
        "service.yaml", "register.yaml", "README.md", "texts.en.yaml", "texts.ja-easy.yaml",
    }  # fmt: skip
    service = yaml_load((folder / "service.yaml").read_text(encoding="utf-8"))
    assert service["kind"] == "service"
    assert service["key"] == "akiya_bank"
    assert service["verified"] is False
    assert service["catalogue"] == "draft"
    # The house as it is, and the new service beside it: nothing for the lint to say.
    house = House((*house_folders().layers, Layer("city", (folder,))), house_folders().bindings)
    loaded = declarations_load(house)
    assert {("service", "akiya_bank"), ("register", "akiya_bank.items")} <= set(loaded.declarations)
    assert [issue for issue in declarations_lint(loaded) if "akiya_bank" in issue.declaration] == []


@pytest.mark.parametrize(
    "name",
    ["", "Akiya", "1akiya", "aki-ya", "_a", "a_", "../akiya", "a/b", "空き家", "if", "a" * 41],
)
def test_bad_names_are_refused(name, tmp_path):
    with pytest.raises(new_service.ServiceRefused, match="NAME="):
        new_service.service_write(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_service_is_left_alone(tmp_path):
    readme = new_service.service_write("akiya", tmp_path) / "README.md"
    readme.write_text("mine", encoding="utf-8")
    with pytest.raises(new_service.ServiceRefused, match="already"):
        new_service.service_write("akiya", tmp_path)
    assert readme.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(("arguments", "code"), [([], 2), ([""], 2), (["a", "b"], 2), (["Bad"], 1)])
def test_exit_codes(arguments, code, capsys):
    assert new_service.main(arguments) == code
    assert capsys.readouterr().out == ""
