import { isRecord, parseLocalpart } from "@countersign/protocol";
import { parseClaimTemplate, type UpstreamConfig } from "../config/index.ts";
import { safeText } from "../http/index.ts";
import { isSubject, readAddress } from "../identifiers/index.ts";
import type { Said } from "./ports.ts";
import type { Claims } from "./provider.ts";

export type ReadClaims =
	| {
			readonly ok: true;
			readonly subject: string;
			readonly said: Said;
			readonly provedAt: number | undefined;
	  }
	/** Without it the operator lets nobody in. */
	| { readonly ok: false; readonly missing: "subject" | "localpart" | "displayname" | "email" };

interface Reading {
	readonly config: Pick<UpstreamConfig, "claims">;
	readonly serverName: string;
}

/** What is made of what a provider says of somebody, as the operator wants it. */
export function readClaims(claims: Claims, { config, serverName }: Reading): ReadClaims {
	const { subject: ofSubject, localpart, displayName, email, accountName } = config.claims;
	const subject = rendered(ofSubject, claims);
	if (subject === undefined || !isSubject(subject)) return { ok: false, missing: "subject" };
	const name = localpart.action === "ignore" ? undefined : rendered(localpart.template, claims);
	const local = name === undefined ? undefined : parseLocalpart(name, serverName);
	if (localpart.action === "require" && local?.ok !== true) return { ok: false, missing: "localpart" };
	const shown =
		displayName.action === "ignore" ? undefined : safeText(rendered(displayName.template, claims) ?? "", 100);
	if (displayName.action === "require" && !shown) return { ok: false, missing: "displayname" };
	const address =
		email.action === "ignore" ? undefined : vouchedAddress(rendered(email.template, claims), claims);
	if (email.action === "require" && address === undefined) return { ok: false, missing: "email" };
	const called = safeText(rendered(accountName, claims) ?? "", 100);
	return {
		ok: true,
		subject,
		provedAt: momentOf(claims.auth_time),
		said: {
			...(local?.ok === true && {
				localpart: { value: local.value, isFixed: localpart.action !== "suggest" },
			}),
			...(shown && { displayName: shown }),
			...(address !== undefined && {
				email: { ...address, isRequired: email.action !== "suggest", isVouched: email.isVouched },
			}),
			...(called !== "" && { accountName: called }),
		},
	};
}

/** Epoch seconds (OpenID Connect Core, 2), of which some say fractions. What is no moment is not said. */
export function momentOf(seconds: unknown): number | undefined {
	const at = typeof seconds === "number" ? Math.floor(seconds) * 1000 : Number.NaN;
	return Number.isSafeInteger(at) && at >= 0 ? at : undefined;
}

/** Whether the operator lets them in: by the claim of that name or, with dots, by one inside another. */
export function isLetIn(claims: Claims, required: UpstreamConfig["requiredClaims"]): boolean {
	return Object.entries(required).every(([name, values]) => {
		const claim = ownOf(claims, name) ?? name.split(".").reduce<unknown>(ownOf, claims);
		const said: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
		return said.some((value) => typeof value === "string" && values.includes(value));
	});
}

function ownOf(node: unknown, name: string): unknown {
	return isRecord(node) && Object.hasOwn(node, name) ? node[name] : undefined;
}

/**
 * An address that the provider says it has seen to be theirs. One that it does not vouch for is nobody's: whoever may
 * write there what they like would be known here by it.
 */
function vouchedAddress(text: string | undefined, claims: Claims) {
	const read = text === undefined ? undefined : readAddress(text);
	const vouched = typeof claims.email === "string" ? readAddress(claims.email) : undefined;
	// Some say it as text.
	const isVerified = claims.email_verified === true || claims.email_verified === "true";
	return isVerified && read !== undefined && read.key === vouched?.key ? read : undefined;
}

function rendered(template: string, claims: Claims): string | undefined {
	return parseClaimTemplate(template)?.render(claims);
}
