import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	type ClientErrorCode,
	CountersignClientError,
	clientErrorCode,
	IdentityResetError,
} from "@countersign/client";
import { failureOf } from "./failure.ts";
import { Refusal } from "./refusal.ts";
import { endings, exitCodes } from "./words/index.ts";

const never = new AbortController().signal;

/** Scripts rely on these: a code that moves breaks them. */
const pinned: Readonly<Record<string, readonly string[]>> = {
	"1": [
		...["network", "http-status", "rate-limited", "malformed-answer", "no-homeserver", "oauth-error"],
		...["state-mismatch", "issuer-mismatch", "storage-unavailable", "temporarily-unavailable", "logged-out"],
		...["tokens-not-saved", "password-wrong", "keys-rejected", "keys-replaced-elsewhere"],
		...["recovery-key-wrong", "nothing-to-restore", "already-running", "old-key-wrong", "no-signed-backup"],
		"none-opened",
		...["nothing-to-verify-with", "verification-answered-elsewhere"],
		...["device-unknown", "device-key-differs"],
		...["state-busy", "state-damaged", "nothing-under-way", "no-recovery", "files", "unexpected"],
	],
	"2": [
		...["usage", "no-answer", "not-signed-in", "signed-in-already", "device-taken", "identity-exists"],
		...["no-identity", "not-held", "wrong-fingerprint", "nowhere-to-save", "file-exists", "reset-under-way"],
		"identity-would-be-lost",
	],
	"3": ["approval-denied", "verification-mismatch", "verification-cancelled"],
	"4": ["approval-expired", "sign-in-timeout", "verification-timeout", "reading-timeout"],
	"5": [
		...["oauth-unsupported", "device-grant-unsupported", "malformed-metadata"],
		...["challenge-unsupported", "bad-approval-url", "nothing-kept"],
	],
	"6": ["keys-not-stored", "identity-incomplete", "recovery-not-saved", "accepted-already"],
	"75": ["approval-pending"],
	"130": ["aborted"],
};

describe("exit codes", () => {
	test("are these, for every error there is", () => {
		const found = Object.entries(endings).map(([code, { exit }]) => [code, exitCodes[exit]] as const);
		const expected = Object.entries(pinned).flatMap(([exit, codes]) =>
			codes.map((code) => [code, Number(exit)] as const),
		);
		assert.deepEqual(Object.fromEntries(found), Object.fromEntries(expected));
		assert.equal(found.length, expected.length);
	});

	test("no error of the library is without one", () => {
		for (const code of Object.values(clientErrorCode)) {
			const failed = failureOf(new CountersignClientError(code, "for developers"), never, []);
			assert.deepEqual([failed.code, failed.message.includes("for developers")], [code, false]);
		}
	});
});

describe("a reset that stopped", () => {
	const stopped = (code: ClientErrorCode, safe: boolean, more: object = {}) =>
		failureOf(
			new IdentityResetError(code, "", { step: "import", safe, resumable: true, ...more }),
			never,
			[],
		);

	test("before anything changed ends as what stopped it, with the way on", () => {
		const { exit, safe, next } = stopped("network", true);
		assert.deepEqual([exit, safe], [1, true]);
		assert.match(next.join(), /xsign resume/);
	});

	test("after that is incomplete, whatever stopped it", () => {
		for (const code of ["network", "logged-out", "approval-expired", "http-status"] as const)
			assert.equal(stopped(code, false).exit, 6, code);
	});

	test("by Ctrl-C ends as that, with the way on", () => {
		const over = new AbortController();
		over.abort(143);
		const error = new IdentityResetError("aborted", "", { step: "import", safe: false, resumable: true });
		assert.equal(failureOf(error, over.signal, []).exit, 143);
		assert.equal(stopped("aborted", false).exit, 130);
	});

	test("because the key's file is somebody's says which, and how to go on", () => {
		const cause = new Error("", { cause: new Refusal("file-exists", { file: "/key" }) });
		const { exit, message, next } = stopped("recovery-not-saved", false, { cause });
		assert.equal(exit, 6);
		assert.match(message, /^\/key exists/);
		assert.match(next.join(), /resume --save-recovery-key FILE/);
	});
});

describe("a recovery key that was not kept, without a reset", () => {
	const failed = (signal: AbortSignal) => {
		const cause = new Refusal("no-answer");
		return failureOf(new CountersignClientError("recovery-not-saved", "", { cause }), signal, []);
	};

	test("is nothing but its reason: nothing is to be resumed", () => {
		assert.deepEqual([failed(never).code, failed(never).exit], ["no-answer", 2]);
		assert.match(failed(never).next.join(), /^Type it when you are asked; [^x]+ < FILE$/);
	});

	test("for Ctrl-C at the question is that", () => {
		const over = new AbortController();
		over.abort(130);
		assert.deepEqual([failed(over.signal).code, failed(over.signal).exit], ["aborted", 130]);
	});
});

describe("what is said of an error", () => {
	test("fills in what is known", () => {
		const failed = failureOf(new Refusal("wrong-fingerprint", { fingerprint: "aaaa bbbb" }), never, []);
		assert.equal(failed.message, "Another identity is published: aaaa bbbb");
	});

	test("of a wrong call is how to call it", () => {
		const failed = failureOf(new Refusal("usage", { problem: "Too much." }), never, ["Usage: xsign reset"]);
		assert.deepEqual([failed.message, failed.next], ["Too much.", ["Usage: xsign reset"]]);
	});

	test("a refusal in the browser is a person's no", () => {
		const error = new CountersignClientError("oauth-error", "", { oauth: { error: "access_denied" } });
		assert.equal(failureOf(error, never, []).exit, 3);
	});

	test("a server that does not answer is why, as far as the system knows", () => {
		const behind = (cause: object) => {
			const fetchFailed = new TypeError("fetch failed", { cause: Object.assign(new Error(""), cause) });
			return failureOf(new CountersignClientError("network", "", { cause: fetchFailed }), never, []).message;
		};
		const said = "The server does not answer";
		for (const [code, why] of [
			["ENOTFOUND", ": there is no host a.example"],
			["EAI_AGAIN", ": there is no host a.example"],
			["ECONNREFUSED", ": nothing listens there"],
			["DEPTH_ZERO_SELF_SIGNED_CERT", ": its certificate is not to be trusted (DEPTH_ZERO_SELF_SIGNED_CERT)"],
			["UNABLE_TO_VERIFY_LEAF_SIGNATURE", /certificate/],
			[
				"ERR_SSL_WRONG_VERSION_NUMBER",
				": it speaks no https there; if that is meant, write http:// before its name",
			],
			["ERR_SSL_PACKET_LENGTH_TOO_LONG", /no https/],
			["ECONNRESET", " (ECONNRESET)"],
		] as const) {
			const message = behind({ code, hostname: "a.example" });
			if (typeof why === "string") assert.equal(message, `${said}${why}.`);
			else assert.match(message, why);
		}
		const late = new DOMException("", "TimeoutError");
		const timedOut = failureOf(new CountersignClientError("network", "", { cause: late }), never, []);
		assert.equal(timedOut.message, `${said}: it took too long.`);
		assert.equal(behind({}), `${said}.`);
	});

	test("a recovery key that the disk does not take names the reason", () => {
		const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { syscall: "write" });
		const cause = new CountersignClientError("recovery-not-saved", "", { cause: full });
		const details = { step: "save-recovery-key", safe: false, resumable: true, cause } as const;
		const failed = failureOf(new IdentityResetError("recovery-not-saved", "", details), never, []);
		assert.equal(failed.exit, 6);
		assert.match(failed.message, /Everything before it is done\. The system says: ENOSPC: no space/);
	});

	test("a server's words reach no terminal as commands", () => {
		const matrix = { errcode: "M_UNKNOWN", error: "no\x1b[2J\u202E way" };
		const { message } = failureOf(
			new CountersignClientError("http-status", "", { status: 400, matrix }),
			never,
			[],
		);
		assert.equal(message, "The server answers with status 400. It says: no[2J way");
	});

	test("what the system says is told as that, what nobody thought of as a fault", () => {
		const system = Object.assign(new Error("EACCES: permission denied, mkdir '/x'"), { syscall: "mkdir" });
		assert.match(failureOf(system, never, []).message, /^The system says: EACCES/);
		assert.deepEqual(failureOf(new TypeError("oops"), never, []).code, "unexpected");
	});
});
