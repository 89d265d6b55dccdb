import assert from "node:assert/strict";
import type { OAuthMetadata } from "@countersign/protocol";
import { identityOf } from "../support/device-crypto.ts";
import { approve, loginDevice } from "../support/server.ts";
import { createHolder, type Line, localpartOf, type SignedIn } from "./line.ts";

/** How far the reset under way has come, by what was acknowledged. */
type Stage =
	| { readonly is: "none" }
	| { readonly is: "asked"; readonly session: string; readonly url: string; approvalSent: boolean }
	| { readonly is: "approved" };

/** A session may ask for so many new identities an hour. */
const resetsPerDevice = 15;

/** A person replaces the identity again and again. Each answer on the way has to hold after a kill. */
export function resetting(metadata: OAuthMetadata, { browser, device }: SignedIn): Line {
	const { userId } = device;
	const localpart = localpartOf(device);
	let holder = createHolder(metadata, device);
	let stage: Stage = { is: "none" };
	let [generation, stored, count] = [1, 0, 0];

	const upload = () =>
		holder.call("POST", "keys/device_signing/upload", identityOf(userId, `identity ${generation}`).body);
	const replaced = () => {
		stored = generation;
		generation += 1;
		stage = { is: "none" };
		count += 1;
	};

	async function step(): Promise<void> {
		if (generation % resetsPerDevice === 0 && stage.is === "none")
			holder = createHolder(metadata, await loginDevice(metadata.issuer, { localpart, browser }));
		if (stage.is === "none") {
			const answer = await upload();
			if (answer.status === 200 && stored === 0) return replaced();
			assert.equal(answer.status, 401, JSON.stringify(answer.body));
			const { session, params } = answer.body;
			stage = { is: "asked", session, url: params["m.oauth"].url, approvalSent: false };
		} else if (stage.is === "asked") {
			stage.approvalSent = true;
			await approve(browser, stage.url, localpart);
			stage = { is: "approved" };
		} else {
			assert.equal((await upload()).status, 200, "an approved upload goes through");
			replaced();
		}
	}

	async function verifyStage(): Promise<void> {
		if (stage.is === "none") return;
		const wasApproved = stage.is === "approved";
		const answer = await upload();
		if (stage.is === "asked" && !(stage.approvalSent && answer.status === 200)) {
			assert.equal(answer.status, 401, JSON.stringify(answer.body));
			assert.equal(answer.body.session, stage.session, "the same request is still waiting");
			return;
		}
		assert.equal(answer.status, 200, `the approval is there (acknowledged: ${wasApproved})`);
		replaced();
	}

	return {
		name: "identities replaced",
		step,
		count: () => count,
		async verify() {
			await holder.refresh();
			const { body } = await holder.call("POST", "keys/query", { device_keys: { [userId]: [] } });
			const master = body.master_keys[userId]?.keys;
			const known = Object.values(master ?? {});
			const allowed = mayBeStored().map((each) => identityOf(userId, `identity ${each}`).master.publicKey);
			assert.ok(
				known.length === 0 ? stored === 0 : allowed.includes(String(known[0])),
				`${userId}: the identity is the one acknowledged last, or the one approved and sent since`,
			);
			await verifyStage();
		},
	};

	function mayBeStored(): readonly number[] {
		const sent = stage.is === "approved" || stored === 0;
		return sent ? [stored, generation] : [stored];
	}
}
