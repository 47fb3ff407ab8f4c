"""What I agreed to: the texts, my answers, and the proof of each."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.blocks.people.actions import consent_answer
from madoguchi.blocks.people.citizen.showing import delegate_look, language, signed_in, way
from madoguchi.blocks.people.consents.texts import ConsentText
from madoguchi.blocks.people.models import Assurance, Consent
from madoguchi.blocks.people.pages import resident_page
from madoguchi.blocks.people.queries import consent_open, consent_proof, consents_answered, consents_open
from madoguchi.blocks.people.types import ConsentNow, ConsentProof
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.rights import NotAllowed

DONE = {
    "given": _("同意したことを記録しました。"),
    "refused": _("同意しないことを記録しました。"),
    "withdrawn": _("同意を取り消しました。"),
}


@require_safe
@resident_page(assurance=Assurance.CARD, every_mandate=True)
def consents(request: HttpRequest) -> HttpResponse:
    """List what I am asked to agree to, and how each stands."""
    viewer = signed_in(request).viewer
    found = consents_open(viewer, language())
    record = viewer.record
    if record is not None and record.mandate and not found:
        raise NotAllowed(f"consents under {record.mandate}")
    if found:
        # One of the services is enough to say under what he looks.
        delegate_look(viewer, page="consents", data=["consents"], service=found[0][0].service)
    context = {
        "consents": [(text, *state_words(stand)) for text, stand in found],
        "breadcrumb": way((gettext("同意したこと"), "")),
    }
    return render(request, "people/me/consents.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@resident_page(assurance=Assurance.CARD, every_mandate=True)
def consent(request: HttpRequest, key: str) -> HttpResponse:
    """Show one text, take the answer, and show the answers of before."""
    viewer = signed_in(request).viewer
    text, stand = consent_open(viewer, key, language())
    delegate_look(viewer, page="consents", data=["consents"], service=text.service)
    problem = ""
    if request.method == "POST":
        given = request.POST.get("answer", "")
        if given not in Consent.Answer.values:
            problem = gettext("「同意する」か「同意しない」を選んでください。")
        else:
            try:
                consent_answer(
                    actor=viewer, key=key, answer=given, sha256=request.POST.get("text", ""),
                    language=text.language, now=now(),
                )  # fmt: skip
            except Refused as refused:
                problem = str(refused.message)
            else:
                messages.success(request, str(DONE[given]))
                return redirect("me:consent", key)
    return render(
        request, "people/me/consent.html", _context(request, text, stand, problem), status=_status(problem)
    )


@require_safe
@resident_page(assurance=Assurance.CARD, every_mandate=True)
def proof(request: HttpRequest, consent_id: int) -> HttpResponse:
    """Show the very text of one answer, its digest, when it was given and by whom."""
    found = _proof_seen(request, consent_id)
    steps = (gettext("同意したこと"), reverse("me:consents")), (gettext("答えの記録"), "")
    context = {
        "proof": found,
        "answer": Consent.Answer(found.line.answer).label,
        "breadcrumb": way(*steps),
    }
    return render(request, "people/me/consent_proof.html", context)


@require_safe
@resident_page(assurance=Assurance.CARD, every_mandate=True)
def proof_file(request: HttpRequest, consent_id: int) -> HttpResponse:
    """Give the proof of one answer as a file."""
    found = _proof_seen(request, consent_id)
    body = json.dumps(proof_data(found), ensure_ascii=False, indent=1)
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="consent-{found.line.id}.json"'
    return response


def _proof_seen(request: HttpRequest, consent_id: int) -> ConsentProof:
    viewer = signed_in(request).viewer
    found = consent_proof(viewer, consent_id)
    delegate_look(viewer, page="consents", data=["identity", "consents"], service=found.service)
    return found


def proof_data(found: ConsentProof) -> dict[str, object]:
    """Give a proof as plain data; ``sha256`` is that of the canonical JSON of ``text``."""
    line = found.line
    return {
        "schema": "madoguchi.consent/1",
        "party": found.party_key,
        "name": found.party_name,
        "answer": line.answer,
        "answered_at": line.answered_at.isoformat(timespec="seconds"),
        "answered_by": line.by or found.party_name,
        "by_delegate": bool(line.by),
        "sha256": found.sha256,
        "text": found.document,
    }


def state_words(stand: ConsentNow) -> tuple[str, str]:
    """Give the word for how a consent stands, and the kind of its badge."""
    if stand.asked_again:
        return gettext("文面が変わりました。もう一度答えてください"), "warning"
    if not stand.answer:
        return gettext("まだ答えていません"), "info"
    kind = "success" if stand.answer == "given" else "neutral"
    return str(Consent.Answer(stand.answer).label), kind


def _context(request: HttpRequest, text: ConsentText, stand: ConsentNow, problem: str) -> dict[str, object]:
    lines = consents_answered(signed_in(request).viewer, text.key)
    word, kind = state_words(stand)
    return {
        "text": text,
        "stand": stand,
        "state": word,
        "state_kind": kind,
        "paragraphs": [line for line in text.text.value.splitlines() if line.strip()],
        "history": [(line, Consent.Answer(line.answer).label) for line in lines],
        "may_withdraw": stand.answer == "given",
        "may_refuse": stand.answer != "refused" and not stand.holds,
        "may_give": not stand.holds,
        "problem": problem,
        "breadcrumb": way((gettext("同意したこと"), reverse("me:consents")), (text.label.value, "")),
    }


def _status(problem: str) -> int:
    return 422 if problem else 200
