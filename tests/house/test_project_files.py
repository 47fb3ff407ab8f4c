"""The licence is whole, and ``publiccode.yml`` is what the catalogues of public software expect."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest

from madoguchi.kit.yaml12 import yaml_load

ROOT = Path(__file__).parents[2]
# The text as the Apache Software Foundation publishes it.
APACHE = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"

pytestmark = pytest.mark.lint


@pytest.fixture
def about():
    return yaml_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))


def test_licence_is_the_whole_apache_text():
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == APACHE


def test_publiccode_says_what_the_project_says(about):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert about["name"].lower() == project["name"]
    assert about["legal"]["license"] == project["license"]
    needs = {need["name"]: need["versionMin"] for need in about["dependsOn"]["open"]}
    assert f">={needs['Python']}" == project["requires-python"]


def test_publiccode_has_the_mandatory_keys(about):
    assert about["publiccodeYmlVersion"] == "0.4"
    assert about["url"].startswith("https://")
    assert about["platforms"] == ["web"]
    assert about["softwareType"] == "standalone/web"
    assert about["developmentStatus"] in {"concept", "development", "beta", "stable", "obsolete"}
    assert about["categories"]
    assert about["maintenance"]["type"] == "community"
    assert all(contact["name"] for contact in about["maintenance"]["contacts"])
    assert about["localisation"]["localisationReady"] is True
    assert set(about["localisation"]["availableLanguages"]) == set(about["description"]) == {"ja", "en"}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_publiccode_descriptions_have_the_right_length(about, language):
    text = about["description"][language]
    assert len(text["shortDescription"]) <= 150
    assert 150 <= len(text["longDescription"]) <= 10_000
    assert len(text["features"]) >= 5
