import { isRecord } from "@countersign/protocol";
import type { Captcha } from "../account/ports.ts";
import type { CaptchaConfig } from "../config/index.ts";
import { createAddressAttempts, type NewRateLimiter } from "../limits/index.ts";
import type { Log } from "../log/index.ts";
import { NoAnswer, type Outbound, type OutboundAnswer } from "../outbound/index.ts";
import { isOwnHost } from "./own-host.ts";
import { captchaProviders } from "./providers.ts";

interface Deps {
	readonly config: CaptchaConfig;
	readonly outbound: Pick<Outbound, "request">;
	/** Where people reach this server: what was answered on a page of another one is no answer here. */
	readonly publicBase: string;
	readonly log: Log;
	readonly newRateLimiter: NewRateLimiter;
}

/** Answers about which the service is asked: each costs it and us a connection, whoever made it up. */
const questions = { name: "captcha", points: 60, seconds: 60 };

const timeoutMs = 5_000;
/** What browsers put in the field is about two thousand characters. */
const longestAnswer = 8_192;

export function createCaptcha({ config, outbound, publicBase, log, newRateLimiter }: Deps): Captcha {
	const { script, hosts, element, field, verifyAt, bindsSiteKey, mayNameDomain, means } =
		captchaProviders[config.kind];
	const provider = config.kind;
	const { hostname } = new URL(publicBase);
	const attempts = createAddressAttempts(questions, newRateLimiter);
	return {
		widget: { script, hosts, element, siteKey: config.siteKey },
		field,
		async check(answer, address) {
			if (answer === "") return { ok: false, reason: "captcha-missing" };
			if (answer.length > longestAnswer) return { ok: false, reason: "captcha-refused" };
			const allowance = await attempts.take(address);
			if (!allowance.ok) return allowance;
			const question = new URLSearchParams({ secret: config.secret, response: answer });
			if (bindsSiteKey) question.set("sitekey", config.siteKey);
			const verdict = await ask(outbound, config.verifyAt ?? verifyAt, question.toString());
			if (verdict?.success === true && isOwnHost(verdict.hostname, hostname, mayNameDomain))
				return { ok: true };
			const meant = verdict?.errors.map((code) => means.get(code)) ?? ["away"];
			// The operator's mistake, not the person's: another answer helps nobody.
			if (meant.includes("keys-wrong")) {
				const facts = { provider, errors: verdict?.errors };
				log.error(facts, "the captcha's keys are not taken: nobody can register");
				return { ok: false, reason: "captcha-away" };
			}
			if (meant.includes("away")) {
				log.warn({ provider }, "nobody says whether captchas are solved: nobody can register");
				return { ok: false, reason: "captcha-away" };
			}
			if (verdict?.success === true)
				log.warn({ provider }, "a captcha was solved on a page of another server than public_base");
			if (meant.includes("other-key"))
				log.warn(
					{ provider },
					"a captcha is of another site key; if all are, captcha's keys are not of one site",
				);
			return { ok: false, reason: "captcha-refused" };
		},
	};
}

interface Verdict {
	readonly success: unknown;
	/** Of the page on which it was solved. */
	readonly hostname: unknown;
	readonly errors: readonly string[];
}

/** Once: what was judged is not judged again. Undefined without an answer that can be read. */
async function ask(outbound: Deps["outbound"], url: string, body: string): Promise<Verdict | undefined> {
	const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
	try {
		return verdictOf(
			await outbound.request({ method: "POST", url, headers, body, timeoutMs, limitBytes: 65_536 }),
		);
	} catch (error) {
		if (error instanceof NoAnswer) return undefined;
		throw error;
	}
}

/** Some refusals have a status of their own; what counts is the body. */
function verdictOf({ status, body }: OutboundAnswer): Verdict | undefined {
	if (status >= 500) return undefined;
	let read: unknown;
	try {
		read = JSON.parse(new TextDecoder().decode(body));
	} catch {
		return undefined;
	}
	if (!isRecord(read) || typeof read.success !== "boolean") return undefined;
	const codes = Array.isArray(read["error-codes"]) ? read["error-codes"] : [];
	const errors = codes.filter((code) => typeof code === "string" && /^[\w-]{1,60}$/.test(code));
	return { success: read.success, hostname: read.hostname, errors };
}
