import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { CaptchaConfig } from "../../src/config/index.ts";

/** Stands in for the service, and answers as its documentation says. The real one is asked by no test. */
export interface TestCaptchaService {
	readonly config: CaptchaConfig;
	/** What a browser gets that solves one on a page of this host, with this site key. */
	solve(hostname?: string, siteKey?: string): string;
	/** What it was asked, field by field. */
	readonly asked: readonly Readonly<Record<string, string>>[];
	/** How it answers from now on, or what it says whatever it is asked. Default: well. */
	behave(how: Behaviour): void;
	[Symbol.asyncDispose](): Promise<void>;
}

type Behaviour = "well" | "silent" | "broken" | "page" | Readonly<Record<string, unknown>>;

const siteKey = "10000000-site";
const secret = "0x0000000000000000000000000000000000000000";

/** The codes of each, for a secret, an answer and an answer that was judged before. */
const codes = {
	hcaptcha: {
		secret: "invalid-input-secret",
		unknown: "invalid-input-response",
		again: "already-seen-response",
	},
	turnstile: {
		secret: "invalid-input-secret",
		unknown: "invalid-input-response",
		again: "timeout-or-duplicate",
	},
} as const;

/** @see https://docs.hcaptcha.com/#verify-the-user-response-server-side
 * @see https://developers.cloudflare.com/turnstile/get-started/server-side-validation/ */
export async function startCaptchaService(kind: CaptchaConfig["kind"]): Promise<TestCaptchaService> {
	const solved = new Map<string, { readonly hostname: string; readonly siteKey: string; isSeen: boolean }>();
	const asked: Record<string, string>[] = [];
	let how: Behaviour = "well";
	const judge = (fields: Record<string, string>) => {
		const no = (code: string) => ({ success: false, "error-codes": [code] });
		if (fields.secret !== secret) return no(codes[kind].secret);
		const answer = solved.get(fields.response ?? "");
		if (answer === undefined) return no(codes[kind].unknown);
		if (fields.sitekey !== undefined && fields.sitekey !== answer.siteKey)
			return no("sitekey-secret-mismatch");
		if (answer.isSeen) return no(codes[kind].again);
		answer.isSeen = true;
		const hostname = kind === "hcaptcha" ? withoutSubdomain(answer.hostname) : answer.hostname;
		return { success: true, challenge_ts: new Date(0).toISOString(), hostname, "error-codes": [] };
	};
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on("data", (chunk: Buffer) => void chunks.push(chunk));
		request.on("end", () => {
			const isForm = request.headers["content-type"] === "application/x-www-form-urlencoded";
			if (request.method !== "POST" || !isForm) return void response.writeHead(405).end();
			const fields = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
			asked.push(fields);
			if (how === "silent") return;
			if (how === "broken") return void response.writeHead(502).end("bad gateway");
			const said = how === "well" ? judge(fields) : how;
			const body = how === "page" ? "<!doctype html>" : JSON.stringify(said);
			response.writeHead(200, { "content-type": "application/json" }).end(body);
		});
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	let count = 0;
	return {
		config: { kind, siteKey, secret, verifyAt: `http://127.0.0.1:${port}/siteverify` },
		asked,
		solve(hostname = "localhost", solvedWith = siteKey) {
			const answer = `answer-${++count}`;
			solved.set(answer, { hostname, siteKey: solvedWith, isSeen: false });
			return answer;
		},
		behave(next) {
			how = next;
		},
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/** It may name no more of the page than the domain that somebody registered (of two labels, here). */
function withoutSubdomain(hostname: string): string {
	return hostname.split(".").slice(-2).join(".");
}
