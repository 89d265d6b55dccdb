import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import type { Storage, Unit } from "../../src/storage/index.ts";
import {
	algorithm,
	backup,
	identityKey,
	namesOf,
	openHoldOf,
	roomKey,
	seededAt,
	seedFullPerson,
} from "../support/full-person.ts";
import type { openTemporaryStorage } from "../support/storage.ts";
import { everyRow } from "../support/storage.ts";

type Ask = (unit: Unit, names: ReturnType<typeof namesOf>) => Promise<unknown>;

const devices = ["TWO", "ONE", "SIX"] as const;
const everything = { after: 0, upTo: Number.MAX_SAFE_INTEGER };

/** What is asked about one device. */
const ofDevice: Readonly<Record<string, Ask>> = {
	device: ({ devices }, { accountId, deviceId }) => devices.find(accountId, deviceId),
	"whether it is there": ({ homeserver }, { accountId, deviceId }) =>
		homeserver.hasDevice(accountId, deviceId),
	"device keys": ({ deviceKeys }, { accountId, deviceId }) => deviceKeys.find(accountId, deviceId),
	"one-time keys": ({ oneTimeKeys }, { accountId, deviceId }) => oneTimeKeys.find(accountId, deviceId),
	"how many one-time keys": ({ oneTimeKeys }, { accountId, deviceId }) =>
		oneTimeKeys.counts(accountId, deviceId),
	"fallback keys": ({ fallbackKeys }, { accountId, deviceId }) =>
		fallbackKeys.algorithms(accountId, deviceId),
	"unused fallback keys": ({ fallbackKeys }, { accountId, deviceId }) =>
		fallbackKeys.unusedAlgorithms(accountId, deviceId),
	sends: ({ toDevice }, { accountId, deviceId }) => toDevice.countSends({ accountId, deviceId }),
	messages: async ({ toDevice }, { accountId, deviceId }) =>
		(await toDevice.waiting({ accountId, deviceId }, everything, 99)).map(({ content }) => content),
	"a message": ({ toDevice }, { accountId, deviceId }) =>
		toDevice.hasUpTo({ accountId, deviceId }, everything.upTo),
	"load of the queue": async ({ toDevice }, { accountId, deviceId }) =>
		(await toDevice.loads({ accountId, deviceId })).map((load) => ({ ...load })),
	"what it removed": ({ holds }, { accountId, deviceId }) => holds.hiddenFrom({ accountId, deviceId }),
	"live session": async ({ sessions }, { accountId, deviceId }) =>
		(await sessions.live({ accountId, deviceId })).map(({ id }) => id),
	"that it is signed in": ({ sessions }, { accountId, sessionId }) =>
		sessions.isSignedIn({ accountId, sessionId }),
	"facts of the session": ({ sessionFacts }, { sessionId }) => sessionFacts.find(sessionId),
	"security log of it": async ({ events }, { accountId, deviceId }) =>
		(await events.list(accountId, { limit: 99, deviceId })).map(({ id }) => id),
	"what it asked for": ({ requests }, { sessionId }) => requests.askedSince(sessionId, 0),
	"request for these keys": async ({ requests }, { accountId, sessionId }) =>
		(await requests.current({ accountId, sessionId, digest: "d" }))?.reference,
	"that Synapse is still to remove it": ({ homeserverTasks }, { accountId, deviceId }) =>
		homeserverTasks.standsAgainst({ accountId, deviceId }),
};

/** What is asked about one person. */
const ofPerson: Readonly<Record<string, Ask>> = {
	account: ({ accounts }, { accountId }) => accounts.find({ id: accountId }),
	"session holder": ({ sessions }, { accountId }) => sessions.holder(accountId),
	devices: ({ devices }, { accountId }) => devices.list(accountId),
	"keys of every device": ({ deviceKeys }, { accountId }) => deviceKeys.list(accountId),
	"dehydrated device": ({ dehydratedDevices }, { accountId }) => dehydratedDevices.find(accountId),
	identity: ({ keys }, { accountId }) => keys.objects(accountId),
	"whose signatures count": ({ keys }, { accountId }) => keys.deviceSigners(accountId),
	"taken names of devices": ({ keys }, { accountId }) => keys.anyTaken(accountId, ["ONE"]),
	"taken names of keys": ({ keys }, { accountId }) => keys.anyTaken(accountId, ["MASTER1"]),
	"known keys": ({ keys }, { accountId }) => keys.isKnownKey(accountId, "MASTER1"),
	signatures: async ({ keySignatures }, { accountId }) =>
		(await keySignatures.on(accountId)).map(({ signature, targetKey }) => `${signature} ${targetKey}`).sort(),
	"changed keys": ({ keyChanges }, { accountId }) => keyChanges.changedSince(accountId, 0),
	"account data": ({ accountData }, { accountId }) => accountData.get(accountId, "t0"),
	"all account data": ({ accountData }, { accountId }) => accountData.between(accountId, everything),
	"room of account data": ({ accountData }, { accountId }) => accountData.kept(accountId, { type: "t9" }),
	filter: ({ filters }, { accountId }) => filters.get(accountId, "f0"),
	"number of filters": ({ filters }, { accountId }) => filters.count(accountId),
	"current backup": ({ backups }, { accountId }) => backups.current(accountId),
	"newer backup": ({ backups }, { accountId }) => backups.current(accountId, { above: 2 }),
	"number of backups": ({ backups }, { accountId }) => backups.count(accountId),
	"one backup": ({ backups }, { accountId }) => backups.find(accountId, 3),
	"that a backup was made": ({ backups }, { accountId }) => backups.wasMade(accountId, 1),
	"when a backup went": ({ backups }, { accountId }) => backups.lastRemovedAt(accountId),
	"backed-up keys": ({ backedUpKeys }, { accountId }) => backedUpKeys.list({ accountId, version: 3 }, {}),
	"contents of a backup": async ({ backedUpKeys, backups }, { accountId }) =>
		(await backups.wasMade(accountId, 3)) && backedUpKeys.contents({ accountId, version: 3 }),
	"number of backed-up keys": ({ backedUpKeys }, { accountId }) => backedUpKeys.countAll(accountId),
	"open hold": ({ holds }, { accountId }) => holds.open(accountId),
	profile: ({ profiles }, { hash }) => profiles.ofLocalpart(hash.split("/")[0] ?? ""),
	"what is kept": ({ holds }, { accountId }) => holds.kept(accountId),
	"what was taken for good": ({ holds }, { accountId }) =>
		holds.tookForGood({ accountId, deviceId: asDeviceId("ONE") }, 0),
	"opened holds": ({ holds }, { accountId }) => holds.openedSince(accountId, 0),
	browsers: async ({ browserSessions }, { accountId }) =>
		(await browserSessions.list(accountId, { now: seededAt, limit: 99 })).map(({ idHash }) => idHash),
	"security log": async ({ events }, { accountId }) =>
		(await events.list(accountId, { limit: 99 })).map(({ id }) => id),
	sessions: async ({ sessions }, { accountId }) => (await sessions.live({ accountId })).map(({ id }) => id),
	requests: async ({ requests }, { accountId }) =>
		(await requests.ofAccount(accountId, 0)).map(({ reference }) => reference).sort(),
};

interface Deed {
	readonly does: Ask;
	/** What it is done to is one device; the others of the person keep theirs. */
	readonly to?: (typeof devices)[number];
}

const later = seededAt + 50;

/** What is done to one person, or to one of her devices, one after another. */
const deeds: Readonly<Record<string, Deed>> = {
	"a device is renamed": {
		to: "ONE",
		does: ({ devices }, { accountId, deviceId }) => devices.rename(accountId, deviceId, "n"),
	},
	"a one-time key is handed out": {
		to: "ONE",
		does: ({ oneTimeKeys }, { accountId, deviceId }) => oneTimeKeys.claim(accountId, deviceId, algorithm),
	},
	"a fallback key is handed out": {
		to: "ONE",
		does: ({ fallbackKeys }, { accountId, deviceId }) => fallbackKeys.claim(accountId, deviceId, algorithm),
	},
	"a fallback key is replaced": {
		to: "ONE",
		does: ({ fallbackKeys }, { accountId, deviceId }) =>
			fallbackKeys.replace(accountId, deviceId, { algorithm, keyId: "OTHER", key: '"k"' }),
	},
	"a device gets other keys": {
		to: "ONE",
		does: ({ deviceKeys }, { accountId, deviceId }) =>
			deviceKeys.replace(accountId, { deviceId, object: "{}", signed: "{}" }),
	},
	"a message has no room": {
		to: "ONE",
		does: ({ toDevice }, { accountId, deviceId }) => toDevice.dropLargest({ accountId, deviceId }, "@s:x"),
	},
	"messages have arrived": {
		to: "ONE",
		does: ({ toDevice }, { accountId, deviceId }) =>
			toDevice.removeUpTo({ accountId, deviceId }, everything.upTo),
	},
	"sends are forgotten": {
		to: "ONE",
		does: ({ toDevice }, { accountId, deviceId }) => toDevice.forgetSends({ accountId, deviceId }, later),
	},
	"a session is used": {
		to: "ONE",
		does: ({ sessions }, { sessionId }) => sessions.touch({ sessionId, at: later }),
	},
	"an access token is used": {
		to: "ONE",
		does: ({ tokens }, { hash }) => tokens.noteFirstUse(`${hash} new`, later),
	},
	"only the newest access token stays": {
		to: "ONE",
		does: ({ tokens }, { sessionId, hash }) =>
			tokens.keepAccess({ sessionId, newest: `${hash} new`, keep: 1, now: later }),
	},
	"access tokens expire": {
		to: "ONE",
		does: ({ tokens }, { sessionId }) => tokens.expireAccessOf(sessionId, later),
	},
	"access tokens go": { to: "ONE", does: ({ tokens }, { sessionId }) => tokens.deleteAccessOf(sessionId) },
	"a refresh token is used": {
		to: "ONE",
		does: ({ tokens }, { hash }) => tokens.consumeRefresh(hash, later),
	},
	"a refresh token is late": { to: "ONE", does: ({ tokens }, { hash }) => tokens.noteLate(hash, later) },
	"refresh tokens go": {
		to: "ONE",
		does: ({ tokens }, { sessionId }) => tokens.deleteRefreshOf(sessionId),
	},
	"an app asks again": {
		to: "ONE",
		does: ({ requests }, { hash }) => requests.touch(hash, { lastUploadAt: later, expiresAt: later + 1_000 }),
	},
	"a request is approved": {
		to: "ONE",
		does: ({ requests }, { accountId, hash }) =>
			requests.move({
				...{ move: "approve", reference: hash, accountId, generation: 0, delayMs: 0, now: later },
			}),
	},
	"a request is refused": {
		to: "TWO",
		does: ({ requests }, { accountId, hash }) =>
			requests.move({ move: "deny", reference: hash, accountId, now: later }),
	},
	"requests are over": { does: ({ requests }, { accountId }) => requests.expire(accountId, later + 9_000) },
	"a device is dehydrated": {
		does: ({ dehydratedDevices }, { accountId }) =>
			dehydratedDevices.put({ accountId, deviceId: asDeviceId("DRY"), data: { other: 1 } }),
	},
	"an identity is replaced": {
		does: ({ keys }, { accountId }) => keys.replace(accountId, [identityKey("master", "MASTER2")], later),
	},
	"account data are written": {
		does: ({ accountData }, { accountId }) =>
			accountData.put({ accountId, type: "t0", content: { n: "n" } }, 9_999),
	},
	"a backup begins": { does: ({ backups }, { accountId }) => backups.create(accountId, backup, later) },
	"a backup is signed": {
		does: ({ backups }, { accountId }) => backups.setAuthData(accountId, 3, { other: 1 }),
	},
	"a backed-up key is replaced": {
		does: ({ backedUpKeys }, { accountId }) =>
			backedUpKeys.remove({ accountId, version: 3 }, { roomId: roomKey.roomId }),
	},
	"the keys of a backup have changed": {
		does: ({ backedUpKeys }, { accountId }) => backedUpKeys.markChanged({ accountId, version: 3 }),
	},
	"more is removed": {
		does: ({ holds }) => holds.put({ ...openHoldOf("alice", 4), state: "asked", lastAt: later }),
	},
	"another dehydrated device is there": {
		does: ({ holds }, { accountId }) => holds.releaseDehydrated(accountId),
	},
	"what was removed comes back": { does: ({ holds }) => holds.putBack(openHoldOf("alice"), { now: later }) },
	"what was removed is kept": {
		async does({ holds }) {
			const hold = { ...openHoldOf("alice"), reference: "alice-second" };
			await holds.put(hold);
			await holds.keep(hold, { until: later, now: later });
		},
	},
	"what was removed is dropped": {
		async does({ holds }) {
			const hold = { ...openHoldOf("alice", 4), reference: "alice-third" };
			await holds.put(hold);
			await holds.drop(hold, later);
		},
	},
	"what is kept is dropped": { does: ({ holds }, { accountId }) => holds.dropKept(accountId, later) },
	"a person is called otherwise": {
		does: ({ profiles }, { accountId }) => profiles.setDisplayName(accountId, "Other"),
	},
	"a person looks otherwise": {
		does: ({ profiles }, { accountId }) => profiles.setAvatar(accountId, undefined),
	},
	"a browser comes again": {
		does: ({ browserSessions }) =>
			browserSessions.touch("alice/first", { now: later, expiresAt: later + 9_000 }),
	},
	"a browser is signed out": {
		does: ({ browserSessions }, { accountId }) => browserSessions.end("alice/first", accountId),
	},
	"every browser is signed out": {
		does: ({ browserSessions }, { accountId }) => browserSessions.endAllOf(accountId),
	},
	"a password is replaced": {
		does: ({ accounts }, { accountId: id }) => accounts.replacePassword({ id, to: "h2", at: later }),
	},
	"everybody is thrown out": { does: ({ accounts }, { accountId }) => accounts.raiseGeneration(accountId) },
	"a person is locked": { does: ({ accounts }, { accountId }) => accounts.lock(accountId, later) },
	"a person administers": { does: ({ accounts }, { accountId }) => accounts.setAdmin(accountId, true) },
	"Synapse is to be told of a lock": {
		does: ({ homeserverTasks }, { accountId }) =>
			homeserverTasks.add({ accountId, telling: { kind: "set-locked", locked: false }, now: later }),
	},
	"Synapse is to be told of a device": {
		to: "ONE",
		does: ({ homeserverTasks }, { accountId, deviceId }) =>
			homeserverTasks.add({ accountId, telling: { kind: "delete-device", deviceId }, now: later }),
	},
	"a session ends": {
		to: "ONE",
		does: ({ sessions }, { sessionId }) => sessions.end({ sessionId }, "signed-out", later),
	},
	"the session of a device ends": {
		to: "TWO",
		does: ({ sessions }, { accountId, deviceId }) =>
			sessions.end({ accountId, deviceId }, "signed-out", later),
	},
	"every session ends": {
		does: ({ sessions }, { accountId }) => sessions.end({ accountId }, "signed-out", later),
	},
	"a device is removed": {
		to: "ONE",
		does: ({ homeserver }, { accountId, deviceId }) => homeserver.removeDevice(accountId, deviceId, later),
	},
	"an account is closed": {
		does: ({ accounts }, { accountId }) => accounts.close(accountId, { erase: true, now: later }),
	},
	"all of a person goes": {
		does: ({ homeserver }, { accountId }) => homeserver.removeUser(accountId, true, later),
	},
};

/** What every storage must hold of several persons who have the same, and of several devices of one. */
export function apartContract(name: string, open: typeof openTemporaryStorage): void {
	async function seeded(people: readonly string[], ofAlice: readonly string[] = devices) {
		const storage = await open();
		for (const [at, person] of people.entries()) {
			const isAlice = person === "alice";
			// Beside her is more of everything, earlier and later.
			await seedFullPerson(storage, person, {
				devices: isAlice ? ofAlice : devices,
				more: isAlice ? 1 : at + 2,
			});
		}
		return storage;
	}

	const answers = async (storage: Storage, asks: Readonly<Record<string, Ask>>, person = "alice") =>
		Object.fromEntries(
			await Promise.all(
				Object.entries(asks).map(
					async ([what, ask]) => [what, await ask(storage.read, namesOf(person, "ONE"))] as const,
				),
			),
		);

	async function compared(asks: Readonly<Record<string, Ask>>, alone: Storage, together: Storage) {
		try {
			const [expected, found, none] = [
				await answers(alone, asks),
				await answers(together, asks),
				await answers(together, asks, "nobody"),
			];
			for (const what of Object.keys(asks)) {
				assert.deepEqual(found[what], expected[what], what);
				assert.notDeepEqual(found[what], none[what], `${what}: there is something`);
			}
		} finally {
			await alone.close();
			await together.close();
		}
	}

	describe(`people and devices, kept apart in ${name}`, () => {
		test("about a device everybody hears what they would if it were the only one of the only person", async () => {
			await compared(ofDevice, await seeded(["alice"], ["ONE"]), await seeded(["bob", "alice", "carol"]));
		});

		test("about a person everybody hears what they would if there were nobody else", async () => {
			await compared(ofPerson, await seeded(["alice"]), await seeded(["bob", "alice", "carol"]));
		});

		test("whatever is done to a person or a device, nothing of anybody else changes", async () => {
			const storage = await open();
			try {
				for (const person of ["bob", "alice"]) await seedFullPerson(storage, person, { devices });
				let before = await everyRow(storage.place);
				for (const [what, deed] of Object.entries(deeds)) {
					await storage.write((unit) => deed.does(unit, namesOf("alice", deed.to ?? "ONE")));
					const after = await everyRow(storage.place);
					const others = deed.to === undefined ? [] : devices.filter((device) => device !== deed.to);
					const ofOthers = (row: string) => ["bob", ...others].some((name) => row.includes(name));
					assert.deepEqual(after.filter(ofOthers), before.filter(ofOthers), what);
					const hers = (rows: readonly string[]) => rows.filter((row) => row.includes("alice"));
					assert.notDeepEqual(hers(after), hers(before), `where ${what} something does change`);
					before = after;
				}
			} finally {
				await storage.close();
			}
		});
	});
}
