from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from madoguchi.kernel.actions import Refused
from madoguchi.kernel.declarations import PublishPlan, declarations_publish, publish_plan
from madoguchi.kernel.management.house_command import CommandRefused, HouseCommand


class Command(HouseCommand):
    help = "宣言を公開します。動いている画面は次の表示から新しい版で働きます。"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("keys", nargs="*", metavar="KEY", help="種類/キー。書かなければすべて")
        parser.add_argument(
            "--dry-run", action="store_true", help="公開せず、何が変わり、何に影響するかを表示します"
        )
        parser.add_argument("--reason", default="", help="公開の理由（記録に残ります）")

    def work(self, *, now: datetime, **options: Any) -> Any:
        keys = options["keys"] or None
        plan = publish_plan(keys)
        answer = {"dry_run": options["dry_run"], **_as_data(plan)}
        try:
            plan.must_be_allowed()
            if not options["dry_run"]:
                actor = self.actor(now=now, duty="宣言の公開")
                declarations_publish(actor=actor, keys=keys, reason=options["reason"], now=now)
        except Refused as refused:
            raise CommandRefused(refused.message, answer=answer) from refused
        return answer

    def words(self, answer: Any) -> Iterable[str]:
        for version in answer["versions"]:
            size = "大きな変更" if version["size"] == "major" else "小さな変更"
            yield f"{version['declaration']} {version['version']}版（{size if version['changes'] else '新規'}）"
            yield from (f"  {change['words']}" for change in version["changes"])
            yield from (f"  影響: {touched['label']} {touched['count']}件" for touched in version["touched"])
        yield f"変更なし {answer['unchanged']}件" + ("（公開していません）" if answer["dry_run"] else "")


def _as_data(plan: PublishPlan) -> dict[str, Any]:
    return {
        "versions": [
            {
                "declaration": planned.declaration.name,
                "version": planned.version,
                "sha256": planned.sha256,
                "size": planned.size,
                "lacks_upgrade": planned.lacks_upgrade,
                "changes": [change.as_data() for change in planned.changes],
                "touched": [{"label": str(t.label), "count": t.count} for t in planned.touched],
            }
            for planned in plan.versions
        ],
        "unchanged": plan.unchanged,
        "issues": [issue.as_data() for issue in plan.issues],
    }
