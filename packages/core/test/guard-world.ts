import assert from "node:assert/strict";
import { asDeviceId, type DeviceSigningUpload, type KeySlot, makeUserId } from "@countersign/protocol";
import { elevateRequest } from "../src/claim/elevate-request.ts";
import { finishSpends } from "../src/finish-spends.ts";
import { createGuardedUpload } from "../src/guarded-upload.ts";
import type { AccountId } from "../src/identifiers.ts";
import type { NewKey } from "../src/ports.ts";
import { createSpends } from "../src/spends.ts";
import { sha256, signing } from "./identity.ts";
import { createImaginedHomeserver, type Fault } from "./imagined-homeserver.ts";
import { accountOf, bodyFor, type Device, sessionOf } from "./people.ts";
import { type CoreStorage, type Ground, openWorldOn } from "./world.ts";

/** Two servers on one storage, before one imagined homeserver. */
export function openGuardWorldOn<Stored extends CoreStorage>(ground: Ground<Stored>) {
	const world = openWorldOn(ground);
	const { storage, now } = world;
	/** Which keys were written under which approval: each at most once. */
	const writes = new Map<string, Set<KeySlot>>();
	const approvedByPerson = new Set<string>();
	let sent = 0;
	const imagined = createImaginedHomeserver({ now, onSent });
	let tokens = 0;

	const meansOn = (on: CoreStorage) => ({
		...{ storage: on, homeserver: imagined.homeserver, clock: now, sha256, ...signing },
		newToken: () => `guard-${++tokens}`,
	});
	const start = (on: CoreStorage = storage) => {
		const means = meansOn(on);
		const spends = createSpends(means);
		const userIdOf = async (accountId: AccountId) => `@${accountId.slice("account-".length)}:localhost`;
		return {
			upload: createGuardedUpload(means, spends),
			finish: () => finishSpends(means, spends, userIdOf),
		};
	};
	const servers = [start(), start()];
	const serverAt = (at: number) => {
		const server = servers[at % servers.length];
		assert.ok(server !== undefined);
		return server;
	};

	/** The law: what is sent by our own right is what a person approved, is being spent now, and is written once. */
	async function onSent(userId: string, keys: readonly NewKey[]) {
		const accountId = accountOf(userId.slice(1, userId.indexOf(":")));
		const rows = await storage.read.requests.ofAccount(accountId, 0);
		const spending = rows.filter(({ state }) => state === "spending");
		const [request] = spending;
		assert.ok(request?.state === "spending" && spending.length === 1, "sent only while one request is spent");
		assert.ok(approvedByPerson.has(request.reference), "sent only what a person approved");
		assert.ok(request.leaseUntil > now(), "sent only by who holds the lease");
		sent += 1;
		const approved = JSON.stringify(request.keys);
		for (const { object } of keys) assert.ok(approved.includes(JSON.stringify(object)), "only approved keys");
		return async (slot: KeySlot) => {
			const found = await storage.read.requests.find({ reference: request.reference });
			assert.ok(
				found?.state === "spending" || found?.state === "spent",
				`a key was written under a request that is ${found?.state}`,
			);
			const slots = writes.get(request.reference) ?? new Set();
			assert.ok(!slots.has(slot), "one approval writes no key twice");
			writes.set(request.reference, slots.add(slot));
		};
	}

	return {
		...world,
		imagined,
		/** How often anything was sent by our own right. */
		sent: () => sent,
		async approve(reference: string, localpart: string, delayMs = 0): Promise<void> {
			const outcome = await world.decide("approve", { localpart, reference, proofAgeMs: 0, delayMs });
			if (outcome.ok) approvedByPerson.add(reference);
		},
		/** The person approves the request of this device, for that access token alone. */
		async elevate(reference: string, by: Device, token: string): Promise<boolean> {
			const accountId = accountOf(by.localpart);
			const elevation = {
				reference,
				accountId,
				sessionId: sessionOf(by),
				token,
				generation: 0,
				agreedAt: now(),
				now: now(),
			};
			const newToken = () => `guard-${++tokens}`;
			const isApproved = await storage.write((unit) =>
				elevateRequest(unit, { ...elevation, newToken, spendYes: async () => true }),
			);
			if (isApproved) approvedByPerson.add(reference);
			return isApproved;
		},
		upload(
			by: Device,
			keySet: string,
			on: { readonly server: number; readonly auth?: unknown; readonly token?: string },
		) {
			const { body, uploader, ...rest } = uploadOf(by, keySet, on.auth);
			const { token: tokenHash = uploader.tokenHash } = on;
			return serverAt(on.server).upload({ ...rest, body, uploader: { ...uploader, tokenHash } });
		},
		/** The keys of that name, with these members of the body in place of its own. */
		uploadChanged(by: Device, keySet: string, instead: Partial<DeviceSigningUpload>) {
			const whole = uploadOf(by, keySet);
			return serverAt(0).upload({ ...whole, body: { ...whole.body, ...instead } });
		},
		uploadBody(by: Device, body: DeviceSigningUpload) {
			return serverAt(0).upload({ ...uploadOf(by, "a"), body });
		},
		/** The same request without keys, as the fallback page of the specification sends it. */
		followUp(by: Device, auth: unknown) {
			const whole = uploadOf(by, "a", auth);
			return serverAt(0).upload({ ...whole, body: { auth: whole.body.auth } });
		},
		/** An upload to a server that dies while it works on it, and is started again. */
		async uploadToDying(by: Device, keySet: string, dying: CoreStorage): Promise<void> {
			await Promise.allSettled([start(dying).upload(uploadOf(by, keySet))]);
		},
		/** What a server does by itself for apps that have not come back. */
		finish: (server = 0) => serverAt(server).finish(),
		async advance(ms: number): Promise<void> {
			world.advance(ms);
			await imagined.catchUp();
		},
		fail: (fault: Fault, ms?: number) => imagined.fail(fault, ms),
	};
}

export type GuardWorld<Stored extends CoreStorage = CoreStorage> = ReturnType<
	typeof openGuardWorldOn<Stored>
>;

function uploadOf(by: Device, keySet: string, auth?: unknown) {
	const userId = makeUserId(by.localpart, "localhost");
	return {
		body: bodyFor(by.localpart, keySet, auth),
		accessToken: userId,
		uploader: {
			accountId: accountOf(by.localpart),
			userId,
			sessionId: sessionOf(by),
			deviceId: asDeviceId(by.device),
			tokenHash: "a token",
			clientId: "client-1",
		},
	};
}

/** The name of the identity that the homeserver holds; `half` where its keys are of several, or some are missing. */
export function identityHeld(world: GuardWorld, localpart: string, keySets: readonly string[]) {
	const held = world.imagined.held(`@${localpart}:localhost`);
	if (held.size === 0) return undefined;
	const whole = keySets.find((name) => {
		const { master, selfSigning, userSigning } = bodyFor(localpart, name, undefined);
		return (
			held.get("master")?.signed === master?.signed &&
			held.get("self_signing")?.signed === selfSigning?.signed &&
			held.get("user_signing")?.signed === userSigning?.signed
		);
	});
	return whole ?? "half";
}
