"""The 47 prefectures with their codes. Source: JIS X 0401."""

from typing import Final

_NAMES: Final = (
    "北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県", "栃木県", "群馬県", "埼玉県", "千葉県",
    "東京都", "神奈川県", "新潟県", "富山県", "石川県", "福井県", "山梨県", "長野県", "岐阜県", "静岡県", "愛知県", "三重県",
    "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県", "鳥取県", "島根県", "岡山県", "広島県", "山口県", "徳島県",
    "香川県", "愛媛県", "高知県", "福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県",
)  # fmt: skip
PREFECTURES: Final = {f"{number:02d}": name for number, name in enumerate(_NAMES, start=1)}
"""Names by code, "01" 北海道 to "47" 沖縄県."""

_CODES: Final = {name: code for code, name in PREFECTURES.items()}


def prefecture_name(code: str) -> str:
    """Give the prefecture of a code, or of a city's code by its first two figures; "" for none of the 47."""
    return PREFECTURES.get(code[:2], "")


def prefecture_code(name: str) -> str:
    """Give the code of a prefecture's full name; "" for none of the 47."""
    return _CODES.get(name, "")
