"""
The audit trail: what was done, by which office and post, for which duty; sealed so that tampering shows.

An action inserts plain rows; each carries a keyed digest of its own content, so that a row somebody slipped
in is found even before it is sealed. The *sealer* then takes committed rows in order, puts their digests
under a Merkle root (tree of RFC 6962, section 2.1), signs (previous root, batch) with a key that is not in
the database, and appends the root to a file that is not in the database either.

Invariants (``tests/kernel/test_audit.py``, both databases):

1. A changed row, a removed sealed row, an inserted row and a cut tail are each found and named.
2. Sealing twice, or by two workers at once, seals each row once.
3. Rows committed late (lower id, later commit) are sealed by a later batch, never lost.
4. What is not yet sealed is named: a row removed from that tail is the one thing that cannot be shown.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from madoguchi.kernel.actions import running_action
from madoguchi.kernel.keys import key_read
from madoguchi.kernel.models import AuditBatch, AuditLeaf, AuditRow, AuditSubject
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.subjects import Subject
from madoguchi.kit.canonical import canonical_json
from madoguchi.kit.portions import portions
from madoguchi.kit.registry import Registry

BATCH_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class AuditType:
    """One kind of audit row: its key (a past fact) and the lazy sentence that tells it."""

    key: str
    sentence: Any


audit_types: Registry[AuditType] = Registry("audit type")


def audit_type_declare(key: str, sentence: Any) -> None:
    """Make an audit event known; called from the declaring block's ``audit_types.py``."""
    audit_types.register(key, AuditType(key, sentence))


def audit_write(
    actor: Viewer, event: str, subject: Subject, *, detail: dict[str, Any] | None = None
) -> AuditRow:
    """
    Write down what the running action did; the row.

    :param event: a declared audit type, a past fact such as ``measures.actual_entered``.
    :param detail: what changed, from and to; no personal data, no answers.
    :raises NotRegistered: the event is not declared.
    :raises NoActionRunning: called outside an action.
    """
    running = running_action()
    audit_types[event]  # a declared kind, or NotRegistered
    row = AuditRow(
        at=running.now.astimezone(UTC),
        action=running.name,
        action_id=running.id,
        event=event,
        actor_kind=actor.kind,
        actor_key=actor.key,
        actor_office=actor.office,
        actor_post=actor.post,
        duty=actor.duty,
        subject_kind=subject.kind,
        subject_key=subject.key,
        subject_title=subject.title[:200],
        subject_page=subject.page,
        office_id=subject.office_id,
        detail=canonical_json(detail or {}).decode(),
    )
    row.mac = row_mac(row)
    row.save(force_insert=True)
    running.audit_rows += 1
    return row


def audit_read(
    actor: Viewer,
    event: str,
    subject: Subject,
    *,
    data: Sequence[str],
    read: Sequence[Subject],
    **detail: Any,
) -> None:
    """
    Write down whose personal data were read: one row, and a row for each person, so that the person can be told.

    :param subject: what was looked at (the person, the list, the file).
    :param data: the classes of data that were shown.
    :param read: everybody whose data were shown; a search that showed nobody reads nobody.
    :param detail: the filter and what else explains it; no personal data.
    :raises NotRegistered: the event is not declared.
    :raises NoActionRunning: called outside an action.
    """
    pairs = [(one.kind, one.key) for one in read]
    whole = {"data": list(data), "count": len(pairs), READ_DIGEST: _pairs_digest(pairs), **detail}
    row = audit_write(actor, event, subject, detail=whole)
    AuditSubject.objects.bulk_create(
        (AuditSubject(row=row, kind=kind, key=key) for kind, key in pairs), batch_size=5_000
    )


READ_DIGEST = "read_sha256"


def _pairs_digest(pairs: Iterable[tuple[str, str]]) -> str:
    return hashlib.sha256(canonical_json(sorted(pairs))).hexdigest()


# Sealing


def audit_seal(*, now: datetime) -> int:
    """Seal every committed row that is not sealed yet; the number of rows sealed."""
    total = 0
    while count := _seal_batch(now):
        total += count
    roots_append()
    return total


def _seal_batch(now: datetime) -> int:
    try:
        with transaction.atomic():
            rows = list(unsealed_rows()[:BATCH_ROWS])
            if not rows:
                return 0
            last = AuditBatch.objects.order_by("-number").first()
            number, previous = (last.number + 1, last.root) if last else (1, "")
            digests = [row_digest(row) for row in rows]
            root = merkle_root(digests).hex()
            batch = AuditBatch(
                number=number, row_count=len(rows), root=root, previous_root=previous,
                key_id=key_id(), sealed_at=now,
            )  # fmt: skip
            batch.mac = batch_mac(batch)
            batch.save(force_insert=True)
            AuditLeaf.objects.bulk_create(
                AuditLeaf(row_id=row.pk, batch=batch, position=position, digest=digest.hex())
                for position, (row, digest) in enumerate(zip(rows, digests, strict=True))
            )
            return len(rows)
    except IntegrityError:
        # Another sealer took this batch number or these rows: its seal is as good as ours.
        return 0


def unsealed_rows() -> QuerySet[AuditRow]:
    """The rows that no batch holds yet, in order."""
    sealed = AuditLeaf.objects.filter(row_id=OuterRef("pk"))
    return AuditRow.objects.filter(~Exists(sealed)).order_by("pk")


def roots_file() -> Path:
    """The file outside the database that holds one line per sealed batch."""
    return Path(settings.DATA_DIR) / "audit" / "roots.log"


def roots_append() -> None:
    """Bring the file of roots up to the newest batch; a crash before this call is mended by the next."""
    path = roots_file()
    path.parent.mkdir(mode=0o700, exist_ok=True)
    known = max((number for number, _root, _mac in _roots_read()), default=0)
    lines = [
        f"{batch.number} {batch.root} {batch.mac}\n"
        for batch in AuditBatch.objects.filter(number__gt=known).order_by("number")
    ]
    if lines:
        with path.open("a", encoding="ascii") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())


def _roots_read() -> list[tuple[int, str, str]]:
    path = roots_file()
    if not path.exists():
        return []
    lines = [line.split() for line in path.read_text(encoding="ascii").splitlines()]
    # A line cut by a crash is written again; duplicates are harmless, the numbers decide.
    return [(int(number), root, mac) for number, root, mac in (line for line in lines if len(line) == 3)]


# Verifying


@dataclass(frozen=True, slots=True)
class AuditFault:
    """One sign of tampering: what kind, which row or batch, and a sentence for people."""

    kind: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The outcome of a verification."""

    rows: int
    batches: int
    unsealed: int
    faults: Sequence[AuditFault]


def audit_verify() -> AuditReport:
    """Check every batch, every sealed row, the file of roots and the unsealed tail. Reads only."""
    batches = {batch.number: batch for batch in AuditBatch.objects.all()}
    tail = unsealed_rows()
    faults = [
        *_roots_faults(batches),
        *_chain_faults(batches),
        *_row_faults(),
        *_inserted_faults(tail),
        *_read_faults(),
    ]
    return AuditReport(AuditRow.objects.count(), len(batches), tail.count(), faults)


def _roots_faults(batches: dict[int, AuditBatch]) -> Iterator[AuditFault]:
    for number, root, mac in _roots_read():
        batch = batches.get(number)
        if batch is None:
            yield AuditFault("cut", f"batch {number}", f"封印 {number} がデータベースから消えています。")
        elif not (hmac.compare_digest(batch.root, root) and hmac.compare_digest(batch.mac, mac)):
            yield AuditFault("changed", f"batch {number}", f"封印 {number} が控えのファイルと一致しません。")


def _chain_faults(batches: dict[int, AuditBatch]) -> Iterator[AuditFault]:
    previous = ""
    for expected, number in enumerate(sorted(batches), start=1):
        batch = batches[number]
        where = f"batch {number}"
        if batch.key_id != key_id():
            yield AuditFault(
                "key", where, f"封印 {number} は別の鍵によるものです。keys/audit.key を戻してください。"
            )
            return
        if number != expected or batch.previous_root != previous:
            yield AuditFault("cut", where, f"封印 {number} の前の封印がつながりません。")
        if not hmac.compare_digest(batch.mac, batch_mac(batch)):
            yield AuditFault("changed", where, f"封印 {number} の署名が内容と一致しません。")
        previous = batch.root
        digests = list(batch.leaves.order_by("position").values_list("digest", flat=True))
        if merkle_root([bytes.fromhex(digest) for digest in digests]).hex() != batch.root:
            yield AuditFault("changed", where, f"封印 {number} の木の根が行の要約と一致しません。")


def _row_faults() -> Iterator[AuditFault]:
    """Walk leaves and rows side by side, in order of row number, in constant memory."""
    leaves = AuditLeaf.objects.order_by("row_id").values_list("row_id", "digest")
    rows = AuditRow.objects.order_by("pk").iterator(chunk_size=2_000)
    row = next(rows, None)
    for row_id, digest in leaves.iterator(chunk_size=2_000):
        while row is not None and row.pk < row_id:
            row = next(rows, None)
        where = f"row {row_id}"
        if row is None or row.pk != row_id:
            yield AuditFault("removed", where, f"監査記録 {row_id} が消されています。")
        elif row_digest(row).hex() != digest:
            yield AuditFault("changed", where, f"監査記録 {row_id} の内容が封印後に変えられています。")
        elif not hmac.compare_digest(row.mac, row_mac(row)):
            yield _slipped_in(row)


def _inserted_faults(tail: Iterable[AuditRow]) -> Iterator[AuditFault]:
    for row in tail:
        if not hmac.compare_digest(row.mac, row_mac(row)):
            yield _slipped_in(row)


def _read_faults() -> Iterator[AuditFault]:
    """Compare the persons of each read with the digest that its row carries."""
    rows = AuditRow.objects.filter(detail__contains=f'"{READ_DIGEST}"').order_by("pk")
    for chunk in portions(rows.values_list("pk", "detail").iterator(chunk_size=500)):
        read: dict[int, list[tuple[str, str]]] = {pk: [] for pk, _detail in chunk}
        for row_id, kind, key in AuditSubject.objects.filter(row_id__in=read).values_list(
            "row_id", "kind", "key"
        ):
            read[row_id].append((kind, key))
        for pk, detail in chunk:
            if json.loads(detail)[READ_DIGEST] != _pairs_digest(read[pk]):
                yield AuditFault("changed", f"row {pk}", f"監査記録 {pk} の閲覧された人が変えられています。")


def _slipped_in(row: AuditRow) -> AuditFault:
    return AuditFault("inserted", f"row {row.pk}", f"監査記録 {row.pk} は窓口が書いたものではありません。")


# Digests


def audit_key() -> bytes:
    """The key that signs rows and batches; it lives in ``keys/audit.key``, outside the database."""
    return key_read(Path(settings.DATA_DIR), "audit").encode("ascii")


def key_id() -> str:
    """A short fingerprint that tells which key sealed a batch without telling the key."""
    return hashlib.sha256(b"key-id:" + audit_key()).hexdigest()[:16]


def row_mac(row: AuditRow) -> str:
    """The keyed digest of a row's content, made when the row is written."""
    return hmac.new(audit_key(), b"row:" + row.content(), hashlib.sha256).hexdigest()


def row_digest(row: AuditRow) -> bytes:
    """The leaf of the Merkle tree: position and whole content of a row."""
    return hashlib.sha256(b"\x00" + f"{row.pk}:{row.mac}:".encode() + row.content()).digest()


def batch_mac(batch: AuditBatch) -> str:
    """The signature over (previous root, batch)."""
    text = f"{batch.number}:{batch.row_count}:{batch.previous_root}:{batch.root}"
    return hmac.new(audit_key(), b"batch:" + text.encode("ascii"), hashlib.sha256).hexdigest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root over ordered leaf digests (RFC 6962: inner nodes are marked, an odd node moves up)."""
    level = list(leaves)
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        pairs = [
            hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)
        ]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def newest_moment() -> datetime | None:
    """When the newest audit row was written: a clock behind this was set back."""
    newest: datetime | None = AuditRow.objects.aggregate(at=Max("at"))["at"]
    return newest
