import { deviceSession } from "./device-session.ts";
import type { SessionsUnit } from "./ports.ts";
import type { SessionRules } from "./rules.ts";
import type { Arriving, Room } from "./session.ts";

/**
 * What nobody used for so long may give way. Not less: whoever knows a password for a few minutes could otherwise sign
 * in until every device of the owner's is gone.
 */
const unusedMs = 7 * 24 * 3_600_000;

/**
 * Whether there is room for one more app on this device, of all and of its kind. Where the rules let something give way,
 * that is what was unused for longest, and as little of it as will do.
 * Programs with tokens of their own do not count, nor does what has no device, nor what is signed in on this very device.
 */
export async function roomFor(
	{ sessions }: { readonly sessions: Pick<SessionsUnit["sessions"], "live"> },
	{ accountId, deviceId, clientId }: Arriving,
	{ rules, now }: { readonly rules: SessionRules | undefined; readonly now: number },
): Promise<Room> {
	const { devicesAtMost = Number.POSITIVE_INFINITY, devicesPerApp = devicesAtMost, whenFull } = rules ?? {};
	if (devicesPerApp === Number.POSITIVE_INFINITY) return [];
	const others = (await sessions.live({ accountId }))
		.map(deviceSession)
		.filter((one) => !one.lasting && one.deviceId !== null && one.deviceId !== deviceId);
	const ofApp = others.filter((one) => one.clientId === clientId);
	const longestUnused = (from: typeof others, count: number) =>
		from
			.filter(({ lastUsedAt }) => whenFull === "longest-unused" && now - lastUsedAt >= unusedMs)
			.sort((a, b) => a.lastUsedAt - b.lastUsedAt)
			.slice(0, Math.max(0, count));
	const leaving = longestUnused(ofApp, ofApp.length + 1 - devicesPerApp);
	const rest = others.filter((one) => !leaving.includes(one));
	leaving.push(...longestUnused(rest, rest.length + 1 - devicesAtMost));
	const isLeft = (all: typeof others) => all.filter((one) => !leaving.includes(one)).length;
	if (isLeft(ofApp) >= devicesPerApp || isLeft(others) >= devicesAtMost) return undefined;
	return leaving;
}
