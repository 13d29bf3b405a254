"""A room with a past: it is scrolled through, and what was wrong in it is taken back, by its author and by a moderator."""

from slixmpp.xmlstream import ET

from cast import condition, play, tell

MODERATE = "urn:xmpp:message-moderate:1"  # slixmpp 1.8.3 knows version 0
RETRACT = "urn:xmpp:message-retract:1"


async def scene(alice, bob, room):
    await alice.enters(room, "Alice")
    await alice.configures(room, persistentroom=True)
    ids = {}
    for n in range(1, 26):
        alice.says(room, f"line {n}")
        ids[n] = (await alice.hears(f"line {n}"))["stanza_id"]["id"]
    tell("bob asks what there is to ask:", *sorted((await bob["xep_0313"].get_fields(room)).get_fields()))

    _, _, _, history = await bob.enters(room, "Bob", maxstanzas=0)
    tell("history:", len(history))
    pages = [page async for page in back(bob, room)]
    for page in pages:
        tell("he scrolls back:", lines(page))
    tell("their ids are those of the reflections:", [m["mam_result"]["id"] for page in reversed(pages) for m in page] == [*ids.values()])
    seen = [m async for m in bob["xep_0313"].iterate(room, rsm={"max": 10}, total=12)]
    tell("from the start, no more than 12:", lines(seen))
    since = seen[4]["mam_result"]["forwarded"]["delay"]["stamp"]
    found = await bob["xep_0313"].retrieve(room, start=since, rsm={"max": 2})
    tell("since line 5 was said:", lines(found["mam"]["results"]))
    found = await bob["xep_0313"].retrieve(room, with_jid=f"{room}/Alice", rsm={"max": 2})
    tell("said by Alice:", lines(found["mam"]["results"]))
    about = (await bob["xep_0313"].get_archive_metadata(room))["mam_metadata"]
    tell("the archive begins and ends with:", about["start"]["id"] == ids[1], about["end"]["id"] == ids[25])

    bob.says(room, "oops")
    wrong = (await alice.hears("oops"))["stanza_id"]["id"]
    message = bob.make_message(room, mtype="groupchat")
    message.append(ET.Element(f"{{{RETRACT}}}retract", id=wrong))
    message.send()
    told = await alice.next("message", lambda m: m.xml.find(f"{{{RETRACT}}}retract") is not None)
    tell("bob takes a word back:", told["from"].resource, told.xml.find(f"{{{RETRACT}}}retract").get("id") == wrong)

    bob.says(room, "nonsense")
    wrong = (await alice.hears("nonsense"))["stanza_id"]["id"]
    tell("bob moderates:", await condition(moderate(bob, room, wrong).send()))
    await moderate(alice, room, wrong, "Not here").send()
    told = await bob.next("message", lambda m: m.xml.find(f".//{{{MODERATE}}}moderated") is not None)
    tell("alice moderates, bob hears from:", told["from"].resource or "the room", told.xml.findtext(f".//{{{RETRACT}}}reason"))
    left = await anext(back(bob, room))
    tell("in the archive:", *[marks(m["mam_result"]["forwarded"]["stanza"].xml) for m in left[-4:]])
    old = bob["xep_0425"].moderate(room, ids[1])
    tell("the moderation of long ago:", await condition(old))


async def back(person, room):
    """Pages of ten, the last one first. slixmpp's own way back ends where a room tells the index of a page."""
    page = [m async for m in person["xep_0313"].iterate(room, reverse=True, rsm={"max": 10})][::-1]
    while page:
        yield page
        older = await person["xep_0313"].retrieve(room, rsm={"max": 10, "before": page[0]["mam_result"]["id"]})
        page = older["mam"]["results"]


def lines(results):
    return ", ".join(m["mam_result"]["forwarded"]["stanza"]["body"] for m in results)


def marks(xml):
    """The elements that say what has become of a message."""
    return "+".join(sorted(child.tag.split("}")[1] for child in xml if child.tag.split("}")[1] not in ("stanza-id", "occupant-id")))


def moderate(person, room, wrong, reason=None):
    iq = person.make_iq_set(ito=room)
    wish = ET.SubElement(iq.xml, f"{{{MODERATE}}}moderate", id=wrong)
    ET.SubElement(wish, f"{{{RETRACT}}}retract")
    if reason:
        ET.SubElement(wish, f"{{{MODERATE}}}reason").text = reason
    return iq


play(scene)
