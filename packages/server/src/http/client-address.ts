import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIP, SocketAddress } from "node:net";

/**
 * Tells whom a request came from, and who is trusted to say so. `X-Forwarded-For` is read only where the other end of the socket is one of these
 * proxies, from its end backwards: each proxy adds the address it was called from, so the last one that is not a
 * proxy itself was seen, not claimed. What stands before it anybody can write. An entry that is no address ends the
 * reading at the one behind it.
 */
export function createClientAddress(
	/** Addresses and networks, like `10.0.0.5` and `10.0.0.0/8`. */
	trustedProxies: readonly string[],
) {
	const trusted = blockListOf(trustedProxies);
	const isTrusted = (address: string) => isIP(address) !== 0 && trusted.check(address, familyOf(address));
	/** Of the other end of the socket, and of what the header says: node joins several lines with commas, in their order. */
	const addressOf = (peer: string, forwarded: IncomingHttpHeaders[string]): string => {
		if (typeof forwarded !== "string" || !isTrusted(peer)) return peer;
		let last = peer;
		for (const entry of forwarded.split(",").reverse()) {
			const address = addressIn(entry.trim());
			if (address === undefined) return last;
			last = address;
			if (!isTrusted(address)) return address;
		}
		return last;
	};
	return { addressOf, isTrusted };
}

/** IPv4 as people write it, also where the socket listens on IPv6: one person, one address. */
export function plainAddress(address: string | undefined): string {
	return (address ?? "unknown").replace(/^::ffff:(?=\d+\.)/, "");
}

/** With or without a port, in one spelling: an address written in two ways must not count as two people. */
function addressIn(entry: string): string | undefined {
	const [, bracketed, plain] = /^(?:\[([^\]]*)\](?::\d{1,5})?|([^:]*)(?::\d{1,5})?)$/.exec(entry) ?? [];
	return parseAddress(bracketed ?? plain ?? entry);
}

function parseAddress(text: string): string | undefined {
	if (isIP(text) === 0 || text.includes("%")) return undefined;
	return plainAddress(new SocketAddress({ address: text, family: familyOf(text) }).address);
}

function familyOf(address: string): "ipv4" | "ipv6" {
	return isIP(address) === 4 ? "ipv4" : "ipv6";
}

function blockListOf(entries: readonly string[]): BlockList {
	const list = new BlockList();
	for (const entry of entries) {
		const [host = "", bits] = entry.split("/");
		const address = parseAddress(host);
		if (address === undefined) throw new TypeError("a trusted proxy is an IP address or a network");
		const family = familyOf(address);
		if (bits === undefined) list.addAddress(address, family);
		// A network of IPv4 addresses in the notation of IPv6 counts 96 bits that are always the same.
		else list.addSubnet(address, Math.max(0, Number(bits) - (family === familyOf(host) ? 0 : 96)), family);
	}
	return list;
}
