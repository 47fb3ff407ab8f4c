"""Nothing is deleted by surprise, damage is found and told, and what is gone can come back."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from madoguchi.blocks.files import hooks
from madoguchi.blocks.files.actions import (
    ContentInUse,
    content_hold,
    content_sweep,
    contents_note,
    file_remove,
    file_take,
    hold_release,
    stray_sweep,
)
from madoguchi.blocks.files.hooks import contents_whole, verify_portion
from madoguchi.blocks.files.models import Content, Derived
from madoguchi.blocks.files.previews import preview_make, previews_make
from madoguchi.blocks.files.queries import contents_check, orphans_listed, preview_open
from madoguchi.blocks.files.storage import DRAFTS, content_path
from madoguchi.blocks.files.store import content_exists
from madoguchi.blocks.files.testing import (
    DAY,
    NOW,
    ScannerOfTests,
    content_of,
    file_make,
    image_sample,
    keeper,
    pdf_sample,
    png_sample,
    scanner_bound_to,
    text_sample,
    waiting_make,
    xlsx_sample,
)
from madoguchi.blocks.files.types import ContentFault, Damage, FileLine, PreviewKind
from madoguchi.blocks.files.verifying import all_verify, portion_verify
from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.outbox import outbox_run
from madoguchi.kernel.rights import NotAllowed, anonymous_viewer

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=100)


def orphan_make(**how: Any) -> tuple[FileLine, str]:
    line = file_make(**how)
    file_remove(actor=keeper(), key=line.key, now=NOW + timedelta(days=1))
    return line, content_of(line).sha256


def sweep(sha256: str, *, before: Any = LATER) -> int:
    return content_sweep(actor=keeper(), sha256=sha256, before=before, now=LATER)


def path_of(data: Path, line: FileLine) -> Path:
    return data / "files" / content_path(content_of(line).sha256)


# Orphans


def test_an_orphan_is_what_no_live_file_names_and_it_has_its_age() -> None:
    content = text_sample()
    live, (_gone, sha256) = file_make(), orphan_make(content=content)
    assert [(one.sha256, one.since, one.held) for one in orphans_listed()] == [
        (sha256, NOW + timedelta(days=1), False)
    ]
    file_make(content=content)
    assert list(orphans_listed()) == []
    assert content_of(live).swept_at is None


def test_a_sweep_deletes_bytes_and_keeps_what_was() -> None:
    line, sha256 = orphan_make()
    assert sweep(sha256) == 1
    assert not content_exists(sha256)
    assert content_of(line).swept_at == LATER
    assert AuditRow.objects.get(event="files.content_swept").subject_key == sha256
    assert list(orphans_listed()) == []
    with pytest.raises(ContentInUse):
        sweep(sha256)


@pytest.mark.parametrize("why", ["live", "second file", "hold", "young", "preview", "not allowed"])
def test_what_is_named_or_young_is_not_swept(why: str) -> None:
    content = text_sample()
    line, sha256 = orphan_make(content=content)
    before, actor, refusal = LATER, keeper(), ContentInUse
    if why == "live":
        sha256 = content_of(file_make()).sha256
    elif why == "second file":
        file_make(content=content)
    elif why == "hold":
        content_hold(actor=keeper(), sha256=sha256, reason="開示請求", now=NOW + timedelta(days=2))
    elif why == "young":
        before = NOW + timedelta(days=1)
    elif why == "preview":
        origin = content_of(file_make())
        Derived.objects.create(origin=origin, kind="beginning", content=content_of(line), made_at=NOW)
    else:
        actor, refusal = anonymous_viewer(on=DAY), NotAllowed
    with pytest.raises(refusal):
        content_sweep(actor=actor, sha256=sha256, before=before, now=LATER)
    assert content_exists(sha256)
    assert Content.objects.get(sha256=sha256).swept_at is None


def test_from_the_release_of_a_hold_its_age_counts_anew() -> None:
    _line, sha256 = orphan_make()
    hold = content_hold(actor=keeper(), sha256=sha256, reason="開示請求", now=NOW + timedelta(days=2))
    assert [one.held for one in orphans_listed()] == [True]
    hold_release(actor=keeper(), hold_id=hold.pk, now=NOW + timedelta(days=50))
    with pytest.raises(NotAllowed):
        hold_release(actor=keeper(), hold_id=hold.pk, now=NOW + timedelta(days=50))
    with pytest.raises(ContentInUse):
        sweep(sha256, before=NOW + timedelta(days=50))
    assert sweep(sha256) == 1


def test_previews_go_with_their_original_unless_another_has_them() -> None:
    line, sha256 = file_make(name="a.png", content=png_sample()), ""
    other = file_make(name="b.png", content=png_sample())
    sha256 = content_of(line).sha256
    for one in (line, other):
        preview_make(sha256=content_of(one).sha256, now=NOW)
    mine, theirs = (Derived.objects.get(origin=content_of(one)).content for one in (line, other))
    assert mine
    assert theirs
    file_remove(actor=keeper(), key=line.key, now=NOW)
    assert [one.sha256 for one in orphans_listed()] == [sha256]
    assert sweep(sha256) == 2
    assert not content_exists(mine.sha256)
    assert content_exists(theirs.sha256)


def test_bytes_without_a_row_are_strays_and_only_old_ones(data: Path) -> None:
    taken = file_take(name="a.txt", content=text_sample())
    answer = _command("files", "orphans")
    assert answer["strays"] == []
    os.utime(data / "files" / content_path(taken.sha256), (1, 1))
    assert _command("files", "orphans")["strays"] == [taken.sha256]
    stray_sweep(actor=keeper(), sha256=taken.sha256, now=NOW)
    assert not content_exists(taken.sha256)
    with pytest.raises(ContentInUse):
        stray_sweep(actor=keeper(), sha256=content_of(file_make()).sha256, now=NOW)


# Integrity


def test_damage_is_found_told_and_taken_back(data: Path) -> None:
    whole, damaged, missing = (file_make() for _each in range(3))
    kept = path_of(data, damaged).read_bytes()
    path_of(data, damaged).write_bytes(kept[:-1] + b"!")
    path_of(data, missing).unlink()
    faults = {content_of(damaged).sha256: Damage.DAMAGED, content_of(missing).sha256: Damage.MISSING}
    assert list(contents_check()) == [ContentFault(sha256, damage, 1) for sha256, damage in faults.items()]
    assert contents_whole(NOW).state == "ok", "to look changes nothing"

    found = all_verify(actor=keeper(), now=NOW)
    assert {sha256: damage for sha256, damage in found.items() if damage} == faults
    assert content_of(whole).verified_at == content_of(damaged).damaged_at == NOW
    assert AuditRow.objects.filter(event="files.content_damaged").count() == 2
    assert contents_whole(NOW).state == "bad"
    assert all_verify(actor=keeper(), now=LATER)
    assert AuditRow.objects.filter(event="files.content_damaged").count() == 2, "told once"
    assert content_of(damaged).damaged_at == NOW

    path_of(data, damaged).write_bytes(kept)
    all_verify(actor=keeper(), now=LATER)
    assert content_of(damaged).damage == ""
    assert AuditRow.objects.filter(event="files.content_mended").count() == 1


def test_what_is_damaged_is_mended_by_whoever_gives_it_again(data: Path) -> None:
    content = text_sample()
    line = file_make(content=content)
    path_of(data, line).write_bytes(b"!")
    all_verify(actor=keeper(), now=NOW)
    file_make(content=content, now=LATER)
    assert path_of(data, line).read_bytes() == content
    assert (content_of(line).damage, content_of(line).damaged_at) == ("", None)


def test_a_portion_takes_what_has_waited_longest() -> None:
    contents = [content_of(file_make()) for _each in range(4)]
    size = contents[0].size
    assert list(portion_verify(actor=keeper(), now=NOW, bytes_most=2 * size)) == [
        c.sha256 for c in contents[:2]
    ]
    assert list(portion_verify(actor=keeper(), now=LATER, bytes_most=2 * size)) == [
        c.sha256 for c in contents[2:]
    ]
    assert list(portion_verify(actor=keeper(), now=LATER, bytes_most=1)) == [contents[0].sha256]


def test_the_chore_works_once_a_night() -> None:
    line = file_make()
    night = NOW.replace(hour=2)
    for moment, expected in ((NOW, None), (night, night), (night.replace(hour=3), night)):
        verify_portion(moment)
        assert content_of(line).verified_at == expected
    verify_portion(night + timedelta(days=1))
    assert content_of(line).verified_at == night + timedelta(days=1)


def test_notes_of_many_are_one_row_of_audit() -> None:
    found = {content_of(file_make()).sha256: None for _each in range(5)}
    assert contents_note(actor=keeper(), found=found, now=NOW) == 0
    assert AuditRow.objects.filter(action="files.contents_note").count() == 1
    with pytest.raises(NotAllowed):
        contents_note(actor=anonymous_viewer(on=DAY), found=found, now=NOW)


# Previews


def preview(line: FileLine, kind: PreviewKind) -> bytes | None:
    opened = preview_open(viewer=keeper(), key=line.key, kind=kind, now=NOW)
    if opened is None:
        return None
    with opened.body as body:
        return body.read()


def test_the_worker_makes_a_preview_of_each_kind() -> None:
    picture = file_make(name="a.jpg", content=image_sample("JPEG", size=(1200, 300)))
    transparent = file_make(name="a.webp", content=image_sample("WEBP"))
    text = file_make(name="a.csv", content=("番号,名前\n" + "1,試験\n" * 500).encode("cp932"))
    office, blank = (
        file_make(name="a.xlsx", content=xlsx_sample()),
        file_make(name="a.pdf", content=pdf_sample()),
    )
    assert preview(picture, PreviewKind.THUMBNAIL) is None
    assert outbox_run(now=NOW) == 5
    small = preview(picture, PreviewKind.THUMBNAIL)
    assert small
    assert small[8:12] == b"WEBP"
    assert preview(transparent, PreviewKind.THUMBNAIL)
    beginning = preview(text, PreviewKind.BEGINNING)
    assert beginning
    lines = beginning.decode().split("\n")
    assert (lines[0], len(lines)) == ("番号,名前", 20)
    assert preview(office, PreviewKind.BEGINNING) is None
    assert Derived.objects.get(origin=content_of(blank)).problem == "empty"
    assert previews_make(now=NOW) == 0, "nothing is tried for ever"


def test_a_text_cut_in_a_letter_and_a_short_one() -> None:
    long = file_make(content=("あ" * 5_000).encode())
    short = file_make(content=b"short")
    previews_make(now=NOW)
    assert preview(long, PreviewKind.BEGINNING) == ("あ" * 1_000).encode()
    assert preview(short, PreviewKind.BEGINNING) is None
    assert Derived.objects.get(origin=content_of(short)).problem == "whole"


def test_a_lost_preview_is_made_again(data: Path) -> None:
    line = file_make(name="a.png", content=png_sample())
    previews_make(now=NOW)
    made = Derived.objects.get(origin=content_of(line)).content
    assert made
    (data / "files" / content_path(made.sha256)).unlink()
    all_verify(actor=keeper(), now=NOW)
    assert preview(line, PreviewKind.THUMBNAIL) is None
    assert previews_make(now=NOW) == 1
    assert preview(line, PreviewKind.THUMBNAIL)
    assert contents_whole(NOW).state == "ok"


def test_of_what_is_sealed_or_waits_there_is_no_preview() -> None:
    file_make(name="a.png", content=png_sample(), sealed=True)
    waiting = waiting_make()
    assert previews_make(now=NOW) == 0
    with scanner_bound_to(ScannerOfTests()):
        hooks.scan(NOW)
    assert outbox_run(now=NOW)
    assert Derived.objects.filter(origin=content_of(waiting)).exists()


# Commands


def _command(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_the_commands_list_first_and_delete_only_when_told(
    monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    monkeypatch.setattr(clock, "now", lambda: LATER)
    _line, sha256 = orphan_make()
    draft = data / "files" / DRAFTS / "killed"
    draft.write_bytes(b"half")
    os.utime(draft, (1, 1))
    assert [one["days"] for one in _command("files", "orphans")["orphans"]] == [99]
    for days, sure, swept in (("100", True, 0), ("90", False, 0), ("90", True, 1)):
        answer = _command("files", "sweep", "--older-than-days", days, *(["--yes"] if sure else []))
        assert answer["swept"] == swept
        assert content_exists(sha256) is not bool(swept)
    assert not draft.exists()
    with pytest.raises(CommandError):
        call_command("files", "sweep", "--older-than-days", "0")


def test_the_command_proves_all_and_ends_with_one_where_something_is_wrong(data: Path) -> None:
    line = file_make()
    assert _command("files", "verify") == {"contents": 1, "faults": []}
    path_of(data, line).unlink()
    out = StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("files", "verify", stdout=out)
    assert refused.value.returncode == 1
    assert content_of(line).sha256 in out.getvalue()
