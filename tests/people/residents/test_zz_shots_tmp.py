import os, pytest
from datetime import date, timedelta
from madoguchi.blocks.people.models import *
from madoguchi.blocks.people.testing import *
from madoguchi.blocks.people.testing.residents import *
from madoguchi.blocks.people.actions import pairs_find, organisation_enter, member_seat, party_merge, person_enter
from madoguchi.kernel.clock import now as clock_now
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.rights import system_viewer
from madoguchi.blocks.places.testing import area_make
pytestmark=[pytest.mark.django_db, pytest.mark.browser]
HOUSE=system_viewer(on=DAY, duty="試験")
@pytest.mark.timeout(600)
def test_shots(house):
    declarations_publish(actor=HOUSE, keys=None, reason="試験", now=NOW)
    today=clock_now().date()
    home=household_make()
    a=person_make(name="渡邊　水無子", kana="ワタナベ　ミナコ", born="1950-04-29", sex="2", address="みなも市一番町2丁目3番4号 コーポみなも201", household=home, number="0000012345")
    person_make(name="渡邊　昭", kana="ワタナベ　アキラ", born="1948-01", sex="1", address="みなも市一番町2丁目3番4号 コーポみなも201", household=home, head=False, relation="夫")
    person_make(name="渡辺　美奈", kana="ワタナベ　ミナ", born="1950-04-01", sex="2", address="みなも市西町10番地", household=None)
    person_make(name="渡部　ミナ", kana="ワタナベ　ミナ", born="1950-12-31", sex="2", address="みなも市西町11番地", until=date(2024,3,1))
    b=person_enter(actor=HOUSE, name="渡辺　水無子", kana="ワタナベ　ミナコ", born="1950-04-29", sex="2", address="みなも市一番町2-3-4", starts_on=date(2024,1,1), now=NOW)
    c=person_enter(actor=HOUSE, name="渡邉　みな子", kana="ワタナベ　ミナコ", born="1950", address="隣市東町1", starts_on=date(2024,1,1), now=NOW)
    party_merge(actor=HOUSE, kept_key=a.key, gone_key=c.key, reason="窓口で本人に確かめた", now=NOW)
    PartyName.objects.create(party=a, source="register", entered_at=NOW, starts_on=date(2015,1,1), use="former", **__import__("madoguchi.blocks.people.parties.facts",fromlist=["x"]).name_values(name="斎藤", kana="サイトウ", born="1950-04-29"))
    pairs_find(actor=HOUSE, now=NOW)
    for i,n in enumerate(["試験　守","試験　守里"]):
        protection_make(name=n, starts_on=date(2026,1,1), ends_on=today+timedelta(days=40+i*200))
    protected=protection_make(name="試験　守雄")
    org=organisation_enter(actor=HOUSE, name="一番町自治会", kana="イチバンチョウジチカイ", form="association", address="みなも市一番町1番1号", starts_on=date(2010,4,1), now=NOW)
    organisation_enter(actor=HOUSE, name="みなも内科クリニック", kana="ミナモナイカクリニック", form="clinic", corporate_number="", address="みなも市西町1番", starts_on=date(2010,4,1), now=NOW)
    member_seat(actor=HOUSE, group_key=org.key, party_key=a.key, kind="officer", relation="会長", head=True, starts_on=date(2024,4,1), now=NOW)
    feed_run([record(n) for n in range(1,40)], as_of=date(2026,5,1))
    refused=feed_bring(feed_file([record(1, born="19800230"), record(2, name=""), record(3)]))
    alarm=feed_bring([record(n) for n in range(1,20)], as_of=date(2026,5,2))
    pair=SamePerson.objects.first()
    merge=PartyMerge.objects.first()
    roles=[COUNTER,KEEPER,PROTECTOR,FEEDER]
    client=staff_client(roles=roles)
    acceptor=staff_client(roles=[ACCEPTOR])
    pages={"duty0":("/office/residents/duty/?next=/office/residents/",None),
     "search":("/office/residents/",MOVE),"person":(f"/office/residents/{a.key}/",MOVE),"personmatch":(f"/office/residents/{a.key}/?on=2026-01-01&at=2026-05-12",MATCHING),
     "household":(f"/office/residents/households/{home.key}/",MOVE),"pairs":("/office/residents/pairs/",MATCHING),"pair":(f"/office/residents/pairs/{pair.pk}/",MATCHING),
     "undo":(f"/office/residents/merges/{merge.pk}/undo/",MATCHING),"protections":("/office/residents/protections/",PROTECTION),"protected":(f"/office/residents/{protected.party.key}/",PROTECTION),
     "begin":(f"/office/residents/{a.key}/protection/",PROTECTION),
     "orgs":("/office/residents/organisations/",MATCHING),"org":(f"/office/residents/organisations/{org.key}/","residents/association"),"orgnew":("/office/residents/organisations/new/",None),"member":(f"/office/residents/organisations/{org.key}/members/add/","residents/association"),
     "address":(f"/office/residents/{a.key}/address/",MOVE),"enter":("/office/residents/new/",MOVE),
     "feeds":("/office/residents/feeds/",None),"feedrefused":(f"/office/residents/feeds/{refused.pk}/",None),"feedalarm":(f"/office/residents/feeds/{alarm.pk}/","ACC"),
     "home":("/office/",MATCHING)}
    only=os.environ.get("ONLY","").split(",") if os.environ.get("ONLY") else None
    out=[]
    for width in (360,1280):
        for name,(url,duty) in pages.items():
            if only and name not in only: continue
            cl=acceptor if duty=="ACC" else client
            if duty and duty!="ACC": duty_begin(cl,duty,case="R8-123")
            w=house(width=width, client=cl)
            page=w.open(url)
            if name=="search":
                page.screenshot(path=f"/tmp/shots4/{name}-{width}.png", full_page=True)
                page.fill("[name=kana]","わたなべ"); page.fill("[name=born]","昭和25年"); page.keyboard.press("Enter")
                page.wait_for_selector("#found")
                name="results"
            page.screenshot(path=f"/tmp/shots4/{name}-{width}.png", full_page=True)
            f=w.violations()
            if f: out.append((name,width,f))
            if w.faults: out.append((name,width,w.faults))
            page.context.close()
    print(out)
    assert not out, out
