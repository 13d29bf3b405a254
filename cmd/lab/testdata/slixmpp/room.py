"""An evening in a room: it is made, entered, talked in, kept in order and closed."""

from cast import condition, item, play, tell


async def scene(alice, bob, room):
    own, _, _, _ = await alice.enters(room, "Alice")
    tell("alice makes the room:", item(own))
    tell("bob at a locked room:", await condition(bob.enters(room, "Bob")))
    await alice.configures(room, roomname="The Wood", changesubject=False)
    info = await alice["xep_0030"].get_info(room)
    tell("its name:", *[name for _, _, _, name in info["disco_info"]["identities"]])

    alice.says(room, "anybody?")
    echo = await alice.hears("anybody?")
    tell("a reflection has a stanza-id by the room:", bool(echo["stanza_id"]["id"]) and echo["stanza_id"]["by"] == room)
    alice.muc.set_subject(room, "croquet")
    await alice.next("groupchat_subject", lambda m: m["subject"] == "croquet")

    own, subject, others, history = await bob.enters(room, "Bob", maxstanzas=20)
    tell("bob enters:", item(own))
    tell("he sees:", *[f"{p['from'].resource} ({item(p)})" for p in others])
    tell("he missed:", *[f"{m['from'].resource}: {m['body']}" for m in history])
    tell("the subject:", subject["subject"], "by", subject["from"].resource)
    tell("alice sees:", item(await alice.sees("Bob")))

    bob.says(room, "I am")
    heard = await alice.hears("I am")
    tell("alice hears:", heard["from"].resource, heard["body"])
    tell("the occupant-id is that of his presence:", occupant_id(heard) == occupant_id(own) != "")
    bob.send_message(f"{room}/Alice", "between us", mtype="chat")
    whisper = await alice.next("message", lambda m: m["type"] == "chat")
    tell("he whispers:", whisper["from"].resource, whisper["body"])
    bob.muc.set_subject(room, "tea")
    refused = await bob.next("groupchat_message_error")
    tell("bob sets the subject:", refused["error"]["condition"])

    bob.send_presence(pto=f"{room}/Robert")
    left = await alice.sees("Bob", lambda p: p["type"] == "unavailable")
    tell("bob is now:", left["muc"]["item"]["nick"], item(left))
    tell("alice sees:", item(await alice.sees("Robert")))
    await bob.sees("Robert")
    tell("the roster:", *sorted(bob.muc.get_roster(room)))
    tell("he is there:", await condition(bob["xep_0199"].ping(f"{room}/Robert")))

    await alice.muc.set_role(room, "Robert", "none", reason="enough")
    kicked = await bob.sees("Robert", lambda p: p["type"] == "unavailable")
    tell("bob is kicked:", item(kicked), kicked["muc"]["item"]["reason"])
    tell("he is there:", await condition(bob["xep_0199"].ping(f"{room}/Robert")))
    await alice.muc.set_affiliation(room, "outcast", jid=bob.boundjid.bare)
    tell("bob is banned:", await condition(bob.enters(room, "Bob")))

    await alice.muc.destroy(room, reason="bedtime")
    end = await alice.sees("Alice", lambda p: p["type"] == "unavailable")
    tell("the room is destroyed:", item(end), end["muc"]["destroy"]["reason"])


def occupant_id(stanza):
    return stanza.xml.find("{urn:xmpp:occupant-id:0}occupant-id").get("id")


play(scene)
