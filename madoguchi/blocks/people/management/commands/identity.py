"""``madoguchi identity``: our keys for the provider, and linking everybody anew when its names for people change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from madoguchi.blocks.people.actions import issuer_end
from madoguchi.blocks.people.identity.card import keys_folder
from madoguchi.blocks.people.identity.oidc import ALGORITHMS, key_make
from madoguchi.blocks.people.identity.relinking import Affected, issuer_affected
from madoguchi.kernel.keys import KeyRefused
from madoguchi.kernel.management.house_command import CalledWrongly, CommandRefused, HouseCommand


class Command(HouseCommand):
    """Keys, and an issuer whose subjects mean nobody any more."""

    help = str(_("カードのサインイン：鍵を作る、全員を結び直す。"))

    def arguments(self, parser: CommandParser) -> None:
        """Take what to do, and for which issuer."""
        parser.add_argument("what", choices=["key", "relink"])
        parser.add_argument("--algorithm", default="RS256", help=str(_("鍵の種類（key）")))
        parser.add_argument("--issuer", default="", help=str(_("認証サービスの名（relink）")))
        parser.add_argument("--reason", default="", help=str(_("なぜ結び直すか（relink）。記録に残る")))
        parser.add_argument(
            "--dry-run", action="store_true", help=str(_("数えるだけで、何も変えない（relink）"))
        )

    def work(self, *, now: datetime, **options: Any) -> dict[str, Any]:
        """Do it."""
        if options["what"] == "key":
            return self._key(now, str(options["algorithm"]))
        issuer, reason = str(options["issuer"]), str(options["reason"]).strip()
        if not issuer:
            raise CalledWrongly(_("--issuer に認証サービスの名（https://…）を書いてください。"))
        affected = issuer_affected(issuer=issuer, now=now)
        if not affected.means:
            raise CommandRefused(
                _("%(issuer)s の手段は一つもありません。綴りを、末尾の「/」まで確かめてください。")
                % {"issuer": issuer}
            )
        if options["dry_run"]:
            return {"issuer": issuer, "ended": 0, **_counts(affected)}
        if not reason:
            raise CalledWrongly(_("--reason に理由を書いてください。監査記録に残ります。"))
        actor = self.actor(now=now, duty="カードの結び直し")
        ended = issuer_end(actor=actor, issuer=issuer, reason=reason, now=now)
        return {"issuer": issuer, "ended": ended, **_counts(affected)}

    def words(self, answer: dict[str, Any]) -> Iterator[str]:
        """Say what was done, and who needs help."""
        if "kid" in answer:
            yield (
                _("鍵 %(kid)s（%(algorithm)s）を作りました。公開する時刻から1日たつと、署名に使われます。")
                % answer
            )
            return
        yield (
            _(
                "カードの手段 %(means)d件、開いている画面 %(sessions)d件、アカウント %(accounts)d件が対象です。"
            )
            % answer
        )
        yield (
            _(
                "次にカードでサインインすると、氏名・生年月日・住所・性別で同じアカウントに戻る人：%(linked)d人"
            )
            % answer
        )
        yield _("だれの記録か決まっていないため、新しいアカウントになる人：%(unlinked)d人") % answer
        yield _("うち、ほかの手段もある人：%(other_means)d人") % answer
        yield (
            _("手段を %(ended)d件終わらせました。") % answer if answer["ended"] else _("何も変えていません。")
        )

    @staticmethod
    def _key(now: datetime, algorithm: str) -> dict[str, Any]:
        if algorithm not in ALGORITHMS:
            raise CalledWrongly(
                _("--algorithm は %(known)s のどれかです。") % {"known": "、".join(ALGORITHMS)}
            )
        try:
            made = key_make(folder=keys_folder(), now=now, algorithm=algorithm)
        except KeyRefused as refused:
            raise CommandRefused(str(refused)) from refused
        return {"kid": made.kid, "algorithm": made.algorithm}


def _counts(affected: Affected) -> dict[str, int]:
    return {
        "means": affected.means,
        "sessions": affected.sessions,
        "accounts": affected.accounts,
        "linked": affected.linked,
        "unlinked": affected.accounts - affected.linked,
        "other_means": affected.other_means,
    }
