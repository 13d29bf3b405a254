// Package prosody is our module for Prosody, for whoever installs a Prosody with it.
package prosody

import _ "embed"

// Name is what the module is called in modules_enabled; its file is mod_NAME.lua.
const Name = "isthmus_multicast"

// Multicast is the module: Prosody without it has no multicast service. xep:0033#multicast
//
//go:embed mod_isthmus_multicast.lua
var Multicast []byte
