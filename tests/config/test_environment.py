"""A wrong value outside is refused by its name, and nothing is made."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
from pathlib import Path

import pytest

from madoguchi.config.environment import EnvironmentRefused, environment_read

pytestmark = pytest.mark.once


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = tmp_path / "city"
    folder.mkdir()
    (folder / "bindings.yaml").write_text("site: {name: みなも市}\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://u:hidden@h/db"),
        ("DATABASE_URL", "postgresql://u:hidden@h:port/db"),
        ("DATABASE_URL", "postgresql://u:hid/den@h/db"),
        ("DATABASE_URL", "postgresql://u:hidden@h:5432/"),
        ("DATABASE_URL", "postgresql://u:hidden@h/db?nonsense=1"),
        ("DATABASE_URL", "postgresql://u:hid%zzden@h/db"),
        ("DATABASE_URL", "hidden"),
        ("DATABASE_URL", "postgresql://[u:hidden@h/db"),
        ("MADOGUCHI_MAIL", "http://u:hidden@h"),
        ("MADOGUCHI_MAIL", "smtp://"),
        ("MADOGUCHI_MAIL", "smtp://u:hidden@h:port"),
        ("MADOGUCHI_MAIL", "smtp://u:hidden@h/inbox"),
        ("MADOGUCHI_MAIL", "smtp://u:hidden@h?tls=no"),
        ("MADOGUCHI_CITY", "absent"),
        ("MADOGUCHI_CITY", "."),
        ("MADOGUCHI_DATA", "file/below"),
        ("MADOGUCHI_DATA", "file"),
        ("MADOGUCHI_DATA", "~nosuchuser/data"),
        ("MADOGUCHI_DATA", "x" * 300),
        ("MADOGUCHI_DATA", "with\0nul"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_made(name, value, city, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(EnvironmentRefused, match=name) as refused:
        environment_read({"MADOGUCHI_DATA": "data", "MADOGUCHI_CITY": str(city), name: value})
    assert "hid" not in str(refused.value)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "text",
    ["site: [", "- site", "site: text", "site: {hosts: one}", "\x00", "site: {name: a, name: b}"],
)
def test_wrong_bindings_are_named_and_nothing_is_made(text, city, tmp_path):
    (city / "bindings.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(EnvironmentRefused, match="MADOGUCHI_CITY"):
        environment_read({"MADOGUCHI_DATA": str(tmp_path / "data"), "MADOGUCHI_CITY": str(city)})
    assert not (tmp_path / "data").exists()


def test_good_values_are_taken(city, tmp_path):
    variables = {"MADOGUCHI_DATA": str(tmp_path / "data"), "MADOGUCHI_CITY": str(city)}
    read = environment_read(variables)
    assert (read.embedded, read.site.name, read.data.is_dir()) == (True, "みなも市", True)
    read = environment_read({**variables, "DATABASE_URL": "postgresql://u:p%40ss@h:5433/db?sslmode=require"})
    assert {key: read.database[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")} == {
        "NAME": "db", "USER": "u", "PASSWORD": "p@ss", "HOST": "h", "PORT": "5433", "OPTIONS": {"sslmode": "require"},
    }  # fmt: skip


@pytest.mark.slow
class TestCommandLine:
    """What a person sees; the other commands share the one door that these go through."""

    def test_any_command_names_the_variable_and_exits_1(self, program, tmp_path):
        done = program("audit", "verify", code=1, variables={"DATABASE_URL": "oracle://x"})
        assert done.stderr.startswith("DATABASE_URL:")
        assert done.stdout == ""
        assert not program.data.exists()

    def test_doctor_says_it_too_and_as_json(self, program):
        lines = program.json("doctor", code=1, variables={"MADOGUCHI_CITY": "/nowhere"})
        assert [(line["name"], line["state"]) for line in lines] == [("environment", "bad")]
        assert "MADOGUCHI_CITY" in lines[0]["text"]
        assert lines[0]["remedy"]
        assert not program.data.exists()

    def test_a_cut_key_is_named_and_its_backup_brings_it_back(self, program, tmp_path):
        made = program.json("backup", "-o", str(tmp_path / "b.zip"))
        key = program.data / "keys" / "secret.key"
        whole = key.read_bytes()
        key.write_bytes(whole[:20])
        done = program("audit", "verify", code=1)
        assert "keys/secret.key is empty or cut short" in done.stderr
        lines = program.json("doctor", code=1)
        assert lines[0]["name"] == "keys"
        assert "restore" in lines[0]["remedy"]
        cut = tmp_path / "cut.keys"
        cut.write_bytes(Path(made["keys"]).read_bytes()[:-10])
        program("restore", str(cut), code=1)
        program("restore", made["keys"])
        assert key.read_bytes() == whole
        program("audit", "verify")

    def test_a_read_only_data_folder_is_said(self, program, tmp_path):
        program("backup", "-o", str(tmp_path / "b.zip"))
        done = read_only(program, "audit", "verify")
        assert done.returncode == 1
        assert "MADOGUCHI_DATA" in done.stderr
        done = read_only(program, "doctor", "--json")
        assert done.returncode == 1
        assert "MADOGUCHI_DATA" in json.loads(done.stdout)[0]["text"]
        program("audit", "verify")


def read_only(program, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command while its data folder may be read and not written; the power of root is put away first."""
    inside = list(program.data.rglob("*"))
    try:
        for path in [program.data, *inside]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        return program(*arguments, code=None, preexec_fn=root_power_drop if os.geteuid() == 0 else None)
    finally:
        for path in [program.data, *inside]:
            path.chmod(0o700 if path.is_dir() else 0o600)


def root_power_drop() -> None:
    """Give up, for the program about to start, root's right to pass by the modes of files."""
    drop_from_bounding_set, dac_override, dac_read_search = 24, 1, 2
    libc = ctypes.CDLL(None, use_errno=True)
    for power in (dac_override, dac_read_search):
        if libc.prctl(drop_from_bounding_set, power, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", {}),
        ("smtp://clerk:a%40b@mail.example.jp", {"EMAIL_HOST": "mail.example.jp", "EMAIL_PORT": 587, "EMAIL_HOST_USER": "clerk",
                                               "EMAIL_HOST_PASSWORD": "a@b", "EMAIL_USE_SSL": False, "EMAIL_USE_TLS": True}),
        ("smtps://mail.example.jp", {"EMAIL_HOST": "mail.example.jp", "EMAIL_PORT": 465, "EMAIL_HOST_USER": "",
                                     "EMAIL_HOST_PASSWORD": "", "EMAIL_USE_SSL": True, "EMAIL_USE_TLS": False}),
        ("smtp://10.0.0.5:25?plain", {"EMAIL_HOST": "10.0.0.5", "EMAIL_PORT": 25, "EMAIL_HOST_USER": "",
                                      "EMAIL_HOST_PASSWORD": "", "EMAIL_USE_SSL": False, "EMAIL_USE_TLS": False}),
    ],
)  # fmt: skip
def test_the_mail_server_is_read_and_secured_unless_the_city_says_otherwise(url, told, city, tmp_path):
    variables = {"MADOGUCHI_DATA": str(tmp_path / "data"), "MADOGUCHI_CITY": str(city), "MADOGUCHI_MAIL": url}
    assert environment_read(variables).mail == told
