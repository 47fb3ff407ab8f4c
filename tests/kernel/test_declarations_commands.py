"""``check``, ``resolve``, ``diff``, ``publish``: JSON alone on stdout, reasons on stderr, 0, 1 or 2."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command, load_command_class

from madoguchi.kernel.management.house_command import HouseCommand
from madoguchi.kernel.models import PublishedDeclaration

WARDS = """\
kind: codelist
key: wards
label: 地区
items:
  - {code: "01", label: 中央}
samples:
  - {code: "01", on: 2024-04-01}
  - {code: "09", on: 2024-04-01, refused: 「09」という符号はありません。}
"""

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(tmp_path: Path, settings: Any) -> Path:
    settings.CITY_DIR = tmp_path
    (tmp_path / "declarations").mkdir()
    (tmp_path / "declarations" / "wards.yaml").write_text(WARDS)
    return tmp_path


def shell(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command as the command line does: exit code, stdout, stderr."""
    capsys.readouterr()
    command = load_command_class("madoguchi.kernel", arguments[0])
    try:
        command.run_from_argv(["madoguchi", *arguments])
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    out = capsys.readouterr()
    return code, out.out, out.err


@pytest.fixture(autouse=True)
def _connections_stay_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.core.management.base.connections.close_all", lambda: None)


def test_check_says_where_what_and_what_was_meant(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = shell(capsys, "check", "--json")
    answer = json.loads(out)
    assert (code, err, answer["ok"], answer["errors"]) == (0, "", True, 0)
    assert answer["samples"] >= 2
    (city / "declarations" / "wards.yaml").write_text(WARDS.replace("label: 地区", "lable: 地区"))
    code, out, err = shell(capsys, "check")
    assert code == 1
    assert (
        f"{city}/declarations/wards.yaml:3: field-unknown 「lable」という項目はありません。「label」では"
        in out
    )
    assert "直すところが2件あります。" in err
    code, out, err = shell(capsys, "check", "--json")
    issue = next(issue for issue in json.loads(out)["issues"] if issue["code"] == "field-unknown")
    assert (code, issue["line"], issue["level"], issue["declaration"]) == (1, 3, "error", "codelist/wards")
    assert "直すところ" in err


def test_check_writes_schemas_for_editors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = shell(capsys, "check", "--schema", str(tmp_path / "schemas"))
    assert (code, str(tmp_path / "schemas" / "service.schema.json") in out) == (0, True)
    schema = json.loads((tmp_path / "schemas" / "service.schema.json").read_text())
    assert "roles" in schema["properties"]


def test_resolve_shows_the_layer_of_each_value(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (city / "declarations" / "plan.yaml").write_text("overlay: service/dx_plan\noffice: 企画課\n")
    code, out, _err = shell(capsys, "resolve", "dx_plan", "--json")
    values = {value["path"]: value for value in json.loads(out)["values"]}
    assert code == 0
    assert (values["office"]["value"], values["office"]["layer"], values["office"]["line"]) == (
        "企画課",
        "city",
        2,
    )
    assert values["key"]["layer"] == "base"
    _code, out, _err = shell(capsys, "resolve", "service/dx_plan")
    assert f"office = 企画課  [市 {city}/declarations/plan.yaml:2]" in out


def test_publish_then_diff_against_the_files(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = shell(capsys, "publish", "wards", "--dry-run", "--json")
    assert (code, json.loads(out)["versions"][0]["version"]) == (0, 1)
    assert not PublishedDeclaration.objects.filter(key="wards").exists()
    code, out, _err = shell(capsys, "publish", "wards", "--reason", "試験")
    assert (code, "codelist/wards 1版（新規）" in out) == (0, True)
    assert PublishedDeclaration.objects.get(key="wards").reason == "試験"
    code, out, _err = shell(capsys, "diff", "codelist/wards@1", "wards@files")
    assert (code, out) == (0, "違いはありません。\n")
    changed = city / "changed.yaml"
    changed.write_text(WARDS.replace('{code: "01", label', '{code: "02", label'))
    code, out, _err = shell(capsys, "diff", "wards@1", str(changed), "--json")
    answer = json.loads(out)
    assert (code, answer["size"]) == (0, "major")
    assert [(change["path"], change["size"]) for change in answer["declarations"][0]["changes"]] == [
        ("items.01", "major"),
        ("items.02", "minor"),
    ]
    code, out, _err = shell(capsys, "diff", str(city / "declarations"), str(changed))
    assert (code, "  ! 削除 items.01: 「中央」" in out) == (0, True)


def test_publish_refuses_with_the_reason(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shell(capsys, "publish", "wards")
    (city / "declarations" / "wards.yaml").write_text(WARDS.replace('"01"', '"02"'))
    for arguments in (("publish", "wards", "--dry-run", "--json"), ("publish", "wards", "--json")):
        code, out, err = shell(capsys, *arguments)
        assert (code, json.loads(out)["versions"][0]["lacks_upgrade"]) == (1, True)
        assert "upgrade" in err
    assert PublishedDeclaration.objects.filter(key="wards").count() == 1


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("resolve", "ward"), 1, "「wards」ではありませんか。"),
        (("publish", "ward"), 1, "「wards」ではありませんか。"),
        (("diff", "ward@1", "wards@files"), 1, "「ward」という宣言はありません。"),
        (("diff", "nothing.yaml", "wards@files"), 1, "nothing.yaml"),
        (("diff", "wards@files"), 2, "usage: madoguchi diff"),
        (("resolve", "wards", "--verbose"), 2, "usage: madoguchi resolve"),
    ],
)
def test_refusals_and_wrong_calls_end_with_their_code(
    city: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, says: str
) -> None:
    ended, out, err = shell(capsys, *arguments)
    assert (ended, out) == (code, "")
    assert says in err


def test_help_shows_our_options_only(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = shell(capsys, "publish", "--help")
    assert code == 0
    assert "--dry-run" in out
    assert "--settings" not in out
    assert "--traceback" not in out


def test_called_by_a_program_a_command_raises(city: Path) -> None:
    with pytest.raises(CommandError, match="ではありませんか"):
        call_command("resolve", "ward", stdout=StringIO())
    out = StringIO()
    call_command("resolve", "wards", "--json", stdout=out)
    assert json.loads(out.getvalue())["key"] == "wards"


def test_every_command_of_the_kernel_has_the_house_shape() -> None:
    for name in ("check", "resolve", "diff", "publish"):
        assert isinstance(load_command_class("madoguchi.kernel", name), HouseCommand)
