import pytest
from datetime import timedelta
from madoguchi.blocks.people.actions import consent_answer, person_open
from madoguchi.blocks.people.testing import *
from madoguchi.blocks.people.testing.mandates import resident_viewer, mandate_make, family_make, head_officer_make
from madoguchi.blocks.people.models import ResidentSession, Mandate
from madoguchi.kernel.clock import now
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.rights import system_viewer
from dataclasses import replace
pytestmark=[pytest.mark.browser, pytest.mark.django_db]
LOOKS=[f"people.{n}_view" for n in ("identity","address","household")]
@pytest.mark.parametrize("width",[360,1280])
@pytest.mark.parametrize("lang",["ja","en"])
def test_shots(house, width, lang):
    declarations_publish(actor=system_viewer(on=DAY, duty="x"), keys=None, reason="x", now=NOW)
    from madoguchi.kernel.declarations import published
    from madoguchi.blocks.people.consents.texts import consent_text
    text=consent_text(published("consent",CONSENT),"ja")
    home_=household_make()
    hanako=person_make(name="花野　花子",kana="ハナノ　ハナコ",born="1946-03-03",address="みなも市七番町7番7号",household=home_)
    person_make(name="花野　小春",born="2016-03-03",household=home_,head=False,relation="子")
    taro=person_make(name="月野　太郎"); jiro=person_make(name="星野　次郎")
    m=mandate_make(hanako,taro,offered_at=now(),ends_on=now().date()+timedelta(days=200))
    lim=mandate_make(jiro,hanako,kind="tax_accountant",services=["dx_plan"],offered_at=now())
    waiting=mandate_make(taro,hanako,accepted=False,offered_at=now())
    mandate_make(hanako,jiro,revoked_at=now())
    c=replace(duty_viewer(*LOOKS),office="市民部 市民課",post="係長",duty="住民異動の届出の受付",duty_key="residents/move")
    for i in range(3): person_open(actor=c,key=hanako.key,now=now()-timedelta(days=i*30))
    e=replace(c,duty="緊急の閲覧 7",duty_key="emergency/7"); person_open(actor=e,key=hanako.key,now=now())
    ans=consent_answer(actor=resident_viewer(hanako),key=text.key,answer="given",sha256=text.sha256,language="ja",now=now())
    cl=resident_client(hanako)
    ResidentSession.objects.update(claims={"name":"花野　花子","birthdate":"1946-03-03"})
    h=house(client=cl,width=width,language=lang)
    pages={"home":"/me/","profile":"/me/profile/","address":"/me/profile/address/","access":"/me/access/","held":"/me/held/","notices":"/me/notices/","language":"/me/language/","act":"/me/act/","mandates":"/me/mandates/","mandate":f"/me/mandates/{m.key}/","waiting":f"/me/mandates/{waiting.key}/","offer":"/me/mandates/offer/","receive":"/me/mandates/receive/","claim":"/me/mandates/claim/","consents":"/me/consents/","consent":f"/me/consents/{CONSENT}/","proof":f"/me/consents/answers/{ans.pk}/"}
    for n,u in pages.items():
        p=h.open(u); p.screenshot(path=f"/tmp/shots/{lang}-{width}-{n}.png",full_page=True)
        v=h.violations()
        if v: print(n,lang,width,v)
    if lang=="ja":
        p=h.open("/me/mandates/offer/"); p.get_by_label("介護・支援をする人").check(); p.get_by_label("すべての手続き").check(); p.get_by_role("button",name="番号を出す").click(); p.locator(".pe-code").wait_for()
        p.screenshot(path=f"/tmp/shots/{lang}-{width}-offered.png",full_page=True); print(h.violations())
    ResidentSession.objects.update(acting=lim)
    p=h.open("/me/"); p.screenshot(path=f"/tmp/shots/{lang}-{width}-acting.png",full_page=True); print(h.violations())
    Mandate.objects.filter(pk=lim.pk).update(revoked_at=now())
    p=h.open("/me/"); p.screenshot(path=f"/tmp/shots/{lang}-{width}-lapsed.png",full_page=True); print(h.violations())
