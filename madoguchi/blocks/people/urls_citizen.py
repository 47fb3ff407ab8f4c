"""Addresses of a resident's own pages."""

from __future__ import annotations

from django.urls import include, path

from madoguchi.blocks.people.citizen import (
    access,
    card,
    consents,
    counter,
    held,
    home,
    mail,
    mandates,
    means,
    notices,
    passkey,
    profile,
    sessions,
    sign_in,
)

app_name = "me"
record = [
    path("profile/", profile.profile, name="profile"),
    path("profile/address/", profile.address, name="address"),
    path("access/", access.access, name="access"),
    path("access/list.csv", access.access_file, name="access_file"),
    path("held/", held.held, name="held"),
    path("notices/", notices.notices, name="notices"),
    path("language/", notices.languages, name="language"),
]
others = [
    path("act/", mandates.act, name="act"),
    path("mandates/", mandates.mandates, name="mandates"),
    path("mandates/offer/", mandates.offer, name="mandate_offer"),
    path("mandates/offer/<str:organisation>/", mandates.offer, name="mandate_offer_organisation"),
    path("mandates/receive/", mandates.receive, name="mandate_receive"),
    path("mandates/claim/", mandates.claim, name="mandate_claim"),
    path("mandates/<str:key>/", mandates.mandate, name="mandate"),
    path("mandates/<str:key>/answer/", mandates.answer, name="mandate_answer"),
    path("mandates/<str:key>/end/", mandates.revoke, name="mandate_revoke"),
    path("consents/", consents.consents, name="consents"),
    path("consents/answers/<int:consent_id>/", consents.proof, name="consent_proof"),
    path("consents/answers/<int:consent_id>/proof.json", consents.proof_file, name="consent_proof_file"),
    path("consents/<str:key>/", consents.consent, name="consent"),
]
urlpatterns = [
    path("me/", include([*record, *others])),
    path("me/", home.home, name="home"),
    path("me/means/", means.means, name="means"),
    path("me/means/mail/", means.means_mail, name="means_mail"),
    path("me/means/card/", means.means_card, name="means_card"),
    path("me/means/passphrase/", means.means_passphrase, name="means_passphrase"),
    path("me/means/passkey/", passkey.passkey_new, name="passkey_new"),
    path("me/means/passkey/question/", passkey.passkey_new_question, name="passkey_new_question"),
    path("me/means/<int:means_id>/name/", means.means_label, name="means_name"),
    path("me/means/<int:means_id>/off/", means.means_off, name="means_off"),
    path("me/sessions/", sessions.sessions, name="sessions"),
    path("me/sessions/end-all/", sessions.sessions_end_all, name="sessions_end_all"),
    path("me/sessions/<int:session_id>/end/", sessions.session_end, name="session_end"),
    path("me/stay/", sessions.stay, name="stay"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/mail/", mail.ask, name="mail"),
    path("sign-in/mail/sent/", mail.sent, name="mail_sent"),
    path("sign-in/mail/link/<str:secret>/", mail.link, name="mail_link"),
    path("sign-in/counter/", counter.counter, name="counter"),
    path("sign-in/counter/passphrase/", counter.passphrase, name="counter_passphrase"),
    path("sign-in/passkey/", passkey.passkey, name="passkey"),
    path("sign-in/passkey/question/", passkey.passkey_question, name="passkey_question"),
    path("sign-in/card/", card.card, name="card"),
    path("sign-in/card/back/", card.back, name="card_back"),
    path("sign-in/card/unsure/", card.unsure, name="unsure"),
    path("sign-in/card/back-channel/", card.back_channel, name="card_back_channel"),
    path("sign-in/card/keys/", card.keys, name="card_keys"),
    path("signed-out/idle/", sessions.ended, name="ended"),
    path("sign-out/", sessions.sign_out, name="sign_out"),
    path("signed-out/", sessions.signed_out, name="signed_out"),
]
