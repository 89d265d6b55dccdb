import { parseSeenAddress, type SeenAddress, seenAddressHeaders } from "../../http/index.ts";
import { besideSynapse, type Check, type Finding } from "../finding.ts";
import { exchange, get, type Question, type Reply } from "../question.ts";
import type { SynapseSetup } from "../setup.ts";
import { proxyOf, setting } from "./words.ts";

/** An address that nobody has: https://www.rfc-editor.org/rfc/rfc5737 */
const forged = "192.0.2.66";

interface Door {
	readonly base: string;
	readonly path: string;
	/** Whether it has to lead to Countersign. */
	readonly isPublic: boolean;
}

function doors({ publicBase, homeserver, also }: SynapseSetup): readonly Door[] {
	const path = "_matrix/client/v3/login";
	return [
		// A proxy may treat paths differently, and here another part answers.
		{ base: publicBase, path: "oauth2/keys.json", isPublic: true },
		{ base: publicBase, path: "health", isPublic: true },
		{ base: homeserver.publicBase, path, isPublic: true },
		...also.map((base) => ({ base, path, isPublic: false })),
	];
}

/** As somebody asks who claims to be somebody else. */
function question({ homeserver }: SynapseSetup, { base, path }: Door): Question {
	const headers = { "x-forwarded-for": forged, [seenAddressHeaders.proof]: homeserver.proof };
	return get(base, path, headers);
}

export const forwardedFor: Check = besideSynapse({
	id: "forwarded-for",
	promise: "nobody can claim another address than their own, and each visitor has their own",
	after: [
		...["server", "running-settings", "introspection", "public-base", "homeserver-public-base"],
		...["compat-routes", "trusted-proxies"],
	],
	asks: (setup) => doors(setup).map((door) => question(setup, door)),
	judge({ setup, reply }) {
		const found = doors(setup).flatMap((door) => judgeDoor(setup, door, reply(question(setup, door))));
		// Two doors of one proxy, or one setting, are one fault.
		return [...new Map(found.map((one) => [`${one.what}\n${one.fix}`, one])).values()];
	},
});

function judgeDoor(setup: SynapseSetup, door: Door, answer: Reply): readonly Finding[] {
	const told = answer.ok ? answer.headers[seenAddressHeaders.told] : undefined;
	const seen = told === undefined ? undefined : parseSeenAddress(told);
	if (seen !== undefined) return judgeSeen(setup, proxyOf(door.base), seen);
	if (!door.isPublic) return [];
	return [
		{
			verdict: "warning",
			what: proxyOf(door.base),
			found: `${exchange(question(setup, door), answer)}, without the header ${seenAddressHeaders.told}, so it cannot be told whose address Countersign takes`,
			fix: `restart Countersign if it is older than this command; else let the proxy pass ${seenAddressHeaders.proof} and ${seenAddressHeaders.told} on`,
		},
	];
}

const write =
	"let it say itself who called: proxy_set_header X-Forwarded-For $remote_addr; (nginx; Caddy does so by itself)";

function judgeSeen(setup: SynapseSetup, what: string, seen: SeenAddress): readonly Finding[] {
	const { peer, isTrusted, forwarded = "" } = seen;
	const last = forwarded.split(",").at(-1)?.trim() ?? "";
	// Entries before the last may be the visitor's: they count where all behind them are trusted, as doctor itself is.
	if (last === forged)
		return [
			{
				verdict: isTrusted ? "problem" : "warning",
				what,
				found: `it passes on what visitors write into X-Forwarded-For: doctor wrote ${forged}, and Countersign takes ${isTrusted ? "that" : peer} for its address`,
				fix: write,
			},
		];
	if (last === "")
		return [
			{
				verdict: "warning",
				what,
				found: `it sends no X-Forwarded-For, so ${everybody(peer)}`,
				fix: write,
			},
		];
	if (isTrusted) return [];
	return [
		{
			verdict: "warning",
			what: setting(setup, "trusted_proxies"),
			found: `the proxy calls from ${peer}, which is not named, so ${everybody(peer)}`,
			fix: `write trusted_proxies: [${peer}] and restart Countersign`,
		},
	];
}

function everybody(peer: string): string {
	return `everybody seems to come from ${peer}: limits are shared by all, and people see it in their security log`;
}
