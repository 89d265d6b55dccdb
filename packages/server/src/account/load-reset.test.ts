import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HomeserverUnavailable, type ResetRequest } from "@countersign/core";
import { type LoadResetDeps, loadReset } from "./load-reset.ts";

const now = 1_800_000_000_000;

const request: ResetRequest = {
	accountId: "alice",
	sessionId: "session",
	digest: "digest",
	reference: "reference",
	uiaSession: "uia",
	deviceId: "PHONE",
	keys: {},
	masterKey: "new",
	createdAt: now - 60_000,
	lastUploadAt: now,
	state: "spent",
	decidedAt: now,
	endedAt: now,
};

const visit = {
	path: "/account/reset/reference",
	signedInAs: "@alice:localhost",
	csrf: "t",
	passwordNeeded: false,
	browserAddress: "192.0.2.1",
};

function over(identityOf: LoadResetDeps["homeserver"]["identityOf"]): LoadResetDeps {
	const read = {
		requests: { find: async () => request, ofAccount: async () => [request] },
		sessionFacts: { find: async () => undefined },
	};
	return { storage: { read, write: (work) => work(read) }, homeserver: { identityOf }, clock: () => now };
}

describe("a homeserver that does not answer", () => {
	test("leaves a gap in the page, never a guess", async () => {
		const view = await loadReset(
			over(() => Promise.reject(new HomeserverUnavailable())),
			request,
			visit,
		);
		assert.equal(view.stage === "replaced" && view.progress, "unknown");
		assert.equal(view.asking.currentKey, undefined);
		assert.equal(view.asking.hasBackup, undefined);
	});

	test("any other failure is one", async () => {
		const broken = new Error("broken");
		await assert.rejects(
			loadReset(
				over(() => Promise.reject(broken)),
				request,
				visit,
			),
			broken,
		);
	});
});
