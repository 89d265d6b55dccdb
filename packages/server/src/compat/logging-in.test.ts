import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import type { Account } from "../people/index.ts";
import { type LoginDeps, logIn } from "./logging-in.ts";

const accountId = asAccountId("a");
const account: Account = {
	...{ id: accountId, localpart: "alice", admin: false, createdAt: 1, generation: 3 },
	hasPassword: true,
};
type Opened = Awaited<ReturnType<LoginDeps["sessions"]["openCompat"]>>;

const noPassword = () => assert.fail("there is no password");

/** One login by token, of an account that is this, where opening a session ends like this. */
async function loggedIn({
	opened,
	found = account,
	isThere = true,
	bytes = [],
	deviceId,
}: {
	readonly opened?: Opened;
	readonly found?: Account;
	readonly isThere?: boolean;
	readonly bytes?: readonly number[];
	readonly deviceId?: string;
}) {
	const sessions: Parameters<LoginDeps["sessions"]["openCompat"]>[0][] = [];
	const outcome = await logIn(
		{
			people: { byId: async () => (isThere ? found : undefined) },
			proofs: {
				signIn: noPassword,
				demands: { missing: noPassword, isDemandedOf: noPassword, lacking: noPassword, look: noPassword },
			},
			sessions: {
				openCompat: async (session) => {
					sessions.push(session);
					return opened ?? { ok: false, reason: "spent" };
				},
			},
			sso: { findApproved: async () => ({ accountId }), spend: async () => true },
			random: { token: () => "t", bytes: () => Uint8Array.from(bytes) },
			serverName: "x",
		},
		{
			...{ proof: { type: "token", token: "t" }, renews: false },
			...(deviceId !== undefined && { deviceId: asDeviceId(deviceId) }),
		},
		{ address: "192.0.2.1", userAgent: "App/1" },
	);
	return {
		reason: outcome.ok ? "ok" : outcome.refusal.reason,
		made: sessions[0]?.deviceId,
		asked: sessions[0],
	};
}

describe("a login", () => {
	test("makes up a device id of ten letters and digits, none of them likelier than another", async () => {
		const bytes = [255, 252, 251, 253, 0, 25, 26, 35, 36, 37, 61, 62, 71, 254, 72, 73];
		assert.equal((await loggedIn({ bytes })).made, "9AZ09ABZ09");
		assert.equal((await loggedIn({ bytes, deviceId: "MINE" })).made, "MINE");
	});

	test("opens a session with all that was asked for, and from where", async () => {
		assert.deepEqual((await loggedIn({ deviceId: "MINE" })).asked, {
			...{ accountId, deviceId: "MINE", isNewDevice: false, deviceName: undefined, renews: false },
			...{ address: "192.0.2.1", userAgent: "App/1" },
		});
	});

	test("of an account that was closed meanwhile says no more than a wrong token, of a locked one that it is", async () => {
		const opened = { ok: false, reason: "account-closed" } as const;
		assert.equal((await loggedIn({ opened })).reason, "token-refused");
		const locked = { ...account, lockedAt: 5 };
		assert.equal((await loggedIn({ opened, found: locked })).reason, "locked");
		assert.equal(
			(await loggedIn({ opened, found: { ...locked, deactivatedAt: 6 } })).reason,
			"token-refused",
		);
	});

	test("says what else was against it as it is", async () => {
		for (const reason of ["device-id-in-use", "too-many-devices", "homeserver-unavailable"] as const)
			assert.equal((await loggedIn({ opened: { ok: false, reason } })).reason, reason);
		assert.equal((await loggedIn({ opened: { ok: false, reason: "spent" } })).reason, "token-refused");
		assert.deepEqual(await loggedIn({ isThere: false }), {
			reason: "token-refused",
			made: undefined,
			asked: undefined,
		});
	});
});
