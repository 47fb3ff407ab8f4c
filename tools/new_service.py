"""
Start a municipal service: ``make new-service NAME=akiya`` writes its folder under ``madoguchi/services``.

Plain Python without the project's libraries, so that it runs before ``make setup``.
"""

from __future__ import annotations

import keyword
import re
import sys
from pathlib import Path

SERVICES = Path(__file__).resolve().parents[1] / "madoguchi" / "services"
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
    rights: [messages.notice_read]
# 受け付けられる例と、断られる例（そのとき出る言葉つき）を一つ以上書きます。例のない業務は公開できません。
samples:
  - {role: clerk, right: messages.notice_read}
  - role: clerk
    right: kernel.audit_view
    refused: 担当には「監査記録を見る」の権限がありません。
"""
TEXTS = """\
# {language}。宣言の中の場所をキーにして書きます。
{name}.label: {label}
{name}.summary: {summary}
{name}.roles.clerk.label: {clerk}
"""
README = """\
# {name}

（この業務は何か。根拠となる法令・条例。拒むことのできる規則を一つ、公式に提出される成果物を一つ。）

## 確かめたこと

まだ何も確かめていません（`verified: false`）。
"""
FILES = {
    "service.yaml": SERVICE,
    "texts.ja-easy.yaml": TEXTS.replace("{language}", "やさしい日本語")
    .replace("{label}", "（やさしい名前）")
    .replace("{summary}", "（やさしい説明）")
    .replace("{clerk}", "担当の 人"),
    "texts.en.yaml": TEXTS.replace("{language}", "English")
    .replace("{label}", "(name of the service)")
    .replace("{summary}", "(what it does, in one sentence)")
    .replace("{clerk}", "Clerk"),
    "README.md": README,
    "__init__.py": "",
}


class ServiceRefused(Exception):
    """The folder was not made; the text says why."""


def service_write(name: str, services: Path = SERVICES) -> Path:
    """
    Write the folder of a new service and return it.

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
        folder.mkdir()
    except FileExistsError:
        raise ServiceRefused(f"NAME={name}: もうあります。There is already something at {folder}.") from None
    for file, text in FILES.items():
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
    print(folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
