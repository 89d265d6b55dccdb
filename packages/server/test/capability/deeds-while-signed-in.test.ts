/** The last moment at which a browser can be signed out: its form was taken, its password was right, nothing is written. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AccountId, asSessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { createDeviceLinks } from "../../src/authorization/device-grant/links.ts";
import { parseUserCode, userCodeHash } from "../../src/authorization/device-grant/user-code.ts";
import type { FindPerson } from "../../src/authorization/ports.ts";
import { createSso } from "../../src/compat/sso.ts";
import type { SensitiveAct } from "../../src/proofs/index.ts";
import { createOwnDevices } from "../../src/sessions/index.ts";
import { home, openPeopleWorld, type PeopleWorld, random } from "../support/people-world.ts";

const address = home;
const phone = asSessionId("session-of-the-phone");
/** By which a device asks to be signed in. */
const code = "BCDF-GHJK";
/** By which an app of the older login API asks. */
const ssoId = "the-request-of-an-app";

type Proofs = <Act extends SensitiveAct>(act: Act) => ReturnType<typeof proofFor<Act>>;
type Deed = (world: PeopleWorld, proofs: Proofs) => Promise<() => Promise<unknown>>;

function proofFor<Act extends SensitiveAct>(world: PeopleWorld, act: Act, cookieValue: string) {
	return world.proofFor(act, { cookieValue });
}

const sso = ({ storage, clock }: PeopleWorld) =>
	createSso({ storage, clock, random, secretKey: new Uint8Array(32) });

const ownDevices = ({ storage, clock }: PeopleWorld) => createOwnDevices({ storage, clock, random });

/** Each in two steps: the proof, and, the browser being signed out or not by then, what takes it. */
const deeds: Readonly<Record<string, { readonly deed: Deed; readonly refused: unknown }>> = {
	"signing out a device": {
		async deed(world, proofs) {
			const proof = await proofs("sign-out-device");
			return () => ownDevices(world).signOut({ sessionId: phone, proof, address });
		},
		refused: false,
	},
	"signing out every device": {
		async deed(world, proofs) {
			const proof = await proofs("sign-out-everywhere");
			return () => ownDevices(world).signOutEverywhere({ proof, address });
		},
		refused: 0,
	},
	"signing out every other browser, as a part of that": {
		async deed({ browserSessions }, proofs) {
			const proof = await proofs("sign-out-everywhere");
			return () => browserSessions.endOthers(proof);
		},
		refused: 0,
	},
	"signing out every other browser": {
		async deed({ browserSessions }, proofs) {
			const proof = await proofs("sign-out-browsers");
			return () => browserSessions.endElsewhere({ proof, address });
		},
		refused: 0,
	},
	"signing out one other browser": {
		async deed({ browserSessions }, proofs) {
			const proof = await proofs("sign-out-browsers");
			const [other] = (await browserSessions.listOf(proof.accountId)).filter(
				({ idHash }) => idHash !== proof.browser,
			);
			return () => browserSessions.endElsewhere({ proof, address, idHash: other?.idHash ?? "" });
		},
		refused: 0,
	},
	"allowing a device by its code": {
		async deed({ storage, clock, people }, proofs) {
			const proof = await proofs("allow-device");
			const findPerson: FindPerson = async (accountId) => people.byId(accountId);
			const { newRateLimiter } = storage;
			const links = createDeviceLinks({
				...{ storage, clock, random, findPerson, newRateLimiter, hasDevice: async () => false },
			});
			return () => links.decide(code, { to: "approved", proof, address });
		},
		refused: { ok: false, reason: "not-open" },
	},
	...Object.fromEntries(
		(["approve", "deny"] as const).map((decision) => [
			`answering an app of the older login API: ${decision}`,
			{
				async deed(world, proofs) {
					const by = await proofs("allow-device");
					return () => sso(world)[decision](ssoId, by);
				},
				refused: "signed-out",
			} satisfies { deed: Deed; refused: unknown },
		]),
	),
	"changing the password": {
		async deed({ people }, proofs) {
			const proof = await proofs("change-password");
			return () => people.changePassword({ proof, next: "another battery staple", address });
		},
		refused: { ok: false, reason: "signed-out" },
	},
	"taking the password away": {
		async deed({ people, storage }, proofs) {
			const proof = { ...(await proofs("remove-password")), how: "passkey" } as const;
			const { accountId } = proof;
			await storage.write(({ passkeys }) =>
				passkeys.add({
					...{ id: "p", accountId, credentialId: "c", publicKey: "k", counter: 0, transports: [] },
					...{ host: "localhost", name: "Phone", createdAt: 1 },
				}),
			);
			return () => people.removePassword({ proof, address });
		},
		refused: { ok: false, reason: "signed-out" },
	},
	"closing the account": {
		async deed({ people }, proofs) {
			const proof = await proofs("close-account");
			return () => people.close({ proof, erase: true, address });
		},
		refused: false,
	},
};

type End = (world: PeopleWorld, of: { readonly accountId: AccountId; readonly idHash: string }) => unknown;

const ends: Readonly<Record<string, End>> = {
	"signed out": ({ browserSessions }, { idHash }) => browserSessions.end(idHash),
	"signed out with all others": ({ storage }, { accountId }) =>
		storage.write((unit) => unit.accounts.raiseGeneration(accountId)),
	"of somebody who was locked out": ({ storage, clock }, { accountId }) =>
		storage.write((unit) => unit.accounts.lock(accountId, clock())),
	"of an account that was closed": ({ storage, clock }, { accountId }) =>
		storage.write((unit) => unit.accounts.close(accountId, { erase: false, now: clock() })),
	"at its end": (world) => world.advance(400 * 24 * 3_600_000),
};

/** Alice in two browsers, and her phone. */
async function opened() {
	const world = await openPeopleWorld();
	const accountId = await world.add("alice");
	const [here] = [
		await world.browserOf(accountId),
		await world.browserOf(accountId, { address: "192.0.2.8" }),
	];
	const at = world.clock();
	const session = { id: phone, accountId, clientId: "legacy", deviceId: asDeviceId("PHONEALICE"), scope: "" };
	await world.storage.write(async (unit) => {
		await unit.sessions.add({ ...session, createdAt: at });
		await unit.deviceAuthorizations.add({
			...{ deviceCodeHash: "hash", userCodeHash: userCodeHash(parseUserCode(code) ?? assert.fail()) },
			scope: "urn:matrix:client:api:* urn:matrix:client:device:TELEVISION",
			...{ clientId: session.clientId, createdAt: at, expiresAt: Number.MAX_SAFE_INTEGER, intervalMs: 5_000 },
		});
		await unit.ssoRequests.add({
			...{ id: ssoId, redirectUrl: "https://app.example/", action: "login" },
			...{ createdAt: at, expiresAt: Number.MAX_SAFE_INTEGER },
		});
		await unit.devices.add({ accountId, deviceId: session.deviceId, createdAt: at });
	});
	const state = async () => ({
		account: await world.storage.read.accounts.find({ id: accountId }),
		devices: await world.storage.read.sessions.live({ accountId }),
		browsers: await world.storage.read.browserSessions.list(accountId, { now: 0, limit: 9 }),
		asking: await world.storage.read.deviceAuthorizations.find({ deviceCodeHash: "hash" }),
		app: await world.storage.read.ssoRequests.findPending(ssoId, 0),
		log: await world.eventsOf(accountId),
	});
	const proofs: Proofs = (act) => proofFor(world, act, here.cookieValue);
	return { world, accountId, here, state, proofs, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

for (const [what, { deed, refused }] of Object.entries(deeds))
	describe(`${what} in a browser`, () => {
		for (const [how, end] of Object.entries(ends))
			test(`that is ${how} by then does nothing`, async () => {
				await using it = await opened();
				const act = await deed(it.world, it.proofs);
				await end(it.world, { accountId: it.accountId, idHash: it.here.idHash });
				const before = await it.state();
				assert.deepEqual(await act(), refused);
				assert.deepEqual(await it.state(), before);
			});

		test("that is signed in is done", async () => {
			await using it = await opened();
			const act = await deed(it.world, it.proofs);
			const before = await it.state();
			assert.notDeepEqual(await act(), refused);
			assert.notDeepEqual(await it.state(), before);
		});
	});
