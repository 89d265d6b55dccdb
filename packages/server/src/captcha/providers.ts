import type { CaptchaConfig } from "../config/index.ts";

interface Provider {
	/** Of the person's page: the script, and where that and what it opens come from. */
	readonly script: string;
	readonly hosts: readonly string[];
	/** Class of the element that the script looks for, and the field that it puts in the form. */
	readonly element: string;
	readonly field: string;
	/** Where what was put there is judged. */
	readonly verifyAt: string;
	/** Whether it takes the site key along, and refuses what was solved with another one. */
	readonly bindsSiteKey: boolean;
	/** Whether it may name, instead of the host of the page, only a domain that this is in. */
	readonly mayNameDomain: boolean;
	/** Codes of its refusals that are about something else than the answer. */
	readonly means: ReadonlyMap<string, "keys-wrong" | "away" | "other-key">;
}

/**
 * @see https://docs.hcaptcha.com/#content-security-policy-settings
 * @see https://docs.hcaptcha.com/#siteverify-error-codes-table
 * @see https://developers.cloudflare.com/turnstile/reference/content-security-policy/
 * @see https://developers.cloudflare.com/turnstile/get-started/server-side-validation/
 */
export const captchaProviders: Readonly<Record<CaptchaConfig["kind"], Provider>> = {
	hcaptcha: {
		script: "https://js.hcaptcha.com/1/api.js",
		hosts: ["https://hcaptcha.com", "https://*.hcaptcha.com"],
		element: "h-captcha",
		field: "h-captcha-response",
		verifyAt: "https://api.hcaptcha.com/siteverify",
		bindsSiteKey: true,
		mayNameDomain: true,
		means: new Map([
			["missing-input-secret", "keys-wrong"],
			["invalid-input-secret", "keys-wrong"],
			["internal-error", "away"],
			// Or ours are of two sites; but whoever sends an answer chooses the key that it is for, of a test too.
			["sitekey-secret-mismatch", "other-key"],
			["not-using-dummy-passcode", "other-key"],
			["not-using-dummy-secret", "other-key"],
		]),
	},
	turnstile: {
		script: "https://challenges.cloudflare.com/turnstile/v0/api.js",
		hosts: ["https://challenges.cloudflare.com"],
		element: "cf-turnstile",
		field: "cf-turnstile-response",
		verifyAt: "https://challenges.cloudflare.com/turnstile/v0/siteverify",
		bindsSiteKey: false,
		mayNameDomain: false,
		means: new Map([
			["missing-input-secret", "keys-wrong"],
			["invalid-input-secret", "keys-wrong"],
			["invalid-parsed-secret", "keys-wrong"],
			["invalid-widget-id", "keys-wrong"],
			["internal-error", "away"],
		]),
	},
};
