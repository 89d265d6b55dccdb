import { isRecord } from "@countersign/protocol";
import { parseClaimTemplate, type UpstreamConfig } from "../config/index.ts";
import { administersBy } from "./administers.ts";
import { isLetIn, readClaims } from "./claims.ts";
import type { Claims } from "./provider.ts";

/** What would come of claims, if somebody signed in with them. */
export interface Sample {
	readonly rows: readonly { readonly setting: string; readonly value: string }[];
	/** Why nobody is let in with them, or gets less than the settings ask for. */
	readonly problems: readonly string[];
}

/** An ID token as it is, of which nothing is verified, or its claims as JSON. Undefined where it is neither. */
export function parseSample(text: string): Claims | undefined {
	const [, payload] = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(text.trim()) ?? [];
	try {
		const read: unknown = JSON.parse(
			payload === undefined ? text : Buffer.from(payload, "base64url").toString("utf8"),
		);
		return isRecord(read) ? read : undefined;
	} catch {
		return undefined;
	}
}

export function trySample(
	claims: Claims,
	asked: { readonly config: UpstreamConfig; readonly serverName: string },
): Sample {
	const { subject, localpart, displayName, email, accountName } = asked.config.claims;
	const read = readClaims(claims, asked);
	const said = read.ok ? read.said : {};
	const made = [
		{ setting: "subject", template: subject, action: "require", value: read.ok ? read.subject : undefined },
		{ setting: "localpart", ...localpart, value: said.localpart?.value },
		{ setting: "displayname", ...displayName, value: said.displayName },
		{ setting: "email", ...email, value: said.email?.address },
		{ setting: "account_name", template: accountName, action: "suggest", value: said.accountName },
	].filter(({ action }) => action !== "ignore");
	const lacking = made.map(({ setting, template }) => ({ setting, missing: missingIn(template, claims) }));
	const administers = administersBy(claims, asked.config);
	return {
		rows: [
			...made.map(({ setting, value }) => ({ setting, value: value ?? "nothing" })),
			...(administers === undefined ? [] : [{ setting: "admin_claims", value: administers ? "yes" : "no" }]),
		],
		problems: [
			...lacking.flatMap(({ setting, missing }) =>
				missing.length === 0 ? [] : [`${setting}: the service does not say ${missing.join(", ")}`],
			),
			...made.flatMap(({ setting, value }, at) =>
				read.ok && value === undefined && lacking[at]?.missing.length === 0
					? [`${setting}: what the service says cannot be one${setting === "email" ? unconfirmed : ""}`]
					: [],
			),
			...(read.ok ? [] : [`nobody is let in without ${read.missing}`]),
			...(isLetIn(claims, asked.config.requiredClaims) ? [] : ["required_claims: they are not let in"]),
		],
	};
}

const unconfirmed = ", or it does not say that they confirmed it (email_verified)";

/** Claims that the template is made of, where nothing comes of it for the lack of them. */
function missingIn(template: string, claims: Claims): readonly string[] {
	const read = parseClaimTemplate(template);
	if (read === undefined || read.render(claims) !== undefined) return [];
	return read.claims.filter((path) => valueAt(claims, path) === undefined);
}

function valueAt(claims: Claims, path: string): unknown {
	return path
		.split(".")
		.reduce<unknown>(
			(node, name) => (isRecord(node) && Object.hasOwn(node, name) ? node[name] : undefined),
			claims,
		);
}
