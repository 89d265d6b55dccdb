import type { AccountId } from "@countersign/core";
import { type DeviceId, parseMatrixScope } from "@countersign/protocol";
import type { Clock, Random } from "../../config/ports.ts";
import { createAddressAttempts, type NewRateLimiter } from "../../limits/index.ts";
import { askingClient } from "../asking-client.ts";
import { lifetimes } from "../lifetimes.ts";
import type { AuthorizationStorage, FindPerson } from "../ports.ts";
import type {
	AskedByDevice,
	DecidedLink,
	DeviceAuthorization,
	DeviceLinks,
	LinkDecision,
	LinkRequest,
} from "./ports.ts";
import { formatUserCode, parseUserCode, type UserCode, userCodeHash } from "./user-code.ts";

export interface DeviceLinksDeps {
	readonly storage: AuthorizationStorage;
	readonly clock: Clock;
	readonly random: Random;
	readonly findPerson: FindPerson;
	readonly hasDevice: (accountId: AccountId, deviceId: DeviceId) => Promise<boolean>;
	readonly newRateLimiter: NewRateLimiter;
}

/** Wrong codes from one address. With 34 bits a guesser needs centuries. RFC 8628 section 5.1. */
const wrongCodes = { name: "user code", points: 10, seconds: 600 } as const;

/** What the page works with, over the devices that wait. */
export function createDeviceLinks(deps: DeviceLinksDeps): DeviceLinks {
	const attempts = createAddressAttempts(wrongCodes, deps.newRateLimiter);
	const waiting = async (typed: string, accountId: AccountId) => {
		const code = parseUserCode(typed);
		return code === undefined ? undefined : findWaiting(deps, code, accountId);
	};
	return {
		waiting,
		async enter(typed, { accountId, address }) {
			// Taken before the outcome is known, so that many at once get no further than one after another.
			const allowance = await attempts.take(address);
			if (!allowance.ok) return allowance;
			const request = await waiting(typed, accountId);
			if (request === undefined) return { ok: false, reason: "unknown" };
			await attempts.giveBack(address);
			return { ok: true, request };
		},
		async decide(typed, decision) {
			const code = parseUserCode(typed);
			return code === undefined ? notOpen : decide(deps, code, decision);
		},
		async decided(typed, accountId) {
			const code = parseUserCode(typed);
			const found = code === undefined ? undefined : await find(deps, code);
			return found === undefined ? undefined : decidedLink(found, accountId, deps.clock());
		},
	};
}

const notOpen = { ok: false, reason: "not-open" } as const;

function find({ storage }: DeviceLinksDeps, code: UserCode): Promise<DeviceAuthorization | undefined> {
	return storage.read.deviceAuthorizations.find({ userCodeHash: userCodeHash(code) });
}

async function findWaiting(
	deps: DeviceLinksDeps,
	code: UserCode,
	accountId: AccountId,
): Promise<LinkRequest | undefined> {
	const found = await find(deps, code);
	if (found?.state !== "pending" || found.expiresAt <= deps.clock()) return undefined;
	const client = await deps.storage.read.clients.find(found.clientId);
	if (client === undefined) return undefined;
	const scope = scopeOf(found);
	return {
		code: formatUserCode(code),
		client: askingClient(client),
		scope,
		deviceKnown: await deps.hasDevice(accountId, scope.deviceId),
		createdAt: found.createdAt,
		...(found.address === undefined ? {} : { address: found.address }),
		...(found.userAgent === undefined ? {} : { userAgent: found.userAgent }),
		...(found.loginHint === undefined ? {} : { loginHint: found.loginHint }),
	};
}

async function decide(
	{ storage, clock, random, findPerson }: DeviceLinksDeps,
	code: UserCode,
	{ to, proof, address }: LinkDecision,
) {
	const { accountId, generation, browser } = proof;
	const person = await findPerson(accountId);
	const hash = userCodeHash(code);
	return storage.write(async (unit) => {
		const asked = await unit.deviceAuthorizations.find({ userCodeHash: hash });
		if (asked === undefined) return notOpen;
		const { admin, deviceId } = scopeOf(asked);
		if (to === "approved" && admin && person?.admin !== true)
			return { ok: false, reason: "not-admin" } as const;
		const now = clock();
		if (!(await unit.browserSessions.isSignedIn(proof, now))) return notOpen;
		const expiresAt = now + lifetimes.linkedSeconds * 1000;
		const decision = { userCodeHash: hash, accountId, generation, browser, to, now, expiresAt };
		if ((await unit.deviceAuthorizations.decide(decision)) === undefined) return notOpen;
		await unit.events.record({
			id: random.token(),
			...{ accountId, at: now, deviceId, address },
			actor: { kind: "person" },
			kind: to === "approved" ? "device-allowed" : "device-refused",
			detail: {
				clientId: asked.clientId,
				...(asked.address === undefined ? {} : { askedFrom: asked.address }),
			},
		});
		return { ok: true } as const;
	});
}

function decidedLink(found: DeviceAuthorization, accountId: AccountId, now: number): DecidedLink | undefined {
	if (found.state === "pending" || found.accountId !== accountId) return undefined;
	const { deviceId } = scopeOf(found);
	if (found.state === "spent") return { outcome: "signed-in", deviceId };
	if (found.state === "approved" && found.expiresAt <= now) return { outcome: "missed", deviceId };
	return { outcome: found.state, deviceId };
}

function scopeOf({ scope }: AskedByDevice) {
	const parsed = parseMatrixScope(scope);
	if (!parsed.ok)
		throw new Error("a device authorization was stored with a scope that should have been refused");
	return parsed.value;
}
