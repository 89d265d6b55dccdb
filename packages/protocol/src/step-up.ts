import { isRecord, member } from "./record.ts";

/** What a homeserver wants of the proof behind an access token. To be handed on as it is: only servers look inside. */
export interface StepUpOffer {
	/** One of these, the one it likes best first, separated by spaces. */
	readonly acrValues?: string;
	/** How old that proof may be, in seconds. */
	readonly maxAge?: number;
	/** All scopes that the new token needs. Absent: those of the sign-in. */
	readonly scope?: string;
}

const errcode = "M_INSUFFICIENT_USER_AUTHENTICATION";
const unstable = "org.matrix.msc4363.";

/**
 * Reads the body of a 401. Undefined where it does not say, with one of the two names of that error, that a token of a
 * better proof would do; members of the wrong kind are left out.
 * @see https://github.com/matrix-org/matrix-spec-proposals/pull/4363
 */
export function parseStepUp(body: unknown): StepUpOffer | undefined {
	if (!isRecord(body)) return undefined;
	const named = member(body, "errcode");
	if (named !== errcode && named !== unstable + errcode) return undefined;
	const prefix = named === errcode ? "" : unstable;
	const [acrValues, maxAge, scope] = ["acr_values", "max_age", "scope"].map((name) =>
		member(body, prefix + name),
	);
	return {
		...(isText(acrValues) && { acrValues }),
		...(isAge(maxAge) && { maxAge }),
		...(isText(scope) && { scope }),
	};
}

function isText(value: unknown): value is string {
	return typeof value === "string" && value !== "";
}

function isAge(value: unknown): value is number {
	return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
