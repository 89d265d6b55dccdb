import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, HomeserverUnavailable } from "@countersign/core";
import type { IdentityTruth } from "./ports.ts";
import { loadSafety, type SafetyDeps } from "./safety.ts";

const accountId = asAccountId("A");
const truth: IdentityTruth = {
	...{ masterKey: "key", selfSigningValid: true, signedDevices: ["ONE", "TWO"] },
	backup: { state: "there", keys: 3 },
};
const passkey = {
	id: "P",
	name: "Phone",
	host: "example.org",
	createdAt: 1,
	lastUsedAt: null,
	isUsable: true,
};

async function load({
	identityOf = async () => truth,
	...deps
}: {
	readonly identityOf?: () => Promise<IdentityTruth>;
	readonly addresses?: SafetyDeps["addresses"];
}) {
	const asked: unknown[] = [];
	const list = async (of: unknown, page: unknown) => {
		asked.push(of, page);
		return [{ id: "E", accountId, kind: "identity-replaced", at: 77, detail: {} }] as const;
	};
	const proofs = {
		passkeys: { canBeMade: true, list: async () => [passkey, { ...passkey, isUsable: false }] },
		codes: { stateOf: async () => ({ since: 5, left: 4 }) },
	} satisfies SafetyDeps["proofs"];
	const storage = { read: { events: { list } } };
	return {
		asked,
		safety: await loadSafety({ storage, homeserver: { identityOf }, proofs, ...deps }, accountId),
	};
}

describe("how safe an account is", () => {
	test("is what homeserver, log, proofs and addresses say", async () => {
		const addresses = {
			listOf: async () => ({
				own: [
					{ address: "a@example.org", key: "a@example.org", verifiedAt: 5 },
					{ address: "b@x.org", key: "b@x.org" },
				],
				waiting: [{ address: "c@x.org", key: "c@x.org", expiresAt: 9 }],
			}),
		} satisfies SafetyDeps["addresses"];
		const { asked, safety } = await load({ addresses });
		assert.deepEqual(safety, {
			identity: {
				...{ isSetUp: true, since: 77, verifiedDevices: 2 },
				backup: { state: "there", keys: 3 },
			},
			...{ passkeys: 1, canHavePasskeys: true, codes: { since: 5, left: 4 }, addresses: 1 },
		});
		const kinds = [
			...["identity-created", "identity-replaced", "identity-replaced-unasked"],
			"identity-replaced-by-service",
		];
		assert.deepEqual(asked, [accountId, { limit: 1, kinds }]);
	});

	test("counts no device that a key vouches for which the identity did not sign", async () => {
		const { safety } = await load({ identityOf: async () => ({ ...truth, selfSigningValid: false }) });
		assert.equal(safety.identity?.verifiedDevices, 0);
	});

	test("has no identity where the homeserver holds none", async () => {
		const { masterKey: _, ...none } = truth;
		const { safety } = await load({ identityOf: async () => none });
		assert.deepEqual([safety.identity?.isSetUp, safety.addresses], [false, undefined]);
	});

	test("is told without the identity while the homeserver is away", async () => {
		const { safety } = await load({ identityOf: () => Promise.reject(new HomeserverUnavailable()) });
		assert.deepEqual([safety.identity, safety.passkeys], [undefined, 1]);
	});
});
