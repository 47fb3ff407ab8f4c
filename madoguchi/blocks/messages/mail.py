"""
Mail to people outside: plain text, in the reader's language, from the address that the city has bound.

A mail says nothing of whoever it goes to: no name, no matter, no number of a case. It goes over networks that are
not ours, and onto screens that others see.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import make_msgid
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy

from madoguchi.blocks.people.actions import SignInMail
from madoguchi.kernel.health import Health, health_check

FILES = "django.core.mail.backends.filebased.EmailBackend"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail."""

    address: str
    subject: str
    text: str


def mail_send(mail: Mail) -> None:
    """
    Hand a mail over to the server that the environment names, or write it as a file.

    :raises OSError, SMTPException: the server does not take it now; the outbox tries again.
    """
    if settings.EMAIL_BACKEND == FILES:
        Path(settings.EMAIL_FILE_PATH).mkdir(mode=0o700, parents=True, exist_ok=True)
    domain = settings.DEFAULT_FROM_EMAIL.rsplit("@", 1)[-1].strip("> ")
    headers = {
        # A new one for each try: a repetition holds new secrets, and must not be dropped as known.
        "Message-ID": make_msgid(domain=domain),
        # Out-of-office answers and mailing lists keep quiet (RFC 3834).
        "Auto-Submitted": "auto-generated",
    }
    EmailMessage(mail.subject, mail.text, settings.DEFAULT_FROM_EMAIL, [mail.address], headers=headers).send()


def sign_in_mail(asked: SignInMail) -> Mail:
    """Write the mail with link and code."""
    with translation.override(asked.language):
        values = {"city": settings.SITE_NAME, "code": asked.code, "link": asked.link}
        text = gettext(
            "%(city)sのサインインのための番号です。15分の間、一度だけ使えます。\n\n"
            "番号： %(code)s\n\n"
            "サインインを頼んだ画面に、この番号を入れてください。\n"
            "同じ端末なら、次のリンクを開いて、出てきたボタンを押しても進めます。\n\n"
            "%(link)s\n\n"
            "この番号を、ほかの人に教えないでください。市の職員が番号を聞くことはありません。\n"
            "頼んだおぼえがなければ、このメールを消してください。何も起こりません。\n"
            "このメールに返信しても、読まれません。\n"
        )
        subject = gettext("%(city)s：サインインの番号") % values
        return Mail(asked.address, subject, text % values)


@health_check(
    "mail",
    label=gettext_lazy("メール"),
    meaning=gettext_lazy("サインインのメールなど、外へ送るメールの行き先です。"),
    order=115,
)
def mail_way(now: datetime) -> Health:  # noqa: ARG001
    """Say where mail goes; no mail is sent to find out."""
    if not settings.ENVIRONMENT.mail:
        return Health(
            "warn" if settings.ENVIRONMENT.site.https else "ok",
            gettext("送らずに、ファイルに書いています（%(folder)s）。")
            % {"folder": settings.EMAIL_FILE_PATH},
            gettext(
                "本番では、環境変数 MADOGUCHI_MAIL にメールサーバーを書いてください（例 smtp://user:password@host:587）。"
            ),
        )
    server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    if not settings.ENVIRONMENT.site.mail_from:
        return Health(
            "bad",
            gettext("%(server)s へ送りますが、差出人が決まっていません。") % {"server": server},
            gettext("市の bindings.yaml の site.mail_from に、差出人のアドレスを書いてください。"),
        )
    return Health(
        "ok",
        gettext("%(server)s へ、%(sender)s から送ります。")
        % {"server": server, "sender": settings.DEFAULT_FROM_EMAIL},
    )
