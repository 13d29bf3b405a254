"""A private group, as encryption wants it: members only, and everybody's address is known to all members."""

from cast import condition, item, play, tell


async def scene(alice, bob, room):
    await alice.enters(room, "Alice")
    await alice.configures(room, membersonly=True, whois="anyone", allowinvites=True)
    info = await alice["xep_0030"].get_info(room)
    tell("features:", *sorted(f for f in info["disco_info"]["features"] if f in
                              ("muc_membersonly", "muc_nonanonymous", "muc_open", "muc_semianonymous")))
    tell("bob is no member:", await condition(bob.enters(room, "Bob")))

    bob.muc.rooms.clear()  # slixmpp counts a room that has refused him, and hides invitations to it
    alice.muc.invite(room, bob.boundjid.bare, reason="come in")
    invitation = await bob.next("groupchat_invite")
    tell("bob is invited by:", invitation["muc"]["invite"]["from"].user, invitation["muc"]["invite"]["reason"])
    own, _, others, _ = await bob.enters(room, "Bob")
    tell("bob enters:", item(own))
    tell("he sees:", *[f"{p['from'].resource} is {p['muc']['jid'].user} ({item(p)})" for p in others])
    seen = await alice.sees("Bob")
    tell("alice sees:", seen["muc"]["jid"].user, item(seen))
    for affiliation in "owner", "admin", "member":
        tell(f"bob reads the list of {affiliation}s:", *[jid.split("@")[0] for jid in
             await bob.muc.get_affiliation_list(room, affiliation)])
    tell("bob changes it:", await condition(bob.muc.set_affiliation(room, "none", jid=alice.boundjid.bare)))

    alice["xep_0249"].send_invitation(bob.boundjid, room, reason="you are missed")
    direct = await bob.next("groupchat_direct_invite")
    tell("a direct invitation is to this room:", direct["groupchat_invite"]["jid"] == room)

    await alice.configures(room, whois="moderators")
    changed = await bob.next("groupchat_config_status", lambda m: m["type"] == "groupchat")
    tell("the form is changed:", *sorted(changed["muc"]["status_codes"]))
    await alice.muc.set_affiliation(room, "none", jid=bob.boundjid.bare)
    out = await bob.sees("Bob", lambda p: p["type"] == "unavailable")
    tell("bob is no member any more:", item(out))


play(scene)
