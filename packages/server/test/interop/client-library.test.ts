/** The parts of our own client library one after the other, as a program uses them, against the whole server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type ApprovalChallenge,
	createTokenHolder,
	isClientError,
	processRevocationResponse,
	revocationRequest,
	type SessionTokens,
	type UploadWithApprovalOptions,
	uploadWithApproval,
} from "@countersign/client";
import { loginByLoopback } from "@countersign/client/node";
import { decide } from "../support/attack-world.ts";
import { identityOf } from "../support/device-crypto.ts";
import type { FormBrowser } from "../support/form-browser.ts";
import { readIdentity } from "../support/published-identity.ts";
import { allow, type RunningServer, startServer } from "../support/server.ts";

const userId = "@alice:localhost";
const minuteMs = 60_000;

/**
 * Alice's first identity stands; a program of hers is signed in. Time can be turned for server and program.
 *
 * @param skewMs how far the program's clock is ahead of the server's
 */
async function signedInProgram({ skewMs = 0 }: { readonly skewMs?: number } = {}) {
	let ahead = 0;
	const now = () => Date.now() + ahead + skewMs;
	const server = await startServer({ clock: () => now() - skewMs });
	const alice = await server.register("alice");
	const metadata = await server.metadata();
	const { clientId, tokens } = await loginByLoopback({
		...{ metadata, now, client: { clientUri: "https://tool.example", clientName: "Tool" } },
		present: (asked) => comeBack(alice, asked),
	});
	const saved: SessionTokens[] = [];
	const save = async (next: SessionTokens) => void saved.push(next);
	const holder = createTokenHolder({ metadata, clientId, tokens, save, now });
	const turn = (ms: number) => {
		ahead += ms;
	};
	/** Time passes between two looks, once the person has done what there is to do. */
	const upload = (
		identity: string,
		present: (challenge: ApprovalChallenge) => Promise<void>,
		options: Pick<UploadWithApprovalOptions, "timeoutMs"> = {},
	) => {
		let acting = Promise.resolve();
		return uploadWithApproval({
			...{ homeserver: server.url, accessToken: holder.accessToken, keys: identityOf(userId, identity).body },
			present: (challenge) => {
				acting = present(challenge);
				return acting;
			},
			sleep: (ms) =>
				acting.then(
					() => turn(ms),
					() => {},
				),
			...{ now, ...options },
		});
	};
	assert.deepEqual(await upload("first", async () => assert.fail("nobody has to approve")), {
		outcome: "stored",
		approval: "not-needed",
	});
	return {
		...{ server, alice, metadata, clientId, holder, saved, upload, turn },
		identity: async () => masterKey(server, await holder.accessToken()),
		[Symbol.asyncDispose]: () => server.close(),
	};
}

/** Allows the program, and goes where the browser is sent. */
async function comeBack(browser: FormBrowser, asked: string): Promise<void> {
	const { left } = await allow(browser, asked, "alice");
	await (await fetch(left)).body?.cancel();
}

async function masterKey({ url }: RunningServer, accessToken: string): Promise<string> {
	return (await readIdentity(url, { userId, accessToken })).masterKey;
}

const keyOf = (identity: string) => identityOf(userId, identity).master.publicKey;

test("a program signs in, outlives its tokens while Alice approves ten minutes later, and signs out", async () => {
	await using program = await signedInProgram();
	const { server, alice, holder, saved } = program;
	const atFirst = holder.tokens();
	const outcome = await program.upload("second", async ({ url, fingerprint }) => {
		const page = await alice.open(url);
		assert.ok(fingerprint !== undefined && page.text.includes(fingerprint), "the page shows other keys");
		program.turn(10 * minuteMs);
		await decide(alice, url, "approve");
	});
	assert.deepEqual(outcome, { outcome: "stored", approval: "given" });
	assert.equal(await program.identity(), keyOf("second"));
	assert.equal(saved.length, 1);
	assert.deepEqual(holder.tokens(), saved[0]);
	assert.notEqual(holder.tokens().refreshToken, atFirst.refreshToken);

	program.turn(6 * minuteMs);
	const [one, other] = await Promise.all([holder.accessToken(), holder.accessToken()]);
	assert.equal(one, other);
	assert.equal(saved.length, 2);

	const { metadata, clientId } = program;
	const { refreshToken: token } = holder.tokens();
	await processRevocationResponse(await revocationRequest(metadata, { token, clientId }));
	assert.equal((await server.call({ accessToken: one }, "GET", "account/whoami")).status, 401);
	await assert.rejects(holder.accessToken({ rejected: one }), (error) => isClientError(error, "logged-out"));
});

for (const hours of [-26, 26])
	test(`a program whose clock is ${hours} hours off is none the worse for it`, async () => {
		await using program = await signedInProgram({ skewMs: hours * 60 * minuteMs });
		const { alice, saved } = program;
		const outcome = await program.upload("second", async ({ url }) => {
			program.turn(6 * minuteMs);
			await decide(alice, url, "approve");
		});
		assert.deepEqual(outcome, { outcome: "stored", approval: "given" });
		assert.equal(await program.identity(), keyOf("second"));
		assert.equal(saved.length, 1, "its tokens are renewed when they are over, and no sooner");
	});

test("a program hears that Alice refused, and the old identity stands", async () => {
	await using program = await signedInProgram();
	const refused = program.upload(
		"second",
		async ({ url }) => void (await decide(program.alice, url, "deny")),
	);
	await assert.rejects(refused, (error) => isClientError(error, "approval-denied") && error.safe === true);
	assert.equal(await program.identity(), keyOf("first"));
});

test("a program that nobody answers keeps its one request open meanwhile, and gives up in time", async () => {
	await using program = await signedInProgram();
	const shown: ApprovalChallenge[] = [];
	const unanswered = program.upload("second", async (one) => void shown.push(one));
	await assert.rejects(
		unanswered,
		(error) => isClientError(error, "approval-expired") && error.safe === true,
	);
	assert.equal(shown.length, 1);
	assert.ok(program.saved.length >= 2, "it did not outlive its tokens");
	assert.equal(await program.identity(), keyOf("first"));
});

test("a program that slept until its request had died shows the page of a new one, and that one counts", async () => {
	await using program = await signedInProgram();
	const shown: ApprovalChallenge[] = [];
	const act = async (one: ApprovalChallenge) => {
		shown.push(one);
		if (one.attempt === 1) program.turn(61 * minuteMs);
		else await decide(program.alice, one.url, "approve");
	};
	const outcome = await program.upload("second", act, { timeoutMs: 180 * minuteMs });
	assert.deepEqual(outcome, { outcome: "stored", approval: "given" });
	assert.equal(shown.length, 2);
	assert.notEqual(shown[0]?.session, shown[1]?.session);
	assert.equal(await program.identity(), keyOf("second"));
});
