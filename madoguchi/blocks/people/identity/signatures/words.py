"""What the findings of a check say to staff: one sentence per code, with what to do where something is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.identity.signatures.types import Finding
from madoguchi.kernel.clock import TOKYO

TEXTS: Final[Mapping[str, Any]] = {
    # What came in.
    "document_too_large": _("文書が大きすぎます（上限 %(limit)s MiB）。署名は確かめていません。"),
    "signature_too_large": _("署名のデータが大きすぎます（上限 %(limit)s MiB）。署名は確かめていません。"),
    "unreadable": _("署名のデータを読めません。CMS（PKCS#7）形式の署名を出し直してもらってください。"),
    "signers": _("署名した人が%(count)s人います。1人ずつ分けた署名を出し直してもらってください。"),
    "attached": _(
        "署名の中に文書が入っています。文書と分かれた署名（detached）を出し直してもらってください。"
    ),
    "certificate_missing": _("署名に、署名した人の証明書が付いていません。出し直してもらってください。"),
    "attributes_missing": _("署名に、署名の属性が付いていません。別のソフトで署名し直してもらってください。"),
    # Whether these bytes were signed.
    "algorithm_refused": _(
        "安全と認められていない方式（%(name)s）で署名されています。署名し直してもらってください。"
    ),
    "key_refused": _(
        "安全と認められていない鍵（%(name)s）で署名されています。署名し直してもらってください。"
    ),
    "attributes_wrong": _("署名の属性が互いに合いません。受け付けないでください。"),
    "signature_wrong": _("署名が正しくありません。書き換えられたおそれがあります。受け付けないでください。"),
    "document_differs": _(
        "署名された文書と、この文書が違います。書き換えられたおそれがあります。受け付けないでください。"
    ),
    "intact": _("この文書に対する署名で、署名のあとに書き換えられていません。"),
    # Whose certificate it is.
    "path_trusted": _("証明書は、市が信頼する認証局が発行したものです。"),
    "path_missing": _("証明書を、市が信頼する認証局までたどれません。受け付けないでください。"),
    "path_wrong": _("証明書の発行のつながりに誤りがあります。受け付けないでください。"),
    "path_algorithm": _("証明書が、安全と認められていない方式で発行されています。受け付けないでください。"),
    "roots_over": _("市が信頼する認証局の証明書が、どれも有効期間の外です。システム担当に知らせてください。"),
    "authority_over": _(
        "発行した認証局の証明書の有効期間が、%(at)sに終わっています。受け付けないでください。"
    ),
    "expired": _("証明書の有効期間が、%(at)sに終わっています。新しい証明書で署名し直してもらってください。"),
    "not_yet_valid": _("証明書の有効期間は%(at)sからで、まだ始まっていません。受け付けないでください。"),
    "usage_right": _("証明書は、文書に署名するためのものです。"),
    "usage_wrong": _(
        "証明書が、文書に署名するためのものではありません。署名用の証明書で署名し直してもらってください。"
    ),
    # When the signer says it was made.
    "signing_time": _("署名した人の機器の時計では、%(at)sの署名です。"),
    "signing_time_missing": _("署名した日時は、署名に書かれていません。"),
    "signed_in_future": _("署名の日時（%(at)s）が、これから先の日時です。署名し直してもらってください。"),
    "signed_before_issue": _(
        "署名の日時（%(at)s）が、証明書の発行より前です。署名し直してもらってください。"
    ),
    "signed_after_expiry": _(
        "署名の日時（%(at)s）が、証明書の期限より後です。署名し直してもらってください。"
    ),
    # Whether it still held.
    "certificate_not_revoked": _("証明書は失効していません（%(source)s、%(at)s現在）。"),
    "certificate_revoked": _("証明書は%(at)sに失効しています（%(source)s）。受け付けないでください。"),
    "certificate_revoked_later": _(
        "証明書は%(at)sに失効しましたが（%(source)s）、署名はその前に受け取っています。"
    ),
    "authority_not_revoked": _("発行した認証局の証明書は失効していません（%(source)s、%(at)s現在）。"),
    "authority_revoked": _(
        "発行した認証局の証明書は%(at)sに失効しています（%(source)s）。受け付けないでください。"
    ),
    "authority_revoked_later": _(
        "発行した認証局の証明書は%(at)sに失効しましたが（%(source)s）、署名はその前に受け取っています。"
    ),
    "revocation_not_asked": _(
        "%(whose)sが失効していないかを、確かめる手段がありませんでした。後で確かめ直してください。"
    ),
    "revocation_unreachable": _(
        "%(whose)sが失効していないかを、問い合わせましたが答えがありませんでした。後で確かめ直してください。"
    ),
    "revocation_stale": _(
        "%(whose)sの失効の情報（%(source)s）が古すぎます。新しい情報で確かめ直してください。"
    ),
    "revocation_untrusted": _(
        "%(whose)sの失効の情報（%(source)s）が、正しい認証局のものと確かめられません。システム担当に知らせてください。"
    ),
    "revocation_unreadable": _(
        "%(whose)sの失効の情報（%(source)s）に、読めないものがあります。システム担当に知らせてください。"
    ),
    "revocation_unknown": _(
        "%(whose)sを、答えた認証局（%(source)s）が知らないと言っています。失効していないとは言えません。"
    ),
    "revocation_nonce_differs": _(
        "%(whose)sの失効の答えが、こちらの問い合わせに対するものではありません。システム担当に知らせてください。"
    ),
    "revocation_nonce_missing": _(
        "%(whose)sの失効の答えに、問い合わせの印がありません。システム担当に知らせてください。"
    ),
    "expired_since": _(
        "証明書の有効期間が%(at)sに終わったため、失効していないかは、もう確かめられません。受け取ったときの結果を見てください。"
    ),
}
_SOURCES: Final[Mapping[str, Any]] = {
    "crl": _("失効リスト"),
    "ocsp": _("オンラインの答え"),
    "statement": _("検証サービスの答え"),
}
_WHOSE: Final[Mapping[str, Any]] = {
    "certificate": _("証明書"),
    "authority": _("発行した認証局の証明書"),
}


def finding_text(finding: Finding) -> str:
    """Say a finding in a sentence, in the language of the page, with times of Tokyo."""
    values = {name: _value(name, value) for name, value in finding.values.items()}
    return str(TEXTS[finding.code] % values)


def _value(name: str, value: str) -> str:
    match name:
        case "at":
            return f"{datetime.fromisoformat(value).astimezone(TOKYO):%Y-%m-%d %H:%M}"
        case "source":
            return str(_SOURCES[value])
        case "whose":
            return str(_WHOSE[value])
    return value
