"""People with slixmpp, as each script here plays them. What slixmpp makes of the stanzas is printed, a line a step."""

import asyncio
import logging
import sys

import slixmpp
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import StanzaPath

PLUGINS = ["xep_0030", "xep_0045", "xep_0077", "xep_0199", "xep_0249", "xep_0313", "xep_0359", "xep_0421",
           "xep_0425"]
EVENTS = ["session_start", "groupchat_message", "groupchat_message_error", "groupchat_subject",
          "groupchat_presence", "groupchat_invite", "groupchat_direct_invite", "groupchat_config_status"]

# slixmpp itself prints what it comes across when it enters a room.
transcript, sys.stdout = sys.stdout, sys.stderr


def tell(*words):
    print(*words, file=transcript, flush=True)


class Person(slixmpp.ClientXMPP):
    """A client that keeps each event until it is asked for."""

    def __init__(self, jid):
        super().__init__(jid, "any", plugin_config={"feature_mechanisms": {"unencrypted_plain": True}})
        # Its own event "message" is for messages with a body.
        self.inbox = {"message": asyncio.Queue()}
        self.register_handler(Callback("message", StanzaPath("message"), self.inbox["message"].put_nowait))
        for name in PLUGINS:
            self.register_plugin(name)
        for name in EVENTS:
            self.inbox[name] = asyncio.Queue()
            self.add_event_handler(name, self.inbox[name].put_nowait)
        self.muc = self["xep_0045"]

    async def next(self, event, match=lambda stanza: True):
        """The next of these events that matches; those before it are forgotten."""
        while not match(stanza := await self.inbox[event].get()):
            pass
        return stanza

    async def hears(self, body):
        return await self.next("groupchat_message", lambda m: m["body"] == body)

    async def sees(self, nick, match=lambda presence: True):
        return await self.next("groupchat_presence", lambda p: p["from"].resource == nick and match(p))

    async def enters(self, room, nick, **options):
        """What the room sends: own presence, subject, the others' presences, history."""
        own, subject, everybody, history = await self.muc.join_muc_wait(room, nick, **options)
        return own, subject, [p for p in everybody if p["from"] != own["from"]], history

    async def configures(self, room, **fields):
        """Sends the room's own form back, with other values in the named fields."""
        form = await self.muc.get_room_config(room)
        form.reply()
        form.set_values({f"muc#roomconfig_{name}": value for name, value in fields.items()})
        await self.muc.set_room_config(room, form)

    def says(self, room, body):
        self.send_message(room, body, mtype="groupchat")


def item(presence):
    """What a presence tells of its occupant: affiliation, role, status codes."""
    muc = presence["muc"]
    return " ".join([muc["affiliation"], muc["role"], *map(str, sorted(muc["status_codes"]))])


async def condition(request):
    """The condition with which a request is refused."""
    try:
        await request
    except (slixmpp.exceptions.IqError, slixmpp.exceptions.PresenceError) as refused:
        return refused.condition if hasattr(refused, "condition") else refused.presence["error"]["condition"]
    return "granted"


def play(scene):
    """Runs scene(alice, bob, room) with both logged in; argv is HOST:PORT DOMAIN ROOM."""
    logging.basicConfig(format="%(asctime)s %(message)s", stream=sys.stderr)
    logging.getLogger("slixmpp.xmlstream.xmlstream").setLevel(logging.DEBUG)
    address, domain, room = sys.argv[1:]
    host, port = address.split(":")
    people = [Person(f"{name}@{domain}/slixmpp") for name in ("alice", "bob")]

    async def evening():
        for person in people:
            person.connect((host, int(port)), force_starttls=False, disable_starttls=True)
            await person.next("session_start")
            person.send_presence()
        await scene(*people, slixmpp.JID(room))
        for person in people:
            await person.disconnect()

    people[0].loop.run_until_complete(asyncio.wait_for(evening(), 60))
