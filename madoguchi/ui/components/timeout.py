"""Time-out warning: asks before the session ends, so that nobody loses a half-filled form."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from madoguchi.ui.components.button import button, link_button
from madoguchi.ui.components.markup import esc, href, safe


def timeout_warning(
    *,
    seconds: int,
    warn: int = 120,
    extend_url: str,
    end_url: str,
    csrf_token: str = "",
    hidden: object = "",
    lost: bool = False,
) -> SafeString:
    """
    Render the rule in words and a dialog that ui.js opens in time.

    :param seconds: length of the session without a request.
    :param warn: seconds before the end at which the dialog opens; at least 20 (WCAG 2.2.1).
    :param extend_url: takes a POST that prolongs the session.
    :param end_url: the page to show when time is up.
    :param hidden: further hidden fields of the form, as safe markup.
    :param lost: what was typed is lost at the end, and not kept for the next sign-in.
    :raises ValueError: the warning would come too late.
    """
    if not 20 <= warn < seconds:
        raise ValueError(f"warn={warn}: must be at least 20 and less than seconds={seconds}")
    minutes = seconds // 60
    rule = ngettext(
        "%(minutes)d分間操作がないと、安全のため自動的に終了します。",
        "%(minutes)d分間操作がないと、安全のため自動的に終了します。",
        minutes,
    ) % {"minutes": minutes}
    kept = gettext(
        "操作を続けますか。続けない場合は、サインアウトします。入力した内容は、もう一度サインインすると続けられます。"
    )
    gone = gettext("操作を続けますか。続けない場合は、サインアウトします。入力の途中の内容は残りません。")
    token = (
        f'<input type="hidden" name="csrfmiddlewaretoken" value="{esc(csrf_token)}">' if csrf_token else ""
    )
    return safe(
        f'<div class="mg-timeout" data-timeout="{seconds}" data-warn="{warn}" data-end="{href(end_url)}">'
        f'<p class="mg-timeout__rule">{esc(rule)}</p>'
        '<dialog class="mg-modal" aria-labelledby="mg-timeout-title" aria-describedby="mg-timeout-left">'
        f'<h2 class="mg-dialog__title" id="mg-timeout-title">{esc(gettext("まもなく終了します"))}</h2>'
        f'<p id="mg-timeout-left">{esc(gone if lost else kept)}</p>'
        f'<p class="mg-timeout__clock" role="timer">{esc(gettext("残り"))} <span data-timeout-left>'
        f"{warn // 60}:{warn % 60:02d}</span></p>"
        f'<form class="mg-actions" method="post" action="{href(extend_url)}">{token}{esc(hidden)}'
        f"{button(gettext('続ける'))}{link_button(gettext('終了する'), end_url, kind='quiet')}</form>"
        "</dialog></div>"
    )
