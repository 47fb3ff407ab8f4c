"""
Start a municipal service: ``madoguchi new-service akiya`` writes its folder, for everybody or for one city.

Plain Python without the project's libraries, so that ``make new-service NAME=akiya`` works before ``make setup``.
"""

from __future__ import annotations

import keyword
import re
import sys
from pathlib import Path

SERVICES = Path(__file__).resolve().parents[1] / "services"
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST = 40

SERVICE = """\
# 業務の宣言。書き方は docs/how-to/add-a-service.md と docs/declarations.md にあります。
kind: service
key: {name}
label: （業務の名前）
summary: （この業務が住民と職員に何をするか、一文で）
# 所管課の名称。決まるまで空のままにします。
office: null
catalogue: draft
# 公式の様式と法令の本文を確かめるまで false のままにします。
verified: false
roles:
  - key: clerk
    label: 担当
    rights: [registers.view, registers.edit, registers.import]
# 受け付けられる例と、断られる例（そのとき出る言葉つき）を一つ以上書きます。例のない業務は公開できません。
samples:
  - {role: clerk, right: registers.edit}
  - role: clerk
    right: kernel.audit_view
    refused: 担当には「監査記録を見る」の権限がありません。
"""
REGISTER = """\
# 台帳の宣言。書き方は docs/how-to/add-a-register.md にあります。要らなければ消します。
kind: register
key: {name}.items
label: （台帳の名前）
service: {name}
summary: （何を記録する台帳か、一文で）
verified: false
record: （一件の呼び名）
title: name
fields:
  - {key: name, label: 名称, type: text, required: true, class: open}
  - {key: since, label: 始まりの日, type: date}
  - {key: until, label: 終わりの日, type: date}
indexes: [until]
rules:
  - {key: order, when: has(since) && has(until) && until < since, refuse: 終わりの日が始まりの日より前です。, field: until}
samples:
  - values: {name: 例, since: 2026-04-01, until: 2027-03-31}
  - values: {name: 例, since: 2026-04-01, until: 2026-03-31}
    refused: "終わりの日: 終わりの日が始まりの日より前です。"
"""
TEXTS = """\
# {language}。宣言の中の場所をキーにして書きます。
{name}.label: {label}
{name}.summary: {summary}
{name}.roles.clerk.label: {clerk}
{name}.items.label: {register}
{name}.items.summary: {register_summary}
{name}.items.record: {record}
{name}.items.fields.name.label: {field_name}
{name}.items.fields.since.label: {since}
{name}.items.fields.until.label: {until}
{name}.items.rules.order.refuse: {refuse}
"""
README = """\
# {name}

（この業務は何か。根拠となる法令・条例。拒むことのできる規則を一つ、公式に提出される成果物を一つ。）

## 確かめたこと

まだ何も確かめていません（`verified: false`）。
"""
FILES = {
    "service.yaml": SERVICE,
    "register.yaml": REGISTER,
    "texts.ja-easy.yaml": TEXTS.replace("{language}", "やさしい日本語")
    .replace("{label}", "（やさしい名前）")
    .replace("{summary}", "（やさしい説明）")
    .replace("{clerk}", "担当の 人")
    .replace("{register}", "（台帳の やさしい 名前）")
    .replace("{register_summary}", "（何を 書いて おくか）")
    .replace("{record}", "（一つの 呼び方）")
    .replace("{field_name}", "名前")
    .replace("{since}", "始まる 日")
    .replace("{until}", "終わる 日")
    .replace("{refuse}", "終わる 日が、始まる 日より 前です。"),
    "texts.en.yaml": TEXTS.replace("{language}", "English")
    .replace("{label}", "(name of the service)")
    .replace("{summary}", "(what it does, in one sentence)")
    .replace("{clerk}", "Clerk")
    .replace("{register}", "(name of the register)")
    .replace("{register_summary}", "(what it keeps, in one sentence)")
    .replace("{record}", "(one of them)")
    .replace("{field_name}", "Name")
    .replace("{since}", "From")
    .replace("{until}", "Until")
    .replace("{refuse}", "The last day is before the first."),
    "README.md": README,
    "__init__.py": "",
}


class ServiceRefused(Exception):
    """The folder was not made; the text says why."""


def service_write(name: str, services: Path = SERVICES) -> Path:
    """
    Write the folder of a new service and return it; among a city's services, which hold declarations alone, no Python.

    :raises ServiceRefused: the name is no good, or the folder exists; nothing was written.
    """
    if not NAME.fullmatch(name) or len(name) > LONGEST or keyword.iskeyword(name):
        raise ServiceRefused(
            f"NAME={name}: 小文字の英数字と _ で、{LONGEST} 字以内にしてください。"
            f"Use up to {LONGEST} small letters, digits and single underscores, a letter first: "
            "make new-service NAME=akiya_bank"
        )
    folder = services / name
    try:
        folder.mkdir(parents=services != SERVICES)
    except FileExistsError:
        raise ServiceRefused(f"NAME={name}: もうあります。There is already something at {folder}.") from None
    for file, text in FILES.items():
        if services != SERVICES and file == "__init__.py":
            continue
        (folder / file).write_text(text.replace("{name}", name), encoding="utf-8")
    return folder


def main(arguments: list[str] | None = None) -> int:
    """Make one service; 0 done, 1 refused, 2 usage."""
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 1 or not given[0]:
        sys.stderr.write("make new-service NAME=akiya\n")
        return 2
    try:
        folder = service_write(given[0])
    except ServiceRefused as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    sys.stdout.write(f"{folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
