"""A room in which not everybody may speak: voice is asked for and granted, a nick is registered."""

from cast import condition, item, play, tell


async def scene(alice, bob, room):
    await alice.enters(room, "Alice")
    await alice.configures(room, moderatedroom=True)
    own, *_ = await bob.enters(room, "Bob")
    tell("bob enters:", item(own))
    bob.says(room, "may I?")
    tell("he speaks:", (await bob.next("groupchat_message_error"))["error"]["condition"])

    bob.muc.request_voice(room, "participant")
    await approve(alice, room, "muc#request_allow")
    tell("bob has voice:", item(await bob.sees("Bob", lambda p: p["muc"]["role"] == "participant")))
    bob.says(room, "thank you")
    tell("alice hears:", (await alice.hears("thank you"))["body"])
    await alice.muc.set_role(room, "Bob", "visitor")
    tell("not any more:", item(await bob.sees("Bob", lambda p: p["muc"]["role"] == "visitor")))

    await alice.configures(room, moderatedroom=False)
    form = (await bob["xep_0077"].get_registration(room))["register"]["form"]
    tell("bob registers with:", *[name for name, f in form.get_fields().items() if f["required"]])
    form.reply()
    form.set_values({"muc#register_roomnick": "Robert"})
    iq = bob.make_iq_set(ito=room)
    iq["register"].append(form)
    tell("his nick:", await condition(iq.send()))
    await approve(alice, room, "muc#register_allow")
    tell("he is:", item(await bob.sees("Bob", lambda p: p["muc"]["affiliation"] == "member")))
    tell("alice takes his nick:", await condition(alice.enters(room, "Robert")))
    await bob["xep_0077"].cancel_registration(room)
    tell("he is:", item(await bob.sees("Bob", lambda p: p["muc"]["affiliation"] == "none")))


async def approve(person, room, field):
    """Somebody is asked, by a form of the room, and says yes."""
    form = (await person.next("message", lambda m: m.get_plugin("form", check=True)))["form"]
    tell("alice is asked:", *[f"{name}={f['value'].split('@')[0]}" for name, f in form.get_fields().items()
                              if f["type"] not in ("hidden", "boolean")])
    form.reply()
    form.set_values({field: True})
    answer = person.make_message(room)
    answer.append(form)
    answer.send()


play(scene)
