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
}

/**
 * @see https://docs.hcaptcha.com/#content-security-policy-settings
 * @see https://developers.cloudflare.com/turnstile/reference/content-security-policy/
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
	},
	turnstile: {
		script: "https://challenges.cloudflare.com/turnstile/v0/api.js",
		hosts: ["https://challenges.cloudflare.com"],
		element: "cf-turnstile",
		field: "cf-turnstile-response",
		verifyAt: "https://challenges.cloudflare.com/turnstile/v0/siteverify",
		bindsSiteKey: false,
		mayNameDomain: false,
	},
};
