-- mod_isthmus_multicast: one stanza of a component for many users of this host (XEP-0033).
--
-- A component that has the same to say to a hundred users sends it once, with their addresses in it as bcc, and this
-- module hands it to each of them, as Prosody's own rooms do. Only components that are attached to this server may use
-- it, and only for users of the host that it is enabled on: nothing is relayed to elsewhere.
--
--     modules_enabled = { ...; "isthmus_multicast"; }
--     isthmus_multicast_limit = 1000 -- addresses in one stanza

local st = require "util.stanza";
local jid_split = require "util.jid".split;
local core_post_stanza = prosody.core_post_stanza;

local xmlns = "http://jabber.org/protocol/address";
local limit = module:get_option_number("isthmus_multicast_limit", 1000);

module:add_feature(xmlns);
module:add_extension(st.stanza("x", { xmlns = "jabber:x:data", type = "result" })
	:tag("field", { var = "FORM_TYPE", type = "hidden" }):text_tag("value", xmlns):up()
	:tag("field", { var = "message" }):text_tag("value", tostring(limit)):up()
	:tag("field", { var = "presence" }):text_tag("value", tostring(limit)):up());

local function is_addresses(tag)
	return tag.name == "addresses" and tag.attr.xmlns == xmlns;
end

-- The recipients, or what is wrong with the list. It is taken whole or not at all.
local function recipients(addresses)
	local list = {};
	for address in addresses:childtags("address", xmlns) do
		local jid = address.attr.jid;
		local node, host = jid_split(jid);
		if #list == limit then
			return nil, "modify", "not-acceptable", "One stanza may name " .. limit .. " addresses.";
		elseif address.attr.type ~= "bcc" then
			return nil, "modify", "bad-request", "Addresses have to be of type bcc.";
		elseif not node or host ~= module.host then
			return nil, "auth", "forbidden", "Addresses have to be of users of " .. module.host .. ".";
		end
		list[#list + 1] = jid;
	end
	return list;
end

local function multicast(event)
	local origin, stanza = event.origin, event.stanza;
	local addresses = stanza:get_child("addresses", xmlns);
	if not addresses or stanza.attr.type == "error" then
		return;
	end
	if origin.type ~= "component" then
		origin.send(st.error_reply(stanza, "auth", "forbidden", "Only components of this server may send to many."));
		return true;
	end
	local list, kind, condition, text = recipients(addresses);
	if not list then
		origin.send(st.error_reply(stanza, kind, condition, text));
		return true;
	end
	-- The recipients learn nothing of each other (XEP-0033, section 4.6.3).
	stanza:maptags(function (tag) return not is_addresses(tag) and tag or nil; end);
	for i = 1, #list do
		stanza.attr.to = list[i];
		core_post_stanza(origin, stanza);
	end
	return true;
end

-- Before mod_presence, which takes every presence for the host.
module:hook("message/host", multicast, 10);
module:hook("presence/host", multicast, 10);
